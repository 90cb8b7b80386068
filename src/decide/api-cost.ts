import { type ExpectedUnitPrices, expectedUnitPrices } from "../catalog/mix.ts";
import type { ApiModel, ApiPrice, CacheWrite, Residency } from "../catalog/schema.ts";
import { PROMPT_LENGTHS } from "./defaults.ts";
import type { RequirementFacts, WorkloadFacts } from "./facts.ts";
import type { Scenario } from "./scenario.ts";
import { dated, lessDiscount, POLICY_SOURCE } from "./sources.ts";
import { growthAt, monthDate } from "./traffic.ts";
import { isTuned } from "./tuning-facts.ts";
import type { CostLine, Reason } from "./types.ts";

const TOKENS_PER_MTOK = 1e6;

/** Token bill of one workload on one API model: an average month and the single months of the horizon, in USD. */
export interface ApiBill {
  readonly lines: readonly CostLine[];
  readonly monthlyUsd: number;
  readonly byMonthUsd: readonly number[];
}

interface Meter {
  readonly id: string;
  readonly label: string;
  quantity: number;
  usd: number;
}

/**
 * Prices every month of the horizon at its own date, volume and tokens, and averages.
 * Prompts vary in length around their mean, so a tier for long prompts bills its share; cached tokens without a cached price are billed at the list
 * price. Requests that may wait do so where a batch costs less than an answer at once (`paysToWait`); a declared share of cached tokens counts in a batch
 * as well, where the provider has a price for it. Cache writes are priced where the policy says how many there are, in a batch where it reads from the
 * cache. A tuned model bills its surcharge on every token, batch tokens included, whose own surcharge is not known.
 *
 * Example: gpt-4.1-mini (0.40 / 1.60 USD per MTok), 3,041,667 requests a month of 1,000 / 500 tokens:
 * 1,216.67 + 2,433.33 = 3,650.00 USD a month.
 *
 * `shares` are the parts of each month's requests that are billed, all of them when it is empty.
 *
 * Throws when the model has no price at all: candidates without a price are rejected before.
 */
