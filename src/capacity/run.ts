import { MS_PER_SECOND } from "./constants.ts";
import { closedRate, dominantPart, openPoint, operate, othersAtRate, type Serving, slotWork, waitMs } from "./operate.ts";
import { decodeStep } from "./timing.ts";
import type { Bottleneck } from "./types.ts";

/**
 * How a measurement drives a replica. `concurrency`: most requests in flight; `requestsPerSecond`: arrivals; `requests`: how many in all.
 * null where the run sets no such limit; without `requests` the run is long enough that its start and end do not count.
 */
export interface Run {
  readonly concurrency: number | null;
  readonly requestsPerSecond: number | null;
  readonly requests: number | null;
}

/** Mean figures of a replica in a run, before bands. */
export interface RunResult {
  readonly requestsPerSecond: number;
  readonly ttftMs: number;
  readonly tpotMs: number;
  readonly batch: number;
  readonly limitedBy: Bottleneck;
}

/** Requests of a closed run for each one in flight where the run does not say: the first wave is then one tenth of all. */
const WAVES_OF_LONG_RUN = 10;

/** Mean figures of a run. Throws nothing; a rate above capacity without an end has an infinite TTFT. */
export function measure(serving: Serving, run: Run): RunResult {
  if (run.requestsPerSecond !== null) return openRun(serving, run.requestsPerSecond, run.requests);
  return closedRun(serving, run.concurrency ?? run.requests ?? serving.maxBatch, run.requests);
}

function closedRun(serving: Serving, concurrency: number, requests: number | null): RunResult {
  const batch = Math.max(1, Math.min(concurrency, requests ?? concurrency, serving.maxBatch));
  const point = operate(serving, batch);
  const rate = closedRate(point);
  const waiting = Math.min(concurrency, requests ?? concurrency) - batch;
  const firstWave = requests === null ? 1 / WAVES_OF_LONG_RUN : Math.min(1, concurrency / requests);
  const queueMs = (MS_PER_SECOND * waiting * (1 - firstWave / 2)) / rate;
  const ttftMs = firstWave * crowdTtftMs(serving, batch) + (1 - firstWave) * refillTtftMs(serving, batch) + queueMs;
  const limitedBy = waiting > 0 && serving.cacheBound ? "kv-cache" : dominantPart(serving, point);
  if (requests === null) return { requestsPerSecond: rate, ttftMs, tpotMs: point.tpotMs, batch, limitedBy };
  const end = drain(serving, batch);
  const makespanMs =
    serving.timing.engine.ttftBaseMs + ((requests - batch) * slotWork(serving, point)) / batch + batch * serving.prefillMs + end.ms;
  const crowdTpotMs = end.tpotMs + crowdSlowdownMs(serving, batch);
  const tpotMs = ((requests - batch) * point.tpotMs + batch * crowdTpotMs) / requests;
  return { requestsPerSecond: (MS_PER_SECOND * requests) / makespanMs, ttftMs, tpotMs, batch, limitedBy };
}

function openRun(serving: Serving, rate: number, requests: number | null): RunResult {
  const others = othersAtRate(serving, rate);
  if (requests === null) {
    if (others === null) {
      const full = closedRun(serving, serving.maxBatch, null);
      return { ...full, requestsPerSecond: Math.min(rate, full.requestsPerSecond), ttftMs: Number.POSITIVE_INFINITY };
    }
    const point = openPoint(serving, others);
    return { requestsPerSecond: rate, ttftMs: point.ttftMs, tpotMs: point.tpotMs, batch: others, limitedBy: "load" };
  }
  const burst = closedRun(serving, requests, requests);
  const arrivalMs = (MS_PER_SECOND * requests) / rate;
  const burstMs = (MS_PER_SECOND * requests) / burst.requestsPerSecond;
  if (others === null || others > requests) {
    const makespanMs = Math.max(burstMs, arrivalMs + drain(serving, 1).ms);
    const waiting = Math.max(0, requests - serving.maxBatch);
    const slotWaitMs = ((waiting / requests) * Math.max(0, burstMs - arrivalMs)) / 2;
    const promptWaitMs = (requests * Math.max(0, serving.prefillMs - MS_PER_SECOND / rate)) / 2;
    const ttftMs = refillTtftMs(serving, burst.batch) + slotWaitMs + promptWaitMs;
    // Prompts that arrive no faster than they are read are no crowd.
    const apart = Math.min(1, MS_PER_SECOND / rate / serving.prefillMs);
    const tpotMs = burst.tpotMs - (apart * burst.batch * crowdSlowdownMs(serving, burst.batch)) / requests;
    return { ...burst, requestsPerSecond: (MS_PER_SECOND * requests) / makespanMs, ttftMs, tpotMs };
  }
  const point = openPoint(serving, others);
  const makespanMs = Math.max(burstMs, arrivalMs + serving.prefillMs + drain(serving, Math.max(1, others)).ms);
  return {
    requestsPerSecond: (MS_PER_SECOND * requests) / makespanMs,
    ttftMs: point.ttftMs,
    tpotMs: point.tpotMs,
    batch: others,
    limitedBy: "load",
  };
}

