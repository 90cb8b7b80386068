import type { Catalog } from "../catalog/index.ts";
import { totalUsd } from "./cost-line.ts";
import type { RequirementFacts } from "./facts.ts";
import type { SizedFleet } from "./fleet.ts";
import { fleetInMonth, fleetLines } from "./fleet-cost.ts";
import { fullTimeShare, fullTimeSurchargeUsd, isFullTimeIn } from "./people-cost.ts";
import type { PricedPortfolio } from "./portfolio.ts";
import { EXPECTED } from "./scenario.ts";
import { tokensOf } from "./split.ts";
import type { PlannedMonth } from "./types.ts";

/**
 * What AWS bills in each month of the horizon for what grows: rented servers with all that comes with them, and tokens on Bedrock. Everything
 * else of its bill is alike every month.
 *
 * Example: one server that becomes two in the seventh of twelve months: 6 x 4,000 and 6 x 8,000 USD, where the average says 6,000.
 */
export function plannedMonths(chosen: PricedPortfolio, facts: RequirementFacts, catalog: Catalog): readonly PlannedMonth[] {
  const rented = chosen.fleets.filter(({ offer }) => offer.owned === undefined);
  const bedrock = chosen.bills.filter((_, index) => {
    const choice = chosen.assignment[index];
    return choice !== undefined && tokensOf(choice)?.candidate.route.id === "bedrock";
  });
  return Array.from({ length: facts.horizonMonths }, (_, month) => ({
    serversUsd: rented.reduce((sum, fleet) => sum + fleetMonthUsd(fleet, month, facts, catalog), 0),
    bedrockUsd: bedrock.reduce((sum, bill) => sum + (bill?.byMonthUsd[month] ?? 0), 0),
  }));
}

/**
 * Cost of a portfolio in one month of the horizon, in USD: that of the average month with that month's tokens, instances and people in place of the
 * averages. What is spread over the horizon (set-up, training) is alike every month.
 */
export function monthUsd(priced: PricedPortfolio, month: number, facts: RequirementFacts, catalog: Catalog): number {
  const tokens = priced.bills.reduce(
    (sum, bill) => sum + (bill === null ? 0 : (bill.byMonthUsd[month] ?? bill.monthlyUsd) - bill.monthlyUsd),
    0,
  );
  const averageUsd = (fleet: SizedFleet) => totalUsd(fleetLines(fleet, facts, catalog, EXPECTED));
  const hosts = priced.fleets.reduce((sum, fleet) => sum + fleetMonthUsd(fleet, month, facts, catalog) - averageUsd(fleet), 0);
  const fullTime = Number(isFullTimeIn(priced.fleets, month)) - fullTimeShare(priced.fleets);
  return priced.monthlyUsd + tokens + hosts + fullTime * fullTimeSurchargeUsd(facts, EXPECTED);
}

function fleetMonthUsd(fleet: SizedFleet, month: number, facts: RequirementFacts, catalog: Catalog): number {
  return totalUsd(fleetLines(fleetInMonth(fleet, month), facts, catalog, EXPECTED));
}
