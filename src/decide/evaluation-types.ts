import type { Diagnostic } from "../policy/diagnostic.ts";
import type { Decision, Path, Plan } from "./types.ts";
import type { Cause } from "./why-types.ts";

/** What is known about a policy beside its decision: against the base, against its gates; plain data, as everything in types.ts. */

export interface WorkloadDelta {
  readonly name: string;
  readonly kind: "added" | "removed" | "changed" | "unchanged";
  readonly from: { readonly path: string; readonly option: string | null; readonly monthlyUsd: number | null } | null;
  readonly to: { readonly path: string; readonly option: string | null; readonly monthlyUsd: number | null } | null;
  readonly deltaUsd: number | null;
}

export interface Delta {
  /** What the change comes from; null where nothing material changed. */
  readonly cause: Cause | null;
  readonly deltaMonthlyUsd: number | null;
  readonly pathChange: { readonly from: Path; readonly to: Path } | null;
  readonly workloads: readonly WorkloadDelta[];
}

export interface GateResult {
  readonly id: "max_monthly_usd" | "max_increase_ratio" | "forbid_paths";
  readonly status: "pass" | "fail" | "waived";
  readonly text: string;
  /** Line in the policy file that it was read from (`from`). */
  readonly line: number | null;
  readonly from: "base" | "head";
}

/** Something the reader must know that is neither a gate nor a reason. */
export interface Finding {
  readonly id: string;
  readonly level: "warning" | "notice";
  readonly text: string;
  readonly line: number | null;
}

export interface PolicyIdentity {
  readonly path: string;
  readonly name: string;
  readonly sha256: string;
}

/** A plan with what stacks need to know of its policy. */
export interface PlannedPolicy {
  readonly policy: PolicyIdentity;
  readonly decision: Plan;
  readonly horizonMonths: number;
  readonly region: string;
}

/** Everything known about one policy at head, against its base when there is one. */
export interface Evaluation {
  readonly engineVersion: string;
  readonly asOf: string;
  readonly catalog: {
    readonly version: string;
    readonly oldestPrice: { readonly id: string; readonly checked: string; readonly ageDays: number } | null;
  };
  readonly policy: PolicyIdentity;
  readonly base: { readonly policy: PolicyIdentity; readonly decision: Plan } | null;
  /** Why there is no base, when there is none: "new policy", "the base policy is invalid", "no base given". */
  readonly baseNote: string | null;
  readonly decision: Decision;
  readonly delta: Delta | null;
  readonly gates: readonly GateResult[];
  readonly findings: readonly Finding[];
  /** Warnings about the policy; errors never reach an Evaluation. */
  readonly diagnostics: readonly Diagnostic[];
  readonly horizonMonths: number;
  readonly region: string;
}
