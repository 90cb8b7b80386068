import { weightsId } from "./apart.ts";
import type { Trace } from "./decide.ts";
import { usd } from "./describe.ts";
import type { Finding } from "./evaluation-types.ts";
import type { Flips } from "./flips.ts";
import { clears } from "./hurdle.ts";
import type { WorkloadOptions } from "./options.ts";
import { accessOf, type PricedPortfolio, type Pricer } from "./portfolio.ts";
import { worthOf } from "./preferences.ts";
import { hurdleOf } from "./recommend.ts";
import { isBelowServers } from "./saving.ts";
import { isClassDeclared, type SplitOption, splitsOf, tokensOf } from "./split.ts";
import { membersOf } from "./standing.ts";

/**
 * Workloads that would be split between servers and an API if the policy said what their data is. What the others are served by stays, so a split
 * that pays only for two workloads together is not found.
 */
export function splitFindings({ options, decision, flips }: Trace): readonly Finding[] {
  if (flips === null || isBelowServers(flips)) return [];
  return options.flatMap((entry, index): Finding[] => {
    const { name } = entry.workload;
    const savingUsd = isClassDeclared(entry.workload) ? undefined : savingOfSplit(flips, entry, index);
    if (savingUsd === undefined) return [];
    const line = decision.workloads.find((workload) => workload.name === name)?.line ?? null;
    const text = `${name}: servers for the base of the load with an API for its peaks would cost about ${usd(savingUsd)} a month less; they were not considered, as nothing says what the data is: declare data_class, or compliance.data_may_leave: true`;
    return [{ id: "overflow-not-considered", level: "notice", text, line }];
  });
}

/** What the best split of a workload costs less than what was chosen, in USD a month, were its data declared; undefined where none would be recommended. */
function savingOfSplit({ base: pricer, chosen, shortlists }: Flips, entry: WorkloadOptions, index: number): number | undefined {
  const { facts, catalog } = pricer.context;
  const declared = { ...entry, workload: { ...entry.workload, compliance: { ...entry.workload.compliance, dataMayLeave: true } } };
  const shortlist = shortlists[index] ?? [];
  const worth = (priced: PricedPortfolio) => worthOf(priced, facts, catalog);
  const splits = splitsOf(declared, shortlist, (option) => pricer.overflowListUsd(index, option), accessOf).flatMap((split) => {
    if (!mayPay(pricer, chosen, split, index)) return [];
    const priced = pricer.price(chosen.assignment.with(index, split));
    const isBetter = priced !== undefined && clears(hurdleOf(pricer, shortlists, chosen, priced), worth(chosen), worth(priced));
    return isBetter ? [priced] : [];
  });
  const [best] = splits.sort((a, b) => worth(a) - worth(b));
  return best === undefined || best.monthlyUsd >= chosen.monthlyUsd ? undefined : chosen.monthlyUsd - best.monthlyUsd;
}

/** Whether the servers of a split, which take long to size, could cost less than the tokens of this workload. Servers that are there already could. */
function mayPay(pricer: Pricer, chosen: PricedPortfolio, { base, overflow }: SplitOption, index: number): boolean {
  const choice = chosen.assignment[index];
  const tokens = choice === undefined ? null : tokensOf(choice);
  const weights = weightsId(base, pricer.workloadAt(index));
  if (tokens === null || membersOf(chosen.assignment, pricer.workloadAt).has(weights)) return true;
  return pricer.groupFloor(weights, [{ index, host: base, overflow }]).anyFloorUsd() < pricer.tokenUsd(index, tokens);
}
