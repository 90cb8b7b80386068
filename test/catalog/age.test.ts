import { expect, test } from "vitest";
import { allPrices, loadCatalog, oldestPrice, staleness, stalePrices } from "../../src/catalog/index.ts";

test("age is counted in whole days, over month ends and leap days", () => {
  expect(staleness("2026-09-23", "2026-11-20")).toBe(58);
  expect(staleness("2024-02-28", "2024-03-01")).toBe(2);
  expect(staleness("2026-11-20", "2026-11-20")).toBe(0);
  expect(staleness("2026-11-21", "2026-11-20")).toBe(-1);
});

test("the oldest price is found, and ties go to the first id", () => {
  const prices = [
    { id: "p5.48xlarge", checked: "2026-11-09" },
    { id: "gpt-4.1-mini", checked: "2026-09-23" },
    { id: "gpt-4.1", checked: "2026-09-23" },
  ];
  expect(oldestPrice(prices, "2026-11-20")).toEqual({ id: "gpt-4.1", checked: "2026-09-23", ageDays: 58 });
  expect(oldestPrice([], "2026-11-20")).toBeNull();
});

test("every list of prices counts towards the oldest", () => {
  const prices = allPrices(loadCatalog());
  for (const id of ["gpt-4.1-mini", "p5.48xlarge", "p5e.48xlarge", "nat-hour"]) expect(prices.map((price) => price.id)).toContain(id);
});

test("a price past the limit of its kind is stale, and the command that refreshes it is named", () => {
  const stale = stalePrices(loadCatalog(), "2027-06-01");
  const row = stale.find(({ id }) => id === "gpt-5.2");
  expect(row).toMatchObject({ limitDays: 30, refresh: expect.stringContaining("--source genai-prices") });
  expect(stale.find(({ id }) => id === "p5.48xlarge")).toMatchObject({ limitDays: 180, refresh: expect.stringContaining("karpenter") });
  expect(stale.find(({ id, limitDays }) => id === "p5e.48xlarge" && limitDays === 30)).toBeDefined();
  expect(stale.map(({ id }) => id)).toEqual([...stale.map(({ id }) => id)].sort());
});

test("nothing is stale on the day it was checked, and a model that is shut down never is", () => {
  const catalog = loadCatalog();
  const checked = "2026-11-20";
  const apiModels = catalog.apiModels.map((each) => ({ ...each, prices: each.prices.map((price) => ({ ...price, checked })) }));
  const fresh = { ...catalog, apiModels, instances: [] };
  expect(stalePrices(fresh, checked)).toEqual([]);
  expect(stalePrices(fresh, "2026-12-20")).toEqual([]);
  const late = stalePrices(fresh, "2026-12-21").map(({ id }) => id);
  expect(late).toContain("gpt-5.2");
  expect(late).not.toContain("gpt-4.1-nano");
});
