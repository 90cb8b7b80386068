import type { PolicyResult } from "../report/types.ts";
import type { CommentMode } from "./inputs.ts";

/**
 * Whether a first comment is due. An existing one is kept up to date in every mode but `never`: a comment that
 * a later push has made wrong is worse than one more edit.
 *
 * `on-change`: a cost, a path or a gate is not as on the base, or there is nothing to compare with.
 * `on-decision-change`: a path or a chosen option is not as on the base. A failing gate and an invalid
 * policy always speak, so that a red check is never without a reason.
 */
export function isCommentDue(mode: CommentMode, results: readonly PolicyResult[]): boolean {
  if (mode === "always") return true;
  if (mode === "never") return false;
  return results.some((result) => speaks(mode, result));
}

function speaks(mode: "on-change" | "on-decision-change", result: PolicyResult): boolean {
  if (result.kind !== "evaluated") return true;
  const { delta, gates } = result.evaluation;
  if (delta === null || delta.pathChange !== null || gates.some((gate) => gate.status === "fail")) return true;
  if (mode === "on-change") return delta.workloads.some((workload) => workload.kind !== "unchanged");
  return delta.workloads.some((workload) => workload.from?.path !== workload.to?.path || workload.from?.option !== workload.to?.option);
}
