import type { GatewayRoute, GatewayTarget } from "../../../src/gateway-config.ts";
import { slug } from "../../naming.ts";
import { GATEWAY_MODULE } from "./program.ts";

/** Where a fleet answers, and whether the name in its certificate can be checked. */
export interface FleetAddress {
  /** OpenAI-compatible base URL; may hold a Terraform expression. */
  readonly baseUrl: string;
  /** The same servers, which here refuse with 429 what they could not start at once. */
  readonly spillUrl: string;
  readonly verify: boolean;
}

/** What the configuration of one service is made from. */
export interface GatewaySource {
  readonly routes: readonly GatewayRoute[];
  /** By the id of the fleet. */
  readonly fleets: ReadonlyMap<string, FleetAddress>;
  readonly region: string;
  /** Limits are divided by it: each task counts for itself. */
  readonly tasks: number;
}

/** LiteLLM's name of each way to a provider (docs.litellm.ai/docs/providers, 2026-11), by the catalog's id of that way. */
const PREFIXES: Readonly<Record<string, string>> = {
  "openai-api": "openai",
  "anthropic-api": "anthropic",
  "anthropic-vertex": "vertex_ai",
  "azure-openai": "azure",
  "azure-openai-us": "azure",
  bedrock: "bedrock/converse",
  "cohere-api": "cohere_chat",
  "deepseek-api": "deepseek",
  "gemini-api": "gemini",
  "mistral-api": "mistral",
  "vertex-gemini": "vertex_ai",
  "vertex-gemini-global": "vertex_ai",
  "xai-api": "xai",
};

/** Environment variable that holds the key of a provider. Not the provider's usual name, so that no other part of LiteLLM finds it. */
export function providerVariable(provider: string): string {
  return `PROVIDER_KEY_${slug(provider).replaceAll("-", "_").toUpperCase()}`;
}

/** Environment variable that holds the key which callers of a workload send. */
export function workloadVariable(workload: string): string {
  return `WORKLOAD_KEY_${slug(workload).replaceAll("-", "_").toUpperCase()}`;
}

/** Environment variable of the key that own servers ask for. */
export const SERVER_KEY_VARIABLE = "SERVER_KEY";
/** Environment variable of the address of an Azure OpenAI resource, which belongs to its owner. */
export const AZURE_VARIABLE = "AZURE_ENDPOINT";

/** What the program beside LiteLLM knows of each workload, as JSON. */
export function routeTable(routes: readonly GatewayRoute[], tasks: number): string {
  const rows = routes.map((route) => [
    route.workload,
    {
      key: workloadVariable(route.workload),
      rpm: Math.max(1, Math.ceil(route.requestsPerMinute / tasks)),
      leaves: route.target.kind === "provider",
      guarded: route.guarded,
    },
  ]);
  return JSON.stringify(Object.fromEntries(rows));
}

/**
 * LiteLLM's configuration of one service as JSON, which is YAML. One model for each workload, named as the workload; fallbacks only
 * where the decision names them. A restricted route with a way outside is a defect and throws.
 *
 * Example: restricted `chat` on a fleet becomes one entry `hosted_vllm/llama-3.3-70b-instruct` and no fallback; `search` at OpenAI
 * becomes `openai/gpt-4.1-mini` with `max_budget` for one day.
 */
export function litellmConfig(source: GatewaySource): string {
  const { routes } = source;
  const outside = routes.find((route) => route.restricted && [route.target, ...route.fallbacks].some(({ kind }) => kind === "provider"));
  if (outside !== undefined) throw new Error(`"${outside.workload}" is restricted, but its gateway route leads to a provider`);
  const stuck = routes.find((route) => route.spills && (route.restricted || route.fallbacks.length === 0));
  if (stuck !== undefined) throw new Error(`"${stuck.workload}" spills over, but its gateway route has nowhere to spill to`);
  const entries = routes.flatMap((route) => [
    entry(route.workload, route.target, source, route.spills),
    ...route.fallbacks.map((target, index) => entry(fallbackName(route, index), target, source)),
  ]);
  const fallbacks = routes
    .filter((route) => route.fallbacks.length > 0)
    .map((route) => ({ [route.workload]: route.fallbacks.map((_, index) => fallbackName(route, index)) }));
  return JSON.stringify({
    model_list: entries,
    router_settings: {
      num_retries: 1,
      fallbacks,
      ...(fallbacks.length > 0 ? { max_fallbacks: 1 } : {}),
      ...spillSettings(routes),
    },
    litellm_settings: { callbacks: [`${GATEWAY_MODULE}.gateway`], json_logs: true, request_timeout: 900, turn_off_message_logging: true },
    general_settings: { custom_auth: `${GATEWAY_MODULE}.user_api_key_auth`, disable_error_logs: true },
  });
}

