import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { FleetConfig, StackConfig } from "../../src/stack-config.ts";
import { airGappedConfig, allConfigs, apiConfig, fleet, hybridConfig, selfHostConfig } from "./configs.ts";
import {
  emptyBlocks,
  type Resource,
  resourcesOf,
  type StackJson,
  secretPaths,
  synthesized,
  synthesizedText,
  terraformText,
} from "./stack-json.ts";

function only(stack: StackJson, type: string): Resource {
  const found = resourcesOf(stack, type);
  expect(found, type).toHaveLength(1);
  return found[0]?.[1] ?? {};
}

function withFleet(change: Partial<FleetConfig>, rest: Partial<StackConfig> = {}): StackJson {
  return synthesized({ ...selfHostConfig, fleets: [{ ...fleet, ...change }], ...rest });
}

function names(stack: StackJson, type: string): readonly string[] {
  return resourcesOf(stack, type).map(([id]) => id);
}

describe("the API stack", () => {
  const stack = synthesized(apiConfig);

  it("keeps one empty secret for each keyed provider and none for Bedrock", () => {
    expect(secretPaths(stack)).toEqual(["provider/openai"]);
    expect(names(stack, "aws_secretsmanager_secret_version")).toEqual([]);
  });

  it("has neither network nor servers", () => {
    for (const type of ["aws_vpc", "aws_subnet", "aws_lb", "aws_autoscaling_group", "aws_launch_template"])
      expect(names(stack, type)).toEqual([]);
  });

  it("lets each workload read its own key alone, and call its own Bedrock models alone", () => {
    const policies = stack.resource.aws_iam_policy ?? {};
    const search = String(policies.access_search?.policy);
    const summaries = String(policies.access_summaries?.policy);
    expect(search).toContain("local.secret_provider_openai.arn");
    expect(search).not.toContain("bedrock:");
    expect(summaries).not.toContain("local.secret_");
    expect(summaries).toContain("foundation-model/amazon.nova-lite-v1:0");
    expect(summaries).toContain("inference-profile/us.anthropic.claude-haiku-4-5-20251001-v1:0");
    expect(summaries).toContain("bedrock:*::foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0");
  });

  it("sizes the budget by the plan, warns at 110 % forecast and at 100 % spent", () => {
    const budget = only(stack, "aws_budgets_budget");
    expect(budget).toMatchObject({ limit_amount: "12345", limit_unit: "USD", time_unit: "MONTHLY" });
    expect(budget.notification).toMatchObject([
      { notification_type: "FORECASTED", threshold: 110 },
      { notification_type: "ACTUAL", threshold: 100 },
    ]);
  });

  it("tells the command that fills each key", () => {
    expect(JSON.stringify(stack.output.fill_provider_keys)).toContain("put-secret-value");
  });

  it("lets the reminder through, which no condition may stand before, and where there is nothing to remind of lets nobody in", () => {
    const open = (one: StackJson) =>
      [only(one, "aws_sns_topic_policy").policy, only(one, "aws_kms_key").policy].map((policy) => {
        const { Statement } = JSON.parse(String(policy)) as { Statement: { Principal: { Service?: string }; Condition?: object }[] };
        return Statement.filter(({ Principal, Condition }) => Principal.Service === "events.amazonaws.com" && Condition === undefined)
          .length;
      });
    expect(open(stack)).toEqual([1, 1]);
    expect(open(synthesized(selfHostConfig))).toEqual([0, 0]);
    expect(String(only(stack, "aws_sns_topic_policy").policy)).toContain("aws:SourceAccount");
  });

  it("needs no deploy role without a repository, and no subscription without an address", () => {
    const plain = synthesized({ ...apiConfig, githubRepository: null, alarmEmail: null });
    expect(names(plain, "aws_iam_role")).toEqual([]);
    expect(names(plain, "aws_sns_topic_subscription")).toEqual([]);
    expect(JSON.stringify(plain.output.alarm_subscription)).toContain("aws sns subscribe");
  });

  it("opens a private door to Bedrock in the callers' network where requests may not cross the internet", () => {
    const network = { kind: "existing", vpcId: "vpc-1", privateSubnetIds: ["subnet-1", "subnet-2"] } as const;
    const stackInVpc = synthesized({ ...apiConfig, privateNetwork: true, network });
    expect(only(stackInVpc, "aws_vpc_endpoint")).toMatchObject({
      service_name: "com.amazonaws.us-east-1.bedrock-runtime",
      private_dns_enabled: true,
    });
    expect(() => synthesized({ ...apiConfig, privateNetwork: true })).toThrow("set deploy.vpc");
  });
});

