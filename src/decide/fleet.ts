import type { ServingOption, ServingSearch } from "../capacity/types.ts";
import type { OpenModel } from "../catalog/schema.ts";
import { requestsIn } from "./api-cost.ts";
import {
  HOURS_PER_MONTH,
  SCHEDULABLE_PURCHASES,
  SECONDS_PER_MONTH,
  SPARE_FROM_AVAILABILITY_RATIO,
  startUpHours,
  TARGET_UTILISATION_RATIO,
} from "./defaults.ts";
import { type ElasticPlan, type ElasticQuestion, elasticPlan } from "./elastic.ts";
import type { RequirementFacts, WorkloadFacts } from "./facts.ts";
import { rentedOnly, withinMachines } from "./owned.ts";
import { cacheSuffix, frontier, jointFrontier, type Pair, pairFloorUsd, pairsOf, replicaRate, tieOrder } from "./pairs.ts";
import type { InstanceOffer } from "./prices.ts";
import type { Scenario } from "./scenario.ts";
import { busiestHour, type WeeklyLoad } from "./traffic.ts";

/** What the capacity model found for one workload on one model: by configuration key, at the first and the last month's tokens. */
export interface ServingTable {
  readonly model: OpenModel;
  readonly options: ReadonlyMap<string, ServedConfiguration>;
}

/** One configuration at the first and the last month's tokens, and its rate at the ends of the declared ranges against the expected one. */
export interface ServedConfiguration {
  readonly first: ServingOption;
  readonly last: ServingOption;
  readonly rateRatio: { readonly low: number; readonly expected: 1; readonly high: number };
}

/** Searches of one model for one workload: by month of the horizon, and at the ends of the declared token ranges. */
export interface ServingSearches {
  readonly first: ServingSearch;
  readonly last: ServingSearch;
  readonly low: ServingSearch;
  readonly high: ServingSearch;
}

/** Identity of a serving configuration, without the context length: `fp8/h100-80gb/tp2`, with `/kv-fp8` where the KV cache is in fp8. */
export function configurationKey(option: ServingOption): string {
  const { configuration } = option;
  const known = configurationKeys.get(configuration);
  if (known !== undefined) return known;
  const { precision, gpu, tensorParallel } = configuration;
  const key = `${precision}/${gpu.id}/tp${tensorParallel}${cacheSuffix(option)}`;
  configurationKeys.set(configuration, key);
  return key;
}

const configurationKeys = new WeakMap<ServingOption["configuration"], string>();

/**
 * Joins the searches: a configuration must serve the first and the last month's request size. Where it does not serve the
 * ends of a declared range, its rate there is taken as in proportion to the tokens.
 */
export function servingTable(
  model: OpenModel,
  searches: ServingSearches,
  tokenRatio: { readonly low: number; readonly high: number },
  allowed: (option: ServingOption) => boolean,
): ServingTable {
  const byKey = (search: ServingSearch) => new Map(search.served.map((option) => [configurationKey(option), option]));
  // Plain numbers without growth make one search of all four.
  const same = (search: ServingSearch) => (search === searches.first ? null : byKey(search));
  const [later, low, high] = [same(searches.last), same(searches.low), same(searches.high)];
  const options = new Map<string, ServedConfiguration>();
  for (const first of searches.first.served) {
    const key = configurationKey(first);
    const last = later === null ? first : later.get(key);
    if (last === undefined || !allowed(first)) continue;
    const rate = first.capacity.requestsPerSecond.expected;
    const ratio = (end: ServingOption | undefined, tokens: number) =>
      end === undefined ? 1 / tokens : end.capacity.requestsPerSecond.expected / rate;
    options.set(key, {
      first,
      last,
      rateRatio: {
        low: ratio(low === null ? first : low.get(key), tokenRatio.low),
        expected: 1,
        high: ratio(high === null ? first : high.get(key), tokenRatio.high),
      },
    });
  }
  return { model, options };
}

/** Replicas kept busy in the mean and in the worst minute of a month. */
export interface Busy {
  readonly mean: number;
  readonly peak: number;
}

/** A demand on a fleet: one workload with its table. */
export interface Tenant {
  readonly workload: WorkloadFacts;
  readonly table: ServingTable;
  /** USD that one request costs on the API that takes the overflow, by month; absent when the fleet has to serve everything. */
  readonly overflowUsd?: readonly number[];
}

