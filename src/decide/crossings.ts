import type { Crossing } from "./why-types.ts";

/** Crossings are looked for within a hundredfold of today's volume on either side. */
const FARTHEST_FACTOR = 100;
/** Two crossings closer than this ratio are one: nobody plans a volume to a thousandth. */
const FINEST_RATIO = 1.001;
/** Volumes that are priced for one curve at most. Two lines that run close together for long would need more. */
const MOST_POINTS = 600;
/** A crossing is found to this ratio: nobody reads more digits of a volume, and each halving prices both sides. */
const CROSSING_RATIO = 2e-7;
const MOST_BISECTIONS = 60;
/** Just beside a crossing, beyond what bisection leaves open, as a ratio. */
const BESIDE = 1e-6;
/** A cost of a side at a factor on today's volume, in USD a month. */
type Curve = (factor: number) => number;

/**
 * Every volume within a factor of 100 at which the less expensive side changes. Both curves rise with the volume, so on an interval
 * from a to b self-hosting never costs less where own(a) >= api(b), and always where own(b) < api(a); what neither settles is halved, down
 * to a thousandth. So no crossing is missed between the steps of a fleet, however saw-toothed its curve is, as long as it rises.
 *
 * `above` is the side that costs less just above the crossing. `complete` is false when the limit of points ended the search.
 * Example: own 100 for one server up to 10 requests and 200 for two, an API at 11 a request: crossings at 9.09 (self-host),
 * 10 (api) and 18.18 (self-host).
 */
export function crossingsOf(own: Curve, api: Curve): { readonly crossings: readonly Crossing[]; readonly complete: boolean } {
  const costs = new Map<number, { readonly own: number; readonly api: number }>();
  let complete = true;
  const at = (factor: number) => {
    const known = costs.get(factor) ?? { own: own(factor), api: api(factor) };
    costs.set(factor, known);
    return known;
  };
  const isOwn = (factor: number) => at(factor).own < at(factor).api;
  const crossings: Crossing[] = [];
  const look = (from: number, to: number): void => {
    if (at(from).own >= at(to).api || at(to).own < at(from).api) return;
    if (to / from > FINEST_RATIO && costs.size < MOST_POINTS) {
      const middle = Math.sqrt(from * to);
      look(from, middle);
      look(middle, to);
      return;
    }
    if (to / from > FINEST_RATIO) complete = false;
    if (isOwn(from) === isOwn(to)) return;
    crossings.push({ factor: bisect(isOwn, from, to), above: isOwn(to) ? "self-host" : "api" });
  };
  look(1 / FARTHEST_FACTOR, FARTHEST_FACTOR);
  return { crossings: plannable(alternating(crossings, isOwn)), complete };
}

/** Without windows so narrow that nobody can plan for them: the side is the same before and after. */
function plannable(crossings: readonly Crossing[]): readonly Crossing[] {
  const kept: Crossing[] = [];
  for (const next of crossings) {
    const before = kept.at(-1);
    if (before !== undefined && next.factor / before.factor <= FINEST_RATIO) kept.pop();
    else kept.push(next);
  }
  return kept;
}

/**
 * A fleet of fewer GPUs can need fewer people at a higher volume, so the curve of self-hosting dips here and there and an interval can be
 * settled too early. Two crossings to the same side then have one between them, and it is found by halving.
 */
function alternating(crossings: readonly Crossing[], isOwn: (factor: number) => boolean): readonly Crossing[] {
  return crossings.flatMap((next, index): readonly Crossing[] => {
    const before = crossings[index - 1];
    if (before === undefined || before.above !== next.above) return [next];
    const above = next.above === "api" ? "self-host" : "api";
    return [{ factor: bisect(isOwn, before.factor * (1 + BESIDE), next.factor * (1 - BESIDE)), above }, next];
  });
}

function bisect(isOwn: (factor: number) => boolean, from: number, to: number): number {
  const start = isOwn(from);
  let [same, other] = [from, to];
  for (let step = 0; step < MOST_BISECTIONS && Math.abs(other / same - 1) > CROSSING_RATIO; step++) {
    const middle = Math.sqrt(same * other);
    if (isOwn(middle) === start) same = middle;
    else other = middle;
  }
  return other;
}
