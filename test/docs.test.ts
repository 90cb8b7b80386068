import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

/** Every link of the documentation leads somewhere, every command in it works, and every example is a repository that runs. */
const ROOT = join(import.meta.dirname, "..");
const PAGES = [
  ...readdirSync(ROOT).filter((name) => name.endsWith(".md")),
  ...readdirSync(join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
  "stacks/README.md",
];
const read = (page: string) => readFileSync(join(ROOT, page), "utf8");

/** The anchor that GitHub gives a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[`*]/g, "")
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .trim()
    .replaceAll(" ", "-");
}

function anchorsOf(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/^#{1,6} (.+)$/gm)].map((match) => anchorOf(match[1] ?? "")));
}

describe("links", () => {
  it.each(PAGES)("of %s lead somewhere", (page) => {
    const prose = read(page).replaceAll(/```[\s\S]*?```/g, "");
    const broken = [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
      .map((match) => match[1] ?? "")
      .filter((target) => !/^(https?:|mailto:)/.test(target))
      .filter((target) => {
        const [path = "", anchor] = target.split("#");
        const file = path === "" ? join(ROOT, page) : resolve(ROOT, dirname(page), path);
        if (!existsSync(file)) return true;
        return anchor !== undefined && statSync(file).isFile() && !anchorsOf(readFileSync(file, "utf8")).has(anchor);
      });

    expect(broken).toEqual([]);
  });
});

const folder = mkdtempSync(join(tmpdir(), "breakeven-docs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Commands of the documentation that need no account and no person: our own command line. */
const commands = PAGES.flatMap((page) =>
  [...read(page).matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap((match) => (match[1] ?? "").replaceAll("\\\n", " ").split("\n"))
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => line.startsWith("node dist/cli.js "))
    .map((line) => [page, line] as const),
);

describe("commands", () => {
  it("are found", () => {
    expect(commands.length).toBeGreaterThan(3);
  });

  it.each(commands)("of %s work: %s", (_, command) => {
    // A folder that looks like a clone, so that a command may write into it.
    const clone = mkdtempSync(join(folder, "clone-"));
    for (const name of ["dist", "test", "bench", "node_modules"]) symlinkSync(join(ROOT, name), join(clone, name));
    for (const name of ["policies", "examples", "package.json"]) cpSync(join(ROOT, name), join(clone, name), { recursive: true });
    cpSync(join(ROOT, "policies", "hybrid.yml"), join(clone, ".github", "breakeven.yml"), { recursive: true });
    if (/\binit\b/.test(command)) rmSync(join(clone, ".github"), { recursive: true });

    const { status, stderr } = spawnSync("bash", ["-c", command], { cwd: clone, encoding: "utf8", input: "" });

    expect(stderr.replaceAll(/^.*warning.*$/gim, "").trim()).toBe("");
    expect([0, 1]).toContain(status);
  });
});

describe("examples", () => {
  const outcomes = readdirSync(join(ROOT, "examples")).filter((name) => statSync(join(ROOT, "examples", name)).isDirectory());

  it.each(outcomes)("%s is a repository whose outcome is its name, and whose infrastructure synthesizes", (outcome) => {
    const clone = join(folder, outcome);
    cpSync(join(ROOT, "examples", outcome), clone, { recursive: true });
    // What a user has on the PATH after an install.
    writeFileSync(join(folder, "breakeven"), `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, "dist", "cli.js")}" "$@"\n`, {
      mode: 0o755,
    });
    const options = { cwd: clone, encoding: "utf8", env: { ...process.env, PATH: `${folder}:${process.env.PATH}` } } as const;

    const decided = spawnSync("breakeven", ["evaluate", ".github/breakeven.yml", "--format", "json", "--as-of", "2026-11-21"], options);
    expect(decided.stderr).toBe("");
    expect(JSON.parse(decided.stdout).path).toBe(outcome);

    const { app }: { app: string } = JSON.parse(readFileSync(join(clone, "cdktf.json"), "utf8"));
    const synthesized = spawnSync("bash", ["-c", app], options);
    expect(synthesized.status, synthesized.stderr).toBe(0);
    const stacks = readdirSync(join(clone, "cdktf.out", "stacks"));
    expect(stacks).toHaveLength(1);
    expect(existsSync(join(clone, "cdktf.out", "stacks", stacks[0] ?? "", "cdk.tf.json"))).toBe(true);
  });
});