/** `batch` prompts at once: the mean prompt waits for half of them, step by step. */
function crowdTtftMs(serving: Serving, batch: number): number {
  const together = Math.min(batch, serving.promptsPerStep);
  const { totalMs } = decodeStep(serving.timing, batch / 2, serving.shape.inputTokens);
  const steps = (batch / together + 1) / 2;
  return serving.timing.engine.ttftBaseMs + ((batch + together) / 2) * serving.prefillMs + steps * totalMs;
}

/**
 * What the prompts of a crowd add to the mean TPOT: requests that started early produce their first tokens in steps that also read the prompts
 * of the others, half of the later steps of the crowd on average. Tools average TPOT over requests, so short outputs, all of whose tokens fall into these steps, count as much as long ones.
 */
function crowdSlowdownMs(serving: Serving, batch: number): number {
  const together = Math.min(batch, serving.promptsPerStep);
  const laterSteps = Math.max(0, batch / together - 1) / 2;
  if (laterSteps === 0) return 0;
  const shareOfOutput = laterSteps / serving.shape.outputTokens;
  const equal = Math.min(1, shareOfOutput);
  const exponential = 1 - Math.exp(-shareOfOutput) + shareOfOutput * exponentialIntegral(shareOfOutput);
  return together * serving.prefillMs * ((1 - serving.spread) * equal + serving.spread * exponential);
}

/** E1(x) = integral of exp(-t) / t from x on, between its bounds exp(-x) ln(1 + 2/x) / 2 and exp(-x) ln(1 + 1/x) (Abramowitz and Stegun 5.1.20). */
function exponentialIntegral(x: number): number {
  const decay = Math.exp(-x);
  return (decay * Math.log(1 + 1 / x) + (decay * Math.log(1 + 2 / x)) / 2) / 2;
}

/** A finished request is replaced at once: requests of equal length finish in groups and are read in groups. */
function refillTtftMs(serving: Serving, batch: number): number {
  const { parts } = operate(serving, batch);
  const group = Math.max(1, Math.min(batch, serving.promptsPerStep));
  const together = 1 + (group - 1) * (1 - serving.spread) * serving.timing.engine.lockstep;
  return serving.timing.engine.ttftBaseMs + together * serving.prefillMs + parts.totalMs + waitMs(serving, batch, parts.totalMs);
}

/** Euler's constant. */
const EULER = 0.5772;
const QUADRATURE_POINTS = 12;

/**
 * The longest of n exponential lengths in means: the harmonic number 1 + 1/2 + ... + 1/n, for any n from 1 on (its asymptotic series, to 0.6 %).
 * Example: 0.99 of one request, 2.08 of four. `ln n + 0.577` alone would end a single request after 0.58 of its mean.
 */
function longestMeans(n: number): number {
  return Math.log(n) + EULER + 1 / (2 * n) - 1 / (12 * n * n);
}

/**
 * Time until the last of `batch` requests that start together has finished, and the mean time per token meanwhile. Output lengths are a fixed
 * part (1 - spread) and an exponential part; as requests finish the batch shrinks and the steps get faster.
 */
function drain(serving: Serving, batch: number): { readonly ms: number; readonly tpotMs: number } {
  const { shape, spread, timing } = serving;
  const full = decodeStep(timing, batch, shape.inputTokens + ((1 - spread) * shape.outputTokens) / 2).totalMs;
  const fixedTokens = (1 - spread) * shape.outputTokens;
  const longest = Math.max(0, serving.longestOutput - fixedTokens) / (spread * shape.outputTokens);
  const tail = Math.min(longestMeans(batch), longest);
  if (spread === 0) return { ms: fixedTokens * full, tpotMs: full };
  const width = tail / QUADRATURE_POINTS;
  let ms = fixedTokens * full;
  let tokenMs = ms;
  for (let i = 0; i < QUADRATURE_POINTS; i++) {
    const u = (i + 0.5) * width;
    const left = Math.exp(-u);
    const step = decodeStep(timing, Math.max(1, batch * left), shape.inputTokens + fixedTokens + u * spread * shape.outputTokens).totalMs;
    const tokens = width * spread * shape.outputTokens;
    ms += tokens * step;
    tokenMs += tokens * step * left;
  }
  // Of the exponential part only what lies before the longest was counted: a mean over those tokens, not over all.
  return { ms, tpotMs: tokenMs / (fixedTokens + spread * shape.outputTokens * (1 - Math.exp(-tail))) };
}
