import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findApiModel, findInstance, loadCatalog } from "../../src/catalog/index.ts";
import { expectedUnitPrices } from "../../src/catalog/mix.ts";
import { onDemandUsdPerHour, priceRowOn, requestCostUsd, unitPrices } from "../../src/catalog/pricing.ts";
import type { ApiModel } from "../../src/catalog/schema.ts";

const catalog = loadCatalog();
const TODAY = "2026-11-20";
const MILLION = 1_000_000;

function model(id: string): ApiModel {
  const row = findApiModel(catalog, id);
  if (!row) throw new Error(`no row ${id}`);
  return row;
}

interface Sale {
  readonly id: string;
  readonly input: number;
  readonly output: number;
  readonly cached?: number;
  readonly batch?: number;
  readonly on?: string;
}

function costOfOne({ id, input, output, cached = 0, batch = 0, on = TODAY }: Sale) {
  const prices = unitPrices(model(id), on, input);
  if (!prices) throw new Error(`no price of ${id} on ${on}`);
  return requestCostUsd(prices, { inputTokens: input, outputTokens: output, cachedInputRatio: cached, batchRatio: batch });
}

describe("one million requests cost, to the cent,", () => {
  test.each<readonly [usd: string, how: string, sale: Sale]>([
    ["195.00", "500 x 0.15 + 200 x 0.60", { id: "gpt-4o-mini", input: 500, output: 200 }],
    ["1200.00", "1,000 x 0.40 + 500 x 1.60", { id: "gpt-4.1-mini", input: 1000, output: 500 }],
    ["6000.00", "1,000 x 2 + 500 x 8", { id: "gpt-4.1", input: 1000, output: 500 }],
    ["3500.00", "2,000 x 1 + 300 x 5", { id: "claude-haiku-4-5", input: 2000, output: 300 }],
    ["1080.00", "600 x 0.40 + 400 cached x 0.10 + 500 x 1.60", { id: "gpt-4.1-mini", input: 1000, output: 500, cached: 0.4 }],
    ["600.00", "batch: 1,000 x 0.20 + 500 x 0.80", { id: "gpt-4.1-mini", input: 1000, output: 500, batch: 1 }],
    [
      "960.00",
      "three quarters at 1,080 and a quarter in batch at 600, whatever is cached",
      { id: "gpt-4.1-mini", input: 1000, output: 500, cached: 0.4, batch: 0.25 },
    ],
    ["10500.00", "at the tier's limit still base: 100,000 x 0.10 + 1,000 x 0.50", { id: "claude-haiku-5-5", input: 100_000, output: 1000 }],
    [
      "52500.50",
      "one token above, all at the tier: 100,001 x 0.50 + 1,000 x 2.50",
      { id: "claude-haiku-5-5", input: 100_001, output: 1000 },
    ],
    ["554000.00", "272,000 x 2 + 1,000 x 10", { id: "gpt-6-sol", input: 272_000, output: 1000 }],
    [
      "613402.20",
      "tier with half cached: 272,001 x (4 + 0.40) / 2 + 1,000 x 15",
      { id: "gpt-6-sol", input: 272_001, output: 1000, cached: 0.5 },
    ],
    ["679997.50", "below 272,000: 271,999 x 2.50", { id: "gpt-5.4", input: 271_999, output: 0 }],
    ["1360000.00", "from 272,000 on: 272,000 x 5", { id: "gpt-5.4", input: 272_000, output: 0 }],
    [
      "4500.00",
      "last day of the introductory price: 1,000 x 0.75 + 1,000 x 3.75",
      { id: "gemini-3.8-flash", input: 1000, output: 1000, on: "2026-12-31" },
    ],
    ["9000.00", "the day after: 1,000 x 1.50 + 1,000 x 7.50", { id: "gemini-3.8-flash", input: 1000, output: 1000, on: "2027-01-01" }],
    ["8000.00", "before the cut: 1,000 x 5 + 100 x 30", { id: "gpt-5.6-sol", input: 1000, output: 100, on: "2026-08-20" }],
    ["6000.00", "from the cut on: 1,000 x 4 + 100 x 20", { id: "gpt-5.6-sol", input: 1000, output: 100, on: "2026-08-21" }],
    [
      "1200.00",
      "cached at 0.20: 1,000 x 0.20 + 100 x 10",
      { id: "claude-sonnet-5-5", input: 1000, output: 100, cached: 1, on: "2026-10-06" },
    ],
    [
      "1100.00",
      "cached at 0.10: 1,000 x 0.10 + 100 x 10",
      { id: "claude-sonnet-5-5", input: 1000, output: 100, cached: 1, on: "2026-10-07" },
    ],
    ["548.10", "(1,008 x 0.15 + 504 x 0.60) x 203/168", { id: "deepseek-flash", input: 1008, output: 504 }],
    [
      "870.00",
      "flat before the peak hours: 1,000 x 0.435 + 500 x 0.87",
      { id: "deepseek-v4-pro", input: 1000, output: 500, on: "2026-08-16" },
    ],
    ["2701.93", "(840 x 0.66 + 840 x 0.022 + 840 x 1.98) x 203/168", { id: "deepseek-v4-pro", input: 1680, output: 840, cached: 0.5 }],
  ])("%s USD: %s", (usd, _how, sale) => {
    expect((costOfOne(sale).usd * MILLION).toFixed(2)).toBe(usd);
  });
});

