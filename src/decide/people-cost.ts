import { API_PEOPLE, FULL_TIME_ABOVE_GPUS, FULL_TIME_HOURS_PER_MONTH, PEOPLE_SOURCE, SELF_HOST_PEOPLE } from "./defaults.ts";
import type { RequirementFacts, WorkloadFacts } from "./facts.ts";
import type { SizedFleet } from "./fleet.ts";
import type { Scenario } from "./scenario.ts";
import type { Sharing } from "./shared-cost.ts";
import type { CostLine } from "./types.ts";

/** Whether a workload is served by the token today, so that nothing is left to set up. */
export function isSettledOnApi({ current }: WorkloadFacts): boolean {
  return current?.path === "api";
}

/** Hours on the API side: all that it takes to operate, and its set-up spread over the horizon for what is not there yet. */
export function apiPeople(sharing: Pick<Sharing, "apiWorkloads">, facts: RequirementFacts, what: Scenario): CostLine[] {
  const settled = sharing.apiWorkloads.every(isSettledOnApi);
  return [
    people("people-api", "People: keys, limits, model updates", API_PEOPLE.monthly[what.people], facts, what),
    ...(settled ? [] : [people("set-up-api", "Set-up of the API side", API_PEOPLE.setUp / facts.horizonMonths, facts, what)]),
  ];
}

/** Hours on the servers, a full-time job where they are many. */
export function hostPeople(fleets: readonly SizedFleet[], facts: RequirementFacts, what: Scenario): CostLine[] {
  const row = SELF_HOST_PEOPLE[facts.mlOps];
  const hours = isFullTime(fleets) ? Math.max(row.monthly[what.people], FULL_TIME_HOURS_PER_MONTH) : row.monthly[what.people];
  const settled = fleets.every((fleet) => fleet.tenants.every(({ workload }) => workload.current?.path === "self-host"));
  return [
    people("people-self-host", "People: operate the servers", hours, facts, what),
    ...(settled
      ? []
      : [people("set-up-self-host", "Set-up of the servers, spread over the horizon", row.setUp / facts.horizonMonths, facts, what)]),
  ];
}

/** Whether fleets have so many GPUs in some month that operating them is a full-time job. */
export function isFullTime(fleets: readonly SizedFleet[]): boolean {
  const months = fleets[0]?.instancesByMonth.length ?? 0;
  for (let month = 0; month < months; month++) {
    let gpus = 0;
    for (const { instancesByMonth, offer } of fleets) gpus += (instancesByMonth[month] ?? 0) * offer.instance.gpuCount;
    if (gpus > FULL_TIME_ABOVE_GPUS) return true;
  }
  return false;
}

/** What the hours of a full-time job cost beyond those of a small fleet, in USD a month; 0 for a team that plans as many anyway. */
export function fullTimeSurchargeUsd(facts: RequirementFacts, what: Scenario): number {
  const planned = SELF_HOST_PEOPLE[facts.mlOps].monthly[what.people];
  return Math.max(0, FULL_TIME_HOURS_PER_MONTH - planned) * facts.hourlyRateUsd * what.hourlyRate;
}

function people(id: string, label: string, hours: number, facts: RequirementFacts, what: Scenario): CostLine {
  const rate = facts.hourlyRateUsd * what.hourlyRate;
  return { id, label, quantity: hours, unit: "engineer-hour", unitPriceUsd: rate, monthlyUsd: hours * rate, source: PEOPLE_SOURCE };
}
