import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { loadCatalog } from "../src/catalog/index.ts";
import { evaluate } from "../src/evaluate.ts";
import { type StackConfig, toStackConfig } from "../src/stack-config.ts";
import { startGitHub } from "../test/github/server.ts";
import { commit, pullNumber } from "../test/github/support.ts";

/**
 * `npm run bench`: how long the product takes, as ratios measured side by side in one run, because milliseconds of two
 * machines cannot be compared. Rounds are interleaved and medians are reported. `--write` puts the table into
 * docs/benchmarks.md. `BREAKEVEN_BENCH_ACTION` names the dist/index.js of a comment-only action to compare with
 * (peter-evans/create-or-update-comment was used) and `BREAKEVEN_NODE24` a Node 24, which is what GitHub runs the action on; what is
 * missing is left out, and said to be.
 */
const ROUNDS = 9;
const HEAD = commit("a1");
const BASE = commit("b2");
const POLICY_PATH = ".github/breakeven.yml";
const MS_PER_S = 1000;
/** Heap that has to do for any number of policies. */
const TIGHT_HEAP_MIB = 200;

interface Row {
  readonly what: string;
  readonly measured: string;
  readonly aim: string;
}

const folder = mkdtempSync(join(tmpdir(), "breakeven-bench-"));
const rows: Row[] = [];

/** Ten workloads of different sizes; `scale` makes the base differ from the head. */
function tenWorkloads(scale: number): string {
  const workloads = Array.from(
    { length: 10 },
    (_, index) => `  - name: workload-${index}
    use_case: ${["customer_facing", "simple_qa", "code_generation", "internal_tools", "bulk_processing"][index % 5]}
    volume: { requests_per_day: ${Math.round(scale * 1000 * (index + 1))} }
    tokens: { input: ${500 + 150 * index}, output: ${100 + 40 * index} }`,
  );
  return `version: 1\nname: bench\nregion: us-east-1\nworkloads:\n${workloads.join("\n")}\n`;
}

