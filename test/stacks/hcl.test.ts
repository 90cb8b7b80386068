import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { synthesize } from "../../stacks/synthesize.ts";
import { selfHostConfig } from "./configs.ts";
import { findTools, missing, openWorkspace } from "./terraform.ts";

/**
 * Why `cdktf synth --hcl` is not offered, each reason by itself. Where one of these tests fails, cdktf (or its successor) has mended it, and
 * stacks/README.md can promise more.
 */
describe("the HCL of cdktf 0.21", () => {
  const folder = mkdtempSync(join(tmpdir(), "breakeven-hcl-"));
  let hcl = "";

  beforeAll(() => {
    process.env.SYNTH_HCL_OUTPUT = "true";
    try {
      hcl = readFileSync(join(dirname(synthesize(selfHostConfig, folder).file), "cdk.tf"), "utf8");
    } finally {
      delete process.env.SYNTH_HCL_OUTPUT;
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("leaves quotes as they are in a text with an expression, which every policy document is", () => {
    expect(hcl).toMatch(/policy += "\{" ?Version/);
  });

  it("makes the version of Terraform an argument named 0", () => {
    expect(hcl).toContain('0 = "required_version"');
  });

  it("forgets the ephemeral blocks that keys are made from, and still names them", () => {
    expect(hcl).toContain("ephemeral.aws_secretsmanager_random_password.server_key");
    expect(hcl).not.toMatch(/^ephemeral /m);
  });

  const tools = findTools();
  if (typeof tools === "string") missing(tools, "terraform validate of HCL");

  it.skipIf(typeof tools === "string")("is refused by Terraform", () => {
    if (typeof tools === "string") return;
    const workspace = openWorkspace(tools);
    writeFileSync(join(workspace.folder, "cdk.tf"), hcl);
    const { status, output } = workspace.run("validate", "-no-color");
    workspace.close();
    expect(status).toBe(1);
    expect(output).toContain("Invalid character");
    expect(output).toContain("An argument or block definition is required here");
  });
});
