import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { StackConfig } from "../../src/stack-config.ts";
import { apiConfig, gatewayConfigs, hybridGatewayConfig } from "./configs.ts";
import { resourcesOf, type StackJson, synthesized } from "./stack-json.ts";

const Container = z.object({
  image: z.string(),
  environment: z.array(z.object({ name: z.string(), value: z.string() })),
  secrets: z.array(z.object({ name: z.string(), valueFrom: z.string() })),
});
const Litellm = z.looseObject({
  model_list: z.array(z.object({ model_name: z.string(), litellm_params: z.looseObject({ model: z.string() }) })),
  router_settings: z.looseObject({ fallbacks: z.array(z.record(z.string(), z.array(z.string()))) }),
});

function container(stack: StackJson, task: string): z.infer<typeof Container> {
  const text = String(stack.resource.aws_ecs_task_definition?.[task]?.container_definitions);
  return z.tuple([Container]).parse(JSON.parse(text))[0];
}

function litellm(stack: StackJson, task: string): z.infer<typeof Litellm> {
  const text = container(stack, task).environment.find(({ name }) => name === "GATEWAY_CONFIG")?.value ?? "";
  return Litellm.parse(JSON.parse(text));
}

/** A Terraform expression. */
const reference = (address: string) => `\${${address}}`;

/** Exits of one security group: addresses, groups and prefix lists that it may open a connection to. */
function exits(stack: StackJson, group: string): readonly string[] {
  const mine = resourcesOf(stack, "aws_vpc_security_group_egress_rule").filter(([, rule]) =>
    String(rule.security_group_id).includes(`.${group}.`),
  );
  return mine.map(([, rule]) => String(rule.cidr_ipv4 ?? rule.referenced_security_group_id ?? rule.prefix_list_id)).sort();
}

describe("the gateway of a hybrid stack", () => {
  const stack = synthesized(hybridGatewayConfig);

  it("keeps restricted routes on tasks that have no way to the internet, no provider and no provider's key", () => {
    expect(exits(stack, "gateway_restricted_group")).toEqual([
      reference("aws_security_group.balancer_group.id"),
      reference("aws_security_group.endpoint_group.id"),
      reference("data.aws_prefix_list.s3_addresses.id"),
    ]);
    expect(exits(stack, "gateway_group")).toContain("0.0.0.0/0");
    const config = litellm(stack, "gateway_restricted_task");
    expect(config.model_list.map(({ litellm_params }) => litellm_params.model)).toEqual(["hosted_vllm/llama-3.3-70b-instruct"]);
    expect(config.router_settings.fallbacks).toEqual([]);
    expect(container(stack, "gateway_restricted_task").secrets.map(({ name }) => name)).toEqual(["WORKLOAD_KEY_CHAT", "SERVER_KEY"]);
    expect(stack.resource.aws_ecs_task_definition?.gateway_restricted_task?.task_role_arn).toBeUndefined();
    expect(String(stack.resource.aws_iam_policy?.gateway_restricted_start_permissions?.policy)).not.toContain("provider_openai");
  });

  it("routes the others as the decision says, with fallbacks, prices and a budget for one day", () => {
    const { model_list, router_settings } = litellm(stack, "gateway_task");
    expect(model_list.map(({ model_name, litellm_params }) => [model_name, litellm_params.model])).toEqual([
      ["drafts", "hosted_vllm/llama-3.3-70b-instruct"],
      ["drafts@fallback-0", "openai/gpt-4.1-mini"],
      ["search", "openai/gpt-4.1-mini"],
      ["summaries", "bedrock/converse/amazon.nova-lite-v1:0"],
    ]);
    expect(router_settings.fallbacks).toEqual([{ drafts: ["drafts@fallback-0"] }]);
    expect(model_list[2]?.litellm_params).toMatchObject({ max_budget: 15, budget_duration: "1d" });
    expect(model_list[2]?.litellm_params.input_cost_per_token).toBeCloseTo(4e-7, 12);
    expect(String(stack.resource.aws_iam_policy?.gateway_call_permissions?.policy)).toContain("foundation-model/amazon.nova-lite-v1:0");
  });

  it("gives each workload one key, and no other", () => {
    const policy = String(stack.resource.aws_iam_policy?.access_search?.policy);
    expect(policy).toContain("local.secret_gateway_search.arn");
    expect(policy).not.toContain("provider_openai");
    const route = JSON.parse(String(stack.resource.aws_ssm_parameter?.route_search?.value));
    expect(route).toMatchObject({ model: "search", baseUrl: "https://llm.example.com/gateway/v1" });
    expect(JSON.parse(String(stack.resource.aws_ssm_parameter?.route_chat?.value))).toMatchObject({
      baseUrl: "https://llm.example.com/restricted/v1",
    });
  });

  it("runs an image by digest from the stack's own registry", () => {
    expect(container(stack, "gateway_task").image).toContain("aws_ecr_repository.gateway_registry.repository_url");
    expect(stack.variable.gateway_digest?.default).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(String(stack.output.push_gateway_image?.value)).toContain("--preserve-digests");
  });

  it("changes no address of the stack without a gateway", () => {
    const addresses = (json: StackJson) =>
      Object.entries(json.resource).flatMap(([type, all]) => Object.keys(all).map((id) => `${type}.${id}`));
    const without = addresses(synthesized({ ...hybridGatewayConfig, gateway: null }));
    expect(addresses(stack)).toEqual(expect.arrayContaining([...without]));
  });
});

