import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { genaiFile, genaiPrice } from "./files.ts";
import { type FileServer, fileServer } from "./server.ts";

const ROOT = join(import.meta.dirname, "../..");
const BUNDLED = join(ROOT, "src/catalog");

let server: FileServer;
let folder: string;

beforeEach(async () => {
  server = await fileServer();
  folder = await mkdtemp(join(tmpdir(), "breakeven-main-"));
  const names = (await readdir(BUNDLED)).filter((name) => name.endsWith(".json"));
  await Promise.all(names.map((name) => copyFile(join(BUNDLED, name), join(folder, name))));
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function command(...args: readonly string[]): Promise<Run> {
  const own = ["--catalog", folder, "--parts", join(folder, "parts"), "--as-of", "2026-11-21"];
  const url = ["genai-prices=genai.json", "portkey=portkey", "models-dev=models-dev.json"].flatMap((each) => [
    "--url",
    each.replace("=", `=${server.url}/`),
  ]);
  const line = ["--import", "tsx", join(ROOT, "scripts/refresh/main.ts"), ...own, ...url, ...args];
  return promisify(execFile)(process.execPath, line, { cwd: ROOT }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: Run) => ({ code, stdout, stderr }),
  );
}

const text = (name: string) => readFile(join(folder, name), "utf8");

describe("npm run catalog:refresh", () => {
  test("writes what changed, prints it and says which example decisions flip", async () => {
    server.serve("/genai.json", genaiFile({ id: "gpt-5.2", prices: genaiPrice(2.1, 16.8, 0.21) }));
    const dry = await command("--source", "genai-prices", "--dry-run");
    expect(dry.stdout).toContain("nothing was written: dry run");
    expect(await text("version.json")).toBe(await readFile(join(BUNDLED, "version.json"), "utf8"));
    const report = join(folder, "report.md");
    const run = await command("--source", "genai-prices", "--report", report);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toContain("- gpt-5.2 (genai-prices): from 2026-11-21: input 1.75 -> 2.1 (+20.0 %)");
    expect(run.stdout).toMatch(/## Example decisions\n\n(No example decision flips\.|- )/);
    expect(run.stdout).toContain("written: api-models.json, version.json");
    expect(await text("version.json")).toBe('"2026-11-21"\n');
    expect(await readFile(report, "utf8")).toBe(run.stdout);
  });

  test("leaves every file as it was and exits 1 when the source cannot be read", async () => {
    const before = await text("api-models.json");
    const run = await command("--source", "genai-prices");
    expect(run.code).toBe(1);
    expect(run.stdout).toContain("genai.json: answered 404");
    expect(await text("api-models.json")).toBe(before);
  });

  test.each([
    [["--source", "genai"], '--source "genai" is none of the sources'],
    [["--sauce", "all"], "Unknown option '--sauce'"],
  ])("exits 3 on wrong options: %j", async (args, message) => {
    const run = await command(...args);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain(message);
    expect(run.stderr).toContain("sources: genai-prices, models-dev, portkey, karpenter, skypilot, aws-price-list, hugging-face");
  });
});
