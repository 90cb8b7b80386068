import type { Policy, PolicyWorkload } from "../policy/policy.ts";
import { startSeconds } from "../stack-resources.ts";

/**
 * Every default that a decision may rely on, in one place. Each one that is used is printed as an assumption
 * with the source given here, and each can be overridden by the policy key named in `key`.
 */
export interface Default<Value> {
  readonly key: string;
  readonly value: Value;
  readonly source: string;
}

/** One month everywhere, in hours: 8,760 hours of a year over 12. */
export const HOURS_PER_MONTH = 730;
/** Days of that month: 30.42. */
export const DAYS_PER_MONTH = HOURS_PER_MONTH / 24;
export const SECONDS_PER_HOUR = 3600;
export const SECONDS_PER_MONTH = HOURS_PER_MONTH * SECONDS_PER_HOUR;

/**
 * Share of a replica's promise-keeping rate that the busiest minute may use. The rest absorbs uneven balancing
 * between replicas and the error of the capacity model. Source: utilisation 0.7 of the framework's self-hosting
 * formula, applied to throughput and not to the bill.
 */
export const TARGET_UTILISATION_RATIO = 0.7;

/**
 * Hours that an instance of a scheduled fleet is billed before it serves: the stacks ask for it as early as it needs to start.
 * Example: 65 GiB are 900 s and 698 s at 100 MB/s, so 27 whole minutes or 0.45 hours.
 */
export function startUpHours(weightsGiB: number): number {
  return startSeconds(weightsGiB) / SECONDS_PER_HOUR;
}

/** Ways of buying in which an instance that is stopped is not billed; committed hours are paid whether used or not. */
export const SCHEDULABLE_PURCHASES: readonly string[] = ["on_demand", "spot"];

/** From this availability on, one instance more than the load needs, and at least two. Source: ours; two nines survive one repair a month. */
export const SPARE_FROM_AVAILABILITY_RATIO = 0.999;

/** A declared `current` path is left only for a saving above this share. Source: ours; a migration costs weeks. */
export const SWITCH_THRESHOLD_RATIO = 0.1;

/** Costs closer than this share are a tie, which goes to the API. Source: ours, from the framework's strict "less than". */
export const TIE_RATIO = 0.02;

export type ProfileName = "flat" | "business_hours" | "consumer" | "global";
export interface HourlyProfile {
  /** Load of each local hour of a weekday; any scale. */
  readonly weights: readonly number[];
  /** Load of a weekend day as a share of a weekday. */
  readonly weekendRatio: number;
}

/** Daily shapes of public traces. */
export const HOURLY_PROFILES: Readonly<Record<ProfileName, HourlyProfile & { readonly source: string }>> = {
  flat: { weights: Array<number>(24).fill(1), weekendRatio: 1, source: "every hour alike" },
  business_hours: {
    weights: [
      0.35, 0.3, 0.25, 0.23, 0.24, 0.26, 0.36, 0.68, 1.16, 1.65, 1.82, 1.72, 1.96, 2.18, 2.24, 2.09, 1.56, 1.13, 0.83, 0.7, 0.68, 0.64,
      0.53, 0.42,
    ],
    weekendRatio: 0.33,
    source: "Azure LLM inference trace 2024, coding, five weekdays",
  },
  consumer: {
    weights: [
      0.84, 0.71, 0.73, 0.68, 0.71, 0.66, 0.68, 0.85, 1.02, 1.05, 1.13, 1.09, 1.06, 1.07, 1.06, 1.05, 1.09, 1.08, 1.01, 1.23, 1.46, 1.4,
      1.27, 1.06,
    ],
    weekendRatio: 0.9,
    source: "Alibaba ServeGen m-small, mean of 14 days; weekend share is ours",
  },
  global: {
    weights: [
      0.89, 0.97, 0.96, 0.8, 0.8, 0.87, 1.0, 1.08, 1.11, 1.08, 0.98, 1.02, 1.14, 1.27, 1.34, 1.25, 1.14, 1.08, 1.08, 1.02, 0.93, 0.78, 0.7,
      0.71,
    ],
    weekendRatio: 0.57,
    source: "Azure LLM inference trace 2024, conversation, five weekdays, UTC",
  },
};

