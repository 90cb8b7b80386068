import type { TippingPoint } from "../decide/types.ts";
import { percent, quantity, usd, volume } from "./money.ts";

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
      return `API prices ${factorWords(to / from, isUp)}`;
    case "gpu_price":
      return `GPU prices ${factorWords(to / from, isUp)}`;
    case "throughput":
      return `a server carries ${isUp ? "more" : "less"} than ${percent(Number((to / from).toPrecision(2)))} of what is predicted`;
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
