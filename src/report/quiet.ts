import type { Evaluation } from "../decide/evaluation-types.ts";
import { usd, usdChange } from "./money.ts";
import { type Line, line, strong } from "./spans.ts";
import type { PolicyResult, ReportContext } from "./types.ts";
import { pathWords, plural } from "./words.ts";

/** A policy that was evaluated, in a run. */
export type Evaluated = Extract<PolicyResult, { readonly kind: "evaluated" }>;

/** Findings about the change itself; the others were there before it and wait in the run's summary. */
const ABOUT_THE_CHANGE = new Set(["gate-loosened", "waiver-added", "base-measurement"]);
/** Amounts below a cent are no change in any mode. */
const LEAST_USD = 0.01;

/**
 * True when a pull request leaves the decision of a policy as it is: every path and option stays, the cost moves by
 * less than `minDeltaUsd`, and no gate fails or needs a waiver. A policy without a base is never quiet.
 *
 * Example: a change of 3.10 USD a month on the same options is quiet with `minDeltaUsd: 50` and speaks with `0`.
 */
export function isQuiet(result: PolicyResult, minDeltaUsd: number): boolean {
  if (result.kind !== "evaluated") return false;
  const { delta, gates, findings } = result.evaluation;
  if (delta === null || delta.pathChange !== null || result.evaluation.decision.path === "none") return false;
  if (gates.some((gate) => gate.status !== "pass") || findings.some(({ id }) => ABOUT_THE_CHANGE.has(id))) return false;
  return sameOptions(result.evaluation) && isSmall(delta.deltaMonthlyUsd, minDeltaUsd);
}

/** True for an amount below the minimum; an unknown amount is never small. */
export function isSmall(deltaUsd: number | null, minDeltaUsd: number): boolean {
  return deltaUsd !== null && Math.abs(deltaUsd) < Math.max(minDeltaUsd, LEAST_USD);
}

/** Whether the cost of some policy moves at all. */
export function anyMoved(results: readonly Evaluated[]): boolean {
  return results.some(({ evaluation }) => !isSmall(evaluation.delta?.deltaMonthlyUsd ?? 0, 0));
}

function sameOptions({ delta }: Evaluation): boolean {
  return (delta?.workloads ?? []).every(
    ({ from, to }) => from !== null && to !== null && from.path === to.path && from.option === to.option,
  );
}

/**
 * All that a comment says where no policy speaks: what stays, what it costs, and where the report is.
 *
 * Example: `**Breakeven: no change.** API, $14,820 a month, 2 gates passed. [Full report](…)`.
 */
export function quietLine(quiet: readonly Evaluated[], { runUrl, quietBelowUsd = 0 }: ReportContext): Line {
  const evaluations = quiet.map(({ evaluation }) => evaluation);
  const gates = evaluations.reduce((count, evaluation) => count + evaluation.gates.length, 0);
  const monthlyUsd = evaluations.reduce((sum, { decision }) => sum + (decision.monthlyCostUsd?.expected ?? 0), 0);
  const movedUsd = evaluations.reduce((sum, { delta }) => sum + (delta?.deltaMonthlyUsd ?? 0), 0);
  const figures = [
    ...(evaluations.length > 1 ? [plural(evaluations.length, "policy", "policies")] : []),
    [...new Set(evaluations.map(({ decision }) => pathWords[decision.path]))].join(" and "),
    `${usd(monthlyUsd)} a month`,
    ...(gates === 0 ? [] : [`${plural(gates, "gate")} passed`]),
  ];
  const moved = anyMoved(quiet);
  // Two changes can take each other away: then nothing changed in total alone.
  const sum = isSmall(movedUsd, 0) ? "no change in total" : `${usdChange(movedUsd)} a month`;
  const verdict = moved ? `${sum}, same decision` : "no change";
  const minimum = moved ? ` Each change is under ${usd(quietBelowUsd)}.` : "";
  const report: Line = runUrl === null ? [] : [...line(" "), { kind: "run", text: "Full report" }];
  return [...line(strong(`Breakeven: ${verdict}.`), ` ${figures.join(", ")}.${minimum}`), ...report];
}