describe("the self-host stack", () => {
  const stack = synthesized(selfHostConfig);

  it("gives each replica its own GPUs and port behind one TLS proxy", () => {
    const boot = String(stack.locals?.boot_llama_3_3_70b_instruct);
    expect(boot).toContain("REPLICAS=2\\nGPUS_PER_REPLICA=2");
    expect(boot).toContain("server 127.0.0.1:8000");
    expect(boot).toContain("server 127.0.0.1:8001");
    expect(boot).toContain("breakeven-vllm@0");
    expect(boot).toContain("breakeven-vllm@1");
    expect(boot).toContain("--max-model-len\\n32768\\n--enable-prefix-caching\\n");
  });

  it("starts from the planned number of instances, grows by the queue, and can be switched off", () => {
    expect(only(stack, "aws_autoscaling_group")).toMatchObject({
      min_size: `\${var.serving ? 2 : 0}`,
      max_size: `\${var.serving ? 4 : 0}`,
    });
    expect(only(stack, "aws_autoscaling_policy")).toMatchObject({
      target_tracking_configuration: { target_value: 5, customized_metric_specification: { metric_name: "WaitingRequestsPerReplica" } },
    });
    expect(resourcesOf(withFleet({ instances: { minimum: 1, desired: 2, maximum: 2 } }), "aws_autoscaling_policy")).toEqual([]);
  });

  it("waits for a new server as long as its weights take at 100 MB/s", () => {
    expect(only(stack, "aws_autoscaling_group").health_check_grace_period).toBe(1620);
    expect(only(withFleet({ weightsGiB: 131 }), "aws_autoscaling_group").health_check_grace_period).toBe(2340);
  });

  it("stands in two zones that offer the instance type, with one NAT gateway in each in production and one elsewhere", () => {
    expect(names(stack, "aws_subnet").filter((id) => id.startsWith("private"))).toHaveLength(2);
    expect(String(stack.locals?.server_zones)).toContain("aws_ec2_instance_type_offerings");
    expect(names(stack, "aws_nat_gateway")).toHaveLength(2);
    expect(names(withFleet({}, { stage: "prototype" }), "aws_nat_gateway")).toHaveLength(1);
  });

  it("builds no network where the policy names one", () => {
    const privateSubnetIds = ["subnet-1", "subnet-2"];
    const inside = withFleet({}, { network: { kind: "existing", vpcId: "vpc-1", privateSubnetIds } });
    for (const type of ["aws_vpc", "aws_subnet", "aws_nat_gateway", "aws_vpc_endpoint", "aws_flow_log"])
      expect(names(inside, type)).toEqual([]);
    expect(only(inside, "aws_autoscaling_group").vpc_zone_identifier).toEqual(privateSubnetIds);
    expect(only(inside, "aws_lb").subnets).toEqual(privateSubnetIds);
  });

  it("asks for a certificate where the policy names none", () => {
    expect(stack.variable.certificate_arn).toBeUndefined();
    const asking = withFleet({}, { certificateArn: null });
    expect(asking.variable.certificate_arn).not.toHaveProperty("default");
    expect(only(asking, "aws_lb_listener").certificate_arn).toBe(`\${var.certificate_arn}`);
  });

  it("asks for a hub token only where a download is gated", () => {
    expect(secretPaths(stack)).toContain("servers/hub-token");
    expect(secretPaths(withFleet({ gatedDownload: false }))).toEqual(["servers/api-key"]);
  });

  it("refuses flags that the host decides", () => {
    expect(() => withFleet({ vllmFlags: [["--api-key", "sk-123"]] })).toThrow("--api-key, which the host decides");
  });

  it("refuses flags that the named vLLM does not know", () => {
    expect(() => withFleet({ vllmFlags: [["--num-lookahead-slots", "2"]] })).toThrow(
      "--num-lookahead-slots, which vLLM 0.27 does not know",
    );
  });

  it("serves LoRA adapters from beside the weights where the policy asks for them", () => {
    const adapted = withFleet({ adapters: true });
    expect(String(adapted.locals?.boot_llama_3_3_70b_instruct)).toContain("--enable-lora\\n--max-lora-rank\\n64\\n");
    expect(String(adapted.locals?.boot_llama_3_3_70b_instruct)).toContain("ADAPTERS=true");
    expect(String(adapted.output.upload_adapter_llama_3_3_70b_instruct?.value)).toContain("/adapters/llama-3-3-70b-instruct/ADAPTER");
  });

  it("takes weights that were made for one workload from a place of their own, and never those of the hub", () => {
    const changed = withFleet({ ownWeights: true });
    expect(String(changed.locals?.boot_llama_3_3_70b_instruct)).toContain("MAY_DOWNLOAD=false");
    expect(String(changed.locals?.boot_llama_3_3_70b_instruct)).toContain("WEIGHTS_PREFIX=models/own/llama-3-3-70b-instruct/");
    expect(String(changed.output.upload_llama_3_3_70b_instruct?.value)).toContain("aws s3 sync ./WEIGHTS s3://");
    expect(String(withFleet({}).locals?.boot_llama_3_3_70b_instruct)).toContain("MAY_DOWNLOAD=true");
  });

  it("leads to two fleets by path, and to a lone one without", () => {
    const paths = (json: StackJson) => JSON.stringify(resourcesOf(json, "aws_lb_listener_rule").map(([, rule]) => rule.condition));
    expect(paths(stack)).toContain("/v1/*");
    const other = { ...fleet, id: "other", model: "qwen3-32b" };
    const two = synthesized({ ...selfHostConfig, fleets: [fleet, other] });
    expect(paths(two)).toContain("/llama-3-3-70b-instruct/*");
    expect(paths(two)).toContain("/qwen3-32b/*");
    expect(paths(two)).not.toContain('"/v1/*"');
  });

  it("keeps two fleets of one model apart by their ids", () => {
    const two = synthesized({ ...selfHostConfig, fleets: [fleet, { ...fleet, id: "second" }] });
    expect(names(two, "aws_autoscaling_group")).toEqual(["fleet_second", "fleet_self_host_llama_3_3_70b_instruct_fp8_g6e_12xlarge_tp2"]);
  });
});