type UseCase = NonNullable<PolicyWorkload["useCase"]>;

/** Any one of `any`, and all of `all`: published scores on the benchmark's 0-100 scale. */
export interface CapabilityFloor {
  readonly any: readonly (readonly [benchmark: string, minimum: number])[];
  readonly all: readonly (readonly [benchmark: string, minimum: number])[];
}

/**
 * Floors for kinds of work. One passed benchmark is enough: few models publish the same ones, and a good score on a
 * harder one (GPQA Diamond, SWE-bench) says no less than one on MMLU. The equivalence is ours.
 */
const FLOORS = {
  simple: {
    any: [
      ["mmlu_pro", 45],
      ["mmlu", 70],
      ["gpqa_diamond", 30],
      ["swe_bench_verified", 20],
      ["swe_bench_pro", 5],
    ],
    all: [],
  },
  general: {
    any: [
      ["mmlu_pro", 65],
      ["mmlu", 82],
      ["gpqa_diamond", 48],
      ["swe_bench_verified", 40],
      ["swe_bench_pro", 20],
    ],
    all: [],
  },
  reasoning: {
    any: [
      ["gpqa_diamond", 60],
      ["mmlu_pro", 78],
      ["swe_bench_verified", 70],
      ["swe_bench_pro", 40],
    ],
    all: [],
  },
  code: {
    any: [
      ["swe_bench_verified", 50],
      ["swe_bench_pro", 30],
      ["livecodebench_v6", 70],
    ],
    all: [],
  },
} as const satisfies Record<string, CapabilityFloor>;

/** What a use case implies when the policy is silent. Floors are our suggestion and always overridable. */
export const USE_CASE_DEFAULTS: Readonly<
  Record<UseCase, { readonly profile: ProfileName; readonly cachedInputRatio: number; readonly floor: CapabilityFloor }>
> = {
  simple_qa: { profile: "consumer", cachedInputRatio: 0, floor: FLOORS.simple },
  complex_reasoning: { profile: "business_hours", cachedInputRatio: 0, floor: FLOORS.reasoning },
  code_generation: { profile: "business_hours", cachedInputRatio: 0.8, floor: FLOORS.code },
  bulk_processing: { profile: "flat", cachedInputRatio: 0, floor: FLOORS.simple },
  customer_facing: { profile: "consumer", cachedInputRatio: 0.35, floor: FLOORS.general },
  internal_tools: { profile: "business_hours", cachedInputRatio: 0, floor: FLOORS.general },
};

/** Floor of a workload that names no use case: the weakest of the presets. */
export const DEFAULT_FLOOR: CapabilityFloor = FLOORS.simple;
export const FLOOR_SOURCE = "our preset for the use case; override with needs.min_benchmarks or candidates";
export const PROFILE_SOURCE_DEFAULT: ProfileName = "global";
export const CACHE_SOURCE = "Mooncake FAST'25 and coding-agent logs 2026: multi-turn chat 0.35, code 0.80; single requests 0";

/** Worst minute against the mean of the busiest hour, by mean rate of that hour in requests/s. */
export const PEAK_TO_AVERAGE: readonly { readonly fromRequestsPerSecond: number; readonly ratio: number }[] = [
  { fromRequestsPerSecond: 50, ratio: 1.2 },
  { fromRequestsPerSecond: 5, ratio: 1.5 },
  { fromRequestsPerSecond: 0, ratio: 2.5 },
];
export const PEAK_SOURCE =
  "Azure LLM inference traces 2023/2024 and ServeGen: 1.2 at 50 req/s, 1.5 at 5 req/s, 2.5 below; more where a quieter service would have a higher peak";

/** Longest request over the mean one when no context window is declared. Source: ours. */
export const CONTEXT_WINDOW_FACTOR = 2;
export const CONTEXT_WINDOW_MINIMUM_TOKENS = 4096;

