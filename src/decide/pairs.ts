import type { ServingOption } from "../capacity/types.ts";
import { rootVolumeGiB } from "../stack-resources.ts";
import { requestsIn } from "./api-cost.ts";
import { HOURS_PER_MONTH } from "./defaults.ts";
import type { WorkloadFacts } from "./facts.ts";
import type { OffersByGpu, SizedFleet, Tenant } from "./fleet.ts";
import { rateAt } from "./fleet-load.ts";
import { byText } from "./order.ts";
import { hourlyUsd } from "./owned.ts";
import type { InstanceOffer } from "./prices.ts";
import type { Scenario } from "./scenario.ts";
import type { ServingTable } from "./serving-table.ts";

/** A serving configuration on an instance that carries its GPU. */
export interface Pair {
  readonly key: string;
  readonly option: ServingOption;
  readonly offer: InstanceOffer;
  /** Whole replicas on one instance, at least 1. */
  readonly replicas: number;
  /** A month of one instance with its disk, logs and metrics, at list price in USD. */
  readonly instanceUsd: number;
  /** What a fleet pays once whatever its size, in USD a month: weights in the bucket, disks of warm instances, the spot fleet's base on demand. */
  readonly fixedUsd: number;
}

/** Lists of pairs, each for a table and the offers that it was asked with last: one decision asks hundreds of times. */
type Remembered = WeakMap<ServingTable, { readonly offers: OffersByGpu; readonly pairs: readonly Pair[] }>;

const allPairs: Remembered = new WeakMap();

/** Every configuration of a table on every instance that carries its GPU and may be wanted. */
export function pairsOf(table: ServingTable, offers: OffersByGpu): readonly Pair[] {
  const known = allPairs.get(table);
  if (known?.offers === offers) return known.pairs;
  const pairs = [...table.options].flatMap(([key, { first }]) => wantedOffers(first, offers).map((row) => pairOf(key, first, row)));
  allPairs.set(table, { offers, pairs });
  return pairs;
}

function pairOf(key: string, option: ServingOption, { offer, replicas }: WantedOffer): Pair {
  const weightsGiB = option.memory.weightsGiB * option.configuration.tensorParallel;
  const { instanceUsd, diskGiBUsd, throughputUsd, warmInstances, weightsGiBUsd } = offer.beside;
  const diskUsd = diskGiBUsd * rootVolumeGiB(weightsGiB);
  const warmUsd = warmInstances * (diskUsd + throughputUsd);
  return {
    key,
    option,
    offer,
    replicas,
    instanceUsd: offer.usdPerHour * HOURS_PER_MONTH + instanceUsd + diskUsd,
    fixedUsd: weightsGiB * weightsGiBUsd + warmUsd + offer.onDemandBaseUsdPerHour * HOURS_PER_MONTH,
  };
}

/** An instance type on which a configuration may be wanted, with the replicas that it holds. */
interface WantedOffer {
  readonly offer: InstanceOffer;
  readonly replicas: number;
}

const wantedOf = new WeakMap<OffersByGpu, Map<string, readonly WantedOffer[]>>();

