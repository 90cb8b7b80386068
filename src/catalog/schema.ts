import { z } from "zod";
import { Precision } from "./precision.ts";

/**
 * Row types of the catalog. Every row says where it comes from (`source`), when that was last read (`checked`) and
 * what kind of statement it is (`basis`). Units stand in the key: `usdPerHour`, `memoryGiB`, `inputUsdPerMTok`
 * (US dollars per million tokens). `null` means unknown and is never read as 0.
 */
const isoDate = z.iso.date();
const usd = z.number().nonnegative();
const id = z.string().regex(/^[a-z0-9][a-z0-9._:-]*$/);

export const Certainty = z.enum(["high", "medium", "low"]);
export type Certainty = z.infer<typeof Certainty>;

/** Where a figure comes from: `measured` by someone, stated by the `vendor`, or `derived` from other figures. */
export const Provenance = z.strictObject({
  source: z.string().min(3),
  checked: isoDate,
  basis: z.enum(["measured", "vendor", "derived"]),
  certainty: Certainty,
});
export type Provenance = z.infer<typeof Provenance>;

/** Prices of one whole request whose prompt is longer than `aboveInputTokens` (not marginal). */
export const PriceTier = z.strictObject({
  aboveInputTokens: z.int().positive(),
  inputUsdPerMTok: usd,
  outputUsdPerMTok: usd,
  cachedInputUsdPerMTok: usd.nullable(),
});
export type PriceTier = z.infer<typeof PriceTier>;

/** Price by time of day: `share` of the week's hours is billed at `multiplier` times the row's prices. */
export const PeakPrice = z.strictObject({ shareOfWeek: z.number().min(0).max(1), multiplier: z.number().positive(), note: z.string() });
export type PeakPrice = z.infer<typeof PeakPrice>;

/**
 * What a model costs in some regions where they ask another price than the row: regions by name, or by the place that a profile of Bedrock serves
 * (`eu`, `jp`, `us-gov`: see `placeOf`).
 */
export const RegionalPrice = z.strictObject({
  regions: z.array(z.string()).min(1),
  inputUsdPerMTok: usd,
  outputUsdPerMTok: usd,
  cachedInputUsdPerMTok: usd.nullable(),
  batchInputUsdPerMTok: usd.nullable(),
  batchOutputUsdPerMTok: usd.nullable(),
  source: z.string().min(3),
  checked: isoDate,
});
export type RegionalPrice = z.infer<typeof RegionalPrice>;

/** List price of an API model from `effectiveFrom` on. A changed price adds a row; it never edits one. */
export const ApiPrice = Provenance.extend({
  effectiveFrom: isoDate,
  /** Last day on which it holds; null is until the next row. */
  effectiveTo: isoDate.nullable(),
  inputUsdPerMTok: usd,
  outputUsdPerMTok: usd,
  cachedInputUsdPerMTok: usd.nullable(),
  batchInputUsdPerMTok: usd.nullable(),
  batchOutputUsdPerMTok: usd.nullable(),
  /** What a batch pays for input that a cache holds; absent where it pays its price of all input, or where nobody says what. */
  batchCachedInputUsdPerMTok: usd.optional(),
  tiers: z.array(PriceTier),
  peak: PeakPrice.nullable(),
  /** Absent where every region asks the same, or nobody says what they ask. */
  regional: z.array(RegionalPrice).optional(),
});
export type ApiPrice = z.infer<typeof ApiPrice>;

/** What a model can do; `null` is unknown. */
export const Features = z.strictObject({
  toolUse: z.boolean().nullable(),
  jsonSchema: z.boolean().nullable(),
  vision: z.boolean().nullable(),
  webSearch: z.boolean().nullable(),
});
export type Features = z.infer<typeof Features>;

/** A least or a most number of training examples. */
export const ExampleBound = Provenance.extend({ examples: z.int().positive() });
export type ExampleBound = z.infer<typeof ExampleBound>;

/**
 * A provider's own fine-tuning of a model. `surcharge` is what a million tokens of the tuned model cost more than those of the model
 * itself; 0 where they cost the same. An unknown price is null and never 0.
 */
export const Tuning = Provenance.extend({
  atLeast: ExampleBound.nullable(),
  atMost: ExampleBound.nullable(),
  /** USD for a million tokens of training data, in each epoch. */
  trainingUsdPerMTok: usd.nullable(),
  surcharge: z.strictObject({ inputUsdPerMTok: usd, cachedInputUsdPerMTok: usd, outputUsdPerMTok: usd }).nullable(),
});
export type Tuning = z.infer<typeof Tuning>;

/**
 * What it takes to keep requests to a model in one place (`data_residency`), on a route where that is a setting: how much more each token costs, and
 * null where the model cannot be kept in one place, whatever its route offers.
 */
export const Residency = z.strictObject({ surchargeRatio: z.number().nonnegative().nullable(), source: z.string(), checked: isoDate });
export type Residency = z.infer<typeof Residency>;

/** What a token written to the prompt cache for five minutes costs above an input token, as a share of it; for an hour it costs more. */
export const CacheWrite = z.strictObject({ markupRatio: z.number().positive(), source: z.string(), checked: isoDate });
export type CacheWrite = z.infer<typeof CacheWrite>;

/** A model that is bought by the token. `weights: "open"` marks a managed host of open weights (`openModel` names them). */
export const ApiModel = z.strictObject({
  kind: z.literal("api-model"),
  id,
  /** The row of the same model at its maker, whose published scores count for this route too. */
  sameModelAs: id.nullable(),
  provider: id,
  /** Ids of the routes (compliance rows) through which this id is sold at these prices; the first is the default. */
  routes: z.array(id).min(1),
  weights: z.enum(["closed", "open"]),
  openModel: id.nullable(),
  aliases: z.array(z.string()),
  contextWindowTokens: z.int().positive().nullable(),
  maxOutputTokens: z.int().positive().nullable(),
  features: Features,
  /** Fine-tuning offered by the provider for this model: methods of the policy's `customization`; null is unknown. */
  customization: z.array(z.enum(["sft", "lora", "distill"])).nullable(),
  /** What that fine-tuning takes and costs; absent where nothing about it is known. */
  tuning: Tuning.optional(),
  /** Absent where keeping requests in one place costs nothing more, or is the route's own matter. */
  residency: Residency.optional(),
  /** Absent where writing to the prompt cache is not known to cost more than the input itself. */
  cacheWrite: CacheWrite.optional(),
  shutdownOn: isoDate.nullable(),
  successor: z.string().nullable(),
  lifecycleSource: z.string(),
  prices: z.array(ApiPrice).min(1),
});
export type ApiModel = z.infer<typeof ApiModel>;

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
