import { isSmall } from "../report/quiet.ts";
import type { PolicyResult } from "../report/types.ts";
import type { CommentMode } from "./inputs.ts";

/**
 * Whether a first comment is due. An existing one is kept up to date in every mode but `never`: a comment that
 * a later push has made wrong is worse than one more edit.
 *
 * `on-change`: a cost, a path or a gate is not as on the base, or there is nothing to compare with. A cost that moves by less than
 * `minDeltaUsd` on the same options is as on the base.
 * `on-decision-change`: a path or a chosen option is not as on the base. A failing gate and an invalid
 * policy always speak, so that a red check is never without a reason.
 */
export function isCommentDue(mode: CommentMode, results: readonly PolicyResult[], minDeltaUsd = 0): boolean {
  if (mode === "always") return true;
  if (mode === "never") return false;
  return results.some((result) => speaks(mode, result, minDeltaUsd));
}

function speaks(mode: "on-change" | "on-decision-change", result: PolicyResult, minDeltaUsd: number): boolean {
  if (result.kind !== "evaluated") return true;
  const { delta, gates } = result.evaluation;
  if (delta === null || delta.pathChange !== null || gates.some((gate) => gate.status === "fail")) return true;
  const moved = delta.workloads.some(({ from, to }) => from?.path !== to?.path || from?.option !== to?.option);
  if (moved || mode === "on-decision-change") return moved;
  return delta.workloads.some(({ kind }) => kind !== "unchanged") && !(minDeltaUsd > 0 && isSmall(delta.deltaMonthlyUsd, minDeltaUsd));
}
