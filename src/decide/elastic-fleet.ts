import type { UnitOfFleet } from "./base-load.ts";
import { HOURS_PER_MONTH, startUpHours, TARGET_UTILISATION_RATIO } from "./defaults.ts";
import { ElasticLoad, type ElasticPlan, type ElasticSize, largestCount } from "./elastic.ts";
import type { RequirementFacts } from "./facts.ts";
import type { FleetLimits, OffersByGpu, SizedFleet, Tenant } from "./fleet.ts";
import { floorWithin, pairFloors } from "./load-floors.ts";
import { ownedOnly, rentedOnly } from "./owned.ts";
import { fixedUsd, monthlyUsd, type Pair, pairsFor, tieOrder } from "./pairs.ts";
import { once } from "./replayed.ts";
import type { Scenario } from "./scenario.ts";
import { eachSize, followsWeek, instancesUsd, isLess, placed, type Sized, spareInstances, steadyFleet } from "./sizing.ts";

/** As `cheapestFleet`, where load may go to an API or the fleet may follow the week: instances and overflow together, once for each limit. */
export function cheapestElastic(tenants: readonly Tenant[], offers: OffersByGpu, facts: RequirementFacts, what: Scenario): Limited {
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

/** Floors and costs are sums in different orders: a billionth apart is the same. */
export const FLOOR_ROUNDING = 1e-9;

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
