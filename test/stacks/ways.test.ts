import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");
const folder = mkdtempSync(join(tmpdir(), "breakeven-ways-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const AS_OF = "2026-11-21";
const env = { ...process.env, BREAKEVEN_AS_OF: AS_OF, CHECKPOINT_DISABLE: "1", DISABLE_VERSION_CHECK: "1", CI: "1" };
const bin = (name: string) => join(ROOT, "node_modules", ".bin", name);

const stacks = { api: "deskhand-production", "self-host": "ledgerline-production", hybrid: "caredesk-production" } as const;

function synthesized(way: string, name: keyof typeof stacks, run: (out: string, policy: string) => void): string {
  const out = join(folder, `${way}-${name}`);
  run(out, join("policies", `${name}.yml`));
  return readFileSync(join(out, "stacks", stacks[name], "cdk.tf.json"), "utf8");
}

const byCommandLine = (out: string, policy: string) =>
  void execFileSync(process.execPath, [join(ROOT, "dist", "cli.js"), "synth", policy, "--out", out, "--as-of", AS_OF], { cwd: ROOT });
const byApp = (out: string, policy: string) =>
  void execFileSync(bin("tsx"), ["stacks/main.ts", policy], { cwd: ROOT, env: { ...env, CDKTF_OUTDIR: out } });
const byCdktf = (out: string, policy: string) =>
  void execFileSync(bin("cdktf"), ["synth", "--output", out], { cwd: ROOT, env: { ...env, BREAKEVEN_POLICY: policy }, stdio: "pipe" });

describe("the three ways to synthesize", () => {
  it.each(["api", "self-host", "hybrid"] as const)("the bundle and the app write the same bytes for policies/%s.yml", (name) => {
    expect(synthesized("app", name, byApp)).toBe(synthesized("bundle", name, byCommandLine));
  });

  it("the cdktf command line writes them too", () => {
    expect(synthesized("cdktf", "self-host", byCdktf)).toBe(synthesized("bundle", "self-host", byCommandLine));
  });
});
