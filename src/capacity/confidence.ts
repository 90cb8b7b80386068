import calibration from "./calibration.json" with { type: "json" };
import type { EngineId } from "./engine.ts";
import { weightFormat } from "./format.ts";
import type { Banded, ConfidenceClass, RequestShape, ServingConfiguration } from "./types.ts";

/** Tokens of context beyond which measurements are rare and slower than predicted: outside class A and B. */
const MEASURED_CONTEXT_TOKENS = 16_384;

/** GPU architectures with hundreds of measured rows on cards of at least this many GiB (bench/data/throughput.csv, 2026-11-20). */
const WELL_MEASURED_GIB = 70;

/**
 * How well measurements cover a configuration. A: dense model on A100 80 GB, H100 or H200, native precision, cache in bf16. B: mixture of
 * experts, a cache in fp8, recurrent layers, a smaller card, or Blackwell (measured with other engines only). C: tensor parallel over PCIe, weights unpacked before multiplying, or requests beyond 16k tokens.
 */
export function confidenceClass(configuration: ServingConfiguration, shape: RequestShape): ConfidenceClass {
  const { model, gpu, precision, kvPrecision, tensorParallel } = configuration;
  const overPcie = tensorParallel > 1 && gpu.link === "pcie";
  const unpacked = weightFormat(precision, gpu)?.path !== "native" && precision !== "mxfp4";
  if (overPcie || unpacked || shape.inputTokens + shape.outputTokens > MEASURED_CONTEXT_TOKENS) return "C";
  const plain = model.architecture.moe === null && model.architecture.attentionLayers.linear === 0;
  const wellMeasured = gpu.memoryGiB >= WELL_MEASURED_GIB && gpu.link === "nvlink" && gpu.architecture !== "blackwell";
  return plain && wellMeasured && kvPrecision === "bf16" ? "A" : "B";
}

export type Metric = "throughput" | "ttft" | "tpot";

/** Current vLLM has bands of its own; older releases and other engines vary more for reasons that no constant holds. */
export type BandFamily = "vllm" | "other";

/** Family of bands of an engine. */
export function bandFamily(engine: EngineId): BandFamily {
  return engine === "vllm" ? "vllm" : "other";
}

/**
 * Puts the measured 80 % band of the class around a figure: where 80 % of measured / predicted lies on sources held out of the fit.
 * Example: class A with a band of 0.8 to 1.2: 1000 tokens/s -> 800 to 1200.
 */
export function banded(expected: number, metric: Metric, confidence: ConfidenceClass, family: BandFamily = "vllm"): Banded {
  const band = calibration.bands[family][confidence][metric];
  return { expected, p10: expected * band.p10, p90: expected * band.p90 };
}
