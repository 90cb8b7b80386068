import type { Catalog } from "../../src/catalog/catalog.ts";
import { loadCatalog } from "../../src/catalog/index.ts";
import type { ApiModel, ApiPrice, Instance, OpenModel } from "../../src/catalog/schema.ts";

export const TODAY = "2026-11-21";

const bundled = loadCatalog();

export function price(change: Partial<ApiPrice> = {}): ApiPrice {
  return {
    effectiveFrom: "2026-09-01",
    effectiveTo: null,
    inputUsdPerMTok: 2,
    outputUsdPerMTok: 10,
    cachedInputUsdPerMTok: 0.2,
    batchInputUsdPerMTok: 1,
    batchOutputUsdPerMTok: 5,
    tiers: [],
    peak: null,
    source: "a price list",
    checked: "2026-09-23",
    basis: "vendor",
    certainty: "high",
    ...change,
  };
}

export function model(id: string, change: Partial<ApiModel> = {}): ApiModel {
  return {
    kind: "api-model",
    id,
    sameModelAs: null,
    provider: "openai",
    routes: ["openai-api"],
    weights: "closed",
    openModel: null,
    aliases: [],
    contextWindowTokens: 400_000,
    maxOutputTokens: null,
    features: { toolUse: null, jsonSchema: null, vision: null, webSearch: null },
    customization: null,
    shutdownOn: null,
    successor: null,
    lifecycleSource: "no notice found",
    prices: [price()],
    ...change,
  };
}

export const p5: Instance = {
  ...found(bundled.instances, "p5.48xlarge"),
  usdPerHour: {
    "us-east-1": { onDemand: 55.04, source: "a price list", checked: "2026-05-01", basis: "vendor", certainty: "high" },
    "us-west-2": { onDemand: 54, source: "derived: a ratio", checked: "2026-05-01", basis: "derived", certainty: "medium" },
  },
};

export const llama: OpenModel = { ...found(bundled.openModels, "llama-3.1-8b-instruct"), gatedDownload: false, checked: "2026-09-01" };

/** A catalog of a few rows that keeps every check. */
export function catalogOf(...apiModels: readonly ApiModel[]): Catalog {
  return {
    ...bundled,
    apiModels: [...apiModels].sort((a, b) => (a.id < b.id ? -1 : 1)),
    openModels: [llama],
    instances: [p5],
    benchmarks: [],
    refusedNames: [],
  };
}

function found<R extends { readonly id: string }>(rows: readonly R[], id: string): R {
  const row = rows.find((each) => each.id === id);
  if (row === undefined) throw new Error(`no row ${id}`);
  return row;
}
