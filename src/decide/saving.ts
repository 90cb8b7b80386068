import { HOURS_PER_MONTH, SELF_HOST_PEOPLE, TIE_RATIO } from "./defaults.ts";
import { usd } from "./describe.ts";
import type { RequirementFacts } from "./facts.ts";
import type { Flips } from "./flips.ts";
import { Pricer } from "./portfolio.ts";
import { newMemo } from "./pricing-context.ts";
import { pathOf, recommendNear, servedIds } from "./search.ts";

/**
 * Whether a plan without own servers costs less than any with them could: no month has fewer than one instance and the hours of its people. Machines of
 * your own may cost nothing, so nothing is said beside them.
 *
 * Example: 1,300 USD of tokens a month, where an instance of 380 USD takes 43 hours of 95 USD to operate.
 */
export function isBelowServers({ base, chosen }: Flips): boolean {
  const { facts, offers } = base.context;
  if (chosen.fleets.length > 0 || facts.purchase.owned.length > 0) return false;
  const leastPerHour = Math.min(...[...offers.values()].flat().map(({ usdPerHour }) => usdPerHour));
  const people = SELF_HOST_PEOPLE[facts.mlOps].monthly.expected * facts.hourlyRateUsd;
  return chosen.monthlyUsd <= leastPerHour * HOURS_PER_MONTH + people;
}

/**
 * What the policy would cost with other facts, found among the options that the search kept, in words: "about $48,041 a month in all on the path
 * self-host, $35,822 less". Undefined where it saves no more than a tie.
 *
 * For facts that rule no option in or out: how servers are bought, and what may wait. Example: a fleet of business hours that follows the week.
 */
export function savingText({ base, chosen, shortlists }: Flips, facts: RequirementFacts): string | undefined {
  const workloads = base.context.workloads.map((entry, index) => ({ ...entry, workload: facts.workloads[index] ?? entry.workload }));
  const pricer = new Pricer({ ...base.context, workloads, facts, memo: newMemo() });
  const other = recommendNear(pricer, servedIds(base, chosen.assignment), shortlists).chosen;
  const savingUsd = other === undefined ? 0 : chosen.monthlyUsd - other.monthlyUsd;
  if (other === undefined || savingUsd <= chosen.monthlyUsd * TIE_RATIO) return undefined;
  const path = pathOf(other.assignment);
  const words = path === pathOf(chosen.assignment) ? "" : ` on the path ${path}`;
  return `about ${usd(other.monthlyUsd)} a month in all${words}, ${usd(savingUsd)} less`;
}
