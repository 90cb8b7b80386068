import { BF16_BYTES, MS_PER_SECOND } from "./constants.ts";
import type { EngineConstants } from "./engine.ts";
import { weightFormat } from "./format.ts";
import { kvBytesPerSequence } from "./memory.ts";
import type { ServingConfiguration } from "./types.ts";
import { roleBytes, splitParameters } from "./work.ts";

/** Operations of one multiply-add. */
const FLOP_PER_MAC = 2;
/** Times in units of 1e12 operations (TFLOP) and 1e9 bytes (GB), as in the GPU rows. */
const TERA = 1e12;
const GIGA = 1e9;
/** All-reduces of one transformer layer: after attention and after the MLP. */
const ALL_REDUCES_PER_LAYER = 2;

/**
 * Everything about a configuration that a step's time depends on, as milliseconds per unit, so that one step costs a few multiplications.
 * All figures are of one GPU of the replica; the GPUs work in parallel.
 */
export interface Timing {
  readonly configuration: ServingConfiguration;
  readonly engine: EngineConstants;
  /** ms to multiply the dense and the expert weights for one token in a prefill. */
  readonly prefillTokenMs: number;
  /** ms to multiply all weights of one decoded token, head included. */
  readonly decodeTokenMs: number;
  /** ms to read the weights that every step touches, and all routed experts. */
  readonly denseReadMs: number;
  readonly expertReadMs: number;
  readonly expertShare: number;
  /** ln of the chance that one request leaves an expert alone. */
  readonly logUnchosen: number;
  /** ms of attention mathematics for one pair of tokens in full attention, and for one token over one windowed token. */
  readonly fullPairMs: number;
  readonly slidingPairMs: number;
  readonly slidingWindow: number;
  /** ms to read one byte of cache. */
  readonly cacheByteMs: number;
  /** ms of attention mathematics of one decoded token for each token of context. */
  readonly decodePairMs: number;
  /** ms of all-reduces in a step: fixed, and for each token. */
  readonly linkFixedMs: number;
  readonly linkTokenMs: number;
  /** ms of a step that no byte or operation of its layers explains. */
  readonly layersMs: number;
}

/** Counts the work of a configuration once. Throws when the GPU cannot run the precision: callers ask `weightFormat` first. */
export function timingOf(configuration: ServingConfiguration, engine: EngineConstants): Timing {
  const { model, gpu, precision, tensorParallel } = configuration;
  const format = weightFormat(precision, gpu);
  if (format === null) throw new Error(`${precision} has no kernel on ${gpu.name}; ask weightFormat before timing`);
  const split = splitParameters(model);
  const bytes = roleBytes(model, precision);
  const architecture = engine.architectureFactor[gpu.architecture];
  const weightOnly = format.path === "weight-only" ? engine.weightOnlyFactor : 1;
  const flopMs =
    MS_PER_SECOND / (TERA * format.peakTflops * engine.computeEfficiency[format.units] * architecture * weightOnly * tensorParallel);
  const bf16FlopMs = MS_PER_SECOND / (TERA * gpu.bf16Tflops * engine.computeEfficiency.bf16 * architecture * tensorParallel);
  const denseFlopMs = flopMs + (bf16FlopMs - flopMs) * widerShare(bytes.dense, format.bytesPerWeight);
  const denseMs = FLOP_PER_MAC * split.dense * denseFlopMs;
  const expertMs = (FLOP_PER_MAC * split.experts * split.expertShare * flopMs) / engine.expertFactor;
  const byteMs = MS_PER_SECOND / (GIGA * gpu.bandwidthGBPerSecond);
  const attention = attentionOf(configuration, bf16FlopMs);
  const link = linkOf(configuration, engine);
  const headMs = FLOP_PER_MAC * split.head * bf16FlopMs;
  return {
    configuration,
    engine,
    prefillTokenMs: denseMs + expertMs,
    decodeTokenMs: (denseMs + expertMs + headMs) / engine.decodeFactor,
    denseReadMs: ((split.dense * bytes.dense + split.head * BF16_BYTES) * byteMs) / (tensorParallel * engine.weightBandwidth.dense),
    expertReadMs: (split.experts * bytes.experts * byteMs) / (tensorParallel * engine.weightBandwidth.experts),
    expertShare: split.expertShare,
    logUnchosen: Math.log1p(-split.expertShare),
    fullPairMs: attention.fullPairMs,
    slidingPairMs: attention.slidingPairMs,
    slidingWindow: attention.slidingWindow,
    decodePairMs: attention.decodePairMs,
    cacheByteMs: byteMs / engine.kvBandwidth,
    linkFixedMs: link.linkFixedMs,
    linkTokenMs: link.linkTokenMs,
    layersMs: engine.layerMs * model.architecture.layers + engine.expertLayerMs * (model.architecture.moe?.moeLayers ?? 0),
  };
}

/** Share of the dense weights that a checkpoint keeps in bf16, from their mean bytes: 0 where all are in its own format, 1 where none is. */
function widerShare(denseBytes: number, ownBytes: number): number {
  return ownBytes >= BF16_BYTES ? 0 : Math.max(0, (denseBytes - ownBytes) / (BF16_BYTES - ownBytes));
}

type AttentionTiming = Pick<Timing, "fullPairMs" | "slidingPairMs" | "slidingWindow" | "decodePairMs">;

