import { requestsIn } from "./api-cost.ts";
import { FULL_TIME_ABOVE_GPUS, SECONDS_PER_MONTH } from "./defaults.ts";
import { type Draws, drawn } from "./draws.ts";
import { cheapestFleet, instancesFor, largestGpus, type SizedFleet, type Tenant } from "./fleet.ts";
import { growthFactors, inputId } from "./inputs.ts";
import { rentedOnly } from "./owned.ts";
import { fleetId } from "./pairs.ts";
import type { PricingContext } from "./portfolio.ts";
import { EXPECTED, type Scenario, scenario } from "./scenario.ts";
import { fleetLines } from "./shared-cost.ts";
import { busyHoursOf } from "./traffic.ts";

/** A fleet in every draw: what it costs with all that comes with an instance, and how many GPUs it has in each month. */
export interface FleetDraws {
  readonly usd: Float64Array;
  /** GPUs of draw d in month m at `d * months + m`. */
  readonly gpus: Float64Array;
  /** The configurations that it may run on, among which `usd` takes the least expensive, where the GPUs do not matter. */
  readonly sizes: readonly SizeDraws[];
}

/** One configuration of a fleet in every draw: its cost, and the GPUs of its largest month. */
export interface SizeDraws {
  readonly usd: Float64Array;
  readonly gpus: Float64Array;
}

/** Ends at which another configuration may be the least expensive. */
const CORNERS: readonly Scenario[] = [
  EXPECTED,
  scenario({ requests: "low" }),
  scenario({ requests: "high" }),
  scenario({ tokens: "low" }),
  scenario({ tokens: "high" }),
  scenario({ throughput: "p10" }),
  scenario({ throughput: "p90" }),
];

/** Sizes a fleet anew in every draw, by whole instances, and takes the least expensive of its configurations. */
export function fleetDraws(fleets: readonly SizedFleet[], context: PricingContext, draws: Draws): FleetDraws {
  const months = context.facts.horizonMonths;
  const stays = fleets.every(({ offer }) => offer.owned !== undefined);
  const configurations = fleets.map((fleet) => sizerOf(fleet, context, draws, stays));
  const loads = (fleets[0]?.tenants ?? []).map((tenant) => loadOf(tenant, draws));
  const usd = new Float64Array(draws.count);
  const gpus = new Float64Array(draws.count * months);
  const sizes = configurations.map(() => ({ usd: new Float64Array(draws.count), gpus: new Float64Array(draws.count) }));
  const counts = configurations.map(() => new Float64Array(months));
  for (let draw = 0; draw < draws.count; draw++) {
    let least = Number.POSITIVE_INFINITY;
    let best = 0;
    for (const [index, configuration] of configurations.entries()) {
      const [count, size] = [counts[index], sizes[index]];
      if (count === undefined || size === undefined) continue;
      const cost = configuration.price(draw, loads, months, count);
      size.usd[draw] = cost;
      size.gpus[draw] = Math.max(...count) * configuration.gpusPerInstance;
      if (cost < least) [least, best] = [cost, index];
    }
    usd[draw] = least;
    const perInstance = configurations[best]?.gpusPerInstance ?? 0;
    for (let month = 0; month < months; month++) gpus[draw * months + month] = (counts[best]?.[month] ?? 0) * perInstance;
  }
  return { usd, gpus, sizes };
}

/**
 * The configurations that win in the expected case or at one end of a range, the decided one first, and those that win there with so few GPUs that
 * nobody works on them full-time. Instances are bought by the hour, so a fleet that must serve another load would change them too. A fleet on own machines falls back on rented ones; one
 * that rents goes on renting, because its neighbours may have the machines.
 */
export function configurationsOf(fleet: SizedFleet, context: PricingContext): readonly SizedFleet[] {
  const found = new Map([[fleetId(fleet), fleet]]);
  const rented = rentedOnly(context.offers);
  const questions = CORNERS.map((corner) => ({ corner, offers: fleet.offer.owned === undefined ? rented : context.offers }));
  if (fleet.offer.owned !== undefined) questions.push({ corner: EXPECTED, offers: rented });
  for (const { corner, offers } of questions) {
    const other = cheapestFleet(fleet.tenants, offers, context.facts, corner);
    if (other === undefined) continue;
    const few = { mostGpus: FULL_TIME_ABOVE_GPUS };
    const small = largestGpus(other) > few.mostGpus ? cheapestFleet(fleet.tenants, offers, context.facts, corner, few) : undefined;
    for (const next of [other, small]) if (next !== undefined && !found.has(fleetId(next))) found.set(fleetId(next), next);
  }
  return [...found.values()];
}

/** Requests/s of a tenant in the first month and its growth factor, in every draw or the same in all. */
interface TenantLoad {
  readonly rate: (draw: number) => number;
  readonly growth: (draw: number) => number;
  readonly interactivePeak: number;
  readonly week: readonly number[];
}

