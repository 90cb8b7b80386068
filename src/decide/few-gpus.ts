import { FULL_TIME_ABOVE_GPUS } from "./defaults.ts";

/** One size that a fleet may have: what it costs, and the GPUs of its largest month. */
export interface FleetSize {
  readonly usd: number;
  readonly gpus: number;
}

/**
 * One size of each fleet that together cost least and have no more GPUs than need no full-time job, each counted at its largest; undefined when
 * none cost less than `mostUsd`.
 *
 * Example: fleets of 6 GPUs at 100 or 3 at 150, and of 4 GPUs at 80: 3 and 4 GPUs at 230, because 6 and 4 are more than 8.
 */
export function fewGpus<Size extends FleetSize>(
  fleets: readonly (readonly Size[])[],
  mostUsd: number = Number.POSITIVE_INFINITY,
  fits: (picked: readonly Size[]) => boolean = () => true,
): readonly Size[] | undefined {
  let [best, bestUsd]: [readonly Size[] | undefined, number] = [undefined, mostUsd];
  const descend = (picked: readonly Size[], gpus: number, usd: number): void => {
    const sizes = fleets[picked.length];
    if (sizes === undefined) {
      if (fits(picked)) [best, bestUsd] = [picked, usd];
      return;
    }
    for (const size of sizes) {
      if (gpus + size.gpus > FULL_TIME_ABOVE_GPUS || usd + size.usd >= bestUsd) continue;
      descend([...picked, size], gpus + size.gpus, usd + size.usd);
    }
  };
  descend([], 0, 0);
  return best;
}
