import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { StackConfig } from "../../src/stack-config.ts";
import { airGappedConfig, apiConfig, fleet, gatewayConfigs, hybridGatewayConfig, selfHostConfig } from "./configs.ts";
import { synthesized } from "./stack-json.ts";

/**
 * What stacks/README.md says it builds, of what such infrastructure is compared by: each Y and p has its trace in a stack, each p and n its
 * reason beside it.
 */
const own = (change: Partial<typeof fleet>): StackConfig => ({ ...selfHostConfig, fleets: [{ ...fleet, ...change }] });
const govCloud: StackConfig = { ...selfHostConfig, region: "us-gov-west-1", partition: "aws-us-gov" };

const TRACES: Readonly<Record<string, readonly [StackConfig, RegExp]>> = {
  "private subnets, more than one zone": [selfHostConfig, /"private_subnet_1"/],
  "no public address": [selfHostConfig, /"associate_public_ip_address":"false"/],
  "IMDSv2 required, hop limit 1": [selfHostConfig, /"http_put_response_hop_limit":1,"http_tokens":"required"/],
  "Session Manager only": [selfHostConfig, /ssmmessages:/],
  "volumes encrypted with a customer key": [selfHostConfig, /"encrypted":"true","iops":\d+,"kms_key_id"/],
  "weights from S3, not from the hub each boot": [selfHostConfig, /head-object --bucket/],
  "hub token in Secrets Manager": [selfHostConfig, /servers\/hub-token/],
  "start and health gates": [selfHostConfig, /"health_check_grace_period":1620/],
  "load balancer with TLS": [selfHostConfig, /"ssl_policy":"ELBSecurityPolicy-TLS13-1-2/],
  "API key": [selfHostConfig, /"secret_string_wo"/],
  "minimum and maximum": [selfHostConfig, /"max_size":/],
  "growth by vLLM queue": [selfHostConfig, /WaitingRequestsPerReplica","namespace/],
  "warm pool": [own({ warmInstances: 1 }), /"warm_pool"/],
  "scale to zero, schedule": [gatewayConfigs["split behind a gateway"], /"aws_autoscaling_schedule"/],
  "spot with on-demand fallback": [own({ purchase: "spot" }), /"on_demand_base_capacity":1/],
  "reservations, capacity blocks": [own({ purchase: "capacity_block" }), /"market_type":"capacity-block"/],
  "GPU metrics": [selfHostConfig, /nvidia-smi/],
  "alarms, dashboard": [selfHostConfig, /"aws_cloudwatch_dashboard"/],
  "budget, log retention": [selfHostConfig, /"retention_in_days":365/],
  "endpoints for an air gap": [airGappedConfig, /"endpoint_ecr_dkr"/],
  "GovCloud partition, FIPS endpoints": [govCloud, /"use_fips_endpoint":true/],
  "image and model pinned": [selfHostConfig, /"vllm_digest"/],
  LoRA: [own({ adapters: true }), /--enable-lora/],
  "flags and sizes from a plan": [selfHostConfig, /--tensor-parallel-size/],
  "rolling upgrade": [selfHostConfig, /"min_healthy_percentage":100/],
  "keys in Secrets Manager": [apiConfig, /provider\/openai/],
  "values kept out of the state": [hybridGatewayConfig, /"secret_string_wo_version"/],
  "recovery window": [apiConfig, /"recovery_window_in_days":30/],
  "customer key on secrets and logs": [apiConfig, /"kms_key_id":"\$\{aws_kms_key\.key\.arn\}"/],
  rotation: [apiConfig, /rate\(90 days\)/],
  "scope by environment": [apiConfig, /breakeven\/support-platform-production\//],
  "GitHub OIDC role": [apiConfig, /token\.actions\.githubusercontent\.com/],
  "least privilege": [apiConfig, /NeverReadSecrets/],
  "TLS 1.3 policy, headers, access logs": [hybridGatewayConfig, /"drop_invalid_header_fields":true/],
  "private entry": [hybridGatewayConfig, /"internal":true/],
  "endpoints, no way out": [gatewayConfigs["air-gapped behind a gateway"], /"gateway_restricted_to_endpoints"/],
  "keys of workloads, limits, budgets": [hybridGatewayConfig, /max_budget/],
  fallbacks: [hybridGatewayConfig, /fallback-0/],
  "guardrail on personal data": [hybridGatewayConfig, /guarded/],
  "log retention": [hybridGatewayConfig, /"retention_in_days":365/],
  "AWS budget, anomalies, alarms": [apiConfig, /"aws_ce_anomaly_subscription"/],
  "circuit breaker, read-only root": [hybridGatewayConfig, /readonlyRootFilesystem\\":true/],
  "image and price list pinned": [hybridGatewayConfig, /sha256:[0-9a-f]{64}/],
};

const readme = readFileSync(join(import.meta.dirname, "../../stacks/README.md"), "utf8");
const rows = [...readme.matchAll(/^\| ([^|]+?) +\| ([Ypn]) \| (.*?) *\|$/gm)].map(([, name = "", mark = "", reason = ""]) => ({
  name,
  mark,
  reason,
}));

describe("what README says is built", () => {
  it("has a row for each trace", () => {
    expect(rows.length).toBeGreaterThanOrEqual(45);
    expect(rows.filter(({ mark }) => mark !== "n").map(({ name }) => name)).toEqual(Object.keys(TRACES));
  });

  it.each(rows.filter(({ mark }) => mark !== "n").map((row) => [row.name, row] as const))("is there: %s", (name) => {
    const [config, trace] = TRACES[name] ?? [apiConfig, /^$/];
    expect(JSON.stringify(synthesized(config))).toMatch(trace);
  });

  it("says why, where it is built in part or not", () => {
    expect(rows.filter(({ mark, reason }) => mark !== "Y" && reason.length < 10)).toEqual([]);
  });
});
