import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type StackJson, terraformText } from "./stack-json.ts";

/** Real Terraform and an AWS on loopback, for tests. Whatever is missing is named; nothing is downloaded. */
export interface Tools {
  readonly terraform: string;
  readonly mirror: string;
}

const PROVIDER_FOLDER = "registry.terraform.io/hashicorp/aws";
const SEARCH_DEPTH = 6;
/** Never a mirror; the cache of providers that cdktf makes looks like one and points to another. */
const NO_MIRRORS = ["node_modules", "plugin-cache"];

/** The tools, or what is missing and what to set. */
export function findTools(): Tools | string {
  const terraform = onPath("terraform");
  if (terraform === null) return "terraform is not on PATH";
  const mirror = process.env.TF_PLUGIN_MIRROR ?? findMirror();
  if (mirror === null) return `no provider mirror with ${PROVIDER_FOLDER} was found; set TF_PLUGIN_MIRROR to one`;
  return { terraform, mirror };
}

export function onPath(program: string): string | null {
  const folders = (process.env.PATH ?? "").split(":");
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? null;
}

/** Leaves tests out, or fails where a run must be complete (BREAKEVEN_REQUIRE_TERRAFORM=1). */
export function missing(what: string, title: string): void {
  if (process.env.BREAKEVEN_REQUIRE_TERRAFORM === "1") throw new Error(`${title}: ${what}, and BREAKEVEN_REQUIRE_TERRAFORM is 1`);
  leftOut(what, title);
}

/** Says loudly that tests are left out. */
export function leftOut(what: string, title: string): void {
  // biome-ignore lint/suspicious/noConsole: a test that is left out must be seen
  console.warn(`NOT TESTED: ${title}: ${what}`);
}

function findMirror(): string | null {
  return (
    [homedir(), "/opt", "/usr/local", "/usr/share", "/var/lib"]
      .map((root) => searchMirror(root, SEARCH_DEPTH))
      .find((found) => found !== null) ?? null
  );
}

function searchMirror(folder: string, depth: number): string | null {
  if (existsSync(join(folder, PROVIDER_FOLDER))) return folder;
  if (depth === 0) return null;
  for (const name of foldersIn(folder)) {
    const found = searchMirror(join(folder, name), depth - 1);
    if (found !== null) return found;
  }
  return null;
}

function foldersIn(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && !NO_MIRRORS.includes(entry.name)).map((entry) => entry.name);
  } catch {
    return [];
  }
}

export interface Run {
  readonly status: number | null;
  readonly output: string;
}

/** A working directory with the provider in place. `use` puts a stack into it; `close` deletes it. */
export interface Workspace {
  readonly folder: string;
  use(stack: StackJson): void;
  run(...parameters: readonly string[]): Run;
  /** As `run`, while others go on: an apply waits more than it computes. */
  runBeside(...parameters: readonly string[]): Promise<Run>;
  close(): void;
}

/** Environment in which Terraform takes its providers from the mirror and asks nobody; writes its settings into `folder`. */
export function terraformEnvironment(tools: Tools, folder: string): NodeJS.ProcessEnv {
  const settings = join(folder, "terraform.rc");
  writeFileSync(settings, `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(tools.mirror)}\n  }\n}\n`);
  return { ...process.env, TF_CLI_CONFIG_FILE: settings, CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1" };
}

export function openWorkspace(tools: Tools): Workspace {
  const folder = mkdtempSync(join(tmpdir(), "breakeven-terraform-"));
  const work = join(folder, "work");
  mkdirSync(work);
  const env = { ...terraformEnvironment(tools, folder), TF_DATA_DIR: join(folder, "data") };
  return {
    folder: work,
    use: (stack) => writeFileSync(join(work, "cdk.tf.json"), terraformText(stack)),
    run: (...parameters) => {
      const done = spawnSync(tools.terraform, parameters, { cwd: work, env, encoding: "utf8", maxBuffer: 2 ** 26 });
      return { status: done.status, output: `${done.stdout}${done.stderr}` };
    },
    runBeside: (...parameters) =>
      new Promise((resolve, reject) => {
        const child = spawn(tools.terraform, parameters, { cwd: work, env, stdio: ["ignore", "pipe", "pipe"] });
        const parts: Buffer[] = [];
        for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => parts.push(part));
        child.once("error", reject);
        child.once("close", (status) => resolve({ status, output: Buffer.concat(parts).toString("utf8") }));
      }),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** An empty AWS on loopback: moto with the calls that it lacks (moto_server.py says which). */
export interface Moto {
  readonly url: string;
  /** Every object that its services hold, one line each. */
  inventory(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const START_ATTEMPTS = 150;
const ATTEMPT_MS = 200;

export async function startMoto(python: string): Promise<Moto> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = spawn(python, [join(import.meta.dirname, "moto_server.py"), String(port)], { stdio: "ignore", detached: true });
  const close = () => stop(server);
  const inventory = async () => (await (await fetch(`${url}/inventory`)).text()).split("\n").filter((line) => line !== "");
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt += 1) {
    if (await answers(url)) return { url, inventory, close };
    await new Promise((resolve) => setTimeout(resolve, ATTEMPT_MS));
  }
  await close();
  throw new Error(`moto_server.py did not answer at ${url}`);
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/moto-api/`)).ok;
  } catch {
    return false;
  }
}

/** The program may be a wrapper that starts another: the whole process group ends. */
function stop(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (server.pid === undefined || server.exitCode !== null) return resolve();
    server.once("exit", () => resolve());
    process.kill(-server.pid, "SIGKILL");
  });
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address !== null && typeof address === "object" ? resolve(address.port) : reject(new Error("no free port"))));
    });
  });
}

/** What the long suites run on. */
export interface Bench {
  readonly tools: Tools;
  /** A Python that has moto. */
  readonly moto: string;
}

/**
 * Terraform and an AWS on loopback where BREAKEVEN_SLOW is 1, else why there are none. The reason is said out loud under `title`; with
 * BREAKEVEN_SLOW and BREAKEVEN_REQUIRE_TERRAFORM a missing tool throws.
 */
export function findBench(title: string): Bench | string {
  const slow = process.env.BREAKEVEN_SLOW === "1";
  const bench = slow ? toolsOfBench() : "BREAKEVEN_SLOW is not 1";
  if (typeof bench === "string") (slow ? missing : leftOut)(bench, title);
  return bench;
}

function toolsOfBench(): Bench | string {
  const tools = findTools();
  if (typeof tools === "string") return tools;
  const moto = onPath("moto_server");
  return moto === null ? "moto_server is not on PATH" : { tools, moto: join(dirname(moto), "python3") };
}
