import { describe, expect, it } from "vitest";
import { findApiModel } from "../../src/catalog/index.ts";
import type { ApiModel } from "../../src/catalog/schema.ts";
import { apiBill, overflowBill, requestsIn, scaleBill, scaledUsd } from "../../src/decide/api-cost.ts";
import { factsOf } from "../../src/decide/facts.ts";
import { EXPECTED, scenario } from "../../src/decide/scenario.ts";
import { catalog, documentOf, type PolicyObject, policy, workload } from "./support.ts";

/** One dollar a million input tokens, 0.10 cached, 4 out; batch at half, whatever is cached. */
const listed = findApiModel(catalog, "gpt-5.4-mini");
const [row] = listed?.prices ?? [];
if (listed === undefined || row === undefined) throw new Error("the catalog sells gpt-5.4-mini");
const { batchCachedInputUsdPerMTok, ...flat } = row;
const price = {
  ...flat,
  effectiveFrom: "2026-01-01",
  effectiveTo: null,
  inputUsdPerMTok: 1,
  cachedInputUsdPerMTok: 0.1,
  outputUsdPerMTok: 4,
  batchInputUsdPerMTok: 0.5,
  batchOutputUsdPerMTok: 2,
  tiers: [],
  peak: null,
  source: "list",
  checked: "2026-11-01",
};
const model: ApiModel = { ...listed, prices: [price], shutdownOn: null };

function billOf(
  tokens: PolicyObject,
  change: PolicyObject = {},
  volume: PolicyObject = {},
  of: ApiModel = model,
  shares: readonly number[] = [],
) {
  const asked = workload({ volume: { requests_per_month: 1_000_000, hourly_profile: "flat", ...volume }, tokens });
  const facts = factsOf(documentOf(policy([asked], { horizon_months: 2, ...change })));
  const [one] = facts.workloads;
  if (one === undefined) throw new Error("the policy has one workload");
  return apiBill(of, one, facts, "2026-11-21", EXPECTED, shares);
}

const usdOf = (bill: ReturnType<typeof billOf>) => Object.fromEntries(bill.lines.map(({ id, monthlyUsd }) => [id, monthlyUsd]));

