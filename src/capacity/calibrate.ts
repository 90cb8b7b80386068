import { PER_BILLION } from "./constants.ts";
import { VLLM } from "./engine.ts";
import { weightFormat } from "./format.ts";
import type { MeasuredRun } from "./measurement.ts";
import { servingOf } from "./operate.ts";
import { measure } from "./run.ts";
import { timingOf } from "./timing.ts";
import type { RequestShape, ServingConfiguration, ServingOption } from "./types.ts";

/** A measured run of one configuration against what the model predicts for it. */
export interface Calibration {
  readonly configuration: ServingConfiguration;
  /** Measured / predicted output tokens per second, at the measured shape and load. */
  readonly ratio: number;
  /** The file that was measured, as the policy names it. */
  readonly file: string;
}

/** Request of a measured run; `cachedInputRatio` of its input was found in the prefix cache. */
export function shapeOf(run: MeasuredRun, cachedInputRatio: number): RequestShape {
  return { inputTokens: run.inputTokens, outputTokens: run.outputTokens, cachedInputRatio };
}

/**
 * Measured output tokens per second / those that the model predicts for the same configuration, shape and load.
 * Benchmark tools send requests of equal length. A rate that the server did not keep up with beside a limit of concurrency is a
 * closed loop at that limit. Someone measured it, so at least one request ran, whatever our memory count says.
 * Example: 1500 tokens/s measured where 1830 are predicted -> 0.82.
 */
export function measuredRatio(configuration: ServingConfiguration, run: MeasuredRun, cachedInputRatio: number): number {
  const shape = shapeOf(run, cachedInputRatio);
  const serving = servingOf(timingOf(configuration, VLLM), shape, { spread: 0, longestOutput: null });
  const predicted = measure(
    { ...serving, maxBatch: Math.max(1, serving.maxBatch) },
    { concurrency: run.concurrency, requestsPerSecond: run.concurrency === null ? run.requestRate : null, requests: run.requests },
  );
  return run.outputTokensPerSecond / (predicted.requestsPerSecond * run.outputTokens);
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

/**
 * The option with its rate rescaled by the runs of its own configuration (model, GPU, tensor parallel size and precision); others stay.
 * Several runs count with the geometric mean of their ratios. A measured configuration is class A.
 *
 * Example: 4.0 requests/s (2.9 to 5.2) and a ratio of 0.82 -> 3.28 requests/s (2.95 to 3.61), `rescaled x0.82 by bench/h100.json`.
 */
export function rescaled(option: ServingOption, calibrations: readonly Calibration[]): ServingOption {
  const own = calibrations.filter(({ configuration }) => isSame(configuration, option.configuration));
  if (own.length === 0) return option;
  const ratio = Math.exp(own.reduce((sum, run) => sum + Math.log(run.ratio), 0) / own.length);
  const expected = option.capacity.requestsPerSecond.expected * ratio;
  const requestsPerSecond = { expected, p10: expected * REPEAT_BAND.p10, p90: expected * REPEAT_BAND.p90 };
  const measured = `rescaled x${ratio.toFixed(2)} by ${own.map(({ file }) => file).join(" and ")}`;
  return { ...option, capacity: { ...option.capacity, requestsPerSecond, confidence: "A", measured } };
}

function isSame(a: ServingConfiguration, b: ServingConfiguration): boolean {
  return a.model.id === b.model.id && a.gpu.id === b.gpu.id && a.tensorParallel === b.tensorParallel && a.precision === b.precision;
}
