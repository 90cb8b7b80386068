import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { synthesize } from "../../stacks/synthesize.ts";
import { allConfigs, apiConfig, fleet, hybridConfig, selfHostConfig } from "./configs.ts";
import { type StackJson, secretPaths, synthesized, synthesizedText } from "./stack-json.ts";

/** What must survive a move between paths and a new version of this project: renaming one of these destroys data or locks people out. */
const KEPT: Readonly<Record<string, readonly string[]>> = {
  aws_kms_key: ["key"],
  aws_kms_alias: ["key_alias"],
  aws_sns_topic: ["alarm_topic"],
  aws_secretsmanager_secret: ["secret"],
  aws_s3_bucket: ["access_logs", "weights"],
  aws_cloudwatch_log_group: ["call_log", "server_log"],
  aws_vpc: ["vpc"],
  aws_lb: ["balancer"],
  aws_ssm_parameter: [
    "prompt_chat",
    "prompt_drafts",
    "prompt_search",
    "prompt_summaries",
    "route_chat",
    "route_drafts",
    "route_search",
    "route_summaries",
  ],
  aws_autoscaling_group: ["fleet_llama_3_3_70b_instruct"],
  aws_iam_role: ["deploy_role", "server_role"],
};

function addresses(stack: StackJson): readonly string[] {
  return Object.entries(stack.resource).flatMap(([type, resources]) => Object.keys(resources).map((id) => `${type}.${id}`));
}

describe("logical ids", () => {
  it("of what holds data or names are frozen", () => {
    const stack = synthesized(hybridConfig);
    const found = Object.fromEntries(Object.keys(KEPT).map((type) => [type, Object.keys(stack.resource[type] ?? {}).sort()]));
    expect(found).toEqual(KEPT);
    expect(secretPaths(stack)).toEqual(["provider/openai", "servers/api-key", "servers/hub-token"]);
  });

  it("are the same on every path, so a move keeps keys, topic, secrets and servers", () => {
    const hybrid = addresses(synthesized(hybridConfig));
    for (const address of addresses(synthesized(apiConfig))) expect(hybrid).toContain(address);
    for (const address of addresses(synthesized(selfHostConfig))) expect(hybrid).toContain(address);
  });

  it("and names stay when the instance type changes, so a fleet is rolled over in place", () => {
    const moved = synthesized({
      ...selfHostConfig,
      fleets: [{ ...fleet, id: "self-host/llama-3.3-70b-instruct/bf16/p5.48xlarge/tp2", instanceType: "p5.48xlarge" }],
      routes: [{ workload: "chat", path: "self-host", target: "self-host/llama-3.3-70b-instruct/bf16/p5.48xlarge/tp2", restricted: true }],
    });
    const before = synthesized(selfHostConfig);
    expect(addresses(moved)).toEqual(addresses(before));
    expect(moved.output.base_urls).toEqual(before.output.base_urls);
  });
});

describe("bytes", () => {
  const folder = mkdtempSync(join(tmpdir(), "breakeven-cwd-"));
  const home = process.cwd();
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(Object.entries(allConfigs))("of the %s stack are the same wherever it is synthesized", (_, config) => {
    const text = synthesizedText(config);
    process.chdir(folder);
    try {
      const { file } = synthesize(config, "out");
      expect(file).toBe("out/stacks/support-platform-production/cdk.tf.json");
      expect(readFileSync(file, "utf8")).toBe(text);
    } finally {
      process.chdir(home);
    }
  });

  it("name no machine and no user", () => {
    for (const config of Object.values(allConfigs)) {
      const text = synthesizedText(config);
      expect(text).not.toContain(home);
      expect(text).not.toContain(join(tmpdir(), "breakeven"));
    }
  });
});
