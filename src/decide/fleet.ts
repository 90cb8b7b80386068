import type { ServingOption } from "../capacity/types.ts";
import type { OpenModel } from "../catalog/schema.ts";
import type { UnitOfFleet } from "./base-load.ts";
import {
  HOURS_PER_MONTH,
  SCHEDULABLE_PURCHASES,
  SPARE_FROM_AVAILABILITY_RATIO,
  startUpHours,
  TARGET_UTILISATION_RATIO,
} from "./defaults.ts";
import { ElasticLoad, type ElasticPlan, type ElasticSize, largestCount } from "./elastic.ts";
import type { RequirementFacts, WorkloadFacts } from "./facts.ts";
import { FleetLoad } from "./fleet-load.ts";
import { floorWithin, pairFloors } from "./load-floors.ts";
import { ownedOnly, rentedOnly, withinMachines } from "./owned.ts";
import { fixedUsd, monthlyUsd, type Pair, pairsFor, pairsOf, tieOrder } from "./pairs.ts";
import type { InstanceOffer } from "./prices.ts";
import { once } from "./replayed.ts";
import type { Scenario } from "./scenario.ts";
import type { ServingTable } from "./serving-table.ts";

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
  /** Instances started in a typical week of each month; 0 unless the fleet follows a schedule. */
  readonly startsByMonth: readonly number[];
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

/** What a fleet may not exceed, for a portfolio that is looked at with fewer GPUs. */
export interface FleetLimits {
  /** GPUs of its busiest month; infinite where it may have as many as it likes. */
  readonly mostGpus: number;
}

const NO_LIMITS: FleetLimits = { mostGpus: Number.POSITIVE_INFINITY };

/**
 * The fleet of one model that serves all tenants for the least money, or undefined when no configuration serves all within the limits.
 * Every provisioned hour is billed (730 a month), and every instance with its disk, logs and metrics; utilisation limits throughput and never the bill.
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
  limits: FleetLimits = NO_LIMITS,
): SizedFleet | undefined {
  const [head] = tenants;
  if (head === undefined) return undefined;
  if (isElastic(tenants, facts)) return cheapestElastic(tenants, offers, facts, what).within(limits);
  let best: Sized | undefined;
  eachSize(tenants, offers, facts, what, (next) => {
    if (next.gpus <= limits.mostGpus && isLess(next, best)) best = next;
    return best?.usd;
  });
  return best && steadyFleet(tenants, best, facts);
}

/**
 * The fleets of least cost by the GPUs of their largest month, up to `most`: each costs less than every one with fewer. The largest comes first,
 * and no more of them are sized than are asked for; empty when nothing serves all tenants on so few.
 */
export function* smallFleets(
  tenants: readonly Tenant[],
  offers: OffersByGpu,
  facts: RequirementFacts,
  what: Scenario,
  most: number,
): Generator<SizedFleet> {
  if (isElastic(tenants, facts)) {
    const { within } = cheapestElastic(tenants, offers, facts, what);
    for (let fleet = within({ mostGpus: most }); fleet !== undefined; fleet = within({ mostGpus: largestGpus(fleet) - 1 })) yield fleet;
    return;
  }
  const bySize: Sized[] = [];
  eachSize(tenants, offers, facts, what, (next) => {
    if (next.gpus <= most && isLess(next, bySize[next.gpus])) bySize[next.gpus] = next;
    return undefined;
  });
  let least = Number.POSITIVE_INFINITY;
  const kept: Sized[] = [];
  for (const size of bySize) {
    if (size === undefined || size.usd >= least) continue;
    least = size.usd;
    kept.unshift(size);
  }
  for (const size of kept) yield steadyFleet(tenants, size, facts);
}

/** One configuration with the instances that it needs, and its cost over the horizon in USD. */
interface Sized {
  readonly pair: Pair;
  readonly busy: readonly Busy[];
  readonly instances: readonly number[];
  readonly gpus: number;
  readonly usd: number;
}

/** Whether load may go to an API or the fleet may follow the week. What must stay on your premises does neither. */
export function isElastic(tenants: readonly Tenant[], facts: RequirementFacts): boolean {
  if (tenants.some(({ workload }) => workload.compliance.onPremises === true)) return false;
  return followsWeek(facts) || tenants.some(({ overflowUsd }) => overflowUsd !== undefined);
}

/** Whether fleets follow the hours of a typical week. */
export function followsWeek({ purchase }: RequirementFacts): boolean {
  return purchase.gpuSchedule === "weekly" && SCHEDULABLE_PURCHASES.includes(purchase.gpu);
}

