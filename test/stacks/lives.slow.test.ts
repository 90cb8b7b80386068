import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { StackConfig } from "../../src/stack-config.ts";
import { type Cell, matrix } from "./matrix.ts";
import { useModules } from "./modules.ts";
import { instanceRefreshes, requestCertificate } from "./moto.ts";
import { findBench, type Moto, openWorkspace, startMoto, type Workspace } from "./terraform.ts";

/** Twelve policies and more, each applied, changed and destroyed; several under one root, so that the provider starts once for them. Minutes. */
const TITLE = "the lives of the matrix's stacks";
const MINUTES_MS = 60_000;
/** Stacks under one root: Terraform writes the whole state after each resource, so that twice as many take four times as long. */
const BATCH = 4;
/** Waiting, for load balancers and life cycles, is most of an apply; more at once than Terraform's ten. */
const PARALLELISM = 30;

const bench = findBench(TITLE);

const Plan = z.object({
  resource_changes: z
    .array(z.object({ address: z.string(), mode: z.string(), type: z.string(), change: z.object({ actions: z.array(z.string()) }) }))
    .default([]),
});
type Changes = z.infer<typeof Plan>["resource_changes"];

/** Cells whose networks are new, in one region: every path, every way to buy, sealed ones and gateways. */
function chosen(): readonly Cell[] {
  const buys = ["on demand", "reserved", "warm", "spot", "block"];
  const names = [
    'api us-east-1 {"gateway":"none"}',
    'api us-east-1 {"gateway":"litellm"}',
    ...buys.map((buy) => `self-host us-east-1 ${buy} small`),
    ...buys.slice(0, 2).map((buy) => `sealed us-east-1 ${buy} small`),
    ...buys.filter((buy) => buy !== "reserved" && buy !== "warm").map((buy) => `hybrid us-east-1 ${buy} small`),
  ];
  const cells = matrix();
  return names.flatMap((name) => cells.find((cell) => cell.name === name) ?? []);
}

/** The same policy under a name of its own; one of them alone makes the account's one identity provider of GitHub. */
function own({ config }: Cell, index: number): StackConfig {
  return { ...config, name: `life-${index}`, githubRepository: index === 0 ? config.githubRepository : null };
}

/** What changes in a policy's life: a larger bill, longer logs, and servers that take LoRA adapters and may be one more. */
function changed(config: StackConfig): StackConfig {
  const fleets = config.fleets.map((fleet) => ({
    ...fleet,
    adapters: true,
    instances: { ...fleet.instances, maximum: fleet.instances.maximum + 1 },
  }));
  return { ...config, budget: { ...config.budget, limitUsd: config.budget.limitUsd + 100 }, logRetentionDays: 400, fleets };
}

const all = typeof bench === "string" ? [] : chosen().map(own);
const batches = Array.from({ length: Math.ceil(all.length / BATCH) }, (_, index) => all.slice(index * BATCH, (index + 1) * BATCH));

describe.skipIf(typeof bench === "string")(TITLE, () => {
  it("are twelve or more, of every path and way to buy", () => {
    expect(all.length).toBeGreaterThanOrEqual(12);
    expect(new Set(all.map(({ path }) => path)).size).toBe(3);
    expect(new Set(all.flatMap(({ fleets }) => fleets.map(({ purchase }) => purchase))).size).toBe(4);
    expect(all.some(({ airGapped, gateway }) => airGapped && gateway !== null)).toBe(true);
    expect(all.some(({ fleets }) => fleets.some(({ warmInstances }) => warmInstances > 0))).toBe(true);
  });
});

describe.skipIf(typeof bench === "string")(`${TITLE}, several under one root`, () => {
  it.concurrent.each(batches.map((stacks, index) => [index, stacks] as const))(
    "batch %i: everything is applied, a change is an update in place, and nothing is left",
    async (_, stacks) => {
      if (typeof bench === "string") return;
      const moto = await startMoto(bench.moto);
      const workspace = openWorkspace(bench.tools);
      try {
        const root = rootOf(workspace, moto, await requestCertificate(moto.url));
        const before = new Set(await moto.inventory());
        await begin(root, stacks);
        await goOn(root, moto, stacks);
        await root.run("destroy", "-auto-approve", "-input=false", "-no-color", `-parallelism=${PARALLELISM}`);
        const left = (await moto.inventory()).filter((line) => !before.has(line) && !/\((deleted|PendingDeletion)\)$/.test(line));
        expect(left).toEqual([]);
      } finally {
        workspace.close();
        await moto.close();
      }
    },
    30 * MINUTES_MS,
  );
});

/** Terraform on several stacks at once; whatever does not end well fails with the end of its output. */
function rootOf(workspace: Workspace, moto: Moto, certificate: string) {
  async function run(...parameters: readonly string[]): Promise<string> {
    const { status, output } = await workspace.runBeside(...parameters);
    expect(status, output.slice(-5000)).toBe(0);
    return output;
  }
  return {
    run,
    async use(some: readonly StackConfig[]): Promise<void> {
      const named = Object.fromEntries(some.map((config, index) => [`life_${index}`, config]));
      useModules(workspace, { stacks: named, moto: moto.url, certificate, mortal: true });
      await run("init", "-input=false", "-no-color");
    },
    async plan(): Promise<Changes> {
      await run("plan", "-input=false", "-no-color", `-parallelism=${PARALLELISM}`, "-out=plan");
      const { resource_changes } = Plan.parse(JSON.parse(await run("show", "-json", "plan")));
      return resource_changes.filter(({ change }) => change.actions.some((action) => action !== "no-op" && action !== "read"));
    },
    apply: () => run("apply", "-input=false", "-no-color", `-parallelism=${PARALLELISM}`, "plan"),
  };
}
type Root = ReturnType<typeof rootOf>;

async function begin({ use, plan, apply }: Root, stacks: readonly StackConfig[]): Promise<void> {
  await use(stacks);
  expect((await plan()).every(({ change }) => change.actions.join() === "create")).toBe(true);
  await apply();
}

/** A change touches what it changes and nothing else, the plan after it is empty, and servers are rolled over. */
async function goOn({ use, plan, apply }: Root, moto: Moto, stacks: readonly StackConfig[]): Promise<void> {
  const told = (changes: Changes) => changes.map(({ address, change }) => `${address} ${change.actions}`);
  await use(stacks.map(changed));
  const changes = await plan();
  expect(told(changes.filter(({ change }) => change.actions.join() !== "update"))).toEqual([]);
  expect([...new Set(changes.map(({ type }) => type))].filter((type) => !TOUCHED.includes(type))).toEqual([]);
  await apply();
  expect(told(await plan())).toEqual([]);
  const fleets = stacks.flatMap(({ name, fleets: own }) => own.map(({ model }) => ({ name, model })));
  for (const { name, model } of fleets) expect(await instanceRefreshes(moto.url, `${name}-production-${model}`), name).toHaveLength(1);
}

/** Resource types that `changed` touches. */
const TOUCHED = [
  "aws_autoscaling_group",
  "aws_budgets_budget",
  "aws_ce_anomaly_subscription",
  "aws_cloudwatch_log_group",
  "aws_launch_template",
  "aws_s3_bucket_lifecycle_configuration",
];
