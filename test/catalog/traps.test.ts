import { describe, expect, test } from "vitest";
import { genaiPrices } from "../../scripts/refresh/genai-prices.ts";
import { explainName, findApiModel, loadCatalog } from "../../src/catalog/index.ts";
import { expectedUnitPrices } from "../../src/catalog/mix.ts";
import { priceRowOn, requestCostUsd, unitPrices } from "../../src/catalog/pricing.ts";
import type { ApiModel } from "../../src/catalog/schema.ts";

const catalog = loadCatalog();
const TODAY = "2026-11-20";

function model(id: string): ApiModel {
  const row = findApiModel(catalog, id);
  if (!row) throw new Error(`no row ${id}`);
  return row;
}

describe("mistakes of public price lists that the catalog does not repeat", () => {
  test("a name is never matched by its beginning", () => {
    expect(findApiModel(catalog, "claude-sonnet-5-5")?.id).toBe("claude-sonnet-5-5");
    expect(priceRowOn(model("claude-sonnet-5-5"), TODAY)?.cachedInputUsdPerMTok).toBe(0.1);
    expect(priceRowOn(model("claude-sonnet-5"), TODAY)?.cachedInputUsdPerMTok).toBe(0.2);
    for (const name of ["gpt-5.6", "claude-sonnet-5-6", "claude-sonnet-5-5-20270101", "gpt-4.1-mini-2", "command-a", "gpt"]) {
      expect(findApiModel(catalog, name)).toBeUndefined();
      expect(explainName(catalog, "api-model", name, TODAY)).toBeDefined();
    }
  });

  test("GPQA of OpenAI's own harness is the diamond variant, under the name that floors ask for: else gpt-4.1 has no proven score", () => {
    const scores = (id: string) => catalog.benchmarks.filter((row) => row.model === id && row.group === "simple-evals");
    expect(catalog.benchmarks.filter(({ benchmark }) => benchmark === "gpqa")).toEqual([]);
    expect(scores("gpt-4.1")).toContainEqual(expect.objectContaining({ benchmark: "gpqa_diamond", score: 66.3 }));
    expect(scores("o3")).toContainEqual(expect.objectContaining({ benchmark: "gpqa_diamond", score: 82.8 }));
  });

  test("a tier prices a request, not the sum of many: 100 of 10,000 tokens cost half of one of 1,000,000", () => {
    const usd = (inputTokens: number) => {
      const prices = unitPrices(model("gpt-6-sol"), TODAY, inputTokens);
      return prices && requestCostUsd(prices, { inputTokens, outputTokens: 0, cachedInputRatio: 0, batchRatio: 0 }).usd;
    };
    expect(usd(1_000_000)).toBeCloseTo(4, 9);
    expect((usd(10_000) ?? 0) * 100).toBeCloseTo(2, 9);
  });

  test("a mean prompt below the limit hides long ones: a distribution prices them", () => {
    const lengths = { kind: "lognormal", coefficientOfVariation: 1.5 } as const;
    const mixed = expectedUnitPrices(model("gpt-6-sol"), TODAY, 200_000, lengths);
    expect(unitPrices(model("gpt-6-sol"), TODAY, 200_000)?.inputUsdPerMTok).toBe(2);
    expect(mixed?.inputUsdPerMTok).toBeGreaterThan(3);
    expect(mixed?.inputUsdPerMTok).toBeLessThan(4);
  });

  test("a model that is shut down has no price", () => {
    expect(priceRowOn(model("gpt-4.1-nano"), TODAY)).toBeUndefined();
    expect(explainName(catalog, "api-model", "gpt-4.1-nano", TODAY)?.problem).toContain("2026-10-23");
  });

  test("a batch price that no source states is unknown, not half", () => {
    for (const id of ["grok-4.6", "mistral-large-2512", "deepseek-flash", "command-a-03-2025", "deepseek.r1-v1:0"]) {
      expect(priceRowOn(model(id), TODAY)).toMatchObject({ batchInputUsdPerMTok: null, batchOutputUsdPerMTok: null });
    }
  });

  test("a regional Bedrock profile costs 10 % more than the global one, and the bare id is neither", () => {
    const global = priceRowOn(model("global.anthropic.claude-sonnet-5"), TODAY);
    const regional = priceRowOn(model("us.anthropic.claude-sonnet-5"), TODAY);
    expect(regional?.inputUsdPerMTok).toBeCloseTo((global?.inputUsdPerMTok ?? 0) * 1.1, 9);
    expect(regional?.outputUsdPerMTok).toBeCloseTo((global?.outputUsdPerMTok ?? 0) * 1.1, 9);
    expect(findApiModel(catalog, "anthropic.claude-sonnet-5")).toBeUndefined();
    expect(findApiModel(catalog, "eu.anthropic.claude-sonnet-5")?.id).toBe("us.anthropic.claude-sonnet-5");
  });

  test("a rise that the vendor cancelled is not in the catalog", () => {
    for (const date of ["2026-09-01", TODAY, "2027-06-30"]) {
      expect(priceRowOn(model("claude-sonnet-5"), date)).toMatchObject({ inputUsdPerMTok: 2, outputUsdPerMTok: 10 });
    }
  });

  test("a refresh reads the feed that is kept up, not the frozen one that still raises the price", () => {
    expect(genaiPrices.url).toMatch(/\/prices\/new_data\/v2\/data\.json$/);
  });

  test("a price holds from its date on, in both directions of time", () => {
    expect(priceRowOn(model("gemini-3.8-flash"), TODAY)?.inputUsdPerMTok).toBe(0.75);
    expect(priceRowOn(model("gemini-3.8-flash"), "2027-01-01")?.inputUsdPerMTok).toBe(1.5);
    expect(priceRowOn(model("gpt-5.6-sol"), "2026-08-20")?.inputUsdPerMTok).toBe(5);
    expect(priceRowOn(model("gpt-5.6-sol"), "2026-08-21")?.inputUsdPerMTok).toBe(4);
  });

  test("a price by the hour is the mean of the week, whatever the hour of the run", () => {
    expect(unitPrices(model("deepseek-flash"), TODAY, 1000)?.inputUsdPerMTok).toBeCloseTo(0.15 * (1 + 35 / 168), 12);
    expect(priceRowOn(model("deepseek-flash"), TODAY)?.inputUsdPerMTok).toBe(0.15);
  });

  test("a floating alias is refused, with the ids to write instead", () => {
    for (const name of ["deepseek-chat", "deepseek-reasoner", "magistral-medium-latest", "mistral-large-latest", "deepseek-v4-flash"]) {
      expect(findApiModel(catalog, name)).toBeUndefined();
      expect(explainName(catalog, "api-model", name, TODAY)?.fix).toMatch(/^use "/);
    }
  });
});
