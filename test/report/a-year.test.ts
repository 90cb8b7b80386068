import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadCatalog } from "../../src/catalog/index.ts";
import type { Evaluation } from "../../src/decide/evaluation-types.ts";
import type { WorkloadDecision } from "../../src/decide/types.ts";
import { evaluate, type PolicySource } from "../../src/evaluate.ts";
import { usd, volume } from "../../src/report/money.ts";
import { verdictOf } from "../../src/report/view.ts";
import { pathWords, servedBy } from "../../src/report/words.ts";

/**
 * A growing company in twelve pull requests, one a month from December 2026 on. Each policy starts with a comment that says what
 * happened; a draft is never merged, so the next month starts from the month before it. story.md is what Breakeven answered. `npm test -- -u` rewrites it; read the difference before you commit it.
 */
const FOLDER = join(import.meta.dirname, "..", "stories", "a-year");
const MONTHS = "December January February March April May June July August September October November".split(" ");
const FIRST_MONTH = Date.UTC(2026, 11, 1);

interface Month {
  readonly name: string;
  readonly happened: string;
  readonly edits: readonly string[];
  readonly evaluation: Evaluation;
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
}

/** Lines that a pull request removes and adds, in the order of the file. */
function editsOf(base: string, head: string): readonly string[] {
  const [before, after] = [linesOf(base), linesOf(head)];
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ];
}

function monthsOf(): readonly Month[] {
  const catalog = loadCatalog();
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".yml"));
  const texts = files.map((file) => readFileSync(join(FOLDER, file), "utf8"));
  return texts.map((text, index): Month => {
    const asOf = new Date(Date.UTC(2026, 11 + index, 1)).toISOString().slice(0, 10);
    const before = texts.slice(0, index).findLast((earlier) => !earlier.startsWith("# Draft:"));
    const base: PolicySource | null = before === undefined ? null : { path: "policy.yml", text: before };
    const result = evaluate({ path: "policy.yml", text, base, catalog, asOf, engineVersion: "story" });
    if (result.kind === "invalid") throw new Error(`${files[index]}: ${JSON.stringify(result.diagnostics)}`);
    return {
      name: `${MONTHS[index]} ${new Date(FIRST_MONTH).getUTCFullYear() + (index > 0 ? 1 : 0)}`,
      happened: text.split("\n")[0]?.slice(2) ?? "",
      edits: before === undefined ? [] : editsOf(before, text),
      evaluation: result.evaluation,
    };
  });
}

function workloadLine(workload: WorkloadDecision): string {
  const cost = workload.monthlyCostUsd === null ? "" : `, ${usd(workload.monthlyCostUsd.expected)}`;
  const requests = `${volume(workload.requestsPerMonth)} requests`;
  return `| ${workload.name} | ${requests} | ${pathWords[workload.path]} | ${servedBy(workload.option)}${cost} | ${workload.reasons[0]?.text ?? ""} |`;
}

function thumbsOf(month: Month | undefined): readonly string[] {
  return (month?.evaluation.decision.advisory ?? [])
    .filter(({ rule, agrees }) => rule === "monthly-volume" && !agrees)
    .map(({ workload, text }) => `\nA rule of thumb says otherwise for ${workload}: ${text}.\n`);
}

function chapter(month: Month, index: number, months: readonly Month[]): string {
  const { name, happened, edits, evaluation } = month;
  const told = thumbsOf(months[index - 1]);
  const failed = evaluation.gates.filter(({ status }) => status === "fail").map(({ text }) => `\n**Gate fails:** ${text}\n`);
  const warned = evaluation.findings.filter(({ level }) => level === "warning").map(({ text }) => `\n**Warning:** ${text}\n`);
  return [
    `## ${name}: ${verdictOf(evaluation)}\n`,
    `${happened}\n`,
    ...(edits.length === 0 ? [] : [`\`\`\`diff\n${edits.join("\n")}\n\`\`\`\n`]),
    "| Workload | Volume | Path | Served by | Why |\n| :- | -: | :- | :- | :- |",
    ...evaluation.decision.workloads.map(workloadLine),
    ...failed,
    ...warned,
    ...thumbsOf(month).filter((text) => !told.includes(text)),
  ].join("\n");
}

it("a year in the life of a parcel service reads as it did, and goes from an API to a mixed plan", async () => {
  const months = monthsOf();
  const story = `# A year of a parcel service\n\n${months.map(chapter).join("\n\n")}\n`;

  expect(months).toHaveLength(12);
  expect(months[0]?.evaluation.decision.path).toBe("api");
  expect(months.at(-1)?.evaluation.decision.path).toBe("hybrid");
  await expect(story.replaceAll(/\n{3,}/g, "\n\n")).toMatchFileSnapshot(join(FOLDER, "story.md"));
});
