import { describe, expect, test } from "vitest";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { catalogChecks, checkCatalog } from "../../src/catalog/check.ts";
import { knownExceptions } from "../../src/catalog/checks/exceptions.ts";
import { parametersOf } from "../../src/catalog/checks/shapes.ts";
import { findApiModel, findOpenModel, loadCatalog } from "../../src/catalog/index.ts";
import type { ApiModel, ApiPrice, OpenModel } from "../../src/catalog/schema.ts";

const TODAY = "2026-11-29";
const catalog = loadCatalog();

const api = required(findApiModel(catalog, "gpt-5.4"));
const open = required(findOpenModel(catalog, "llama-3.1-8b-instruct"));
const experts = required(findOpenModel(catalog, "gpt-oss-120b"));
const gpu = required(catalog.gpus.find((row) => row.id === "h100"));
const instance = required(catalog.instances.find((row) => row.id === "p5.48xlarge"));
const support = required(catalog.supportPrices[0]);
const score = required(catalog.benchmarks.find((row) => row.model === open.id));
const licence = required(catalog.licences.find((row) => row.id === open.licence));

/** A small catalog that keeps every rule. */
const sound: Catalog = {
  version: TODAY,
  apiModels: [{ ...api, successor: null }],
  openModels: [open],
  gpus: [gpu],
  instances: [instance],
  routes: catalog.routes,
  licences: [licence],
  benchmarks: [score],
  supportPrices: [support],
  regions: catalog.regions,
  refusedNames: [{ name: "copilot", why: "is an application", use: [api.id] }],
};

function required<T>(row: T | undefined): T {
  if (row === undefined) throw new Error("fixture row is missing");
  return row;
}

function withApi(change: Partial<ApiModel>): Catalog {
  return { ...sound, apiModels: [{ ...api, successor: null, ...change }] };
}

function withPrice(change: Partial<ApiPrice>): Catalog {
  return withApi({ prices: api.prices.map((price) => ({ ...price, ...change })) });
}

function withOpen(change: Partial<OpenModel>): Catalog {
  return { ...sound, openModels: [{ ...open, ...change }] };
}

const tier = required(api.prices[0]?.tiers[0]);
const price = required(api.prices[0]);

/** For each check, a catalog that breaks it. */
const broken: Readonly<Record<string, Catalog>> = {
  schema: withApi({ id: "Not An Id", aliases: [] }),
  "unique-ids": { ...sound, gpus: [gpu, { ...gpu, name: "other", aliases: [] }] },
  "sorted-by-id": { ...sound, openModels: [open, { ...open, id: "alpha", aliases: [] }] },
  "unique-names": withApi({ aliases: ["copilot"] }),
  "stated-somewhere": { ...sound, routes: sound.routes.map((row) => ({ ...row, facts: {} })) },
  "public-source": withOpen({ source: "config quoted in code (index id 123)" }),
  "checked-in-the-past": withOpen({ checked: "2026-11-30" }),
  "version-follows-rows": { ...sound, version: "2026-01-01" },
  "unique-scores": { ...sound, benchmarks: [score, score] },
  "guesses-are-low": withOpen({ source: "general knowledge, unread: verify", certainty: "high" }),
  "price-periods": withApi({ prices: [price, price] }),
  "price-before-shutdown": withApi({ shutdownOn: price.effectiveFrom }),
  "no-zero-price": {
    ...sound,
    supportPrices: [{ ...support, usd: { "us-east-1": { ...required(Object.values(support.usd)[0]), usd: 0 } } }],
  },
  "batch-at-most-list": withPrice({ batchInputUsdPerMTok: 3 }),
  "cached-at-most-input": withPrice({ cachedInputUsdPerMTok: 3 }),
  "tiers-ascend": withPrice({ tiers: [tier, tier] }),
  "tiers-within-window": withApi({ contextWindowTokens: 200_000 }),
  "successor-exists": withApi({ successor: "gpt-9" }),
  "refused-names-help": { ...sound, refusedNames: [{ name: "copilot", why: "is an application", use: ["gpt-9"] }] },
  references: { ...sound, licences: [] },
  "managed-weights-are-open": withApi({ weights: "closed", openModel: open.id }),
  "gpu-memory": { ...sound, gpus: [{ ...gpu, memoryGiB: 60 }] },
  "layers-add-up": withOpen({ architecture: { ...open.architecture, layers: 33 } }),
  "heads-divide": withOpen({ architecture: { ...open.architecture, attentionHeads: 30 } }),
  "kv-cache-matches-shape": withOpen({ kvCache: { ...open.kvCache, bytesPerTokenBf16: 65_536 } }),
  "parameters-match-shape": withOpen({ parameters: { totalB: 10, activeB: 10 } }),
  "active-at-most-total": withOpen({ parameters: { totalB: 8.03, activeB: 3 } }),
  "active-matches-shape": { ...sound, openModels: [{ ...experts, parameters: { ...experts.parameters, activeB: 12 } }] },
  checkpoints: withOpen({ nativePrecision: "fp8" }),
};

test("the bundled catalog keeps every rule", () => {
  expect(checkCatalog(catalog, TODAY)).toEqual([]);
});

test("the sound fixture keeps every rule", () => {
  expect(checkCatalog(sound, TODAY, [])).toEqual([]);
});

test("every check has a broken catalog here, and its own id", () => {
  expect(catalogChecks.map((check) => check.id).sort()).toEqual(Object.keys(broken).sort());
});