function attentionOf({ model }: ServingConfiguration, flopMs: number): AttentionTiming {
  const { attentionLayers, attentionHeads, headDim, mla, slidingWindowTokens } = model.architecture;
  const pairFlop = 2 * FLOP_PER_MAC * attentionHeads * headDim;
  const latentFlop = mla === null ? pairFlop : FLOP_PER_MAC * attentionHeads * (2 * mla.kvLoraRank + mla.ropeHeadDim);
  return {
    fullPairMs: pairFlop * attentionLayers.full * flopMs,
    slidingPairMs: pairFlop * attentionLayers.sliding * flopMs,
    slidingWindow: slidingWindowTokens ?? Number.POSITIVE_INFINITY,
    decodePairMs: latentFlop * attentionLayers.full * flopMs,
  };
}

function linkOf(
  { model, gpu, tensorParallel }: ServingConfiguration,
  engine: EngineConstants,
): Pick<Timing, "linkFixedMs" | "linkTokenMs"> {
  if (tensorParallel === 1) return { linkFixedMs: 0, linkTokenMs: 0 };
  const { layers, hiddenSize } = model.architecture;
  const latency = engine.allReduceMs * (gpu.link === "pcie" ? engine.pcieLatencyFactor : 1);
  const ringShare = (2 * (tensorParallel - 1)) / tensorParallel;
  const bytesPerToken = hiddenSize * BF16_BYTES * ringShare;
  const byteMs = MS_PER_SECOND / (GIGA * gpu.linkGBPerSecond * engine.linkBandwidth);
  return {
    linkFixedMs: ALL_REDUCES_PER_LAYER * layers * latency,
    linkTokenMs: ALL_REDUCES_PER_LAYER * layers * bytesPerToken * byteMs,
  };
}

/**
 * Milliseconds that the prefill of one prompt adds to the steps that carry it: matrix products, causal attention, all-reduce of its tokens.
 * `computed` of the `tokens` are not in the prefix cache. Example: Llama 3.1 8B bf16 on H100, 1000 tokens: 2 x 7.0 B x 1000 / (989 T x 0.705) =
 * 20 ms, attention 0.4 ms.
 */
export function prefillMs(timing: Timing, tokens: number, computed: number): number {
  const meanContext = tokens - computed / 2;
  const full = timing.fullPairMs * computed * meanContext;
  const sliding = timing.slidingPairMs * computed * Math.min(meanContext, timing.slidingWindow);
  return computed * (timing.prefillTokenMs + timing.linkTokenMs) + full + sliding;
}

/** Parts of one decode step, in ms. */
export interface StepParts {
  readonly totalMs: number;
  /** Reading and multiplying weights, which overlap. */
  readonly weightsMs: number;
  /** All work of the GPU, and that of the processor beside it. */
  readonly gpuMs: number;
  readonly processorMs: number;
  readonly computeMs: number;
  readonly memoryMs: number;
  readonly linkMs: number;
  readonly overheadMs: number;
}

/**
 * One decode step of `batch` running requests with a mean context of `context` tokens.
 *
 * Weights are read while they are multiplied, so both overlap in part: sqrt(read^2 + multiply^2); cache, all-reduce and layer overhead add up;
 * the processor works beside the GPU (see `serialShare`).
 * A step touches experts that at least one of the batch chose: 1 - (1 - share)^batch of them.
 * Example: Llama 3.1 8B bf16 on H100, batch 1, context 1000: 15.0 GB / 3.35 TB/s / 0.825 = 5.4 ms, + 1.2 ms for layers,
 * with 1.6 ms of processor time mostly hidden: 7.1 ms.
 */
export function decodeStep(timing: Timing, batch: number, context: number): StepParts {
  return stepParts(timing, batch, requestCacheMs(timing, context));
}

/** ms that a step spends on the cache of one running request with `context` tokens: reading it, or the mathematics where that takes longer. */
export function requestCacheMs(timing: Timing, context: number): number {
  return Math.max(kvBytesPerSequence(timing.configuration, context) * timing.cacheByteMs, timing.decodePairMs * context);
}

/** `decodeStep` for a cache time that is already known: what a search over the batch repeats. */
export function stepParts(timing: Timing, batch: number, cacheMsPerRequest: number): StepParts {
  const touched = timing.expertShare === 0 ? 0 : 1 - Math.exp(timing.logUnchosen * (1 + (batch - 1) * timing.engine.expertDiversity));
  const readMs = timing.denseReadMs + timing.expertReadMs * touched;
  const multiplyMs = timing.decodeTokenMs * batch;
  const cacheMs = batch * cacheMsPerRequest;
  const linkMs = timing.linkFixedMs + timing.linkTokenMs * batch;
  const processorMs = timing.engine.stepMs + timing.engine.sequenceMs * batch;
  const weightsMs = Math.sqrt(readMs * readMs + multiplyMs * multiplyMs);
  const gpuMs = weightsMs + cacheMs + linkMs + timing.layersMs;
  const totalMs = besideMs(timing.engine, gpuMs, processorMs);
  return {
    totalMs,
    weightsMs,
    gpuMs,
    processorMs,
    computeMs: multiplyMs,
    memoryMs: readMs + cacheMs,
    linkMs,
    overheadMs: timing.layersMs + processorMs,
  };
}

/** Time of a step whose GPU and processor work side by side as far as the engine lets them; see `serialShare`. */
export function besideMs({ serialShare }: EngineConstants, gpuMs: number, processorMs: number): number {
  return Math.sqrt(gpuMs * gpuMs + processorMs * processorMs + 2 * serialShare * gpuMs * processorMs);
}
