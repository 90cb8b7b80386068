import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findApiModel, loadCatalog } from "../../src/catalog/index.ts";
import { expectedUnitPrices, type PromptLengths } from "../../src/catalog/mix.ts";
import { requestCostUsd, unitPrices } from "../../src/catalog/pricing.ts";
import type { ApiModel } from "../../src/catalog/schema.ts";

const catalog = loadCatalog();
const TODAY = "2026-11-20";

function model(id: string): ApiModel {
  const row = findApiModel(catalog, id);
  if (!row) throw new Error(`no row ${id}`);
  return row;
}

const haiku = model("claude-haiku-5-5");

describe("prices over prompts of many lengths", () => {
  test("are those of the mean when all prompts are alike", () => {
    for (const mean of [0, 60_000, 100_000, 100_001]) {
      const single = unitPrices(haiku, TODAY, mean);
      for (const lengths of [{ kind: "fixed" }, { kind: "lognormal", coefficientOfVariation: 0 }] as const) {
        const mixed = expectedUnitPrices(haiku, TODAY, mean, lengths);
        expect(mixed?.inputUsdPerMTok).toBeCloseTo(single?.inputUsdPerMTok ?? 0, 12);
        expect(mixed?.outputUsdPerMTok).toBeCloseTo(single?.outputUsdPerMTok ?? 0, 12);
        expect(mixed?.cachedInputUsdPerMTok).toBeCloseTo(single?.cachedInputUsdPerMTok ?? 0, 12);
      }
    }
  });

  test("hold the long ones that the mean hides: claude-haiku-5-5 at a mean of 60,000 tokens", () => {
    const mixed = expectedUnitPrices(haiku, TODAY, 60_000, { kind: "lognormal", coefficientOfVariation: 1 });
    expect(mixed?.tiers[1]).toMatchObject({
      aboveInputTokens: 100_000,
      requestShare: expect.closeTo(0.1515, 3),
      inputTokenShare: expect.closeTo(0.4218, 3),
    });
    expect(mixed?.inputUsdPerMTok).toBeCloseTo(0.2687, 3);
    expect(mixed?.outputUsdPerMTok).toBeCloseTo(0.8031, 3);
  });

  test("come from given lengths exactly: nine requests of 10,000 tokens and one of 200,000", () => {
    const bins = [
      { timesMean: 10_000, share: 9 },
      { timesMean: 200_000, share: 1 },
    ];
    const mean = 29_000;
    const mixed = expectedUnitPrices(haiku, TODAY, mean, { kind: "histogram", bins });
    const one = (inputTokens: number) => {
      const prices = unitPrices(haiku, TODAY, inputTokens);
      return prices ? requestCostUsd(prices, { inputTokens, outputTokens: 500, cachedInputRatio: 0.3, batchRatio: 0 }).usd : 0;
    };
    const byHand = (9 * one(10_000) + one(200_000)) / 10;
    const byMix =
      mixed && requestCostUsd({ ...mixed, tier: null }, { inputTokens: mean, outputTokens: 500, cachedInputRatio: 0.3, batchRatio: 0 }).usd;
    expect(byMix).toBeCloseTo(byHand, 12);
  });

  test("count batch requests in a long-prompt tier at half its price, and at its list price where no batch price is known there", () => {
    const mixed = expectedUnitPrices(haiku, TODAY, 150_000);
    expect(mixed).toMatchObject({ batchInputUsdPerMTok: 0.25, batchOutputUsdPerMTok: 1.25 });
    expect(expectedUnitPrices(model("azure-us.gpt-5.5"), TODAY, 300_000)?.batchInputUsdPerMTok).toBe(11);
    expect(expectedUnitPrices(model("command-a-03-2025"), TODAY, 1000)?.batchInputUsdPerMTok).toBeNull();
  });

  test("need a price on the date and a distribution that is one", () => {
    expect(expectedUnitPrices(haiku, "2020-01-01", 1000)).toBeUndefined();
    expect(() => expectedUnitPrices(haiku, TODAY, -1)).toThrow(RangeError);
    expect(() => expectedUnitPrices(haiku, TODAY, 1000, { kind: "lognormal", coefficientOfVariation: -1 })).toThrow(
      "coefficient of variation -1",
    );
    expect(() => expectedUnitPrices(haiku, TODAY, 1000, { kind: "histogram", bins: [] })).toThrow("histogram of prompt lengths");
  });
});

describe("for every model, mean and spread", () => {
  const cases = fc.record({
    row: fc.constantFrom(...catalog.apiModels),
    mean: fc.integer({ min: 1, max: 900_000 }),
    cv: fc.double({ min: 0, max: 5, noNaN: true }),
  });
  const lengthsOf = (cv: number): PromptLengths => ({ kind: "lognormal", coefficientOfVariation: cv });

  test("shares sum to 1, and the mean price lies between the base and the highest tier", () => {
    fc.assert(
      fc.property(cases, ({ row, mean, cv }) => {
        const mixed = expectedUnitPrices(row, TODAY, mean, lengthsOf(cv));
        const base = unitPrices(row, TODAY, 0);
        const top = unitPrices(row, TODAY, 1e9);
        if (!mixed || !base || !top) return;
        const requests = mixed.tiers.reduce((sum, { requestShare }) => sum + requestShare, 0);
        const tokens = mixed.tiers.reduce((sum, { inputTokenShare }) => sum + inputTokenShare, 0);
        expect(requests).toBeCloseTo(1, 9);
        expect(tokens).toBeCloseTo(1, 9);
        expect(mixed.inputUsdPerMTok).toBeGreaterThanOrEqual(base.inputUsdPerMTok * (1 - 1e-6));
        expect(mixed.inputUsdPerMTok).toBeLessThanOrEqual(top.inputUsdPerMTok * (1 + 1e-6));
      }),
    );
  });

  test("the longer prompts hold more tokens than requests", () => {
    fc.assert(
      fc.property(cases, ({ row, mean, cv }) => {
        const above = expectedUnitPrices(row, TODAY, mean, lengthsOf(cv))?.tiers.slice(1) ?? [];
        const [requests, tokens] = above.reduce(
          ([r, t], { requestShare, inputTokenShare }) => [r + requestShare, t + inputTokenShare],
          [0, 0],
        );
        expect(tokens).toBeGreaterThanOrEqual(requests - 1e-6);
      }),
    );
  });
});
