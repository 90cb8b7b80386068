import { MS_PER_SECOND, P95_DEVIATIONS, P95_OF_EXPONENTIAL } from "./constants.ts";
import { kvConcurrency, maxBatchedTokens, maxNumSeqs } from "./memory.ts";
import { prefillMs, requestCacheMs, type StepParts, stepParts, type Timing } from "./timing.ts";
import type { Bottleneck, RequestShape } from "./types.ts";

/** Settings of a server and facts about its traffic that a mean shape does not tell. */
export interface ServingDetail {
  /**
   * How far output lengths spread: standard deviation / mean of a fixed part plus an exponential part; 0 all equal (synthetic benchmarks),
   * 1 exponential (chat traces are close: ShareGPT 1.0).
   */
  readonly spread: number;
  /** Longest output in tokens; null where nothing caps it below five means. */
  readonly longestOutput: number | null;
  /** `--max-num-seqs` and `--max-num-batched-tokens` where they are not vLLM's defaults. */
  readonly maxNumSeqs?: number;
  readonly maxBatchedTokens?: number;
}

/** A timing with the shape of the requests counted in: what a bisection over the batch needs. */
export interface Serving {
  readonly timing: Timing;
  readonly shape: RequestShape;
  readonly spread: number;
  readonly longestOutput: number;
  readonly prefillMs: number;
  /** ms that each running request adds to a step for its cache, at its mean context. */
  readonly requestCacheMs: number;
  /** Most requests that run at once, and whether the cache or the scheduler's limit says so. */
  readonly maxBatch: number;
  readonly cacheBound: boolean;
  /** Prompts that one step's token budget holds; below 1 a prompt takes several steps. */
  readonly promptsPerStep: number;
}

/** Longest output in means where nothing else caps it. */
const LONGEST_OUTPUT = 5;

/**
 * Counts `shape` into a timing.
 *
 * The batch is limited by the cache, by `--max-num-seqs` and by the token budget of a step: no more than `promptsPerStep` prompts enter in one
 * step and each leaves after `outputTokens` steps.
 * A running request of spread s has produced output x (1 + s^2) / 2 tokens on average (longer ones are met more often).
 */
export function servingOf(timing: Timing, shape: RequestShape, detail: ServingDetail): Serving {
  const { configuration } = timing;
  const byCache = kvConcurrency(configuration, shape);
  const budget = detail.maxBatchedTokens ?? maxBatchedTokens(configuration);
  const promptsPerStep = budget / Math.max(1, shape.inputTokens * (1 - shape.cachedInputRatio));
  const byScheduler = Math.max(1, Math.min(detail.maxNumSeqs ?? maxNumSeqs(configuration), shape.outputTokens * promptsPerStep));
  const context = shape.inputTokens + (shape.outputTokens * (1 + detail.spread ** 2)) / 2;
  return {
    timing,
    shape,
    spread: detail.spread,
    longestOutput: detail.longestOutput ?? LONGEST_OUTPUT * shape.outputTokens,
    prefillMs: timing.engine.requestMs + prefillMs(timing, shape.inputTokens, shape.inputTokens * (1 - shape.cachedInputRatio)),
    requestCacheMs: requestCacheMs(timing, context),
    maxBatch: Math.min(byCache, byScheduler),
    cacheBound: byCache < byScheduler,
    promptsPerStep,
  };
}

/** What a request meets while `batch` requests, itself among them, are running. */
export interface OperatingPoint {
  readonly batch: number;
  /** Time from its arrival to its last token. */
  readonly cycleMs: number;
  readonly ttftMs: number;
  readonly tpotMs: number;
  readonly parts: StepParts;
}

/**
 * Steady state with `batch` requests running.
 *
 * One request needs `output` decode steps and its prefill; while it runs, the prefills of the others take the GPU too:
 * cycle = base + output x step(batch) + batch x prefill. TPOT = step + (batch - 1) x prefill / output.
 * TTFT = base + prefill + step + wait; wait = half a step + rho x prefill / (2 (1 - rho)) (M/D/1 queue), rho the share of time in prefills.
 */
export function operate(serving: Serving, batch: number): OperatingPoint {
  const { timing, shape, prefillMs: prefill } = serving;
  const parts = stepParts(timing, batch, serving.requestCacheMs);
  const work = shape.outputTokens * parts.totalMs + batch * prefill;
  return {
    batch,
    cycleMs: timing.engine.ttftBaseMs + work,
    ttftMs: timing.engine.ttftBaseMs + prefill + parts.totalMs + waitMs(serving, batch, parts.totalMs),
    tpotMs: tpotAt(serving, batch, parts.totalMs),
    parts,
  };
}

function tpotAt({ prefillMs: prefill, shape }: Serving, batch: number, stepMs: number): number {
  return stepMs + (Math.max(0, batch - 1) * prefill) / shape.outputTokens;
}

/** GPU time of one request's slot while it is taken: output x step + batch x prefill. */
export function slotWork(serving: Serving, point: OperatingPoint): number {
  return serving.shape.outputTokens * point.parts.totalMs + point.batch * serving.prefillMs;
}

/** Mean time that a prompt waits for the step in progress and for earlier prompts. */
export function waitMs(serving: Serving, batch: number, stepMs: number): number {
  const others = Math.max(0, batch - 1) * serving.prefillMs;
  const load = others / (others + serving.prefillMs + serving.shape.outputTokens * stepMs);
  return stepMs / 2 + (load * serving.prefillMs * (1 + serving.spread ** 2)) / (2 * (1 - load));
}

/** Requests per second when `batch` requests are always running (closed loop, or a queue that never empties). */
export function closedRate(point: OperatingPoint): number {
  return (MS_PER_SECOND * point.batch) / point.cycleMs;
}

