import type { Trace } from "./decide.ts";
import type { Flips } from "./flips.ts";

/** Monthly cost of the whole policy at one volume of one workload, with that workload on either side. */
export interface CurvePoint {
  readonly requestsPerMonth: number;
  /** US dollars a month; null where the rules or the hardware leave no way to serve this volume on that side. */
  readonly apiUsd: number | null;
  readonly selfHostUsd: number | null;
  readonly mark: "today" | "break-even" | null;
}

/** Cost against volume on both sides of one workload, all other workloads as decided. Points go up in volume. */
export interface CostCurve {
  readonly workload: string;
  /** True when nothing but this workload is in the amounts. */
  readonly alone: boolean;
  /** True where the workload is split: what stands against the API may then leave its overflow to one. */
  readonly isSplit: boolean;
  readonly points: readonly CurvePoint[];
}

/** Curves of one report: further workloads cost less, and a reader of a phone scrolls past each. */
export const MOST_CURVES = 3;
/** How far the curve goes beyond today's volume and the break-even, as a factor. */
const MARGIN_FACTOR = 3;
/** Points between the ends, evenly spaced in powers: enough to see the steps of a fleet, few enough for a phone. */
const STEPS = 8;
/** Steps closer to a mark than this ratio give way to it. */
const NEAR_RATIO = 1.12;

/**
 * The curves of the workloads that could be served on both sides, the most expensive first, at most `most` of them.
 * Amounts are US dollars a month, an average over the horizon. Empty where no portfolio is feasible.
 *
 * Example: 60,000,000 requests a month with a break-even of 7,650,000 give points from 2,550,000 to 180,000,000.
 */
export function costCurves(trace: Trace, most: number): readonly CostCurve[] {
  const { flips, decision } = trace;
  if (flips === null) return [];
  return decision.workloads
    .map((workload, index) => ({ index, usd: workload.monthlyCostUsd?.expected ?? 0 }))
    .sort((a, b) => b.usd - a.usd || a.index - b.index)
    .filter(({ index }) => flips.along(index, "requests_per_month").cheaper(1) !== undefined)
    .slice(0, most)
    .map(({ index }) => curveOf(trace, flips, index));
}

function curveOf({ decision, facts }: Trace, flips: Flips, index: number): CostCurve {
  const workload = decision.workloads[index];
  const today = facts.workloads[index]?.requestsPerMonth.expected;
  if (workload === undefined || today === undefined) throw new Error(`defect: no workload ${index}`);
  const { breakEven, name } = workload;
  const flip = breakEven === null ? null : breakEven.requestsPerMonth / today;
  const usdOf = (factor: number, side: "api" | "self-host") =>
    flips.along(index, "requests_per_month").rival(side, factor)?.monthlyUsd ?? null;
  const points = factors(flip).map(
    (factor): CurvePoint => ({
      requestsPerMonth: today * factor,
      apiUsd: usdOf(factor, "api"),
      selfHostUsd: usdOf(factor, "self-host"),
      mark: factor === 1 ? "today" : factor === flip ? "break-even" : null,
    }),
  );
  return { workload: name, alone: decision.workloads.length === 1, isSplit: workload.split !== null, points };
}

/** Factors on today's volume: even steps on a scale of powers, with today and the break-even themselves among them. */
function factors(flip: number | null): readonly number[] {
  const marks = flip === null || flip === 1 ? [1] : [1, flip];
  const low = Math.min(...marks) / MARGIN_FACTOR;
  const high = Math.max(...marks) * MARGIN_FACTOR;
  const steps = Array.from({ length: STEPS + 1 }, (_, step) => low * (high / low) ** (step / STEPS));
  const free = steps.filter((step) => marks.every((mark) => Math.max(step / mark, mark / step) > NEAR_RATIO));
  return [...free, ...marks].sort((a, b) => a - b);
}