describe("a bill by the token", () => {
  it("prices interactive, cached and batch tokens each at its own price", () => {
    const bill = billOf({ input: 1000, output: 500, cached_input_ratio: 0.4, batch_ratio: 0.25 });

    // 750,000 requests: 450 million input at 1.00, 300 million cached at 0.10, 375 million out at 4.00; 250,000 in batches at half.
    expect(usdOf(bill)).toEqual({
      "input-tokens": expect.closeTo(450, 9),
      "cached-input-tokens": expect.closeTo(30, 9),
      "output-tokens": expect.closeTo(1500, 9),
      "batch-input-tokens": expect.closeTo(125, 9),
      "batch-output-tokens": expect.closeTo(250, 9),
    });
    expect(bill.monthlyUsd).toBeCloseTo(2355, 9);
    expect(bill.byMonthUsd).toEqual([expect.closeTo(2355, 9), expect.closeTo(2355, 9)]);
    expect(bill.lines[0]).toMatchObject({
      label: "Input tokens",
      quantity: 450,
      unit: "million tokens",
      unitPriceUsd: 1,
      source: "list (2026-11-01)",
    });
  });

  describe("in batches that bill what a cache holds at a price of its own", () => {
    const half = (more: Partial<ApiModel> = {}) => ({ ...model, ...more, prices: [{ ...price, batchCachedInputUsdPerMTok: 0.05 }] });
    const tokens = { input: 1000, output: 500, cached_input_ratio: 0.4, batch_ratio: 0.25 };

    it("takes the declared share at that price", () => {
      // Of 250 million input tokens in batches 100 are cached.
      expect(usdOf(billOf(tokens, {}, {}, half()))).toMatchObject({
        "input-tokens": expect.closeTo(450, 9),
        "batch-input-tokens": expect.closeTo(75, 9),
        "batch-cached-input-tokens": expect.closeTo(5, 9),
        "batch-output-tokens": expect.closeTo(250, 9),
      });
    });

    it("waits also where nearly all is cached, which costs less at once where a batch knows no cache", () => {
      const cached = { ...tokens, output: 1, cached_input_ratio: 0.9 };
      expect(Object.keys(usdOf(billOf(cached, {}, {}, half())))).toContain("batch-cached-input-tokens");
      expect(Object.keys(usdOf(billOf(cached)))).not.toContain("batch-input-tokens");
    });

    it("pays for what is written to the cache, as a share of the batch's price of input", () => {
      const cacheWrite = { markupRatio: 0.25, source: "1.25 x", checked: "2026-11-01" };
      const bill = billOf({ ...tokens, cache_write_ratio: 0.2 }, {}, {}, half({ cacheWrite }));
      // A fifth of 750 million tokens at 0.25, and of 250 million at half of that.
      expect(usdOf(bill)).toMatchObject({
        "cache-write-tokens": expect.closeTo(37.5, 9),
        "batch-cache-write-tokens": expect.closeTo(6.25, 9),
      });
      expect(Object.keys(usdOf(billOf({ ...tokens, cache_write_ratio: 0.2 }, {}, {}, { ...model, cacheWrite })))).not.toContain(
        "batch-cache-write-tokens",
      );
    });

    it("counts on no hit where the share is a default, which is that of requests answered at once", () => {
      const asked = workload({ use_case: "code_generation", tokens: { input: 1000, output: 500, batch_ratio: 0.25 } });
      const facts = factsOf(documentOf(policy([asked], { horizon_months: 1 })));
      const [one] = facts.workloads;
      if (one === undefined) throw new Error("the policy has one workload");
      const lines = usdOf(apiBill(half(), one, facts, "2026-11-21", EXPECTED));
      expect(lines["cached-input-tokens"]).toBeGreaterThan(0);
      expect(lines["batch-input-tokens"]).toBeGreaterThan(0);
      expect(lines["batch-cached-input-tokens"]).toBeUndefined();
      // And who reads nothing writes nothing: the writes that are declared are of requests answered at once.
      const cacheWrite = { markupRatio: 0.25, source: "1.25 x", checked: "2026-11-01" };
      const written = usdOf(apiBill(half({ cacheWrite }), { ...one, cacheWriteRatio: 0.1 }, facts, "2026-11-21", EXPECTED));
      expect(written["cache-write-tokens"]).toBeGreaterThan(0);
      expect(written["batch-cache-write-tokens"]).toBeUndefined();
    });
  });

  it("takes the list price where nobody knows another one", () => {
    const plain = {
      ...model,
      prices: [{ ...price, cachedInputUsdPerMTok: null, batchInputUsdPerMTok: null, batchOutputUsdPerMTok: null }],
    };
    const bill = billOf({ input: 1000, output: 500, cached_input_ratio: 0.4, batch_ratio: 0.25 }, {}, {}, plain);

    // Without a batch price nothing waits.
    expect(usdOf(bill)).toEqual({
      "input-tokens": expect.closeTo(1000, 9),
      "output-tokens": expect.closeTo(2000, 9),
    });
  });

  it("grows with requests and with tokens, and averages over the months", () => {
    // 1.0 and 1.2 million requests of 1000 and 1500 tokens: 1,000 and 1,800 dollars.
    const bill = billOf(
      { input: 1000, output: 0, cached_input_ratio: 0, growth_ratio_per_month: 0.5 },
      {},
      { growth_ratio_per_month: 0.2 },
    );
    expect(bill.byMonthUsd).toEqual([expect.closeTo(1000, 9), expect.closeTo(1800, 9)]);
    expect(bill.monthlyUsd).toBeCloseTo(1400, 9);
    expect(bill.lines).toMatchObject([{ quantity: expect.closeTo(1400, 9), monthlyUsd: expect.closeTo(1400, 9) }]);
  });

  it("takes each month's price, and names both sources and the discount", () => {
    const rises = { ...price, effectiveFrom: "2026-12-01", inputUsdPerMTok: 3, source: "new list" };
    const moving = { ...model, prices: [{ ...price, effectiveTo: "2026-11-30" }, rises] };
    const bill = billOf({ input: 1000, output: 0, cached_input_ratio: 0 }, { purchase: { api_discount_ratio: 0.5 } }, {}, moving);
    expect(bill.byMonthUsd).toEqual([expect.closeTo(500, 9), expect.closeTo(1500, 9)]);
    expect(bill.lines[0]).toMatchObject({
      unitPriceUsd: expect.closeTo(1, 9),
      source: "list (2026-11-01); new list (2026-11-01); less the declared discount of 50 %",
    });
  });

  it("keeps the last price for months in which none is known", () => {
    const ending = { ...model, prices: [{ ...price, effectiveTo: "2026-11-30" }] };
    expect(billOf({ input: 1000, output: 0, cached_input_ratio: 0 }, {}, {}, ending).byMonthUsd).toEqual([
      expect.closeTo(1000, 9),
      expect.closeTo(1000, 9),
    ]);
    const gone = { ...model, prices: [{ ...price, effectiveTo: "2026-11-20" }] };
    expect(() => billOf({ input: 1000, output: 0 }, {}, {}, gone)).toThrow("gpt-5.4-mini has no price on 2026-11-21");
  });

  it("of a share of each month's requests is that share of the month", () => {
    const bill = billOf({ input: 1000, output: 0, cached_input_ratio: 0 }, {}, {}, model, [0.1, 0.3]);
    expect(bill.byMonthUsd).toEqual([expect.closeTo(100, 9), expect.closeTo(300, 9)]);
    expect(bill.monthlyUsd).toBeCloseTo(200, 9);
  });

  it("has no line for what nobody asks", () => {
    expect(Object.keys(usdOf(billOf({ input: 0.000001, output: 500, cached_input_ratio: 0 })))).toEqual(["input-tokens", "output-tokens"]);
    expect(Object.keys(usdOf(billOf({ input: 1000, output: 0, cached_input_ratio: 1 })))).toEqual(["cached-input-tokens"]);
  });
});