describe("an air-gapped stack", () => {
  const stack = synthesized(airGappedConfig);

  it("has no way to the internet", () => {
    for (const type of ["aws_internet_gateway", "aws_nat_gateway", "aws_eip", "aws_route"]) expect(names(stack, type)).toEqual([]);
    const open = resourcesOf(stack, "aws_vpc_security_group_egress_rule").filter(([, rule]) => rule.cidr_ipv4 === "0.0.0.0/0");
    expect(open).toEqual([]);
  });

  it("reaches AWS by private endpoints, and no bucket of another account", () => {
    const endpoints = resourcesOf(stack, "aws_vpc_endpoint");
    const services = endpoints.map(([, endpoint]) => String(endpoint.service_name).replace("com.amazonaws.us-east-1.", "")).sort();
    expect(services).toEqual(
      ["ec2messages", "ecr.api", "ecr.dkr", "kms", "logs", "monitoring", "s3", "secretsmanager", "ssm", "ssmmessages", "sts"].sort(),
    );
    expect(String(stack.resource.aws_vpc_endpoint?.endpoint_s3?.policy)).toContain("aws:ResourceAccount");
  });

  it("takes the image from its own registry and never fetches weights from a hub", () => {
    expect(names(stack, "aws_ecr_repository")).toEqual(["image_registry"]);
    expect(String(stack.locals?.server_image)).toContain("aws_ecr_repository.image_registry.repository_url");
    expect(String(stack.locals?.boot_llama_3_3_70b_instruct)).toContain("MAY_DOWNLOAD=false");
    expect(String(stack.resource.aws_iam_policy?.server_permissions?.policy)).not.toContain("s3:PutObject");
    expect(Object.keys(stack.output)).toContain("push_image");
  });
});

