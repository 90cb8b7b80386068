import type { ServingOption, ServingSearch, UnservableConfiguration } from "../capacity/types.ts";
import { findGpu } from "../catalog/index.ts";
import type { SelfHostCandidate } from "./candidates.ts";
import type { PolicyNeeds, WorkloadNeeds } from "./facts.ts";
import type { OptionContext } from "./options.ts";
import type { ServingSearches } from "./serving-table.ts";

/** The miss that came closest says most: a broken promise, else the most memory that still did not do. */
export function whyUnservable(
  candidate: SelfHostCandidate,
  { first, last }: ServingSearches,
  workload: WorkloadNeeds,
  context: OptionContext<PolicyNeeds>,
): string {
  if (context.offers.length === 0) return `no GPU instance has a known price in ${context.facts.region}`;
  if (first.served.length > 0) {
    return `${candidate.model.id}: ${whyNoneIsLeft(first, last, workload, context)}`;
  }
  const closest = closestMiss(first, context);
  return closest === undefined
    ? `${candidate.model.id} has no configuration on the instances on offer`
    : `${candidate.model.id}: ${closest.text}`;
}

/** Some configuration would serve the first month, and yet none may be taken. */
function whyNoneIsLeft(first: ServingSearch, last: ServingSearch, workload: WorkloadNeeds, context: OptionContext<PolicyNeeds>): string {
  if (!first.served.some((option) => onOwnGpu(option, workload, context)))
    return "no machine of purchase.owned has the memory and the speed for it";
  if (last.served.length === 0) return "it no longer keeps the promise at the last month's tokens";
  return "the capability floor leaves no precision that fits";
}

function closestMiss(search: ServingSearch, context: OptionContext<PolicyNeeds>): UnservableConfiguration | undefined {
  const memory = (row: UnservableConfiguration) => (findGpu(context.catalog, row.gpu)?.memoryGiB ?? 0) * row.tensorParallel;
  const order = ["latency", "memory", "unsupported-precision"];
  return [...search.unservable].sort((a, b) => order.indexOf(a.reason) - order.indexOf(b.reason) || memory(b) - memory(a))[0];
}

/** What must run on your premises runs on GPUs that you own, all of a server's in one machine. */
export function onOwnGpu(option: ServingOption, { compliance }: WorkloadNeeds, { offers }: OptionContext<PolicyNeeds>): boolean {
  if (compliance.onPremises !== true) return true;
  const { gpu, tensorParallel } = option.configuration;
  return offers.some(({ owned, instance }) => owned !== undefined && instance.gpu === gpu.id && instance.gpuCount >= tensorParallel);
}
