import { isPromised, type WorkloadFacts } from "./facts.ts";
import type { FeasibleOption, SelfHostOption, WorkloadOptions } from "./options.ts";
import { type Choice, hostsOf } from "./split.ts";
import { hasOwnWeights } from "./tuning-facts.ts";

/**
 * A server has one speed for all that it runs, the strictest that any of its workloads promises. So a workload without a latency promise may share
 * the servers of those with one, which costs speed, or have servers of its own for the same model, which costs whole instances: two options.
 */
export function withApart(
  workloads: readonly WorkloadOptions[],
  shortlists: readonly (readonly FeasibleOption[])[],
): readonly (readonly FeasibleOption[])[] {
  const promised = new Set(
    workloads.flatMap(({ workload }, index) =>
      isPromised(workload) && !hasOwnWeights(workload)
        ? (shortlists[index] ?? []).flatMap((option) => (option.kind === "self-host" ? [option.candidate.model.id] : []))
        : [],
    ),
  );
  return shortlists.map((list, index) => {
    const workload = workloads[index]?.workload;
    if (workload === undefined || isPromised(workload) || hasOwnWeights(workload)) return list;
    return list.flatMap((option): readonly FeasibleOption[] =>
      option.kind === "self-host" && promised.has(option.candidate.model.id) ? [option, { ...option, isApart: true }] : [option],
    );
  });
}

/**
 * What the servers of a choice hold: workloads with the same id share them. Weights that were changed for one workload serve that one alone;
 * adapters lie beside the weights that all share. `llama-3.3-70b-instruct`, `llama-3.3-70b-instruct of support-chat`, or
 * `llama-3.3-70b-instruct without a promise`.
 */
export function weightsId({ candidate, isApart }: SelfHostOption, workload: WorkloadFacts): string {
  if (hasOwnWeights(workload)) return `${candidate.model.id} of ${workload.name}`;
  return isApart ? `${candidate.model.id} without a promise` : candidate.model.id;
}

/** The servers that an option stands apart from, as `weightsId` names them; null for one that stands apart from none. */
export function besides({ candidate, isApart }: SelfHostOption): string | null {
  return isApart ? candidate.model.id : null;
}

/** Whether a choice has servers apart from those of workloads with a promise. */
export function standsApart(choice: Choice | undefined): boolean {
  return choice !== undefined && hostsOf(choice)?.isApart === true;
}

/** Whether all that stand apart do so from a workload with a promise. The others would be the same portfolio under a second name. */
export function isApartForReason(assignment: readonly Choice[], workloadAt: (index: number) => WorkloadFacts): boolean {
  const hosts = assignment.map(hostsOf);
  const promised = (weights: string) =>
    hosts.some((host, index) => {
      const workload = workloadAt(index);
      return host !== null && isPromised(workload) && weightsId(host, workload) === weights;
    });
  return hosts.every((host) => {
    const weights = host === null ? null : besides(host);
    return weights === null || promised(weights);
  });
}
