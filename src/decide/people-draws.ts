import { FULL_TIME_ABOVE_GPUS } from "./defaults.ts";
import { valueAt } from "./draws.ts";
import type { Range } from "./facts.ts";
import { fewGpus } from "./few-gpus.ts";
import type { FleetDraws } from "./fleet-draws.ts";

/** Fleets and the people who operate them in every draw, in USD a month. */
export interface StaffedDraws<Fleet extends FleetDraws> {
  /** The same fleets; in draws where others with fewer GPUs cost less with their people, those. */
  readonly fleets: readonly Fleet[];
  readonly people: Float64Array;
}

/**
 * People depend on the size of all fleets together: in months with more than eight GPUs they are a full-time job. As in the expected case (`Pricer.settled`), a draw
 * that needs more takes fleets with fewer GPUs where these cost less together with their people.
 *
 * `few` and `many` are the people of a small and of a large fleet at the ends of their hours, `scores` where in that range each draw stands.
 */
export function staffed<Fleet extends FleetDraws>(
  fleets: readonly Fleet[],
  few: Range,
  many: Range,
  scores: Float64Array,
): StaffedDraws<Fleet> {
  const people = new Float64Array(scores.length);
  const own = fleets.map(({ usd }) => usd);
  const changed = new Map<number, Float64Array>();
  const months = Math.max(0, ...fleets.map((fleet) => fleet.months));
  for (let draw = 0; draw < scores.length && fleets.length > 0; draw++) {
    const score = scores[draw] ?? 0;
    const part = valueAt(few, score);
    const share = fullShare(fleets, draw, months);
    const full = share === 0 ? part : part + (valueAt(many, score) - part) * share;
    people[draw] = full;
    if (full <= part) continue;
    const least = own.reduce((sum, usd) => sum + (usd[draw] ?? 0), full - part);
    const sizes = fleets.map((fleet) => fleet.sizes.map(({ usd, gpus }) => ({ usd: usd[draw] ?? 0, gpus: gpus[draw] ?? 0 })));
    const picked = fewGpus(sizes, least);
    if (picked === undefined) continue;
    people[draw] = part;
    for (const [index, { usd }] of picked.entries()) {
      const copy = changed.get(index) ?? own[index]?.slice() ?? new Float64Array(scores.length);
      copy[draw] = usd;
      changed.set(index, copy);
    }
  }
  if (changed.size === 0) return { fleets, people };
  return { fleets: fleets.map((fleet, index) => ({ ...fleet, usd: changed.get(index) ?? fleet.usd })), people };
}

/** Share of the months in which the fleets of a draw have more than eight GPUs together. */
function fullShare(fleets: readonly FleetDraws[], draw: number, months: number): number {
  let full = 0;
  for (let month = 0; month < months; month++) {
    let gpus = 0;
    for (const fleet of fleets) gpus += fleet.gpus[draw * fleet.months + Math.min(month, fleet.months - 1)] ?? 0;
    if (gpus > FULL_TIME_ABOVE_GPUS) full += 1;
  }
  return full / months;
}
