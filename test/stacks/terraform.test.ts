import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apiConfig, gatewayConfigs, hybridConfig, selfHostConfig } from "./configs.ts";
import { synthesized } from "./stack-json.ts";
import { findTools, missing, openWorkspace, type Workspace } from "./terraform.ts";

const tools = findTools();
if (typeof tools === "string") missing(tools, "terraform validate of the stacks");

const configs = { api: apiConfig, "self-host": selfHostConfig, hybrid: hybridConfig, ...gatewayConfigs };

describe.skipIf(typeof tools === "string")("terraform", () => {
  let workspace: Workspace | null = null;

  beforeAll(() => {
    if (typeof tools === "string") return;
    workspace = openWorkspace(tools);
    workspace.use(synthesized(hybridConfig));
    const { status, output } = workspace.run("init", "-backend=false", "-input=false", "-no-color");
    expect(output).toContain("successfully initialized");
    expect(status).toBe(0);
  });
  afterAll(() => workspace?.close());

  it.each(Object.entries(configs))("accepts the %s stack", (_, config) => {
    workspace?.use(synthesized(config));
    expect(workspace?.run("validate", "-no-color").output).toContain("The configuration is valid");
  });
});
