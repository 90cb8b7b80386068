import { z } from "zod";
import { id, isoDate, Provenance, usd } from "./provenance.ts";

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
