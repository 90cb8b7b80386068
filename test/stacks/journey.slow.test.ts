import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { StackConfig } from "../../src/stack-config.ts";
import { journey } from "./configs.ts";
import { fillSecret, instanceRefreshes, onMoto, readSecret, requestCertificate } from "./moto.ts";
import { synthesized } from "./stack-json.ts";
import { findBench, type Moto, openWorkspace, startMoto, type Workspace } from "./terraform.ts";

/** One stack from its first apply to its end, in one state: API, hybrid, own servers, API again. Minutes, hence only where BREAKEVEN_SLOW is 1. */
const TITLE = "the life of a stack: API, hybrid, self-host, API, nothing";
const MINUTES_MS = 60_000;
/** Waiting, for the load balancer and life cycles, is most of an apply; more at once than Terraform's ten. */
const QUIET = ["-input=false", "-no-color", "-parallelism=30"];
const PREFIX = "support-platform-production";

const bench = findBench(TITLE);

const Plan = z.object({
  resource_changes: z
    .array(z.object({ address: z.string(), type: z.string(), change: z.object({ actions: z.array(z.string()) }) }))
    .default([]),
});
type Changes = z.infer<typeof Plan>["resource_changes"];

const UserData = z.looseObject({ user_data: z.string().min(1) });
const State = z.object({
  resources: z.array(z.object({ type: z.string(), instances: z.array(z.object({ attributes: z.looseObject({}) })) })),
});

/** Values that a person types or Terraform makes; none may be found anywhere but in its secret. */
const PLANTED = { openai: "sk-planted-5dYq8hVw2nTb7RkM", hub: "hf_plantedXw3Lr9QzT6uJ" } as const;

/** Kept for ever: their loss is a loss of data, or of every caller's access. */
const PRECIOUS = ["aws_kms_key", "aws_secretsmanager_secret", "aws_s3_bucket"];

