import type { Gpu, OpenModel } from "../catalog/schema.ts";
import {
  BYTES_PER_GIB,
  GPU_MEMORY_UTILIZATION,
  HELD_OUTPUT_SHARE,
  KV_BYTES,
  LARGE_CARD_GIB,
  LOGIT_BYTES,
  LOGIT_COPIES,
  MAX_BATCHED_TOKENS,
  MAX_NUM_SEQS,
  RESERVE_FULL_CARD_GIB,
  RUNTIME_RESERVE_GIB,
} from "./constants.ts";
import type { MemoryFit, RequestShape, ServingConfiguration } from "./types.ts";
import { paddingBytes, weightBytes } from "./work.ts";

/**
 * Where the bytes of one GPU go, and whether the longest request fits.
 *
 * usable = memory x 0.90; KV cache = usable - weights / n - runtime reserve; it fits when that holds at least one request of `maxModelLen`.
 * `kvCacheTokens` counts as vLLM logs it: KV bytes / bytes of a sequence of `maxModelLen`, times `maxModelLen`.
 * Example: Llama 3.1 70B fp8 on one H100 (79.65 GiB): 71.7 - 67.7 - 2.6 = 1.4 GiB, 4.8k tokens: fits at 4096, not at 8192.
 */
export function memoryFit(configuration: ServingConfiguration): MemoryFit {
  const { model, gpu, precision, tensorParallel, maxModelLen } = configuration;
  const usableGiB = gpu.memoryGiB * GPU_MEMORY_UTILIZATION;
  const reserveGiB = runtimeReserveGiB(configuration);
  const weightsGiB = weightBytes(model, precision) / tensorParallel / BYTES_PER_GIB;
  const longestGiB = kvBytesPerSequence(configuration, maxModelLen) / BYTES_PER_GIB;
  const neededGiB = weightsGiB + reserveGiB + longestGiB;
  if (neededGiB > usableGiB)
    return { fits: false, neededGiB, usableGiB, text: misfitText(configuration, neededGiB, weightsGiB, reserveGiB, longestGiB) };
  const kvCacheGiB = usableGiB - weightsGiB - reserveGiB;
  const kvCacheTokens = longestGiB === 0 ? Number.MAX_SAFE_INTEGER : Math.floor((kvCacheGiB / longestGiB) * maxModelLen);
  return { fits: true, usableGiB, weightsGiB, reserveGiB, kvCacheGiB, kvCacheTokens };
}

function misfitText(
  configuration: ServingConfiguration,
  neededGiB: number,
  weightsGiB: number,
  reserveGiB: number,
  longestGiB: number,
): string {
  const { model, gpu, precision, tensorParallel, maxModelLen } = configuration;
  const usableGiB = gpu.memoryGiB * GPU_MEMORY_UTILIZATION;
  const cards = tensorParallel === 1 ? `one ${gpu.name}` : `each of ${tensorParallel} x ${gpu.name}`;
  return (
    `${model.id} in ${precision} needs ${neededGiB.toFixed(1)} GiB on ${cards} ` +
    `(weights ${weightsGiB.toFixed(1)}, KV cache of one request of ${maxModelLen} tokens ${longestGiB.toFixed(1)}, runtime ${reserveGiB.toFixed(1)}); ` +
    `usable are ${usableGiB.toFixed(1)} GiB (${gpu.memoryGiB} x ${GPU_MEMORY_UTILIZATION})`
  );
}

/**
 * GiB that the engine keeps beside weights and cache: 1.6 from 60 GiB on, in proportion below, two copies of the logits of `--max-num-seqs`
 * requests, and what kernels pad the weights with.
 * Example: Llama 3 (128,256 words) on H100: 1.6 + 2 x 1024 x 128,256 x 4 B = 2.6; on an L4 with 256 requests: 0.6 + 0.2 = 0.8.
 */
