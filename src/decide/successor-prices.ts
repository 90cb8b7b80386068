import type { ApiModel, ApiPrice } from "../catalog/schema.ts";
import { POLICY_SOURCE } from "./sources.ts";

/**
 * A model that is going to be shut down, at the prices of its successor from that day on where those are higher: nobody can pay its own any more, and a
 * total that hides a rise which is already announced decides wrongly. A successor that costs less is a saving that somebody has to prove with it
 * first, so it is not counted. As it is too where no successor with a price is known, or where the policy has a price of its own for that day.
 *
 * Example: gpt-5-mini costs 0.25 / 2.00 USD until 2026-12-10 and, as gpt-6.1-terra does, 1.00 / 5.00 from 2026-12-11 on.
 */
export function succeeded(model: ApiModel, models: readonly ApiModel[]): ApiModel {
  const { shutdownOn } = model;
  const next = heirOf(model, models);
  if (shutdownOn === null || next === undefined || model.prices.some((row) => isOwn(row) && holdsOn(row, shutdownOn))) return model;
  const until = dayBefore(shutdownOn);
  const own = model.prices
    .filter((row) => row.effectiveFrom < shutdownOn)
    .map((row) => ({ ...row, effectiveTo: earlier(row.effectiveTo, until) }));
  const later = next.prices
    .filter(({ effectiveTo }) => effectiveTo === null || effectiveTo >= shutdownOn)
    .map((row) => ({ ...row, effectiveFrom: laterDay(row.effectiveFrom, shutdownOn) }));
  const [newest] = later.filter(({ effectiveFrom }) => effectiveFrom === shutdownOn).slice(-1);
  const last = own.at(-1);
  if (newest === undefined || last === undefined || costsLess(newest, last)) return model;
  const after = later.filter((row) => row === newest || row.effectiveFrom > shutdownOn);
  return { ...model, prices: [...own, ...after.map((row) => ({ ...row, source: `${row.source}; as ${next.id} from ${shutdownOn} on` }))] };
}

/** What follows a model, by name; undefined where nobody says, or where it has no price. */
export function heirOf({ successor }: ApiModel, models: readonly ApiModel[]): ApiModel | undefined {
  return successor === null ? undefined : models.find(({ id, aliases }) => id === successor || aliases.includes(successor));
}

/** Whether any part of a request costs less than at another price. */
function costsLess(one: ApiPrice, other: ApiPrice): boolean {
  return one.inputUsdPerMTok < other.inputUsdPerMTok || one.outputUsdPerMTok < other.outputUsdPerMTok;
}

function isOwn({ source }: ApiPrice): boolean {
  return source.startsWith(POLICY_SOURCE);
}

function holdsOn({ effectiveFrom, effectiveTo }: ApiPrice, date: string): boolean {
  return effectiveFrom <= date && (effectiveTo === null || effectiveTo >= date);
}

function laterDay(one: string, other: string): string {
  return [one, other].sort()[1] ?? one;
}

function earlier(one: string | null, other: string): string {
  return one === null || one > other ? other : one;
}

function dayBefore(date: string): string {
  const day = new Date(`${date}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() - 1);
  return day.toISOString().slice(0, "YYYY-MM-DD".length);
}
