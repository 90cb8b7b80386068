import type { Evaluation, TippingPoint } from "../decide/types.ts";
import { distance } from "../report/grounds.ts";
import { percent, quantity, usd, volume } from "../report/money.ts";
import { pathWords, shortName } from "../report/words.ts";

/** One change that alone would flip the path of a workload. */
export interface Tipping {
  readonly workload: string;
  /** `requests a month fall below 7,830,000 (today 60,000,000)`. */
  readonly when: string;
  /** `API`. */
  readonly flipsTo: string;
  readonly reachedOn: string | null;
}

/** Every tipping point of a decision, the nearest first. */
export function tippingsOf({ decision }: Evaluation): readonly Tipping[] {
  return decision.workloads
    .flatMap(({ name, tippingPoints }) => tippingPoints.map((point) => ({ point, name })))
    .sort((a, b) => distance(a.point) - distance(b.point))
    .map(({ point, name }) => ({
      workload: shortName(name),
      when: tippingWords(point),
      flipsTo: pathWords[point.flipsTo],
      reachedOn: point.reachedOn ?? null,
    }));
}

/**
 * When a tipping point is reached, in words.
 *
 * Example: an `api_price` of 0.24 is `API prices fall to 24% of today's`, an `hourly_rate_usd` from 110 to 1051 is
 * `an engineer hour costs more than $1,051 (today $110)`.
 */
export function tippingWords({ parameter, from, to, text }: TippingPoint): string {
  const isUp = to > from;
  switch (parameter) {
    case "requests_per_month":
      return `requests a month ${isUp ? "rise above" : "fall below"} ${volume(to)} (today ${volume(from)})`;
    case "api_price":
      return `API prices ${factorWords(to, isUp)}`;
    case "gpu_price":
      return `GPU prices ${factorWords(to, isUp)}`;
    case "throughput":
      return `a server carries ${isUp ? "more" : "less"} than ${percent(Number(to.toPrecision(2)))} of what is predicted`;
    case "hourly_rate_usd":
      return `an engineer hour costs ${isUp ? "more" : "less"} than ${usd(to)} (today ${usd(from)})`;
    default:
      return text;
  }
}

function factorWords(factor: number, isUp: boolean): string {
  return isUp
    ? `rise to ${quantity(Number(factor.toPrecision(2)))} times today's`
    : `fall to ${percent(Number(factor.toPrecision(2)))} of today's`;
}
