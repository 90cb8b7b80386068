import type { Policy, PolicyDocument } from "../policy/policy.ts";
import { expectedUsd, type Trace } from "./decide.ts";
import { usd } from "./describe.ts";
import type { Finding } from "./evaluation-types.ts";
import type { Plan } from "./types.ts";

/**
 * The other view of machines that you own and that the plan leaves idle. Depreciation counts as a cost of using a machine: it stands for what a
 * sale or another use would bring. Where neither is possible, the money is spent either way, and only power, place and people can still be
 * saved. If that view takes the machines into use, both figures are told, and how to decide by it.
 *
 * `planWith` plans the same policy with other machines. Example: 6,944 USD a month of depreciation and 1,162 of power lose to 4,000 USD of tokens;
 * of what can still be saved, 1,162 wins.
 */
export function sunkCostFindings(trace: Trace, document: PolicyDocument, planWith: (document: PolicyDocument) => Plan): readonly Finding[] {
  const decided = expectedUsd(trace.decision.monthlyCostUsd);
  const worn = trace.offers.some(({ owned }) => owned !== undefined && owned.depreciationUsd >= 1);
  if (
    decided === null ||
    !worn ||
    machinesOf(trace.decision) >= trace.facts.purchase.owned.reduce((sum, { machines }) => sum + machines, 0)
  )
    return [];
  const other = planWith({ ...document, policy: writtenOff(document.policy) });
  const otherUsd = expectedUsd(other.monthlyCostUsd);
  if (otherUsd === null || otherUsd >= decided || machinesOf(other) <= machinesOf(trace.decision)) return [];
  const text =
    `depreciation counts here as a cost of using your own machines, as if an idle one could be sold or serve elsewhere; if it cannot, that money is ` +
    `spent either way, and ${other.path} with ${machinesOf(other)} of them costs ${usd(otherUsd)} a month besides it, ${usd(decided - otherUsd)} less ` +
    `than this plan: declare purchase_usd: 0 to decide so`;
  return [{ id: "owned-sunk-cost", level: "notice", text, line: document.lineOf("purchase.owned") || null }];
}

function writtenOff(policy: Policy): Policy {
  return {
    ...policy,
    purchase: { ...policy.purchase, owned: (policy.purchase?.owned ?? []).map((entry) => ({ ...entry, purchaseUsd: 0 })) },
  };
}

/** Own machines that a plan uses in its largest month. */
function machinesOf({ fleets }: Pick<Plan, "fleets">): number {
  return fleets.reduce((sum, { owned, instances }) => sum + (owned === true ? Math.max(instances.first, instances.last) : 0), 0);
}
