import type { Bottleneck, ConfidenceClass } from "../capacity/types.ts";
import type { Precision } from "../catalog/precision.ts";
import type { Certainty } from "../catalog/schema.ts";
import type { ScheduleWindow } from "./schedule.ts";
import type {
  BreakEvenVariant,
  ConfidenceStep,
  Conflict,
  LeaveWhen,
  PreferenceView,
  Relaxation,
  Swing,
  WorkloadGrowth,
} from "./why-types.ts";

/** What a decision says; every type here is plain data and is read by report/, stack-config.ts and the tests. */

export type Path = "api" | "self-host" | "hybrid" | "none";

/**
 * A monthly amount in US dollars, averaged over the horizon, with its 80 % band over the draws of all uncertain inputs.
 * `expected` is the cost with every input at its expected value: the figure that gates and deltas compare. `p50` is the
 * middle draw; it differs where ranges lean to one side or a fleet stands just before its next instance.
 */
export interface Band {
  readonly expected: number;
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}

/** One way to serve one workload. `id` is stable, e.g. `api/openai/gpt-4.1-mini` or `self-host/llama-3.3-70b-instruct/fp8/p5.48xlarge/tp2`. */
export interface OptionSummary {
  readonly id: string;
  /** `api`: closed model by the token; `managed`: open weights by the token; `self-host`: open weights on own instances. */
  readonly kind: "api" | "managed" | "self-host";
  readonly model: string;
  readonly route: string;
  readonly provider?: string;
  readonly gpu?: string;
  readonly instanceType?: string;
  /** Servers of the model at the busiest hour of the busiest month, over all instances. */
  readonly replicas?: number;
  readonly instances?: number;
  readonly tensorParallel?: number;
  readonly precision?: Precision;
  /** The API that takes what exceeds the instances; only on a split, whose other fields are those of its instances. */
  readonly overflow?: OptionSummary;
}

/** How a split workload's requests divide over the horizon. The two shares add up to 1. */
export interface Split {
  readonly baseShareRatio: number;
  /** Share of the requests that go to the API, at most: each hour is counted as if it came at the rate of its worst minute. */
  readonly overflowShareRatio: number;
  readonly overflow: OptionSummary;
}

/** One line of the bill, an average month of the horizon. `monthlyUsd` null marks a price that nobody knows; it is never 0. */
export interface CostLine {
  /** kebab-case, e.g. `input-tokens`, `gpu-instances`, `people-operations`. */
  readonly id: string;
  readonly label: string;
  readonly quantity: number;
  readonly unit: string;
  readonly unitPriceUsd: number | null;
  readonly monthlyUsd: number | null;
  /** Where the unit price comes from, with its date. */
  readonly source: string;
  /** Set when several workloads share the line: this workload's part, e.g. 0.5. The quantity is already the part. */
  readonly share?: number;
}

export type RuleVerdict = "pass" | "fail" | "unknown" | "waived";

/** Why an option passes or fails one rule: policy line, catalog fact, and the numbers compared. */
export interface Reason {
  readonly rule: string;
  readonly verdict: RuleVerdict | "info";
  readonly text: string;
  /** Line of the policy file that asks for it; null when a default does. */
  readonly line: number | null;
  readonly source: string | null;
  readonly certainty?: Certainty;
}

/** An option that a hard rule took out; it stays in the result. */
export interface RejectedOption {
  readonly option: string;
  readonly rule: string;
  readonly verdict: "fail" | "unknown";
  readonly text: string;
  readonly line: number | null;
}

/** Volume at which the other side becomes the cheaper one; null where there is none within 100 x. */
export interface BreakEven {
  readonly requestsPerMonth: number;
  /** Option id on the other side. */
  readonly versus: string;
  /** First month (YYYY-MM) in which declared growth reaches it; null when it never does within 60 months. */
  readonly reachedOn: string | null;
}

