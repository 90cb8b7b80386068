/**
 * Row types of the catalog. Every row says where it comes from (`source`), when that was last read (`checked`) and
 * what kind of statement it is (`basis`). Units stand in the key: `usdPerHour`, `memoryGiB`, `inputUsdPerMTok`
 * (US dollars per million tokens). `null` means unknown and is never read as 0.
 */
import { z } from "zod";
import { Features } from "./api-schema.ts";
import { Precision } from "./precision.ts";
import { Certainty, id, isoDate, Provenance, usd } from "./provenance.ts";

export * from "./api-schema.ts";
export { Certainty, Provenance } from "./provenance.ts";

/** Shape of a transformer as far as memory and time depend on it. Counts of layers, heads and tokens. */
export const Architecture = z.strictObject({
  layers: z.int().positive(),
  hiddenSize: z.int().positive(),
  attentionHeads: z.int().positive(),
  kvHeads: z.int().positive(),
  headDim: z.int().positive(),
  vocabSize: z.int().positive(),
  intermediateSize: z.int().positive().nullable(),
  /** Matrices of one MLP or expert where it is not gated (up and down); left out, it has three (gate, up and down). */
  mlpMatrices: z.literal(2).optional(),
  tiedEmbeddings: z.boolean(),
  /** Layers by kind of attention: full, sliding window, linear or state-space (no growing cache). */
  attentionLayers: z.strictObject({ full: z.int().nonnegative(), sliding: z.int().nonnegative(), linear: z.int().nonnegative() }),
  slidingWindowTokens: z.int().positive().nullable(),
  /** Multi-head latent attention: rank of the compressed cache and width of the rotary part. */
  mla: z.strictObject({ kvLoraRank: z.int().positive(), ropeHeadDim: z.int().positive() }).nullable(),
  moe: z
    .strictObject({
      experts: z.int().positive(),
      activeExperts: z.int().positive(),
      sharedExperts: z.int().nonnegative(),
      /** Width in which the routed experts work, where it is smaller than the hidden size. */
      latentSize: z.int().positive().optional(),
      expertIntermediate: z.int().positive(),
      sharedIntermediate: z.int().nonnegative(),
      moeLayers: z.int().positive(),
    })
    .nullable(),
});
export type Architecture = z.infer<typeof Architecture>;

/** An open-weight model that vLLM can serve. Parameters in billions (1e9). */
export const OpenModel = Provenance.extend({
  kind: z.literal("open-model"),
  id,
  aliases: z.array(z.string()),
  hubRepo: z.string(),
  publisher: z.string(),
  family: z.string(),
  releasedOn: isoDate.nullable(),
  architecture: Architecture,
  /** Bytes of KV cache: for each token of full attention, for each sequence of sliding windows, and of recurrent state; bf16. */
  kvCache: z.strictObject({
    bytesPerTokenBf16: z.number().nonnegative(),
    slidingBytesPerSequenceBf16: z.number().nonnegative(),
    stateBytesPerSequence: z.number().nonnegative(),
  }),
  parameters: z.strictObject({ totalB: z.number().positive(), activeB: z.number().positive() }),
  nativePrecision: Precision,
  /** Published checkpoints by precision; the first is the native one. */
  checkpoints: z
    .array(
      z.strictObject({
        precision: Precision,
        hubRepo: z.string(),
        /** Mean bytes of a weight that is no routed expert, embedding or head, where the checkpoint keeps some of them in a wider format. */
        denseBytes: z.number().min(0.5).max(2).optional(),
        source: z.string(),
      }),
    )
    .min(1),
  contextWindowTokens: z.int().positive(),
  features: Features,
  reasoning: z.boolean().nullable(),
  licence: id,
  openness: z.enum(["weights", "weights_code", "weights_code_data"]),
  gatedDownload: z.boolean(),
  vllmMinVersion: z.string().nullable(),
});
export type OpenModel = z.infer<typeof OpenModel>;

/** A GPU card. Dense peak rates (no sparsity). `null` means that the card has no such unit. */
export const Gpu = Provenance.extend({
  kind: z.literal("gpu"),
  id,
  name: z.string(),
  aliases: z.array(z.string()),
  architecture: z.enum(["turing", "ampere", "ada", "hopper", "blackwell"]),
  memoryGiB: z.number().positive(),
  bandwidthGBPerSecond: z.number().positive(),
  bf16Tflops: z.number().positive(),
  fp8Tflops: z.number().positive().nullable(),
  fp4Tflops: z.number().positive().nullable(),
  int8Tops: z.number().positive().nullable(),
  link: z.enum(["nvlink", "pcie"]),
  /** One-way bandwidth between two cards of a node, in GB/s. */
  linkGBPerSecond: z.number().positive(),
});
export type Gpu = z.infer<typeof Gpu>;

