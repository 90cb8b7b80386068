import { FULL_TIME_ABOVE_GPUS } from "./defaults.ts";
import { type FleetSize, fewGpus } from "./few-gpus.ts";
import type { SizedFleet } from "./fleet.ts";
import type { TokenOption } from "./options.ts";
import { oversubscribed } from "./owned.ts";
import { fullTimeShare, fullTimeSurchargeUsd } from "./people-cost.ts";
import type { PricingContext } from "./pricing-context.ts";
import { largestGpus } from "./sizing.ts";
import type { BilledFleet, Groups, Member } from "./standing.ts";

/** Fleets whose claims on your own machines are all weighed; further ones rent. Each doubles the work. */
const MOST_FLEETS_THAT_SHARE_MACHINES = 6;

/** The prices of one scenario, as far as fleets ask for them; a `Pricer` has them. */
export interface FleetPrices {
  readonly context: Pick<PricingContext, "facts" | "what">;
  readonly fleetOf: (weights: string, members: readonly Member[], mayOwn: boolean) => BilledFleet | undefined;
  /** The least expensive fleet with people who cost so much more in each month in which it alone is a full-time job. */
  readonly staffedFleetOf: (weights: string, members: readonly Member[], fullTimeUsd: number) => BilledFleet | undefined;
  /** The least expensive fleets at each number of GPUs that needs no full-time job, the largest first. */
  readonly smallFleetsOf: (weights: string, members: readonly Member[]) => readonly Iterable<BilledFleet>[];
  /** No more than the least expensive of those costs with its overflow, in USD a month. */
  readonly smallFloorUsd: (weights: string, members: readonly Member[]) => number;
  readonly overflowUsd: (index: number, overflow: TokenOption, fleet: SizedFleet) => number;
}

/**
 * Fleets that are priced together, from those that each group would take alone. Where they need more of your own machines than there are,
 * the best choice of who gets them. Where they have so many GPUs that people work on them full-time, others with fewer GPUs if those cost less
 * together with their people. In the order of the groups; undefined when nothing fits.
 *
 * Example: 10 small GPUs at 5,000 USD with a full-time engineer, or 2 large ones at 9,000 USD: the large ones, because the full-time
 * job costs 8,170 USD more.
 */
export function settledFleets(
  prices: FleetPrices,
  wished: readonly BilledFleet[],
  groups: () => Groups,
): readonly BilledFleet[] | undefined {
  const owning = wished.some(({ fleet }) => fleet.offer.owned !== undefined);
  const found = owning ? withinMachines(prices, wished, groups) : wished;
  const share = found === undefined ? 1 : shareOf(found);
  if (wished.length > FULL_TIME_ABOVE_GPUS || share === 0) return found;
  const fullTimeUsd = fullTimeSurchargeUsd(prices.context.facts, prices.context.what);
  if (found !== undefined && fullTimeUsd === 0) return found;
  const members = groups();
  const many = found && share < 1 ? laterFullTime(prices, found, members, fullTimeUsd) : found;
  const mostUsd = many === undefined ? Number.POSITIVE_INFINITY : fleetsUsd(prices, many, members) + shareOf(many) * fullTimeUsd;
  return smallFleets(prices, members, mostUsd) ?? many;
}

function shareOf(fleets: readonly BilledFleet[]): number {
  return fullTimeShare(fleets.map(({ fleet }) => fleet));
}

/**
 * A fleet that grows into a full-time job may have fewer GPUs that cost more, so that it does so later. Of several fleets none is changed for that: each
 * would depend on the others.
 */
function laterFullTime(prices: FleetPrices, found: readonly BilledFleet[], groups: Groups, fullTimeUsd: number): readonly BilledFleet[] {
  const [[weights, members] = ["", []], another] = groups;
  const fleet = another === undefined ? prices.staffedFleetOf(weights, members, fullTimeUsd) : undefined;
  if (fleet === undefined) return found;
  const usd = (fleets: readonly BilledFleet[]) => fleetsUsd(prices, fleets, groups) + shareOf(fleets) * fullTimeUsd;
  return usd([fleet]) < usd(found) ? [fleet] : found;
}