/** Smallest change of one parameter that flips the path of this workload. */
export interface TippingPoint {
  /** Policy key or price that changes, e.g. `requests_per_month`, `api_price`, `gpu_price`, `throughput`, `hourly_rate_usd`. */
  readonly parameter: string;
  readonly from: number;
  readonly to: number;
  /** Path of the workload beyond it. */
  readonly flipsTo: "api" | "self-host" | "hybrid";
  /** First month (YYYY-MM) in which declared growth reaches it; absent where it does not. */
  readonly reachedOn?: string;
  readonly text: string;
}

/** The servers behind a self-hosted choice: what the stacks build. */
export interface Fleet {
  /** Stable id of the fleet; workloads with the same id share it. */
  readonly id: string;
  readonly model: string;
  readonly hubRepo: string;
  readonly precision: Precision;
  readonly gatedDownload: boolean;
  /** True where the weights are made for the one workload, from those of `hubRepo`; absent where the published ones are served. */
  readonly ownWeights?: true;
  readonly weightsGiB: number;
  readonly instanceType: string;
  readonly gpu: string;
  readonly gpuCountPerInstance: number;
  readonly tensorParallel: number;
  readonly replicasPerInstance: number;
  /** Instances in the first month, the last month, and the floor that availability asks. */
  readonly instances: { readonly first: number; readonly last: number; readonly minimum: number };
  /** Instances by the hours of a typical week, first month; null when all run all the time. */
  readonly schedule: readonly ScheduleWindow[] | null;
  readonly usdPerInstanceHour: number;
  /** Another type with the same GPUs, taken where its spot capacity is better; absent where there is none or nothing is bought on spot. */
  readonly spotAlternative?: string;
  /** True on machines of your own, which nothing here builds; absent on rented ones. */
  readonly owned?: true;
  /** Share of what runs that is in use in the mean hour and in the busiest minute, first month. */
  readonly utilisationRatio: { readonly mean: number; readonly peak: number };
  readonly capacity: {
    readonly requestsPerSecondPerReplica: number;
    readonly ttftMsP95: number;
    readonly tpotMsP95: number;
    readonly concurrency: number;
    readonly limitedBy: Bottleneck;
    readonly confidence: ConfidenceClass;
    /** Whose requests these figures are for, on a fleet of several workloads; absent where it serves one. */
    readonly workload?: string;
    /** How the policy's own benchmarks changed the rate, e.g. `rescaled x0.82 by bench/h100.json`; absent for a prediction. */
    readonly measured?: string;
  };
  readonly vllmFlags: readonly (readonly [flag: string, value: string])[];
  readonly workloads: readonly string[];
}

/** What serves one workload and what that costs, without why. */
export interface PlannedWorkload {
  readonly name: string;
  /** Line of the workload in the policy. */
  readonly line: number;
  /** `hybrid`: own instances for the base of the load, an API for the overflow; `split` says how much. */
  readonly path: Path;
  readonly option: OptionSummary | null;
  readonly split: Split | null;
  readonly requestsPerMonth: number;
  readonly monthlyCostUsd: Pick<Band, "expected"> | null;
  readonly costLines: readonly CostLine[];
  readonly runnersUp: readonly { readonly option: OptionSummary; readonly monthlyCostUsd: Pick<Band, "expected"> }[];
}

/** What AWS bills in one month of the horizon for what grows, in USD; see `plannedMonths`. */
export interface PlannedMonth {
  readonly serversUsd: number;
  readonly bedrockUsd: number;
}

/** What serves all workloads of a policy and what that costs: all that a base branch is compared by, and that stacks are built from. */
export interface Plan {
  readonly path: Path;
  readonly monthlyCostUsd: Band | null;
  readonly fleets: readonly Fleet[];
  readonly workloads: readonly PlannedWorkload[];
  /** Month by month from the first; empty where nothing is chosen. */
  readonly months: readonly PlannedMonth[];
}

/** The next best option of a workload, all others as decided. */
export interface RunnerUp {
  readonly option: OptionSummary;
  /** This workload's part of the bill. It can be below that of the chosen option where the other workloads would pay more. */
  readonly monthlyCostUsd: Band;
  /** What the whole policy would cost, in USD a month: what the options are ranked by. */
  readonly policyMonthlyUsd: number;
}

