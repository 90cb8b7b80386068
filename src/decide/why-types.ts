import type { OptionSummary, Path } from "./types.ts";

/** What answers "why not the other one"; plain data, as everything in types.ts. */

/** A volume at which the less expensive side changes, as a factor on today's. */
export interface Crossing {
  readonly factor: number;
  /** Side that costs less just above it. */
  readonly above: "api" | "self-host";
}

/** Every break-even of one workload against one API; the other side is the best self-hosted option at each volume. */
export interface BreakEvenVariant {
  /** The API that would really be used, or the least or most expensive one that the rules let through. */
  readonly role: "used" | "cheapest" | "dearest";
  readonly versus: string;
  /** Side that costs less at today's volume. */
  readonly today: "api" | "self-host";
  /** Upwards; stepped replicas make several. None within 100 x where the list is empty. */
  readonly crossings: readonly { readonly requestsPerMonth: number; readonly above: "api" | "self-host" }[];
  /** False when the limit of volumes ended the search, so crossings may be missing. */
  readonly complete: boolean;
  /** First month (YYYY-MM) in which declared growth reaches the next crossing; null when it does not within 60 months. */
  readonly reachedOn: string | null;
}

/** What would make a self-hosted workload an API's again. */
export interface LeaveWhen {
  readonly parameter: "requests_per_month" | "operations_hours_per_week" | "api_price";
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** What one month asks of a workload. */
interface MonthlyAsk {
  readonly requestsPerMonth: number;
  /** Input and output of a mean request. */
  readonly tokensPerRequest: number;
}

/** What growth makes of a workload over the horizon: 1,200 tokens a request growing by 10 % a month are 3,424 in the twelfth. */
export interface WorkloadGrowth {
  readonly first: MonthlyAsk;
  readonly last: MonthlyAsk;
}

/** Something that the policy asks and could be asked to give up. */
export interface Need {
  /** Policy key, with the word of a list in brackets: `compliance.regimes[hipaa]`. */
  readonly pointer: string;
  /** What the policy says there, to read on from the key: "is true", "names hipaa". */
  readonly says: string;
  /** Line of the policy; null for a default. */
  readonly line: number | null;
  /** False where no waiver is accepted, so only another fact can change it. */
  readonly waivable: boolean;
}

/** A minimal set of needs that no option satisfies together: without any one of them some option would fit. */
export interface Conflict {
  readonly steps: readonly ConflictStep[];
  /** The chain as one sentence, lines included. */
  readonly text: string;
}

/** One need of a conflict, in the order of the chain. */
export interface ConflictStep extends Need {
  /** What this need takes out of what the steps before it left: "every API is out (125)". */
  readonly out: string;
  /** Why the first of those options fails, in the rule's own words. */
  readonly example: string;
}

/** What one workload would cost if something that stands in the way did not. */
export interface Relaxation {
  /** The needs to drop from the policy; empty where a fact about the option is missing instead. */
  readonly needs: readonly Need[];
  /** The rule that alone rejects the option, for a workload that has others; null where needs are dropped. */
  readonly rule: string | null;
  readonly option: OptionSummary;
  /** What serving the workload alone would cost where nothing fits today, else its portfolio's new total. */
  readonly monthlyUsd: number;
  /** Against the chosen option; null where nothing is chosen. */
  readonly savingUsd: number | null;
  readonly text: string;
}

/** One thing that a pull request says differently, and what it does alone. */
export interface CauseEdit {
  /** Key as in the file, with the workload's name in front: `visit-notes: compliance.data_may_leave`. */
  readonly key: string;
  /** `null` where nothing is written on that side. */
  readonly from: string | null;
  readonly to: string | null;
  /** Line in the head policy, or of the nearest key that is still there. */
  readonly line: number;
  /** Cost of the head less its cost without this edit, in USD a month; null where one of them is not known or was not asked. */
  readonly effectUsd: number | null;
  /** "volume.requests_per_day rose from 20,000 to 100,000". */
  readonly text: string;
}

/** Why the decision differs from the base's. Both were decided with the same catalog, so every cause is an edit of the policy. */
export interface Cause {
  /** `path`: the smallest set found of edits whose reversal restores the paths of the base. `cost`: the edits by what each does to the cost. */
  readonly kind: "path" | "cost";
  readonly edits: readonly CauseEdit[];
  /** Edits that were made and are not in the list. */
  readonly otherEdits: number;
  /** What the edits do together beyond the sum of their own effects, in USD a month; null where an effect is not known. */
  readonly togetherUsd: number | null;
  /** Hypothetical policies that were decided, and whether the limit stopped the search before the set was known to be minimal. */
  readonly evaluations: number;
  readonly capped: boolean;
  readonly text: string;
}

/** What one uncertain input does to the cost of the chosen path when it alone goes to P10 and P90. */
export interface Swing {
  /** For people, e.g. `requests a month` or `throughput of qwen3-32b`. */
  readonly input: string;
  /** Workload that the input belongs to; null when it is shared. */
  readonly workload: string | null;
  readonly unit: string;
  readonly low: number;
  readonly high: number;
  /** Monthly cost of the chosen path, in USD, with the input at `low` and at `high`. */
  readonly lowMonthlyUsd: number;
  readonly highMonthlyUsd: number;
  /** Path that would be recommended at one of the ends instead of the chosen one; null when there is none. */
  readonly flipsTo: Path | null;
  /** Share of this input's own distribution in which another path would be recommended: for what a tie and a migration ask, not for any saving. */
  readonly flipRatio: number;
}

/** One path as preferences see it. */
export interface PreferenceEntry {
  readonly path: Path;
  readonly monthlyUsd: number;
  /** S: weighted mean of the marks over 4, from 0 to 1. */
  readonly score: number;
  /** U = cost x (1 - pi x S), in USD a month: what paths are compared by. */
  readonly valuedUsd: number;
  /** Mark from 0 to 4 of each soft dimension, the mean of the workloads'. */
  readonly marks: Readonly<Record<string, number>>;
}

/** Preferences as money: what soft advantages are worth, and what would have to be paid for them to decide. */
export interface PreferenceView {
  /** False when the policy declares none: then nothing but cost decides. */
  readonly declared: boolean;
  /** pi: share of the cost that a perfect score is worth. */
  readonly budgetRatio: number;
  readonly weights: Readonly<Record<string, number>>;
  /** The chosen path first. */
  readonly entries: readonly PreferenceEntry[];
  /** The nearest budget from which on another path is recommended; null when none that a policy may declare does that. */
  readonly flip: { readonly path: Path; readonly budgetRatio: number } | null;
  /** Single weights from which on another path is recommended, the smallest change first: the first is the critical criterion. */
  readonly weightFlips: readonly { readonly dimension: string; readonly from: number; readonly to: number; readonly path: Path }[];
}

/** One step down from the confidence that the draws give, and why. */
export interface ConfidenceStep {
  readonly text: string;
}
