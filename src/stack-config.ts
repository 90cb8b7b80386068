import { bedrockId } from "./decide/bedrock-id.ts";
import type { PlannedPolicy } from "./decide/evaluation-types.ts";
import { type StackBudget, stackBudget } from "./decide/stack-budget.ts";
import { hasOwnWeights } from "./decide/tuning-facts.ts";
import type { Fleet, OptionSummary, PlannedWorkload } from "./decide/types.ts";
import { isRestricted } from "./gateway.ts";
import { type GatewayConfig, gatewayConfig, shapeOf } from "./gateway-config.ts";
import type { Policy } from "./policy/policy.ts";
import { rootVolumeGiB, type StackShape } from "./stack-resources.ts";

/**
 * What the stacks build, as plain JSON without cdktf: the bridge between a decision and Terraform.
 * Two equal configurations synthesize to the same bytes.
 */
export interface StackConfig {
  readonly path: "api" | "self-host" | "hybrid";
  /** Lower-case letters, digits and hyphens, at most 40 characters; prefix of every resource name. */
  readonly name: string;
  readonly environment: string;
  readonly stage: "prototype" | "production" | "research";
  readonly region: string;
  readonly partition: "aws" | "aws-us-gov" | "aws-eusc";
  readonly tags: Readonly<Record<string, string>>;
  readonly backend:
    | { readonly kind: "local" }
    | { readonly kind: "s3"; readonly bucket: string; readonly key: string; readonly region: string };
  readonly network:
    | { readonly kind: "new" }
    | { readonly kind: "existing"; readonly vpcId: string; readonly privateSubnetIds: readonly string[] };
  readonly airGapped: boolean;
  readonly privateNetwork: boolean;
  readonly domain: string | null;
  readonly certificateArn: string | null;
  readonly githubRepository: string | null;
  readonly alarmEmail: string | null;
  readonly budget: StackBudget;
  readonly logRetentionDays: number;
  /** One entry for each provider and model bought by the token; empty on the self-host path. */
  readonly api: readonly ApiAccess[];
  /** One entry for each fleet; empty on the API path. */
  readonly fleets: readonly FleetConfig[];
  /** Which side serves each workload; restricted workloads may never fall back to an API. */
  readonly routes: readonly {
    readonly workload: string;
    readonly path: "api" | "self-host";
    readonly target: string;
    /** True when the workload may never use an API: it then stands in no `api[].workloads`. */
    readonly restricted: boolean;
    /** Id of the option at a provider that steps in when own servers fail; absent where none may. */
    readonly fallback?: string;
    /** The option that takes what exceeds the fleet, e.g. `api/openai/gpt-5.4-mini`; absent when nothing may overflow. */
    readonly overflow?: string;
  }[];
  /** One address in front of both sides; null where callers follow their routes themselves. */
  readonly gateway: GatewayConfig | null;
}

/** A provider whose key (or, for Bedrock, whose permission) the workloads need. */
export interface ApiAccess {
  readonly provider: string;
  /** Bedrock needs no key: IAM permission for `models` instead. */
  readonly keyless: boolean;
  readonly models: readonly string[];
  readonly workloads: readonly string[];
}

export interface FleetConfig {
  readonly id: string;
  readonly model: string;
  readonly hubRepo: string;
  readonly gatedDownload: boolean;
  readonly weightsGiB: number;
  readonly instanceType: string;
  /** Another type with the same GPUs for spot requests; absent where there is none. */
  readonly spotAlternative?: string;
  readonly gpuCountPerInstance: number;
  readonly replicasPerInstance: number;
  readonly tensorParallel: number;
  readonly instances: { readonly minimum: number; readonly desired: number; readonly maximum: number };
  /** `reserved`: on demand, from reservations of the policy's owner first. */
  readonly purchase: "on_demand" | "savings_plan" | "reserved" | "spot" | "capacity_block";
  /** Stopped servers that are ready to start. */
  readonly warmInstances: number;
  /** Whether LoRA adapters lie beside the weights. */
  readonly adapters: boolean;
  /** True where the weights were made for one workload: a person uploads them, and they are never those of the hub. */
  readonly ownWeights?: true;
  /** Instances by the hours of a typical week, local hours of the users; absent when all run all the time. */
  readonly schedule?: NonNullable<Fleet["schedule"]>;
  readonly vllmFlags: Fleet["vllmFlags"];
  readonly ttftMsP95: number | null;
  readonly rootVolumeGiB: number;
}