/** A sized fleet: which configuration on which instance, how many in each month, and what that costs. */
export interface SizedFleet {
  readonly model: OpenModel;
  readonly tenants: readonly Tenant[];
  readonly key: string;
  readonly option: ServingOption;
  readonly offer: InstanceOffer;
  readonly replicasPerInstance: number;
  /** Most instances at once in each month, spares included. */
  readonly instancesByMonth: readonly number[];
  /** Instances billed on average in each month; the same as above unless the fleet follows a schedule. */
  readonly billedByMonth: readonly number[];
  /** Instances of the 48 slots of the first month's week (`base-load.ts`); null when all run all the time. */
  readonly schedule: readonly number[] | null;
  /** By workload and month: share of its requests that an API takes. Empty when nothing overflows. */
  readonly overflowShares: ReadonlyMap<string, readonly number[]>;
  readonly minimumInstances: number;
  /** Busy replicas in the mean and the busiest minute of the first month. */
  readonly busyReplicas: Busy;
  /** Instances alone, before any scenario on GPU prices. */
  readonly monthlyUsd: number;
}

/**
 * The fleet of one model that serves all tenants for the least money, or undefined when no configuration serves all.
 * Every provisioned hour is billed (730 a month); utilisation limits throughput and never the bill.
 *
 * Replicas of a month = ceil(max over the week's hours of sum(rate / (rate of a replica x 0.7))); batch requests only
 * need the mean. From 99.9 % promised availability on, one instance more than the load needs.
 * Tenants that may overflow ask for no spare, and what they leave to the API is weighed against instances (`elastic.ts`).
 * Ties go to a KV cache in bf16, then to the smaller id, so fp8 is used where it saves money and the result does not depend on the order of the catalog.
 */
export function cheapestFleet(
  tenants: readonly Tenant[],
  offers: OffersByGpu,
  facts: RequirementFacts,
  what: Scenario,
): SizedFleet | undefined {
  const [head, ...rest] = tenants;
  if (head === undefined) return undefined;
  const spare = spareInstances(tenants, facts);
  const ownOnly = tenants.some(({ workload }) => workload.compliance.onPremises === true);
  const overflows = tenants.some((tenant) => tenant.overflowUsd !== undefined);
  const weekly = facts.purchase.gpuSchedule === "weekly" && SCHEDULABLE_PURCHASES.includes(facts.purchase.gpu);
  if ((overflows || weekly) && !ownOnly) {
    const rate = (tenant: Tenant, key: string, month: number) => replicaRate(tenant.table, key, month, facts.horizonMonths, what);
    return cheapestElastic(head, { tenants, facts, what, spare, weekly, replicaRate: rate }, offers);
  }
  const all = rest.length === 0 && !ownOnly ? frontier(head.table, offers) : pairsOf(head.table, offers);
  const pairs = ownOnly ? all.filter(({ offer }) => offer.owned !== undefined) : all;
  const busyOf = new Map<string, readonly Busy[]>();
  let best: (Pair & { readonly busy: readonly Busy[] }) | undefined;
  let bestUsdPerHour = Number.POSITIVE_INFINITY;
  for (const pair of pairs) {
    if (!rest.every((tenant) => tenant.table.options.has(pair.key))) continue;
    const busy = busyOf.get(pair.key) ?? busyReplicasByMonth(tenants, pair.key, facts, what);
    busyOf.set(pair.key, busy);
    const instances = sizeOf(busy, pair, spare);
    if (instances === undefined) continue;
    const usdPerHour = sum(instances) * pair.offer.usdPerHour + busy.length * pair.offer.onDemandBaseUsdPerHour;
    if (usdPerHour > bestUsdPerHour || (usdPerHour === bestUsdPerHour && best !== undefined && tieOrder(best) <= tieOrder(pair))) continue;
    best = { ...pair, busy };
    bestUsdPerHour = usdPerHour;
  }
  if (best === undefined) return undefined;
  const { replicas } = best;
  const instancesByMonth = sizeOf(best.busy, best, spare) ?? [];
  return {
    model: head.table.model,
    tenants,
    key: best.key,
    option: widestOption(tenants, best.key, best.option),
    offer: best.offer,
    replicasPerInstance: replicas,
    instancesByMonth,
    billedByMonth: instancesByMonth,
    schedule: null,
    overflowShares: new Map(),
    minimumInstances: 1 + spare,
    busyReplicas: best.busy[0] ?? { mean: 0, peak: 0 },
    monthlyUsd: (bestUsdPerHour / best.busy.length) * HOURS_PER_MONTH,
  };
}

