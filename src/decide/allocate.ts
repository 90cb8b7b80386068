import type { Catalog } from "../catalog/index.ts";
import type { RequirementFacts } from "./facts.ts";
import type { SizedFleet } from "./fleet.ts";
import { fleetLines } from "./fleet-cost.ts";
import type { PricedPortfolio } from "./portfolio.ts";
import type { Scenario } from "./scenario.ts";
import { sharedLines } from "./shared-cost.ts";
import { hostsOf, tokensOf } from "./split.ts";
import type { CostLine } from "./types.ts";

/**
 * The bill of each workload, in policy order; all lines together are the bill of the portfolio.
 * Tokens are a workload's own. A fleet is split by the replicas that each tenant keeps busy; people, network and keys
 * of a side are split evenly between the workloads on that side. A workload with an overflow stands on both sides, and keeps busy
 * what does not overflow. With `only`, the bills of all other workloads stay empty.
 */
export function allocate(
  priced: PricedPortfolio,
  facts: RequirementFacts,
  catalog: Catalog,
  what: Scenario,
  only?: number,
): readonly (readonly CostLine[])[] {
  const shared = sharedLines(priced.sharing, facts, catalog, what);
  const onApi = priced.assignment.filter((choice) => tokensOf(choice) !== null).length;
  const onHosts = priced.assignment.filter((choice) => hostsOf(choice) !== null).length;
  const fleets = priced.fleets.map((fleet) => ({ fleet, lines: fleetLines(fleet, facts, catalog, what), shares: tenantShares(fleet) }));
  const common = shared.common.map((line) => part(line, 1 / priced.assignment.length));
  const apiShared = shared.api.map((line) => part(line, 1 / onApi));
  const selfHost = shared.selfHost.map((line) => part(line, 1 / onHosts));
  return priced.assignment.map((choice, index) => {
    if (only !== undefined && only !== index) return [];
    const training = priced.training[index] ?? [];
    const api = tokensOf(choice) === null ? [] : [...(priced.bills[index]?.lines ?? []), ...apiShared];
    if (hostsOf(choice) === null) return [...api, ...training, ...common];
    const name = facts.workloads[index]?.name ?? "";
    const own = fleets.flatMap(({ lines, shares }) => {
      const share = shares.get(name);
      return share === undefined ? [] : lines.map((line) => part(line, share));
    });
    return [...own, ...training, ...selfHost, ...api, ...common];
  });
}

/** Share of each tenant in the busy replicas of its fleet; the shares add up to 1. */
export function tenantShares(fleet: SizedFleet): ReadonlyMap<string, number> {
  const busy = fleet.tenants.map(({ workload, table }) => {
    const rate = table.options.get(fleet.key)?.first.capacity.requestsPerSecond.expected;
    if (rate === undefined) throw new Error(`defect: ${workload.name} is on a fleet that does not serve it`);
    const overflow = meanOf(fleet.overflowShares.get(workload.name) ?? [0]);
    return { name: workload.name, replicas: (workload.requestsPerMonth.expected * (1 - overflow)) / rate };
  });
  const all = busy.reduce((sum, { replicas }) => sum + replicas, 0);
  return new Map(busy.map(({ name, replicas }) => [name, replicas / all]));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function part(line: CostLine, share: number): CostLine {
  if (share === 1) return line;
  return { ...line, share, quantity: line.quantity * share, monthlyUsd: line.monthlyUsd === null ? null : line.monthlyUsd * share };
}