/**
 * A full fleet is no failing one: its 429 goes on to the overflow without a second try, and the next request asks the fleet again
 * instead of passing it by for five seconds (LiteLLM's default cooldown, docs.litellm.ai/docs/routing, 2026-11).
 */
function spillSettings(routes: readonly GatewayRoute[]): object {
  const spilling = routes.filter((route) => route.spills);
  if (spilling.length === 0) return {};
  return {
    disable_cooldowns: true,
    model_group_retry_policy: Object.fromEntries(spilling.map(({ workload }) => [workload, { RateLimitErrorRetries: 0 }])),
  };
}

/** Not a name that a caller can ask for: the program admits the workload's own name alone. */
function fallbackName(route: GatewayRoute, index: number): string {
  return `${route.workload}@fallback-${index}`;
}

function entry(name: string, target: GatewayTarget, source: GatewaySource, spills = false): object {
  const parameters = target.kind === "fleet" ? fleetParameters(target, source, spills) : providerParameters(target, source);
  return { model_name: name, litellm_params: parameters };
}

function fleetParameters({ fleet, model }: GatewayTarget & { readonly kind: "fleet" }, { fleets }: GatewaySource, spills: boolean): object {
  const address = fleets.get(fleet);
  if (address === undefined) throw new Error(`gateway route names fleet "${fleet}"; allowed: ${[...fleets.keys()].join(", ") || "none"}`);
  const check = address.verify ? {} : { ssl_verify: false };
  return {
    model: `hosted_vllm/${model}`,
    api_base: spills ? address.spillUrl : address.baseUrl,
    api_key: `os.environ/${SERVER_KEY_VARIABLE}`,
    ...check,
  };
}

function providerParameters(target: GatewayTarget & { readonly kind: "provider" }, { region, tasks }: GatewaySource): object {
  const { provider, route, model, inputUsdPerMTok, outputUsdPerMTok, dailyBudgetUsd } = target;
  const prefix = PREFIXES[route];
  if (prefix === undefined) {
    throw new Error(
      `the gateway does not know the way "${route}"; allowed: ${Object.keys(PREFIXES).join(", ")}; or set deploy.gateway: none`,
    );
  }
  return {
    model: `${prefix}/${model.replace(/^azure-us\./, "")}`,
    ...access(prefix, provider, region),
    ...(inputUsdPerMTok === null ? {} : { input_cost_per_token: perToken(inputUsdPerMTok) }),
    ...(outputUsdPerMTok === null ? {} : { output_cost_per_token: perToken(outputUsdPerMTok) }),
    ...(dailyBudgetUsd === null ? {} : { max_budget: dailyBudgetUsd / tasks, budget_duration: "1d" }),
  };
}

/** Bedrock is called by the task's role. The secret of Vertex AI holds the JSON of a service account. */
function access(prefix: string, provider: string, region: string): object {
  const key = `os.environ/${providerVariable(provider)}`;
  if (prefix.startsWith("bedrock")) return { aws_region_name: region };
  if (prefix === "vertex_ai") return { vertex_credentials: key, vertex_location: "global" };
  if (prefix === "azure") return { api_key: key, api_base: `os.environ/${AZURE_VARIABLE}`, api_version: "2024-10-21" };
  return { api_key: key };
}

function perToken(usdPerMTok: number): number {
  return usdPerMTok / 1e6;
}
