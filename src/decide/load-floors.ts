import { HOURS_PER_WEEK, SLOTS } from "./base-load.ts";
import { SECONDS_PER_MONTH, TARGET_UTILISATION_RATIO } from "./defaults.ts";
import type { RequirementFacts, WorkloadFacts } from "./facts.ts";
import type { OffersByGpu, Tenant } from "./fleet.ts";
import { fixedUsd, frontier, interactiveIn, isSteady, monthlyUsd, type Pair, replicaRate } from "./pairs.ts";
import type { Scenario } from "./scenario.ts";

/**
 * Least that one tenant's load can cost a month, by stretch: every request of those hours on instances that are busy in the worst minute of each of
 * them, or on the overflow API where that costs less. On each stretch a lower bound of its part of any fleet, whoever shares it; batch
 * requests may fit into what stands idle.
 *
 * Why it holds: instances cost the same in every hour, so a stretch of a quarter of the week may be charged with all that they cost. A tenant
 * that asks for 4 replicas there and 1 elsewhere costs at least 4, where the whole week alone would say 1.75.
 */
export function loadFloorsUsd(
  tenant: Tenant,
  stretches: readonly Stretch[],
  offers: OffersByGpu,
  facts: RequirementFacts,
  what: Scenario,
): readonly number[] {
  const pairs = frontier(tenant.table, offers);
  const { workload, table } = tenant;
  const months = isSteady(workload) && tenant.overflowUsd === undefined ? 1 : facts.horizonMonths;
  const loads = stretches.map((stretch) => loadIn(stretch, workload.week));
  const usd = stretches.map(() => 0);
  for (let month = 0; month < months; month++) {
    let perRequest = Number.POSITIVE_INFINITY;
    for (const pair of pairs) {
      const rate = replicaRate(table, pair.key, month, facts.horizonMonths, what) * pair.replicas * TARGET_UTILISATION_RATIO;
      perRequest = Math.min(perRequest, (monthlyUsd(pair, what.gpuPrice) * workload.peakToAverage) / (rate * SECONDS_PER_MONTH));
    }
    const overflow = tenant.overflowUsd?.[month] ?? Number.POSITIVE_INFINITY;
    const requests = interactiveIn(workload, month, what);
    for (const [index, { weekRatio }] of stretches.entries())
      usd[index] = (usd[index] ?? 0) + requests * (loads[index] ?? 0) * Math.min(overflow, perRequest / weekRatio);
  }
  return usd.map((sum) => sum / months);
}

/** Some hours of the week, the same for all tenants that may share a fleet. */
export interface Stretch {
  readonly slots: readonly number[];
  /** Those hours as a share of the week. */
  readonly weekRatio: number;
}

/** Share of a week's load that falls into a stretch. */
function loadIn({ slots }: Stretch, week: readonly number[]): number {
  return slots.reduce((sum, slot) => sum + (SLOTS[slot]?.hoursPerWeek ?? 0) * (week[SLOTS[slot]?.at ?? 0] ?? 0), 0) / HOURS_PER_WEEK;
}

/** Hours of a day that the shorter stretches have: a peak alone, and more of what lies around it. */
const STRETCH_SLOTS = [1, 3, 6, 12, 18, 24, 36];

/** The whole week, and the busiest hours of it where instances run all the time. The loads are those of weeks, each weighed by what it costs. */
export function stretchesOf(
  weeks: readonly { readonly week: readonly number[]; readonly usd: number }[],
  weekly: boolean,
): readonly Stretch[] {
  const load = SLOTS.map(({ at }) => weeks.reduce((sum, { week, usd }) => sum + usd * (week[at] ?? 0), 0));
  const busiest = [...load.keys()].sort((a, b) => (load[b] ?? 0) - (load[a] ?? 0) || a - b);
  return [SLOTS.length, ...(weekly ? [] : STRETCH_SLOTS)].map((count) => {
    const slots = busiest.slice(0, count);
    return { slots, weekRatio: slots.reduce((sum, slot) => sum + (SLOTS[slot]?.hoursPerWeek ?? 0), 0) / HOURS_PER_WEEK };
  });
}

/** A month of the least expensive instance that can serve a tenant; undefined when none can. */
export function cheapestInstanceUsd(tenant: Tenant, offers: OffersByGpu, what: Scenario): number | undefined {
  const pairs = frontier(tenant.table, offers);
  if (pairs.length === 0) return undefined;
  return Math.min(...pairs.map((pair) => monthlyUsd(pair, what.gpuPrice)));
}

/** What bounds the cost of all tenants on one pair, whatever is left to an API. */
export interface PairFloor {
  /** Least over the horizon in USD: busy in the worst minute of every hour, or on their API, and one instance in any case. */
  readonly usd: number;
  /** Replicas that carry the worst minute of an average hour, and what a replica's worth of it costs at least on an API, in USD a month. */
  readonly replicas: number;
  readonly overflowUsdPerReplica: number;
  /** Replicas that what may not overflow keeps busy at the least in the worst minute of its busiest stretch. */
  readonly mustReplicas: number;
}

