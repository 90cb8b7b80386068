import type { Evaluation } from "../decide/evaluation-types.ts";
import { distance } from "../report/grounds.ts";
import { tippingWords } from "../report/tipping.ts";
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
