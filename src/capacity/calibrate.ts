import { PER_BILLION } from "./constants.ts";
import { VLLM } from "./engine.ts";
import { weightFormat } from "./format.ts";
import type { MeasuredRun } from "./measurement.ts";
import { servingOf } from "./operate.ts";
import { measure } from "./run.ts";
import type { LatencyRatios } from "./slo.ts";
import { timingOf } from "./timing.ts";
import type { ReplicaCapacity, RequestShape, ServingConfiguration } from "./types.ts";

/** A measured run of one configuration against what the model predicts for it. */
export interface Calibration {
  readonly configuration: ServingConfiguration;
  readonly ratios: MeasuredRatios;
  /** The file that was measured, as the policy names it. */
  readonly file: string;
}

/** Measured / predicted figures at the measured shape and load; null where the run does not tell. */
export interface MeasuredRatios {
  /** Output tokens per second. */
  readonly rate: number;
  readonly ttft: number | null;
  readonly tpot: number | null;
}

/** Request of a measured run; `cachedInputRatio` of its input was found in the prefix cache. */
export function shapeOf(run: MeasuredRun, cachedInputRatio: number): RequestShape {
  return { inputTokens: run.inputTokens, outputTokens: run.outputTokens, cachedInputRatio };
}

/**
 * Measured figures / those that the model predicts for the same configuration, shape and load.
 * Benchmark tools send requests of equal length. A rate that the server did not keep up with beside a limit of concurrency is a
 * closed loop at that limit. Someone measured it, so at least one request ran, whatever our memory count says.
 *
 * TTFT counts from a run of one request at a time alone: several in flight of equal length finish and enter in groups, so that their TTFT says how
 * far they stay in step, which the traffic of a workload does not.
 * Example: 1500 tokens/s measured where 1830 are predicted -> rate 0.82; 24 ms a token where 20 ms are -> tpot 1.2.
 */
export function measuredRatios(configuration: ServingConfiguration, run: MeasuredRun, cachedInputRatio: number): MeasuredRatios {
  const shape = shapeOf(run, cachedInputRatio);
  const serving = servingOf(timingOf(configuration, VLLM), shape, { spread: 0, longestOutput: null });
  const predicted = measure(
    { ...serving, maxBatch: Math.max(1, serving.maxBatch) },
    { concurrency: run.concurrency, requestsPerSecond: run.concurrency === null ? run.requestRate : null, requests: run.requests },
  );
  return {
    rate: run.outputTokensPerSecond / (predicted.requestsPerSecond * run.outputTokens),
    ttft: run.concurrency === 1 ? ratioOf(run.ttftMs, predicted.ttftMs) : null,
    tpot: ratioOf(run.tpotMs, predicted.tpotMs),
  };
}

function ratioOf(measured: number | null, predicted: number): number | null {
  return measured !== null && measured > 0 ? measured / predicted : null;
}

/**
 * Most of a GPU's peak that a run of requests is believed to reach: the bound above which bench/data/throughput.csv (2026-11-20) leaves
 * measurements out. Beyond it part of the work was not done, mostly because prompts were found in the prefix cache.
 */
export const PLAUSIBLE_PEAK_RATIO = 0.6;

/** Operations of one multiply-add, and in a TFLOP. */
const FLOP_PER_MAC = 2;
const FLOP_PER_TFLOP = 1e12;

/**
 * Share of the GPUs' peak that a run implies: 2 x active parameters x tokens per second / (peak x GPUs); tokens found in the cache take no work.
 * Example: 8 B parameters, 20,000 tokens/s on one H100 in bf16: 2 x 8e9 x 20,000 / 989e12 = 0.32.
 */
export function impliedPeakRatio(configuration: ServingConfiguration, run: MeasuredRun, cachedInputRatio: number): number {
  const { model, gpu, precision, tensorParallel } = configuration;
  const format = weightFormat(precision, gpu);
  if (format === null) throw new Error(`${precision} has no kernel on ${gpu.name}; ask weightFormat first`);
  const inputPerSecond = (run.outputTokensPerSecond / run.outputTokens) * run.inputTokens * (1 - cachedInputRatio);
  const flops = FLOP_PER_MAC * model.parameters.activeB * PER_BILLION * (inputPerSecond + run.outputTokensPerSecond);
  return flops / (format.peakTflops * FLOP_PER_TFLOP * tensorParallel);
}

/**
 * 80 % band of a measured configuration around its rescaled rate. Repeats of one engine on one configuration differ by a median of 4 %
 * and by 14 % at the 90th percentile (bench/data/throughput.csv, 2026-11-20), which a normal spread of 8 % describes: 1.28 x 8 % = 10 %.
 */
export const REPEAT_BAND = { p10: 0.9, p90: 1.1 } as const;

/** What the runs of one configuration say about it together: geometric means, 1 for a latency that no run tells. */
export interface Measured {
  readonly rate: number;
  readonly latency: LatencyRatios;
  readonly files: readonly string[];
}

/** The runs of `configuration` (model, GPU, tensor parallel size, precision, cache type) joined, or undefined where nobody measured it. */
export function measuredOf(configuration: ServingConfiguration, calibrations: readonly Calibration[]): Measured | undefined {
  const own = calibrations.filter((calibration) => isSame(calibration.configuration, configuration));
  if (own.length === 0) return undefined;
  const mean = (ratios: readonly (number | null)[]) => {
    const told = ratios.filter((ratio) => ratio !== null);
    return told.length === 0 ? 1 : Math.exp(told.reduce((sum, ratio) => sum + Math.log(ratio), 0) / told.length);
  };
  return {
    rate: mean(own.map(({ ratios }) => ratios.rate)),
    latency: { ttft: mean(own.map(({ ratios }) => ratios.ttft)), tpot: mean(own.map(({ ratios }) => ratios.tpot)) },
    files: own.map(({ file }) => file),
  };
}

/**
 * A capacity that already keeps its promise with the measured latencies, with its rate rescaled and the band of a measurement. A measured
 * configuration is class A.
 *
 * Example: 4.0 requests/s (2.9 to 5.2) and a ratio of 0.82 -> 3.28 requests/s (2.95 to 3.61), `rescaled x0.82 by bench/h100.json`.
 */
export function rescaled(capacity: ReplicaCapacity, { rate, files }: Measured): ReplicaCapacity {
  const expected = capacity.requestsPerSecond.expected * rate;
  const requestsPerSecond = { expected, p10: expected * REPEAT_BAND.p10, p90: expected * REPEAT_BAND.p90 };
  return { ...capacity, requestsPerSecond, confidence: "A", measured: `rescaled x${rate.toFixed(2)} by ${files.join(" and ")}` };
}

function isSame(a: ServingConfiguration, b: ServingConfiguration): boolean {
  return (
    a.model.id === b.model.id &&
    a.gpu.id === b.gpu.id &&
    a.tensorParallel === b.tensorParallel &&
    a.precision === b.precision &&
    a.kvPrecision === b.kvPrecision
  );
}
