import type { Path } from "../decide/types.ts";
import type { PolicyResult } from "../report/types.ts";
import type { FailOn } from "./inputs.ts";

/** The run in the few values that a workflow acts on. Unknown is an empty text, never 0. */
export interface Outcome {
  readonly path: Path | "";
  /** US dollars with two decimals, e.g. `1234.50`. */
  readonly monthlyCostUsd: string;
  readonly deltaMonthlyUsd: string;
  /** `api->hybrid`; with several policies `NAME=api->hybrid, …`; empty when no path changed. */
  readonly pathChange: string;
  readonly gateStatus: "pass" | "fail" | "none";
  /** Why the job fails; empty when it passes. */
  readonly failures: readonly string[];
}

type Evaluated = Extract<PolicyResult, { kind: "evaluated" }>;

/**
 * Sums several policies up to one outcome. The path of the whole is the common one; `hybrid` where they differ;
 * `none` as soon as one policy has no feasible path. An invalid policy makes the gate status `fail`: what was
 * not checked has not passed.
 *
 * Example: two policies at 100 and 250.5 dollars on the API give path `api` and monthly cost `350.50`.
 */
export function outcomeOf(results: readonly PolicyResult[], failOn: FailOn): Outcome {
  const evaluated = results.filter((result) => result.kind === "evaluated");
  const whole = results.every((result) => result.kind !== "invalid") && evaluated.length > 0;
  // What a deleted policy cost is not evaluated, so the change of the whole is not known.
  const lost = results.some((result) => result.kind === "deleted");
  const invalid = results.filter((result) => result.kind === "invalid").map((result) => `${result.file} is not a valid policy`);
  const gates = evaluated.flatMap(({ file, evaluation }) => evaluation.gates.map((gate) => ({ ...gate, file })));
  const failing = gates.filter((gate) => gate.status === "fail").map((gate) => `${gate.file}: gate ${gate.id}: ${gate.text}`);
  const failures = { never: [], invalid, gates: [...invalid, ...failing] }[failOn];
  return {
    path: whole ? commonPath(evaluated.map(({ evaluation }) => evaluation.decision.path)) : "",
    monthlyCostUsd: whole ? total(evaluated.map(({ evaluation }) => evaluation.decision.monthlyCostUsd?.expected ?? null)) : "",
    deltaMonthlyUsd: whole && !lost ? total(evaluated.map(({ evaluation }) => evaluation.delta?.deltaMonthlyUsd ?? null)) : "",
    pathChange: pathChanges(evaluated),
    gateStatus: invalid.length + failing.length > 0 ? "fail" : gates.length > 0 ? "pass" : "none",
    failures,
  };
}

function commonPath(paths: readonly Path[]): Path {
  const distinct = new Set(paths);
  if (distinct.has("none")) return "none";
  const [only] = distinct;
  return distinct.size === 1 && only !== undefined ? only : "hybrid";
}

function total(amounts: readonly (number | null)[]): string {
  const known = amounts.filter((amount) => amount !== null);
  if (known.length < amounts.length) return "";
  return known.reduce((sum, amount) => sum + amount, 0).toFixed(2);
}

function pathChanges(evaluated: readonly Evaluated[]): string {
  const several = evaluated.length > 1;
  return evaluated
    .flatMap(({ evaluation }) => {
      const change = evaluation.delta?.pathChange;
      return change ? [`${several ? `${evaluation.policy.name}=` : ""}${change.from}->${change.to}`] : [];
    })
    .join(", ");
}
