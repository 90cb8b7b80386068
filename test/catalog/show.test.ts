import { expect, test } from "vitest";
import { loadCatalog } from "../../src/catalog/index.ts";

import { listRows, listText, rowKinds, showRow, showText } from "../../src/catalog/show.ts";

const catalog = loadCatalog();
const TODAY = "2026-11-20";

function row(id: string, kind?: (typeof rowKinds)[number]) {
  const found = showRow(catalog, id, kind);
  if (!found) throw new Error(`no row ${id}`);
  return found;
}

test("an API model shows its provider, limits, features, end and dated prices", () => {
  const { prices, ...rest } = JSON.parse(JSON.stringify(row("gpt-4.1-mini")));
  expect(rest).toMatchObject({
    id: "gpt-4.1-mini",
    kind: "api-model",
    provider: "openai",
    contextWindowTokens: 1_047_576,
    maxOutputTokens: 32_768,
    features: { toolUse: true, jsonSchema: true, vision: true },
    shutdownOn: "2027-01-14",
  });
  expect(Object.keys(prices[0])).toEqual(
    expect.arrayContaining([
      "effectiveFrom",
      "effectiveTo",
      "inputUsdPerMTok",
      "outputUsdPerMTok",
      "cachedInputUsdPerMTok",
      "batchInputUsdPerMTok",
      "batchOutputUsdPerMTok",
      "tiers",
      "source",
      "checked",
    ]),
  );
});

test("an instance shows its GPUs and the price of each region with its source", () => {
  expect(row("p5.48xlarge")).toMatchObject({
    kind: "instance",
    gpu: "h100",
    gpuCount: 8,
    gpuMemoryGiB: 80,
    usdPerHour: { "us-east-1": { onDemand: 55.04, checked: "2026-11-09", source: expect.stringContaining("datareceipts") } },
  });
});

test("a row is found by id before alias, and an id of two kinds by its kind", () => {
  expect(row("h100").kind).toBe("gpu");
  expect(row("llama-3.3-70b").id).toBe("llama-3.3-70b-instruct");
  expect(row("deepseek-v4-pro").kind).toBe("api-model");
  expect(row("deepseek-v4-pro", "open-model").kind).toBe("open-model");
  expect(showRow(catalog, "gpt-5.6")).toBeUndefined();
});

test("the list holds every row of every kind once", () => {
  const rows = listRows(catalog);
  expect(rows).toHaveLength(rowKinds.reduce((sum, kind) => sum + listRows(catalog, kind).length, 0));
  expect(new Set(rows.map(({ kind, id }) => `${kind} ${id}`)).size).toBe(rows.length);
  expect(listRows(catalog, "gpu").map(({ id }) => id)).toContain("rtx-pro-6000");
});

test("as text, a row keeps its keys and says how old each statement is", () => {
  const text = showText(row("p5.48xlarge"), TODAY);
  expect(text).toMatch(/^p5\.48xlarge \(instance\)\n/);
  expect(text).toMatch(/^ {4}us-east-1: onDemand 55\.04; .*\(checked 2026-11-09, 11 days ago, high certainty\)$/m);
  expect(showText(row("gpt-5.6-sol"), TODAY)).toMatch(
    /^ {4}- effectiveFrom 2026-07-24, .*tiers \(aboveInputTokens 271999, inputUsdPerMTok 10,/m,
  );
});

test("as text, unknown and none are different words", () => {
  const text = showText(row("grok-4.6"), TODAY);
  expect(text).toContain("webSearch unknown");
  expect(text).toContain("shutdownOn: none");
  expect(text).toContain("batchInputUsdPerMTok unknown");
});

test("as a list, every row is one line with its age and source", () => {
  const lines = listText(listRows(catalog), TODAY).split("\n");
  expect(lines).toHaveLength(listRows(catalog).length + 1);
  expect(lines.find((line) => line.includes("  gpt-4.1-mini  "))).toMatch(
    /^api-model +gpt-4\.1-mini +0\.4 \/ 1\.6 USD per MTok +0 days {2,}genai-prices 0\.2\.3/,
  );
  expect(lines.find((line) => line.includes("  gpt-4.1-nano  "))).toContain("shut down on 2026-10-23");
  expect(lines.find((line) => line.includes("  p5e.48xlarge  "))).toContain("8 x h200, no on-demand price");
});
