import type { GatewayRoute, GatewayTarget } from "../../src/gateway-config.ts";
import type { ApiAccess, FleetConfig, StackConfig } from "../../src/stack-config.ts";

/** Configurations of the three paths as a decision would give them, complete but for what a test changes. */

const chat: FleetConfig = {
  id: "self-host/llama-3.3-70b-instruct/fp8/g6e.12xlarge/tp2",
  model: "llama-3.3-70b-instruct",
  hubRepo: "meta-llama/Llama-3.3-70B-Instruct",
  gatedDownload: true,
  weightsGiB: 65.8,
  instanceType: "g6e.12xlarge",
  gpuCountPerInstance: 4,
  replicasPerInstance: 2,
  tensorParallel: 2,
  instances: { minimum: 2, desired: 2, maximum: 4 },
  purchase: "on_demand",
  warmInstances: 0,
  adapters: false,
  vllmFlags: [
    ["--tensor-parallel-size", "2"],
    ["--max-model-len", "32768"],
    ["--enable-prefix-caching", ""],
  ],
  ttftMsP95: 800,
  rootVolumeGiB: 230,
};

export const fleet = chat;

const openai: ApiAccess = { provider: "openai", keyless: false, models: ["gpt-4.1-mini"], workloads: ["search"] };
const bedrock: ApiAccess = {
  provider: "bedrock",
  keyless: true,
  models: ["us.anthropic.claude-haiku-4-5-20251001-v1:0", "amazon.nova-lite-v1:0"],
  workloads: ["summaries"],
};

const base: Omit<StackConfig, "path" | "api" | "fleets" | "routes"> = {
  name: "support-platform",
  environment: "production",
  stage: "production",
  region: "us-east-1",
  partition: "aws",
  tags: { "cost-center": "support" },
  backend: { kind: "local" },
  network: { kind: "new" },
  airGapped: false,
  privateNetwork: false,
  domain: "llm.example.com",
  certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555",
  githubRepository: "acme/support",
  alarmEmail: "oncall@example.com",
  budget: { limitUsd: 12_345, firstMonthUsd: 12_345, tagged: false },
  logRetentionDays: 365,
  gateway: null,
};

export const apiConfig: StackConfig = {
  ...base,
  path: "api",
  api: [openai, bedrock],
  fleets: [],
  routes: [
    { workload: "search", path: "api", target: "openai/gpt-4.1-mini", restricted: false },
    { workload: "summaries", path: "api", target: "bedrock/claude-haiku-4-5", restricted: false },
  ],
};

export const selfHostConfig: StackConfig = {
  ...base,
  path: "self-host",
  budget: { limitUsd: 12_345, firstMonthUsd: 8000, tagged: true },
  api: [],
  fleets: [chat],
  routes: [{ workload: "chat", path: "self-host", target: chat.id, restricted: true }],
};

export const hybridConfig: StackConfig = {
  ...base,
  path: "hybrid",
  api: [{ ...openai, workloads: ["search", "drafts"] }, bedrock],
  fleets: [chat],
  routes: [
    { workload: "chat", path: "self-host", target: chat.id, restricted: true },
    { workload: "drafts", path: "self-host", target: chat.id, restricted: false },
    { workload: "search", path: "api", target: "openai/gpt-4.1-mini", restricted: false },
    { workload: "summaries", path: "api", target: "bedrock/claude-haiku-4-5", restricted: false },
  ],
};

/** The same three, without a way out and with a certificate to be asked for. */
export const airGappedConfig: StackConfig = { ...selfHostConfig, airGapped: true, certificateArn: null, domain: null };

const toFleet: GatewayTarget = { kind: "fleet", fleet: chat.id, model: chat.model };
const toOpenai: GatewayTarget = {
  kind: "provider",
  provider: "openai",
  route: "openai-api",
  model: "gpt-4.1-mini",
  inputUsdPerMTok: 0.4,
  outputUsdPerMTok: 1.6,
  dailyBudgetUsd: 30,
};
const toBedrock: GatewayTarget = { ...toOpenai, provider: "bedrock", route: "bedrock", model: "amazon.nova-lite-v1:0" };
const behind = { restricted: false, guarded: false, fallbacks: [], spills: false, requestsPerMinute: 600 };

