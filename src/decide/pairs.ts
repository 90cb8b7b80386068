import type { ServingOption } from "../capacity/types.ts";
import { requestsIn } from "./api-cost.ts";
import { HOURS_PER_MONTH, TARGET_UTILISATION_RATIO } from "./defaults.ts";
import type { RequirementFacts } from "./facts.ts";
import type { OffersByGpu, ServingTable, SizedFleet, Tenant } from "./fleet.ts";
import { hourlyUsd } from "./owned.ts";
import type { InstanceOffer } from "./prices.ts";
import type { Scenario } from "./scenario.ts";

/** A serving configuration on an instance that carries its GPU. */
export interface Pair {
  readonly id: string;
  readonly key: string;
  readonly option: ServingOption;
  readonly offer: InstanceOffer;
  /** Whole replicas on one instance, at least 1. */
  readonly replicas: number;
}

export function pairsOf(table: ServingTable, offers: OffersByGpu): readonly Pair[] {
  return [...table.options].flatMap(([key, { first: option }]) =>
    (offers.get(option.configuration.gpu.id) ?? []).flatMap((offer) => {
      const replicas = Math.floor(offer.instance.gpuCount / option.configuration.tensorParallel);
      return replicas === 0 ? [] : [{ id: fleetId({ model: table.model, option, offer }), key, option, offer, replicas }];
    }),
  );
}

interface Rated {
  readonly pair: Pick<Pair, "option" | "offer">;
  readonly rates: readonly number[];
}

/**
 * Whether the dearer or equal `next` is never wanted beside `better`. Owned machines run out, and an fp8 KV cache is wanted only where the volume makes it
 * cheaper, so neither rules another pair out for good.
 */
function beats(better: Rated, next: Rated): boolean {
  const cache = ({ pair }: Rated) => pair.option.configuration.kvPrecision;
  if (better.pair.offer.owned !== undefined || cache(better) > cache(next)) return false;
  for (let index = 0; index < better.rates.length; index++) if ((better.rates[index] ?? 0) < (next.rates[index] ?? 0)) return false;
  return true;
}

/** Order among pairs of equal cost: a KV cache in bf16 first, then the smaller id. */
export function tieOrder({ option, id }: Pair): string {
  return `${option.configuration.kvPrecision}/${id}`;
}

const frontiers = new WeakMap<ServingTable, { readonly offers: OffersByGpu; readonly pairs: readonly Pair[] }>();

/**
 * Pairs that no other pair beats on price and on every rate: all that a single tenant can want at any volume.
 * Kept for each table, because tipping points ask the same question hundreds of times.
 */
export function frontier(table: ServingTable, offers: OffersByGpu): readonly Pair[] {
  const known = frontiers.get(table);
  if (known?.offers === offers) return known.pairs;
  const rows = unnamedPairs(table, offers);
  const id = (row: Unnamed) => fleetId({ model: table.model, ...row.pair });
  rows.sort(
    (a, b) => a.pair.offer.usdPerHour - b.pair.offer.usdPerHour || (b.rates[0] ?? 0) - (a.rates[0] ?? 0) || (id(a) < id(b) ? -1 : 1),
  );
  const kept: Unnamed[] = [];
  for (const next of rows) if (!kept.some((better) => beats(better, next))) kept.push(next);
  const pairs = kept.map((row) => ({ id: id(row), ...row.pair }));
  frontiers.set(table, { offers, pairs });
  return pairs;
}

/** A pair before it has its id, with the rates of one instance: most pairs of a table are beaten and never need a name. */
interface Unnamed {
  readonly pair: Omit<Pair, "id">;
  readonly rates: readonly number[];
}

function unnamedPairs(table: ServingTable, offers: OffersByGpu): Unnamed[] {
  const rows: Unnamed[] = [];
  for (const [key, { first, last }] of table.options) {
    const bands = first === last ? [first] : [first, last];
    for (const offer of offers.get(first.configuration.gpu.id) ?? []) {
      const replicas = Math.floor(offer.instance.gpuCount / first.configuration.tensorParallel);
      if (replicas === 0) continue;
      const rates: number[] = [];
      for (const { capacity } of bands) {
        const { expected, p10, p90 } = capacity.requestsPerSecond;
        rates.push(expected * replicas, p10 * replicas, p90 * replicas);
      }
      rows.push({ pair: { key, option: first, offer, replicas }, rates });
    }
  }
  return rows;
}

interface JointFrontier {
  readonly tables: readonly ServingTable[];
  readonly offers: OffersByGpu;
  readonly pairs: readonly Pair[];
}

const jointFrontiers = new WeakMap<ServingTable, JointFrontier[]>();

