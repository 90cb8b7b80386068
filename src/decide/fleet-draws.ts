import { requestsIn } from "./api-cost.ts";
import { FULL_TIME_ABOVE_GPUS, SECONDS_PER_MONTH } from "./defaults.ts";
import { type Draws, drawn } from "./draws.ts";
import { cheapestFleet, type SizedFleet, type Tenant } from "./fleet.ts";
import { fleetLines } from "./fleet-cost.ts";
import { growthFactors, inputId } from "./inputs.ts";
import { rentedOnly } from "./owned.ts";
import { fleetId, replicaRate } from "./pairs.ts";
import type { PricingContext } from "./pricing-context.ts";
import { EXPECTED, type Scenario, scenario } from "./scenario.ts";
import { instancesFor, largestGpus } from "./sizing.ts";
import { busyHoursOf } from "./traffic.ts";

/** A fleet in every draw: what it costs with all that comes with an instance, and how many GPUs it has in each month. */
export interface FleetDraws {
  readonly usd: Float64Array;
  /** GPUs of draw d in month m at `d * months + m`. */
  readonly gpus: Float64Array;
  /** Months that differ: all of the horizon, or one where nothing grows. */
  readonly months: number;
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

/**
 * Sizes a fleet anew in every draw, by whole instances, and takes the least expensive of its configurations; of a fleet that grows, together with
 * what people cost more in the months in which it is a full-time job, `fullTimeUsd` each (0 where other fleets count as well).
 */
export function fleetDraws(fleets: readonly SizedFleet[], context: PricingContext, draws: Draws, fullTimeUsd = 0): FleetDraws {
  const load = loadOf(fleets[0]?.tenants ?? [], context.facts.horizonMonths, draws);
  const stays = fleets.every(({ offer }) => offer.owned !== undefined);
  const sizers = fleets.map((fleet) => new Sizer(fleet, load, context, draws, stays));
  const { months } = load;
  const usd = new Float64Array(draws.count);
  const gpus = new Float64Array(draws.count * months);
  const sizes = sizers.map(() => ({ usd: new Float64Array(draws.count), gpus: new Float64Array(draws.count) }));
  for (let draw = 0; draw < draws.count; draw++) {
    let [least, leastUsd] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    let best = sizers[0];
    for (let index = 0; index < sizers.length; index++) {
      const [sizer, size] = [sizers[index], sizes[index]];
      if (sizer === undefined || size === undefined) continue;
      const cost = sizer.usdIn(draw);
      size.usd[draw] = cost;
      size.gpus[draw] = sizer.most * sizer.gpusPerInstance;
      const staffedUsd = months > 1 && fullTimeUsd > 0 ? cost + fullTimeUsd * sizer.fullTimeShare() : cost;
      if (staffedUsd < least) [least, leastUsd, best] = [staffedUsd, cost, sizer];
    }
    usd[draw] = leastUsd;
    for (let month = 0; month < months; month++) gpus[draw * months + month] = (best?.counts[month] ?? 0) * (best?.gpusPerInstance ?? 0);
  }
  return { usd, gpus, months, sizes };
}

/**
 * The configurations that win in the expected case or at one end of a range, the decided one first, and those that win there with so few GPUs that
 * nobody works on them full-time. Instances are bought by the hour, so a fleet that must serve another load would change them too. A fleet on own machines falls back on rented ones; one
 * that rents goes on renting, because its neighbours may have the machines.
 */
export function configurationsOf(fleet: SizedFleet, context: PricingContext): readonly SizedFleet[] {
  const found = new Map([[fleetId(fleet), fleet]]);
  const rented = rentedOnly(context.offers);
  const corners = [...CORNERS, ...growthCorners(fleet.tenants, context.facts.horizonMonths)];
  const questions = corners.map((corner) => ({ corner, offers: fleet.offer.owned === undefined ? rented : context.offers }));
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

/**
 * The ends of growth, as loads that are alike every month: what it makes of the load over the horizon, which decides what is cheap, and of that of
 * the last month, which decides how many GPUs there are at once.
 */
function growthCorners(tenants: readonly Tenant[], horizonMonths: number): readonly Scenario[] {
  const growing = tenants.map(({ workload }) => workload).filter(({ growthRatioPerMonth }) => growthRatioPerMonth !== 0);
  if (growing.length === 0 || horizonMonths === 1) return [];
  const months = Array.from({ length: horizonMonths }, (_, month) => month);
  const overAll = (factor: number) => months.reduce((sum, month) => sum + factor ** month, 0);
  const atLast = (factor: number) => factor ** (horizonMonths - 1);
  const cornerOf = (end: "low" | "high", loadOf: (factor: number) => number) =>
    scenario({
      volumeOf: Object.fromEntries(
        growing.map((workload) => {
          const factors = growthFactors(workload);
          return [workload.name, loadOf(factors[end]) / loadOf(factors.expected)];
        }),
      ),
    });
  return (["low", "high"] as const).flatMap((end) => [cornerOf(end, overAll), cornerOf(end, atLast)]);
}

/** What the tenants of a fleet ask in every draw, as columns: the same for each of its configurations. */
interface Load {
  /** Months that differ: all of the horizon, or one where nothing grows in any draw. */
  readonly months: number;
  readonly horizonMonths: number;
  /** Requests/s of the first month, and the factor from month to month, of each tenant by draw. */
  readonly rates: readonly Float64Array[];
  readonly growths: readonly Float64Array[];
  /** Of each tenant: its worst minute over its mean of an hour, batch requests left out, and the number of its week. */
  readonly peaks: Float64Array;
  readonly weekOf: readonly number[];
  /** The hours of the week that can be the busiest, as loads of each of the weeks. */
  readonly hours: readonly (readonly number[])[];
}

function loadOf(tenants: readonly Tenant[], horizonMonths: number, draws: Draws): Load {
  const constant = (value: number) => new Float64Array(draws.count).fill(value);
  const workloads = tenants.map(({ workload }) => workload);
  const growths = workloads.map((workload) => drawn(growthFactors(workload), inputId.growth(workload.name), draws));
  const grows = workloads.some(
    ({ growthRatioPerMonth, tokenGrowthRatioPerMonth }, index) =>
      growths[index] !== null || growthRatioPerMonth !== 0 || tokenGrowthRatioPerMonth !== 0,
  );
  const weeks = [...new Set(workloads.map(({ week }) => week))];
  return {
    months: grows ? horizonMonths : 1,
    horizonMonths,
    rates: workloads.map((workload) => {
      const requests = drawn(workload.requestsPerMonth, inputId.requests(workload.name), draws);
      return requests?.map((perMonth) => perMonth / SECONDS_PER_MONTH) ?? constant(requestsIn(workload, 0, EXPECTED) / SECONDS_PER_MONTH);
    }),
    growths: workloads.map(({ growthRatioPerMonth }, index) => growths[index] ?? constant(1 + growthRatioPerMonth)),
    peaks: Float64Array.from(workloads, ({ batchRatio, peakToAverage }) => (1 - batchRatio) * peakToAverage),
    weekOf: workloads.map(({ week }) => weeks.indexOf(week)),
    hours: busyHoursOf(weeks),
  };
}

/** Sizes and prices one configuration in one draw after the other. */
class Sizer {
  readonly gpusPerInstance: number;
  /** Instances of each month in the draw that was priced last, and of the largest of them. */
  readonly counts: Float64Array;
  most = 0;
  readonly #load: Load;
  /** Requests/s of one replica for tenant t in month m at `t * months + m` as expected, and the factor of each draw on it. */
  readonly #rates: Float64Array;
  readonly #factors: readonly Float64Array[];
  readonly #replicas: number;
  readonly #spare: number;
  readonly #usd: { readonly fixed: number; readonly perInstance: number };
  /** Your own machines; infinite where more can be rented, or nothing but more of the same would do. */
  readonly #machines: number;
  readonly #isOwned: boolean;
  readonly #now: Float64Array;
  readonly #scales: Float64Array;

  /** `stays`: nothing can be rented instead of own machines, so more of the same are counted where they do not suffice. */
  constructor(fleet: SizedFleet, load: Load, context: PricingContext, draws: Draws, stays: boolean) {
    const { months, horizonMonths } = load;
    const { owned } = fleet.offer;
    this.gpusPerInstance = fleet.offer.instance.gpuCount;
    this.counts = new Float64Array(months);
    this.#load = load;
    this.#rates = new Float64Array(fleet.tenants.length * months);
    this.#factors = fleet.tenants.map((tenant) => factorsOf(tenant, fleet.key, draws));
    for (const [index, tenant] of fleet.tenants.entries())
      for (let month = 0; month < months; month++)
        this.#rates[index * months + month] = replicaRate(tenant.table, fleet.key, month, horizonMonths, EXPECTED);
    this.#replicas = fleet.replicasPerInstance;
    this.#spare = fleet.minimumInstances - 1;
    this.#usd = linearCost(fleet, context);
    this.#machines = owned === undefined || stays ? Number.POSITIVE_INFINITY : owned.machines;
    this.#isOwned = owned !== undefined;
    this.#now = new Float64Array(fleet.tenants.length);
    this.#scales = new Float64Array(Math.max(0, ...load.weekOf) + 1);
  }

  /** USD a month over the horizon; infinite where it takes more machines than there are. */
  usdIn(draw: number): number {
    const { months, rates, growths } = this.#load;
    const now = this.#now;
    for (let index = 0; index < now.length; index++) now[index] = rates[index]?.[draw] ?? 0;
    let [instances, most] = [0, 0];
    for (let month = 0; month < months; month++) {
      const count = instancesFor(this.#peakIn(draw, month), this.#replicas, this.#spare);
      this.counts[month] = count;
      instances += count;
      if (count > most) most = count;
      for (let index = 0; index < now.length; index++) now[index] = (now[index] ?? 0) * (growths[index]?.[draw] ?? 1);
    }
    this.most = most;
    if (most > this.#machines) return Number.POSITIVE_INFINITY;
    return this.#usd.fixed + this.#usd.perInstance * (this.#isOwned ? most : instances / months);
  }

  /** Share of the months of the draw that was priced last in which the fleet alone is a full-time job. */
  fullTimeShare(): number {
    let full = 0;
    for (const count of this.counts) if (count * this.gpusPerInstance > FULL_TIME_ABOVE_GPUS) full += 1;
    return full / this.counts.length;
  }

  /** Replicas that are busy in the worst minute of a month. */
  #peakIn(draw: number, month: number): number {
    const { months, peaks, weekOf, hours } = this.#load;
    const scales = this.#scales.fill(0);
    let mean = 0;
    for (let index = 0; index < peaks.length; index++) {
      const busy = (this.#now[index] ?? 0) / ((this.#rates[index * months + month] ?? Number.NaN) * (this.#factors[index]?.[draw] ?? 1));
      const week = weekOf[index] ?? 0;
      mean += busy;
      scales[week] = (scales[week] ?? 0) + busy * (peaks[index] ?? 0);
    }
    let peak = mean;
    for (const hour of hours) {
      let sum = 0;
      for (let week = 0; week < scales.length; week++) sum += (scales[week] ?? 0) * (hour[week] ?? 0);
      if (sum > peak) peak = sum;
    }
    return peak;
  }
}

/** What a draw makes of the expected rate of a replica for one tenant. */
function factorsOf({ workload, table }: Tenant, key: string, draws: Draws): Float64Array {
  const served = table.options.get(key);
  if (served === undefined) throw new Error(`defect: ${key} does not serve ${table.model.id}`);
  const { expected, p10, p90 } = served.first.capacity.requestsPerSecond;
  const band = drawn({ low: p10 / expected, expected: 1, high: p90 / expected }, inputId.throughput(table.model.id), draws);
  const tokens = drawn(served.rateRatio, inputId.tokens(workload.name), draws);
  if (band === null || tokens === null) return band ?? tokens ?? new Float64Array(draws.count).fill(1);
  return band.map((factor, draw) => factor * (tokens[draw] ?? 1));
}

/** The bill of a fleet is a straight line in its mean number of instances: weights and the on-demand base are there once. */
function linearCost(fleet: SizedFleet, { facts, catalog }: PricingContext) {
  const at = (instances: number) =>
    fleetLines({ ...fleet, instancesByMonth: [instances], billedByMonth: [instances] }, facts, catalog, EXPECTED).reduce(
      (sum, line) => sum + (line.monthlyUsd ?? 0),
      0,
    );
  const [one, two] = [at(1), at(2)];
  return { fixed: 2 * one - two, perInstance: two - one };
}