/** Sizes every configuration that may be wanted. `visit` returns a cost that makes dearer ones pointless, undefined when all are asked for. */
function eachSize(
  tenants: readonly Tenant[],
  offers: OffersByGpu,
  facts: RequirementFacts,
  what: Scenario,
  visit: (size: Sized) => number | undefined,
): void {
  const [head] = tenants;
  if (head === undefined) return;
  const ownOnly = tenants.some(({ workload }) => workload.compliance.onPremises === true);
  const spare = spareInstances(tenants, facts);
  const load = new FleetLoad(tenants, facts, what);
  let most: number | undefined;
  for (const pair of ownOnly ? pairsOf(head.table, offers) : pairsFor(tenants, offers)) {
    if (ownOnly && pair.offer.owned === undefined) continue;
    if (most !== undefined && (pair.instanceUsd * (1 + spare) + pair.fixedUsd) * facts.horizonMonths > most) continue;
    const busy = load.busy(pair.key);
    if (busy === undefined) continue;
    const instances = sizeOf(busy, pair, spare);
    if (instances === undefined) continue;
    const gpus = Math.max(...instances) * pair.offer.instance.gpuCount;
    most = visit({ pair, busy, instances, gpus, usd: sum(instances) * pair.instanceUsd + instances.length * pair.fixedUsd });
  }
}

function isLess(next: Sized, best: Sized | undefined): boolean {
  return best === undefined || next.usd < best.usd || (next.usd === best.usd && tieOrder(next.pair) < tieOrder(best.pair));
}

function steadyFleet(tenants: readonly Tenant[], { pair, busy, instances }: Sized, facts: RequirementFacts): SizedFleet {
  return {
    ...placed(tenants, pair),
    instancesByMonth: instances,
    billedByMonth: instances,
    startsByMonth: instances.map(() => 0),
    schedule: null,
    overflowShares: new Map(),
    minimumInstances: 1 + spareInstances(tenants, facts),
    busyReplicas: busy[0] ?? { mean: 0, peak: 0 },
    monthlyUsd: instancesUsd(instances, pair.offer),
  };
}

/** GPUs of a fleet in its largest month. */
export function largestGpus({ instancesByMonth, offer }: Pick<SizedFleet, "instancesByMonth" | "offer">): number {
  return Math.max(...instancesByMonth) * offer.instance.gpuCount;
}

/** The configuration and the instance of a fleet that runs on `pair`. */
function placed(tenants: readonly Tenant[], pair: Pair) {
  const { configuration } = pair.option;
  return {
    model: configuration.model,
    tenants,
    key: pair.key,
    option: widestOption(tenants, pair.key, pair.option),
    offer: pair.offer,
    replicasPerInstance: pair.replicas,
  };
}

/** Hours of the instances of an average month, in USD, and what a spot fleet's base on demand adds. */
function instancesUsd(billedByMonth: readonly number[], offer: InstanceOffer): number {
  return ((sum(billedByMonth) / billedByMonth.length) * offer.usdPerHour + offer.onDemandBaseUsdPerHour) * HOURS_PER_MONTH;
}

