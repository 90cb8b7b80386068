import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { StackConfig } from "../../src/stack-config.ts";
import { scanPlan } from "./checkov.ts";
import { type Cell, matrix } from "./matrix.ts";
import { useModules } from "./modules.ts";
import { synthesizedText } from "./stack-json.ts";
import { findBench, type Moto, openWorkspace, startMoto, type Workspace } from "./terraform.ts";

/** Every kind of policy through the whole way to Terraform. Minutes, hence only where BREAKEVEN_SLOW is 1. */
const TITLE = "the matrix of policies before Terraform";
const MINUTES_MS = 60_000;
/** Stacks for each run of Terraform: its provider starts once for all of them. */
const BATCH = 26;
/** Stacks planned in each region. */
const PLANNED = 8;

const bench = findBench(TITLE);

const Plan = z.object({
  resource_changes: z.array(z.object({ address: z.string(), mode: z.string(), change: z.object({ actions: z.array(z.string()) }) })),
});

describe.skipIf(typeof bench === "string")(TITLE, () => {
  const cells = typeof bench === "string" ? [] : matrix();
  let moto: Moto;
  let workspace: Workspace;

  beforeAll(async () => {
    if (typeof bench !== "string") moto = await startMoto(bench.moto);
  });
  afterAll(() => moto.close());
  beforeEach(() => {
    if (typeof bench !== "string") workspace = openWorkspace(bench.tools);
  });
  afterEach(() => workspace.close());

  const named = (some: readonly Cell[]): Readonly<Record<string, StackConfig>> =>
    Object.fromEntries(some.map(({ config }, index) => [`cell_${index}`, config]));

  function succeed(...parameters: readonly string[]): string {
    const { status, output } = workspace.run(...parameters);
    expect(status, output.slice(-5000)).toBe(0);
    return output;
  }

  it("has 60 stacks or more, of all paths, regions and ways to buy", () => {
    expect(cells.length).toBeGreaterThanOrEqual(60);
    expect(new Set(cells.map(({ config }) => config.path)).size).toBe(3);
    expect(new Set(cells.map(({ config }) => config.region)).size).toBe(3);
    expect([...new Set(cells.flatMap(({ config }) => config.fleets.map((fleet) => fleet.purchase)))].sort()).toEqual([
      "capacity_block",
      "on_demand",
      "reserved",
      "spot",
    ]);
    expect(cells.some(({ config }) => config.airGapped && config.gateway !== null)).toBe(true);
  });

  it(
    "is synthesized to the same bytes twice",
    () => {
      for (const { name, config } of cells) {
        const first = synthesizedText(config);
        expect(synthesizedText(structuredClone(config)) === first, name).toBe(true);
      }
    },
    3 * MINUTES_MS,
  );

  it(
    "is valid, every stack of it",
    () => {
      for (let start = 0; start < cells.length; start += BATCH) {
        const batch = cells.slice(start, start + BATCH);
        useModules(workspace, { stacks: named(batch), moto: null, certificate: null });
        succeed("init", "-input=false", "-no-color");
        expect(succeed("validate", "-no-color"), batch.map(({ name }) => name).join("\n")).toContain("The configuration is valid");
      }
    },
    6 * MINUTES_MS,
  );

  it.each(["us-east-1", "eu-central-1", "us-gov-west-1"])(
    "can be planned in %s, and checkov finds nothing but what is waived",
    (region) => {
      const ours = cells.filter(({ config }) => config.region === region && config.network.kind === "new");
      const step = Math.max(1, Math.floor(ours.length / PLANNED));
      const chosen = ours.filter((_, index) => index % step === 0).slice(0, PLANNED);
      expect(chosen).toHaveLength(PLANNED);
      expect(new Set(chosen.map(({ config }) => config.path)).size).toBe(3);
      useModules(workspace, { stacks: named(chosen), moto: moto.url, certificate: null });
      succeed("init", "-input=false", "-no-color");
      succeed("plan", "-input=false", "-no-color", "-out=plan");
      const { resource_changes } = Plan.parse(JSON.parse(succeed("show", "-json", "plan")));
      const managed = resource_changes.filter(({ mode }) => mode === "managed");
      for (const index of chosen.keys())
        expect(managed.filter(({ address }) => address.startsWith(`module.cell_${index}.`)).length).toBeGreaterThan(5);
      expect(managed.every(({ change }) => change.actions.join() === "create")).toBe(true);
      scanPlan(workspace);
    },
    5 * MINUTES_MS,
  );
});