/** Floors of tenants that share a fleet which may leave load to an API or follow the week, for one pair after the other. */
export function pairFloors(
  tenants: readonly Tenant[],
  facts: RequirementFacts,
  what: Scenario,
  { spare, weekly }: { readonly spare: number; readonly weekly: boolean },
): (pair: Pair) => PairFloor {
  const { horizonMonths } = facts;
  const tokensOf = ({ inputTokens, outputTokens }: WorkloadFacts) => inputTokens.expected + outputTokens.expected;
  const weeks = tenants.map(({ workload }) => ({ week: workload.week, usd: interactiveIn(workload, 0, what) * tokensOf(workload) }));
  const stretches = stretchesOf(weeks, weekly);
  const perStretch = Float64Array.from(stretches, ({ weekRatio }) => 1 / weekRatio);
  const asked = tenants.map(({ workload, table, overflowUsd }) => ({
    table,
    peakToAverage: workload.peakToAverage,
    least: overflowUsd === undefined ? Number.POSITIVE_INFINITY : Math.min(...overflowUsd),
    requests: Array.from({ length: isSteady(workload) ? 1 : horizonMonths }, (_, month) => interactiveIn(workload, month, what)),
    loads: Float64Array.from(stretches, (stretch) => loadIn(stretch, workload.week)),
  }));
  return (pair) => {
    const monthUsd = monthlyUsd(pair, what.gpuPrice);
    const usd = new Float64Array(perStretch.length);
    const [mustFirst, mustLast] = [new Float64Array(perStretch.length), new Float64Array(perStretch.length)];
    let [replicas, overflowUsdPerReplica] = [0, Number.POSITIVE_INFINITY];
    for (const { table, peakToAverage, least, requests, loads } of asked) {
      for (let month = 0; month < requests.length; month++) {
        const count = requests[month] ?? 0;
        const replica = replicaRate(table, pair.key, month, horizonMonths, what) * SECONDS_PER_MONTH;
        const own = (monthUsd * peakToAverage) / (replica * pair.replicas * TARGET_UTILISATION_RATIO);
        const share = (count * horizonMonths) / requests.length;
        for (let at = 0; at < usd.length; at++) {
          usd[at] = (usd[at] ?? 0) + share * (loads[at] ?? 0) * Math.min(own * (perStretch[at] ?? 0), least);
        }
        const busy = (count * peakToAverage) / replica;
        if (least === Number.POSITIVE_INFINITY) {
          if (month === 0) addTo(mustFirst, loads, busy);
          if (month === requests.length - 1) addTo(mustLast, loads, busy);
        }
        replicas += busy / requests.length;
        overflowUsdPerReplica = Math.min(overflowUsdPerReplica, (least * replica) / peakToAverage);
      }
    }
    let most = monthUsd * horizonMonths;
    for (const sum of usd) if (sum > most) most = sum;
    const instancesUsd = most + spare * monthUsd * horizonMonths;
    let mustReplicas = 0;
    for (let at = 0; at < perStretch.length; at++)
      mustReplicas = Math.max(mustReplicas, Math.max(mustFirst[at] ?? 0, mustLast[at] ?? 0) * (perStretch[at] ?? 0));
    return { usd: instancesUsd + fixedUsd(pair, what.gpuPrice) * horizonMonths, replicas, overflowUsdPerReplica, mustReplicas };
  };
}

function addTo(sums: Float64Array, loads: Float64Array, factor: number): void {
  for (let at = 0; at < sums.length; at++) sums[at] = (sums[at] ?? 0) + factor * (loads[at] ?? 0);
}

/** Far more than loads differ by when they are added up in another order. */
const ROUNDING = 1e-6;

/**
 * As `PairFloor.usd` where no more than `capacity` replicas may be busy: what they cannot carry goes to the API that costs least. Infinite where it may not go.
 *
 * Example: 10 replicas' worth of load on 4 at 1,000 USD a replica and an API at 1,500: 4,000 + 6 x 1,500 = 13,000 USD a month.
 */
export function floorWithin(
  { usd, replicas, overflowUsdPerReplica, mustReplicas }: PairFloor,
  capacity: number,
  usdPerReplica: number,
  months: number,
): number {
  if (mustReplicas > capacity * (1 + ROUNDING)) return Number.POSITIVE_INFINITY;
  if (replicas <= capacity || overflowUsdPerReplica <= usdPerReplica) return usd;
  return Math.max(usd, (capacity * usdPerReplica + (replicas - capacity) * overflowUsdPerReplica) * months);
}

/** What serves all of a tenant's requests at the least on one configuration, were it busy in the worst minute of every hour. */
export interface HostedFloor {
  /** USD of an average month. */
  readonly usd: number;
  /** GPUs in the smallest month. */
  readonly gpus: number;
}

/** The floors of one tenant on every configuration that it may want: cheap GPUs or few. */
export function hostedFloors(
  { workload, table }: Tenant,
  offers: OffersByGpu,
  facts: RequirementFacts,
  what: Scenario,
): readonly HostedFloor[] {
  const months = isSteady(workload) ? 1 : facts.horizonMonths;
  return frontier(table, offers).map((pair) => {
    const monthUsd = monthlyUsd(pair, what.gpuPrice);
    let [instances, least] = [0, Number.POSITIVE_INFINITY];
    for (let month = 0; month < months; month++) {
      const rate = replicaRate(table, pair.key, month, facts.horizonMonths, what) * pair.replicas * TARGET_UTILISATION_RATIO;
      const busy = (interactiveIn(workload, month, what) * workload.peakToAverage) / (rate * SECONDS_PER_MONTH);
      instances += busy;
      least = Math.min(least, busy);
    }
    return { usd: (instances / months) * monthUsd, gpus: least * pair.offer.instance.gpuCount };
  });
}
