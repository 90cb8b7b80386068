import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allConfigs } from "./configs.ts";
import { useModules } from "./modules.ts";
import { findTools, missing, openWorkspace, type Workspace } from "./terraform.ts";

const tools = findTools();
if (typeof tools === "string") missing(tools, "terraform validate of the stacks");

describe.skipIf(typeof tools === "string")("terraform", () => {
  let workspace: Workspace | null = null;

  beforeAll(() => {
    if (typeof tools === "string") return;
    workspace = openWorkspace(tools);
    const stacks = Object.fromEntries(Object.values(allConfigs).map((config, index) => [`stack_${index}`, config]));
    useModules(workspace, { stacks, moto: null, certificate: null });
    const { status, output } = workspace.run("init", "-backend=false", "-input=false", "-no-color");
    expect(output).toContain("successfully initialized");
    expect(status).toBe(0);
  });
  afterAll(() => workspace?.close());

  it("accepts every stack", () => {
    expect(workspace?.run("validate", "-no-color").output).toContain("The configuration is valid");
  });
});
