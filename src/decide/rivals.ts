import { crossingsOf } from "./crossings.ts";
import { TIE_RATIO } from "./defaults.ts";
import type { Choice } from "./split.ts";

export type Side = "api" | "self-host";

/** The least expensive choice of one side for one workload, with the cost of the whole portfolio in USD a month. */
export interface Rival {
  readonly option: Choice;
  readonly monthlyUsd: number;
}

/** What was found at one factor: by choice its cost in USD a month, or the least that it can be; infinite where it cannot serve. */
interface Point {
  readonly factor: number;
  readonly leastUsd: Float64Array;
  readonly rival: Rival | undefined;
}

/**
 * The least expensive of some choices as one number moves by a factor, everything else as it is.
 *
 * The cost of each choice only rises with the number, or only falls: requests, prices and hours raise it, throughput lowers it. So between two
 * factors that were asked it is at least the smaller of its two costs there, and a choice that could not win is not priced again.
 *
 * Example: of A (100 at 1 x, 400 at 4 x) and B (500 at 1 x, 600 at 4 x) only A is priced at 2 x, where B costs at least 500.
 */
export class RivalCurve {
  readonly #choices: readonly Choice[];
  readonly #usdAt: (factor: number) => (choice: Choice) => number | undefined;
  /** In the order of their factors. */
  readonly #points: Point[] = [];

  constructor(choices: readonly Choice[], usdAt: (factor: number) => (choice: Choice) => number | undefined) {
    this.#choices = choices;
    this.#usdAt = usdAt;
  }

