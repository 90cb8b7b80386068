import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const CLI = join(ROOT, "dist", "cli.js");
const folder = mkdtempSync(join(tmpdir(), "breakeven-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line as a user does, in a folder that is not the repository. */
function breakeven(...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], { cwd: folder, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1, stdout, stderr });
    });
  });
}

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const GOOD = `version: 1
workloads:
  - name: chat
    volume: { requests_per_month: 1000000 }
    tokens: { input: 500, output: 200 }
    candidates: { api: [gpt-5.4-mini], open: [qwen3-32b] }
`;
const example = (name: string) => join(ROOT, "policies", `${name}.yml`);

describe("evaluate", () => {
  it.each(["api", "self-host", "hybrid"])("reaches the outcome that policies/%s.yml is named for, with no diagnostic", async (name) => {
    const { code, stdout, stderr } = await breakeven("evaluate", example(name), "--format", "json", "--as-of", "2026-11-21");

    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(JSON.parse(stdout).path).toBe(name);
  });

  it("says that nothing fits policies/none-feasible.yml", async () => {
    const { code, stdout } = await breakeven("evaluate", example("none-feasible"), "--format", "json", "--as-of", "2026-11-21");

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ path: "none", monthlyCostUsd: null });
  });

  it("publishes every field of the document", async () => {
    const { stdout } = await breakeven("evaluate", example("hybrid"), "--format", "json", "--as-of", "2026-11-21");
    const document = JSON.parse(stdout);

    expect(document).toMatchObject({ schemaVersion: 1, asOf: "2026-11-21", deltaMonthlyUsd: null, pathChange: null, diagnostics: [] });
    for (const key of ["engineVersion", "catalog", "policy", "monthlyCostUsd", "workloads", "gates"])
      expect(document, key).toHaveProperty(key);
    for (const workload of document.workloads) {
      for (const key of [
        "name",
        "path",
        "option",
        "monthlyCostUsd",
        "costLines",
        "breakEven",
        "reasons",
        "rejected",
        "runnersUp",
        "tippingPoints",
        "conditions",
      ]) {
        expect(workload, key).toHaveProperty(key);
      }
      const lines: { readonly monthlyUsd: number }[] = workload.costLines;
      expect(lines.reduce((sum, line) => sum + line.monthlyUsd, 0)).toBeCloseTo(workload.monthlyCostUsd.expected, 2);
    }
  });

  it("compares with a base, prints several policies as an array and writes a file whole", async () => {
    const base = file("base.yml", GOOD);
    const head = file("head.yml", GOOD.replace("output: 200", "output: 300"));
    const compared = await breakeven("evaluate", head, "--base", base, "--format", "json");
    expect(JSON.parse(compared.stdout).deltaMonthlyUsd).toBeCloseTo(100 * 4.5, 2);

    const both = await breakeven("evaluate", head, base, "--format", "json");
    expect(JSON.parse(both.stdout)).toHaveLength(2);

    const out = join(folder, "report.md");
    expect(await breakeven("evaluate", head, "--format", "markdown", "--out", out)).toMatchObject({ code: 0, stdout: "" });
    expect(readFileSync(out, "utf8")).toContain("chat");
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("gives the same bytes twice", async () => {
    const run = () => breakeven("evaluate", example("hybrid"), "--format", "json", "--as-of", "2026-11-21");
    expect((await run()).stdout).toBe((await run()).stdout);
  });

  it("exits with 1 when a gate fails", async () => {
    const path = file("gate.yml", `${GOOD}gates: { max_monthly_usd: 1 }\n`);
    const { code, stdout } = await breakeven("evaluate", path);

    expect(code).toBe(1);
    expect(stdout).toContain("max_monthly_usd");
  });

  it("reads the benchmarks that a policy names, from its own folder", async () => {
    const measurement = "{ file: run.json, model: qwen3-32b, gpu: h100, tensor_parallel: 1, precision: fp8 }";
    const path = file("measured.yml", `${GOOD}measurements: [${measurement}]\n`);
    const missing = await breakeven("evaluate", path);
    file("run.json", readFileSync(join(ROOT, "test", "capacity", "fixtures-measurements", "vllm-bench.json")));
    const found = await breakeven("evaluate", path);

    expect(missing).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(/:7:.*measurement file not found: "run\.json"/) });
    expect(found).toMatchObject({ code: 0, stderr: "" });
  });

  it("writes one page that holds the policy and the report as text", async () => {
    const { code, stdout } = await breakeven("evaluate", file("ok.yml", GOOD), "--format", "html");

    expect(code).toBe(0);
    expect(stdout).toMatch(/^<!doctype html>/);
    expect(stdout).toContain("<title>Breakeven: ");
    expect(Buffer.byteLength(stdout)).toBeLessThan(1.5 * 1024 * 1024);
  });
});

