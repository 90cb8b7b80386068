import { requestsIn } from "./api-cost.ts";
import { totalUsd } from "./cost-line.ts";
import { FULL_TIME_ABOVE_GPUS } from "./defaults.ts";
import { type Draws, drawn } from "./draws.ts";
import { cheapestFleet, type FleetLimits, type SizedFleet } from "./fleet.ts";
import { fleetLines } from "./fleet-cost.ts";
import type { FleetDraws } from "./fleet-draws.ts";
import { growthFactors, inputId } from "./inputs.ts";
import { rentedOnly } from "./owned.ts";
import { replicaRate } from "./pairs.ts";
import type { PricingContext } from "./pricing-context.ts";
import { EXPECTED, type Scenario, scenario } from "./scenario.ts";
import { largestGpus } from "./sizing.ts";

/** Whether a fleet leaves load to an API or follows the week. */
export function isElastic(fleet: SizedFleet): boolean {
  return fleet.schedule !== null || fleet.overflowShares.size > 0;
}

/** Draws of an elastic fleet, and the factor on the overflow that it is billed in the expected case. */
export interface ElasticDraws extends FleetDraws {
  readonly factor: Float64Array;
}

/** An elastic fleet as its load and the rate of its replicas move; what was sized is known. */
export interface ElasticCurves {
  readonly load: Curve;
  readonly rate: Curve;
}

/** The curves of a fleet and its overflow: sized anew at each factor, as a policy with that load would be. */
export function elasticCurves(fleet: SizedFleet, context: PricingContext): ElasticCurves {
  const limits = limitsOf(fleet, context);
  return {
    load: new Curve((volume) => sizedIn(fleet, limits, context, scenario({ volume }))),
    rate: new Curve((throughputFactor) => sizedIn(fleet, limits, context, scenario({ throughputFactor }))),
  };
}

/**
 * GPUs within which a fleet is sized: any number, as many as need no full-time job and, where it was decided with fewer than would cost least, so that
 * all fleets together need none, as many as it was decided with.
 */
function limitsOf(fleet: SizedFleet, { facts, offers }: PricingContext): readonly FleetLimits[] {
  const limits = [{ mostGpus: Number.POSITIVE_INFINITY }, { mostGpus: FULL_TIME_ABOVE_GPUS }];
  const decided = largestGpus(fleet);
  const small = cheapestFleet(fleet.tenants, rentedOnly(offers), facts, EXPECTED, { mostGpus: FULL_TIME_ABOVE_GPUS });
  return small !== undefined && decided < largestGpus(small) ? [...limits, { mostGpus: decided }] : limits;
}

/**
 * An elastic fleet in every draw: instances and overflow of the least cost together at that draw's load, from a curve over the load, times what that
 * draw's rate of a replica does at the expected load. So nobody holds on to servers where fewer and more overflow cost less. That the two
 * effects multiply is an approximation, and so is one factor for the load of all its workloads.
 *
 * Example: 10,000 USD of servers and 2,000 of overflow that are 15,000 and 4,000 at 1.6 times the load: those in a draw of that load.
 */
export function elasticDraws(fleet: SizedFleet, { load, rate }: ElasticCurves, context: PricingContext, draws: Draws): ElasticDraws {
  const [loads, rates] = [loadFactors(fleet, context, draws), rateFactors(fleet, draws)];
  const today = load.at(1);
  const billedUsd = overflowUsd(fleet, EXPECTED);
  const column = () => new Float64Array(draws.count);
  const factor = column();
  const sizes = today.map(() => ({ usd: column(), gpus: column() }));
  for (let draw = 0; draw < draws.count; draw++) {
    const [at, by] = [load.at(loads[draw] ?? 1), rate.at(rates[draw] ?? 1)];
    const of = (index: number, figure: Figure) =>
      product(at[index]?.[figure] ?? Number.NaN, by[index]?.[figure] ?? Number.NaN, today[index]?.[figure] ?? Number.NaN);
    // An overflow that is not there in the expected case has no bill that a factor could move.
    const billed = billedUsd === 0 ? 0 : of(0, "overflowUsd");
    factor[draw] = billedUsd === 0 ? 0 : billed / billedUsd;
    for (const [index, { usd, gpus }] of sizes.entries()) {
      usd[draw] = of(index, "usd") + of(index, "overflowUsd") - billed;
      gpus[draw] = of(index, "gpus");
    }
  }
  const [any] = sizes;
  if (any === undefined) throw new Error("defect: a fleet without a size");
  return { factor, usd: any.usd, ...monthly(any.gpus, fleet), sizes };
}

/** GPUs of each month from those of the largest, in the proportions of the fleet as it was decided. */
function monthly(largest: Float64Array, { instancesByMonth }: SizedFleet): Pick<FleetDraws, "gpus" | "months"> {
  const most = Math.max(...instancesByMonth);
  if (instancesByMonth.every((count) => count === most)) return { gpus: largest, months: 1 };
  const months = instancesByMonth.length;
  const gpus = new Float64Array(largest.length * months);
  for (const [draw, count] of largest.entries())
    for (const [month, instances] of instancesByMonth.entries()) gpus[draw * months + month] = (count * instances) / most;
  return { gpus, months };
}

/** What a load makes of a figure times what a rate makes of it; the load alone where there is nothing today, infinite where either leaves no fleet. */
function product(at: number, by: number, today: number): number {
  if (!Number.isFinite(at) || !Number.isFinite(by)) return Number.POSITIVE_INFINITY;
  return today === 0 || !Number.isFinite(today) ? at : (at * by) / today;
}

