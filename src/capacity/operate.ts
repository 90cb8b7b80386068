import { MS_PER_SECOND, P95_DEVIATIONS, P95_OF_EXPONENTIAL } from "./constants.ts";
import { kvConcurrency, maxBatchedTokens, maxNumSeqs } from "./memory.ts";
import { besideMs, prefillMs, requestCacheMs, type StepParts, stepParts, type Timing } from "./timing.ts";
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
  /** The part of `prefillMs` that runs on the GPU's compute units, and so beside the reading of weights in a mixed step. */
  readonly promptComputeMs: number;
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
  const computed = shape.inputTokens * (1 - shape.cachedInputRatio);
  const promptMs = prefillMs(timing, shape.inputTokens, computed);
  return {
    timing,
    shape,
    spread: detail.spread,
    longestOutput: detail.longestOutput ?? LONGEST_OUTPUT * shape.outputTokens,
    prefillMs: timing.engine.requestMs + promptMs,
    promptComputeMs: promptMs - computed * timing.linkTokenMs,
    requestCacheMs: requestCacheMs(timing, context),
    maxBatch: Math.min(byCache, byScheduler),
    cacheBound: byCache < byScheduler,
    promptsPerStep,
  };
}

/**
 * ms that one prompt adds to the steps that carry it while `batch` requests run.
 *
 * A step that carries prompts reads the weights once for the prompts and for the running requests: it takes
 * sqrt(read^2 + (decode + prompts)^2) where a step without takes sqrt(read^2 + decode^2). One prompt at a time, or as many as have to enter
 * in each step to keep `batch` running; a long prompt that takes more steps than there are to decode shares only those. Engines that give prompts steps of their own pay for both.
 * Example: 575 tokens of Llama 2 70B on 4 x H100 multiply for 28 ms and the weights take 13 ms to read: 28 ms in a step of their own, 18 ms beside
 * the running requests.
 */
export function addedByPrompt(serving: Serving, batch: number, parts: StepParts): number {
  const { timing, promptComputeMs, promptsPerStep, shape } = serving;
  if (!timing.engine.mixesPrompts) return serving.prefillMs;
  const together = Math.min(promptsPerStep, Math.max(1, batch / shape.outputTokens));
  const readMs = timing.denseReadMs + timing.expertReadMs;
  const multiplyMs = parts.computeMs + together * promptComputeMs;
  const mixedMs = Math.sqrt(readMs * readMs + multiplyMs * multiplyMs);
  const addedMs = besideMs(timing.engine, parts.gpuMs - parts.weightsMs + mixedMs, parts.processorMs) - parts.totalMs;
  const shared = Math.min(1, (shape.outputTokens * together) / batch);
  return serving.prefillMs - shared * (promptComputeMs - addedMs / together);
}

/** What a request meets while `batch` requests, itself among them, are running. */
export interface OperatingPoint {
  readonly batch: number;
  /** Time from its arrival to its last token. */
  readonly cycleMs: number;
  readonly ttftMs: number;
  readonly tpotMs: number;
  /** ms that each prompt adds to the steps of the others. */
  readonly promptMs: number;
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
  const promptMs = addedByPrompt(serving, batch, parts);
  const work = shape.outputTokens * parts.totalMs + batch * promptMs;
  return {
    batch,
    cycleMs: timing.engine.ttftBaseMs + work,
    ttftMs: timing.engine.ttftBaseMs + prefill + parts.totalMs + waitMs(serving, batch, parts.totalMs),
    tpotMs: parts.totalMs + (Math.max(0, batch - 1) * promptMs) / shape.outputTokens,
    promptMs,
    parts,
  };
}

function tpotAt(serving: Serving, batch: number, parts: StepParts): number {
  return parts.totalMs + (Math.max(0, batch - 1) * addedByPrompt(serving, batch, parts)) / serving.shape.outputTokens;
}

