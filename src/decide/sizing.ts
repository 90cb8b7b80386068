import type { ServingOption } from "../capacity/types.ts";
import { HOURS_PER_MONTH, SCHEDULABLE_PURCHASES, SPARE_FROM_AVAILABILITY_RATIO, TARGET_UTILISATION_RATIO } from "./defaults.ts";
import type { RequirementFacts } from "./facts.ts";
import type { Busy, OffersByGpu, SizedFleet, Tenant } from "./fleet.ts";
import { FleetLoad } from "./fleet-load.ts";
import { withinMachines } from "./owned.ts";
import { type Pair, pairsFor, pairsOf, tieOrder } from "./pairs.ts";
import type { InstanceOffer } from "./prices.ts";
import type { Scenario } from "./scenario.ts";

/** One configuration with the instances that it needs, and its cost over the horizon in USD. */
export interface Sized {
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
export function eachSize(
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

export function isLess(next: Sized, best: Sized | undefined): boolean {
  return best === undefined || next.usd < best.usd || (next.usd === best.usd && tieOrder(next.pair) < tieOrder(best.pair));
}

export function steadyFleet(tenants: readonly Tenant[], { pair, busy, instances }: Sized, facts: RequirementFacts): SizedFleet {
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
export function placed(tenants: readonly Tenant[], pair: Pair) {
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
export function instancesUsd(billedByMonth: readonly number[], offer: InstanceOffer): number {
  return ((sum(billedByMonth) / billedByMonth.length) * offer.usdPerHour + offer.onDemandBaseUsdPerHour) * HOURS_PER_MONTH;
}

function sizeOf(busy: readonly Busy[], { replicas, offer }: Pair, spare: number): readonly number[] | undefined {
  return withinMachines(
    busy.map(({ peak }) => instancesFor(peak, replicas, spare)),
    offer,
  );
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
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