export type StackConfigResult =
  | { readonly kind: "stack"; readonly config: StackConfig }
  | { readonly kind: "not-built"; readonly text: string };

/** Days that logs are kept: a year in production, as auditors ask; a month elsewhere. */
const LOG_RETENTION_DAYS = { production: 365, prototype: 30, research: 30 } as const;
/** Room above the planned fleet for a rolling refresh, in instances. */
const REFRESH_SURGE_INSTANCES = 1;
const NAME_LENGTH = 40;

/**
 * The stack that carries out a decision, or why there is none.
 * Reads the policy for `deploy`, `region`, `stage` and `purchase` only; what to serve where comes from the decision.
 *
 * Example: a hybrid decision gives `api` entries for its token-billed workloads, one `fleets` entry for each model on own
 * instances, and a route for every workload. A decision without a feasible path gives `not-built`.
 */
export function toStackConfig(evaluation: PlannedPolicy, policy: Policy): StackConfigResult {
  const { decision } = evaluation;
  if (decision.path === "none") {
    const text = `no path fits the policy ${evaluation.policy.path}, so there is nothing to build; run explain to see why`;
    return { kind: "not-built", text };
  }
  const why = notBuilt(evaluation, policy);
  if (why !== null) return { kind: "not-built", text: why };
  const deploy = policy.deploy ?? {};
  const stage = policy.stage ?? "production";
  const { region } = evaluation;
  const routes = routesOf(evaluation, policy);
  const name = resourceName(evaluation.policy.name);
  const environment = deploy.environment ?? stage;
  const s3 = deploy.backend?.s3;
  const config: StackConfig = {
    path: decision.path,
    name,
    environment,
    stage,
    region,
    partition: partitionOf(region),
    tags: { "breakeven:policy": name, "breakeven:environment": environment },
    backend: s3 === undefined ? { kind: "local" } : { kind: "s3", bucket: s3.bucket, key: s3.key, region: s3.region ?? region },
    network:
      deploy.vpc === undefined
        ? { kind: "new" }
        : { kind: "existing", vpcId: deploy.vpc.id, privateSubnetIds: deploy.vpc.privateSubnetIds },
    airGapped: anyCompliance(policy, "airGapped"),
    privateNetwork: anyCompliance(policy, "privateNetwork"),
    domain: deploy.domain ?? null,
    certificateArn: deploy.certificateArn ?? null,
    githubRepository: deploy.githubRepository ?? null,
    alarmEmail: deploy.alarmEmail ?? null,
    budget: stackBudget(evaluation),
    logRetentionDays: LOG_RETENTION_DAYS[stage],
    api: apiAccess(evaluation, routes),
    fleets: decision.fleets.map((fleet) => fleetConfig(fleet, policy)),
    routes,
    gateway: gatewayConfig(evaluation, policy, routes),
  };
  return { kind: "stack", config };
}

/** A name that every AWS resource accepts: `resourceName("Support Platform_v2")` is "support-platform-v2". */
export function resourceName(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  const letterFirst = /^[a-z]/.test(plain) ? plain : `llm-${plain}`;
  return letterFirst.slice(0, NAME_LENGTH).replace(/-+$/, "");
}

