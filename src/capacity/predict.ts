import { banded, confidenceClass } from "./confidence.ts";
import { TRAFFIC_SPREAD } from "./constants.ts";
import { type EngineConstants, VLLM } from "./engine.ts";
import { servingOf } from "./operate.ts";
import { measure, type Run } from "./run.ts";
import { timingOf } from "./timing.ts";
import type { Load, Prediction, RequestShape, ServingConfiguration } from "./types.ts";

/**
 * What one replica does under a load: `closed` keeps `concurrency` requests in flight, `open` sends Poisson arrivals, `burst` sends all requests
 * at once and counts until the last has finished.
 *
 * An open load above capacity is served at capacity, with infinite TTFT. Callers check `memoryFit` first; a configuration without room for one
 * request throws. Example: Llama 3.1 8B bf16 on one H100, 1000 in / 500 out, closed 32: about 3,000 output tokens/s, TPOT 10.6 ms.
 */
export function predict(configuration: ServingConfiguration, shape: RequestShape, load: Load, engine: EngineConstants = VLLM): Prediction {
  const serving = servingOf(timingOf(configuration, engine), shape, { spread: SPREAD[load.kind], longestOutput: null });
  if (serving.maxBatch < 1) throw new Error(`no room for one request of ${configuration.model.id}; ask memoryFit before predict`);
  const result = measure(serving, runOf(load));
  const confidence = confidenceClass(configuration, shape);
  const output = result.requestsPerSecond * shape.outputTokens;
  const total = result.requestsPerSecond * (shape.inputTokens + shape.outputTokens);
  return {
    outputTokensPerSecond: banded(output, "throughput", confidence),
    totalTokensPerSecond: banded(total, "throughput", confidence),
    requestsPerSecond: banded(result.requestsPerSecond, "throughput", confidence),
    ttftMs: banded(result.ttftMs, "ttft", confidence),
    tpotMs: banded(result.tpotMs, "tpot", confidence),
    concurrency: result.batch,
    limitedBy: result.limitedBy,
    confidence,
  };
}

/** Benchmarks send equal lengths, live traffic does not. */
const SPREAD = { closed: 0, burst: 0, open: TRAFFIC_SPREAD } as const;

function runOf(load: Load): Run {
  const none = { concurrency: null, requestsPerSecond: null, requests: null };
  if (load.kind === "closed") return { ...none, concurrency: load.concurrency };
  if (load.kind === "burst") return { ...none, requests: load.requests };
  return { ...none, requestsPerSecond: load.requestsPerSecond };
}
