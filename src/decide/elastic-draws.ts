import type { Draws } from "./draws.ts";
import { cheapestFleet, type SizedFleet } from "./fleet.ts";
import { configurationsOf, type FleetDraws, fleetDraws } from "./fleet-draws.ts";
import { type PricingContext, totalUsd } from "./portfolio.ts";
import { EXPECTED } from "./scenario.ts";
import { fleetLines } from "./shared-cost.ts";

/** Whether a fleet leaves load to an API or follows the week. */
export function isElastic(fleet: SizedFleet): boolean {
  return fleet.schedule !== null || fleet.overflowShares.size > 0;
}

/** Draws of an elastic fleet, and the factor on its expected cost in each draw, which its overflow shares. */
export interface ElasticDraws extends FleetDraws {
  readonly factor: Float64Array;
}

/**
 * An elastic fleet and its overflow swing as the fleet for the whole peak does: in each draw both cost what they cost in the
 * expected case, times what the whole fleet costs in that draw over what it costs in the expected case. An approximation: a
 * larger load meets the same balance of instances and overflow.
 *
 * Example: a whole fleet of 10,000 USD that costs 12,000 in a draw makes a base fleet of 6,000 cost 7,200 there.
 */
export function elasticDraws(fleet: SizedFleet, context: PricingContext, draws: Draws): ElasticDraws {
  const always = { ...context, facts: { ...context.facts, purchase: { ...context.facts.purchase, gpuSchedule: "always" as const } } };
  const tenants = fleet.tenants.map(({ workload, table }) => ({ workload, table }));
  const whole = cheapestFleet(tenants, context.offers, always.facts, EXPECTED);
  if (whole === undefined) throw new Error("defect: a fleet for a part of the load exists, but none for the whole");
  const swing = fleetDraws(configurationsOf(whole, always), always, draws);
  const expected = totalUsd(fleetLines(whole, always.facts, context.catalog, EXPECTED));
  const own = totalUsd(fleetLines(fleet, context.facts, context.catalog, EXPECTED));
  const gpuFactor = mostGpus(fleet) / mostGpus(whole);
  const factor = swing.usd.map((usd) => usd / expected);
  const usd = factor.map((value) => value * own);
  const gpus = swing.gpus.map((count) => count * gpuFactor);
  const { months } = swing;
  const largest = usd.map((_, draw) => Math.max(...gpus.subarray(draw * months, (draw + 1) * months)));
  return { factor, usd, gpus, months, sizes: [{ usd, gpus: largest }] };
}

function mostGpus(fleet: SizedFleet): number {
  return Math.max(...fleet.instancesByMonth) * fleet.offer.instance.gpuCount;
}