/** A planned workload with its reasons. */
export interface WorkloadDecision extends PlannedWorkload {
  readonly monthlyCostUsd: Band | null;
  readonly breakEven: BreakEven | null;
  readonly reasons: readonly Reason[];
  readonly rejected: readonly RejectedOption[];
  readonly runnersUp: readonly RunnerUp[];
  readonly tippingPoints: readonly TippingPoint[];
  /** What must be done for the choice to hold, e.g. "sign a BAA with OpenAI before the first request with PHI". */
  readonly conditions: readonly string[];
  /** Against the API that would be used, the least and the most expensive one. */
  readonly breakEvens: readonly BreakEvenVariant[];
  /** Cost of the smallest fleet of the self-hosted model, people included, in USD a month; null when the rules leave none. */
  readonly smallestUnitUsd: number | null;
  readonly smallestUnitModel: string | null;
  readonly leaveWhen: readonly LeaveWhen[];
  /** First and last month of the horizon; null without growth. */
  readonly growth: WorkloadGrowth | null;
  /** Why nothing fits, as a minimal set of needs; null for a workload that has an option, or that no dropped need would give one. */
  readonly conflict: Conflict | null;
  /** What would open a less expensive option, or any: at most three, least expensive first. */
  readonly relaxations: readonly Relaxation[];
  /** How many options were considered and how many survived the rules. */
  readonly considered: { readonly total: number; readonly feasible: number };
}

/** The best portfolio of one path, to show beside the chosen one. */
export interface PathCost {
  readonly path: "api" | "self-host" | "hybrid";
  /** null: no feasible portfolio of this kind. */
  readonly monthlyCostUsd: Band | null;
  readonly text: string;
}

/** A plan with why it is the one. */
export interface Decision extends Plan {
  /** Cost of the first and of the last month of the horizon, when growth or dated prices make them differ. */
  readonly firstMonthUsd: number | null;
  readonly lastMonthUsd: number | null;
  readonly workloads: readonly WorkloadDecision[];
  readonly paths: readonly PathCost[];
  /** "high" when the bands of the two best paths do not overlap; "forced" when rules leave one path. */
  readonly confidence: "high" | "medium" | "low" | "forced";
  readonly confidenceText: string;
  /** Share of the draws in which the chosen path is the least expensive of all; null when the rules leave one path. */
  readonly probabilityCheapest: number | null;
  /** What lowered the confidence below what the draws alone give. */
  readonly confidenceSteps: readonly ConfidenceStep[];
  /** The one thing to measure or read next, because it is the likeliest to change the verdict; null when nothing is. */
  readonly nextMeasurement: string | null;
  /** Inputs moved one at a time, the widest swing first. */
  readonly tornado: readonly Swing[];
  /** Soft advantages of the paths in money; null when nothing was chosen. */
  readonly preferences: PreferenceView | null;
  /** True when every assignment that could be the verdict, or tie with it, was priced or ruled out by a bound. */
  readonly exact: boolean;
  /** No plan costs less by more than this share: 0 where the search is exact, null where nothing could be proven. */
  readonly gapRatio: number | null;
  readonly assumptions: readonly Assumption[];
  /** What rules of thumb say beside it; none of them decides. Empty where no path fits. */
  readonly advisory: readonly Advisory[];
}

/** One rule of thumb on one workload, or on the whole policy where `workload` is null. */
export interface Advisory {
  /** kebab-case, e.g. `monthly-volume`, `flowchart`, `team`. */
  readonly rule: string;
  readonly workload: string | null;
  /** `either` where the rule leaves the choice open. */
  readonly says: "api" | "self-host" | "either";
  /** Whether the decision went that way; an open rule agrees with both. */
  readonly agrees: boolean;
  readonly text: string;
  /** Ids of the claims that it comes from, e.g. `S2-052`. */
  readonly source: string;
}

/** A default that the policy did not declare and the decision relied on. */
export interface Assumption {
  readonly key: string;
  readonly value: string;
  readonly source: string;
}