test("a discount without a known price is billed at the list price and named", () => {
  const cached = costOfOne({ id: "command-a-03-2025", input: 1000, output: 100, cached: 0.5 });
  expect(cached.usd * MILLION).toBeCloseTo(3500, 6);
  expect(cached.unpriced).toEqual(["cached-input"]);
  const batch = costOfOne({ id: "grok-4.6", input: 1000, output: 100, batch: 1 });
  expect(batch.usd * MILLION).toBeCloseTo(2600, 6);
  expect(batch.unpriced).toEqual(["batch"]);
});

test("a batch of long prompts costs half of their price where the provider says so, and is unknown elsewhere", () => {
  expect(unitPrices(model("gpt-5.4-pro"), TODAY, 300_000)).toMatchObject({ batchInputUsdPerMTok: 30, batchOutputUsdPerMTok: 135 });
  expect(unitPrices(model("gemini-2.5-pro"), "2026-10-01", 300_000)).toMatchObject({
    batchInputUsdPerMTok: 1.25,
    batchOutputUsdPerMTok: 7.5,
  });
  expect(unitPrices(model("gpt-6-sol"), TODAY, 300_000)?.batchInputUsdPerMTok).toBe(2);
  expect(unitPrices(model("gpt-6-sol"), TODAY, 1000)?.batchInputUsdPerMTok).toBe(1);
  expect(unitPrices(model("azure-us.gpt-5.5"), TODAY, 300_000)?.batchInputUsdPerMTok).toBeNull();
  expect(unitPrices(model("grok-4.7"), TODAY, 300_000)?.batchInputUsdPerMTok).toBeCloseTo(3.2, 12);
});

test("what a cache holds has a price of its own in a batch, with long prompts too, where the provider has one", () => {
  const cached = (id: string, tokens: number) => unitPrices(model(id), TODAY, tokens)?.batchCachedInputUsdPerMTok;
  expect(cached("claude-haiku-5-5", 1000)).toBe(0.005);
  expect(cached("claude-haiku-5-5", 200_000)).toBeCloseTo(0.025, 12);
  // Google takes the cache's discount alone.
  expect(cached("gemini-2.5-pro", 1000)).toBe(0.125);
  expect(cached("azure-us.gpt-5.5", 300_000)).toBeNull();
  expect(cached("gpt-4.1-mini", 1000)).toBeNull();
  expect(cached("global.anthropic.claude-haiku-4-5-20251001-v1:0", 1000)).toBeNull();
  // Over all lengths of prompts: 15 % of the requests and 42 % of the tokens are long.
  const mean = expectedUnitPrices(model("claude-haiku-5-5"), TODAY, 60_000, { kind: "lognormal", coefficientOfVariation: 1 });
  expect(mean?.batchCachedInputUsdPerMTok).toBeCloseTo((mean?.batchInputUsdPerMTok ?? 0) / 10, 12);
});

