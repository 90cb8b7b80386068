import { VLLM } from "../../src/capacity/engine.ts";
import type { Serving } from "../../src/capacity/operate.ts";
import type { Timing } from "../../src/capacity/timing.ts";
import type { ServingConfiguration } from "../../src/capacity/types.ts";
import type { Precision } from "../../src/catalog/precision.ts";
import type { Gpu, OpenModel } from "../../src/catalog/schema.ts";

/** Small rows with published shapes (config.json of each model, vendor data sheets), independent of the shipped catalog. */
const provenance = { source: "test fixture", checked: "2026-11-20", basis: "vendor", certainty: "high" } as const;

type Shape = Partial<OpenModel["architecture"]> &
  Pick<OpenModel["architecture"], "layers" | "hiddenSize" | "attentionHeads" | "kvHeads" | "headDim" | "vocabSize">;

function openModel(
  id: string,
  totalB: number,
  activeB: number,
  shape: Shape,
  kvCache: OpenModel["kvCache"],
  precisions: readonly Precision[] = ["bf16", "fp8", "int4"],
): OpenModel {
  return {
    ...provenance,
    kind: "open-model",
    id,
    aliases: [],
    hubRepo: `test/${id}`,
    publisher: "test",
    family: "test",
    releasedOn: null,
    architecture: {
      intermediateSize: null,
      tiedEmbeddings: false,
      attentionLayers: { full: shape.layers, sliding: 0, linear: 0 },
      slidingWindowTokens: null,
      mla: null,
      moe: null,
      ...shape,
    },
    kvCache,
    parameters: { totalB, activeB },
    nativePrecision: precisions[0] ?? "bf16",
    checkpoints: precisions.map((precision) => ({ precision, hubRepo: `test/${id}-${precision}`, source: "test" })),
    contextWindowTokens: 131_072,
    features: { toolUse: null, jsonSchema: null, vision: null, webSearch: null },
    reasoning: null,
    licence: "test",
    openness: "weights",
    gatedDownload: false,
    vllmMinVersion: null,
  };
}

function grownCache(bytesPerTokenBf16: number): OpenModel["kvCache"] {
  return { bytesPerTokenBf16, slidingBytesPerSequenceBf16: 0, stateBytesPerSequence: 0 };
}

export const llama8b = openModel(
  "llama-3.1-8b-instruct",
  8.03,
  8.03,
  { layers: 32, hiddenSize: 4096, attentionHeads: 32, kvHeads: 8, headDim: 128, vocabSize: 128_256 },
  grownCache(131_072),
);

export const llama70b = openModel(
  "llama-3.1-70b-instruct",
  70.55,
  70.55,
  { layers: 80, hiddenSize: 8192, attentionHeads: 64, kvHeads: 8, headDim: 128, vocabSize: 128_256 },
  grownCache(327_680),
);

export const llama405b = openModel(
  "llama-3.1-405b-instruct",
  405.85,
  405.85,
  { layers: 126, hiddenSize: 16_384, attentionHeads: 128, kvHeads: 8, headDim: 128, vocabSize: 128_256 },
  grownCache(516_096),
);

export const deepseekV3 = openModel(
  "deepseek-v3",
  671,
  37,
  {
    layers: 61,
    hiddenSize: 7168,
    attentionHeads: 128,
    kvHeads: 128,
    headDim: 192,
    vocabSize: 129_280,
    mla: { kvLoraRank: 512, ropeHeadDim: 64 },
    moe: { experts: 256, activeExperts: 8, sharedExperts: 1, expertIntermediate: 2048, sharedIntermediate: 2048, moeLayers: 58 },
  },
  grownCache(70_272),
  ["fp8"],
);

export const gptOss120b = openModel(
  "gpt-oss-120b",
  116.8,
  5.1,
  {
    layers: 36,
    hiddenSize: 2880,
    attentionHeads: 64,
    kvHeads: 8,
    headDim: 64,
    vocabSize: 201_088,
    attentionLayers: { full: 18, sliding: 18, linear: 0 },
    slidingWindowTokens: 128,
    moe: { experts: 128, activeExperts: 4, sharedExperts: 0, expertIntermediate: 2880, sharedIntermediate: 0, moeLayers: 36 },
  },
  { bytesPerTokenBf16: 36_864, slidingBytesPerSequenceBf16: 4_718_592, stateBytesPerSequence: 0 },
  ["mxfp4"],
);