  /** Undefined where no choice can serve. Of equal costs the first in the list. */
  at(factor: number): Rival | undefined {
    const place = this.#placeOf(factor);
    const [before, next] = [this.#points[place - 1], this.#points[place]];
    if (next?.factor === factor) return next.rival;
    const leastUsd = new Float64Array(this.#choices.length);
    if (before !== undefined && next !== undefined)
      for (let at = 0; at < leastUsd.length; at++) leastUsd[at] = Math.min(before.leastUsd[at] ?? 0, next.leastUsd[at] ?? 0);
    const point = { factor, leastUsd, rival: this.#cheapest(factor, leastUsd) };
    this.#points.splice(place, 0, point);
    return point.rival;
  }

  /** Prices the choices, the most promising first, and notes what it finds in `leastUsd`. */
  #cheapest(factor: number, leastUsd: Float64Array): Rival | undefined {
    const usdOf = this.#usdAt(factor);
    const order = [...leastUsd.keys()].sort((a, b) => (leastUsd[a] ?? 0) - (leastUsd[b] ?? 0) || a - b);
    let [best, bestUsd] = [-1, Number.POSITIVE_INFINITY];
    for (const at of order) {
      const floor = leastUsd[at] ?? 0;
      if (floor > bestUsd || (floor === bestUsd && at > best)) break;
      const choice = this.#choices[at];
      if (choice === undefined) continue;
      const usd = usdOf(choice) ?? Number.POSITIVE_INFINITY;
      leastUsd[at] = usd;
      if (usd < bestUsd || (usd === bestUsd && at < best)) [best, bestUsd] = [at, usd];
    }
    const option = this.#choices[best];
    return option === undefined ? undefined : { option, monthlyUsd: bestUsd };
  }

  /** Where a factor belongs: the first point that is not below it. */
  #placeOf(factor: number): number {
    let [from, to] = [0, this.#points.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#points[middle]?.factor ?? 0) < factor) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

/** What serves a workload today, which is left only for a gain. */
export interface Today {
  readonly side: Side;
  /** The cost of staying in USD a month; undefined where it cannot serve any more. */
  readonly usdAt: (factor: number) => number | undefined;
  /** What leaving it must save, in USD a month. */
  readonly leastGainUsdAt: (factor: number) => number;
}

/** The side that a workload takes as one number moves by a factor. */
export interface Sides {
  readonly cheaper: (factor: number) => Side | undefined;
  readonly neverLeaves: (start: Side, from: number, to: number) => boolean;
}

/** The two sides of one workload as one number moves by a factor, everything else as chosen. */
export class Rivalry implements Sides {
  readonly #curves: Readonly<Record<Side, RivalCurve>>;
  readonly today: Today | null;
  readonly #tieRatioOf: (own: Choice) => number;

  /** `tieRatioOf` is the share of its cost that a choice of own servers must save to be taken. */
  constructor(curves: Readonly<Record<Side, RivalCurve>>, today: Today | null = null, tieRatioOf: (own: Choice) => number = () => 0) {
    this.#curves = curves;
    this.today = today;
    this.#tieRatioOf = tieRatioOf;
  }

  /** Best choice of a side; undefined when the rules or the hardware leave none. */
  rival(side: Side, factor: number): Rival | undefined {
    return this.#curves[side].at(factor);
  }

  /** Costs of both sides in USD a month; undefined where one of them has no choice. */
  usdAt(factor: number): Readonly<Record<Side, number>> | undefined {
    const [api, own] = [this.rival("api", factor), this.rival("self-host", factor)];
    return api === undefined || own === undefined ? undefined : { api: api.monthlyUsd, "self-host": own.monthlyUsd };
  }

  /** Every crossing of the two sides within a hundredfold (`crossings.ts`); none where one of them has no choice. */
  crossings(): ReturnType<typeof crossingsOf> {
    if (this.usdAt(1) === undefined) return { crossings: [], complete: true };
    const curve = (side: Side) => (factor: number) => this.rival(side, factor)?.monthlyUsd ?? Number.POSITIVE_INFINITY;
    return crossingsOf(curve("self-host"), curve("api"));
  }

  /**
   * Side that costs less: your own servers only where they save more than a tie. An exact tie goes to the API. The side of what serves the workload
   * today is left only for its gain.
   */
  cheaper(factor: number): Side | undefined {
    const usd = this.usdAt(factor);
    const own = this.rival("self-host", factor);
    if (usd === undefined || own === undefined) return undefined;
    const side = sideOf(usd, this.#tieRatioOf(own.option));
    if (this.today === null || this.today.side === side) return side;
    const stay = this.today.usdAt(factor);
    return stay !== undefined && stay - usd[side] <= this.today.leastGainUsdAt(factor) ? this.today.side : side;
  }

  /**
   * Whether `start` is sure to stay the side to take all the way from one factor to another: its highest cost against the lowest of the other, and
   * no tie that could be its own.
   */
  neverLeaves(start: Side, from: number, to: number): boolean {
    const other = start === "api" ? "self-host" : "api";
    if (this.today?.side === other) return false;
    const [near, far] = [this.usdAt(from), this.usdAt(to)];
    if (near === undefined || far === undefined) return false;
    const usd = { [start]: Math.max(near[start], far[start]), [other]: Math.min(near[other], far[other]) };
    return sideOf(usd as Record<Side, number>, start === "api" ? 0 : TIE_RATIO) === start;
  }
}

function sideOf(usd: Readonly<Record<Side, number>>, tieRatio: number): Side {
  return usd["self-host"] * (1 + tieRatio) < usd.api ? "self-host" : "api";
}

/** Points for each factor of ten on the way: fleets grow in steps, so the cost difference can cross zero several times. */
const POINTS_PER_DECADE = 12;
/** Halvings of a step of the grid: to a hundred-thousandth of a factor. */
const BISECTIONS = 14;

/**
 * Factor nearest to 1 at which the less expensive side changes, looked for in one direction on a grid of 12 points a decade and then by
 * halving; null when it never changes within `farthest` x. `up` true looks at larger values. The returned factor lies just beyond the flip.
 *
 * Where the costs at the ends of a stretch settle that no point of it can flip, none is looked at: both sides only rise or only fall.
 */
export function flipFactor(
  rivalry: Sides,
  { up, farthest }: { readonly up: boolean; readonly farthest: number },
): { readonly factor: number; readonly side: Side } | null {
  const start = rivalry.cheaper(1);
  if (start === undefined) return null;
  const factorOf = (point: number) => 10 ** (((up ? 1 : -1) * point) / POINTS_PER_DECADE);
  const first = (from: number, to: number): number | null => {
    if (rivalry.neverLeaves(start, factorOf(from), factorOf(to))) return null;
    if (to - from > 1) {
      const middle = (from + to) >> 1;
      return first(from, middle) ?? first(middle, to);
    }
    const side = rivalry.cheaper(factorOf(to));
    return side === undefined || side === start ? null : to;
  };
  const point = first(0, Math.round(Math.log10(farthest) * POINTS_PER_DECADE));
  if (point === null) return null;
  let [same, flipped] = [factorOf(point - 1), factorOf(point)];
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = Math.sqrt(same * flipped);
    if (rivalry.cheaper(middle) === start) same = middle;
    else flipped = middle;
  }
  return { factor: flipped, side: start === "api" ? "self-host" : "api" };
}
