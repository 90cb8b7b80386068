import type { ApiModel, ApiPrice, Instance, PriceTier, Provenance } from "./schema.ts";

const TOKENS_PER_MTOK = 1_000_000;

/** Prices of one request, in US dollars per million tokens; null where the catalog knows none. */
export interface UnitPrices {
  /** The dated row that the prices come from. */
  readonly row: ApiPrice;
  /** The long-prompt tier that the request falls into; null is the base price. */
  readonly tier: PriceTier | null;
  readonly inputUsdPerMTok: number;
  readonly outputUsdPerMTok: number;
  readonly cachedInputUsdPerMTok: number | null;
  readonly batchInputUsdPerMTok: number | null;
  readonly batchOutputUsdPerMTok: number | null;
  readonly batchCachedInputUsdPerMTok: number | null;
  /** True when the model is shut down on the date: the prices are its last ones and nobody sells at them. */
  readonly shutDown: boolean;
}

/**
 * The list price of a model on a date (`YYYY-MM-DD`): the newest row with `effectiveFrom <= date <= effectiveTo`.
 * Undefined before the first row, after the end of the last one, and from the shutdown date on.
 *
 * Example: gemini-3.8-flash costs 0.75 USD per million input tokens on 2026-12-31 and 1.50 on 2027-01-01.
 */
export function priceRowOn(model: ApiModel, date: string): ApiPrice | undefined {
  return isShutDown(model, date) ? undefined : newestRow(model, date);
}

/** Whether the model can no longer be called on the date. Example: gpt-4.1-nano from 2026-10-23 on. */
export function isShutDown(model: ApiModel, date: string): boolean {
  return model.shutdownOn !== null && date >= model.shutdownOn;
}

/**
 * Providers whose batches take the same share off the price of a long prompt as off the list price. Sources: "2x input and 1.5x output for the full session
 * for standard, batch, and flex" (developers.openai.com/api/docs/models/gpt-5.4-pro); batch 1.25 / 7.50 against 2.50 / 15 USD above 200,000 tokens of
 * gemini-2.5-pro (ai.google.dev/gemini-api/docs/pricing); half of the standard prices for all tokens of a batch (Anthropic's Message Batches); batch 3.20 /
 * 9.60 against 4 / 12 USD above 200,000 tokens of grok-4.7 (LiteLLM 1.110.2, 2026-11-20).
 */
const BATCHES_LONG_PROMPTS: ReadonlySet<ApiModel["provider"]> = new Set(["openai", "google", "anthropic", "xai"]);

/**
 * Prices of one request of `inputTokens` on a date. A tier prices the whole request, not the part above its limit.
 * Where the price depends on the hour, the result is the mean over the week: price x (1 + share x (multiplier - 1)).
 * A batch of long prompts costs the tier's price less the discount of other batches, where the provider says so
 * (`BATCHES_LONG_PROMPTS`), and is not known (null) elsewhere. Undefined when no row holds on the date.
 *
 * Examples: gpt-6-sol on 2026-11-20 costs 2.00 per million input tokens for 10,000 tokens, 4.00 for 1,000,000 and 2.00 for those in a batch;
 * deepseek-flash 0.15 x (1 + 35/168) = 0.18125 at any length. A model that is shut down on the date comes with
 * `shutDown: true`, so that a bill of the past can still be explained.
 */