describe("the gateway of a split", () => {
  const split = gatewayConfigs["split behind a gateway"];
  const stack = synthesized(split);

  it("asks own servers where they refuse when full, and the API next, without a second try or a pause", () => {
    const { model_list, router_settings } = litellm(stack, "gateway_task");
    expect(model_list).toMatchObject([
      { model_name: "drafts", litellm_params: { api_base: "https://llm.example.com/llama-3-3-70b-instruct/spill/v1" } },
      { model_name: "drafts@fallback-0", litellm_params: { model: "openai/gpt-4.1-mini" } },
    ]);
    expect(router_settings).toMatchObject({
      fallbacks: [{ drafts: ["drafts@fallback-0"] }],
      disable_cooldowns: true,
      model_group_retry_policy: { drafts: { RateLimitErrorRetries: 0 } },
    });
  });

  it("lets a restricted workload of the same fleet wait, with no way elsewhere", () => {
    const { model_list, router_settings } = litellm(stack, "gateway_restricted_task");
    expect(model_list).toMatchObject([{ litellm_params: { api_base: "https://llm.example.com/llama-3-3-70b-instruct/v1" } }]);
    expect(router_settings).not.toHaveProperty("disable_cooldowns");
    expect(router_settings.fallbacks).toEqual([]);
  });

  it("calls a host full at the batch of all its replicas", () => {
    const boot = JSON.stringify(stack.locals);
    expect(boot).toContain("limit_conn running 210;");
    expect(JSON.stringify(synthesized(hybridGatewayConfig).locals)).not.toContain("limit_conn");
  });

  it("is refused without a gateway, without an overflow, and where nothing says when a server is full", () => {
    const [chat, drafts] = split.gateway.routes;
    if (chat === undefined || drafts === undefined) throw new Error("no routes");
    expect(() => synthesized({ ...split, gateway: null })).toThrow("without a gateway nobody knows when its servers are full");
    const alone = { tasks: 2, routes: [chat, { ...drafts, fallbacks: [] }] };
    expect(() => synthesized({ ...split, gateway: alone })).toThrow('"drafts" spills over, but its gateway route has nowhere to spill to');
    const fleets = split.fleets.map((one) => ({ ...one, vllmFlags: [] }));
    expect(() => synthesized({ ...split, fleets })).toThrow("hold no --max-num-seqs");
  });
});

describe("a gateway elsewhere", () => {
  it("brings its own network to an API path, with the ways that providers and AWS need", () => {
    const stack = synthesized(gatewayConfigs["api behind a gateway"]);
    for (const type of ["aws_vpc", "aws_lb", "aws_ecs_service", "aws_nat_gateway", "aws_vpc_endpoint"])
      expect(resourcesOf(stack, type).length, type).toBeGreaterThan(0);
    expect(resourcesOf(stack, "aws_autoscaling_group")).toEqual([]);
    expect(exits(stack, "gateway_group")).not.toContain(reference("aws_security_group.balancer_group.id"));
  });

  it("of an air-gapped stack has no exit but to own servers and endpoints", () => {
    const stack = synthesized(gatewayConfigs["air-gapped behind a gateway"]);
    expect(JSON.stringify(exits(stack, "gateway_restricted_group"))).not.toContain("0.0.0.0/0");
    expect(resourcesOf(stack, "aws_nat_gateway")).toEqual([]);
  });

  it("is refused where a restricted route leads to a provider, or a way is unknown", () => {
    const [search, ...rest] = gatewayConfigs["api behind a gateway"].gateway.routes;
    if (search === undefined) throw new Error("no route");
    const build = (route: typeof search): StackJson => {
      const config: StackConfig = { ...apiConfig, gateway: { tasks: 2, routes: [route, ...rest] } };
      return synthesized(config);
    };
    expect(() => build({ ...search, restricted: true })).toThrow('"search" is restricted, but its gateway route leads to a provider');
    expect(() =>
      build({
        ...search,
        target: {
          ...search.target,
          kind: "provider",
          provider: "x",
          route: "x-api",
          model: "x",
          inputUsdPerMTok: null,
          outputUsdPerMTok: null,
          dailyBudgetUsd: null,
        },
      }),
    ).toThrow("does not know the way");
  });
});