export function runtimeReserveGiB({ model, gpu, precision, tensorParallel }: ServingConfiguration): number {
  const logits = LOGIT_COPIES * maxNumSeqs({ gpu }) * model.architecture.vocabSize * LOGIT_BYTES;
  return (
    RUNTIME_RESERVE_GIB * Math.min(1, gpu.memoryGiB / RESERVE_FULL_CARD_GIB) +
    (logits + paddingBytes(model, precision) / tensorParallel) / BYTES_PER_GIB
  );
}

/**
 * Bytes of KV cache and recurrent state that one sequence of `tokens` takes on each GPU of the replica.
 *
 * Full attention grows with every token, sliding windows up to the window, recurrent state not at all. KV heads are split over the GPUs until
 * one head is left on each, then replicated; MLA is replicated on every GPU. Example: Llama 3.1 70B, bf16 cache, n = 1, 4096 tokens:
 * 327,680 x 4096 = 1.34 GB; n = 8: 0.17 GB; n = 16: 0.17 GB (8 KV heads).
 */
export function kvBytesPerSequence(configuration: ServingConfiguration, tokens: number): number {
  const { model, kvPrecision, tensorParallel } = configuration;
  const { bytesPerTokenBf16, slidingBytesPerSequenceBf16, stateBytesPerSequence } = model.kvCache;
  const scale = (KV_BYTES[kvPrecision] / KV_BYTES.bf16) * kvShare(model, tensorParallel);
  const window = model.architecture.slidingWindowTokens;
  const filled = window === null ? 1 : Math.min(1, tokens / window);
  return (bytesPerTokenBf16 * tokens + slidingBytesPerSequenceBf16 * filled) * scale + stateBytesPerSequence / tensorParallel;
}

/** Share of the cache of one sequence that lies on each GPU. */
export function kvShare(model: OpenModel, tensorParallel: number): number {
  const { mla, kvHeads } = model.architecture;
  if (mla !== null) return 1;
  return 1 / Math.min(tensorParallel, kvHeads);
}

/**
 * Requests of `shape` that can run at once: limited by the KV cache and by vLLM's default `--max-num-seqs` of the card; 0 when the weights do
 * not fit. Not rounded: a mean. Example: Llama 3.1 8B bf16 on H100, 1000 in / 500 out: 54 GiB / (131,072 B x 1300) = 340.
 */
export function maxConcurrency(configuration: ServingConfiguration, shape: RequestShape): number {
  return Math.min(kvConcurrency(configuration, shape), maxNumSeqs(configuration));
}

/** Requests of `shape` whose cache fits at once, whatever the scheduler allows. Shared prefixes are not assumed to be stored once. */
export function kvConcurrency(configuration: ServingConfiguration, shape: RequestShape): number {
  const { model, gpu, precision, tensorParallel } = configuration;
  const usableGiB = gpu.memoryGiB * GPU_MEMORY_UTILIZATION;
  const kvCacheGiB = usableGiB - weightBytes(model, precision) / tensorParallel / BYTES_PER_GIB - runtimeReserveGiB(configuration);
  if (kvCacheGiB * BYTES_PER_GIB < kvBytesPerSequence(configuration, 1)) return 0;
  const held = shape.inputTokens + HELD_OUTPUT_SHARE * shape.outputTokens;
  return (kvCacheGiB * BYTES_PER_GIB) / kvBytesPerSequence(configuration, held);
}

/** vLLM's default limit of running requests on this card: 1024 on large cards that are not A100, else 256. */
export function maxNumSeqs({ gpu }: Pick<ServingConfiguration, "gpu">): number {
  return MAX_NUM_SEQS[cardClass(gpu)];
}

/** vLLM's default token budget of one step on this card: 8192 on large cards that are not A100, else 2048. */
export function maxBatchedTokens({ gpu }: Pick<ServingConfiguration, "gpu">): number {
  return MAX_BATCHED_TOKENS[cardClass(gpu)];
}

function cardClass(gpu: Gpu): "large" | "small" {
  return gpu.memoryGiB >= LARGE_CARD_GIB && gpu.architecture !== "ampere" ? "large" : "small";
}