describe("a bill in a what-if", () => {
  const bill = billOf({ input: 1000, output: 500, cached_input_ratio: 0 });

  it("is linear in volume and price", () => {
    const scaled = scaleBill(bill, 3, 0.5);
    expect(scaled.monthlyUsd).toBeCloseTo(bill.monthlyUsd * 1.5, 9);
    expect(scaled.byMonthUsd).toEqual(bill.byMonthUsd.map((usd) => expect.closeTo(usd * 1.5, 9)));
    // 1,000 million input tokens at one dollar: 3,000 million at half a dollar.
    expect(scaled.lines[0]).toMatchObject({ quantity: 3000, unitPriceUsd: 0.5, monthlyUsd: 1500 });
    expect([scaledUsd(bill, 3, 0.5), scaledUsd(bill, 1, 0.5), scaledUsd(bill, 3, 1), scaledUsd(bill, 1, 1)]).toEqual([
      4500, 1500, 9000, 3000,
    ]);
    expect(scaleBill(bill, 1, 0.5).lines[0]).toMatchObject({ quantity: 1000, unitPriceUsd: 0.5 });
    expect(scaleBill(bill, 3, 1).lines[0]).toMatchObject({ quantity: 3000, unitPriceUsd: 1 });
    const unknown = { ...bill, lines: bill.lines.map((line) => ({ ...line, unitPriceUsd: null, monthlyUsd: null })) };
    expect(scaleBill(unknown, 2, 2).lines[0]).toMatchObject({ quantity: 2000, unitPriceUsd: null, monthlyUsd: null });
  });

  it("of an overflow is each month's share of it, under its own name", () => {
    // 10 % of 3,000 and 20 % of 4,000.
    const overflow = overflowBill([3000, 4000], [0.1, 0.2], () => bill.lines);
    expect(overflow.byMonthUsd).toEqual([expect.closeTo(300, 9), expect.closeTo(800, 9)]);
    expect(overflow.monthlyUsd).toBeCloseTo(550, 9);
    expect(overflow.lines[0]).toMatchObject({ id: "overflow-input-tokens", label: "Overflow: input tokens" });
    expect(overflowBill([3000, 4000], [0.1], () => []).byMonthUsd, "a month without a share has none").toEqual([expect.closeTo(300, 9), 0]);
  });

  it("counts the requests of a month at the asked end of their range", () => {
    const range = { low: 1_000_000, expected: 2_000_000, high: 4_000_000 };
    const asked = workload({ volume: { requests_per_month: range, growth_ratio_per_month: 0.1, hourly_profile: "flat" } });
    const [one] = factsOf(documentOf(policy([asked]))).workloads;
    if (one === undefined) throw new Error("the policy has one workload");
    expect(requestsIn(one, 0, EXPECTED)).toBe(2_000_000);
    expect(requestsIn(one, 2, scenario({ requests: "high" }))).toBeCloseTo(4_840_000, 3);
    expect(requestsIn(one, 0, scenario({ volume: 2, volumeOf: { requests: 3, another: 7 } }))).toBe(12_000_000);
    expect(requestsIn(one, 0, scenario({ requests: "low", volumeOf: { another: 7 } }))).toBe(1_000_000);
  });
});