/** GPU time of one request's slot while it is taken: output x step + batch x prefill. */
export function slotWork(serving: Serving, point: OperatingPoint): number {
  return serving.shape.outputTokens * point.parts.totalMs + point.batch * point.promptMs;
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

/** Most others for which the p95 crowd stays within `most`: 1 + x + 1.645 sqrt(x) = most solved for x; 0 where one request is too many. */
export function othersWithin(most: number): number {
  if (most <= 1) return 0;
  const root = (Math.sqrt(P95_DEVIATIONS ** 2 + 4 * (most - 1)) - P95_DEVIATIONS) / 2;
  return root ** 2;
}

/** 95th percentile latencies at an operating point. */
export interface TailLatency {
  readonly ttftMsP95: number;
  readonly tpotMsP95: number;
}

/** p95 latencies with `others` running on average; see `ttftP95` and `tpotP95`. Measured p99 TPOT is 1.0 to 1.2 times the mean (InferenceX, 2025-11). */
export function tailLatency(serving: Serving, others: number): TailLatency {
  return { ttftMsP95: ttftP95(serving, others), tpotMsP95: tpotP95(serving, others) };
}

/** p95 TTFT in ms: the wait counts as exponential, so its p95 is ln(20) = 3.0 times its mean; the parts that do not queue stay. */
export function ttftP95(serving: Serving, others: number): number {
  const stepMs = stepParts(serving.timing, 1 + others, serving.requestCacheMs).totalMs;
  return serving.timing.engine.ttftBaseMs + serving.prefillMs + stepMs + P95_OF_EXPONENTIAL * waitMs(serving, 1 + others, stepMs);
}

/** p95 TPOT in ms: that of the p95 batch, of a request that meets a crowded server. */
export function tpotP95(serving: Serving, others: number): number {
  const crowd = batchP95(others);
  return tpotAt(serving, crowd, stepParts(serving.timing, crowd, serving.requestCacheMs));
}

/** Relative width at which the search for a crossing stops, and the most steps it takes: each third halves the width even where the margin bends. */
const CROSSING_TOLERANCE = 1e-8;
const MOST_STEPS = 100;

/**
 * Largest x in [0, high] whose `margin(x)` is not negative, for a margin that falls, to 1e-8 of `high` and never beyond; 0 when it is negative
 * everywhere. Inverse quadratic interpolation where the last three points allow it, else the middle (Chandrupatla, Advances in Engineering
 * Software 28, 1997). `first` and `last` are the margins at the ends where the caller knows them.
 */
export function largest(high: number, margin: (x: number) => number, first = margin(0), last = margin(high)): number {
  if (last >= 0) return high;
  if (first < 0) return 0;
  const tolerance = CROSSING_TOLERANCE * high;
  let [a, b, c, fa, fb, fc] = [high, 0, high, last, first, last];
  let share = Math.min(0.9, Math.max(0.1, fa / (fa - fb)));
  for (let step = 0; step < MOST_STEPS && Math.abs(b - a) > tolerance; step++) {
    const x = a + share * (b - a);
    const fx = margin(x);
    if (fx >= 0 === fa >= 0) [c, fc] = [a, fa];
    else [c, b, fc, fb] = [b, a, fb, fa];
    [a, fa] = [x, fx];
    const [along, value] = [(a - b) / (c - b), (fa - fb) / (fc - fb)];
    const smooth = value ** 2 < along && (1 - value) ** 2 < 1 - along;
    share = smooth ? (fa / (fb - fa)) * (fc / (fb - fc)) + (((c - a) / (b - a)) * fa * fb) / ((fc - fa) * (fc - fb)) : 0.5;
    const least = tolerance / 2 / Math.abs(b - a);
    share = Math.min(1 - least, Math.max(least, share));
  }
  return fa >= 0 ? a : b;
}

/** Requests running on average when `requestsPerSecond` arrive, or null when more arrive than the replica can serve. */
export function othersAtRate(serving: Serving, requestsPerSecond: number): number | null {
  const most = Math.max(0, serving.maxBatch - 1);
  if (openPoint(serving, most).requestsPerSecond < requestsPerSecond) return null;
  return largest(most, (others) => requestsPerSecond - openPoint(serving, others).requestsPerSecond);
}

/** The part of a step that takes longest. */
export function dominantPart({ shape }: Serving, { parts, batch, promptMs }: OperatingPoint): Bottleneck {
  const computeMs = parts.computeMs + (batch * promptMs) / shape.outputTokens;
  const most = Math.max(computeMs, parts.memoryMs, parts.linkMs, parts.overheadMs);
  if (most === computeMs) return "compute";
  if (most === parts.memoryMs) return "memory-bandwidth";
  return most === parts.linkMs ? "interconnect" : "engine-overhead";
}
