import { describe, expect, it } from "vitest";
import type { Calibration } from "../../src/capacity/calibrate.ts";
import { findApiModel, findGpu, findInstance, findOpenModel } from "../../src/catalog/index.ts";
import { priceRowOn } from "../../src/catalog/pricing.ts";
import { HOURS_PER_MONTH } from "../../src/decide/defaults.ts";
import { usd } from "../../src/decide/describe.ts";
import { factsOf } from "../../src/decide/facts.ts";
import { planOf } from "../../src/decide/plan.ts";
import { priceShare } from "../../src/decide/price-share.ts";
import { instanceOffers, overlayPrices } from "../../src/decide/prices.ts";
import type { OptionSummary } from "../../src/decide/types.ts";
import { usedPrices } from "../../src/decide/used-prices.ts";
import { AS_OF, catalog, documentOf, evaluated, type PolicyObject, policy, workload } from "./support.ts";

const MODEL = "gpt-5.4-mini";
const contract = {
  id: MODEL,
  effective_from: "2026-02-01",
  input_usd_per_mtok: 0.5,
  output_usd_per_mtok: 3,
  source: "contract",
  checked: "2025-01-01",
};

function factsWith(change: PolicyObject) {
  return factsOf(documentOf(policy([workload()], change)));
}

/** Price of a million input tokens on a date, with the prices of the policy laid over the catalog's; null where nobody knows one. */
function inputPriceOn(date: string, ...api: readonly object[]): number | null {
  const model = findApiModel(overlayPrices(listedSince2026, factsWith({ prices: { api } }).prices), MODEL);
  return (model && priceRowOn(model, date)?.inputUsdPerMTok) ?? null;
}

/** One price from 2026 to the end of 2027: 0.75 dollars. */
const listedSince2026 = {
  ...catalog,
  apiModels: catalog.apiModels.map((model) => {
    const [row] = model.prices;
    if (model.id !== MODEL || row === undefined) return model;
    return { ...model, prices: [{ ...row, inputUsdPerMTok: 0.75, effectiveFrom: "2026-01-01", effectiveTo: "2027-12-31" }] };
  }),
};

describe("a price of the policy by the token", () => {
  it("holds from its first day on for good, and the catalog's until the day before", () => {
    expect(["2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01", "2028-01-01"].map((date) => inputPriceOn(date, contract))).toEqual([
      null,
      0.75,
      0.75,
      0.5,
      0.5,
    ]);
  });

  it("ends on its last day, and the catalog's goes on as long as it would have", () => {
    const year = { ...contract, effective_to: "2027-01-31" };
    expect(["2027-01-31", "2027-02-01", "2027-12-31", "2028-01-01"].map((date) => inputPriceOn(date, year))).toEqual([
      0.5,
      0.75,
      0.75,
      null,
    ]);
    // One that outlives the catalog's own price leaves nothing after it.
    expect(inputPriceOn("2028-02-01", { ...contract, effective_to: "2028-01-31" })).toBeNull();
  });

  it("leaves the catalog's price in the months between two contracts", () => {
    const spring = { ...contract, effective_to: "2026-03-31" };
    const summer = { ...contract, effective_from: "2026-06-01", input_usd_per_mtok: 0.4 };
    const dates = ["2026-01-15", "2026-02-01", "2026-03-31", "2026-04-01", "2026-05-31", "2026-06-01", "2027-06-01"];
    const expected = [0.75, 0.5, 0.5, 0.75, 0.75, 0.4, 0.4];
    expect(dates.map((date) => inputPriceOn(date, spring, summer))).toEqual(expected);
    expect(
      dates.map((date) => inputPriceOn(date, summer, spring)),
      "in any order",
    ).toEqual(expected);
  });

  it("touches no price that it does not meet, and no other model", () => {
    const past = { ...contract, effective_from: "2025-01-01", effective_to: "2025-12-31" };
    expect(["2025-06-01", "2026-01-01", "2027-12-31"].map((date) => inputPriceOn(date, past))).toEqual([0.5, 0.75, 0.75]);
    expect(inputPriceOn("2027-12-31", { ...contract, effective_from: "2028-01-01" })).toBe(0.75);
    const laid = overlayPrices(listedSince2026, factsWith({ prices: { api: [contract] } }).prices);
    expect(laid.apiModels.filter(({ id }) => id !== MODEL)).toEqual(catalog.apiModels.filter(({ id }) => id !== MODEL));
  });

  it("knows no price for what it does not state", () => {
    const laid = (change: object) =>
      findApiModel(overlayPrices(listedSince2026, factsWith({ prices: { api: [{ ...contract, ...change }] } }).prices), MODEL)?.prices.at(
        -1,
      );
    const unknown = { cachedInputUsdPerMTok: null, batchInputUsdPerMTok: null, batchOutputUsdPerMTok: null };
    expect(laid({})).toMatchObject({ ...unknown, inputUsdPerMTok: 0.5, outputUsdPerMTok: 3, source: "policy: contract" });
    const all = { cached_input_usd_per_mtok: 0.05, batch_input_usd_per_mtok: 0.25, batch_output_usd_per_mtok: 1.5 };
    expect(laid(all)).toMatchObject({ cachedInputUsdPerMTok: 0.05, batchInputUsdPerMTok: 0.25, batchOutputUsdPerMTok: 1.5 });
  });
});

