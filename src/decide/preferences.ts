import type { Catalog } from "../catalog/index.ts";
import { LARGEST_BUDGET_RATIO, LARGEST_WEIGHT } from "../policy/limits.ts";
import type { RequirementFacts } from "./facts.ts";
import { clears, type Hurdle, NO_HURDLE } from "./hurdle.ts";
import { byText } from "./order.ts";
import type { Assignment, PricedPortfolio } from "./portfolio.ts";
import { SOFT_DIMENSIONS, type SoftDimension } from "./soft.ts";
import { partsOf } from "./split.ts";
import type { PreferenceEntry, PreferenceView } from "./why-types.ts";

type DimensionId = SoftDimension["id"];

/** What soft advantages are worth to the reader: a share of the cost, and weights that divide it. */
export interface Preferences {
  /** Share of the cost that a perfect score is worth: pi, 0 to 0.5. 0 decides by cost alone. */
  readonly budgetRatio: number;
  readonly weights: Readonly<Record<DimensionId, number>>;
}

/** The highest mark of a dimension. */
const BEST_MARK = 4;

/**
 * What a portfolio is worth its cost at: U = cost x (1 - pi x S), in USD a month; the lowest wins. S in [0, 1] is the weighted
 * mean of marks over 4. It depends on the portfolio alone, so adding an option never reorders the others.
 *
 * Example: 10,000 USD at S = 0.5 and pi = 0.2 compare as 9,000 USD.
 */
export function valuedUsd(monthlyUsd: number, score: number, budgetRatio: number): number {
  return monthlyUsd * (1 - budgetRatio * score);
}

/** S = sum(w x mark) / (4 x sum(w)): `softScore({ a: 4, b: 0 }, { a: 1, b: 1 })` is 0.5. Without any weight it is 0. */
export function softScore<Id extends string>(marks: Readonly<Record<Id, number>>, weights: Readonly<Record<Id, number>>): number {
  const ids = keysOf(weights);
  const total = ids.reduce((sum, id) => sum + weights[id], 0);
  return total === 0 ? 0 : ids.reduce((sum, id) => sum + weights[id] * marks[id], 0) / (BEST_MARK * total);
}

/** Marks of an assignment: the mean of its workloads', each workload counting once. A split has the lower mark of its two parts. */
export function marksOf(assignment: Assignment, facts: RequirementFacts, catalog: Catalog): Readonly<Record<DimensionId, number>> {
  const mean = ({ mark }: SoftDimension) =>
    assignment.reduce((sum, choice) => sum + Math.min(...partsOf(choice).map((option) => mark(option, { facts, catalog }))), 0) /
    assignment.length;
  return byDimension((dimension) => mean(dimension));
}

/** S of an assignment under the policy's weights; the mean of the scores of its choices. 0 where the policy declares no preferences. */
export function scoreOf(assignment: Assignment, facts: RequirementFacts, catalog: Catalog): number {
  return facts.preferences === null ? 0 : softScore(marksOf(assignment, facts, catalog), facts.preferences.weights);
}

/** U of a portfolio under the policy's preferences; its cost where the policy declares none. */
export function worthOf(priced: PricedPortfolio, facts: RequirementFacts, catalog: Catalog): number {
  const { preferences } = facts;
  if (preferences === null || preferences.budgetRatio === 0) return priced.monthlyUsd;
  return valuedUsd(priced.monthlyUsd, scoreOf(priced.assignment, facts, catalog), preferences.budgetRatio);
}

/** One value for each dimension. */
export function byDimension<Value>(value: (dimension: SoftDimension) => Value): Readonly<Record<DimensionId, Value>> {
  const entries = SOFT_DIMENSIONS.map((dimension) => [dimension.id, value(dimension)] as const);
  return Object.fromEntries(entries) as Record<DimensionId, Value>;
}

interface Valued {
  readonly monthlyUsd: number;
  readonly score: number;
}

/**
 * The budget nearest to today's from which on `other` is recommended in place of `chosen`; null when no budget that a policy may declare does that.
 * Both are worth the same at pi* = (a - b) / (a x Sa - b x Sb); with a hurdle a is multiplied by the tie's factor, or what a migration must
 * earn is taken off above.
 *
 * Example: 9,000 USD at S 0.5 give way to 10,000 at S 0.75 from pi* = 1,000 / 3,000 = 0.333 on.
 */
export function preferenceFlip(chosen: Valued, other: Valued, budgetRatio: number, hurdle: Hurdle = NO_HURDLE): number | null {
  const root = (usd: number, gainUsd: number) => (usd - other.monthlyUsd - gainUsd) / (usd * chosen.score - other.monthlyUsd * other.score);
  const roots = [root(chosen.monthlyUsd * hurdle.tieFactor, 0), root(chosen.monthlyUsd, hurdle.leastGainUsd)];
  return nearestFlip(roots, budgetRatio, LARGEST_BUDGET_RATIO, (budget) => {
    const worth = ({ monthlyUsd, score }: Valued) => valuedUsd(monthlyUsd, score, budget);
    return clears(hurdle, worth(chosen), worth(other));
  });
}