function sizeOf(busy: readonly Busy[], { replicas, offer }: Pair, spare: number): readonly number[] | undefined {
  return withinMachines(
    busy.map((month) => instancesFor(month, replicas, spare)),
    offer,
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** As `cheapestFleet`, where load may go to an API or the fleet may follow the week: instances and overflow together. */
function cheapestElastic(head: Tenant, question: ElasticQuestion, offers: OffersByGpu): SizedFleet | undefined {
  const { tenants, what, spare } = question;
  let best: { readonly pair: Pair; readonly plan: ElasticPlan } | undefined;
  let bestUsd = Number.POSITIVE_INFINITY;
  const { facts } = question;
  // An own machine costs the same busy or not, so it never follows the week and never trades hours for an overflow.
  const pairs = jointFrontier(tenants, rentedOnly(offers))
    .map((pair) => ({ pair, floorUsd: pairFloorUsd(pair, tenants, facts, what) }))
    .sort((a, b) => a.floorUsd - b.floorUsd);
  for (const { pair, floorUsd } of pairs) {
    if (floorUsd * (1 - 1e-9) > bestUsd) break;
    const unit = { usdPerHour: pair.offer.usdPerHour * what.gpuPrice, capacity: pair.replicas * TARGET_UTILISATION_RATIO };
    const { memory, configuration } = pair.option;
    const plan = elasticPlan(question, pair.key, unit, startUpHours(memory.weightsGiB * configuration.tensorParallel));
    const base = pair.offer.onDemandBaseUsdPerHour * what.gpuPrice * HOURS_PER_MONTH * plan.billedByMonth.length;
    const usd = plan.usd + base;
    if (usd > bestUsd || (usd === bestUsd && best !== undefined && tieOrder(best.pair) <= tieOrder(pair))) continue;
    best = { pair, plan };
    bestUsd = usd;
  }
  if (best === undefined) return undefined;
  const { pair, plan } = best;
  const months = plan.billedByMonth.length;
  const hourly = (plan.billedByMonth.reduce((sum, count) => sum + count, 0) / months) * pair.offer.usdPerHour;
  return {
    model: head.table.model,
    tenants,
    key: pair.key,
    option: widestOption(tenants, pair.key, pair.option),
    offer: pair.offer,
    replicasPerInstance: pair.replicas,
    instancesByMonth: plan.instancesByMonth,
    billedByMonth: plan.billedByMonth,
    schedule: plan.schedule,
    overflowShares: plan.overflowShares,
    minimumInstances: 1 + spare,
    busyReplicas: plan.busy,
    monthlyUsd: (hourly + pair.offer.onDemandBaseUsdPerHour) * HOURS_PER_MONTH,
  };
}

/** Instance offers by the GPU that they carry. */
export type OffersByGpu = ReadonlyMap<string, readonly InstanceOffer[]>;

/** Groups offers by GPU once, so that each configuration looks at its own card only. */
export function offersByGpu(offers: readonly InstanceOffer[]): OffersByGpu {
  const groups = new Map<string, InstanceOffer[]>();
  for (const offer of offers) groups.set(offer.instance.gpu, [...(groups.get(offer.instance.gpu) ?? []), offer]);
  return groups;
}

/** Instances that serve a month: the busiest minute at 70 % of what they can do, and the spare ones; at least one. */
export function instancesFor(month: Busy, replicasPerInstance: number, spare: number): number {
  return Math.max(1, Math.ceil(month.peak / (replicasPerInstance * TARGET_UTILISATION_RATIO) - 1e-9)) + spare;
}

/** The tenant with the longest context sets `--max-model-len` for all. */
function widestOption(tenants: readonly Tenant[], key: string, option: ServingOption): ServingOption {
  return tenants
    .flatMap((tenant) => tenant.table.options.get(key)?.first ?? [])
    .reduce((wide, next) => (next.configuration.maxModelLen > wide.configuration.maxModelLen ? next : wide), option);
}

/** Instances kept beside the load: one where a tenant that cannot overflow promises 99.9 % or more, none in a prototype. */
export function spareInstances(tenants: readonly Tenant[], facts: RequirementFacts): number {
  if (facts.stage === "prototype") return 0;
  const bound = tenants.filter((tenant) => tenant.overflowUsd === undefined);
  return bound.some(({ workload }) => (workload.availabilityRatio ?? 0) >= SPARE_FROM_AVAILABILITY_RATIO) ? 1 : 0;
}

/** Replicas kept busy in the mean and the worst minute of each month, before any headroom. */
function busyReplicasByMonth(tenants: readonly Tenant[], key: string, facts: RequirementFacts, what: Scenario): readonly Busy[] {
  const steady = tenants.every(({ workload }) => workload.growthRatioPerMonth === 0 && workload.tokenGrowthRatioPerMonth === 0);
  if (steady) return Array<Busy>(facts.horizonMonths).fill(busyReplicas(tenants, key, 0, facts, what));
  return Array.from({ length: facts.horizonMonths }, (_, month) => busyReplicas(tenants, key, month, facts, what));
}

function busyReplicas(tenants: readonly Tenant[], key: string, month: number, facts: RequirementFacts, what: Scenario): Busy {
  const loads: WeeklyLoad[] = [];
  let mean = 0;
  for (const { workload, table } of tenants) {
    const rate = requestsIn(workload, month, what) / SECONDS_PER_MONTH;
    const replica = replicaRate(table, key, month, facts.horizonMonths, what);
    loads.push({ week: workload.week, scale: (rate * (1 - workload.batchRatio) * workload.peakToAverage) / replica });
    mean += rate / replica;
  }
  return { mean, peak: Math.max(mean, busiestHour(loads)) };
}
