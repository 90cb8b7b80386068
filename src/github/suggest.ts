import type { Catalog } from "../catalog/index.ts";
import type { Evaluation } from "../decide/evaluation-types.ts";
import type { EvaluateResult } from "../evaluate.ts";
import { type Edit, editsOf, type Ladder, type ModelChoice, withoutCandidates } from "./edits.ts";

/** An edit that brings every gate of a policy to green, and what it saves. */
export interface Suggestion {
  readonly file: string;
  readonly edit: Edit;
  /** Ids of the gates that failed, e.g. `max_monthly_usd`. */
  readonly gates: readonly string[];
  readonly fromUsd: number | null;
  readonly toUsd: number | null;
}

/** Suggestions of one policy; more would be a list to choose from, not a way out. */
const MOST_SUGGESTIONS = 3;
/** Evaluations that the search may take for one policy: with 0.1 s each it stays in the background of a job. */
const MOST_EVALUATIONS = 40;
/** What changes a service least comes first. */
const ORDER: readonly Edit["kind"][] = ["batch", "caching", "region", "model", "output"];

/**
 * Edits of changed lines, each of which alone makes every failing gate of the policy pass. Each was evaluated: the edited policy is
 * valid, every workload is served and no gate fails. At most one for a line and three in all. Empty where no gate fails.
 *
 * Example: 120 USD a month against a limit of 100 with `output: 800` on a changed line gives `output: 560` where that is the largest
 * step that passes.
 */
export function suggestionsFor(options: {
  readonly file: string;
  readonly text: string;
  readonly evaluation: Evaluation;
  readonly catalog: Catalog;
  readonly mayEdit: (line: number) => boolean;
  judge(text: string): EvaluateResult;
}): readonly Suggestion[] {
  const { file, text, evaluation, catalog } = options;
  const gates = [...new Set(evaluation.gates.filter((gate) => gate.status === "fail").map((gate) => gate.id))];
  if (gates.length === 0) return [];
  let left = MOST_EVALUATIONS;
  const judge = (edited: string): Evaluation | null => {
    if (left === 0) return null;
    left -= 1;
    const result = options.judge(edited);
    return result.kind === "evaluated" ? result.evaluation : null;
  };
  const regions = catalog.regions.map(({ id }) => id).filter((id) => id !== evaluation.region);
  const ladders = editsOf(text, options.mayEdit, { regions, models: freeChoices(text, judge) });
  const found = [...ladders]
    .sort((a, b) => rank(a) - rank(b))
    .flatMap((ladder) => {
      const passing = firstPassing(ladder, judge);
      return passing === null ? [] : [{ ...passing, file, gates, fromUsd: evaluation.decision.monthlyCostUsd?.expected ?? null }];
    });
  const lines = found.map(({ edit }) => edit.line);
  return found.filter((_, index) => lines.indexOf(lines[index] ?? 0) === index).slice(0, MOST_SUGGESTIONS);
}

function rank(ladder: Ladder): number {
  return ORDER.indexOf(ladder[0]?.kind ?? "output");
}

function firstPassing(ladder: Ladder, judge: (text: string) => Evaluation | null): Pick<Suggestion, "edit" | "toUsd"> | null {
  for (const edit of ladder) {
    const evaluation = judge(edit.text);
    if (evaluation === null || evaluation.decision.path === "none" || evaluation.gates.some((gate) => gate.status === "fail")) continue;
    return { edit, toUsd: evaluation.decision.monthlyCostUsd?.expected ?? null };
  }
  return null;
}

/** What the search takes for each workload where no list of candidates holds it back: the default capability floor applies then. */
function freeChoices(text: string, judge: (text: string) => Evaluation | null): ReadonlyMap<string, readonly ModelChoice[]> {
  const free = withoutCandidates(text);
  const workloads = (free === null ? null : judge(free))?.decision.workloads ?? [];
  return new Map(
    workloads.map(({ name, option, runnersUp }) => {
      const options = [...(option === null ? [] : [option]), ...runnersUp.map((next) => next.option)];
      return [name, options.map(({ kind, model }) => ({ list: kind === "self-host" ? "open" : "api", model }))];
    }),
  );
}