describe.skipIf(typeof bench === "string")(TITLE, () => {
  let moto: Moto;
  let workspace: Workspace;
  let certificateArn = "";
  let before: ReadonlySet<string>;
  /** Everything that a run of Terraform wrote or printed: states, plans, outputs, logs. */
  const written: string[] = [];

  beforeAll(async () => {
    if (typeof bench === "string") return;
    moto = await startMoto(bench.moto);
    certificateArn = await requestCertificate(moto.url);
    before = new Set(await moto.inventory());
    workspace = openWorkspace(bench.tools);
  });
  afterAll(async () => {
    workspace.close();
    await moto.close();
  });

  function run(...parameters: readonly string[]): string {
    const { status, output } = workspace.run(...parameters);
    written.push(output);
    expect(status, output.slice(-5000)).toBe(0);
    return output;
  }

  function plan(values: readonly string[]): Changes {
    run("plan", ...QUIET, "-out=plan", ...values);
    const { resource_changes } = Plan.parse(JSON.parse(run("show", "-json", "plan")));
    return resource_changes.filter(({ change }) => change.actions.some((action) => action !== "no-op" && action !== "read"));
  }

  /** Plans, applies and plans again: the second plan must be empty. */
  function move(config: StackConfig, ...more: readonly string[]): Changes {
    const stack = onMoto(synthesized({ ...config, certificateArn }), moto.url);
    workspace.use(stack);
    const values = [...(stack.variable.gpu_image_id === undefined ? [] : ["-var=gpu_image_id=ami-12c6146b"]), ...more];
    if (written.length === 0) run("init", "-input=false", "-no-color");
    const changes = plan(values);
    run("apply", ...QUIET, "plan");
    expect(run("plan", ...QUIET, ...values)).toContain("No changes.");
    written.push(readFileSync(join(workspace.folder, "terraform.tfstate"), "utf8"), run("output", "-json"));
    return changes;
  }

  const touched = (changes: Changes, action: string, types = PRECIOUS) =>
    changes.filter(({ type, change }) => types.includes(type) && change.actions.includes(action)).map(({ address }) => address);
  const secret = (path: string) => `breakeven/${PREFIX}/${path}`;

  it(
    "starts as an API stack, whose key a person fills in",
    async () => {
      const changes = move(journey.api);
      expect(changes.every(({ change }) => change.actions.join() === "create")).toBe(true);
      expect(changes.map(({ type }) => type)).toContain("aws_budgets_budget");
      await fillSecret(moto.url, secret("provider/openai"), PLANTED.openai);
    },
    5 * MINUTES_MS,
  );

  it(
    "becomes hybrid with a gateway, an overflow and a week's schedule, and loses nothing",
    async () => {
      const changes = move(journey.hybrid);
      expect(touched(changes, "delete")).toEqual([]);
      expect(changes.find(({ address }) => address === "aws_kms_key.key")?.change.actions).toEqual(["update"]);
      const types = new Set(changes.map(({ type }) => type));
      for (const type of ["aws_ecs_service", "aws_autoscaling_group", "aws_autoscaling_schedule", "aws_autoscaling_policy", "aws_lb"])
        expect(types, type).toContain(type);
      await fillSecret(moto.url, secret("servers/hub-token"), PLANTED.hub);
      expect(await instanceRefreshes(moto.url, `${PREFIX}-llama-3-3-70b-instruct`)).toEqual([]);
    },
    10 * MINUTES_MS,
  );

  it(
    "moves to own servers with other flags: the servers are rolled over, the provider's key stays",
    async () => {
      const changes = move(journey["self-host"], "-var=deletion_protection=false");
      expect(touched(changes, "delete")).toEqual([]);
      expect(touched(changes, "create")).toEqual([]);
      expect(touched(changes, "delete", ["aws_autoscaling_group", "aws_lb", "aws_vpc"])).toEqual([]);
      expect(await instanceRefreshes(moto.url, `${PREFIX}-llama-3-3-70b-instruct`)).toHaveLength(1);
      expect(await readSecret(moto.url, secret("provider/openai"))).toBe(PLANTED.openai);
    },
    10 * MINUTES_MS,
  );

  it(
    "comes back to the API, where the key still is, with every secret that was ever made",
    async () => {
      const changes = move(journey.api, "-var=deletion_protection=false");
      expect(touched(changes, "create")).toEqual([]);
      expect(touched(changes, "delete", ["aws_kms_key", "aws_secretsmanager_secret"])).toEqual([]);
      expect(touched(changes, "delete").sort()).toEqual(["aws_s3_bucket.access_logs", "aws_s3_bucket.weights"]);
      expect(await readSecret(moto.url, secret("provider/openai"))).toBe(PLANTED.openai);
      expect(run("output", "-json", "kept_secrets")).toContain("servers/api-key");
    },
    10 * MINUTES_MS,
  );

  it("wrote no key anywhere: not into states, plans, outputs, logs, nor the boot files of servers", async () => {
    const generated = await Promise.all(["servers/api-key", "gateway/drafts"].map((path) => readSecret(moto.url, secret(path))));
    for (const key of generated) expect(key).toMatch(/^[A-Za-z0-9]{48}$/);
    const boots = written.flatMap(bootFiles);
    expect(boots.some((text) => text.includes("breakeven-vllm"))).toBe(true);
    for (const key of [...Object.values(PLANTED), ...generated])
      expect(
        [...written, ...boots].filter((text) => text.includes(key)),
        key,
      ).toEqual([]);
  });

  it(
    "drops a secret when a person says so, and no other",
    () => {
      const changes = plan([`-var=drop_secrets=["gateway/drafts","provider/openai"]`]);
      expect(touched(changes, "delete")).toEqual([`aws_secretsmanager_secret.secret["gateway/drafts"]`]);
      run("apply", ...QUIET, "plan");
    },
    5 * MINUTES_MS,
  );

  it(
    "leaves nothing behind",
    async () => {
      run("destroy", "-auto-approve", ...QUIET);
      const left = (await moto.inventory()).filter((line) => !before.has(line));
      const ending = left.filter((line) => /\((deleted|PendingDeletion)\)$/.test(line));
      expect(left.filter((line) => !ending.includes(line))).toEqual([]);
      // What AWS only lets go after a waiting time: the key, and each secret.
      expect(ending.map((line) => line.split(" ")[0]).sort()).toEqual(["kms", ...Array(5).fill("secretsmanager")]);
    },
    5 * MINUTES_MS,
  );
});

/** User data of launch templates in a state, decoded. */
function bootFiles(text: string): readonly string[] {
  if (!text.startsWith("{")) return [];
  const state = State.safeParse(JSON.parse(text));
  const templates = (state.data?.resources ?? []).filter(({ type }) => type === "aws_launch_template");
  return templates.flatMap(({ instances }) =>
    instances.map(({ attributes }) => Buffer.from(UserData.parse(attributes).user_data, "base64").toString("utf8")),
  );
}