test("a model has no price before its first row, after its last day, and from its shutdown on", () => {
  const nano = model("gpt-4.1-nano");
  expect(priceRowOn(nano, "2020-01-01")).toBeUndefined();
  expect(priceRowOn(nano, "2026-10-22")?.inputUsdPerMTok).toBe(0.1);
  expect(priceRowOn(nano, "2026-10-23")).toBeUndefined();
  expect(unitPrices(nano, "2026-10-23", 1000)).toMatchObject({ inputUsdPerMTok: 0.1, shutDown: true });
  const contract = { ...nano, shutdownOn: null, prices: nano.prices.map((row) => ({ ...row, effectiveTo: "2026-06-30" })) };
  expect(priceRowOn(contract, "2026-06-30")).toBeDefined();
  expect(priceRowOn(contract, "2026-07-01")).toBeUndefined();
});

test("an hour of an instance costs what its region asks, and nothing is known where nothing was read", () => {
  const p5 = findInstance(catalog, "p5.48xlarge");
  const p5e = findInstance(catalog, "p5e.48xlarge");
  if (!p5 || !p5e) throw new Error("rows are missing");
  expect(onDemandUsdPerHour(p5, "us-east-1")?.onDemand).toBe(55.04);
  expect(onDemandUsdPerHour(p5, "us-gov-west-1")?.onDemand).toBe(66.048);
  expect(onDemandUsdPerHour(p5, "eu-west-1")).toBeUndefined();
  expect(p5e.usdPerHour).toEqual({});
});

describe("for every model, date and request", () => {
  const requests = fc.record({
    row: fc.constantFrom(...catalog.apiModels),
    date: fc.constantFrom("2026-07-29", "2026-08-20", "2026-11-20", "2027-01-01", "2027-06-30"),
    inputTokens: fc.integer({ min: 0, max: 400_000 }),
    outputTokens: fc.integer({ min: 1, max: 100_000 }),
    cachedInputRatio: fc.double({ min: 0, max: 1, noNaN: true }),
    batchRatio: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  test("the cost is above 0, and caching or batching never raises it", () => {
    fc.assert(
      fc.property(requests, ({ row, date, ...request }) => {
        const prices = unitPrices(row, date, request.inputTokens);
        if (!prices) return;
        const list = requestCostUsd(prices, { ...request, cachedInputRatio: 0, batchRatio: 0 }).usd;
        expect(list).toBeGreaterThan(0);
        const cached = requestCostUsd(prices, { ...request, batchRatio: 0 }).usd;
        const batched = requestCostUsd(prices, { ...request, cachedInputRatio: 0 }).usd;
        expect(cached).toBeLessThanOrEqual(list * (1 + 1e-9));
        expect(batched).toBeLessThanOrEqual(list * (1 + 1e-9));
      }),
    );
  });

  test("a longer prompt never costs less", () => {
    fc.assert(
      fc.property(requests, fc.integer({ min: 0, max: 400_000 }), ({ row, date, inputTokens, outputTokens }, more) => {
        const usd = (input: number) => {
          const prices = unitPrices(row, date, input);
          return prices && requestCostUsd(prices, { inputTokens: input, outputTokens, cachedInputRatio: 0, batchRatio: 0 }).usd;
        };
        expect(usd(inputTokens + more) ?? 0).toBeGreaterThanOrEqual((usd(inputTokens) ?? 0) * (1 - 1e-9));
      }),
    );
  });
});
