import type { GatewayWish } from "../gateway.ts";
import type { Policy, PolicyDocument, PolicyWorkload } from "../policy/policy.ts";
import {
  CACHE_SOURCE,
  type CapabilityFloor,
  CONTEXT_WINDOW_FACTOR,
  CONTEXT_WINDOW_MINIMUM_TOKENS,
  DEFAULT_FLOOR,
  DEFAULTS,
  EQUAL_WEIGHTS,
  FLOOR_SOURCE,
  HOURLY_PROFILES,
  type HourlyProfile,
  PEAK_SOURCE,
  PROFILE_SOURCE_DEFAULT,
  USE_CASE_DEFAULTS,
} from "./defaults.ts";
import { DEPRECIATION_DEFAULT, type OwnedEntry, PUE_DEFAULT } from "./owned.ts";
import { busiestHourRate, largestGrowth, peakToAverageAt, perMonth, weekOf } from "./traffic.ts";
import { type FineTuningFacts, fineTuningFacts } from "./tuning-facts.ts";
import type { Assumption } from "./types.ts";

/** A quantity with its declared uncertainty; a plain number has `low = expected = high`. */
export interface Range {
  readonly low: number;
  readonly expected: number;
  readonly high: number;
}

type Compliance = NonNullable<Policy["compliance"]>;
type DataClass = NonNullable<PolicyWorkload["dataClass"]>[number];

/** What one workload asks, with every default filled in and every number in the model's units. */
export interface WorkloadFacts {
  readonly name: string;
  /** Policy path of the workload, e.g. `workloads[0]`. */
  readonly pointer: string;
  readonly useCase: PolicyWorkload["useCase"];
  readonly dataClasses: readonly DataClass[];
  /** The policy's compliance with the workload's own keys merged over it. */
  readonly compliance: Compliance;
  readonly requestsPerMonth: Range;
  readonly growthRatioPerMonth: number;
  /** Load of the week's 168 hours relative to their mean. */
  readonly week: readonly number[];
  readonly peakToAverage: number;
  readonly inputTokens: Range;
  readonly outputTokens: Range;
  readonly tokenGrowthRatioPerMonth: number;
  readonly cachedInputRatio: number;
  /** The same for requests in a batch: what the policy declares, and 0 where it does not, because the default is that of requests answered at once. */
  readonly batchCachedInputRatio: number;
  /** Share of input tokens that are written to a prompt cache; null where the policy does not say. */
  readonly cacheWriteRatio: number | null;
  readonly batchRatio: number;
  readonly ttftMsP95: number | null;
  readonly tpotMsP95: number | null;
  readonly contextWindowTokens: number;
  readonly contextWindowDeclared: boolean;
  /** Input and output of a mean request at the high end of their ranges, in the month of the horizon in which requests are longest. */
  readonly largestRequestTokens: number;
  readonly features: readonly NonNullable<NonNullable<PolicyWorkload["needs"]>["features"]>[number][];
  /** Declared floors; all must hold. */
  readonly minBenchmarks: Readonly<Record<string, number>>;
  /** Preset floor; null when benchmarks or candidates are declared. */
  readonly presetFloor: CapabilityFloor | null;
  readonly customization: NonNullable<NonNullable<PolicyWorkload["needs"]>["customization"]>;
  /** What the customization is trained with; null where nothing is trained or the policy does not say. */
  readonly fineTuning: FineTuningFacts | null;
  /** What must be published of the model; null when nothing must. */
  readonly openness: NonNullable<NonNullable<PolicyWorkload["needs"]>["openness"]> | null;
  readonly availabilityRatio: number | null;
  readonly current: NonNullable<PolicyWorkload["current"]> | null;
  readonly candidates: NonNullable<PolicyWorkload["candidates"]> | null;
}

type Weights = Readonly<Record<keyof typeof EQUAL_WEIGHTS, number>>;

/** What a whole policy asks. */
export interface RequirementFacts {
  readonly name: string;
  readonly region: string;
  readonly horizonMonths: number;
  readonly stage: NonNullable<Policy["stage"]>;
  readonly mlOps: NonNullable<NonNullable<Policy["team"]>["mlOps"]>;
  readonly hourlyRateUsd: number;
  /** Weeks until it must serve; null without a deadline. */
  readonly readyInWeeks: number | null;
  readonly organisation: NonNullable<Policy["organisation"]>;
  readonly purchase: {
    readonly gpu: "on_demand" | "savings_plan" | "spot" | "capacity_block";
    readonly gpuDiscountRatio: number;
    readonly apiDiscountRatio: number;
    /** GPU machines of your own, every default filled in. */
    readonly owned: readonly OwnedEntry[];
    /** `weekly`: the fleet follows the hours of a typical week; only where unused hours are not billed. */
    readonly gpuSchedule: "always" | "weekly";
  };
  /** What soft advantages are worth; null when the policy declares nothing and cost alone decides. */
  readonly preferences: { readonly budgetRatio: number; readonly weights: Weights } | null;
  readonly prices: NonNullable<Policy["prices"]>;
  /** As much of `deploy` as the bill depends on. `vpcSubnets` is null where the stacks make a network of their own. */
  readonly deploy: {
    readonly gateway: GatewayWish;
    readonly vpcSubnets: number | null;
    readonly hasDomain: boolean;
    readonly warmInstances: number;
  };
  readonly workloads: readonly WorkloadFacts[];
  readonly assumptions: readonly Assumption[];
}