/** The gateway of each path. */
const chatRoute: GatewayRoute = { ...behind, workload: "chat", restricted: true, target: toFleet };
const searchRoute: GatewayRoute = { ...behind, workload: "search", guarded: true, target: toOpenai };
const summariesRoute: GatewayRoute = { ...behind, workload: "summaries", target: toBedrock };
const draftsRoute: GatewayRoute = { ...behind, workload: "drafts", guarded: true, target: toFleet, fallbacks: [toOpenai] };

/** Own servers for the base of `drafts`, more of them in office hours, and OpenAI for what exceeds them. */
const split: StackConfig & { readonly gateway: NonNullable<StackConfig["gateway"]> } = {
  ...hybridConfig,
  api: [{ ...openai, workloads: ["drafts"] }],
  fleets: [
    {
      ...chat,
      instances: { minimum: 2, desired: 4, maximum: 5 },
      vllmFlags: [...chat.vllmFlags, ["--max-num-seqs", "105"]],
      schedule: [
        { days: "weekday", fromHour: 0, toHour: 9, instances: 2 },
        { days: "weekday", fromHour: 9, toHour: 18, instances: 4 },
        { days: "weekday", fromHour: 18, toHour: 24, instances: 2 },
        { days: "weekend", fromHour: 0, toHour: 24, instances: 2 },
      ],
    },
  ],
  routes: [
    { workload: "chat", path: "self-host", target: chat.id, restricted: true },
    { workload: "drafts", path: "self-host", target: chat.id, restricted: false, overflow: "api/openai/gpt-4.1-mini" },
  ],
  gateway: { tasks: 2, routes: [chatRoute, { ...draftsRoute, spills: true }] },
};

export const gatewayConfigs = {
  "api behind a gateway": { ...apiConfig, gateway: { tasks: 2, routes: [searchRoute, summariesRoute] } },
  "self-host behind a gateway": { ...selfHostConfig, gateway: { tasks: 2, routes: [chatRoute] } },
  "hybrid behind a gateway": { ...hybridConfig, gateway: { tasks: 2, routes: [chatRoute, draftsRoute, searchRoute, summariesRoute] } },
  "air-gapped behind a gateway": { ...airGappedConfig, gateway: { tasks: 2, routes: [chatRoute] } },
  "split behind a gateway": split,
} as const;

export const hybridGatewayConfig: StackConfig = gatewayConfigs["hybrid behind a gateway"];

export const allConfigs = {
  api: apiConfig,
  "self-host": selfHostConfig,
  hybrid: hybridConfig,
  "air-gapped": airGappedConfig,
  ...gatewayConfigs,
} as const;

/** One platform on its way: everything bought, then a base of own servers with overflow, then own servers alone. The same two workloads throughout. */
const searchOnApi = { workload: "search", path: "api", target: "openai/gpt-4.1-mini", restricted: false } as const;
const draftsOnFleet = { workload: "drafts", path: "self-host", target: chat.id, restricted: false } as const;

export const journey: Readonly<Record<"api" | "hybrid" | "self-host", StackConfig>> = {
  api: {
    ...base,
    path: "api",
    api: [{ ...openai, workloads: ["search", "drafts"] }],
    fleets: [],
    routes: [searchOnApi, { ...searchOnApi, workload: "drafts" }],
  },
  hybrid: {
    ...split,
    api: [{ ...openai, workloads: ["search", "drafts"] }],
    routes: [searchOnApi, { ...draftsOnFleet, overflow: "api/openai/gpt-4.1-mini" }],
    gateway: { tasks: 2, routes: [searchRoute, { ...draftsRoute, spills: true }] },
  },
  "self-host": {
    ...selfHostConfig,
    fleets: split.fleets.map((own) => ({ ...own, vllmFlags: [...chat.vllmFlags, ["--max-num-seqs", "64"] as const] })),
    routes: [draftsOnFleet, { ...draftsOnFleet, workload: "search" }],
  },
};
