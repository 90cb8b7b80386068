/**
 * The decision framework's own cost formulas, reproduced to the cent. They are kept for comparison only: the verdict
 * comes from our model, and the report says where a rule of thumb and the computed break-even part ways.
 *
 * Constants are the framework's, with the id of the claim they come from (S2-..., S4-...). Known errors of the framework
 * that these functions make visible: C1 to C5, C7, C8 (see the docstrings); its printed figures are wrong where C says so.
 */

/** List price of a model in USD per million tokens, as the framework states it; not a price of today. */
export interface ReferencePrice {
  readonly inputUsdPerMTok: number;
  readonly outputUsdPerMTok: number;
  readonly source: string;
}

/** Prices in the framework's examples: S2-017, S2-018 (2024 list prices) and S4-029 to S4-032 (2026-04-19). */
export const REFERENCE_PRICES = {
  "gpt-4o": { inputUsdPerMTok: 2.5, outputUsdPerMTok: 10, source: "S2-017" },
  "gpt-4o-mini": { inputUsdPerMTok: 0.15, outputUsdPerMTok: 0.6, source: "S2-018" },
  "gpt-4.1-mini": { inputUsdPerMTok: 0.4, outputUsdPerMTok: 1.6, source: "S4-029" },
  "claude-haiku-3.5": { inputUsdPerMTok: 0.8, outputUsdPerMTok: 4, source: "S4-030" },
  "gpt-4.1": { inputUsdPerMTok: 2, outputUsdPerMTok: 8, source: "S4-031" },
  "claude-sonnet-4": { inputUsdPerMTok: 3, outputUsdPerMTok: 15, source: "S4-032" },
} as const satisfies Record<string, ReferencePrice>;
export type ReferenceModel = keyof typeof REFERENCE_PRICES;

/** Days of a month and of a year in the framework's API formulas; 12 such months are not its year (C7). S2-020, S4-028. */
const DAYS_PER_MONTH = 30;
const DAYS_PER_YEAR = 365;
/** Hours of a month in its GPU formula, 30.42 days: 1.4 % longer than its API month (C7). S4-036. */
const HOURS_PER_MONTH = 730;
const TOKENS_PER_MTOK = 1_000_000;

/** Monthly USD of four rented A100 with a 70B model: S2-032, S2-036; one-time set-up spread: S2-037; people: S2-038. */
export const REFERENCE_FIXED_USD = { infrastructure: 8000, setUp: 500, operations: 1000 } as const;

/** GPU formula: USD per GPU-month of storage S4-037, USD per active GPU-hour of network S4-038, USD a month of people S4-039. */
const GPU_STORAGE_USD = 50;
const GPU_NETWORK_USD_PER_HOUR = 0.1;
const GPU_ENGINEERING_USD = 5000;
/** Share of the hours that the formula bills; a rented GPU bills all of them, so the true compute is 43 % higher (C8). S4-035. */
const BILLED_HOURS_RATIO = 0.7;