/** On-demand Linux price in US dollars per hour. */
export const HourlyPrice = Provenance.extend({ onDemand: usd.positive() });
export type HourlyPrice = z.infer<typeof HourlyPrice>;

/** An AWS instance type with NVIDIA GPUs. A region without a key has no known on-demand price. */
export const Instance = z.strictObject({
  kind: z.literal("instance"),
  id,
  family: z.string(),
  gpu: id,
  gpuCount: z.int().positive(),
  /** Memory of one GPU as the instance type lists it; the GPU's own row has what the driver leaves of it. */
  gpuMemoryGiB: z.number().positive(),
  vcpu: z.int().positive(),
  memoryGiB: z.number().positive(),
  localNvmeGB: z.number().nonnegative(),
  networkMbps: z.number().positive(),
  usdPerHour: z.record(z.string(), HourlyPrice),
  capacityBlock: z.array(Provenance.extend({ effectiveFrom: isoDate, usdPerHour: usd.positive() })),
  source: z.string(),
  checked: isoDate,
});
export type Instance = z.infer<typeof Instance>;

/** One compliance statement about a route. `value` as published: yes, conditional, no, unknown, inherit, a level, days or a list. */
export const Fact = z.strictObject({
  value: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]),
  note: z.string(),
  source: z.string(),
  checked: isoDate,
  certainty: Certainty,
});
export type Fact = z.infer<typeof Fact>;

/** A way in which requests reach a model: a first-party API, a managed cloud service or own instances. */
export const Route = z.strictObject({
  kind: z.literal("route"),
  id,
  label: z.string(),
  routeKind: z.enum(["first-party-api", "managed-cloud", "self-host"]),
  facts: z.record(z.string(), Fact),
});
export type Route = z.infer<typeof Route>;

/** Terms under which open weights may be used. Caps are `null` where the licence has none. */
export const Licence = Provenance.extend({
  id,
  name: z.string(),
  commercialUse: z.enum(["yes", "conditional", "no", "unknown"]),
  conditions: z.array(z.string()),
  monthlyActiveUsersCap: z.number().positive().nullable(),
  monthlyRevenueCapUsd: z.number().positive().nullable(),
  /** Domiciles (ISO 3166 or "EU") whose licensees get no rights. */
  excludedDomiciles: z.array(z.string()),
});
export type Licence = z.infer<typeof Licence>;

/** One published benchmark result. Scores are comparable inside one `group` (harness) only. */
export const BenchmarkScore = z.strictObject({
  /** Id of an API model or an open-weight model. */
  model: id,
  /** Spelling of the policy's `min_benchmarks`, e.g. mmlu, mmlu_pro, gpqa_diamond, swe_bench_verified. */
  benchmark: z.string().regex(/^[a-z0-9_]+$/),
  score: z.number(),
  group: z.string(),
  source: z.string(),
  checked: isoDate,
  certainty: Certainty,
});
export type BenchmarkScore = z.infer<typeof BenchmarkScore>;

/** A price of AWS that stands around the instances: storage, load balancer, secrets, logs. */
export const SupportPrice = z.strictObject({
  id,
  service: z.string(),
  item: z.string(),
  unit: z.string(),
  usd: z.record(z.string(), Provenance.extend({ usd })),
});
export type SupportPrice = z.infer<typeof SupportPrice>;

/** An AWS region and the place (of the policy's `data_residency`) in which it lies. */
export const Region = z.strictObject({
  id,
  residency: z.string(),
  partition: z.enum(["aws", "aws-us-gov", "aws-eusc"]),
  source: z.string().min(3),
  checked: isoDate,
});
export type Region = z.infer<typeof Region>;

/** A name that people write where a model id belongs and that is none: an application, a family, a floating alias, a retired model. */
export const RefusedName = z.strictObject({
  /** Lower case. */
  name: z.string(),
  /** Why, as the rest of a sentence that starts with the name. */
  why: z.string(),
  /** Ids of API models to write instead; of a retired model, its successor. */
  use: z.array(id).min(1),
  /** First day on which nobody answers to the name, where a source states it. */
  shutDown: z.strictObject({ on: isoDate, source: z.string().min(3), checked: isoDate }).optional(),
});
export type RefusedName = z.infer<typeof RefusedName>;
