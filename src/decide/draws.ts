import type { Range } from "./facts.ts";
import { fnv1a, mulberry32, normalQuantile } from "./random.ts";

/** Draws of one decision. With stratified draws the share of a verdict is known to about one point (see `shareErrorRatio`). */
export const DRAWS = 2_000;
/** Seed of every run: the same draws at base and at head, so that a difference between them is never noise. Any number does; this one is ours. */
export const SEED = 20_261_121;

/** Standard normal quantile of 0.9: a declared `high` lies this far above the middle, `low` as far below. */
export const Z90 = normalQuantile(0.9);

/**
 * Standard normal scores of each uncertain input, one for each draw. An input is named, never numbered, so that the
 * order of workloads and keys does not matter, and all portfolios see the same draws: their differences are paired.
 */
export interface Draws {
  readonly count: number;
  /** Scores of one input, e.g. of `requests/support-chat`; the same array for the same name. */
  readonly scores: (input: string) => Float64Array;
}

/**
 * Independent draws of every input by Latin hypercube sampling (McKay, Beckman and Conover 1979, Technometrics 21, 239-245): each input
 * takes the middle of each of `count` equally likely strata once, in an order shuffled by its name and the seed.
 *
 * Inputs of different names are independent; whoever wants two quantities to move together gives them one name.
 */
export function latinHypercube(count: number = DRAWS, seed: number = SEED): Draws {
  const strata = Float64Array.from({ length: count }, (_, index) => normalQuantile((index + 0.5) / count));
  const known = new Map<string, Float64Array>();
  const scores = (input: string) => {
    const before = known.get(input);
    if (before !== undefined) return before;
    const shuffled = shuffle(strata, mulberry32(fnv1a(`${seed}/${input}`)));
    known.set(input, shuffled);
    return shuffled;
  };
  return { count, scores };
}

/** One input moved through `scores` with all others in the middle: one at a time, for a tornado. */
export function oneAtATime(moved: string, scores: readonly number[]): Draws {
  const [own, others] = [Float64Array.from(scores), new Float64Array(scores.length)];
  return { count: scores.length, scores: (input) => (input === moved ? own : others) };
}

/** Fisher and Yates. */
function shuffle(values: Float64Array, random: () => number): Float64Array {
  const shuffled = values.slice();
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other] ?? 0, shuffled[last] ?? 0];
  }
  return shuffled;
}

/**
 * Value of a range at a standard normal score: low at P10, expected at P50, high at P90, between and beyond them a
 * straight line in the logarithm. So each half is lognormal: costs, volumes and rates are positive and err by factors.
 * A range is read as P10 to P90, not as the extremes, because people who give ranges leave too little room
 * (Alpert and Raiffa 1982: 98 % ranges that held 57 %). Where an end is 0 that half is a straight line down to 0.
 *
 * Example: `{ low: 8,000, expected: 12,000, high: 25,000 }` is 12,000 at 0, 25,000 at 1.2816 and 17,321 at half of that.
 */
export function valueAt(range: Range, score: number): number {
  if (score === 0) return range.expected;
  const end = score > 0 ? range.high : range.low;
  if (end === range.expected) return end;
  const distance = Math.abs(score) / Z90;
  if (end > 0 && range.expected > 0) return range.expected * (end / range.expected) ** distance;
  return Math.max(0, range.expected + (end - range.expected) * distance);
}

/** What was drawn, by draws, input and range: configurations of one model share their bands. */
const columns = new WeakMap<Draws, Map<string, Float64Array>>();

/** Values of a range in every draw, to be read and not changed; null when the range has no width, so that nothing needs to be drawn. */
export function drawn({ low, expected, high }: Range, input: string, draws: Draws): Float64Array | null {
  if (low === expected && high === expected) return null;
  const known = columns.get(draws) ?? new Map<string, Float64Array>();
  columns.set(draws, known);
  const key = `${input}|${low}|${expected}|${high}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const values = draws.scores(input).map((score) => valueAt({ low, expected, high }, score));
  known.set(key, values);
  return values;
}

/**
 * Value below which a share of the draws lies, by linear interpolation between order statistics (type 7 of Hyndman and Fan
 * 1996, the default of R and NumPy): `quantileOf([1, 2, 3, 4, 5], 0.9)` is 4.6. The values must be sorted.
 */
export function quantileOf(sorted: Float64Array, share: number): number {
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const [from = 0, to = from] = [sorted[below], sorted[below + 1]];
  return from + (to - from) * (position - below);
}

/**
 * Standard error of a share that was found in `count` draws: sqrt(p (1 - p) / count). Stratified draws do no worse, usually better.
 * Example: 0.9 in 2,000 draws is known to 0.0067.
 */
export function shareErrorRatio(share: number, count: number = DRAWS): number {
  return Math.sqrt((share * (1 - share)) / count);
}