/** What the stacks cannot build, said before anything is written; null when they can. */
function notBuilt({ region, decision }: PlannedPolicy, policy: Policy): string | null {
  const split = decision.workloads.find((workload) => workload.split !== null);
  if (split !== undefined && policy.deploy?.gateway === "none") {
    return `"${split.name}" is split between own servers and an API, and only a gateway knows when the servers are busy; remove deploy.gateway: none`;
  }
  if (partitionOf(region) === "aws-eusc") {
    return `the stacks cannot build in ${region}: the pinned AWS provider does not know that partition; choose a region of AWS or AWS GovCloud`;
  }
  const owned = decision.fleets.find((fleet) => fleet.owned === true);
  if (owned !== undefined) {
    return `the fleet ${owned.id} runs on your own machines (purchase.owned), and the stacks build in AWS alone; nothing is written`;
  }
  const bedrock = decision.workloads.some(({ option }) => (option?.overflow ?? option)?.route === "bedrock");
  if (decision.path === "api" && bedrock && anyCompliance(policy, "privateNetwork") && !hasNetwork(policy)) {
    return "private_network needs the network of the callers for its endpoint to Bedrock; declare deploy.vpc with its private subnets";
  }
  return null;
}

function hasNetwork({ deploy }: Policy): boolean {
  return deploy?.vpc !== undefined || deploy?.gateway === "litellm";
}

function partitionOf(region: string): StackConfig["partition"] {
  if (region.startsWith("us-gov-")) return "aws-us-gov";
  return region.startsWith("eusc-") ? "aws-eusc" : "aws";
}

function anyCompliance(policy: Policy, key: "airGapped" | "privateNetwork"): boolean {
  return policy.workloads.some((workload) => (workload.compliance?.[key] ?? policy.compliance?.[key]) === true);
}

/** One entry for each provider, sorted; Bedrock is called by permission and needs no key. */
function apiAccess(evaluation: PlannedPolicy, routes: StackConfig["routes"]): readonly ApiAccess[] {
  const byProvider = new Map<string, { models: Set<string>; workloads: string[]; keyless: boolean }>();
  for (const [name, option] of boughtOptions(evaluation, routes)) {
    if (option.provider === undefined) continue;
    const entry = byProvider.get(option.provider) ?? { models: new Set<string>(), workloads: [], keyless: option.route === "bedrock" };
    entry.models.add(option.route === "bedrock" ? bedrockId(option.model, evaluation.region) : option.model);
    entry.workloads.push(name);
    byProvider.set(option.provider, entry);
  }
  return [...byProvider]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([provider, { models, workloads, keyless }]) => ({ provider, keyless, models: [...models].sort(), workloads }));
}

/** What is bought by the token: choices, then fallbacks. */
function boughtOptions(
  { decision }: PlannedPolicy,
  routes: StackConfig["routes"],
): readonly (readonly [workload: string, OptionSummary])[] {
  const chosen = decision.workloads.flatMap(({ name, option: whole }) => {
    const option = whole?.overflow ?? whole;
    return option === null || option.kind === "self-host" ? [] : [[name, option] as const];
  });
  const fallbacks = decision.workloads.flatMap(({ name, runnersUp }) => {
    const wanted = routes.find(({ workload }) => workload === name)?.fallback;
    return runnersUp.flatMap(({ option }) => (option.id === wanted ? [[name, option] as const] : []));
  });
  return [...chosen, ...fallbacks];
}

/**
 * The cheapest runner-up at a provider whose key the stack keeps anyway: it passed the same rules as the choice. Only behind a gateway,
 * which carries it out.
 */
function fallbackOf({ decision }: PlannedPolicy, { option, runnersUp }: PlannedWorkload): string | undefined {
  const providers = decision.workloads.flatMap((other) => (other.option?.kind === "self-host" ? [] : (other.option?.provider ?? [])));
  if (option?.kind !== "self-host") return undefined;
  return runnersUp.find((other) => other.option.kind !== "self-host" && providers.includes(other.option.provider ?? ""))?.option.id;
}

