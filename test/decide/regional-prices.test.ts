import { describe, expect, it } from "vitest";
import { findApiModel, findRegion, pricedIn, regionalPrice } from "../../src/catalog/index.ts";
import { catalog, evaluated, only, type PolicyObject, policy, workload } from "./support.ts";

const NOVA = "amazon.nova-pro-v1:0";
const OPUS = "anthropic.claude-opus-5";

function decided(model: string, region: string, change: PolicyObject = {}) {
  const asked = workload({
    volume: { requests_per_month: 1_000_000, hourly_profile: "flat" },
    tokens: { input: 1000, output: 100, cached_input_ratio: 0.5 },
    candidates: { api: [model] },
  });
  const evaluation = evaluated(policy([asked], { region, ...change }));
  const one = only(evaluation);
  const usd = Object.fromEntries(one.costLines.map(({ id, monthlyUsd }) => [id, monthlyUsd]));
  return { one, usd, unproven: evaluation.findings.filter(({ id }) => id === "region-price-unproven") };
}

function never(): never {
  throw new Error("the catalog prices deepseek.v3.2 in other regions");
}

/** Bedrock asks other prices for some models in other parts of the world: up to 40 % more in the EU, a fifth more in GovCloud. */
describe("token prices of a region", () => {
  it("are what a policy there pays, by the tokens and from the source of that price", () => {
    // 500 million input tokens and as many cached, 100 million out.
    const expected = { "us-east-1": [400, 100, 320], "eu-central-1": [525, 131.25, 420], "us-gov-east-1": [480, 120, 384] };
    for (const [region, [input, cached, output]] of Object.entries(expected)) {
      const { usd, unproven } = decided(NOVA, region);
      expect(usd, region).toMatchObject({
        "input-tokens": expect.closeTo(input ?? 0, 6),
        "cached-input-tokens": expect.closeTo(cached ?? 0, 6),
        "output-tokens": expect.closeTo(output ?? 0, 6),
      });
      expect(unproven, region).toEqual([]);
    }
  });

  it("of one region come before those of its place, and a region that nobody knows a price of is warned of", () => {
    const deepseek = (region: string) => decided("deepseek.v3.2", region);
    expect(deepseek("eu-north-1").usd["input-tokens"]).toBeCloseTo(1000 * 0.74, 6);
    expect(deepseek("ca-central-1").usd["input-tokens"]).toBeCloseTo(1000 * 0.62, 6);
    expect(deepseek("ca-central-1").unproven[0]?.text).toContain("check that ca-central-1 offers it, and for how much");
    expect([deepseek("eu-north-1").unproven, deepseek("us-west-2").unproven]).toEqual([[], []]);
    const row = { ...(findApiModel(catalog, "deepseek.v3.2")?.prices.at(-1) ?? never()) };
    const [near] = row.regional ?? [];
    const both = { ...row, regional: [{ ...(near ?? never()), regions: ["eu"], inputUsdPerMTok: 9 }, ...(row.regional ?? [])] };
    const at = (id: string) => regionalPrice(both, findRegion(catalog, id) ?? never())?.inputUsdPerMTok;
    expect([at("eu-north-1"), at("eu-central-1"), at("us-east-1")]).toEqual([0.74, 9, undefined]);
  });

  it("give way to a price of the policy's own", () => {
    const own = {
      id: NOVA,
      effective_from: "2026-01-01",
      input_usd_per_mtok: 1,
      output_usd_per_mtok: 1,
      source: "contract",
      checked: "2026-11-01",
    };
    const { usd } = decided(NOVA, "eu-central-1", { prices: { api: [own] } });
    expect(usd["input-tokens"]).toBeCloseTo(1000, 6);
  });

  it("hold for Claude in GovCloud, where a policy that names it calls it by a name of its own", () => {
    const { one, usd } = decided(`us-gov.${OPUS}`, "us-gov-west-1");
    expect(one.option?.model).toBe(`us-gov.${OPUS}`);
    expect(usd["output-tokens"]).toBeCloseTo(100 * 30, 6);
    expect(decided(`jp.${OPUS}`, "ap-northeast-1", { compliance: { data_residency: ["jp"] } }).one.option?.model).toBe(`jp.${OPUS}`);
    const elsewhere = decided(`us-gov.${OPUS}`, "us-east-1");
    expect(elsewhere.one.option?.model).toBe(`us.${OPUS}`);
    expect(elsewhere.usd["output-tokens"]).toBeCloseTo(100 * 27.5, 6);
  });

  it("of the profile of one's own part of the world are a tenth above the worldwide one's", () => {
    const world = decided("global.amazon.nova-2-lite-v1:0", "eu-central-1");
    expect(world.usd["output-tokens"]).toBeCloseTo(250, 6);
    const nova = (region: string) => decided("amazon.nova-2-lite-v1:0", region).usd["output-tokens"];
    expect([nova("us-east-1"), nova("eu-central-1"), nova("ap-northeast-1")]).toEqual(
      [275, 359.7, 331.1].map((usd) => expect.closeTo(usd, 6)),
    );
  });

  it("of long prompts are as many times the region's as they are of the row's", () => {
    const model = findApiModel(catalog, "us.anthropic.claude-haiku-5-5");
    const row = model && pricedIn(model, findRegion(catalog, "us-gov-west-1")).prices.at(-1);
    expect(row).toMatchObject({ inputUsdPerMTok: 0.12, cachedInputUsdPerMTok: 0.012 });
    const [tier] = row?.tiers ?? [];
    // Five times the price above 100,000 tokens, there as elsewhere.
    expect([tier?.inputUsdPerMTok, tier?.outputUsdPerMTok, tier?.cachedInputUsdPerMTok]).toEqual(
      [0.6, 3, 0.06].map((usd) => expect.closeTo(usd, 9)),
    );
  });

  it("name regions and places that the catalog knows, each once", () => {
    const places = new Set(catalog.regions.flatMap(({ id, residency }) => [id, residency, "us-gov"]));
    for (const { id, prices } of catalog.apiModels)
      for (const row of prices) {
        const named = (row.regional ?? []).flatMap(({ regions }) => regions);
        expect(new Set(named).size, id).toBe(named.length);
        for (const name of named) if (name !== "ap-southeast-3") expect(places, `${id}: ${name}`).toContain(name);
      }
    expect(catalog.regions.some((region) => findApiModel(catalog, NOVA)?.prices.some((row) => regionalPrice(row, region)))).toBe(true);
  });
});
