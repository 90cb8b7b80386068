import { HOURS_PER_MONTH } from "./defaults.ts";

/**
 * A typical week as 48 kinds of hour: the 24 hours of a weekday, each five times, then those of a weekend day, each twice.
 * All weeks of `traffic.ts` are made of them.
 */
export const SLOTS: readonly { readonly at: number; readonly hoursPerWeek: number }[] = [
  ...Array.from({ length: 24 }, (_, hour) => ({ at: hour, hoursPerWeek: 5 })),
  ...Array.from({ length: 24 }, (_, hour) => ({ at: 120 + hour, hoursPerWeek: 2 })),
];
export const HOURS_PER_WEEK = 168;
/** Weeks of a month: 730 / 168 = 4.345. */
export const WEEKS_PER_MONTH = HOURS_PER_MONTH / HOURS_PER_WEEK;

/**
 * What one month asks of a fleet, in busy replicas of its configuration, by slot of the week.
 *
 * `must` and `may` are loads of the hour's worst minute (mean of the hour x peak factor): those that the fleet has to serve,
 * and those that an API may take. `overflowUsd` is what one hour costs when the API takes all of `may`.
 */
export interface Demand {
  readonly must: readonly number[];
  readonly may: readonly number[];
  readonly overflowUsd: readonly number[];
  /** Mean loads of the hour, to know what is left for batch requests. */
  readonly meanMust: readonly number[];
  readonly meanMay: readonly number[];
  /** Batch requests, averaged over the week: they wait for a free hour and never overflow. */
  readonly batch: number;
}

/**
 * Share of the overflowing load that goes to the API in one slot: (must + may - capacity) / may, between 0 and 1.
 *
 * `must` and `may` are loads of the worst minute, so an hour is counted as if all its requests came at the rate of its worst
 * minute. That is the largest overflow that any course of load within the hour can cause: with mean m and worst minute k x m,
 * the expected excess over c is at most m - c / k, reached when load is either 0 or k x m. The API's bill is never understated.
 *
 * Example: 10 replicas' worth of load in the worst minute on a capacity of 7 sends 30 % of the hour's requests to the API.
 */
export function overflowShare(must: number, may: number, capacity: number): number {
  if (may <= 0) return 0;
  return Math.min(1, Math.max(0, (must + may - capacity) / may));
}

/** Overflow of a month in USD when slot `index` of the week has `capacityAt(index)` busy replicas to give. */
export function overflowUsdOf(demand: Demand, capacityAt: (slot: number) => number): number {
  const { must, may, overflowUsd } = demand;
  let usd = 0;
  for (let slot = 0; slot < SLOTS.length; slot++) {
    const cost = overflowUsd[slot] ?? 0;
    if (cost > 0) usd += (SLOTS[slot]?.hoursPerWeek ?? 0) * cost * overflowShare(must[slot] ?? 0, may[slot] ?? 0, capacityAt(slot));
  }
  return usd * WEEKS_PER_MONTH;
}

/**
 * `overflowUsdOf` where every hour has the same capacity, with `overflowShare` written out: a fleet's size is looked for by it, so it is asked hundreds of
 * thousands of times.
 */
function overflowUsdAt({ must, may, overflowUsd }: Demand, capacity: number): number {
  let usd = 0;
  for (let slot = 0; slot < SLOTS.length; slot++) {
    const leaves = may[slot] ?? 0;
    const excess = (must[slot] ?? 0) + leaves - capacity;
    if (excess <= 0 || leaves <= 0) continue;
    usd += (SLOTS[slot]?.hoursPerWeek ?? 0) * (overflowUsd[slot] ?? 0) * (excess >= leaves ? 1 : excess / leaves);
  }
  return usd * WEEKS_PER_MONTH;
}

/** Whether a week of this capacity holds the mean load that stays and all batch requests. */
export function roomForBatch(demand: Demand, capacityAt: (slot: number) => number): boolean {
  if (demand.batch <= 0) return true;
  const { must, may, meanMust, meanMay } = demand;
  let room = 0;
  for (const [slot, { hoursPerWeek }] of SLOTS.entries()) {
    const capacity = capacityAt(slot);
    const stays = 1 - overflowShare(must[slot] ?? 0, may[slot] ?? 0, capacity);
    room += hoursPerWeek * (capacity - (meanMust[slot] ?? 0) - (meanMay[slot] ?? 0) * stays);
  }
  return room >= demand.batch * HOURS_PER_WEEK - 1e-9;
}