/**
 * The weight of one dimension, nearest to today's, from which on `other` is recommended in place of `chosen`, all other weights as they are; null when
 * no weight that a policy may declare does that. With d = a x mark(a) - b x mark(b) for each dimension and C = 4 (a - b) / pi, both are worth the
 * same where sum(w x d) = C x sum(w): w = (C x W - D) / (d - C) with W and D the sums over the other dimensions.
 */
export function weightFlip<Id extends string>(
  dimension: Id,
  chosen: PortfolioMarks<Id>,
  other: PortfolioMarks<Id>,
  { budgetRatio, weights }: { readonly budgetRatio: number; readonly weights: Readonly<Record<Id, number>> },
  hurdle: Hurdle = NO_HURDLE,
): number | null {
  if (budgetRatio === 0) return null;
  const others = keysOf(weights).filter((id) => id !== dimension);
  const weight = others.reduce((sum, id) => sum + weights[id], 0);
  const root = (usd: number, gainUsd: number) => {
    const gap = (id: Id) => usd * chosen.marks[id] - other.monthlyUsd * other.marks[id];
    const target = (BEST_MARK * (usd - other.monthlyUsd - gainUsd)) / budgetRatio;
    const gaps = others.reduce((sum, id) => sum + weights[id] * gap(id), 0);
    return (target * weight - gaps) / (gap(dimension) - target);
  };
  const roots = [root(chosen.monthlyUsd * hurdle.tieFactor, 0), root(chosen.monthlyUsd, hurdle.leastGainUsd)];
  return nearestFlip(roots, weights[dimension], LARGEST_WEIGHT, (value) => {
    const worth = (of: PortfolioMarks<Id>) =>
      valuedUsd(of.monthlyUsd, softScore(of.marks, { ...weights, [dimension]: value }), budgetRatio);
    return clears(hurdle, worth(chosen), worth(other));
  });
}

/** How far beyond a root it is asked who wins: more than rounding, less than anyone reads. */
const BEYOND = 1e-6;

/** The root from 0 to `most` that is nearest to `today` and beyond which, seen from there, the other one wins; null when there is none. */
function nearestFlip(roots: readonly number[], today: number, most: number, wins: (value: number) => boolean): number | null {
  const [nearest] = roots
    .filter((root) => root >= 0 && root <= most && wins(root + BEYOND * (root < today ? -1 : 1)))
    .sort((a, b) => Math.abs(a - today) - Math.abs(b - today));
  return nearest ?? null;
}

/** Cost and marks of one portfolio. */
export interface PortfolioMarks<Id extends string> {
  readonly monthlyUsd: number;
  readonly marks: Readonly<Record<Id, number>>;
}

/**
 * The portfolios of all paths by what they are worth, the chosen one first, with the budget and the weights at which
 * another path would win. Without declared preferences the weights are all 1 and the budget is 0.
 */
export function preferenceView(
  entries: readonly { readonly path: PreferenceEntry["path"]; readonly priced: PricedPortfolio; readonly hurdle: Hurdle }[],
  facts: RequirementFacts,
  catalog: Catalog,
): PreferenceView {
  const { budgetRatio, weights } = facts.preferences ?? { budgetRatio: 0, weights: byDimension(() => 1) };
  const rows = entries.map(({ path, priced }): PreferenceEntry => {
    const marks = marksOf(priced.assignment, facts, catalog);
    const score = softScore(marks, weights);
    return { path, monthlyUsd: priced.monthlyUsd, score, valuedUsd: valuedUsd(priced.monthlyUsd, score, budgetRatio), marks };
  });
  const [chosen, ...others] = rows.map((row, index) => ({ row, hurdle: entries[index]?.hurdle ?? NO_HURDLE }));
  const flips = others.flatMap(({ row, hurdle }) => {
    const flip = chosen === undefined ? null : preferenceFlip(chosen.row, row, budgetRatio, hurdle);
    return flip === null ? [] : [{ path: row.path, budgetRatio: flip }];
  });
  const [nearest] = flips.sort((a, b) => Math.abs(a.budgetRatio - budgetRatio) - Math.abs(b.budgetRatio - budgetRatio));
  return {
    declared: facts.preferences !== null,
    budgetRatio,
    weights,
    entries: rows,
    flip: nearest ?? null,
    weightFlips: chosen === undefined ? [] : weightFlipsOf(chosen.row, others, { budgetRatio, weights }),
  };
}

function weightFlipsOf(
  chosen: PreferenceEntry,
  others: readonly { readonly row: PreferenceEntry; readonly hurdle: Hurdle }[],
  preferences: Preferences,
): PreferenceView["weightFlips"] {
  const all: Readonly<Record<string, number>> = preferences.weights;
  return others
    .flatMap(({ row, hurdle }) =>
      SOFT_DIMENSIONS.flatMap(({ id }) => {
        const to = weightFlip<string>(id, chosen, row, { ...preferences, weights: all }, hurdle);
        return to === null ? [] : [{ dimension: id, from: preferences.weights[id], to, path: row.path }];
      }),
    )
    .sort((a, b) => Math.abs(a.to - a.from) - Math.abs(b.to - b.from) || byText(a.dimension, b.dimension));
}

function keysOf<Id extends string>(record: Readonly<Record<Id, number>>): readonly Id[] {
  return Object.keys(record) as Id[];
}
