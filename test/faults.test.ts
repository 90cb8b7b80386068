import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

/** The built command line on a machine where something is wrong: a clear error or the same answer, and nothing half-written. */
const ROOT = join(import.meta.dirname, "..");
const CLI = join(ROOT, "dist", "cli.js");
const POLICY = join(ROOT, "policies", "hybrid.yml");
const TEXT = readFileSync(POLICY, "utf8");
const AS_OF = ["--as-of", "2026-11-21"];
const folder = mkdtempSync(join(tmpdir(), "breakeven-faults-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a shell line with the command line as `$BREAKEVEN`, in a folder of its own. */
function sh(script: string, env: Readonly<Record<string, string>> = {}): Outcome {
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script], {
    cwd: folder,
    env: { ...process.env, BREAKEVEN: `${process.execPath} ${CLI}`, POLICY, ...env },
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return { code: status, stdout, stderr };
}

function expectOneLine({ code, stderr }: Outcome, message: RegExp): void {
  expect(code).toBe(3);
  expect(stderr).toMatch(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
}

const healthy = sh(`$BREAKEVEN evaluate $POLICY ${AS_OF.join(" ")}`).stdout;

describe("writing", () => {
  it("says that standard output is full", () => {
    expectOneLine(sh("$BREAKEVEN evaluate $POLICY > /dev/full"), /standard output cannot be written: ENOSPC/);
  });

  it("keeps the exit code of the evaluation when the reader closes the pipe", () => {
    writeFileSync(join(folder, "gate.yml"), `${TEXT}\n`.replace(/max_monthly_usd: \S+/, "max_monthly_usd: 1"));
    expect(sh("set -o pipefail; $BREAKEVEN evaluate gate.yml | head -n 1 > /dev/null").code).toBe(1);
  });

  it("keeps the old file whole when the disk is full", () => {
    const out = join(folder, "full.json");
    writeFileSync(out, "old");

    // A limit on the size of files stops a write half way, as a full disk does.
    expectOneLine(sh("ulimit -f 1; $BREAKEVEN evaluate $POLICY --format json --out full.json"), /full\.json: cannot be written: EFBIG/);

    expect(readFileSync(out, "utf8")).toBe("old");
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("says that a folder is read-only", (context) => {
    const readOnly = join(folder, "read-only");
    mkdirSync(readOnly);
    chmodSync(readOnly, 0o555);
    chmodSync(folder, 0o755);
    const nobody = process.getuid?.() === 0 ? "setpriv --reuid=65534 --clear-groups " : "";
    if (nobody !== "" && sh(`${nobody}$BREAKEVEN --version`).code !== 0)
      context.skip("setpriv cannot run the command line as another user here");

    expectOneLine(sh(`${nobody}$BREAKEVEN evaluate $POLICY --out read-only/x.json`), /read-only\/x\.json: cannot be written: EACCES/);
    expectOneLine(sh(`${nobody}$BREAKEVEN init --dir read-only`), /read-only/);

    expect(readdirSync(readOnly)).toEqual([]);
  });

  it("writes every file of a starter or none", () => {
    const dir = join(folder, "start");
    mkdirSync(join(dir, ".github"), { recursive: true });
    writeFileSync(join(dir, ".github", "workflows"), "a file where a folder must be");

    const outcome = sh("$BREAKEVEN init --dir start");

    expectOneLine(outcome, /workflows/);
    expect(existsSync(join(dir, "cdktf.json"))).toBe(false);
    expect(existsSync(join(dir, ".github", "breakeven.yml"))).toBe(false);
  });
});

describe("the machine", () => {
  it.each([
    ["a locale that does not exist", { LC_ALL: "zz_ZZ.UTF-8", LANG: "zz" }],
    ["Turkish capitals", { LC_ALL: "tr_TR.UTF-8" }],
    ["a time zone a day ahead", { TZ: "Pacific/Kiritimati" }],
    ["a home that does not exist", { HOME: "/nonexistent" }],
    ["64 MB of heap", { NODE_OPTIONS: "--max-old-space-size=64" }],
  ])("gives the same bytes with %s", (_, env) => {
    expect(sh(`$BREAKEVEN evaluate $POLICY ${AS_OF.join(" ")}`, env).stdout).toBe(healthy);
  });

  it("keeps the old file and says so by its exit code when memory runs out", () => {
    writeFileSync(join(folder, "memory.json"), "old");
    // Less heap than the catalog takes: Node itself gives up.
    const { code, stdout } = sh("$BREAKEVEN evaluate $POLICY --format json --out memory.json", { NODE_OPTIONS: "--max-old-space-size=8" });

    expect(code).not.toBe(0);
    expect(stdout).toBe("");
    expect(readFileSync(join(folder, "memory.json"), "utf8")).toBe("old");
  });

  it("gives the same bytes with 32 open files at most", () => {
    expect(sh(`ulimit -n 32; $BREAKEVEN evaluate $POLICY ${AS_OF.join(" ")}`).stdout).toBe(healthy);
  });

  it("names the age of prices when the clock is far ahead, and finds no price when it is far behind", () => {
    expect(sh("$BREAKEVEN evaluate $POLICY --as-of 2099-01-01").stdout).toMatch(/last checked \d{5} days ago/);
    expect(sh("$BREAKEVEN evaluate $POLICY --as-of 1970-01-01").stdout).toContain("no option satisfies every rule");
  });

  it.each(["1970-01-01", "2099-01-01", "9999-12-31"])("takes a clock that says %s for that date, and for nothing else", (date) => {
    const clock = join(folder, "clock.mjs");
    writeFileSync(
      clock,
      `const Real = Date;
       globalThis.Date = class extends Real {
         constructor(...given) { super(...(given.length === 0 ? ["${date}T12:00:00Z"] : given)); }
         static now() { return Real.parse("${date}T12:00:00Z"); }
       };`,
    );

    const byClock = sh("$BREAKEVEN evaluate $POLICY", { NODE_OPTIONS: `--import=${clock}` });

    expect(byClock).toEqual(sh(`$BREAKEVEN evaluate $POLICY --as-of ${date}`));
    expect(byClock.code).toBeLessThan(3);
  });
});

describe("the text of a policy", () => {
  it.each([
    ["Windows line ends", TEXT.replaceAll("\n", "\r\n")],
    ["a byte order mark", `\uFEFF${TEXT}`],
    ["no line end at its end", TEXT.trimEnd()],
    ["trailing blanks", TEXT.replaceAll("\n", "  \n")],
  ])("means the same with %s", (_, text) => {
    // A name as long as the path, so that lines wrap in the same places.
    const name = `${"h".repeat(POLICY.length - ".yml".length)}.yml`;
    writeFileSync(join(folder, name), text);
    const lines = (report: string) => report.replaceAll(/input [0-9a-f]{12}/g, "input HASH").split("\n");

    expect(lines(sh(`$BREAKEVEN evaluate ${name} ${AS_OF.join(" ")}`).stdout)).toEqual(lines(healthy.replaceAll(POLICY, name)));
  });

  it.each([
    ["UTF-16", Buffer.from(`\uFEFF${TEXT}`, "utf16le"), /save the file as UTF-8/],
    ["UTF-16 without a byte order mark", Buffer.from(TEXT, "utf16le"), /looks like UTF-16/],
    ["UTF-16 with the other byte first", Buffer.from(`\uFEFF${TEXT}`, "utf16le").swap16(), /save the file as UTF-8/],
    ["Latin-1", Buffer.from(`# caf\u00e9\n${TEXT}`, "latin1"), /save the file as UTF-8/],
    ["20,000 brackets", Buffer.from(`version: 1\nworkloads: ${"[".repeat(20_000)}`), /nested more than 32 deep/],
    [
      "300 maps in each other",
      Buffer.from(`version: 1\nworkloads:\n${Array.from({ length: 300 }, (_, depth) => `${" ".repeat(depth + 1)}a:\n`).join("")}`),
      /nested more than 32 deep/,
    ],
    [
      "aliases that stand for 43 million values",
      Buffer.from(
        `version: 1\na: &a [${"x,".repeat(9)}]\n${"bcdefgh"
          .split("")
          .map((name, index) => `${name}: &${name} [${`*${"abcdefg"[index]},`.repeat(9)}]\n`)
          .join("")}`,
      ),
      /aliases up to here stand for \d+ values/,
    ],
    [
      "a number beyond what a computer counts",
      Buffer.from(TEXT.replace(/requests_per_(day|month): \d+/, "requests_per_$1: 1e999")),
      /1e999/,
    ],
    [
      "a number that no policy needs",
      Buffer.from(TEXT.replace(/requests_per_(day|month): \d+/, "requests_per_$1: 1e308")),
      /at most 1000000000000000/,
    ],
    [
      "a number of 400 digits",
      Buffer.from(TEXT.replace(/requests_per_(day|month): \d+/, `requests_per_$1: ${"9".repeat(400)}`)),
      /requests_per/,
    ],
    ["300 KiB", Buffer.from(`# ${"x".repeat(300 * 1024)}\n${TEXT}`), /at most 262144/],
    ["nothing in it", Buffer.from(""), /holds no policy/],
  ])("is refused with its line and the fix when it is %s", (_, bytes, message) => {
    writeFileSync(join(folder, "wrong.yml"), bytes);
    const { code, stdout, stderr } = sh("$BREAKEVEN evaluate wrong.yml");

    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^wrong\.yml:\d+:\d+ error: /);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/ {4}at /);
  });
});
