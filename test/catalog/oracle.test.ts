import { calcPrice } from "@pydantic/genai-prices";
import { describe, expect, test } from "vitest";
import { unknownToOracle } from "../../scripts/refresh/known-wrong.ts";
import { crossCheck } from "../../scripts/refresh/oracle.ts";
import { findApiModel, loadCatalog } from "../../src/catalog/index.ts";

const catalog = loadCatalog();
/** Days around price changes that both sides know, and today. */
const DAYS = ["2026-07-25", "2026-08-16", "2026-09-25", "2026-11-20", "2027-01-02"];

describe("an independent calculator", () => {
  test.each(DAYS)("charges the same as ours on %s for every model that it knows, with cache, tiers and dates", (day) => {
    const verdicts = crossCheck(catalog, day);
    expect(verdicts.filter(({ kind }) => kind === "differs")).toEqual([]);
    expect(verdicts.filter(({ kind }) => kind === "agrees").length).toBeGreaterThanOrEqual(60);
  });

  test("does not know a few models, each for a known reason", () => {
    const missing = crossCheck(catalog, "2026-11-20").flatMap(({ kind, id }) => (kind === "not-listed" ? [id] : []));
    expect(missing.filter((id) => !unknownToOracle.some((entry) => entry.id.test(id)))).toEqual([]);
    expect(unknownToOracle.filter((entry) => !missing.some((id) => entry.id.test(id)))).toEqual([]);
  });

  test("finds a difference when there is one", () => {
    const wrong = catalog.apiModels.map((row) =>
      row.id === "gpt-5.2" ? { ...row, prices: row.prices.map((price) => ({ ...price, outputUsdPerMTok: 13.9 })) } : row,
    );
    const differing = crossCheck({ ...catalog, apiModels: wrong }, "2026-11-20").filter(({ kind }) => kind === "differs");
    expect(differing).toEqual([{ kind: "differs", id: "gpt-5.2", text: expect.stringContaining("1000 tokens in (0 cached), 500 out") }]);
  });

  test("is wrong where it matches by the beginning of a name, and would be wrong for us too if we asked it so", () => {
    const answer = calcPrice({ input_tokens: 1_000_000, cache_read_tokens: 1_000_000 }, "claude-sonnet-5-5", { providerId: "anthropic" });
    expect(answer?.model.id).toBe("claude-sonnet-5");
    expect(answer?.input_price).toBeCloseTo(0.2, 9);
    expect(findApiModel(catalog, "claude-sonnet-5-5")?.prices.at(-1)?.cachedInputUsdPerMTok).toBe(0.1);
  });

  test("still prices models that are shut down", () => {
    expect(calcPrice({ input_tokens: 1000 }, "gpt-4.1-nano", { providerId: "openai" })?.total_price).toBeGreaterThan(0);
    expect(crossCheck(catalog, "2026-11-20").map(({ id }) => id)).not.toContain("gpt-4.1-nano");
  });
});
