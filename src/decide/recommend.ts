import type { Kind } from "./bounds.ts";
import { answersTo } from "./candidates.ts";
import { SWITCH_THRESHOLD_RATIO, TIE_RATIO } from "./defaults.ts";
import type { Hurdle } from "./hurdle.ts";
import type { FeasibleOption } from "./options.ts";
import { byText } from "./order.ts";
import type { Assignment, PricedPortfolio, Pricer } from "./portfolio.ts";
import { worthOf } from "./preferences.ts";
import { type Choice, hostsOf } from "./split.ts";
import { monthDate } from "./traffic.ts";

/** The best portfolios that a search met. */
export interface Contenders {
  /** What the best portfolio of a kind is worth; infinite when none was met. */
  readonly worthOf: (kind: Kind) => number;
  readonly portfolio: (kind: Kind) => PricedPortfolio | undefined;
}

/** What is recommended, and which preference decided it. */
export interface Recommended {
  readonly chosen: PricedPortfolio | undefined;
  /** Workloads that keep what serves them today, by index, with what a switch would save in USD a month; with preferences, what it would be worth. */
  readonly kept: readonly { readonly index: number; readonly savingUsd: number }[];
  /** True when a tie within 2 % went to the API. */
  readonly tied: boolean;
  /** True when a split would save less than 2 % and the plan without one was taken. */
  readonly simpler: boolean;
}

/**
 * Which of the best portfolios is recommended: the one that is worth most, but for three preferences. Within 2 % the API wins, within 2 % a plan
 * without splits wins, and what serves a workload today is kept unless leaving it saves more than 10 % of that workload's bill, or anything where it
 * ends inside the horizon.
 */
export function recommend(pricer: Pricer, found: Contenders, shortlists: readonly (readonly FeasibleOption[])[]): Recommended {
  const [best] = (["api", "self-host", "hybrid"] as const)
    .filter((kind) => Number.isFinite(found.worthOf(kind)))
    .sort((a, b) => found.worthOf(a) - found.worthOf(b));
  const cheapest = best && found.portfolio(best);
  if (best === undefined || cheapest === undefined) return { chosen: undefined, kept: [], tied: false, simpler: false };
  const near = (kind: Kind) =>
    found.worthOf(kind) > found.worthOf(best) && found.worthOf(kind) <= found.worthOf(best) * (1 + TIE_RATIO)
      ? found.portfolio(kind)
      : undefined;
  const api = near("api");
  const plain = api === undefined ? near("plain") : undefined;
  const kept = keepCurrent(pricer, api ?? plain ?? cheapest, shortlists);
  // What runs today may take its place again: then no tie decided.
  const isOn = (has: (choice: Choice) => boolean) => kept.chosen?.assignment.some(has) ?? false;
  return {
    ...kept,
    tied: api !== undefined && !isOn((choice) => hostsOf(choice) !== null),
    simpler: plain !== undefined && !isOn(({ kind }) => kind === "split"),
  };
}

/**
 * Puts back what serves a workload today where leaving it saves too little of that workload's own bill. Workloads are
 * looked at in the order of their names, so the result does not depend on the order of the policy.
 */
function keepCurrent(
  pricer: Pricer,
  found: PricedPortfolio,
  shortlists: readonly (readonly FeasibleOption[])[],
): Pick<Recommended, "chosen" | "kept"> {
  const { facts, catalog } = pricer.context;
  const worth = (priced: PricedPortfolio) => worthOf(priced, facts, catalog);
  const kept: { index: number; savingUsd: number }[] = [];
  let chosen = found;
  const order = pricer.context.workloads
    .map((entry, index) => ({ index, name: entry.workload.name }))
    .sort((a, b) => byText(a.name, b.name));
  for (const { index } of order) {
    const today = currentOption(pricer, index, shortlists[index] ?? []);
    if (today === undefined || isServedBy(chosen.assignment[index], today)) continue;
    const stay = pricer.price(chosen.assignment.with(index, today));
    const gainUsd = leastGainUsd(pricer, index, today);
    if (stay === undefined || gainUsd === undefined) continue;
    const savingUsd = worth(stay) - worth(chosen);
    if (savingUsd > gainUsd) continue;
    kept.push({ index, savingUsd });
    chosen = stay;
  }
  return { chosen, kept };
}

/**
 * What leaving the option that serves a workload today must save, in USD a month; undefined where it cannot serve. Nothing where it ends inside the
 * horizon: who has to move anyway saves no migration by waiting.
 */
export function leastGainUsd(pricer: Pricer, index: number, today: FeasibleOption): number | undefined {
  const bill = pricer.alone(index, today);
  if (bill === undefined) return undefined;
  return endsInside(today, pricer.context) === null ? bill * SWITCH_THRESHOLD_RATIO : 0;
}

/** The day inside the horizon on which an option ends; null where it does not. */
export function endsInside({ candidate }: FeasibleOption, { asOf, facts }: Pick<Pricer["context"], "asOf" | "facts">): string | null {
  const shutdownOn = candidate.kind === "self-host" ? null : candidate.model.shutdownOn;
  return shutdownOn === null || shutdownOn > monthDate(asOf, facts.horizonMonths) ? null : shutdownOn;
}

/** Whether a choice is this option, on shared servers or on its own. */
export function isServedBy(choice: Choice | undefined, { candidate }: FeasibleOption): boolean {
  return choice !== undefined && choice.kind !== "split" && choice.candidate === candidate;
}

/** The feasible option that serves a workload today; undefined when the policy names none or the rules forbid it. */
export function currentOption(pricer: Pricer, index: number, options: readonly FeasibleOption[]): FeasibleOption | undefined {
  const current = pricer.context.workloads[index]?.workload.current ?? null;
  if (current === null) return undefined;
  return options.find(
    (option) => answersTo(option.candidate.model, current.model) && (option.kind === "self-host") === (current.path === "self-host"),
  );
}

/** Which of two portfolios within 2 % is taken, the higher: all by the token before any other, then those without a split. */
export function tieRank(assignment: Assignment): 0 | 1 | 2 {
  if (assignment.every((choice) => hostsOf(choice) === null)) return 2;
  return assignment.some(({ kind }) => kind === "split") ? 0 : 1;
}

/** What `other` must be worth to be recommended in place of `chosen`. */
export function hurdleOf(
  pricer: Pricer,
  shortlists: readonly (readonly FeasibleOption[])[],
  chosen: Pick<PricedPortfolio, "assignment">,
  other: Pick<PricedPortfolio, "assignment">,
): Hurdle {
  const ranks = tieRank(other.assignment) - tieRank(chosen.assignment);
  const gains = shortlists.map((list, index) => {
    const today = currentOption(pricer, index, list);
    if (today === undefined) return 0;
    const [held, holds] = [chosen, other].map(({ assignment }) => isServedBy(assignment[index], today));
    if (held === holds) return 0;
    return (leastGainUsd(pricer, index, today) ?? 0) * (held ? 1 : -1);
  });
  return { tieFactor: (1 + TIE_RATIO) ** Math.sign(ranks), leastGainUsd: gains.reduce((sum, gain) => sum + gain, 0) };
}