function withinMachines(prices: FleetPrices, fleets: readonly BilledFleet[], groups: () => Groups): readonly BilledFleet[] | undefined {
  const fits = (billed: readonly BilledFleet[]) => !oversubscribed(billed.map(({ fleet }) => fleet));
  if (fits(fleets)) return fleets;
  const members = groups();
  const all = [...members];
  const sum = (billed: readonly BilledFleet[]) => fleetsUsd(prices, billed, members);
  let best: readonly BilledFleet[] | undefined;
  for (let mask = 0; mask < 2 ** Math.min(all.length, MOST_FLEETS_THAT_SHARE_MACHINES); mask++) {
    const mayOwn = (index: number) => Math.floor(mask / 2 ** index) % 2 === 1;
    const next = all.flatMap(([weights, members], index) => prices.fleetOf(weights, members, mayOwn(index)) ?? []);
    if (next.length === all.length && fits(next) && (best === undefined || sum(next) < sum(best))) best = next;
  }
  return best;
}

/** Hardware of these fleets with what overflows from them, in USD a month. */
function fleetsUsd(prices: FleetPrices, fleets: readonly BilledFleet[], groups: Groups): number {
  const members = [...groups.values()];
  return fleets.reduce((sum, billed, index) => sum + groupUsd(prices, billed, members[index] ?? []), 0);
}

/** One fleet with what overflows from it, in USD a month. */
export function groupUsd(prices: Pick<FleetPrices, "overflowUsd">, { fleet, usd }: BilledFleet, members: readonly Member[]): number {
  return members.reduce((sum, { index, overflow }) => sum + (overflow === null ? 0 : prices.overflowUsd(index, overflow, fleet)), usd);
}

/**
 * The least expensive fleets that have together no more GPUs than need no full-time job, each counted at its largest; undefined when none cost
 * less than `mostUsd`.
 */
function smallFleets(prices: FleetPrices, groups: Groups, mostUsd: number): readonly BilledFleet[] | undefined {
  const asked = [...groups].map(([weights, members], at) => ({ weights, members, at, floorUsd: prices.smallFloorUsd(weights, members) }));
  let leastUsd = asked.reduce((sum, { floorUsd }) => sum + floorUsd, 0);
  const fronts: (() => readonly Size[])[] = [];
  // Those without a floor are sized quickly, and often tell that nothing so small can be: they come first.
  for (const { weights, members, at, floorUsd } of asked.sort((a, b) => a.floorUsd - b.floorUsd || a.at - b.at)) {
    if (leastUsd >= mostUsd) return undefined;
    const sizeOf = (billed: BilledFleet) => ({ billed, gpus: largestGpus(billed.fleet), usd: groupUsd(prices, billed, members) });
    const lists = prices.smallFleetsOf(weights, members);
    // Of a fleet that has all GPUs for itself only the largest size counts, and it tells whether smaller ones could be worth it.
    const largest = lists.flatMap((fleets) => firstOf(fleets) ?? []).map(sizeOf);
    leastUsd += Math.min(...largest.map(({ usd }) => usd)) - floorUsd;
    fronts[at] = () => (groups.size === 1 ? largest : lists.flatMap((fleets) => [...fleets].map(sizeOf)));
  }
  if (leastUsd >= mostUsd) return undefined;
  const fits = (picked: readonly Size[]) => !oversubscribed(picked.map(({ billed }) => billed.fleet));
  return fewGpus(
    fronts.map((front) => front()),
    mostUsd,
    fits,
  )?.map(({ billed }) => billed);
}

/** One size of a group's fleet. */
interface Size extends FleetSize {
  readonly billed: BilledFleet;
}

function firstOf<Value>(values: Iterable<Value>): Value | undefined {
  for (const value of values) return value;
  return undefined;
}