/** The fleet of least cost within a number of GPUs, in USD a month; its cost is infinite where there is none. */
interface Size {
  readonly usd: number;
  readonly overflowUsd: number;
  readonly gpus: number;
}

type Figure = keyof Size;

/** A fleet within each of its limits, that of any size first. */
type Point = readonly Size[];

/** Points of a doubling at which a fleet is sized; between them its cost goes on a straight line. */
const POINTS_PER_DOUBLING = 3;

class Curve {
  readonly #sized: (factor: number) => Point;
  readonly #points = new Map<number, Point>();

  constructor(sized: (factor: number) => Point) {
    this.#sized = sized;
  }

  at(factor: number): Point {
    const place = Math.log2(factor) * POINTS_PER_DOUBLING;
    const below = Math.floor(place + 1e-9);
    const [low, high] = [2 ** (below / POINTS_PER_DOUBLING), 2 ** ((below + 1) / POINTS_PER_DOUBLING)];
    const share = Math.max(0, (factor - low) / (high - low));
    const from = this.#point(below, low);
    return share < 1e-9 ? from : between(from, this.#point(below + 1, high), share);
  }

  #point(place: number, factor: number): Point {
    const known = this.#points.get(place) ?? this.#sized(factor);
    this.#points.set(place, known);
    return known;
  }
}

function between(from: Point, to: Point, share: number): Point {
  const of = (a: number, b: number) => (a === b ? a : a * (1 - share) + b * share);
  return from.map((a, index) => {
    const b = to[index] ?? a;
    return { usd: of(a.usd, b.usd), overflowUsd: of(a.overflowUsd, b.overflowUsd), gpus: of(a.gpus, b.gpus) };
  });
}

function sizedIn(
  { tenants }: SizedFleet,
  limits: readonly FleetLimits[],
  { facts, catalog, offers }: PricingContext,
  what: Scenario,
): Point {
  const rented = rentedOnly(offers);
  const usdOf = (fleet: SizedFleet) => totalUsd(fleetLines(fleet, facts, catalog, EXPECTED));
  let last = cheapestFleet(tenants, rented, facts, what);
  if (last === undefined) throw new Error("defect: a fleet has a configuration at one load and none at another");
  return limits.map((within) => {
    // The least of more GPUs is the least of fewer where it has no more than those.
    if (last !== undefined && largestGpus(last) > within.mostGpus) last = cheapestFleet(tenants, rented, facts, what, within);
    return last === undefined
      ? { usd: Number.POSITIVE_INFINITY, overflowUsd: 0, gpus: 0 }
      : { usd: usdOf(last), overflowUsd: overflowUsd(last, what), gpus: largestGpus(last) };
  });
}

/** What overflows from a fleet in an average month. */
function overflowUsd({ tenants, overflowShares }: SizedFleet, what: Scenario): number {
  let usd = 0;
  for (const { workload, overflowUsd: perRequest } of tenants) {
    const shares = overflowShares.get(workload.name) ?? [];
    for (const [month, share] of shares.entries())
      usd += (requestsIn(workload, month, what) * share * (perRequest?.[month] ?? 0)) / shares.length;
  }
  return usd;
}

/** Load of each draw against the expected one: requests, growth and tokens of the workloads, each as much as it keeps servers busy. */
function loadFactors(fleet: SizedFleet, { facts }: PricingContext, draws: Draws): Float64Array {
  const months = Array.from({ length: facts.horizonMonths }, (_, month) => month);
  const busy = fleet.tenants.map(
    ({ workload, table }) => requestsIn(workload, 0, EXPECTED) / replicaRate(table, fleet.key, 0, facts.horizonMonths, EXPECTED),
  );
  const all = busy.reduce((sum, value) => sum + value, 0);
  const factors = new Float64Array(draws.count);
  for (const [index, { workload, table }] of fleet.tenants.entries()) {
    const { name, requestsPerMonth } = workload;
    const declared = growthFactors(workload);
    const grown = (factor: number) => months.reduce((sum, month) => sum + factor ** month, 0);
    const expected = grown(declared.expected);
    const requests = drawn(requestsPerMonth, inputId.requests(name), draws);
    const growth = drawn(declared, inputId.growth(name), draws);
    const tokens = drawn(table.options.get(fleet.key)?.rateRatio ?? NO_RANGE, inputId.tokens(name), draws);
    const share = (busy[index] ?? 0) / all;
    for (let draw = 0; draw < draws.count; draw++) {
      const volume = (requests?.[draw] ?? requestsPerMonth.expected) / requestsPerMonth.expected;
      const more = growth === null ? 1 : grown(growth[draw] ?? declared.expected) / expected;
      factors[draw] = (factors[draw] ?? 0) + (share * volume * more) / (tokens?.[draw] ?? 1);
    }
  }
  return factors;
}

const NO_RANGE = { low: 1, expected: 1, high: 1 };

/** Rate of a replica in each draw against the expected one. */
function rateFactors({ model, option }: SizedFleet, draws: Draws): Float64Array {
  const { expected, p10, p90 } = option.capacity.requestsPerSecond;
  const band = drawn({ low: p10 / expected, expected: 1, high: p90 / expected }, inputId.throughput(model.id), draws);
  return band ?? new Float64Array(draws.count).fill(1);
}