function sizeOf(busy: readonly Busy[], { replicas, offer }: Pair, spare: number): readonly number[] | undefined {
  return withinMachines(
    busy.map(({ peak }) => instancesFor(peak, replicas, spare)),
    offer,
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** As `cheapestFleet`, where load may go to an API or the fleet may follow the week: instances and overflow together, once for each limit. */
function cheapestElastic(tenants: readonly Tenant[], offers: OffersByGpu, facts: RequirementFacts, what: Scenario): Limited {
  const known = limited.get(tenants);
  if (known !== undefined && known.facts === facts && known.what === what && known.offers === offers) return known.found;
  const found = limitedFleets(tenants, offers, facts, what);
  limited.set(tenants, { facts, what, offers, found });
  return found;
}

interface Limited {
  readonly within: (limits: FleetLimits) => SizedFleet | undefined;
  /** Least that a fleet within the limits costs over the horizon with its overflow, in USD. */
  readonly floorUsd: (limits: FleetLimits) => number;
}

/** What was counted of a list of tenants: the fleet of any size and the small ones are asked for one after the other. */
const limited = new WeakMap<
  readonly Tenant[],
  { readonly facts: RequirementFacts; readonly what: Scenario; readonly offers: OffersByGpu; readonly found: Limited }
>();

function limitedFleets(tenants: readonly Tenant[], offers: OffersByGpu, facts: RequirementFacts, what: Scenario): Limited {
  const spare = spareInstances(tenants, facts);
  const weekly = followsWeek(facts);
  const isolated = tenants.some(({ workload }) => workload.compliance.airGapped === true);
  const load = new ElasticLoad(tenants, facts, what, { spare, weekly });
  const floorOf = pairFloors(tenants, facts, what, { spare, weekly });
  // An own machine costs the same busy or not, so it never follows the week and never trades hours for an overflow: it competes as it stands.
  const own = once(() => ownSizes(tenants, offers, facts, what));
  const ownWithin = ({ mostGpus }: FleetLimits) => own().find(({ gpus }) => gpus <= mostGpus);
  const pairs = pairsFor(tenants, rentedOnly(offers)).map((pair) => ({ pair, floor: floorOf(pair) }));
  const rowsWithin = ({ mostGpus }: FleetLimits) =>
    pairs
      .map(({ pair, floor }) => {
        const most = Math.floor(mostGpus / pair.offer.instance.gpuCount) - spare;
        const capacity = pair.replicas * TARGET_UTILISATION_RATIO;
        const startUsd = isolated ? 0 : pair.offer.beside.startUsd;
        const unit = { usdPerHour: monthlyUsd(pair, what.gpuPrice) / HOURS_PER_MONTH, capacity, startUsd, most };
        const perReplica = monthlyUsd(pair, what.gpuPrice) / capacity;
        return { pair, unit, floorUsd: floorWithin(floor, most * capacity, perReplica, facts.horizonMonths) };
      })
      .filter(({ unit, floorUsd }) => unit.most >= 1 && floorUsd < Number.POSITIVE_INFINITY)
      .sort((a, b) => a.floorUsd - b.floorUsd);
  const sizes = new Map<Pair, { readonly most: number; readonly size: ElasticSize | undefined }>();
  // What was best within more instances, and has no more than these, is best within these.
  const sizedWithin = (pair: Pair, unit: UnitOfFleet) => {
    const known = sizes.get(pair);
    if (known !== undefined && known.most >= unit.most && (known.size === undefined || largestCount(known.size) <= unit.most))
      return known.size;
    const { memory, configuration } = pair.option;
    const size = load.size(pair.key, unit, startUpHours(memory.weightsGiB * configuration.tensorParallel));
    sizes.set(pair, { most: unit.most, size });
    return size;
  };
  const within = (limits: FleetLimits) => {
    let best: { readonly pair: Pair; readonly size: ElasticSize } | undefined;
    let bestUsd = Number.POSITIVE_INFINITY;
    for (const { pair, unit, floorUsd } of rowsWithin(limits)) {
      if (floorUsd * (1 - FLOOR_ROUNDING) > bestUsd) break;
      const size = sizedWithin(pair, unit);
      if (size === undefined) continue;
      const usd = size.usd + fixedUsd(pair, what.gpuPrice) * facts.horizonMonths;
      if (usd > bestUsd || (usd === bestUsd && best !== undefined && tieOrder(best.pair) <= tieOrder(pair))) continue;
      best = { pair, size };
      bestUsd = usd;
    }
    const steady = ownWithin(limits);
    if (steady !== undefined && steady.usd <= bestUsd) return steadyFleet(tenants, steady, facts);
    return best && elasticFleet(tenants, best.pair, load.plan(best.size), spare);
  };
  const floorUsd = (limits: FleetLimits) =>
    Math.min(rowsWithin(limits)[0]?.floorUsd ?? Number.POSITIVE_INFINITY, ownWithin(limits)?.usd ?? Number.POSITIVE_INFINITY);
  return { within, floorUsd };
}

/** Fleets on your own machines that serve everything all the time, the least expensive first; none where load goes to an API. */
function ownSizes(tenants: readonly Tenant[], offers: OffersByGpu, facts: RequirementFacts, what: Scenario): readonly Sized[] {
  const own = ownedOnly(offers);
  if (own.size === 0 || tenants.some(({ overflowUsd }) => overflowUsd !== undefined)) return [];
  const sizes: Sized[] = [];
  eachSize(tenants, own, facts, what, (next) => {
    sizes.push(next);
    return undefined;
  });
  return sizes.sort((a, b) => (isLess(a, b) ? -1 : 1));
}

/**
 * Least that a fleet costs a month with its overflow, in USD, found without sizing one: where load may go to an API or follow the week; 0 where
 * neither may be, because such fleets are sized quickly.
 */
export function fleetFloorUsd(
  tenants: readonly Tenant[],
  offers: OffersByGpu,
  facts: RequirementFacts,
  what: Scenario,
  limits: FleetLimits = NO_LIMITS,
): number {
  if (!isElastic(tenants, facts)) return 0;
  return (cheapestElastic(tenants, offers, facts, what).floorUsd(limits) / facts.horizonMonths) * (1 - FLOOR_ROUNDING);
}

/** Floors and costs are sums in different orders: a billionth apart is the same. */
const FLOOR_ROUNDING = 1e-9;

function elasticFleet(tenants: readonly Tenant[], pair: Pair, plan: ElasticPlan, spare: number): SizedFleet {
  return {
    ...placed(tenants, pair),
    instancesByMonth: plan.instancesByMonth,
    billedByMonth: plan.billedByMonth,
    startsByMonth: plan.startsByMonth,
    schedule: plan.schedule,
    overflowShares: plan.overflowShares,
    minimumInstances: 1 + spare,
    busyReplicas: plan.busy,
    monthlyUsd: instancesUsd(plan.billedByMonth, pair.offer),
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
export function instancesFor(peakReplicas: number, replicasPerInstance: number, spare: number): number {
  return Math.max(1, Math.ceil(peakReplicas / (replicasPerInstance * TARGET_UTILISATION_RATIO) - 1e-9)) + spare;
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
