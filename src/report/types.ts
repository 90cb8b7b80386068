import type { CostCurve } from "../decide/curve.ts";
import type { Evaluation } from "../decide/evaluation-types.ts";
import type { Diagnostic } from "../policy/diagnostic.ts";
import type { InfrastructureChange } from "./infrastructure.ts";

/** What a report can show beyond the evaluation; whatever is left out is not shown. */
export interface Extras {
  /** Cost against volume of some workloads. */
  readonly curves?: readonly CostCurve[];
  /** What merging would do to the infrastructure of the chosen path. */
  readonly infrastructure?: InfrastructureChange;
}

/** What became of one policy file in a run. `file` is its path from the repository root. */
export type PolicyResult =
  | { readonly kind: "evaluated"; readonly file: string; readonly evaluation: Evaluation; readonly extras?: Extras }
  | { readonly kind: "invalid"; readonly file: string; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: "deleted"; readonly file: string };

/**
 * Where a report will be read, and how long it may be.
 *
 * Example: `{ serverUrl: "https://github.com", repository: "acme/support", headSha: "4f0c…", runUrl: null, maxLength: 65_536 }`.
 */
export interface ReportContext {
  /** Without a trailing slash, e.g. `https://github.com`. */
  readonly serverUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  /** Commit that policy lines are linked at; null leaves them as plain text. */
  readonly headSha: string | null;
  /** Page of the run that holds the full report; null when there is none. */
  readonly runUrl: string | null;
  /** Longest allowed text in UTF-16 units, the measure of GitHub's limit. */
  readonly maxLength: number;
  /**
   * Set where an unchanged decision is to be one quiet line: policies whose cost moves by less than this many US dollars a month,
   * and whose path, options and gates stay, are left out of the report. Left out, every policy is reported in full.
   */
  readonly quietBelowUsd?: number;
}

/** A remark on a line of a file in the pull request. Lines and columns are 1-based. */
export interface Annotation {
  readonly level: "error" | "warning" | "notice";
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly title: string;
  readonly message: string;
}