export function apiBill(
  model: ApiModel,
  workload: WorkloadFacts,
  facts: RequirementFacts,
  asOf: string,
  what: Scenario,
  shares: readonly number[] = [],
): ApiBill {
  const meters: Record<string, Meter> = {};
  const sources = new Set<string>();
  const byMonthUsd: number[] = [];
  const discount = 1 - facts.purchase.apiDiscountRatio;
  const tuned = isTuned(workload);
  const surcharge = tuned ? (model.tuning?.surcharge ?? null) : null;
  for (let month = 0; month < facts.horizonMonths; month++) {
    const tokenGrowth = growthAt(workload.tokenGrowthRatioPerMonth, month);
    const input = workload.inputTokens[what.tokens] * tokenGrowth;
    const output = workload.outputTokens[what.tokens] * tokenGrowth;
    const unit =
      expectedUnitPrices(model, monthDate(asOf, month), input, PROMPT_LENGTHS) ?? expectedUnitPrices(model, asOf, input, PROMPT_LENGTHS);
    if (unit === undefined) throw new Error(`defect: ${model.id} has no price on ${asOf} and was not rejected`);
    sources.add(dated(unit.row));
    const requests = requestsIn(workload, month, what) * (shares[month] ?? 1);
    const writes = cacheWrites(unit.row, model, workload);
    const { cachedInputRatio: cachedRatio, batchCachedInputRatio: batchCachedRatio } = workload;
    const request = { input, output, cachedRatio, batchCachedRatio, writeRatio: writes?.inputRatio ?? 0 };
    const waits = paysToWait(unit, request, surcharge);
    const interactive = requests * (1 - (waits ? workload.batchRatio : 0));
    const batch = requests - interactive;
    const cached = unit.cachedInputUsdPerMTok === null ? 0 : cachedRatio;
    const batchCached = unit.batchCachedInputUsdPerMTok === null ? 0 : batchCachedRatio;
    const kept = keptInPlace(unit.row, model, workload);
    if (kept !== undefined) sources.add(`${percentOf(kept.surchargeRatio)} more for one place of processing: ${dated(kept)}`);
    if (writes !== undefined) sources.add(dated(writes));
    const price = (list: number) => list * discount * what.apiPrice * (1 + (kept?.surchargeRatio ?? 0));
    const before = total(meters);
    add(meters, "input-tokens", "Input tokens", interactive * input * (1 - cached), price(unit.inputUsdPerMTok));
    add(meters, "cached-input-tokens", "Cached input tokens", interactive * input * cached, price(unit.cachedInputUsdPerMTok ?? 0));
    add(
      meters,
      "cache-write-tokens",
      CACHE_WRITES,
      interactive * input * (writes?.ratio ?? 0),
      price(unit.inputUsdPerMTok * (writes?.markupRatio ?? 0)),
    );
    add(meters, "output-tokens", "Output tokens", interactive * output, price(unit.outputUsdPerMTok));
    const batchInput = batch * input;
    add(meters, "batch-input-tokens", "Batch input tokens", batchInput * (1 - batchCached), price(unit.batchInputUsdPerMTok ?? 0));
    add(
      meters,
      "batch-cached-input-tokens",
      "Batch cached input tokens",
      batchInput * batchCached,
      price(unit.batchCachedInputUsdPerMTok ?? 0),
    );
    if (batchCached > 0)
      add(
        meters,
        "batch-cache-write-tokens",
        `Batch ${CACHE_WRITES.toLowerCase()}`,
        batchInput * (writes?.ratio ?? 0),
        price((unit.batchInputUsdPerMTok ?? 0) * (writes?.markupRatio ?? 0)),
      );
    add(meters, "batch-output-tokens", "Batch output tokens", batch * output, price(unit.batchOutputUsdPerMTok ?? 0));
    if (surcharge !== null) {
      const more = (tokens: number, usdPerMTok: number) => add(meters, TUNED_SERVING.id, TUNED_SERVING.label, tokens, price(usdPerMTok));
      const hits = interactive * cached + batch * batchCached;
      more(hits * input, surcharge.cachedInputUsdPerMTok);
      more((requests - hits) * input, surcharge.inputUsdPerMTok);
      more(requests * output, surcharge.outputUsdPerMTok);
    }
    byMonthUsd.push(total(meters) - before);
  }
  const months = facts.horizonMonths;
  const source = lessDiscount([...sources].join("; "), facts.purchase.apiDiscountRatio);
  const lines = Object.values(meters).map((meter) =>
    lineOf(meter, months, meter.id === TUNED_SERVING.id && model.tuning !== undefined ? dated(model.tuning) : source),
  );
  if (tuned && surcharge === null) lines.push(unknownSurcharge(model, lines));
  return { lines, byMonthUsd, monthlyUsd: total(meters) / months };
}

/**
 * What a provider takes for keeping the requests of a workload in one place; undefined where the policy asks for none or it costs nothing. A price of
 * the policy is taken as it is.
 *
 * Example: `data_residency: [us]` on gpt-5.4-mini: 0.825 USD for a million input tokens instead of 0.75.
 */
function keptInPlace(
  { source }: ApiPrice,
  { residency }: ApiModel,
  { compliance }: WorkloadFacts,
): (Residency & { surchargeRatio: number }) | undefined {
  if (compliance.dataResidency === undefined || residency === undefined || source.startsWith(POLICY_SOURCE)) return undefined;
  const { surchargeRatio } = residency;
  return surchargeRatio === null || surchargeRatio === 0 ? undefined : { ...residency, surchargeRatio };
}

const CACHE_WRITES = "Cache writes (kept 5 minutes), above the input price";

/** A workload as an option bills it: where a waiver lets its requests be processed anywhere, nothing is paid for keeping them in one place. */
export function asBilled(
  workload: WorkloadFacts,
  { judgement }: { readonly judgement: { readonly reasons: readonly Reason[] } },
): WorkloadFacts {
  const isWaived = judgement.reasons.some(({ rule, verdict }) => rule === "data-residency" && verdict === "waived");
  if (!isWaived) return workload;
  const { dataResidency, ...compliance } = workload.compliance;
  return { ...workload, compliance };
}

