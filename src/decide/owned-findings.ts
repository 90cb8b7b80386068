import type { PolicyDocument } from "../policy/policy.ts";
import type { Trace } from "./decide.ts";
import { HOURS_PER_MONTH } from "./defaults.ts";
import { usd } from "./describe.ts";
import type { Finding } from "./evaluation-types.ts";

/**
 * What must be known about machines of your own: those that stand idle cost their depreciation all the same, and those that serve are
 * neither built nor judged here: the rules read the facts of AWS. Where an API serves what they could, nobody looked for a plan in which they carry
 * the base of the load, and it must be said: with machines that are paid for it can cost least.
 */
export function ownedFindings(trace: Trace, document: PolicyDocument): readonly Finding[] {
  const line = document.lineOf("purchase.owned") || null;
  return trace.offers.flatMap(({ owned, instance, usdPerHour }): Finding[] => {
    if (owned === undefined) return [];
    const used = trace.decision.fleets
      .filter(({ instanceType }) => instanceType === instance.id)
      .reduce((sum, { instances }) => sum + Math.max(instances.first, instances.last), 0);
    const idle = owned.machines - used;
    const sunk =
      owned.depreciationUsd < 1 ? "" : `; ${usd(owned.depreciationUsd)} of it is depreciation, which is paid whether it serves or not`;
    const text = `${idle} of ${owned.machines} ${instance.id} serve nothing; each costs up to ${usd(usdPerHour * HOURS_PER_MONTH)} a month that is not in this total${sunk}${notSplit(trace)}`;
    return [
      ...(idle > 0 ? [{ id: "owned-machines-idle", level: "notice", text, line } as const] : []),
      ...(used > 0 && owned.comesOn !== undefined
        ? [
            {
              id: "owned-to-come",
              level: "warning",
              text: `${instance.id} is bought on ${owned.comesOn}, but the plan runs on it from its first month on: until then something else must serve`,
              line,
            } as const,
          ]
        : []),
      ...(used > 0
        ? [
            {
              id: "owned-not-built",
              level: "notice",
              text: `${instance.id} is your own machine: nothing here builds it, and the rules were read for AWS; prove the same for your building`,
              line,
            } as const,
          ]
        : []),
    ];
  });
}

function notSplit({ options, decision }: Trace): string {
  const mayBe = options.some(({ workload, feasible }) => {
    const served = decision.workloads.find(({ name }) => name === workload.name);
    return (
      served?.path !== "self-host" && feasible.some(({ kind }) => kind === "self-host") && feasible.some(({ kind }) => kind !== "self-host")
    );
  });
  return mayBe ? "; a plan in which they carry the base of the load and an API the rest is not looked for" : "";
}
