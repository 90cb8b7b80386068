import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadCatalog } from "../../src/catalog/index.ts";
import { nameBook } from "../../src/decide/names.ts";
import { evaluate } from "../../src/evaluate.ts";
import { parsePolicy } from "../../src/policy/parse.ts";
import { renderComment } from "../../src/report/comment.ts";
import { renderExplain } from "../../src/report/explain.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const STORIES = join(ROOT, "test", "stories", "framework");
const AS_OF = "2026-11-21";
const catalog = loadCatalog();
const context = { serverUrl: "https://github.com", repository: "acme/support", headSha: null, runUrl: null, maxLength: 65_536 };

/** Comment and trace of every policy that follows one of the framework's recommendations. */
const REPORTS = readdirSync(STORIES).map((file) => {
  const text = readFileSync(join(STORIES, file), "utf8");
  const result = evaluate({ path: file, text, base: null, catalog, asOf: AS_OF, engineVersion: "test" });
  if (result.kind === "invalid") throw new Error(JSON.stringify(result.diagnostics));
  const { evaluation, document } = result;
  const comment = renderComment([{ kind: "evaluated", file, evaluation }], context);
  return { file, comment, explain: renderExplain(evaluation, document) };
});

function messagesOf(text: string): readonly string[] {
  const parsed = parsePolicy(text, "policy.yml", nameBook(catalog, AS_OF));
  return parsed.kind === "invalid" ? parsed.diagnostics.map(({ message, fix }) => `${message}; ${fix ?? ""}`) : [];
}

describe("the words of a report", () => {
  it("never calls anything free", () => {
    for (const { file, comment, explain } of REPORTS) {
      expect(comment, file).not.toMatch(/\bfree\b(?!_tier| tier)/i);
      expect(explain.match(/.*\bfree\b(?!_tier| tier).*/gi) ?? [], file).toEqual([]);
    }
  });

  it("shows control, cost, capability and convenience in every decision", () => {
    for (const { file, comment, explain } of REPORTS) {
      expect(comment, `control of ${file}`).toMatch(/\*\*Why\*\*/);
      expect(comment, `cost of ${file}`).toMatch(/Cost build-up of/);
      expect(explain, `capability of ${file}`).toMatch(/against the floor|candidates\.(api|open)/);
      expect(comment, `convenience of ${file}`).toMatch(/people's time \$[\d,]+ \([\d.,]+ hours\)/);
    }
  });

  it("is whole UTF-8, without letters of a wrong decoding", () => {
    for (const { file, comment, explain } of REPORTS) {
      for (const text of [comment, explain]) {
        expect(Buffer.from(text, "utf8").toString("utf8"), file).toBe(text);
        expect(text, file).not.toMatch(/\uFFFD|‚|Ã|üî|ÔøΩ/u);
      }
    }
  });

  it("calls models with published weights open-weight", () => {
    for (const file of ["policies/policy.schema.json", "README.md"]) {
      const text = readFileSync(join(ROOT, file), "utf8");
      expect(text, file).toMatch(/open-weight/i);
      expect(text, file).not.toMatch(/open-source models?/i);
    }
  });

  it("prints the rule of thumb and the computed figure side by side where they differ", () => {
    const report = REPORTS.find(({ file }) => file.startsWith("05-"));
    expect(report?.comment).toMatch(/What the rules of thumb say: \d of \d+ disagree/);
    expect(report?.comment).toMatch(/\| self-host \| no \| self-host above 500,000 requests a month; computed/);
    expect(report?.explain).toMatch(/self-host above 500,000 requests a month; computed/);
  });

  it("never shows compute alone: the headline holds people and servers, and the parts are told apart", () => {
    for (const { file, comment } of REPORTS) expect(comment, file).toMatch(/Invoices \$[\d,.]+, people's time \$[\d,.]+/);
  });

  it("says aloud that data may leave where the policy is silent", () => {
    const silent = REPORTS.find(({ file }) => file.startsWith("03-"));
    expect(silent?.comment).toMatch(/`compliance.data_may_leave` \| true/);
    const declared = REPORTS.find(({ file }) => file.startsWith("01-"));
    expect(declared?.comment).not.toMatch(/`compliance.data_may_leave` \| true/);
  });

  it("names what stands in the place of each tool that is not built", () => {
    const text = readFileSync(join(ROOT, "stacks", "README.md"), "utf8");
    for (const tool of [
      "TGI",
      "SGLang",
      "TensorRT-LLM",
      "Prometheus",
      "Grafana",
      "ELK",
      "Kubernetes",
      "KEDA",
      "HPA",
      "quality of answers",
    ]) {
      expect(text, tool).toContain(tool);
    }
  });
});

describe("a policy that says what cannot be", () => {
  const text = (regime: string, input: number, requests: number) => `version: 1
compliance: { regimes: [${regime}] }
workloads:
  - name: chat
    volume: { requests_per_month: ${requests} }
    tokens: { input: ${input}, output: 0 }
`;

  it("tells who writes ilr5 that the level is il5", () => {
    expect(messagesOf(text("ilr5", 100, 100)).join("\n")).toMatch(/ilr5.*il5/);
  });

  it("refuses a request of no tokens and no requests at all", () => {
    expect(messagesOf(text("il5", 0, 100))).toHaveLength(1);
    expect(messagesOf(text("il5", 100, 0))).toHaveLength(1);
    expect(messagesOf(text("il5", 100, 100))).toEqual([]);
  });
});
