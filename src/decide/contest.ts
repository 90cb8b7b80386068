import type { CostSampler } from "./cost-draws.ts";
import { oneAtATime, Z90 } from "./draws.ts";
import { clears, type Hurdle, NO_HURDLE } from "./hurdle.ts";
import { type UncertainInput, uncertainInputs } from "./inputs.ts";
import { byText } from "./order.ts";
import type { PricedPortfolio, Pricer } from "./portfolio.ts";
import { worthOf } from "./preferences.ts";
import { normalQuantile } from "./random.ts";
import { hurdleOf } from "./recommend.ts";
import { type PathKind, pathOf, type SearchResult } from "./search.ts";
import type { Swing } from "./why-types.ts";

/** The best portfolio of each path, in the same draws. The chosen one comes first and stands for its own path. */
export interface Contest {
  readonly entries: readonly Contender[];
  readonly sampler: CostSampler;
}

interface Contender {
  readonly path: PathKind;
  readonly priced: PricedPortfolio;
  /** What a dollar of its cost counts as under the policy's preferences: 1 - pi x S, so 1 where none are declared. */
  readonly worthRatio: number;
  /** What it must be worth to be recommended in place of the chosen one. */
  readonly hurdle: Hurdle;
}

/** Sets the chosen portfolio against the best of every other path that has one. */
export function contestOf(search: SearchResult, chosen: PricedPortfolio, sampler: CostSampler, pricer: Pricer): Contest {
  const own = pathOf(chosen.assignment);
  const others = (["api", "self-host", "hybrid"] as const).flatMap((path) => {
    const priced = search.byPath[path];
    return path === own || priced === undefined ? [] : [{ path, priced }];
  });
  const { facts, catalog } = sampler.context;
  const entries = [{ path: own, priced: chosen }, ...others].map((entry) => ({
    ...entry,
    worthRatio: worthOf(entry.priced, facts, catalog) / entry.priced.monthlyUsd,
    hurdle: entry.priced === chosen ? NO_HURDLE : hurdleOf(pricer, search.shortlists, chosen, entry.priced),
  }));
  return { entries, sampler };
}

/**
 * Share of the draws in which the chosen portfolio costs no more than the best portfolio of any other path; null when
 * there is no other path. All portfolios see the same draws, so what they share cancels out.
 * Example: 0.93 means that in 93 of 100 futures nobody will regret the choice for its cost.
 */
export function probabilityCheapest(contest: Contest): number | null {
  return contest.entries.length < 2 ? null : (sharesOf(contest)[0]?.share ?? null);
}

/** Share of the draws in which each path is the least expensive, the chosen one first; a draw in which it costs no more than the others is its own. */
export function sharesOf({ entries, sampler }: Contest): readonly { readonly path: PathKind; readonly share: number }[] {
  const costs = entries.map(({ priced, worthRatio }) => sampler.costs(priced).total.map((usd) => usd * worthRatio));
  const wins = entries.map(() => 0);
  for (let draw = 0; draw < sampler.draws.count; draw++) {
    const least = Math.min(...costs.map((usd) => usd[draw] ?? Number.POSITIVE_INFINITY));
    const best = costs.findIndex((usd) => (usd[draw] ?? Number.POSITIVE_INFINITY) <= least + SAME_USD);
    wins[best] = (wins[best] ?? 0) + 1;
  }
  return entries.map(({ path }, index) => ({ path, share: (wins[index] ?? 0) / sampler.draws.count }));
}

/** Costs closer than this are the same: a tenth of a cent. */
const SAME_USD = 0.001;

/** Equally likely values of one input at which the verdict is looked at. */
const LOOKS = 40;
/** Where the low and the high end stand among the draws of one input; the expected case is at 0. */
const [LOW, HIGH] = [1, 2];

/**
 * Each uncertain input at its low and its high end, all others as expected: what that does to the cost of the chosen path
 * and whether another path would be recommended. Widest swing first; inputs that change nothing are left out.
 */
export function tornadoOf(contest: Contest): readonly Measured[] {
  return inputsOf(contest)
    .flatMap((input) => measured(input, contest) ?? [])
    .sort((a, b) => width(b.swing) - width(a.swing) || b.swing.flipRatio - a.swing.flipRatio || byText(a.input.id, b.input.id));
}

/** A swing with the input that it belongs to. */
export interface Measured {
  readonly input: UncertainInput;
  readonly swing: Swing;
  /** How far the input moves the gap between the chosen path and the best other one, in USD a month. */
  readonly gapUsd: number;
}

function inputsOf({ entries, sampler }: Contest): readonly UncertainInput[] {
  const fleets = entries.flatMap(({ priced }) => priced.fleets);
  const usesApi = entries.some(({ priced }) => priced.sharing.apiWorkloads.length > 0);
  return uncertainInputs(sampler.context.facts, fleets, usesApi);
}

function measured(input: UncertainInput, { entries, sampler }: Contest): Measured | null {
  const looks = Array.from({ length: LOOKS }, (_, index) => normalQuantile((index + 0.5) / LOOKS));
  const moved = sampler.with(oneAtATime(input.id, [0, -Z90, Z90, ...looks]));
  const costs = entries.map((entry) => ({ ...entry, usd: moved.costs(entry.priced).total }));
  const today = entries[0]?.path;
  const [, low, high, ...others] = Array.from({ length: LOOKS + 3 }, (_, draw) => recommendedAt(costs, draw));
  const [expectedUsd = 0, lowMonthlyUsd = 0, highMonthlyUsd = 0] = costs[0]?.usd ?? [];
  const flipsTo = [low, high].find((path) => path !== today) ?? null;
  const flipRatio = others.filter((path) => path !== today).length / LOOKS;
  const still = Math.max(Math.abs(lowMonthlyUsd - expectedUsd), Math.abs(highMonthlyUsd - expectedUsd)) < SAME_USD;
  if (still && flipRatio === 0) return null;
  const gap = (draw: number) => (costs[0]?.usd[draw] ?? 0) - Math.min(...costs.slice(1).map(({ usd }) => usd[draw] ?? 0));
  const { label, workload, unit, range } = input;
  return {
    input,
    gapUsd: costs.length < 2 ? 0 : Math.abs(gap(LOW) - gap(HIGH)),
    swing: { input: label, workload, unit, low: range.low, high: range.high, lowMonthlyUsd, highMonthlyUsd, flipsTo, flipRatio },
  };
}

/** Path that would be recommended in one draw: another one than the chosen only for what a tie and a migration ask. */
function recommendedAt(costs: readonly (Contender & { readonly usd: Float64Array })[], draw: number): PathKind | undefined {
  const worthAt = ({ usd, worthRatio }: { readonly usd: Float64Array; readonly worthRatio: number }) =>
    (usd[draw] ?? Number.POSITIVE_INFINITY) * worthRatio;
  const [chosen, ...others] = costs;
  if (chosen === undefined) return undefined;
  const today = worthAt(chosen);
  const [best] = others
    .map((other) => ({ ...other, worth: worthAt(other) }))
    .filter(({ worth, hurdle }) => clears(hurdle, today, worth + SAME_USD))
    .sort((a, b) => a.worth - b.worth);
  return best?.path ?? chosen.path;
}

function width(swing: Swing): number {
  return Math.abs(swing.highMonthlyUsd - swing.lowMonthlyUsd);
}