/**
 * Spread of prompt lengths around their mean: lognormal, standard deviation equal to the mean. It matters for models that
 * charge more for long prompts. Source: ours, between two traces whose means and medians give 0.5 (Azure 2023
 * conversation, 1,155 and 1,020 tokens) and 1.4 (Mooncake conversation, 12,035 and 6,909 tokens).
 */
export const PROMPT_LENGTHS = { kind: "lognormal", coefficientOfVariation: 1 } as const;

type MlOps = NonNullable<NonNullable<Policy["team"]>["mlOps"]>;

/** Engineer hours: to set up once, and each month; low and high are what published teams report. */
export interface PeopleHours {
  readonly setUp: number;
  readonly monthly: { readonly low: number; readonly expected: number; readonly high: number };
}

/** Self-hosting by the team's experience; from the framework's effort table (10-20 h a week, 1-4 weeks) and published teams (2-12 weeks). */
export const SELF_HOST_PEOPLE: Readonly<Record<MlOps, PeopleHours>> = {
  dedicated: { setUp: 80, monthly: { low: 20, expected: 43, high: 87 } },
  part_time: { setUp: 160, monthly: { low: 43, expected: 65, high: 130 } },
  none: { setUp: 320, monthly: { low: 65, expected: 87, high: 173 } },
};
/** In months with more than this many GPUs, one full-time engineer at least. Source: published teams, 0.5-2 FTE for a cluster. */
export const FULL_TIME_ABOVE_GPUS = 8;
export const FULL_TIME_HOURS_PER_MONTH = 173;

/** API side: one hour to set up, two hours a week (framework's effort table). */
export const API_PEOPLE: PeopleHours = { setUp: 1, monthly: { low: 4, expected: 8.7, high: 13 } };
export const PEOPLE_SOURCE = "framework effort table (2026-04) and published teams 2024-2026";

export const DEFAULTS = {
  region: { key: "region", value: "us-east-1", source: "largest choice of GPU instances" },
  horizonMonths: { key: "horizon_months", value: 12, source: "ours: one budget year" },
  stage: { key: "stage", value: "production", source: "ours" },
  mlOps: { key: "team.ml_ops", value: "none", source: "ours: the careful side" },
  hourlyRateUsd: {
    key: "team.hourly_rate_usd",
    value: 95,
    source: "US software developer mean wage 66.40 USD/h (BLS OEWS, May 2023) over a 0.70 wage share; general knowledge, verify",
  },
  preferenceBudgetRatio: {
    key: "preferences.budget_ratio",
    value: 0.2,
    source: "ours: a fifth more for a perfect soft fit; without preferences nothing but cost decides",
  },
  dataMayLeave: { key: "compliance.data_may_leave", value: true, source: "ours: nothing says otherwise" },
} as const satisfies Record<string, Default<string | number | boolean>>;

/**
 * Range of a declared growth, as exponents on its monthly factor: half to one and a half times the declared rate, continuously compounded.
 * Source: ours, +-50 %; forecasts of growth are rarely better.
 */
export const GROWTH_EXPONENT_RANGE = { low: 0.5, high: 1.5 } as const;

/** Share of the draws in which the chosen path must be the least expensive for a confidence word. Source: ours. */
export const CONFIDENCE_FROM_RATIO = { high: 0.9, medium: 0.7 } as const;

/** A price that a decision rests on and that nobody checked for longer than this many days lowers the confidence. Source: ours, half a year. */
export const STALE_AFTER_DAYS = 180;

/** A default hourly rate counts as load-bearing when the path flips within these factors of it. Source: ours, +-50 %. */
export const LOAD_BEARING_FACTORS = { low: 0.5, high: 1.5 } as const;

/** Weights of the soft dimensions where the policy declares preferences but not these. Source: ours. */
export const EQUAL_WEIGHTS = {
  capability: 1,
  privacy: 1,
  customization: 1,
  setupSpeed: 1,
  operations: 1,
  lockIn: 1,
  features: 1,
  costPredictability: 1,
  support: 1,
} as const;