/** Tokens of one request. */
export interface ReferenceTokens {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/**
 * USD of one request: input x input price + output x output price.
 * Example: 500 / 200 tokens of gpt-4o-mini are 0.000195 USD.
 */
export function referenceRequestUsd(tokens: ReferenceTokens, price: ReferencePrice): number {
  return (tokens.inputTokens / TOKENS_PER_MTOK) * price.inputUsdPerMTok + (tokens.outputTokens / TOKENS_PER_MTOK) * price.outputUsdPerMTok;
}

/**
 * API bill by day, month of 30 days and year of 365 days, in USD, each rounded to cents (S2-016).
 * Error C7: twelve of its months are not its year (70.20 against 71.17 USD).
 *
 * Example: 1,000 requests a day of 500 / 200 tokens cost 0.20 / 5.85 / 71.17 with gpt-4o-mini and 3.25 / 97.50 / 1,186.25 with gpt-4o.
 */
export function referenceApiEstimate(
  requestsPerDay: number,
  tokens: ReferenceTokens,
  model: ReferenceModel,
): { readonly dailyUsd: number; readonly monthlyUsd: number; readonly yearlyUsd: number } {
  const daily = callsUsd(requestsPerDay, tokens, REFERENCE_PRICES[model]);
  return { dailyUsd: cents(daily), monthlyUsd: cents(daily * DAYS_PER_MONTH), yearlyUsd: cents(daily * DAYS_PER_YEAR) };
}

/**
 * API bill of a month of 30 days in USD, not rounded (S4-028).
 *
 * Example: 100,000 requests a day of 1,000 / 500 tokens cost 3,600 / 8,400 / 18,000 / 31,500 with gpt-4.1-mini,
 * claude-haiku-3.5, gpt-4.1 and claude-sonnet-4. Error C2: the framework prints 7,200, 15,000 and 22,500 for the last three.
 */
export function referenceApiMonthlyUsd(requestsPerDay: number, tokens: ReferenceTokens, price: ReferencePrice): number {
  return callsUsd(requestsPerDay, tokens, price) * DAYS_PER_MONTH;
}

/** The framework's order of operations, so that sums agree to the last bit. */
function callsUsd(requests: number, tokens: ReferenceTokens, price: ReferencePrice): number {
  return (
    ((requests * tokens.inputTokens) / TOKENS_PER_MTOK) * price.inputUsdPerMTok +
    ((requests * tokens.outputTokens) / TOKENS_PER_MTOK) * price.outputUsdPerMTok
  );
}

/** What the framework's first comparison says about one volume. Amounts in USD a month, rounded to cents. */
export interface ReferenceComparison {
  readonly apiMonthlyUsd: number;
  readonly selfHostMonthlyUsd: number;
  /** Difference of the two, whichever side it favours (S2-040). */
  readonly savingsUsd: number;
  /** Self-hosting only when it costs strictly less: a tie goes to the API (S2-039). */
  readonly says: "api" | "self-host";
  /** Null where requests cost nothing: the framework's formula would divide by zero (S2-041, C23). */
  readonly breakEvenRequestsPerMonth: number | null;
}

/**
 * Fixed 9,500 USD a month of own servers against gpt-4o-mini by the token (S2-035). One price, one fixed cluster that
 * serves any volume and no capacity check: S2-042, S4-045.
 *
 * Example: 1,000,000 requests a month of 500 / 200 tokens: 195.00 against 9,500.00, so the API; break-even 48,717,949 requests a
 * month. Error C5: the same document puts the threshold at 500,000 requests a month.
 */
export function referenceComparison(
  requestsPerMonth: number,
  tokens: ReferenceTokens,
  price: ReferencePrice = REFERENCE_PRICES["gpt-4o-mini"],
): ReferenceComparison {
  const api = callsUsd(requestsPerMonth, tokens, price);
  const own = REFERENCE_FIXED_USD.infrastructure + REFERENCE_FIXED_USD.setUp + REFERENCE_FIXED_USD.operations;
  const each = referenceRequestUsd(tokens, price);
  return {
    apiMonthlyUsd: cents(api),
    selfHostMonthlyUsd: cents(own),
    savingsUsd: cents(Math.abs(api - own)),
    says: own < api ? "self-host" : "api",
    breakEvenRequestsPerMonth: each === 0 ? null : halfEven(own / each, 0),
  };
}

/** Monthly USD of own GPUs by part. */
export interface ReferenceGpuBill {
  readonly computeUsd: number;
  readonly storageUsd: number;
  readonly networkUsd: number;
  readonly engineeringUsd: number;
  readonly totalUsd: number;
}

/**
 * Monthly bill of own GPUs in USD (S4-033). The GPU's type changes nothing (S4-034).
 *
 * Example: 4 GPUs at 2.50 USD an hour: 5,110.00 + 200.00 + 204.40 + 5,000.00 = 10,514.40. Errors: the framework prints about 15,400
 * (C1); it bills 70 % of the hours, while all of them give 12,792.00 (C8); AWS lists an H100 at 6.88 USD an hour and sells no shape of
 * four (C28).
 */
export function referenceGpuBill(gpus: number, usdPerGpuHour: number, billedHoursRatio: number = BILLED_HOURS_RATIO): ReferenceGpuBill {
  const hours = HOURS_PER_MONTH * billedHoursRatio;
  const computeUsd = gpus * usdPerGpuHour * hours;
  const storageUsd = gpus * GPU_STORAGE_USD;
  const networkUsd = gpus * GPU_NETWORK_USD_PER_HOUR * hours;
  return {
    computeUsd,
    storageUsd,
    networkUsd,
    engineeringUsd: GPU_ENGINEERING_USD,
    totalUsd: computeUsd + storageUsd + networkUsd + GPU_ENGINEERING_USD,
  };
}

/**
 * Requests a day at which a fixed monthly bill equals the API bill of a 30-day month (S4-042, S4-043).
 *
 * Example: 10,514.40 USD a month against 1,000 / 500 tokens: 292,067 / 58,413 / 33,379 a day with gpt-4.1-mini, gpt-4.1 and
 * claude-sonnet-4. Errors C3 and C4: the framework prints 425K / 100K / 68K, its 15,400 over its own wrong API figures.
 */
export function referenceBreakEvenPerDay(monthlyUsd: number, tokens: ReferenceTokens, price: ReferencePrice): number {
  return Math.round(monthlyUsd / (referenceRequestUsd(tokens, price) * DAYS_PER_MONTH));
}

function cents(value: number): number {
  return halfEven(value, 2);
}

/** Digits of the exact decimal expansion that are enough to tell a tie from its neighbours at these magnitudes. */
const EXACT_DIGITS = 60;

/** Rounds the exact binary value, ties to the even digit, as the framework's language does: 0.125 gives 0.12, and 2.5 gives 2. */
function halfEven(value: number, digits: number): number {
  const exact = value.toFixed(EXACT_DIGITS);
  const point = exact.indexOf(".");
  const isTie = /^50*$/.test(exact.slice(point + 1 + digits));
  const kept = exact.slice(0, point + 1 + digits).replace(/\.$/, "");
  return isTie && Number(kept.at(-1)) % 2 === 0 ? Number(kept) : Number(value.toFixed(digits));
}
