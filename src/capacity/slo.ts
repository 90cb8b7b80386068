import { banded, confidenceClass } from "./confidence.ts";
import { TRAFFIC_SPREAD } from "./constants.ts";
import { type EngineConstants, VLLM } from "./engine.ts";
import {
  batchP95,
  closedRate,
  dominantPart,
  largest,
  openPoint,
  operate,
  othersAtRate,
  othersWithin,
  type Serving,
  servingOf,
  type TailLatency,
  tailLatency,
  tpotP95,
  ttftP95,
} from "./operate.ts";
import { type Timing, timingOf } from "./timing.ts";
import type { LatencyPromise, ReplicaCapacity, RequestShape, ServingConfiguration } from "./types.ts";

export type CapacityResult =
  | { readonly kind: "capacity"; readonly capacity: ReplicaCapacity }
  | { readonly kind: "misses-promise"; readonly text: string };

/**
 * Highest rate of Poisson arrivals at which one replica keeps its p95 promise, or the reason why it cannot even alone.
 *
 * Without any promise the work is throughput work: the largest batch that the cache and the scheduler hold. With a promise the p95 batch must fit
 * the cache too, since a preempted request breaks its TPOT. Callers check `memoryFit` first.
 * `measured` moves both latencies where the policy's own benchmarks say so: with TPOT 1.2 times the predicted one, 50 ms are kept where the model
 * says 41.7 ms. Example: Llama 3.3 70B fp8 on 2 x H100, 1000 in / 500 out, TTFT 800 ms, TPOT 50 ms: 3.9 requests/s at 88 running.
 */
export function replicaCapacity(
  configuration: ServingConfiguration,
  shape: RequestShape,
  promise: LatencyPromise,
  engine: EngineConstants = VLLM,
  measured: LatencyRatios = AS_PREDICTED,
): CapacityResult {
  return capacityAt(timingOf(configuration, engine), shape, promise, measured);
}

/** `replicaCapacity` of a configuration whose work was counted before. */
export function capacityAt(
  timing: Timing,
  shape: RequestShape,
  own: LatencyPromise,
  measured: LatencyRatios = AS_PREDICTED,
): CapacityResult {
  const serving = servingOf(timing, shape, { spread: TRAFFIC_SPREAD, longestOutput: null });
  if (own.ttftMsP95 === null && own.tpotMsP95 === null && own.beside === undefined)
    return { kind: "capacity", capacity: throughputCapacity(serving, measured) };
  const alone = tailLatency(serving, 0);
  const promise = besideOthers(own, timing, alone, measured);
  const seen = scaled(alone, measured);
  if (marginOf(seen, promise) < 0) return { kind: "misses-promise", text: missText(seen, promise) };
  const predicted = {
    ttftMsP95: promise.ttftMsP95 === null ? null : promise.ttftMsP95 / measured.ttft,
    tpotMsP95: promise.tpotMsP95 === null ? null : promise.tpotMsP95 / measured.tpot,
  };
  return { kind: "capacity", capacity: promisedCapacity(serving, mostWithin(serving, predicted, alone), measured) };
}

/**
 * The promise of requests that share a server with others. What those wait beyond the TTFT that they would have alone is what these may wait too: long
 * prompts need not start as fast as short ones, but they may not hold them up.
 *
 * Example: a chat is promised 800 ms and starts in 300 ms alone; documents that start in 2,000 ms alone may take up to 2,500 ms.
 */
function besideOthers(own: LatencyPromise, timing: Timing, alone: TailLatency, measured: LatencyRatios): LatencyPromise {
  if (own.beside === undefined) return own;
  const other = servingOf(timing, own.beside.shape, { spread: TRAFFIC_SPREAD, longestOutput: null });
  const waitMs = own.beside.ttftMsP95 - tailLatency(other, 0).ttftMsP95 * measured.ttft;
  const ttftMsP95 = Math.min(own.ttftMsP95 ?? Number.POSITIVE_INFINITY, alone.ttftMsP95 * measured.ttft + waitMs);
  return { ttftMsP95, tpotMsP95: own.tpotMsP95 };
}

/** Measured / predicted latency of a configuration: the model's own curve over the load is moved by it. */
export interface LatencyRatios {
  readonly ttft: number;
  readonly tpot: number;
}

const AS_PREDICTED: LatencyRatios = { ttft: 1, tpot: 1 };

function scaled({ ttftMsP95, tpotMsP95 }: TailLatency, { ttft, tpot }: LatencyRatios): TailLatency {
  return { ttftMsP95: ttftMsP95 * ttft, tpotMsP95: tpotMsP95 * tpot };
}

/**
 * Most others within both promises: the crossing of the promise that the fullest server breaks by more, then that of the other one below it, if it is
 * broken there at all. Mostly one of the two is far from broken, and half of the work is saved.
 */