/** What a workload needs whatever its volume: all that rules and hardware look at. */
export type WorkloadNeeds = Omit<WorkloadFacts, "requestsPerMonth" | "growthRatioPerMonth" | "week" | "peakToAverage">;

/** What a policy asks of every option, whatever it is worth in money. */
export type PolicyNeeds = Omit<RequirementFacts, "name" | "workloads" | "assumptions" | "hourlyRateUsd" | "preferences">;

/** Whether a workload promises its users anything about latency. */
export function isPromised({ ttftMsP95, tpotMsP95 }: WorkloadFacts): boolean {
  return ttftMsP95 !== null || tpotMsP95 !== null;
}

/** `asRange(5)` is `{ low: 5, expected: 5, high: 5 }`. */
export function asRange(value: number | Range): Range {
  return typeof value === "number" ? { low: value, expected: value, high: value } : value;
}

/** Turns a policy into facts: merges, converts units and fills defaults, noting each default as an assumption. */
export function factsOf(document: PolicyDocument): RequirementFacts {
  const { policy } = document;
  const assumed = new Assumed();
  const facts = {
    name: policy.name ?? baseName(document.file),
    region: policy.region ?? assumed.take(DEFAULTS.region),
    horizonMonths: policy.horizonMonths ?? assumed.take(DEFAULTS.horizonMonths),
    stage: policy.stage ?? assumed.take(DEFAULTS.stage),
    mlOps: policy.team?.mlOps ?? assumed.take(DEFAULTS.mlOps),
    hourlyRateUsd: policy.team?.hourlyRateUsd ?? assumed.take(DEFAULTS.hourlyRateUsd),
    readyInWeeks: policy.readyInWeeks ?? null,
    organisation: policy.organisation ?? {},
    purchase: {
      gpu: policy.purchase?.gpu ?? "on_demand",
      gpuDiscountRatio: policy.purchase?.gpuDiscountRatio ?? 0,
      apiDiscountRatio: policy.purchase?.apiDiscountRatio ?? 0,
      owned: (policy.purchase?.owned ?? []).map((entry) => ({
        ...entry,
        machines: entry.machines ?? 1,
        depreciationMonths: entry.depreciationMonths ?? assumed.take(DEPRECIATION_DEFAULT),
        pue: entry.pue ?? assumed.take(PUE_DEFAULT),
        hostingUsdPerMonth: entry.hostingUsdPerMonth ?? 0,
      })),
      gpuSchedule: policy.purchase?.gpuSchedule ?? "always",
    },
    preferences: policy.preferences === undefined ? null : preferencesOf(policy.preferences, assumed),
    prices: policy.prices ?? {},
    deploy: {
      gateway: policy.deploy?.gateway ?? null,
      vpcSubnets: policy.deploy?.vpc?.privateSubnetIds.length ?? null,
      hasDomain: policy.deploy?.domain !== undefined,
      warmInstances: policy.deploy?.warmInstances ?? 0,
    },
    workloads: policy.workloads.map((workload, index) => workloadFacts(workload, index, policy, assumed)),
  };
  if (policy.compliance?.dataMayLeave === undefined && policy.workloads.every((w) => w.compliance?.dataMayLeave === undefined)) {
    assumed.take(DEFAULTS.dataMayLeave);
  }
  return { ...facts, assumptions: assumed.list };
}

function preferencesOf({ budgetRatio, weights }: NonNullable<Policy["preferences"]>, assumed: Assumed): RequirementFacts["preferences"] {
  const of = (key: keyof Weights) => weights?.[key] ?? EQUAL_WEIGHTS[key];
  return {
    budgetRatio: budgetRatio ?? assumed.take(DEFAULTS.preferenceBudgetRatio),
    weights: {
      capability: of("capability"),
      privacy: of("privacy"),
      customization: of("customization"),
      setupSpeed: of("setupSpeed"),
      operations: of("operations"),
      lockIn: of("lockIn"),
      features: of("features"),
      costPredictability: of("costPredictability"),
      support: of("support"),
    },
  };
}

class Assumed {
  readonly list: Assumption[] = [];

  take<Value extends string | number | boolean>(entry: { readonly key: string; readonly value: Value; readonly source: string }): Value {
    this.list.push({ key: entry.key, value: String(entry.value), source: entry.source });
    return entry.value;
  }
}

