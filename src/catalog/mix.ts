import { type UnitPrices, unitPrices } from "./pricing.ts";
import type { ApiModel } from "./schema.ts";

/**
 * How the prompts of a workload vary in length around their mean. `fixed`: all are alike. `lognormal`: most are short
 * and a few are long, by their coefficient of variation (standard deviation over mean, 0 or more). `histogram`: lengths
 * in multiples of the mean with their shares of the requests; shares and lengths are scaled to sum and average to 1.
 */
export type PromptLengths =
  | { readonly kind: "fixed" }
  | { readonly kind: "lognormal"; readonly coefficientOfVariation: number }
  | { readonly kind: "histogram"; readonly bins: readonly { readonly timesMean: number; readonly share: number }[] };

/** The part of a workload that one price tier bills. */
export interface TierShare {
  /** Prompts longer than this; 0 is the base price. */
  readonly aboveInputTokens: number;
  readonly requestShare: number;
  readonly inputTokenShare: number;
}

/** Mean unit prices over all prompt lengths of a workload, and how the tiers share in them. */
export interface ExpectedUnitPrices extends Omit<UnitPrices, "tier"> {
  readonly tiers: readonly TierShare[];
}

/**
 * Mean prices for each million tokens of a workload whose prompts vary in length. A tier prices one whole request, so the
 * mean length alone hides the long prompts: input (and cached) prices are weighted by the tokens that fall into a tier,
 * output prices by its requests, output length being taken as independent of prompt length. Cost of a request =
 * mean input x input price + mean output x output price, exactly as with fixed lengths.
 *
 * Where the batch price of a long-prompt tier is not known, its share counts at the tier's list price. A tier without a cached
 * price counts at its input price, in a batch at the batch's price of input. The context window does not cut the distribution.
 *
 * Example: claude-haiku-5-5 (0.10 / 0.50, above 100,000 tokens 0.50 / 2.50) on 2026-11-20 at a mean of 60,000 tokens:
 * fixed lengths cost 0.10 per million input tokens; lognormal ones with a coefficient of variation of 1 have 15 % of the
 * requests and 42 % of the tokens in the tier: 0.27, almost three times as much.
 *
 * Undefined when the model has no price on the date. Throws RangeError for a length below 0 or a distribution that is none.
 */
export function expectedUnitPrices(
  model: ApiModel,
  date: string,
  meanInputTokens: number,
  lengths: PromptLengths = { kind: "fixed" },
): ExpectedUnitPrices | undefined {
  const base = unitPrices(model, date, 0);
  if (base === undefined) return undefined;
  const bounds = [0, ...base.row.tiers.map((tier) => tier.aboveInputTokens)];
  const above = bounds.map((bound) => (bound === 0 ? { requests: 1, tokens: 1 } : sharesAbove(bound, meanInputTokens, lengths)));
  const parts = bounds.map((bound, i) => {
    const prices = unitPrices(model, date, bound === 0 ? 0 : bound + 1) ?? base;
    const next = above[i + 1] ?? { requests: 0, tokens: 0 };
    return { bound, prices, requests: (above[i]?.requests ?? 0) - next.requests, tokens: (above[i]?.tokens ?? 0) - next.tokens };
  });
  const byTokens = (price: (prices: UnitPrices) => number) => parts.reduce((sum, part) => sum + part.tokens * price(part.prices), 0);
  const byRequests = (price: (prices: UnitPrices) => number) => parts.reduce((sum, part) => sum + part.requests * price(part.prices), 0);
  return {
    row: base.row,
    inputUsdPerMTok: byTokens((prices) => prices.inputUsdPerMTok),
    outputUsdPerMTok: byRequests((prices) => prices.outputUsdPerMTok),
    cachedInputUsdPerMTok:
      base.cachedInputUsdPerMTok === null ? null : byTokens((prices) => prices.cachedInputUsdPerMTok ?? prices.inputUsdPerMTok),
    batchInputUsdPerMTok:
      base.batchInputUsdPerMTok === null ? null : byTokens((prices) => prices.batchInputUsdPerMTok ?? prices.inputUsdPerMTok),
    batchOutputUsdPerMTok:
      base.batchOutputUsdPerMTok === null ? null : byRequests((prices) => prices.batchOutputUsdPerMTok ?? prices.outputUsdPerMTok),
    batchCachedInputUsdPerMTok:
      base.batchCachedInputUsdPerMTok === null
        ? null
        : byTokens((prices) => prices.batchCachedInputUsdPerMTok ?? prices.batchInputUsdPerMTok ?? prices.inputUsdPerMTok),
    shutDown: base.shutDown,
    tiers: parts.map(({ bound, requests, tokens }) => ({ aboveInputTokens: bound, requestShare: requests, inputTokenShare: tokens })),
  };
}

interface Shares {
  readonly requests: number;
  readonly tokens: number;
}

/** Share of the requests whose prompt is longer than a bound, and of the input tokens that they hold. */
function sharesAbove(bound: number, mean: number, lengths: PromptLengths): Shares {
  if (!(mean >= 0)) throw new RangeError(`mean prompt of ${mean} tokens; it must be 0 or more`);
  if (mean === 0) return { requests: 0, tokens: 0 };
  switch (lengths.kind) {
    case "fixed":
      return all(mean > bound);
    case "lognormal":
      return lognormalAbove(bound, mean, lengths.coefficientOfVariation);
    case "histogram":
      return histogramAbove(bound, mean, lengths.bins);
  }
}

function all(above: boolean): Shares {
  return above ? { requests: 1, tokens: 1 } : { requests: 0, tokens: 0 };
}

/**
 * With s^2 = ln(1 + cv^2) and m = ln(mean) - s^2 / 2, a share N((m - ln bound) / s) of the requests is longer, and
 * N((m + s^2 - ln bound) / s) of the tokens lies in them.
 */
function lognormalAbove(bound: number, mean: number, cv: number): Shares {
  if (!(cv >= 0)) throw new RangeError(`coefficient of variation ${cv}; it must be 0 or more`);
  if (cv === 0) return all(mean > bound);
  const variance = Math.log(1 + cv * cv);
  const sigma = Math.sqrt(variance);
  const centre = Math.log(mean) - variance / 2;
  return { requests: normalCdf((centre - Math.log(bound)) / sigma), tokens: normalCdf((centre + variance - Math.log(bound)) / sigma) };
}

function histogramAbove(bound: number, mean: number, bins: readonly { readonly timesMean: number; readonly share: number }[]): Shares {
  const requests = bins.reduce((sum, { share }) => sum + share, 0);
  const tokens = bins.reduce((sum, { share, timesMean }) => sum + share * timesMean, 0);
  if (!(requests > 0 && tokens > 0) || bins.some(({ share, timesMean }) => !(share >= 0 && timesMean >= 0)))
    throw new RangeError("histogram of prompt lengths without a positive share and length");
  const average = tokens / requests;
  const longer = bins.filter(({ timesMean }) => (mean * timesMean) / average > bound);
  return {
    requests: longer.reduce((sum, { share }) => sum + share, 0) / requests,
    tokens: longer.reduce((sum, { share, timesMean }) => sum + share * timesMean, 0) / tokens,
  };
}

/** Standard normal distribution function by the error function of Abramowitz and Stegun 7.1.26 (error below 1.5e-7). */
function normalCdf(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = (series * Math.exp(-z * z)) / 2;
  return x < 0 ? tail : 1 - tail;
}
