import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { StackConfig } from "../../src/stack-config.ts";
import { airGappedConfig, apiConfig, fleet, hybridConfig, hybridGatewayConfig, selfHostConfig } from "./configs.ts";
import { forApply, MOTO_DRIFT, MOTO_GAPS, onMoto, readSecret, requestCertificate, withoutGaps } from "./moto.ts";
import { synthesized } from "./stack-json.ts";
import { findBench, leftOut, type Moto, onPath, openWorkspace, type Run, startMoto, type Workspace } from "./terraform.ts";
import { WAIVERS } from "./waivers.ts";

/** Real `terraform plan`, `apply` and `destroy` against an AWS on loopback. Minutes, hence only where BREAKEVEN_SLOW is 1. */
const TITLE = "terraform plan, apply and destroy of the stacks";
const MINUTES_MS = 60_000;

const bench = findBench(TITLE);

const Plan = z.object({
  resource_changes: z
    .array(z.object({ address: z.string(), type: z.string(), change: z.object({ actions: z.array(z.string()) }) }))
    .default([]),
});
type Changes = z.infer<typeof Plan>["resource_changes"];

/** The newest machine image stands in a public parameter that moto does not have. */
const VALUES = { gpu_image_id: "ami-12c6146b", certificate_arn: "arn:aws:acm:us-east-1:123456789012:certificate/1" } as const;

/** moto now and then forgets the default egress rule of a group made while another one is; a second apply goes on from there. */
const MOTO_RACE = "InvalidPermission.NotFound: The specified rule does not exist";

describe.skipIf(typeof bench === "string")(TITLE, () => {
  let moto: Moto;
  let workspace: Workspace;
  let certificate = "";

  beforeAll(async () => {
    if (typeof bench === "string") return;
    moto = await startMoto(bench.moto);
    certificate = await requestCertificate(moto.url);
  });
  afterAll(() => moto.close());

  beforeEach(() => {
    if (typeof bench !== "string") workspace = openWorkspace(bench.tools);
  });
  afterEach(() => workspace.close());

  /** Puts a stack into the workspace; `gaps` keeps what moto cannot apply. Returns the values of the variables it asks for. */
  function use(config: StackConfig, gaps: "with" | "without"): readonly string[] {
    const stack = onMoto(synthesized(config), moto.url);
    workspace.use(gaps === "with" ? stack : withoutGaps(stack));
    return Object.entries(VALUES).flatMap(([name, value]) => (stack.variable[name] === undefined ? [] : [`-var=${name}=${value}`]));
  }

  function succeed(run: Run): string {
    expect(run.status, run.output.slice(-5000)).toBe(0);
    return run.output;
  }

  const init = () => succeed(workspace.run("init", "-input=false", "-no-color"));

  function plan(values: readonly string[]): Changes {
    succeed(workspace.run("plan", "-input=false", "-no-color", "-out=plan", ...values));
    const { resource_changes } = Plan.parse(JSON.parse(succeed(workspace.run("show", "-json", "plan"))));
    return resource_changes.filter(({ change }) => change.actions.some((action) => action !== "no-op" && action !== "read"));
  }

  function apply(values: readonly string[]): string {
    const run = () => workspace.run("apply", "-auto-approve", "-input=false", "-no-color", ...values);
    const first = run();
    return succeed(first.status !== 0 && first.output.includes(MOTO_RACE) ? run() : first);
  }

  const destroy = (values: readonly string[]) => succeed(workspace.run("destroy", "-auto-approve", "-input=false", "-no-color", ...values));
  const deleted = (changes: Changes) => changes.filter(({ change }) => change.actions.includes("delete")).map(({ address }) => address);

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
      const values = use(config, "with");
      init();
      const changes = plan(values);
      expect(changes.map(({ type }) => type)).toEqual(expect.arrayContaining(Object.keys(MOTO_GAPS)));
      expect(changes.every(({ change }) => change.actions.join() === "create")).toBe(true);
      scan(workspace);
    },
    5 * MINUTES_MS,
  );

  it(
    "applies the API stack, finds nothing to change, moves it to hybrid without losing anything, and destroys it",
    () => {
      const config = forApply(apiConfig, certificate);
      const values = use(config, "without");
      init();
      apply(values);
      expect(plan(values)).toEqual([]);
      const moved = plan(use(forApply(hybridConfig, certificate), "without"));
      expect(deleted(moved)).toEqual([]);
      expect(moved.find(({ address }) => address === "aws_kms_key.key")?.change.actions).toEqual(["update"]);
      destroy(use(config, "without"));
    },
    10 * MINUTES_MS,
  );

  it(
    "applies the self-host stack without its key in the state, moves it to hybrid without losing anything, and destroys it",
    async () => {
      const config = forApply(selfHostConfig, certificate);
      const values = use(config, "without");
      init();
      expect(apply(values)).toContain("llama-3-3-70b-instruct/v1");
      const key = await readSecret(moto.url, "breakeven/support-platform-production/servers/api-key");
      expect(key).toMatch(/^[A-Za-z0-9]{48}$/);
      expect(readFileSync(join(workspace.folder, "terraform.tfstate"), "utf8")).not.toContain(key);
      expect(plan(values).filter(({ type }) => MOTO_DRIFT[type] === undefined)).toEqual([]);
      expect(await readSecret(moto.url, "breakeven/support-platform-production/servers/api-key")).toBe(key);
      expect(deleted(plan(use(forApply(hybridConfig, certificate), "without")))).toEqual([]);
      destroy(use(config, "without"));
    },
    15 * MINUTES_MS,
  );
});

const Scan = z.object({
  summary: z.object({ passed: z.number() }),
  results: z.object({ failed_checks: z.array(z.object({ check_id: z.string(), resource: z.string() })) }),
});

/** checkov on the plan in the workspace, where it is installed; it runs without network. */
function scan(workspace: Workspace): void {
  const checkov = process.env.BREAKEVEN_CHECKOV ?? onPath("checkov");
  if (checkov === null) {
    leftOut("checkov is not on PATH and BREAKEVEN_CHECKOV names none", "checkov on the plans");
    return;
  }
  const file = join(workspace.folder, "plan.json");
  writeFileSync(file, workspace.run("show", "-json", "plan").output);
  const parameters = ["-f", file, "--framework", "terraform_plan", "--compact", "--quiet", "--skip-download", "-o", "json"];
  const { summary, results } = Scan.parse(JSON.parse(spawnSync(checkov, parameters, { encoding: "utf8", maxBuffer: 2 ** 26 }).stdout));
  expect(summary.passed).toBeGreaterThan(20);
  expect(results.failed_checks.filter(({ check_id }) => WAIVERS[check_id] === undefined)).toEqual([]);
}