describe("how instances are bought", () => {
  it("on demand and by savings plan are the same stack", () => {
    expect(withFleet({ purchase: "savings_plan" })).toEqual(withFleet({ purchase: "on_demand" }));
  });

  it("spot keeps one on-demand instance in production and none in a prototype", () => {
    const group = only(withFleet({ purchase: "spot" }), "aws_autoscaling_group");
    expect(group).toMatchObject({
      capacity_rebalance: true,
      mixed_instances_policy: { instances_distribution: { on_demand_base_capacity: 1, on_demand_percentage_above_base_capacity: 0 } },
    });
    expect(group.launch_template).toBeUndefined();
    const prototype = only(withFleet({ purchase: "spot" }, { stage: "prototype" }), "aws_autoscaling_group");
    expect(prototype).toMatchObject({ mixed_instances_policy: { instances_distribution: { on_demand_base_capacity: 0 } } });
  });

  it("spot draws from a second type with the same GPUs where there is one, the planned one first", () => {
    const group = only(withFleet({ purchase: "spot", spotAlternative: "g6e.24xlarge" }), "aws_autoscaling_group");
    expect(group).toMatchObject({
      mixed_instances_policy: { launch_template: { override: [{ instance_type: "g6e.12xlarge" }, { instance_type: "g6e.24xlarge" }] } },
    });
    expect(JSON.stringify(only(withFleet({ purchase: "spot" }), "aws_autoscaling_group"))).not.toContain('"override"');
  });

  it("reserved capacity comes first, and on-demand instances when it is used up", () => {
    const reserved = withFleet({ purchase: "reserved" });
    expect(only(reserved, "aws_autoscaling_group")).toMatchObject({
      capacity_reservation_specification: {
        capacity_reservation_preference: "capacity-reservations-first",
        capacity_reservation_target: { capacity_reservation_ids: [`\${var.reservation_llama_3_3_70b_instruct}`] },
      },
    });
    expect(String(reserved.variable.reservation_llama_3_3_70b_instruct?.description)).toContain("--instance-count 2");
    expect(only(reserved, "aws_launch_template").instance_market_options).toBeUndefined();
  });

  it("gpt-oss inside an air gap is uploaded with the encodings that it is read by, and no other model is", () => {
    const upload = (model: string) =>
      String(Object.entries(withFleet({ model }, { airGapped: true }).output).find(([id]) => id.startsWith("upload_"))?.[1].value);
    expect(upload("gpt-oss-120b")).toContain("o200k_base");
    expect(upload("gpt-oss-120b").indexOf("curl")).toBeLessThan(upload("gpt-oss-120b").indexOf("aws s3 sync"));
    expect(upload("qwen3-32b")).not.toContain("curl");
  });

  it("warm instances stand stopped, and never on spot or in a block", () => {
    const pool = only(withFleet({ warmInstances: 2 }), "aws_autoscaling_group").warm_pool;
    const size = `\${var.serving ? 2 : 0}`;
    expect(pool).toMatchObject({ pool_state: "Stopped", min_size: size, max_group_prepared_capacity: size });
    expect(only(withFleet({ warmInstances: 2 }), "aws_autoscaling_lifecycle_hook")).toMatchObject({
      lifecycle_transition: "autoscaling:EC2_INSTANCE_LAUNCHING",
      default_result: "CONTINUE",
    });
    const sealed = withFleet({ warmInstances: 2 }, { airGapped: true });
    expect(names(sealed, "aws_autoscaling_lifecycle_hook")).toEqual([]);
    for (const purchase of ["spot", "capacity_block"] as const)
      expect(only(withFleet({ warmInstances: 2, purchase }), "aws_autoscaling_group").warm_pool).toBeUndefined();
  });

  it("a capacity block asks for its reservation and does not scale", () => {
    const stack = withFleet({ purchase: "capacity_block" });
    expect(only(stack, "aws_launch_template")).toMatchObject({
      instance_market_options: { market_type: "capacity-block" },
      capacity_reservation_specification: {
        capacity_reservation_target: { capacity_reservation_id: `\${var.capacity_block_llama_3_3_70b_instruct}` },
      },
    });
    expect(stack.variable.capacity_block_llama_3_3_70b_instruct).not.toHaveProperty("default");
    expect(resourcesOf(stack, "aws_autoscaling_policy")).toEqual([]);
  });
});

describe("prompts", () => {
  it("have one parameter for each workload, whose text is in no state, and which that workload reads", () => {
    const stack = synthesized(apiConfig);
    expect(stack.resource.aws_ssm_parameter?.prompt_search).toMatchObject({ type: "SecureString", value_wo_version: 1 });
    expect(stack.resource.aws_ssm_parameter?.prompt_search).not.toHaveProperty("value");
    expect(String(stack.resource.aws_iam_policy?.access_search?.policy)).toContain("aws_ssm_parameter.prompt_search.arn");
    expect(String(stack.resource.aws_iam_policy?.access_search?.policy)).not.toContain("prompt_summaries");
    expect(JSON.stringify(stack.output.put_prompts)).toContain("aws ssm put-parameter");
  });
});

