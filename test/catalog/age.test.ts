import { expect, test } from "vitest";
import { allPrices, loadCatalog, oldestPrice, staleness } from "../../src/catalog/index.ts";

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
