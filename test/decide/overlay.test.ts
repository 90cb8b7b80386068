import { expect, it } from "vitest";
import { findApiModel } from "../../src/catalog/index.ts";
import { overlayPrices } from "../../src/decide/prices.ts";
import { catalog } from "./support.ts";

const model = findApiModel(catalog, "gpt-5.4-mini");
const [row] = model?.prices ?? [];
if (model === undefined || row === undefined) throw new Error("the model has a price");
/** A list price of the first half of 2026, and one from then on. */
const LIST = [
  { ...row, effectiveFrom: "2026-01-01", effectiveTo: "2026-06-30", source: "first" },
  { ...row, effectiveFrom: "2026-07-01", effectiveTo: null, source: "second" },
];

it.each([
  ["within both", "2026-03-01", "2026-09-30", ["first 2026-01-01 2026-02-28", "second 2026-10-01 on"]],
  ["from a day on", "2026-03-01", undefined, ["first 2026-01-01 2026-02-28"]],
  ["as long as the first", "2026-01-01", "2026-06-30", ["second 2026-07-01 on"]],
  ["to the end of the first", "2026-02-01", "2026-06-30", ["first 2026-01-01 2026-01-31", "second 2026-07-01 on"]],
  ["from the second on", "2026-07-01", undefined, ["first 2026-01-01 2026-06-30"]],
  ["over the change", "2026-06-30", "2026-07-01", ["first 2026-01-01 2026-06-29", "second 2026-07-02 on"]],
  ["within the first", "2026-02-01", "2026-02-28", ["first 2026-01-01 2026-01-31", "first 2026-03-01 2026-06-30", "second 2026-07-01 on"]],
  ["before both", "2025-01-01", "2025-12-31", ["first 2026-01-01 2026-06-30", "second 2026-07-01 on"]],
  ["over all", "2025-01-01", undefined, []],
] as const)("a policy's price %s leaves the list price on every other day", (_, effectiveFrom, effectiveTo, left) => {
  const own = {
    id: "gpt-5.4-mini",
    effectiveFrom,
    ...(effectiveTo === undefined ? {} : { effectiveTo }),
    inputUsdPerMtok: 1,
    outputUsdPerMtok: 2,
    source: "contract",
    checked: "2026-11-01",
  };
  const laid = overlayPrices({ ...catalog, apiModels: [{ ...model, prices: LIST }] }, { api: [own] }).apiModels[0]?.prices ?? [];
  const told = laid.map(({ source, effectiveFrom: from, effectiveTo: to }) => `${source} ${from} ${to ?? "on"}`);

  expect(told).toEqual([...left, `policy: contract ${effectiveFrom} ${effectiveTo ?? "on"}`]);
});