const TYPE = "p5.48xlarge";
/** Sold on demand and in capacity blocks. */
const BLOCK = "p5en.48xlarge";
const negotiated = {
  id: TYPE,
  region: "us-east-1",
  usd_per_hour: 31.5,
  effective_from: "2026-01-01",
  source: "private offer",
  checked: "2026-11-01",
};

function offerOf(change: PolicyObject, type = TYPE) {
  return instanceOffers(factsWith(change), catalog, AS_OF).offers.find(({ instance }) => instance.id === type);
}

describe("the price of an instance", () => {
  it("is the region's on demand, less the declared discount, and says so", () => {
    expect(offerOf({})).toMatchObject({ usdPerHour: 55.04, source: expect.stringMatching(/^on demand, .*\(\d{4}-\d\d-\d\d\)$/) });
    const offer = offerOf({ purchase: { gpu_discount_ratio: 0.3 } });
    expect(offer?.usdPerHour).toBeCloseTo(55.04 * 0.7, 9);
    expect(offer?.source).toMatch(/^on demand, .*; less the declared discount of 30 %$/);
  });

  it("is that of the capacity block where one is bought, and unknown where there is none", () => {
    const blocks = catalog.instances.filter(({ capacityBlock }) => capacityBlock.some(({ effectiveFrom }) => effectiveFrom <= AS_OF));
    const { offers, unpriced } = instanceOffers(factsWith({ purchase: { gpu: "capacity_block" } }), catalog, AS_OF);
    expect(offers.map(({ instance }) => instance.id).sort()).toEqual(blocks.map(({ id }) => id).sort());
    const offer = offers.find(({ instance }) => instance.id === BLOCK);
    expect(offer).toMatchObject({ usdPerHour: 41.61, source: expect.stringMatching(/^capacity block, .*2026-01-03/) });
    expect(unpriced).toContainEqual({ instance: "g6e.xlarge", text: "no capacity-block price of g6e.xlarge is known in us-east-1" });
  });

  it("is unknown where the region does not sell the instance, and said for each one", () => {
    const { offers, unpriced } = instanceOffers(factsWith({ region: "eu-west-2" }), catalog, AS_OF);
    const sold = (region: string) => catalog.instances.filter(({ usdPerHour }) => usdPerHour[region] !== undefined).map(({ id }) => id);
    expect(offers.map(({ instance }) => instance.id)).toEqual(sold("eu-west-2"));
    expect(unpriced).toEqual(
      catalog.instances
        .filter(({ id }) => !sold("eu-west-2").includes(id))
        .map(({ id }) => ({ instance: id, text: `no on-demand price of ${id} is known in eu-west-2` })),
    );
    expect(unpriced.length).toBeGreaterThan(0);
  });

  it("is the newest block price that holds already", () => {
    const instance = findInstance(catalog, BLOCK);
    const [block] = instance?.capacityBlock ?? [];
    if (instance === undefined || block === undefined) throw new Error("p5en.48xlarge is sold in capacity blocks");
    const rows = [
      { ...block, effectiveFrom: "2026-01-01", usdPerHour: 30 },
      { ...block, effectiveFrom: "2026-06-01", usdPerHour: 31 },
      { ...block, effectiveFrom: "2027-01-01", usdPerHour: 32 },
    ];
    const facts = factsWith({ purchase: { gpu: "capacity_block" } });
    for (const capacityBlock of [rows, rows.toReversed()]) {
      const { offers } = instanceOffers(facts, { ...catalog, instances: [{ ...instance, capacityBlock }] }, AS_OF);
      expect(offers.map(({ usdPerHour }) => usdPerHour)).toEqual([31]);
    }
  });

  it("is the policy's own where it states one for the region and the day, without the discount", () => {
    const purchase = { gpu_discount_ratio: 0.3 };
    const own = (change: object) => offerOf({ purchase, prices: { gpu: [{ ...negotiated, ...change }] } })?.usdPerHour;
    expect(offerOf({ purchase, prices: { gpu: [negotiated] } })).toMatchObject({
      usdPerHour: 31.5,
      source: "policy: private offer (2026-11-01)",
    });
    expect(own({ effective_from: AS_OF })).toBe(31.5);
    expect(own({ effective_from: "2026-11-22" })).toBeCloseTo(55.04 * 0.7, 9);
    expect(own({ region: "us-west-2" })).toBeCloseTo(55.04 * 0.7, 9);
    const older = { ...negotiated, effective_from: "2025-01-01", usd_per_hour: 40 };
    for (const gpu of [
      [older, negotiated],
      [negotiated, older],
    ])
      expect(offerOf({ prices: { gpu } })?.usdPerHour, "the newest one").toBe(31.5);
  });
});