/** Price and capacity of one instance: what it costs an hour, and the busy replicas that it may carry. */
export interface UnitOfFleet {
  readonly usdPerHour: number;
  readonly capacity: number;
  /** What a start costs besides its hours, where the fleet follows the week. */
  readonly startUsd: number;
  /** Instances that may run at once, spares not counted; infinite where nothing limits them. */
  readonly most: number;
}

/** Smallest number of instances that a load needs; at least 1. Rounding noise of a billionth does not add an instance. */
export function instancesFor(load: number, unit: UnitOfFleet): number {
  return Math.max(1, Math.ceil(load / unit.capacity - 1e-9));
}

/**
 * Instances that run all month and cost least together with the overflow, without spares; undefined when what may not overflow needs
 * more than there may be. More instances never raise the overflow and save less and less of it, so the cost is convex in their number and
 * the least is found by bisection.
 */
export function steadyInstances(demand: Demand, unit: UnitOfFleet): number | undefined {
  let [peak, least, mayMost] = [0, 0, 0];
  for (let slot = 0; slot < SLOTS.length; slot++) {
    const must = demand.must[slot] ?? 0;
    const may = demand.may[slot] ?? 0;
    if (must + may > peak) peak = must + may;
    if (must > least) least = must;
    if (may > mayMost) mayMost = may;
  }
  // Without batch requests the worst minute is never below the mean.
  const most = instancesFor(demand.batch > 0 ? Math.max(peak, meanOf(demand) + demand.batch) : peak, unit);
  if (mayMost === 0) return within(most, unit);
  const enough = withRoom(demand, unit, Math.min(most, instancesFor(least, unit)), most);
  if (enough > unit.most) return undefined;
  let [low, high] = [enough, Math.min(most, unit.most)];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (steadyUsd(demand, unit, middle) <= steadyUsd(demand, unit, middle + 1)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The least count from `from` to `most` that has room for batch requests. */
function withRoom(demand: Demand, unit: UnitOfFleet, from: number, most: number): number {
  for (let count = from; count < most; count++) if (roomForBatch(demand, () => count * unit.capacity)) return count;
  return most;
}

/** What `count` instances that run all month cost with the overflow. */
function steadyUsd(demand: Demand, unit: UnitOfFleet, count: number): number {
  return count * unit.usdPerHour * HOURS_PER_MONTH + overflowUsdAt(demand, count * unit.capacity);
}

/** Mean load of the week that is not batch. */
function meanOf({ meanMust, meanMay }: Demand): number {
  return (
    SLOTS.reduce((sum, { hoursPerWeek }, slot) => sum + hoursPerWeek * ((meanMust[slot] ?? 0) + (meanMay[slot] ?? 0)), 0) / HOURS_PER_WEEK
  );
}

function within(count: number, { most }: UnitOfFleet): number | undefined {
  return count > most ? undefined : count;
}

/**
 * Instances of each slot when the fleet follows the week, without spares; undefined when there may not be as many. Within an hour the cost is
 * linear in the capacity up to the load, so the least lies at the load that must be served, just below the whole load, or at the whole load.
 */
export function weeklyInstances(demand: Demand, unit: UnitOfFleet): readonly number[] | undefined {
  const counts = SLOTS.map((_, slot) => {
    const [must, may] = [demand.must[slot] ?? 0, demand.may[slot] ?? 0];
    const least = instancesFor(must, unit);
    const all = instancesFor(must + may, unit);
    const usd = (count: number) =>
      count * unit.usdPerHour + (demand.overflowUsd[slot] ?? 0) * overflowShare(must, may, count * unit.capacity);
    const wanted = [least, Math.max(least, all - 1), all].map((count) => Math.max(least, Math.min(count, unit.most)));
    return wanted.reduce((best, next) => (usd(next) < usd(best) ? next : best));
  });
  const busiest = Math.max(...counts);
  let extra = 0;
  while (busiest + extra <= unit.most && !roomForBatch(demand, (slot) => ((counts[slot] ?? 0) + extra) * unit.capacity)) extra++;
  return busiest + extra > unit.most ? undefined : counts.map((count) => count + extra);
}

/** Instances that are started in a typical week: the steps upwards from hour to hour, Sunday's last hour before Monday's first. */
export function startsPerWeek(counts: readonly number[]): number {
  const at = (day: number, hour: number) => counts[(day < 5 ? 0 : 24) + hour] ?? 0;
  const week = Array.from({ length: HOURS_PER_WEEK }, (_, index) => at(Math.floor(index / 24), index % 24));
  return week.reduce((sum, count, index) => sum + Math.max(0, count - (week.at(index - 1) ?? 0)), 0);
}
