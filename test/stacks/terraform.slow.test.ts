import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { StackConfig } from "../../src/stack-config.ts";
import { scanPlan } from "./checkov.ts";
import { airGappedConfig, apiConfig, fleet, hybridConfig, hybridGatewayConfig, selfHostConfig } from "./configs.ts";
import { onMoto } from "./moto.ts";
import { synthesized } from "./stack-json.ts";
import { findBench, type Moto, openWorkspace, startMoto, type Workspace } from "./terraform.ts";

/** Real `terraform plan` of each kind of stack in production, before checkov. Minutes, hence only where BREAKEVEN_SLOW is 1. */
const TITLE = "terraform plan of the stacks";
const MINUTES_MS = 60_000;

const bench = findBench(TITLE);

const Plan = z.object({
  resource_changes: z.array(z.object({ mode: z.string(), change: z.object({ actions: z.array(z.string()) }) })),
});

/** The newest machine image stands in a public parameter that moto does not have. */
const VALUES = { gpu_image_id: "ami-12c6146b", certificate_arn: "arn:aws:acm:us-east-1:123456789012:certificate/1" } as const;

describe.skipIf(typeof bench === "string")(TITLE, () => {
  let moto: Moto;
  let workspace: Workspace;

  beforeAll(async () => {
    if (typeof bench === "string") return;
    moto = await startMoto(bench.moto);
    workspace = openWorkspace(bench.tools);
  });
  afterAll(async () => {
    workspace.close();
    await moto.close();
  });

  function run(...parameters: readonly string[]): string {
    const { status, output } = workspace.run(...parameters);
    expect(status, output.slice(-5000)).toBe(0);
    return output;
  }

  const spot: StackConfig = {
    ...selfHostConfig,
    fleets: [
      { ...fleet, purchase: "spot" },
      { ...fleet, id: "b", model: "b" },
    ],
  };
  const planned = {
    gateway: hybridGatewayConfig,
    api: apiConfig,
    "self-host": selfHostConfig,
    hybrid: hybridConfig,
    "air-gapped": airGappedConfig,
    spot,
  };

  it.each(Object.entries(planned))(
    "plans the whole %s stack, and checkov finds nothing but what is waived",
    (_, config) => {
      const stack = onMoto(synthesized(config), moto.url);
      workspace.use(stack);
      const values = Object.entries(VALUES).flatMap(([name, value]) =>
        stack.variable[name] === undefined ? [] : [`-var=${name}=${value}`],
      );
      run("init", "-input=false", "-no-color");
      run("plan", "-input=false", "-no-color", "-out=plan", ...values);
      const { resource_changes } = Plan.parse(JSON.parse(run("show", "-json", "plan")));
      const managed = resource_changes.filter(({ mode }) => mode === "managed");
      expect(managed.length).toBeGreaterThan(20);
      expect(managed.every(({ change }) => change.actions.join() === "create")).toBe(true);
      scanPlan(workspace);
    },
    5 * MINUTES_MS,
  );
});