describe("routes", () => {
  const documentOf = (stack: StackJson, id: string) => JSON.parse(String(stack.resource.aws_ssm_parameter?.[id]?.value));

  it("never give a restricted workload a way to an API", () => {
    const stack = synthesized(hybridConfig);
    expect(documentOf(stack, "route_chat")).toMatchObject({ path: "self-host", restricted: true, fallback: [] });
    const policy = String(stack.resource.aws_iam_policy?.access_chat?.policy);
    expect(policy).not.toContain("provider_openai");
    expect(policy).not.toContain("bedrock:");
  });

  it("refuse a configuration in which a provider lists a restricted workload", () => {
    const api = hybridConfig.api.map((access) => ({ ...access, workloads: [...access.workloads, "chat"] }));
    expect(() => synthesized({ ...hybridConfig, api })).toThrow('"chat" is restricted to own servers');
  });

  it("let an unrestricted workload fall back to the providers that list it", () => {
    const stack = synthesized(hybridConfig);
    expect(documentOf(stack, "route_drafts").fallback).toMatchObject([{ provider: "openai", models: ["gpt-4.1-mini"] }]);
    expect(String(stack.resource.aws_iam_policy?.access_drafts?.policy)).toContain("provider_openai");
  });

  it("name the base URL and the secret of a server", () => {
    const route = documentOf(synthesized(hybridConfig), "route_chat");
    expect(route.baseUrl).toBe("https://llm.example.com/llama-3-3-70b-instruct/v1");
    expect(route.secret).toContain("local.secret_servers_api_key.name");
  });

  it("refuse a fleet or a provider that is not there", () => {
    const routes = [{ workload: "chat", path: "self-host", target: "gone", restricted: true }] as const;
    expect(() => synthesized({ ...selfHostConfig, routes })).toThrow('names fleet "gone"; allowed: self-host/llama');
    expect(() => synthesized({ ...apiConfig, api: [] })).toThrow("no provider lists it");
  });
});

describe("every stack", () => {
  it.each(Object.entries(allConfigs))("%s pins Terraform and provider, and names no machine", (_, config) => {
    const stack = synthesized(config);
    expect(stack.terraform).toMatchObject({
      required_version: ">= 1.11",
      required_providers: { aws: { source: "hashicorp/aws", version: "~> 5.100" } },
      backend: { local: { path: "../../../terraform.support-platform-production.tfstate" } },
    });
    expect(JSON.stringify(stack)).not.toContain(process.cwd());
  });

  it("keeps its state in S3 with a lock where the policy says so", () => {
    const backend = { kind: "s3", bucket: "acme-tf", key: "llm.tfstate", region: "us-east-1" } as const;
    expect(synthesized({ ...apiConfig, backend }).terraform.backend).toEqual({
      s3: { bucket: "acme-tf", key: "llm.tfstate", region: "us-east-1", encrypt: true, use_lockfile: true },
    });
  });

  it("is right in GovCloud: its endpoints, its certificates, no budget", () => {
    const certificateArn = "arn:aws-us-gov:acm:us-gov-west-1:123456789012:certificate/1";
    const stack = synthesized({ ...hybridConfig, region: "us-gov-west-1", partition: "aws-us-gov", certificateArn });
    expect(stack.provider.aws[0]).toMatchObject({ use_fips_endpoint: true });
    expect(only(stack, "aws_lb_listener").ssl_policy).toContain("FIPS");
    expect(resourcesOf(stack, "aws_budgets_budget")).toEqual([]);
    expect(JSON.stringify(stack)).not.toContain("arn:aws:");
  });

  it("refuses a partition that the provider does not know", () => {
    expect(() => synthesized({ ...apiConfig, partition: "aws-eusc" })).toThrow("predates it");
  });

  it("reaches cdktf through one module", () => {
    const folder = join(import.meta.dirname, "../../stacks");
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
      (file) => file.endsWith(".ts") && file !== "provider.ts",
    );
    expect(files.length).toBeGreaterThan(20);
    const direct = files.filter((file) => /from "(cdktf|constructs|@cdktf)/.test(readFileSync(join(folder, file), "utf8")));
    expect(direct).toEqual([]);
  });
});

describe("the file that Terraform reads", () => {
  const asking: StackConfig = { ...apiConfig, githubRepository: null };

  it.each(Object.entries({ ...allConfigs, "api that asks for nothing": asking }))("holds no empty block map: %s", (_, config) => {
    expect(emptyBlocks(synthesizedText(config))).toEqual([]);
    expect(emptyBlocks(terraformText(synthesized(config)))).toEqual([]);
  });

  it("would show one: Terraform refuses a map without a block", () => {
    expect(emptyBlocks('{"variable": {}, "resource": {"a": {}}}')).toEqual(["variable"]);
    expect(emptyBlocks(terraformText({ ...synthesized(asking), variable: {} }))).toEqual([]);
  });
});