test.each(Object.entries(broken))("%s is found, and the row is named", (id, fixture) => {
  const found = checkCatalog(fixture, TODAY, []).filter((each) => each.check === id);
  expect(found.length).toBeGreaterThan(0);
  expect(found[0]?.row).not.toBe("");
  expect(found[0]?.problem).not.toBe("");
});

describe("details of the checks", () => {
  const problems = (fixture: Catalog, check: string) => checkCatalog(fixture, TODAY, []).filter((each) => each.check === check);

  test("cached tokens in a batch cost at most what the batch's others do, and lower a price that is known", () => {
    const at = (price: object) => problems(withPrice(price), "batch-at-most-list")[0]?.problem;
    expect(at({ batchInputUsdPerMTok: 0.2, batchOutputUsdPerMTok: 0.2, batchCachedInputUsdPerMTok: 0.3 })).toContain(
      "cached 0.3 above 0.2, both in a batch",
    );
    expect(
      at({ cachedInputUsdPerMTok: null, batchInputUsdPerMTok: 0.2, batchOutputUsdPerMTok: 0.2, batchCachedInputUsdPerMTok: 0.1 }),
    ).toContain("without those");
  });

  test("a batch price of one half only is a gap", () => {
    expect(problems(withPrice({ batchOutputUsdPerMTok: null }), "batch-at-most-list")[0]?.problem).toContain("only one half");
  });

  test("a price may not end before it begins nor reach into the next", () => {
    expect(problems(withPrice({ effectiveTo: "2020-01-01" }), "price-periods")).toHaveLength(1);
    const next = { ...price, effectiveFrom: "2027-01-01" };
    expect(problems(withApi({ prices: [{ ...price, effectiveTo: "2027-01-01" }, next] }), "price-periods")).toHaveLength(1);
    expect(problems(withApi({ prices: [{ ...price, effectiveTo: "2026-12-31" }, next] }), "price-periods")).toEqual([]);
    expect(problems(withApi({ prices: [price, next] }), "price-periods")).toEqual([]);
  });

  test("zero is found in API prices, tiers and hours too", () => {
    expect(problems(withPrice({ outputUsdPerMTok: 0 }), "no-zero-price")).toHaveLength(1);
    expect(problems(withPrice({ tiers: [{ ...tier, inputUsdPerMTok: 0 }] }), "no-zero-price")).toHaveLength(1);
    const hour = { ...required(instance.usdPerHour["us-east-1"]), onDemand: 0 };
    expect(problems({ ...sound, instances: [{ ...instance, usdPerHour: { "us-east-1": hour } }] }, "no-zero-price")).toHaveLength(1);
  });

  test("a fact of a route that nobody read is medium at most", () => {
    const unread = (certainty: "high" | "medium") => ({
      ...sound,
      routes: sound.routes.map((row) => ({
        ...row,
        facts: { hipaaBaa: { value: "yes", note: "", source: "general knowledge, unread: verify", checked: TODAY, certainty } },
      })),
    });
    expect(problems(unread("high"), "guesses-are-low").length).toBe(sound.routes.length);
    expect(problems(unread("medium"), "guesses-are-low")).toEqual([]);
  });

  test("each kind of dangling reference is named", () => {
    const dangling: Catalog = {
      ...withApi({ routes: ["nowhere"] }),
      instances: [{ ...instance, gpu: "x100" }],
      benchmarks: [{ ...score, model: "gpt-9" }],
      regions: [],
    };
    const texts = problems(dangling, "references").map((each) => each.problem);
    expect(texts).toEqual(
      expect.arrayContaining(['unknown route "nowhere"', 'unknown GPU "x100"', 'unknown model "gpt-9"', 'unknown region "us-east-1"']),
    );
  });

  test("a chain of successors may not return", () => {
    const pair = [
      { ...api, id: "a-1", aliases: [], successor: "b-1" },
      { ...api, id: "b-1", aliases: [], successor: "a-1" },
    ];
    expect(problems({ ...sound, apiModels: pair }, "successor-exists").map((each) => each.problem)).toContain(
      "succeeds itself: a-1 -> b-1 -> a-1",
    );
  });

  test("a refused name may not point to a model that is shut down", () => {
    expect(problems(withApi({ shutdownOn: TODAY }), "refused-names-help")).toHaveLength(1);
  });

  test("parameters follow from the shape: Llama 3.1 8B has 8.03 billion, DeepSeek V3 671 within 2 %", () => {
    expect(parametersOf(open.architecture) / 1e9).toBeCloseTo(8.03, 2);
    expect(parametersOf(required(findOpenModel(catalog, "deepseek-v3")).architecture) / 671e9).toBeCloseTo(1, 1);
  });
});

describe("known exceptions", () => {
  test("one that excuses nothing is reported", () => {
    expect(checkCatalog(sound, TODAY, [{ check: "schema", row: api.id, why: "no reason" }])).toEqual([
      { check: "exceptions", row: api.id, problem: "is excused from schema and does not break it" },
    ]);
  });

  test("one silences its row and no other", () => {
    const fixture = required(broken["heads-divide"]);
    const before = checkCatalog(fixture, TODAY, []).length;
    expect(checkCatalog(fixture, TODAY, [{ check: "heads-divide", row: open.id, why: "a test" }])).toHaveLength(before - 1);
  });

  test("each has a reason and a check that exists", () => {
    const ids = catalogChecks.map((check) => check.id);
    for (const { check, why } of knownExceptions) {
      expect(ids).toContain(check);
      expect(why).not.toBe("");
    }
  });
});
