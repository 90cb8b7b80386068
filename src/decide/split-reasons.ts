import { TIE_RATIO } from "./defaults.ts";
import { grouped, usd } from "./describe.ts";
import type { WorkloadFacts } from "./facts.ts";
import type { Flips } from "./flips.ts";
import type { SearchResult } from "./search.ts";
import type { Choice, SplitOption } from "./split.ts";
import { busiestHourRate, largestGrowth } from "./traffic.ts";
import type { Reason } from "./types.ts";

/**
 * Why a workload is split: what the overflow saves against each side alone.
 *
 * Example: "qwen3-32b on own instances with gpt-5.4-mini for the overflow costs $4,120 a month less than own instances for the
 * whole peak and $9,300 less than gpt-5.4-mini alone, people included".
 */
export function splitReason(split: SplitOption, index: number, search: SearchResult, flips: Flips, line: number): Reason {
  const api = flips.rival(index, "api");
  const own = leastOwnUsd(index, search, flips);
  const total = flips.chosen.monthlyUsd;
  const against = [
    ...(own === undefined ? [] : [`${difference(own - total)} than own instances for the whole peak`]),
    ...(api === undefined ? [] : [`${difference(api.monthlyUsd - total)} than an API alone`]),
  ];
  const pair = `${split.base.candidate.model.id} on own instances with ${split.overflow.candidate.model.id} for the overflow`;
  return { rule: "cost", verdict: "info", text: `${pair} costs ${against.join(" and ")}, people included`, line, source: null };
}

function leastOwnUsd(index: number, search: SearchResult, flips: Flips): number | undefined {
  const costs = (search.shortlists[index] ?? []).flatMap((option) =>
    option.kind === "self-host" ? (flips.base.price(flips.chosen.assignment.with(index, option))?.monthlyUsd ?? []) : [],
  );
  return costs.length === 0 ? undefined : Math.min(...costs);
}

function difference(saved: number): string {
  return `${usd(Math.abs(saved))} a month ${saved >= 0 ? "less" : "more"}`;
}

/** A split that saves next to nothing is not worth a router and a second supplier. */
export function simplerReason(): Reason {
  const text = `sending the overflow to an API would save less than ${TIE_RATIO * 100} %, so the plan without it was taken`;
  return { rule: "tie", verdict: "info", text, line: null, source: null };
}

/**
 * What must be arranged for a split: no spare instance runs, so the API stands in for one that fails, in the busiest month of the horizon too.
 * Example: "gpt-5.4-mini must be able to take 46 requests/s (79 by the end of the horizon) of support-chat while an instance is replaced: agree the
 * rate limit".
 */
export function overflowConditions(choice: Choice, workload: WorkloadFacts, horizonMonths: number): readonly string[] {
  if (choice.kind !== "split") return [];
  // Batch requests never overflow: they wait until the instance is back.
  const { requestsPerMonth, week, peakToAverage, batchRatio } = workload;
  const rate = busiestHourRate(requestsPerMonth.expected, week) * peakToAverage * (1 - batchRatio);
  const growth = largestGrowth(workload.growthRatioPerMonth, horizonMonths);
  const figure = (value: number) => grouped(Number(value.toPrecision(2)));
  const later = figure(rate * growth) === figure(rate) ? "" : ` (${figure(rate * growth)} by the end of the horizon)`;
  const most = `${figure(rate)} requests/s${later}`;
  const model = choice.overflow.candidate.model.id;
  return [`${model} must be able to take ${most} of ${workload.name} while an instance is replaced: agree the rate limit`];
}