function workloadFacts(workload: PolicyWorkload, index: number, policy: Policy, assumed: Assumed): WorkloadFacts {
  const preset = workload.useCase === undefined ? undefined : USE_CASE_DEFAULTS[workload.useCase];
  const of = (key: string) => `${workload.name}: ${key}`;
  const { volume, tokens, needs } = workload;
  const requestsPerMonth =
    volume.requestsPerMonth === undefined ? mapRange(asRange(volume.requestsPerDay ?? 0), perMonth) : asRange(volume.requestsPerMonth);
  const week = weekOf(
    profileOf(volume.hourlyProfile, preset?.profile, (name, source) =>
      assumed.take({ key: of("volume.hourly_profile"), value: name, source }),
    ),
  );
  const rate = busiestHourRate(requestsPerMonth.expected, week);
  const inputTokens = asRange(tokens.input);
  const outputTokens = asRange(tokens.output);
  const longer = largestGrowth(tokens.growthRatioPerMonth ?? 0, policy.horizonMonths ?? DEFAULTS.horizonMonths.value);
  const largestRequestTokens = (inputTokens.high + outputTokens.high) * longer;
  const judged = needs?.minBenchmarks !== undefined || workload.candidates !== undefined;
  const floor = judged ? null : (preset?.floor ?? DEFAULT_FLOOR);
  if (floor !== null) assumed.take({ key: of("needs.min_benchmarks"), value: floorText(floor), source: FLOOR_SOURCE });
  return {
    name: workload.name,
    pointer: `workloads[${index}]`,
    useCase: workload.useCase,
    dataClasses: workload.dataClass ?? [],
    compliance: { ...policy.compliance, ...workload.compliance },
    requestsPerMonth,
    growthRatioPerMonth: volume.growthRatioPerMonth ?? 0,
    week,
    peakToAverage:
      volume.peakToAverage ?? assumed.take({ key: of("volume.peak_to_average"), value: peakToAverageAt(rate), source: PEAK_SOURCE }),
    inputTokens,
    outputTokens,
    tokenGrowthRatioPerMonth: tokens.growthRatioPerMonth ?? 0,
    cachedInputRatio:
      tokens.cachedInputRatio ??
      assumed.take({ key: of("tokens.cached_input_ratio"), value: preset?.cachedInputRatio ?? 0, source: CACHE_SOURCE }),
    batchCachedInputRatio: tokens.cachedInputRatio ?? 0,
    cacheWriteRatio: tokens.cacheWriteRatio ?? null,
    batchRatio: tokens.batchRatio ?? 0,
    ttftMsP95: workload.latency?.ttftMsP95 ?? null,
    tpotMsP95: workload.latency?.tpotMsP95 ?? null,
    contextWindowTokens: needs?.contextWindowTokens ?? defaultContextWindow(largestRequestTokens),
    largestRequestTokens,
    contextWindowDeclared: needs?.contextWindowTokens !== undefined,
    features: needs?.features ?? [],
    minBenchmarks: needs?.minBenchmarks ?? {},
    presetFloor: floor,
    customization: needs?.customization ?? "none",
    fineTuning:
      needs?.fineTuning === undefined ? null : fineTuningFacts(workload, (entry) => assumed.take({ ...entry, key: of(entry.key) })),
    openness: needs?.openness ?? null,
    availabilityRatio: needs?.availabilityRatio ?? null,
    current: workload.current ?? null,
    candidates: workload.candidates ?? null,
  };
}

export function profileOf(
  declared: PolicyWorkload["volume"]["hourlyProfile"],
  preset: keyof typeof HOURLY_PROFILES | undefined,
  assume: (name: keyof typeof HOURLY_PROFILES, source: string) => string,
): HourlyProfile {
  if (typeof declared === "object") return declared;
  if (declared !== undefined) return HOURLY_PROFILES[declared];
  const name = preset ?? PROFILE_SOURCE_DEFAULT;
  assume(name, HOURLY_PROFILES[name].source);
  return HOURLY_PROFILES[name];
}

/** Context window of a workload that declares none: twice its mean request where that is longest, at least 4,096 tokens. */
export function defaultContextWindow(longestMeanTokens: number): number {
  return Math.max(CONTEXT_WINDOW_MINIMUM_TOKENS, Math.ceil(longestMeanTokens * CONTEXT_WINDOW_FACTOR));
}

function floorText(floor: CapabilityFloor): string {
  const any = floor.any.map(([benchmark, minimum]) => `${benchmark} ${minimum}`).join(" or ");
  return [any, ...floor.all.map(([benchmark, minimum]) => `${benchmark} ${minimum}`)].join(" and ");
}

function mapRange(range: Range, change: (value: number) => number): Range {
  return { low: change(range.low), expected: change(range.expected), high: change(range.high) };
}

function baseName(file: string): string {
  const last = file.split("/").at(-1) ?? file;
  return last.replace(/\.ya?ml$/, "");
}