function fleetConfig(fleet: Fleet, policy: Policy): FleetConfig {
  const tenants = policy.workloads.filter(({ name }) => fleet.workloads.includes(name));
  const promises = tenants.flatMap(({ latency }) => latency?.ttftMsP95 ?? []);
  const desired = fleet.instances.first;
  return {
    id: fleet.id,
    model: fleet.model,
    hubRepo: fleet.hubRepo,
    gatedDownload: fleet.gatedDownload,
    weightsGiB: fleet.weightsGiB,
    instanceType: fleet.instanceType,
    ...(fleet.spotAlternative === undefined ? {} : { spotAlternative: fleet.spotAlternative }),
    gpuCountPerInstance: fleet.gpuCountPerInstance,
    replicasPerInstance: fleet.replicasPerInstance,
    tensorParallel: fleet.tensorParallel,
    instances: { minimum: fleet.instances.minimum, desired, maximum: Math.max(desired, fleet.instances.last) + REFRESH_SURGE_INSTANCES },
    purchase: policy.deploy?.reservedCapacity === true ? "reserved" : (policy.purchase?.gpu ?? "on_demand"),
    warmInstances: policy.deploy?.warmInstances ?? 0,
    adapters: tenants.some(({ needs }) => needs?.customization === "lora"),
    ...(tenants.some(({ needs }) => hasOwnWeights({ customization: needs?.customization ?? "none" })) ? { ownWeights: true as const } : {}),
    ...(fleet.schedule === null ? {} : { schedule: fleet.schedule }),
    vllmFlags: fleet.vllmFlags,
    ttftMsP95: promises.length === 0 ? null : Math.min(...promises),
    rootVolumeGiB: rootVolumeGiB(fleet.weightsGiB),
  };
}

/** Data that may not leave is restricted to own servers; only the overflow of a split may leave, to an API that passed every rule. */
function routesOf(evaluation: PlannedPolicy, policy: Policy): StackConfig["routes"] {
  return evaluation.decision.workloads.flatMap((decided) => {
    const { name, path, option, split } = decided;
    if (path === "none" || option === null) return [];
    const workload = policy.workloads.find((entry) => entry.name === name);
    const compliance = { ...policy.compliance, ...workload?.compliance };
    const { dataMayLeave, airGapped } = compliance;
    const restricted = split === null && isRestricted({ dataClasses: workload?.dataClass ?? [], dataMayLeave, airGapped });
    const fleet = evaluation.decision.fleets.find((entry) => entry.workloads.includes(name));
    const fallback = restricted || split !== null || policy.deploy?.gateway === "none" ? undefined : fallbackOf(evaluation, decided);
    const side = path === "api" ? "api" : "self-host";
    const beyond = { ...(fallback === undefined ? {} : { fallback }), ...(split === null ? {} : { overflow: split.overflow.id }) };
    return [{ workload: name, path: side, target: fleet?.id ?? option.id, restricted, ...beyond }];
  });
}

/** As much of a configuration as its billed resources depend on, for `stackResources`. */
export function stackShape(config: StackConfig): StackShape {
  const { api, fleets, network } = config;
  const keyless = new Set(api.filter((access) => access.keyless).flatMap((access) => access.models));
  const ownsDoor = config.privateNetwork && keyless.size > 0 && network.kind === "existing";
  return {
    stage: config.stage,
    airGapped: config.airGapped,
    newNetwork: network.kind === "new",
    hasDomain: config.domain !== null,
    keyedProviders: new Set(api.filter((access) => !access.keyless).map((access) => access.provider)).size,
    keylessModels: keyless.size,
    gateway: shapeOf(config.gateway),
    ...(ownsDoor ? { bedrockDoorSubnets: network.privateSubnetIds.length } : {}),
    fleets: fleets.map((fleet) => ({ gatedDownload: fleet.gatedDownload, ttftPromised: fleet.ttftMsP95 !== null })),
  };
}