describe("bad input", () => {
  const cases: readonly (readonly [name: string, content: string | Buffer, expected: RegExp])[] = [
    ["an empty file", "", /:1:1 /],
    ["a binary file", Buffer.from([0, 159, 146, 150, 255, 254, 0, 1, 2, 3]), /not text|binary/],
    ["a 5 MB file", `# ${"x".repeat(5 * 1024 * 1024)}\n`, /at most 262144/],
    ["an alias bomb", aliasBomb(), /alias/],
    ["duplicate keys", `${GOOD}version: 1\n`, /:7:1 .*version/],
    ["an unknown key", GOOD.replace("tokens:", "token:"), /:5:5 .*token/],
    ["an unknown model", GOOD.replace("gpt-5.4-mini", "gpt-5.4-mimi"), /:6:.*gpt-5\.4-mimi/],
    ["a retired model", GOOD.replace("gpt-5.4-mini", "gpt-4.1-nano"), /:6:.*2026-10-23/],
    [
      "a waiver of a rule that does not exist",
      `${GOOD}waivers: [{ rule: hippa, owner: a, reason: b, expires: 2027-01-01 }]\n`,
      /:7:.*hippa.*hipaa/,
    ],
    [
      "a waiver of a rule that cannot be waived",
      `${GOOD}waivers: [{ rule: lifecycle, owner: a, reason: b, expires: 2027-01-01 }]\n`,
      /:7:.*cannot be waived/,
    ],
    ["a wrong type", GOOD.replace("input: 500", "input: plenty"), /:5:.*plenty/],
    ["YAML that does not parse", "version: [1\nworkloads", /:\d+:\d+ /],
  ];

  it.each(cases)("answers %s with its place and no stack trace", async (name, content, expected) => {
    const { code, stdout, stderr } = await breakeven("evaluate", file(`${name.replaceAll(" ", "-")}.yml`, content));

    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr.replaceAll("\n", " ")).toMatch(expected);
    expect(stderr).not.toMatch(/\n\s+at |node:internal/);
  });

  it("names every problem at once", async () => {
    const { stderr } = await breakeven(
      "evaluate",
      file("many.yml", GOOD.replace("input: 500", "input: x").replace("gpt-5.4-mini", "nope").replace("volume", "volumes")),
    );
    for (const part of ["x", "nope", "volumes"]) expect(stderr).toContain(part);
  });

  it.each([
    [["evaluate", "missing.yml"], /missing\.yml: no such file/],
    [["evaluate", "."], /directory/],
    [["evaluate", "ok.yml", "--as-of", "21.11.2026"], /YYYY-MM-DD/],
    [["evaluate", "ok.yml", "--format", "pdf"], /choices|allowed/i],
    [["frobnicate"], /unknown command/],
    [["catalog", "show", "no-such-row"], /no row/],
    [["capacity", "--model", "qwen3-32b"], /--gpu/],
    [["synth", "ok.yml"], /--out/],
  ])("answers %j with one clear line and exit code 3", async (args, expected) => {
    file("ok.yml", GOOD);
    const { code, stdout, stderr } = await breakeven(...args);

    expect(code).toBe(3);
    expect(stdout).toBe("");
    expect(stderr).toMatch(expected);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe("the other commands", () => {
  it("explains a decision down to the sources", async () => {
    const { code, stdout } = await breakeven("explain", example("self-host"), "--as-of", "2026-11-21");

    expect(code).toBe(0);
    for (const part of ["document-extraction", "g7e.2xlarge", "People: operate the servers", "--tensor-parallel-size", "karpenter"])
      expect(stdout).toContain(part);
  });

  it("answers capacity questions one by one and by the table", async () => {
    const one = await breakeven(
      "capacity",
      "--model",
      "llama-3.1-8b-instruct",
      "--gpu",
      "h100",
      "--input",
      "1000",
      "--output",
      "500",
      "--concurrency",
      "32",
      "--format",
      "json",
    );
    expect(one.stderr).toBe("");
    expect(JSON.parse(one.stdout).prediction.outputTokensPerSecond.expected).toBeGreaterThan(100);

    const table = file(
      "rows.csv",
      "id,model,gpu,precision,tp,input_len,output_len,concurrency\na,llama-3.1-8b-instruct,H100,bf16,1,1000,500,32\nb,no-such-model,H100,bf16,1,1000,500,32\n",
    );
    const { stdout } = await breakeven("capacity", "--csv", table);
    const [first, second] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(first).toMatchObject({ id: "a", fits: true });
    expect(second).toMatchObject({ id: "b", error: expect.stringContaining("no-such-model") });
  });

  it("lists, shows and checks the catalog", async () => {
    const shown = JSON.parse((await breakeven("catalog", "show", "gpt-4o-mini", "--format", "json")).stdout);
    expect(shown).toMatchObject({
      id: "gpt-4o-mini",
      kind: "api-model",
      provider: "openai",
      prices: [{ inputUsdPerMTok: 0.15, outputUsdPerMTok: 0.6 }],
    });
    const instance = JSON.parse((await breakeven("catalog", "show", "p5.48xlarge", "--format", "json")).stdout);
    expect(instance).toMatchObject({ kind: "instance", gpuCount: 8, usdPerHour: { "us-east-1": { onDemand: 55.04 } } });
    expect(JSON.parse((await breakeven("catalog", "list", "--format", "json")).stdout).length).toBeGreaterThan(250);
    expect((await breakeven("catalog", "check")).code).toBe(0);
  });

  it("writes a starter that evaluates, and overwrites nothing", async () => {
    const target = join(folder, "fresh");
    const written = await breakeven("init", "--dir", target, "--name", "acme");
    expect(written.code).toBe(0);
    // As it can be typed where it was asked for, which is not the folder of the program.
    expect(written.stdout).toContain(`next: node ${relative(folder, CLI)} evaluate ${join(target, ".github/breakeven.yml")}\n`);
    expect((await breakeven("evaluate", join(target, ".github/breakeven.yml"))).code).toBe(0);
    symlinkSync(CLI, join(folder, "breakeven"));
    const typed = [join(folder, "breakeven"), "evaluate", ".github/breakeven.yml"];
    const installed = execFileSync(process.execPath, typed, { cwd: target, encoding: "utf8" });
    expect(installed).toContain("Every option, rule and figure: breakeven explain .github/breakeven.yml\n");
    const again = await breakeven("init", "--dir", target);
    expect(again).toMatchObject({ code: 3, stderr: expect.stringContaining("already there") });
  });

  it("prints the schema that is committed", async () => {
    expect((await breakeven("schema")).stdout).toBe(readFileSync(join(ROOT, "policies", "policy.schema.json"), "utf8"));
  });

  it("synthesizes without an install, in a folder without node_modules", async () => {
    const copy = join(folder, "bare");
    execFileSync("cp", ["-r", join(ROOT, "dist"), copy]);
    const out = join(folder, "out");
    const written = execFileSync(
      process.execPath,
      [join(copy, "cli.js"), "synth", example("self-host"), "--out", out, "--as-of", "2026-11-21"],
      { cwd: folder, encoding: "utf8" },
    );
    expect(written).toMatch(/cdk\.tf\.json/);
    expect(written).not.toContain("beside it");
  });

  it("names the stacks that lie beside the one it wrote, because a renamed policy leaves its servers running", async () => {
    const out = join(folder, "renamed");
    const policy = readFileSync(example("self-host"), "utf8");
    const [before, after] = ["before", "after"].map((name) => {
      const path = join(folder, `${name}.yml`);
      writeFileSync(path, policy.replace(/^name: .*$/m, `name: ${name}`));
      return path;
    });
    await breakeven("synth", before ?? "", "--out", out);
    const { stdout } = await breakeven("synth", after ?? "", "--out", out);
    expect(stdout).toContain("beside it: before-production;");
    expect(stdout).toContain("next: terraform");
  });
});

function aliasBomb(): string {
  const levels = ["a: &a [x, x, x, x, x, x, x, x, x]"];
  for (const [previous, next] of ["ab", "bc", "cd", "de", "ef", "fg", "gh", "hi"].map((pair) => pair.split(""))) {
    levels.push(`${next}: &${next} [${Array(9).fill(`*${previous}`).join(", ")}]`);
  }
  return `${levels.join("\n")}\nversion: 1\n`;
}
