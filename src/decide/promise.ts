import type { LatencyPromise, RequestShape } from "../capacity/types.ts";
import type { Range, WorkloadNeeds } from "./facts.ts";

export function promiseOf({ ttftMsP95, tpotMsP95 }: WorkloadNeeds): LatencyPromise {
  return { ttftMsP95, tpotMsP95 };
}

/**
 * What a workload's requests must keep on a server that others share: a server has one speed for all that it runs, so the strictest TPOT holds for
 * all of them, and nobody may hold up those who were promised the fastest start. Null where its own promise says as much.
 *
 * Example: bulk work without a promise beside a chat at 30 ms a token runs at 30 ms a token.
 */
export function sharedPromise(workload: WorkloadNeeds, others: readonly WorkloadNeeds[]): LatencyPromise | null {
  const least = (values: readonly (number | null)[]) => Math.min(...values.map((value) => value ?? Number.POSITIVE_INFINITY));
  const tpot = least([workload, ...others].map(({ tpotMsP95 }) => tpotMsP95));
  const ttft = least(others.map(({ ttftMsP95 }) => ttftMsP95));
  const fastest = ttft < (workload.ttftMsP95 ?? Number.POSITIVE_INFINITY) ? others.find(({ ttftMsP95 }) => ttftMsP95 === ttft) : undefined;
  const isStricter = tpot < (workload.tpotMsP95 ?? Number.POSITIVE_INFINITY);
  if (!isStricter && fastest === undefined) return null;
  return {
    ttftMsP95: workload.ttftMsP95,
    tpotMsP95: Number.isFinite(tpot) ? tpot : null,
    ...(fastest === undefined ? {} : { beside: { shape: shapeOf(fastest, "expected", 1), ttftMsP95: ttft } }),
  };
}

/** A request as a server sees it: it makes one token even where nobody reads it, or no number of servers would be enough for a promised start. */
export function shapeOf({ inputTokens, outputTokens, cachedInputRatio }: WorkloadNeeds, end: keyof Range, growth: number): RequestShape {
  return { inputTokens: inputTokens[end] * growth, outputTokens: Math.max(1, outputTokens[end] * growth), cachedInputRatio };
}