export function unitPrices(model: ApiModel, date: string, inputTokens: number): UnitPrices | undefined {
  const row = newestRow(model, date);
  if (row === undefined) return undefined;
  const tier = row.tiers.filter((each) => inputTokens > each.aboveInputTokens).at(-1) ?? null;
  const base = tier ?? row;
  const factor = row.peak === null ? 1 : 1 + row.peak.shareOfWeek * (row.peak.multiplier - 1);
  const longBatch = tier === null || BATCHES_LONG_PROMPTS.has(model.provider);
  const longCached =
    base.cachedInputUsdPerMTok === null || row.cachedInputUsdPerMTok === null
      ? null
      : base.cachedInputUsdPerMTok / row.cachedInputUsdPerMTok;
  return {
    row,
    tier,
    inputUsdPerMTok: base.inputUsdPerMTok * factor,
    outputUsdPerMTok: base.outputUsdPerMTok * factor,
    cachedInputUsdPerMTok: times(base.cachedInputUsdPerMTok, factor),
    batchInputUsdPerMTok: longBatch ? times(row.batchInputUsdPerMTok, factor * (base.inputUsdPerMTok / row.inputUsdPerMTok)) : null,
    batchOutputUsdPerMTok: longBatch ? times(row.batchOutputUsdPerMTok, factor * (base.outputUsdPerMTok / row.outputUsdPerMTok)) : null,
    batchCachedInputUsdPerMTok:
      longBatch && longCached !== null ? times(row.batchCachedInputUsdPerMTok ?? null, factor * longCached) : null,
    shutDown: isShutDown(model, date),
  };
}

/** Size of one request and how it is bought: shares of its input tokens (cache) and of such requests (batch). */
export interface PricedRequest {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputRatio: number;
  readonly batchRatio: number;
}

/** What one request costs on average, and which discount it went without because no price for it is known. */
export interface RequestCost {
  readonly usd: number;
  readonly unpriced: readonly ("cached-input" | "batch")[];
}

/**
 * Mean cost in US dollars of one request at the given prices. Price one request and multiply: tiers apply to a request,
 * never to a month's sum. Batch requests get the cache discount that has a price of its own. A discount without a known price is billed at list price
 * and named in `unpriced`. Cache writes are not priced.
 *
 * Example: gpt-4.1-mini (0.40 / 1.60), 1,000 input and 500 output tokens: 0.0004 + 0.0008 = 0.0012 USD; with 40 % of
 * the input cached (0.10): 0.00024 + 0.00004 + 0.0008 = 0.00108 USD.
 */
export function requestCostUsd(prices: UnitPrices, request: PricedRequest): RequestCost {
  const { cachedInputRatio: cached, batchRatio: batch } = request;
  const input = request.inputTokens / TOKENS_PER_MTOK;
  const output = request.outputTokens / TOKENS_PER_MTOK;
  const cachedPrice = prices.cachedInputUsdPerMTok ?? prices.inputUsdPerMTok;
  const now = input * ((1 - cached) * prices.inputUsdPerMTok + cached * cachedPrice) + output * prices.outputUsdPerMTok;
  const batchKnown = prices.batchInputUsdPerMTok !== null && prices.batchOutputUsdPerMTok !== null;
  const batchInput = prices.batchInputUsdPerMTok ?? 0;
  const batchCached = prices.batchCachedInputUsdPerMTok ?? batchInput;
  const inBatch = input * ((1 - cached) * batchInput + cached * batchCached) + output * (prices.batchOutputUsdPerMTok ?? 0);
  const later = batchKnown ? inBatch : now;
  const noCache = cached > 0 && batch < 1 && prices.cachedInputUsdPerMTok === null;
  return {
    usd: (1 - batch) * now + batch * later,
    unpriced: [...(noCache ? (["cached-input"] as const) : []), ...(batch > 0 && !batchKnown ? (["batch"] as const) : [])],
  };
}

/**
 * On-demand price of an instance in a region in US dollars per hour, with its provenance; undefined where none is known.
 * Examples: p5.48xlarge in us-east-1 is 55.04; p5e.48xlarge has no on-demand price in any region.
 */
export function onDemandUsdPerHour(instance: Instance, region: string): (Provenance & { readonly onDemand: number }) | undefined {
  return instance.usdPerHour[region];
}

function newestRow(model: ApiModel, date: string): ApiPrice | undefined {
  return model.prices
    .filter((row) => row.effectiveFrom <= date && (row.effectiveTo === null || date <= row.effectiveTo))
    .reduce<ApiPrice | undefined>(
      (newest, row) => (newest === undefined || row.effectiveFrom > newest.effectiveFrom ? row : newest),
      undefined,
    );
}

function times(price: number | null, factor: number): number | null {
  return price === null ? null : price * factor;
}