function loadOf({ workload }: Tenant, draws: Draws): TenantLoad {
  const requests = drawn(workload.requestsPerMonth, inputId.requests(workload.name), draws);
  const growth = drawn(growthFactors(workload), inputId.growth(workload.name), draws);
  const expected = requestsIn(workload, 0, EXPECTED);
  return {
    rate: (draw) => (requests?.[draw] ?? expected) / SECONDS_PER_MONTH,
    growth: (draw) => growth?.[draw] ?? 1 + workload.growthRatioPerMonth,
    interactivePeak: (1 - workload.batchRatio) * workload.peakToAverage,
    week: workload.week,
  };
}

/** Sizes and prices one configuration in one draw; `size` receives the instances of each month. */
interface Sizer {
  readonly gpusPerInstance: number;
  readonly price: (draw: number, loads: readonly TenantLoad[], months: number, size: Float64Array) => number;
}

/** `stays`: nothing can be rented instead of own machines, so more of the same are counted where they do not suffice. */
function sizerOf(fleet: SizedFleet, context: PricingContext, draws: Draws, stays: boolean): Sizer {
  const rates = fleet.tenants.map((tenant) => ratesOf(tenant, fleet.key, context.facts.horizonMonths, draws));
  const hours = busyHoursOf(fleet.tenants.map(({ workload }) => workload.week));
  const { fixedUsd, usdPerInstance } = linearCost(fleet, context);
  const spare = fleet.minimumInstances - 1;
  const { owned } = fleet.offer;
  return {
    gpusPerInstance: fleet.offer.instance.gpuCount,
    price: (draw, loads, months, size) => {
      const now = loads.map((load) => load.rate(draw));
      const growth = loads.map((load) => load.growth(draw));
      const factors = rates.map((rate) => rate.factor(draw));
      const steady = growth.every((factor) => factor === 1) && rates.every((rate) => rate.steady);
      let instances = 0;
      for (let month = 0; month < months; month++) {
        if (steady && month > 0) size[month] = size[0] ?? 0;
        else size[month] = instancesFor(busyOf(month, loads, now, factors, rates, hours), fleet.replicasPerInstance, spare);
        instances += size[month] ?? 0;
        for (const [index, factor] of growth.entries()) now[index] = (now[index] ?? 0) * factor;
      }
      if (owned === undefined) return fixedUsd + (usdPerInstance * instances) / months;
      const most = Math.max(...size);
      return most > owned.machines && !stays ? Number.POSITIVE_INFINITY : fixedUsd + usdPerInstance * most;
    },
  };
}

function busyOf(
  month: number,
  loads: readonly TenantLoad[],
  now: readonly number[],
  factors: readonly number[],
  rates: readonly TenantRates[],
  hours: readonly (readonly number[])[],
) {
  const scales: number[] = [];
  let mean = 0;
  for (const [index, load] of loads.entries()) {
    const replicas = (now[index] ?? 0) / ((rates[index]?.byMonth[month] ?? Number.NaN) * (factors[index] ?? 1));
    mean += replicas;
    scales.push(replicas * load.interactivePeak);
  }
  let peak = mean;
  for (const hour of hours) {
    let sum = 0;
    for (let index = 0; index < scales.length; index++) sum += (scales[index] ?? 0) * (hour[index] ?? 0);
    if (sum > peak) peak = sum;
  }
  return { mean, peak };
}

/** Requests/s of one replica for a tenant: expected by month, and the factor of each draw on it. */
interface TenantRates {
  readonly byMonth: readonly number[];
  readonly steady: boolean;
  readonly factor: (draw: number) => number;
}

function ratesOf({ workload, table }: Tenant, key: string, months: number, draws: Draws): TenantRates {
  const served = table.options.get(key);
  if (served === undefined) throw new Error(`defect: ${key} does not serve ${table.model.id}`);
  const { expected, p10, p90 } = served.first.capacity.requestsPerSecond;
  const last = served.last.capacity.requestsPerSecond.expected;
  const band = drawn({ low: p10 / expected, expected: 1, high: p90 / expected }, inputId.throughput(table.model.id), draws);
  const tokens = drawn(served.rateRatio, inputId.tokens(workload.name), draws);
  const at = (month: number) => (months === 1 ? 0 : month / (months - 1));
  return {
    byMonth: Array.from({ length: months }, (_, month) => expected * (last / expected) ** at(month)),
    steady: last === expected,
    factor: (draw) => (band?.[draw] ?? 1) * (tokens?.[draw] ?? 1),
  };
}

/** The bill of a fleet is a straight line in its mean number of instances: weights and the on-demand base are there once. */
function linearCost(fleet: SizedFleet, { facts, catalog }: PricingContext) {
  const at = (instances: number) =>
    fleetLines({ ...fleet, instancesByMonth: [instances], billedByMonth: [instances] }, facts, catalog, EXPECTED).reduce(
      (sum, line) => sum + (line.monthlyUsd ?? 0),
      0,
    );
  const [one, two] = [at(1), at(2)];
  return { fixedUsd: 2 * one - two, usdPerInstance: two - one };
}