/** Wall time of one process from start to end, in ms; throws when it fails. */
function timed(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const start = performance.now();
  return new Promise((done, fail) => {
    const child = spawn(command, args, { env, cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (part: Buffer) => {
      stderr += part.toString("utf8");
    });
    child.on("close", (code) =>
      code === 0 ? done(performance.now() - start) : fail(new Error(`${args.join(" ")}: exit ${code}\n${stderr}`)),
    );
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Runs all contestants round by round, so that what else the machine does hits each of them alike; gives the median of each. */
async function race(...contestants: readonly (() => Promise<number>)[]): Promise<readonly number[]> {
  const times = contestants.map((): number[] => []);
  for (const run of contestants) await run();
  for (let round = 0; round < ROUNDS; round += 1) for (const [index, run] of contestants.entries()) times[index]?.push(await run());
  return times.map(median);
}

const x = (ratio: number) => `${ratio.toFixed(2)} x`;
const ms = (value: number) => `${value.toFixed(0)} ms`;

/** The action on one Node, which also runs what it is compared with. */
async function wholeAction(node: string, name: string): Promise<void> {
  const github = await startGitHub();
  github.pulls.set(pullNumber, HEAD);
  github.commits.set(BASE, { files: { [POLICY_PATH]: tenWorkloads(1) } });
  github.comparisons.set(`${BASE}...${HEAD}`, { mergeBase: BASE });
  const event = {
    action: "synchronize",
    pull_request: { number: pullNumber, head: { sha: HEAD, repo: { full_name: "acme/support" } }, base: { sha: BASE } },
  };
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  spawnSync("mkdir", ["-p", join(folder, ".github")]);
  file(POLICY_PATH, tenWorkloads(1.5));
  const env = {
    PATH: process.env.PATH,
    GITHUB_ACTIONS: "true",
    GITHUB_API_URL: github.url,
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_REPOSITORY: "acme/support",
    GITHUB_EVENT_NAME: "pull_request",
    GITHUB_EVENT_PATH: file("event.json", JSON.stringify(event)),
    GITHUB_SHA: commit("d4"),
    GITHUB_WORKSPACE: folder,
    GITHUB_WORKFLOW: "Breakeven",
    GITHUB_WORKFLOW_REF: "acme/support/.github/workflows/breakeven.yml@refs/pull/7/merge",
    GITHUB_RUN_ID: "9001",
    GITHUB_RUN_NUMBER: "5",
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_OUTPUT: file("output", ""),
    GITHUB_STEP_SUMMARY: file("summary", ""),
    RUNNER_TEMP: folder,
    "INPUT_GITHUB-TOKEN": "ghs_test",
  };
  const action = () => {
    github.comments.length = 0;
    return timed(node, [join(process.cwd(), "dist/index.js")], {
      ...env,
      "INPUT_AS-OF": "2026-11-21",
      "INPUT_FAIL-ON": "never",
    });
  };
  await action();
  const body = github.comments[0]?.body ?? "";
  if (body === "") throw new Error("the action wrote no comment; there is nothing to compare");
  const rival = process.env.BREAKEVEN_BENCH_ACTION ?? "";
  const other = () =>
    timed(node, [rival], {
      ...env,
      INPUT_TOKEN: "ghs_test",
      INPUT_REPOSITORY: "acme/support",
      "INPUT_ISSUE-NUMBER": String(pullNumber),
      INPUT_BODY: body,
      "INPUT_EDIT-MODE": "append",
      "INPUT_APPEND-SEPARATOR": "newline",
      "INPUT_REACTIONS-EDIT-MODE": "append",
    });
  const bare = () => timed(node, ["-e", "0"]);
  const [bareMs = Number.NaN, actionMs = Number.NaN, otherMs] = await race(bare, action, ...(existsSync(rival) ? [other] : []));
  rows.push({
    what: `the action on ${name}, start to end: 10 workloads, head and base, comment of ${body.length} characters posted to a loopback GitHub`,
    measured: `${x(actionMs / bareMs)} the start of bare Node (${ms(actionMs)} against ${ms(bareMs)})`,
    aim: "3.2 x",
  });
  rows.push({
    what: "the same against a comment-only action that posts the same text, on the same Node (peter-evans/create-or-update-comment 5.0.0)",
    measured:
      otherMs === undefined ? "not measured: BREAKEVEN_BENCH_ACTION is not set" : `${x(actionMs / otherMs)} (it takes ${ms(otherMs)})`,
    aim: "1 x",
  });
  await github.close();
}

/** Runs a script of bench/speed/ in a process of its own and reads the JSON that it prints. */
function inProcess<Result>(script: string, args: readonly string[] = [], flags: readonly string[] = []): Result {
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, "--import", "tsx", join("bench", "speed", script), ...args], {
    encoding: "utf8",
    maxBuffer: 1e8,
  });
  if (status !== 0) throw new Error(`${script}: ${stderr}`);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

function manyPolicies(): void {
  interface Result {
    readonly ms: number;
    readonly peakMiB: number;
  }
  const [few, many] = [inProcess<Result>("many.ts", ["10"]), inProcess<Result>("many.ts", ["100"])];
  // How much memory Node takes before it tidies up is its own choice; how little is enough is ours.
  const tight = inProcess<Result>("many.ts", ["100"], [`--max-old-space-size=${TIGHT_HEAP_MIB}`]);
  rows.push({
    what: "evaluate 100 policies of 10 workloads each, all different, every option of the catalog open",
    measured: `${(many.ms / MS_PER_S).toFixed(1)} s, ${many.peakMiB.toFixed(0)} MiB at most, ${tight.peakMiB.toFixed(0)} MiB with a heap of ${TIGHT_HEAP_MIB} MiB in ${x(tight.ms / many.ms)} the time; ${x(many.ms / few.ms)} the time of 10 policies`,
    aim: "0.5 s, 300 MB, 10 x",
  });
}

function onePolicy(): void {
  interface Result {
    readonly first: number;
    readonly warm: number;
    readonly twelve: number;
    readonly draws: number | null;
  }
  const { first, warm, twelve, draws } = inProcess<Result>("one.ts");
  rows.push({
    what: "evaluate policies/hybrid.yml in a running process",
    measured: `${ms(warm)}; the first time ${ms(first)}`,
    aim: "100 ms",
  });
  rows.push({ what: "one policy of 12 workloads against the whole catalog", measured: ms(twelve), aim: "1,000 ms" });
  if (draws !== null) rows.push({ what: "10,000 Monte Carlo draws of policies/hybrid.yml", measured: ms(draws), aim: "300 ms" });
}

/** The stack of a decision that was made before, and the whole way from the policy to it. */
async function synthesis(): Promise<void> {
  const root = process.cwd();
  const module = (code: string) => timed(process.execPath, ["--input-type=module", "-e", code]);
  const config = join(folder, "config.json");
  writeFileSync(config, JSON.stringify(selfHostConfig()));
  const synthesize = `import { readFileSync } from "node:fs";
const { synthesize } = await import(${JSON.stringify(join(root, "dist/synth.js"))});
synthesize(JSON.parse(readFileSync(${JSON.stringify(config)}, "utf8")), ${JSON.stringify(join(folder, "alone"))});`;
  const [cdktfMs = Number.NaN, aloneMs = Number.NaN, wholeMs = Number.NaN] = await race(
    () => module(`await import(${JSON.stringify(join(root, "node_modules/cdktf/lib/index.js"))})`),
    () => module(synthesize),
    () => timed(process.execPath, [join(root, "dist/cli.js"), "synth", join(root, "policies/self-host.yml"), "--out", join(folder, "out")]),
  );
  const against = (took: number) => `${x(took / cdktfMs)} the bare import of cdktf (${ms(took)} against ${ms(cdktfMs)})`;
  rows.push({
    what: "synthesize the stack of policies/self-host.yml, decided before, start to end",
    measured: against(aloneMs),
    aim: "2 x",
  });
  rows.push({ what: "decide and synthesize policies/self-host.yml, start to end", measured: against(wholeMs), aim: "none" });
}

function selfHostConfig(): StackConfig {
  const path = "policies/self-host.yml";
  const asOf = "2026-11-21";
  const input = { path, text: readFileSync(path, "utf8"), base: null, catalog: loadCatalog(), asOf, engineVersion: "bench" };
  const result = evaluate(input);
  const stack = result.kind === "evaluated" ? toStackConfig(result.evaluation, result.document.policy) : null;
  if (stack?.kind !== "stack") throw new Error(`${path} has no stack to synthesize`);
  return stack.config;
}

function sizes(): void {
  const megabytes = (name: string) => `${(statSync(join("dist", name)).size / 1e6).toFixed(2)} MB`;
  rows.push({ what: "dist/index.js, unminified, data included", measured: megabytes("index.js"), aim: "2.5 MB" });
}

const node24 = process.env.BREAKEVEN_NODE24 ?? "";
if (node24 === "") rows.push({ what: "the action on Node 24", measured: "not measured: BREAKEVEN_NODE24 is not set", aim: "3.2 x" });
else await wholeAction(node24, "Node 24, as GitHub runs it");
await wholeAction(process.execPath, `Node ${process.versions.node.split(".")[0]}`);
onePolicy();
manyPolicies();
await synthesis();
sizes();
rmSync(folder, { recursive: true });
const table = [
  "| What | Measured | Aim |",
  "| --- | --- | --- |",
  ...rows.map(({ what, measured, aim }) => `| ${what} | ${measured} | ${aim} |`),
].join("\n");
console.log(table);
if (process.argv.includes("--write")) {
  const page = "docs/benchmarks.md";
  const date = new Date().toISOString().slice(0, "2026-11-21".length);
  const measured = `Measured ${date} on ${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.versions.node}, medians of ${ROUNDS} interleaved rounds.`;
  const text = readFileSync(page, "utf8").replace(
    /(<!-- speed:start -->\n)[\s\S]*?(<!-- speed:end -->)/,
    (_, start: string, end: string) => `${start}${measured}\n\n${table}\n${end}`,
  );
  writeFileSync(page, text);
}