describe("the catalog prices that a decision rests on", () => {
  const api: OptionSummary = { id: `api/openai/${MODEL}`, kind: "api", model: MODEL, route: "openai" };
  const hosts: OptionSummary = {
    id: "self-host/qwen3-32b",
    kind: "self-host",
    model: "qwen3-32b",
    route: "aws-self-host",
    instanceType: TYPE,
  };
  const used = (options: readonly (OptionSummary | null)[], change: PolicyObject = {}) =>
    usedPrices(
      options.map((option) => ({ option })),
      factsWith(change),
      catalog,
      AS_OF,
    );
  const listed = findInstance(catalog, TYPE);

  it("are those of models and instances, on both sides of a split, and none where nothing is chosen", () => {
    const row = { id: MODEL, checked: "2026-11-20", kind: "api" };
    const instance = { id: TYPE, checked: listed?.usdPerHour["us-east-1"]?.checked, kind: "instance" };
    expect(used([api, null, hosts])).toEqual([row, instance]);
    expect(used([{ ...hosts, overflow: api }])).toEqual([instance, row]);
  });

  it("are not those whose place a price of the policy takes", () => {
    expect(used([api], { prices: { api: [contract] } })).toEqual([]);
    expect(used([api], { prices: { api: [{ ...contract, effective_to: AS_OF }] } })).toEqual([]);
    expect(used([api], { prices: { api: [{ ...contract, effective_to: "2026-11-20" }] } })).toHaveLength(1);
    expect(used([api], { prices: { api: [{ ...contract, effective_from: "2026-11-22" }] } })).toHaveLength(1);
    expect(used([hosts], { prices: { gpu: [negotiated] } })).toEqual([]);
    expect(used([hosts], { prices: { gpu: [{ ...negotiated, region: "us-west-2" }] } })).toHaveLength(1);
  });

  it("are those of the capacity block where one is bought", () => {
    const blocks = { ...hosts, instanceType: BLOCK };
    expect(used([blocks], { purchase: { gpu: "capacity_block" } })).toEqual([{ id: BLOCK, checked: "2026-01-03", kind: "instance" }]);
    expect(used([blocks])).toEqual([{ id: BLOCK, checked: "2026-08-06", kind: "instance" }]);
  });
});

describe("how much of a change comes from declared prices", () => {
  const hosted = (usdPerHour: number) => {
    const prices = { gpu: [{ ...negotiated, id: "g6e.2xlarge", usd_per_hour: usdPerHour }] };
    const volume = { requests_per_month: 20_000_000, hourly_profile: "flat", peak_to_average: 1.5 };
    return documentOf(policy([workload({ volume, candidates: { open: ["qwen3-32b"] } })], { prices }));
  };
  const [model, gpu] = [findOpenModel(catalog, "qwen3-32b"), findGpu(catalog, "l40s")];
  if (model === undefined || gpu === undefined) throw new Error("the catalog has both");
  const fast = (["bf16", "fp8", "int4"] as const).map((precision): Calibration => {
    const configuration = { model, gpu, precision, tensorParallel: 1, kvPrecision: "bf16" as const, maxModelLen: 700 };
    return { configuration, ratios: { rate: 2, ttft: null, tpot: null }, file: "bench.json" };
  });

  it.each([
    ["as predicted", []],
    ["as measured by the base", fast],
  ])("is the price of the fleet %s", (_, calibrations) => {
    const { plan } = planOf(hosted(0.5), catalog, AS_OF, [], calibrations);
    const option = plan.workloads[0]?.option;
    expect(option?.instanceType).toBe("g6e.2xlarge");
    // Ten cents an hour more for each instance.
    const [finding] = priceShare(hosted(0.5), plan, hosted(0.6), catalog, AS_OF, calibrations);
    const more = usd((option?.instances ?? 0) * HOURS_PER_MONTH * 0.1);
    expect(finding?.text).toBe(`of the change, +${more} a month comes from the prices that the policy declares`);
  });

  it("of a faster fleet is less", () => {
    const instances = (calibrations: readonly Calibration[]) =>
      planOf(hosted(0.5), catalog, AS_OF, [], calibrations).plan.workloads[0]?.option?.instances ?? 0;
    expect(instances(fast)).toBeLessThan(instances([]));
  });
});

describe("what the report says about a price of the policy", () => {
  const cached = workload({ tokens: { input: 500, output: 200, cached_input_ratio: 0.5 }, candidates: { api: [MODEL] } });
  const about = (price: object) => {
    const { findings, catalog: used } = evaluated(policy([cached], { prices: { api: [price] } }), null, "2027-11-21");
    return { ids: findings.map(({ id }) => id), oldest: used.oldestPrice };
  };

  it("is neither the age nor the terms of the catalog's price that it replaces", () => {
    // The contract names no price for cached input, so those tokens are billed at its list price; the catalog's 0.075 does not count.
    expect(about(contract).ids).toContain("cached-price-unknown");
    expect(about(contract).ids).not.toContain("stale-price");
    expect(about(contract).oldest).toBeNull();
    expect(about({ ...contract, cached_input_usd_per_mtok: 0.05 }).ids).not.toContain("cached-price-unknown");
  });
});