/** Instances with a configuration's GPU, without those that cost at least as much for no more replicas: a policy's prices decide that once for all models. */
function wantedOffers({ configuration: { gpu, tensorParallel } }: ServingOption, offers: OffersByGpu): readonly WantedOffer[] {
  const known = wantedOf.get(offers) ?? new Map<string, readonly WantedOffer[]>();
  wantedOf.set(offers, known);
  const key = `${gpu.id}/${tensorParallel}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const rows = (offers.get(gpu.id) ?? [])
    .map((offer): WantedOffer => ({ offer, replicas: Math.floor(offer.instance.gpuCount / tensorParallel) }))
    .filter(({ replicas }) => replicas > 0)
    .sort(
      (a, b) =>
        a.offer.usdPerHour - b.offer.usdPerHour ||
        b.replicas - a.replicas ||
        a.offer.instance.gpuCount - b.offer.instance.gpuCount ||
        byText(a.offer.instance.id, b.offer.instance.id),
    );
  const kept: WantedOffer[] = [];
  for (const next of rows) if (!kept.some((better) => isBetterOffer(better, next))) kept.push(next);
  known.set(key, kept);
  return kept;
}

/** `next` costs no less an hour. Your own machines are always looked at: what must stay on your premises needs them, and they run out. */
function isBetterOffer(better: WantedOffer, next: WantedOffer): boolean {
  return (
    better.offer.owned === undefined &&
    next.offer.owned === undefined &&
    better.replicas >= next.replicas &&
    better.offer.instance.gpuCount <= next.offer.instance.gpuCount &&
    better.offer.onDemandBaseUsdPerHour <= next.offer.onDemandBaseUsdPerHour
  );
}

interface Rated {
  readonly pair: Pair;
  readonly rates: readonly number[];
}

/**
 * Whether `next`, which costs no less an hour, is never wanted beside `better`. Owned machines run out, fewer GPUs can need fewer people, and an fp8 KV
 * cache is wanted only where the volume makes it cheaper, so none of these rules another pair out for good.
 */
function beats({ pair: better, rates }: Rated, { pair: next, rates: nextRates }: Rated): boolean {
  for (let index = 0; index < rates.length; index++) if ((rates[index] ?? 0) < (nextRates[index] ?? 0)) return false;
  return (
    better.offer.owned === undefined &&
    better.offer.instance.gpuCount <= next.offer.instance.gpuCount &&
    better.instanceUsd <= next.instanceUsd &&
    better.fixedUsd <= next.fixedUsd &&
    better.option.configuration.kvPrecision <= next.option.configuration.kvPrecision
  );
}

/** Order among pairs of equal cost: a KV cache in bf16 first, then the smaller id. */
export function tieOrder(pair: Pair): string {
  return `${pair.option.configuration.kvPrecision}/${fleetId(pair)}`;
}

const frontiers: Remembered = new WeakMap();

/** Pairs that no other pair beats on price, GPUs and every rate: all that a single tenant can want at any volume. */
export function frontier(table: ServingTable, offers: OffersByGpu): readonly Pair[] {
  const known = frontiers.get(table);
  if (known?.offers === offers) return known.pairs;
  const pairs = unbeaten(pairsOf(table, offers).map((pair) => ({ pair, rates: ratesOf(table, pair) })));
  frontiers.set(table, { offers, pairs });
  return pairs;
}

function unbeaten(rows: Rated[]): readonly Pair[] {
  rows.sort(
    (a, b) =>
      a.pair.offer.usdPerHour - b.pair.offer.usdPerHour ||
      (b.rates[0] ?? 0) - (a.rates[0] ?? 0) ||
      byText(fleetId(a.pair), fleetId(b.pair)),
  );
  const kept: Rated[] = [];
  for (const next of rows) if (!kept.some((better) => beats(better, next))) kept.push(next);
  return kept.map(({ pair }) => pair);
}

const shared = new WeakMap<
  ServingTable,
  { readonly offers: OffersByGpu; readonly rest: readonly ServingTable[]; readonly pairs: readonly Pair[] }
>();

/** Pairs that serve all tenants and that no other pair beats for each of them. */
export function pairsFor(tenants: readonly Tenant[], offers: OffersByGpu): readonly Pair[] {
  const [head, ...rest] = tenants.map(({ table }) => table);
  if (head === undefined) return [];
  if (rest.length === 0) return frontier(head, offers);
  const known = shared.get(head);
  if (known?.offers === offers && known.rest.length === rest.length && known.rest.every((table, index) => table === rest[index]))
    return known.pairs;
  const rows = pairsOf(head, offers)
    .filter(({ key }) => rest.every((table) => table.options.has(key)))
    .map((pair) => ({ pair, rates: [head, ...rest].flatMap((table) => ratesOf(table, pair)) }));
  const pairs = unbeaten(rows);
  shared.set(head, { offers, rest, pairs });
  return pairs;
}

/** Rates of one instance, in the middle and at both ends of the band, at the first month's tokens and at the last's where those differ. */
function ratesOf(table: ServingTable, { key, replicas }: Pair): readonly number[] {
  const both = table.options.get(key);
  if (both === undefined) throw new Error(`defect: ${key} does not serve ${table.model.id}`);
  const rates: number[] = [];
  for (const { capacity } of both.first === both.last ? [both.first] : [both.first, both.last]) {
    const { expected, p10, p90 } = capacity.requestsPerSecond;
    rates.push(expected * replicas, p10 * replicas, p90 * replicas);
  }
  return rates;
}

/** What tells apart a configuration with an fp8 KV cache. */
export function cacheSuffix({ configuration }: ServingOption): string {
  return configuration.kvPrecision === "fp8" ? "/kv-fp8" : "";
}

/** Stable id of a fleet: `llama-3.3-70b-instruct/fp8/p5.48xlarge/tp2`, with `/kv-fp8` where the KV cache is in fp8. */
export function fleetId({ option, offer }: Pick<SizedFleet, "option" | "offer">): string {
  const { model, precision, tensorParallel } = option.configuration;
  return `${model.id}/${precision}/${offer.instance.id}/tp${tensorParallel}${cacheSuffix(option)}`;
}

/** `fixedUsd` of a pair when rented GPUs cost `gpuPrice` times as much. */
export function fixedUsd(pair: Pair, gpuPrice: number): number {
  return pair.fixedUsd + pair.offer.onDemandBaseUsdPerHour * HOURS_PER_MONTH * (gpuPrice - 1);
}

/** A month of one instance of a pair, in USD, when rented GPUs cost `gpuPrice` times as much. */
export function monthlyUsd({ instanceUsd, offer }: Pair, gpuPrice: number): number {
  return instanceUsd + (hourlyUsd(offer, gpuPrice) - offer.usdPerHour) * HOURS_PER_MONTH;
}

/** Whether neither requests nor tokens grow. */
export function isSteady({ growthRatioPerMonth, tokenGrowthRatioPerMonth }: WorkloadFacts): boolean {
  return growthRatioPerMonth === 0 && tokenGrowthRatioPerMonth === 0;
}

/** Requests of a month that do not wait for a batch. */
export function interactiveIn(workload: WorkloadFacts, month: number, what: Scenario): number {
  return requestsIn(workload, month, what) * (1 - workload.batchRatio);
}

/** Requests/s that one replica serves within the promise in month `month`; between first and last month on a straight line in the logarithm. */
export function replicaRate(table: ServingTable, key: string, month: number, months: number, what: Scenario): number {
  const pair = table.options.get(key);
  if (pair === undefined) throw new Error(`defect: ${key} does not serve ${table.model.id}`);
  const [from, to] = [pair.first.capacity.requestsPerSecond[what.throughput], pair.last.capacity.requestsPerSecond[what.throughput]];
  return rateAt(from, to, month, months) * what.throughputFactor * pair.rateRatio[what.tokens];
}