/** As `frontier`, for several tenants on one fleet: pairs that serve all of them and that no other pair beats for each of them. */
export function jointFrontier(tenants: readonly Tenant[], offers: OffersByGpu): readonly Pair[] {
  const [head, ...rest] = tenants.map(({ table }) => table);
  if (head === undefined) return [];
  if (rest.length === 0) return frontier(head, offers);
  const known = jointFrontiers.get(head) ?? [];
  const same = known.find(
    (row) => row.offers === offers && row.tables.length === rest.length && row.tables.every((table, index) => table === rest[index]),
  );
  if (same !== undefined) return same.pairs;
  const rows = pairsOf(head, offers)
    .filter((pair) => rest.every((table) => table.options.has(pair.key)))
    .map((pair) => ({ pair, rates: [head, ...rest].flatMap((table) => ratesOf(table, pair)) }))
    .sort(
      (a, b) => a.pair.offer.usdPerHour - b.pair.offer.usdPerHour || sumOf(b.rates) - sumOf(a.rates) || (a.pair.id < b.pair.id ? -1 : 1),
    );
  const kept: typeof rows = [];
  for (const next of rows) {
    if (!kept.some((better) => beats(better, next))) kept.push(next);
  }
  const pairs = kept.map(({ pair }) => pair);
  jointFrontiers.set(head, [...known, { tables: rest, offers, pairs }]);
  return pairs;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Rates of one instance at the first and the last month, in the middle and at both ends of the band. */
function ratesOf(table: ServingTable, pair: Pair): readonly number[] {
  const both = table.options.get(pair.key);
  if (both === undefined) throw new Error(`defect: ${pair.key} does not serve ${table.model.id}`);
  return [both.first, both.last].flatMap(({ capacity }) => {
    const { expected, p10, p90 } = capacity.requestsPerSecond;
    return [expected * pair.replicas, p10 * pair.replicas, p90 * pair.replicas];
  });
}

/** What tells apart a configuration with an fp8 KV cache. */
export function cacheSuffix({ configuration }: ServingOption): string {
  return configuration.kvPrecision === "fp8" ? "/kv-fp8" : "";
}

/** Stable id of a fleet: `llama-3.3-70b-instruct/fp8/p5.48xlarge/tp2`, with `/kv-fp8` where the KV cache is in fp8. */
export function fleetId(fleet: Pick<SizedFleet, "model" | "option" | "offer">): string {
  const { precision, tensorParallel } = fleet.option.configuration;
  return `${fleet.model.id}/${precision}/${fleet.offer.instance.id}/tp${tensorParallel}${cacheSuffix(fleet.option)}`;
}

/** Least that all tenants can cost on one pair over the horizon: never idle, or on their API, and one instance in any case. */
export function pairFloorUsd(pair: Pair, tenants: readonly Tenant[], facts: RequirementFacts, what: Scenario): number {
  const usdPerHour = hourlyUsd(pair.offer, what.gpuPrice);
  let usd = 0;
  for (const { workload, table, overflowUsd } of tenants) {
    const least = overflowUsd === undefined ? undefined : Math.min(...overflowUsd);
    const steady = workload.growthRatioPerMonth === 0 && workload.tokenGrowthRatioPerMonth === 0;
    const months = steady ? 1 : facts.horizonMonths;
    for (let month = 0; month < months; month++) {
      const rate = replicaRate(table, pair.key, month, facts.horizonMonths, what) * pair.replicas * TARGET_UTILISATION_RATIO;
      const own = usdPerHour / (rate * 3600);
      usd += (requestsIn(workload, month, what) * Math.min(own, least ?? own) * facts.horizonMonths) / months;
    }
  }
  return Math.max(usd, usdPerHour * HOURS_PER_MONTH * facts.horizonMonths);
}

/**
 * Least that one tenant's load can cost a month: every request on an instance that is never idle, or on the overflow API where
 * that costs less. A lower bound of its part of any fleet, whoever shares it.
 */
export function loadFloorUsd(tenant: Tenant, offers: OffersByGpu, facts: RequirementFacts, what: Scenario): number {
  const pairs = frontier(tenant.table, offers);
  let usd = 0;
  for (let month = 0; month < facts.horizonMonths; month++) {
    const perRequest = pairs.map(({ key, replicas, offer }) => {
      const rate = replicaRate(tenant.table, key, month, facts.horizonMonths, what) * replicas * TARGET_UTILISATION_RATIO;
      return hourlyUsd(offer, what.gpuPrice) / (rate * 3600);
    });
    const overflow = tenant.overflowUsd?.[month] ?? Number.POSITIVE_INFINITY;
    usd += requestsIn(tenant.workload, month, what) * Math.min(overflow, ...perRequest);
  }
  return usd / facts.horizonMonths;
}

/** A month of the least expensive instance that can serve a tenant; undefined when none can. */
export function cheapestInstanceUsd(tenant: Tenant, offers: OffersByGpu, what: Scenario): number | undefined {
  const pairs = frontier(tenant.table, offers);
  if (pairs.length === 0) return undefined;
  return Math.min(...pairs.map(({ offer }) => hourlyUsd(offer, what.gpuPrice))) * HOURS_PER_MONTH;
}

/** Requests/s that one replica serves within the promise in month `month`; between first and last month on a straight line in the logarithm. */
export function replicaRate(table: ServingTable, key: string, month: number, months: number, what: Scenario): number {
  const pair = table.options.get(key);
  if (pair === undefined) throw new Error(`defect: ${key} does not serve ${table.model.id}`);
  const from = pair.first.capacity.requestsPerSecond[what.throughput];
  const to = pair.last.capacity.requestsPerSecond[what.throughput];
  const at = months === 1 ? 0 : month / (months - 1);
  return from * (to / from) ** at * what.throughputFactor * pair.rateRatio[what.tokens];
}
