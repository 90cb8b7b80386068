import type { Catalog } from "../catalog/index.ts";
import type { RequirementFacts } from "./facts.ts";
import type { Assignment, PricedPortfolio } from "./portfolio.ts";
import { SOFT_DIMENSIONS, type SoftDimension } from "./soft.ts";
import { partsOf } from "./split.ts";
import type { PreferenceEntry, PreferenceView } from "./types.ts";

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
 * The budget at which two portfolios are worth the same: pi* = (a - b) / (a x Sa - b x Sb); null outside [0, 1].
 * Example: 10,000 USD at S 0.75 against 9,000 at S 0.5 are worth the same at pi* = 1,000 / 3,000 = 0.333.
 */
export function preferenceFlip(a: Valued, b: Valued): number | null {
  const slope = a.monthlyUsd * a.score - b.monthlyUsd * b.score;
  if (slope === 0) return null;
  const flip = (a.monthlyUsd - b.monthlyUsd) / slope;
  return flip >= 0 && flip <= 1 ? flip : null;
}

/**
 * The weight of one dimension at which two portfolios are worth the same, all other weights as they are; null when none from 0 to `most` does.
 * With d = a x mark(a) - b x mark(b) for each dimension and C = 4 (a - b) / pi, sum(w x d) = C x sum(w) gives
 * w = (C x W - D) / (d - C) with W and D the sums over the other dimensions.
 */
export function weightFlip<Id extends string>(
  dimension: Id,
  a: PortfolioMarks<Id>,
  b: PortfolioMarks<Id>,
  preferences: { readonly budgetRatio: number; readonly weights: Readonly<Record<Id, number>> },
  most: number,
): number | null {
  if (preferences.budgetRatio === 0) return null;
  const gap = (id: Id) => a.monthlyUsd * a.marks[id] - b.monthlyUsd * b.marks[id];
  const target = (BEST_MARK * (a.monthlyUsd - b.monthlyUsd)) / preferences.budgetRatio;
  const others = keysOf(preferences.weights).filter((id) => id !== dimension);
  const weight = others.reduce((sum, id) => sum + preferences.weights[id], 0);
  const gaps = others.reduce((sum, id) => sum + preferences.weights[id] * gap(id), 0);
  const slope = gap(dimension) - target;
  if (slope === 0) return null;
  const flip = (target * weight - gaps) / slope;
  return flip >= 0 && flip <= most ? flip : null;
}

/** Cost and marks of one portfolio. */
export interface PortfolioMarks<Id extends string> {
  readonly monthlyUsd: number;
  readonly marks: Readonly<Record<Id, number>>;
}

/** The largest weight that a policy may give. */
export const LARGEST_WEIGHT = 3;

/**
 * The portfolios of all paths by what they are worth, the chosen one first, with the budget and the weights at which
 * another path would win. Without declared preferences the weights are all 1 and the budget is 0.
 */
export function preferenceView(
  entries: readonly { readonly path: PreferenceEntry["path"]; readonly priced: PricedPortfolio }[],
  facts: RequirementFacts,
  catalog: Catalog,
): PreferenceView {
  const { budgetRatio, weights } = facts.preferences ?? { budgetRatio: 0, weights: byDimension(() => 1) };
  const rows = entries.map(({ path, priced }): PreferenceEntry => {
    const marks = marksOf(priced.assignment, facts, catalog);
    const score = softScore(marks, weights);
    return { path, monthlyUsd: priced.monthlyUsd, score, valuedUsd: valuedUsd(priced.monthlyUsd, score, budgetRatio), marks };
  });
  const [chosen, ...others] = rows;
  const flips = others.flatMap((other) => {
    const flip = chosen === undefined ? null : preferenceFlip(chosen, other);
    return flip === null ? [] : [{ path: other.path, budgetRatio: flip }];
  });
  const [nearest] = flips.sort((a, b) => Math.abs(a.budgetRatio - budgetRatio) - Math.abs(b.budgetRatio - budgetRatio));
  return {
    declared: facts.preferences !== null,
    budgetRatio,
    weights,
    entries: rows,
    flip: nearest ?? null,
    weightFlips: chosen === undefined ? [] : weightFlipsOf(chosen, others, { budgetRatio, weights }),
  };
}

function weightFlipsOf(
  chosen: PreferenceEntry,
  others: readonly PreferenceEntry[],
  preferences: Preferences,
): PreferenceView["weightFlips"] {
  const all: Readonly<Record<string, number>> = preferences.weights;
  return others
    .flatMap((other) =>
      SOFT_DIMENSIONS.flatMap(({ id }) => {
        const to = weightFlip<string>(id, chosen, other, { ...preferences, weights: all }, LARGEST_WEIGHT);
        return to === null ? [] : [{ dimension: id, from: preferences.weights[id], to, path: other.path }];
      }),
    )
    .sort((a, b) => Math.abs(a.to - a.from) - Math.abs(b.to - b.from) || (a.dimension < b.dimension ? -1 : 1));
}

function keysOf<Id extends string>(record: Readonly<Record<Id, number>>): readonly Id[] {
  return Object.keys(record) as Id[];
}
