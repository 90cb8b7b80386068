import { describe, expect, it } from "vitest";
import { loadCatalog } from "../../src/catalog/index.ts";
import { bedrockId } from "../../src/decide/bedrock-id.ts";
import { evaluate } from "../../src/evaluate.ts";
import { toStackConfig } from "../../src/stack-config.ts";

const catalog = loadCatalog();
const onBedrock = catalog.apiModels.filter(({ routes }) => routes.includes("bedrock")).map(({ id }) => id);

function configOf(model: string, region: string) {
  const policy = {
    version: 1,
    name: "bedrock",
    region,
    organisation: { domicile: "US", monthly_active_users: 1000, annual_revenue_usd: 1_000_000 },
    workloads: [
      {
        name: "chat",
        volume: { requests_per_day: 2000 },
        tokens: { input: 500, output: 200 },
        candidates: { api: [model], open: [] },
      },
    ],
    deploy: { gateway: "litellm" },
  };
  const input = { path: "p.yml", text: JSON.stringify(policy), files: {}, base: null, catalog, asOf: "2026-11-21", engineVersion: "0" };
  const result = evaluate(input);
  if (result.kind === "invalid") throw new Error(JSON.stringify(result.diagnostics));
  const stack = toStackConfig(result.evaluation, result.document.policy);
  if (stack.kind !== "stack") throw new Error(stack.text);
  return stack.config;
}

describe("what a model on Bedrock is called by", () => {
  it.each([
    ["meta.llama3-3-70b-instruct-v1:0", "us-east-1", "us.meta.llama3-3-70b-instruct-v1:0"],
    ["deepseek.r1-v1:0", "us-west-2", "us.deepseek.r1-v1:0"],
    ["amazon.nova-pro-v1:0", "us-west-2", "us.amazon.nova-pro-v1:0"],
    ["amazon.nova-2-lite-v1:0", "us-east-1", "us.amazon.nova-2-lite-v1:0"],
    ["amazon.nova-lite-v1:0", "eu-central-1", "eu.amazon.nova-lite-v1:0"],
    ["amazon.nova-2-lite-v1:0", "ap-northeast-1", "jp.amazon.nova-2-lite-v1:0"],
  ])("is the profile of the geography for %s in %s", (model, region, id) => {
    expect(bedrockId(model, region)).toBe(id);
  });

  it.each([
    ["amazon.nova-lite-v1:0", "us-east-1"],
    ["amazon.nova-pro-v1:0", "us-gov-west-1"],
    ["openai.gpt-oss-120b-1:0", "us-east-1"],
    ["qwen.qwen3-32b-v1:0", "eu-central-1"],
    // A profile would leave the country that the rule on residency allowed.
    ["amazon.nova-lite-v1:0", "eu-west-2"],
    ["amazon.nova-lite-v1:0", "ap-northeast-1"],
  ])("is its own id for %s in %s", (model, region) => {
    expect(bedrockId(model, region)).toBe(model);
  });

  it("is never a profile of a profile", () => {
    const ids = onBedrock.flatMap((model) => ["us-east-1", "us-west-2", "eu-central-1"].map((region) => bedrockId(model, region)));
    expect(ids.length).toBeGreaterThan(40);
    expect(ids.filter((id) => /^(us|eu|global)\.(us|eu|global)\./.test(id))).toEqual([]);
  });

  it("stands in the stack where a workload is let in, and in the gateway that calls it", () => {
    const { api, gateway } = configOf("meta.llama3-3-70b-instruct-v1:0", "us-east-1");
    expect(api).toMatchObject([{ provider: "bedrock", keyless: true, models: ["us.meta.llama3-3-70b-instruct-v1:0"] }]);
    expect(gateway?.routes[0]?.target).toMatchObject({ route: "bedrock", model: "us.meta.llama3-3-70b-instruct-v1:0" });
  });
});