/**
 * A replica under Poisson arrivals with `others` requests running on average. An arrival finds `others` and adds itself (arrivals see time
 * averages), so it meets a batch of 1 + others; Little's law gives the rate: others / cycle.
 */
export function openPoint(serving: Serving, others: number): OperatingPoint & { readonly requestsPerSecond: number } {
  const point = operate(serving, 1 + others);
  return { ...point, requestsPerSecond: (MS_PER_SECOND * others) / point.cycleMs };
}

/** Requests that an arrival meets, itself included, in the busiest 5 % of the time: 1 + B + 1.645 sqrt(B). Example: 64 -> 78. */
export function batchP95(others: number): number {
  return 1 + others + P95_DEVIATIONS * Math.sqrt(others);
}

/** 95th percentile latencies at an operating point. */
export interface TailLatency {
  readonly ttftMsP95: number;
  readonly tpotMsP95: number;
}

/**
 * p95 from means: TPOT is that of the p95 batch (a request that meets a crowded server); TTFT takes its wait as exponential, so the p95 wait is
 * ln(20) = 3.0 times the mean; the parts that do not queue stay. Measured p99 TPOT is 1.0 to 1.2 times the mean (InferenceX, 2025-11).
 */
export function tailLatency(serving: Serving, others: number): TailLatency {
  const { timing, prefillMs: prefill, requestCacheMs: cacheMs } = serving;
  const step = stepParts(timing, 1 + others, cacheMs).totalMs;
  const wait = waitMs(serving, 1 + others, step);
  const ttftMs = timing.engine.ttftBaseMs + prefill + step + wait;
  const crowd = batchP95(others);
  return {
    ttftMsP95: ttftMs + (P95_OF_EXPONENTIAL - 1) * wait,
    tpotMsP95: tpotAt(serving, crowd, stepParts(timing, crowd, cacheMs).totalMs),
  };
}

/** Relative width at which a bisection stops. */
const BISECTION_TOLERANCE = 1e-9;

/**
 * Largest x in [0, high] whose `margin(x)` is not negative, for a margin that falls; 0 when it is negative everywhere.
 *
 * A bisection, so that the result does not depend on how the margin bends; but most of its questions are answered by a bracket around the
 * crossing that interpolation has found before, which takes a third of the work. `first` is `margin(0)` where the caller knows it.
 */
export function largest(high: number, margin: (x: number) => number, first = margin(0)): number {
  const last = margin(high);
  if (last >= 0) return high;
  const bracket = crossing(high, margin, first, last);
  let low = 0;
  let upper = high;
  while (upper - low > BISECTION_TOLERANCE * high) {
    const middle = (low + upper) / 2;
    if (middle <= bracket.holds || (middle < bracket.fails && margin(middle) >= 0)) low = middle;
    else upper = middle;
  }
  return low;
}

/** The margin is not negative at `holds` and below, and negative at `fails` and above. */
interface Bracket {
  readonly holds: number;
  readonly fails: number;
}

/** Most interpolations before the bisection goes on alone. */
const MAX_INTERPOLATIONS = 16;

/**
 * Narrow bracket around the x in [0, high] where a falling margin changes its sign: inverse quadratic interpolation where the last three
 * points allow it, else the middle (Chandrupatla, Advances in Engineering Software 28, 1997).
 */
function crossing(high: number, margin: (x: number) => number, first: number, last: number): Bracket {
  if (first < 0) return { holds: Number.NEGATIVE_INFINITY, fails: 0 };
  let [a, b, c] = [high, 0, high];
  let [fa, fb, fc] = [last, first, last];
  let share = 0.5;
  for (let step = 0; step < MAX_INTERPOLATIONS && Math.abs(b - a) > BISECTION_TOLERANCE * high; step++) {
    const x = a + share * (b - a);
    const fx = margin(x);
    if (fx >= 0 === fa >= 0) [c, fc] = [a, fa];
    else [c, b, fc, fb] = [b, a, fb, fa];
    [a, fa] = [x, fx];
    const [along, value] = [(a - b) / (c - b), (fa - fb) / (fc - fb)];
    const smooth = value ** 2 < along && (1 - value) ** 2 < 1 - along;
    share = smooth ? (fa / (fb - fa)) * (fc / (fb - fc)) + (((c - a) / (b - a)) * fa * fb) / ((fc - fa) * (fc - fb)) : 0.5;
    const least = (BISECTION_TOLERANCE * high) / 2 / Math.abs(b - a);
    share = Math.min(1 - least, Math.max(least, share));
  }
  return fa >= 0 ? { holds: a, fails: b } : { holds: b, fails: a };
}

/** Requests running on average when `requestsPerSecond` arrive, or null when more arrive than the replica can serve. */
export function othersAtRate(serving: Serving, requestsPerSecond: number): number | null {
  const most = Math.max(0, serving.maxBatch - 1);
  if (openPoint(serving, most).requestsPerSecond < requestsPerSecond) return null;
  return largest(most, (others) => requestsPerSecond - openPoint(serving, others).requestsPerSecond);
}

/** The part of a step that takes longest. */
export function dominantPart(serving: Serving, point: OperatingPoint): Bottleneck {
  const { parts, batch } = point;
  const prefillShare = (batch * serving.prefillMs) / serving.shape.outputTokens;
  const times: readonly (readonly [Bottleneck, number])[] = [
    ["compute", parts.computeMs + prefillShare],
    ["memory-bandwidth", parts.memoryMs],
    ["interconnect", parts.linkMs],
    ["engine-overhead", parts.overheadMs],
  ];
  return times.reduce((most, part) => (part[1] > most[1] ? part : most))[0];
}