/**
 * What a workload writes to the prompt cache of a model that charges for it, as a share of its input, and what that adds to the price of all its input;
 * undefined where the policy does not say how much is written, where it costs nothing more or nothing is cached, and at prices of the policy.
 *
 * Example: a fifth of the input written to the cache of claude-sonnet-5 adds 0.2 x 0.25 = 5 % of the input price.
 */
export function cacheWrites(
  { source, cachedInputUsdPerMTok }: ApiPrice,
  { cacheWrite }: ApiModel,
  { cacheWriteRatio, cachedInputRatio }: WorkloadFacts,
): (CacheWrite & { readonly ratio: number; readonly inputRatio: number }) | undefined {
  if (cacheWrite === undefined || cacheWriteRatio === null || cachedInputUsdPerMTok === null || source.startsWith(POLICY_SOURCE))
    return undefined;
  // What is read is not written, also where the share that is read is a default.
  const ratio = Math.min(cacheWriteRatio, 1 - cachedInputRatio);
  return { ...cacheWrite, ratio, inputRatio: ratio * cacheWrite.markupRatio };
}

function percentOf(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(3))} %`;
}

/** Size of a request, in tokens, the share of its input that a cache holds, and what writing to the cache adds to the price of its input. */
interface RequestTokens {
  readonly input: number;
  readonly output: number;
  readonly cachedRatio: number;
  /** The same in a batch. */
  readonly batchCachedRatio?: number;
  readonly writeRatio?: number;
}

/**
 * Whether a request that may wait costs less in a batch than answered at once: where a batch is charged all of its input alike, a cache may spare more
 * than the batch's discount. Never where no batch price is known. A tuned model's surcharge counts as it is billed.
 *
 * Example: gpt-4.1-mini (0.40 / 1.60, cached 0.10, batch 0.20 / 0.80) and 10,000 tokens, all of them cached, for 100: 0.00116 USD at once, 0.00208 in
 * a batch. gpt-5.4-mini (0.75 / 4.50, cached 0.075, batch 0.375 / 2.25, cached there 0.0375): 0.0012 at once and 0.0006 in a batch.
 */
export function paysToWait(
  unit: Omit<ExpectedUnitPrices, "tiers" | "row" | "shutDown">,
  request: RequestTokens,
  surcharge: TokenPrices | null = null,
): boolean {
  const { input, output, cachedRatio, batchCachedRatio = 0, writeRatio = 0 } = request;
  if (unit.batchInputUsdPerMTok === null || unit.batchOutputUsdPerMTok === null) return false;
  const cached = unit.cachedInputUsdPerMTok === null ? 0 : cachedRatio;
  const more = surcharge ?? NO_SURCHARGE;
  const cachedUsd = (unit.cachedInputUsdPerMTok ?? 0) + more.cachedInputUsdPerMTok;
  const uncachedUsd = (1 - cached) * (unit.inputUsdPerMTok + more.inputUsdPerMTok);
  const atOnce = input * (uncachedUsd + cached * cachedUsd + writeRatio * unit.inputUsdPerMTok);
  const hits = unit.batchCachedInputUsdPerMTok === null ? 0 : batchCachedRatio;
  const missedUsd = (1 - hits) * (unit.batchInputUsdPerMTok + more.inputUsdPerMTok);
  const hitUsd = (unit.batchCachedInputUsdPerMTok ?? 0) + more.cachedInputUsdPerMTok;
  const writeUsd = hits === 0 ? 0 : writeRatio * unit.batchInputUsdPerMTok;
  const inBatch = input * (missedUsd + hits * hitUsd + writeUsd);
  return inBatch + output * unit.batchOutputUsdPerMTok < atOnce + output * unit.outputUsdPerMTok;
}

type TokenPrices = { readonly inputUsdPerMTok: number; readonly cachedInputUsdPerMTok: number };

const NO_SURCHARGE: TokenPrices = { inputUsdPerMTok: 0, cachedInputUsdPerMTok: 0 };

/** `scaleBill(bill, volume, price).monthlyUsd`, without the bill. */
export function scaledUsd(bill: ApiBill, volume: number, price: number): number {
  return volume === 1 && price === 1 ? bill.monthlyUsd : bill.monthlyUsd * (volume * price);
}

/** The same bill for `volume` times the requests at `price` times the prices; a bill is linear in both. */
export function scaleBill(bill: ApiBill, volume: number, price: number): ApiBill {
  if (volume === 1 && price === 1) return bill;
  const factor = volume * price;
  return {
    monthlyUsd: scaledUsd(bill, volume, price),
    byMonthUsd: bill.byMonthUsd.map((usd) => usd * factor),
    lines: bill.lines.map((line) => ({
      ...line,
      quantity: line.quantity * volume,
      unitPriceUsd: line.unitPriceUsd === null ? null : line.unitPriceUsd * price,
      monthlyUsd: line.monthlyUsd === null ? null : line.monthlyUsd * factor,
    })),
  };
}

/**
 * The bill of the requests that overflow, `shares` of each month's: the full bill scaled month by month. Lines are named as
 * overflow and are worked out when they are read, because a search reads only the total.
 *
 * Example: a full bill of 3,000 and 4,000 USD in two months with 10 % and 20 % of overflow is 300 + 800, so 550 USD a month.
 */
export function overflowBill(fullByMonthUsd: readonly number[], shares: readonly number[], linesOf: () => readonly CostLine[]): ApiBill {
  const byMonthUsd = fullByMonthUsd.map((usd, month) => usd * (shares[month] ?? 0));
  return {
    monthlyUsd: byMonthUsd.reduce((sum, usd) => sum + usd, 0) / byMonthUsd.length,
    byMonthUsd,
    get lines() {
      return linesOf().map((line) => ({ ...line, id: `overflow-${line.id}`, label: `Overflow: ${line.label.toLowerCase()}` }));
    },
  };
}

/** Requests of a workload in month `month` of the horizon (0 is the first). */
export function requestsIn(workload: WorkloadFacts, month: number, what: Scenario): number {
  const factor = what.volume * (what.volumeOf[workload.name] ?? 1);
  return workload.requestsPerMonth[what.requests] * growthAt(workload.growthRatioPerMonth, month) * factor;
}

/** A millionth of a token a month is no cost that any currency could express, and its unit price could not be computed. */
const NEGLIGIBLE_TOKENS = 1e-6;

function add(meters: Record<string, Meter>, id: string, label: string, tokens: number, usdPerMTok: number): void {
  if (tokens < NEGLIGIBLE_TOKENS) return;
  const meter = meters[id] ?? { id, label, quantity: 0, usd: 0 };
  meters[id] = meter;
  meter.quantity += tokens / TOKENS_PER_MTOK;
  meter.usd += (tokens / TOKENS_PER_MTOK) * usdPerMTok;
}

const TUNED_SERVING = { id: "fine-tuning-serving", label: "Surcharge of the tuned model" } as const;

/** Nobody knows what the tuned model costs more: a line without an amount, never 0. */
function unknownSurcharge(model: ApiModel, lines: readonly CostLine[]): CostLine {
  const quantity = lines.reduce((sum, line) => sum + line.quantity, 0);
  const source = `no price of tuned ${model.id} is known`;
  return { ...TUNED_SERVING, quantity, unit: "million tokens", unitPriceUsd: null, monthlyUsd: null, source };
}

function total(meters: Record<string, Meter>): number {
  return Object.values(meters).reduce((sum, meter) => sum + meter.usd, 0);
}

function lineOf(meter: Meter, months: number, source: string): CostLine {
  return {
    id: meter.id,
    label: meter.label,
    quantity: meter.quantity / months,
    unit: "million tokens",
    unitPriceUsd: meter.usd / meter.quantity,
    monthlyUsd: meter.usd / months,
    source,
  };
}