export const qwen3Next = openModel(
  "qwen3-next-80b-a3b-instruct",
  80,
  3,
  {
    layers: 48,
    hiddenSize: 2048,
    attentionHeads: 16,
    kvHeads: 2,
    headDim: 256,
    vocabSize: 151_936,
    attentionLayers: { full: 12, sliding: 0, linear: 36 },
    moe: { experts: 512, activeExperts: 10, sharedExperts: 1, expertIntermediate: 512, sharedIntermediate: 512, moeLayers: 48 },
  },
  { bytesPerTokenBf16: 24_576, slidingBytesPerSequenceBf16: 0, stateBytesPerSequence: 75_497_472 },
  ["bf16", "fp8"],
);

export const models: readonly OpenModel[] = [llama8b, llama70b, llama405b, deepseekV3, gptOss120b, qwen3Next];

type Card = Pick<Gpu, "id" | "architecture" | "memoryGiB" | "bandwidthGBPerSecond" | "bf16Tflops" | "link" | "linkGBPerSecond"> &
  Partial<Gpu>;

function card(row: Card): Gpu {
  return { ...provenance, kind: "gpu", name: row.id.toUpperCase(), aliases: [], fp8Tflops: null, fp4Tflops: null, int8Tops: null, ...row };
}

export const t4 = card({
  id: "t4",
  architecture: "turing",
  memoryGiB: 16,
  bandwidthGBPerSecond: 300,
  bf16Tflops: 65,
  int8Tops: 130,
  link: "pcie",
  linkGBPerSecond: 12,
});
export const l4 = card({
  id: "l4",
  architecture: "ada",
  memoryGiB: 22.4,
  bandwidthGBPerSecond: 300,
  bf16Tflops: 121,
  fp8Tflops: 242,
  link: "pcie",
  linkGBPerSecond: 16,
});
export const a100 = card({
  id: "a100-80gb",
  architecture: "ampere",
  memoryGiB: 80,
  bandwidthGBPerSecond: 2039,
  bf16Tflops: 312,
  int8Tops: 624,
  link: "nvlink",
  linkGBPerSecond: 300,
});
export const h100 = card({
  id: "h100",
  architecture: "hopper",
  memoryGiB: 79.65,
  bandwidthGBPerSecond: 3350,
  bf16Tflops: 989,
  fp8Tflops: 1979,
  int8Tops: 1979,
  link: "nvlink",
  linkGBPerSecond: 450,
});
export const h200 = card({
  id: "h200",
  architecture: "hopper",
  memoryGiB: 141,
  bandwidthGBPerSecond: 4800,
  bf16Tflops: 989,
  fp8Tflops: 1979,
  int8Tops: 1979,
  link: "nvlink",
  linkGBPerSecond: 450,
});
export const b200 = card({
  id: "b200",
  architecture: "blackwell",
  memoryGiB: 179,
  bandwidthGBPerSecond: 8000,
  bf16Tflops: 2250,
  fp8Tflops: 4500,
  fp4Tflops: 9000,
  link: "nvlink",
  linkGBPerSecond: 900,
});

export const gpus: readonly Gpu[] = [t4, l4, a100, h100, h200, b200];

/** One replica; bf16 cache, 4096 tokens and one GPU unless said otherwise. */
export function serving(model: OpenModel, gpu: Gpu, precision: Precision, rest: Partial<ServingConfiguration> = {}): ServingConfiguration {
  return { model, gpu, precision, kvPrecision: "bf16", tensorParallel: 1, maxModelLen: 4096, ...rest };
}

/** The work of Llama 3.1 8B in bf16 on one H100 with every figure at nothing but a step's 1 ms for each request and 3 ms of layers. */
export function plainTiming(change: Partial<Timing>): Timing {
  return {
    configuration: serving(llama8b, h100, "bf16"),
    engine: VLLM,
    prefillTokenMs: 0,
    decodeTokenMs: 1,
    denseReadMs: 0,
    expertReadMs: 0,
    expertShare: 0,
    logUnchosen: 0,
    fullPairMs: 0,
    slidingPairMs: 0,
    slidingWindow: Number.POSITIVE_INFINITY,
    cacheByteMs: 0,
    decodePairMs: 0,
    linkFixedMs: 0,
    linkTokenMs: 0,
    layersMs: 3,
    ...change,
  };
}

/** Requests of 10 output tokens whose prompts take 5 ms each; two fit into one step, four run at once. */
export function plainReplica(change: Partial<Serving> & Pick<Serving, "timing">): Serving {
  return {
    shape: { inputTokens: 100, outputTokens: 10, cachedInputRatio: 0 },
    spread: 0,
    longestOutput: 50,
    prefillMs: 5,
    promptComputeMs: 4,
    requestCacheMs: 0.5,
    maxBatch: 4,
    cacheBound: false,
    promptsPerStep: 2,
    ...change,
  };
}
