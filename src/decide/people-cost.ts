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

/** Hours on the servers, a full-time job in the months in which they are many. */
export function hostPeople(fleets: readonly SizedFleet[], facts: RequirementFacts, what: Scenario): CostLine[] {
  const row = SELF_HOST_PEOPLE[facts.mlOps];
  const planned = row.monthly[what.people];
  const hours = planned + Math.max(0, FULL_TIME_HOURS_PER_MONTH - planned) * fullTimeShare(fleets);
  const settled = fleets.every((fleet) => fleet.tenants.every(({ workload }) => workload.current?.path === "self-host"));
  return [
    people("people-self-host", "People: operate the servers", hours, facts, what),
    ...(settled
      ? []
      : [people("set-up-self-host", "Set-up of the servers, spread over the horizon", row.setUp / facts.horizonMonths, facts, what)]),
  ];
}

/**
 * Share of the months in which fleets have so many GPUs together that operating them is a full-time job; 0 without fleets.
 *
 * Example: 4 GPUs for six months and 12 for the next six: 0.5, so 65 and 173 hours make 119 a month.
 */
export function fullTimeShare(fleets: readonly SizedFleet[]): number {
  const months = fleets[0]?.instancesByMonth.length ?? 0;
  let full = 0;
  for (let month = 0; month < months; month++) if (isFullTimeIn(fleets, month)) full += 1;
  return months === 0 ? 0 : full / months;
}

/** Whether operating fleets is a full-time job in one month. */
export function isFullTimeIn(fleets: readonly SizedFleet[], month: number): boolean {
  const gpus = fleets.reduce((sum, { instancesByMonth, offer }) => sum + (instancesByMonth[month] ?? 0) * offer.instance.gpuCount, 0);
  return gpus > FULL_TIME_ABOVE_GPUS;
}

/**
 * Least share of the months in which fleets are a full-time job that are one in any: all of them where the load stays as it is, one where it moves
 * one way, so that all fleets are largest in the same month, and none where some of it grows and some shrinks.
 */
export function leastFullTimeShare({ workloads, horizonMonths }: Pick<RequirementFacts, "workloads" | "horizonMonths">): number {
  const ratios = workloads.flatMap(({ growthRatioPerMonth, tokenGrowthRatioPerMonth }) => [growthRatioPerMonth, tokenGrowthRatioPerMonth]);
  const [grows, shrinks] = [ratios.some((ratio) => ratio > 0), ratios.some((ratio) => ratio < 0)];
  if (grows && shrinks) return 0;
  return grows || shrinks ? 1 / horizonMonths : 1;
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
