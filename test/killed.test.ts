import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";

/**
 * Processes that are killed hard in the middle of a write. What happens to a program at such a moment is not left to a timer:
 * a module that Node reads first puts a trap into its writing and renaming of files, which writes half of the text, or renames
 * nothing, and then kills its own process with SIGKILL.
 */
const ROOT = join(import.meta.dirname, "..");
const CLI = join(ROOT, "dist", "cli.js");
const POLICY = join(ROOT, "policies", "hybrid.yml");
const folder = mkdtempSync(join(tmpdir(), "breakeven-killed-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let place: string;
let places = 0;
beforeEach(() => {
  places += 1;
  place = join(folder, String(places));
  mkdirSync(place);
});

type Moment = "half of a text is written" | "a text waits to be renamed";

const TRAP = join(folder, "trap.mjs");
writeFileSync(
  TRAP,
  `import { writeFileSync } from "node:fs";
   import fs from "node:fs/promises";
   import { syncBuiltinESMExports } from "node:module";
   const [call, count] = process.env.TRAP.split(" ");
   let left = Number(count);
   const real = fs[call];
   fs[call] = async (target, content, ...rest) => {
     left -= 1;
     if (left > 0) return real(target, content, ...rest);
     if (call === "writeFile") writeFileSync(target, content.slice(0, content.length / 2));
     process.kill(process.pid, "SIGKILL");
     await new Promise(() => {});
   };
   syncBuiltinESMExports();`,
);

/** Runs Node with a trap at the n-th write or rename; throws unless it was killed there. */
function killed(moment: Moment, count: number, args: readonly string[]): void {
  const call = moment === "half of a text is written" ? "writeFile" : "rename";
  const env = { ...process.env, TRAP: `${call} ${count}`, NODE_OPTIONS: `--import=${TRAP}` };
  const { signal, stderr } = spawnSync(process.execPath, [...args], { cwd: place, env, encoding: "utf8" });
  expect(signal, `killed while ${moment}: ${stderr}`).toBe("SIGKILL");
}

function run(args: readonly string[]): number | null {
  return spawnSync(process.execPath, [...args], { cwd: place }).status;
}

/** Every file below a folder and its text, without the hidden ones that a killed process leaves beside its targets. */
function filesIn(start: string, below = ""): Readonly<Record<string, string>> {
  const entries = readdirSync(join(start, below), { withFileTypes: true }).filter(({ name }) => !name.endsWith(".tmp"));
  return Object.assign(
    {},
    ...entries.map((entry) => {
      const path = join(below, entry.name);
      return entry.isDirectory() ? filesIn(start, path) : { [path]: readFileSync(join(start, path), "utf8") };
    }),
  );
}

const MOMENTS: readonly Moment[] = ["half of a text is written", "a text waits to be renamed"];

describe("a process that is killed while", () => {
  it.each(MOMENTS)("%s leaves the report of the run before as it was", (moment) => {
    writeFileSync(join(place, "report.json"), "old");
    const evaluate = [CLI, "evaluate", POLICY, "--format", "json", "--as-of", "2026-11-21", "--out", "report.json"];

    killed(moment, 1, evaluate);
    expect(filesIn(place)).toEqual({ "report.json": "old" });

    expect(run(evaluate)).toBe(0);
    expect(JSON.parse(readFileSync(join(place, "report.json"), "utf8"))).toMatchObject({ schemaVersion: 1 });
  });

  it.each(MOMENTS)("%s leaves whole files of a starter or none, and the next start completes them", (moment) => {
    const init = [CLI, "init", "--name", "my-service", "--yes"];
    expect(run(init)).toBe(0);
    const whole = filesIn(place);
    expect(Object.keys(whole)).toHaveLength(3);

    for (const count of [1, 2, 3]) {
      for (const path of Object.keys(whole)) rmSync(join(place, path), { force: true });
      killed(moment, count, init);
      const left = filesIn(place);
      for (const [path, text] of Object.entries(left)) expect(text, path).toBe(whole[path]);
      // Nothing is renamed before all is written.
      expect(Object.keys(left)).toHaveLength(moment === "half of a text is written" ? 0 : count - 1);

      expect(run([...init, "--force"])).toBe(0);
      expect(filesIn(place)).toEqual(whole);
    }
  });

  it.each(MOMENTS)("%s leaves whole lists of the catalog, with the old date until all are new", (moment) => {
    const before = join(ROOT, "src", "catalog");
    const catalog = join(place, "catalog");
    const script = join(place, "refresh.ts");
    // What a refresh writes: two lists and the date.
    writeFileSync(
      script,
      `import { readCatalog, writeCatalog } from ${JSON.stringify(join(ROOT, "scripts", "refresh", "files.ts"))};
       const catalog = await readCatalog("catalog");
       await writeCatalog("catalog", {
         ...catalog, version: "2030-01-01", apiModels: catalog.apiModels.slice(1), instances: catalog.instances.slice(1),
       });`,
    );
    const refresh = ["--import", import.meta.resolve("tsx"), script];
    const copy = () => {
      rmSync(catalog, { recursive: true, force: true });
      cpSync(before, catalog, { recursive: true, filter: (path) => !path.endsWith(".ts") });
    };
    copy();
    const old = filesIn(catalog);
    expect(run(refresh)).toBe(0);
    const renewed = filesIn(catalog);
    expect(renewed["version.json"]).not.toBe(old["version.json"]);

    for (const count of [1, 2, 3]) {
      copy();
      killed(moment, count, refresh);
      const left = filesIn(catalog);
      for (const [path, text] of Object.entries(left)) expect([old[path], renewed[path]], path).toContain(text);
      expect(left["version.json"]).toBe(old["version.json"]);
      expect(existsSync(join(catalog, "api-models.json"))).toBe(true);

      expect(run(refresh)).toBe(0);
      expect(JSON.parse(readFileSync(join(catalog, "version.json"), "utf8"))).toBe("2030-01-01");
    }
  });
});
