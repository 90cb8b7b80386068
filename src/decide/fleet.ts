import type { ServingOption } from "../capacity/types.ts";
import type { OpenModel } from "../catalog/schema.ts";
import { FULL_TIME_ABOVE_GPUS } from "./defaults.ts";
import { cheapestElastic, FLOOR_ROUNDING } from "./elastic-fleet.ts";
import type { RequirementFacts, WorkloadFacts } from "./facts.ts";
import type { InstanceOffer } from "./prices.ts";
import type { Scenario } from "./scenario.ts";
import type { ServingTable } from "./serving-table.ts";
import { eachSize, isElastic, isLess, largestGpus, type Sized, steadyFleet } from "./sizing.ts";

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
  /** What people cost more in each month in which this fleet alone is a full-time job, in USD; absent where the fleet is chosen without them. */
  readonly fullTimeUsd?: number;
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
  eachSize(tenants, offers, facts, what, (size) => {
    const next = { ...size, usd: size.usd + (limits.fullTimeUsd ?? 0) * fullTimeMonths(size) };
    if (next.gpus <= limits.mostGpus && isLess(next, best)) best = next;
    return best?.usd;
  });
  return best && steadyFleet(tenants, best, facts);
}

function fullTimeMonths({ instances, pair }: Sized): number {
  return instances.filter((count) => count * pair.offer.instance.gpuCount > FULL_TIME_ABOVE_GPUS).length;
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

/** Instance offers by the GPU that they carry. */
export type OffersByGpu = ReadonlyMap<string, readonly InstanceOffer[]>;

/** Groups offers by GPU once, so that each configuration looks at its own card only. */
export function offersByGpu(offers: readonly InstanceOffer[]): OffersByGpu {
  const groups = new Map<string, InstanceOffer[]>();
  for (const offer of offers) groups.set(offer.instance.gpu, [...(groups.get(offer.instance.gpu) ?? []), offer]);
  return groups;
}
