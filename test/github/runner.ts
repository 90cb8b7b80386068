import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** What one run of the bundled action left behind. */
export interface ActionRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** Workflow commands of a level, e.g. `::error file=…::text`. */
  annotations(level: "error" | "warning" | "notice"): readonly string[];
}

export interface ActionOptions {
  readonly node: string;
  readonly apiUrl: string;
  readonly eventName: string;
  readonly event: unknown;
  readonly sha: string;
  /** Files of the workspace. */
  readonly files: Readonly<Record<string, string>>;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** The bundle under test: what is committed, unless BREAKEVEN_BUNDLE names another one. */
export const bundle = resolve(process.env.BREAKEVEN_BUNDLE ?? "dist/index.js");

/** Runs the bundle as the runner does: its own process, inputs and event by environment, results by files. */
export async function runAction(options: ActionOptions): Promise<ActionRun> {
  if (!existsSync(bundle)) throw new Error(`${bundle} does not exist; run npm run build first`);
  const folder = await mkdtemp(join(tmpdir(), "breakeven-action-"));
  const at = (...names: string[]) => join(folder, ...names);
  await mkdir(at("temp"), { recursive: true });
  await mkdir(at("workspace"), { recursive: true });
  for (const [path, text] of Object.entries(options.files)) {
    await mkdir(dirname(at("workspace", path)), { recursive: true });
    await writeFile(at("workspace", path), text);
  }
  await writeFile(at("event.json"), JSON.stringify(options.event));
  for (const name of ["output", "summary"]) await writeFile(at(name), "");
  const inputs = { "github-token": "ghs_test", "as-of": "2026-11-20", ...options.inputs };
  const env = {
    PATH: process.env.PATH ?? "",
    GITHUB_ACTIONS: "true",
    GITHUB_API_URL: options.apiUrl,
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_REPOSITORY: "acme/support",
    GITHUB_EVENT_NAME: options.eventName,
    GITHUB_EVENT_PATH: at("event.json"),
    GITHUB_SHA: options.sha,
    GITHUB_WORKSPACE: at("workspace"),
    GITHUB_WORKFLOW: "Breakeven",
    GITHUB_WORKFLOW_REF: "acme/support/.github/workflows/breakeven.yml@refs/pull/7/merge",
    GITHUB_RUN_ID: "9001",
    GITHUB_RUN_NUMBER: "5",
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_OUTPUT: at("output"),
    GITHUB_STEP_SUMMARY: at("summary"),
    RUNNER_TEMP: at("temp"),
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    ...options.env,
  };
  try {
    const { code, stdout } = await start(options.node, env, at("workspace"));
    const outputs = readOutputs(await readFile(at("output"), "utf8"));
    const files = ["decision-file", "report-file", "sarif-file"].filter((name) => outputs[name]);
    for (const name of files) outputs[`${name} text`] = await readFile(outputs[name] ?? "", "utf8");
    const annotations = (level: string) => stdout.split("\n").filter((text) => text.startsWith(`::${level}`));
    return { code, stdout, outputs, summary: await readFile(at("summary"), "utf8"), annotations };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function start(node: string, env: NodeJS.ProcessEnv, cwd: string): Promise<{ code: number | null; stdout: string }> {
  return new Promise((done, fail) => {
    const child = spawn(node, [bundle], { env, cwd, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    child.stdout.on("data", (part: Buffer) => {
      stdout += part.toString("utf8");
    });
    // What a process says on stderr is part of the log, and of no command.
    child.stderr.on("data", (part: Buffer) => {
      stdout += part.toString("utf8");
    });
    child.on("error", fail);
    child.on("close", (code) => done({ code, stdout }));
  });
}

/** The runner's own format: `name<<delimiter`, the value, the delimiter. */
function readOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = text.split("\n");
  for (let index = 0; index < lines.length; index += 1) {
    const [, name, delimiter] = lines[index]?.match(/^(.+?)<<(.+)$/) ?? [];
    if (name === undefined || delimiter === undefined) continue;
    const end = lines.indexOf(delimiter, index + 1);
    outputs[name] = lines.slice(index + 1, end).join("\n");
    index = end;
  }
  return outputs;
}

/** Node 24, which the runner uses: BREAKEVEN_NODE24, else `node24` on the path, else this process when it is one. */
export function findNode24(): string | null {
  const candidates = [process.env.BREAKEVEN_NODE24, "node24", process.execPath].filter((name) => name !== undefined);
  return candidates.find((name) => spawnSync(name, ["--version"], { encoding: "utf8" }).stdout?.startsWith("v24.")) ?? null;
}