function mostWithin(serving: Serving, promise: LatencyPromise, alone: TailLatency): number {
  const full = othersWithin(serving.maxBatch);
  const ttft = { limit: promise.ttftMsP95 ?? Number.POSITIVE_INFINITY, at: ttftP95, alone: alone.ttftMsP95 };
  const tpot = { limit: promise.tpotMsP95 ?? Number.POSITIVE_INFINITY, at: tpotP95, alone: alone.tpotMsP95 };
  const fullTtft = ttft.at(serving, full);
  const fullTpot = tpot.at(serving, full);
  const ttftIsWorse = fullTtft * tpot.limit > fullTpot * ttft.limit;
  const [worse, other] = ttftIsWorse ? [ttft, tpot] : [tpot, ttft];
  const x = crossing(serving, worse, full, ttftIsWorse ? fullTtft : fullTpot);
  return crossing(serving, other, x, x === full ? (ttftIsWorse ? fullTpot : fullTtft) : other.at(serving, x));
}

interface Limit {
  readonly limit: number;
  readonly at: (serving: Serving, others: number) => number;
  readonly alone: number;
}

function crossing(serving: Serving, { limit, at, alone }: Limit, high: number, atHigh: number): number {
  if (atHigh <= limit) return high;
  return largest(high, (others) => limit - at(serving, others), limit - alone, limit - atHigh);
}

/** p95 latencies when `requestsPerSecond` arrive; null when the replica cannot keep up or its cache overflows. */
export function latencyAtRate(
  configuration: ServingConfiguration,
  shape: RequestShape,
  requestsPerSecond: number,
  engine: EngineConstants = VLLM,
): TailLatency | null {
  const serving = servingOf(timingOf(configuration, engine), shape, { spread: TRAFFIC_SPREAD, longestOutput: null });
  const others = othersAtRate(serving, requestsPerSecond);
  if (others === null || batchP95(others) > serving.maxBatch) return null;
  return tailLatency(serving, others);
}

/** Share of the promised time that is left, of the promise that is closer to being broken; negative when one is. */
function marginOf(tail: TailLatency, { ttftMsP95, tpotMsP95 }: LatencyPromise): number {
  const ttft = ttftMsP95 === null ? Number.POSITIVE_INFINITY : (ttftMsP95 - tail.ttftMsP95) / ttftMsP95;
  const tpot = tpotMsP95 === null ? Number.POSITIVE_INFINITY : (tpotMsP95 - tail.tpotMsP95) / tpotMsP95;
  return Math.min(ttft, tpot);
}

function missText(tail: TailLatency, promise: LatencyPromise): string {
  const parts: string[] = [];
  if (promise.ttftMsP95 !== null && tail.ttftMsP95 > promise.ttftMsP95)
    parts.push(`TTFT p95 is ${tail.ttftMsP95.toFixed(0)} ms, promised ${promise.ttftMsP95} ms`);
  if (promise.tpotMsP95 !== null && tail.tpotMsP95 > promise.tpotMsP95)
    parts.push(`TPOT p95 is ${tail.tpotMsP95.toFixed(1)} ms, promised ${promise.tpotMsP95} ms`);
  return `too slow even for one request alone: ${parts.join("; ")}`;
}

/** The queue never empties: the batch is the largest that the cache and the scheduler hold. Latencies are those at full batch. */
function throughputCapacity(serving: Serving, measured: LatencyRatios): ReplicaCapacity {
  const point = operate(serving, serving.maxBatch);
  const confidence = confidenceClass(serving.timing.configuration, serving.shape);
  return {
    requestsPerSecond: banded(closedRate(point), "throughput", confidence),
    concurrency: point.batch,
    ttftMsP95: tailLatency(serving, Math.max(0, point.batch - 1)).ttftMsP95 * measured.ttft,
    tpotMsP95: point.tpotMs * measured.tpot,
    limitedBy: serving.cacheBound ? "kv-cache" : dominantPart(serving, point),
    confidence,
    measured: null,
  };
}

/** Share by which the load is raised to see what stops it. */
const NUDGE = 1.001;

function promisedCapacity(serving: Serving, others: number, measured: LatencyRatios): ReplicaCapacity {
  const point = openPoint(serving, others);
  const confidence = confidenceClass(serving.timing.configuration, serving.shape);
  return {
    requestsPerSecond: banded(point.requestsPerSecond, "throughput", confidence),
    concurrency: others,
    ...scaled(tailLatency(serving, others), measured),
    limitedBy: serving.cacheBound && batchP95(others * NUDGE) > serving.maxBatch ? "kv-cache" : dominantPart(serving, point),
    confidence,
    measured: null,
  };
}
