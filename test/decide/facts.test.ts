import { describe, expect, it } from "vitest";
import { factsOf, type WorkloadFacts } from "../../src/decide/facts.ts";
import { growthFactors, uncertainInputs } from "../../src/decide/inputs.ts";
import { documentOf, type PolicyObject } from "./support.ts";

const VOLUME = { requests_per_month: 1_000_000 };
const TOKENS = { input: 1000, output: 500 };

function facts(workload: PolicyObject = {}, change: PolicyObject = {}) {
  return factsOf(documentOf({ version: 1, workloads: [{ name: "chat", volume: VOLUME, tokens: TOKENS, ...workload }], ...change }));
}

function only(workload: PolicyObject = {}, change: PolicyObject = {}): WorkloadFacts {
  const [one] = facts(workload, change).workloads;
  if (one === undefined) throw new Error("the policy has one workload");
  return one;
}

const assumed = (workload: PolicyObject = {}, change: PolicyObject = {}) =>
  Object.fromEntries(facts(workload, change).assumptions.map(({ key, value }) => [key, value]));

describe("a policy that says next to nothing", () => {
  it("is read with the documented defaults, each an assumption of its own", () => {
    expect(facts()).toMatchObject({
      name: "policy",
      region: "us-east-1",
      horizonMonths: 12,
      stage: "production",
      mlOps: "none",
      hourlyRateUsd: 95,
      readyInWeeks: null,
      purchase: { gpu: "on_demand", gpuDiscountRatio: 0, apiDiscountRatio: 0, owned: [], gpuSchedule: "always" },
      preferences: null,
      deploy: { gateway: null, vpcSubnets: null, hasDomain: false, warmInstances: 0 },
    });
    expect(assumed()).toEqual({
      region: "us-east-1",
      horizon_months: "12",
      stage: "production",
      "team.ml_ops": "none",
      "team.hourly_rate_usd": "95",
      "chat: volume.hourly_profile": "global",
      "chat: volume.peak_to_average": "2.5",
      "chat: tokens.cached_input_ratio": "0",
      "chat: needs.min_benchmarks": "mmlu_pro 45 or mmlu 70 or gpqa_diamond 30 or swe_bench_verified 20 or swe_bench_pro 5",
      "compliance.data_may_leave": "true",
    });
    expect(facts().assumptions.every(({ source }) => source !== "")).toBe(true);
  });

  it("leaves a workload without a need", () => {
    expect(only()).toMatchObject({
      name: "chat",
      pointer: "workloads[0]",
      dataClasses: [],
      growthRatioPerMonth: 0,
      tokenGrowthRatioPerMonth: 0,
      batchRatio: 0,
      ttftMsP95: null,
      tpotMsP95: null,
      contextWindowTokens: 4096,
      contextWindowDeclared: false,
      features: [],
      minBenchmarks: {},
      customization: "none",
      fineTuning: null,
      openness: null,
      availabilityRatio: null,
      current: null,
      candidates: null,
    });
  });
});

describe("what a policy says", () => {
  it("is no assumption", () => {
    const workload = {
      volume: { ...VOLUME, hourly_profile: "flat", peak_to_average: 1.5 },
      tokens: { ...TOKENS, cached_input_ratio: 0.4 },
      needs: { min_benchmarks: { mmlu: 80 } },
    };
    const change = {
      region: "eu-central-1",
      horizon_months: 6,
      stage: "prototype",
      team: { ml_ops: "dedicated", hourly_rate_usd: 120 },
      compliance: { data_may_leave: false },
    };
    expect(assumed(workload, change)).toEqual({});
    expect(facts(workload, change)).toMatchObject({
      region: "eu-central-1",
      horizonMonths: 6,
      stage: "prototype",
      mlOps: "dedicated",
      hourlyRateUsd: 120,
    });
    expect(only(workload)).toMatchObject({ cachedInputRatio: 0.4, peakToAverage: 1.5, presetFloor: null, minBenchmarks: { mmlu: 80 } });
    // Whether data may leave is declared where a single workload says it, and named candidates need no floor.
    expect(assumed({ compliance: { data_may_leave: false }, candidates: { api: ["gpt-5.4-mini"] } })).not.toHaveProperty(
      "compliance.data_may_leave",
    );
    expect(only({ candidates: { api: ["gpt-5.4-mini"] } }).presetFloor).toBeNull();
  });

  it("about one workload goes before what it says about all", () => {
    const compliance = only(
      { compliance: { zero_retention: false } },
      { compliance: { zero_retention: true, regimes: ["gdpr"] } },
    ).compliance;
    expect(compliance).toEqual({ zeroRetention: false, regimes: ["gdpr"] });
  });

  it("about a day is counted in months of 730 hours, ranges and all", () => {
    const range = { low: 2400, expected: 24_000, high: 48_000 };
    expect(only({ volume: { requests_per_day: range } }).requestsPerMonth).toEqual({ low: 73_000, expected: 730_000, high: 1_460_000 });
    expect(only().requestsPerMonth).toEqual({ low: 1_000_000, expected: 1_000_000, high: 1_000_000 });
  });

  it("about its kind of work brings the preset of that kind", () => {
    const values = assumed({ use_case: "customer_facing" });
    expect(values).toMatchObject({ "chat: volume.hourly_profile": "consumer", "chat: tokens.cached_input_ratio": "0.35" });
    expect(values["chat: needs.min_benchmarks"]).toMatch(/^mmlu_pro 65 or mmlu 82 or /);
    expect(only({ use_case: "code_generation" }).cachedInputRatio).toBe(0.8);
  });

  it("asks for a context window of twice its longest mean request, at least 4,096 tokens", () => {
    expect(
      only({ tokens: { input: { low: 1, expected: 1000, high: 3000 }, output: { low: 1, expected: 2, high: 500.2 } } }).contextWindowTokens,
    ).toBe(7001);
    expect(only({ tokens: { input: 2000, output: 48 } }).contextWindowTokens).toBe(4096);
    // In the last of twelve months where requests grow, in the first where they shrink.
    expect(only({ tokens: { input: 2000, output: 1000, growth_ratio_per_month: 0.1 } }).largestRequestTokens).toBeCloseTo(
      3000 * 1.1 ** 11,
      6,
    );
    expect(only({ tokens: { input: 2000, output: 1000, growth_ratio_per_month: 0.1 } }).contextWindowTokens).toBe(
      Math.ceil(6000 * 1.1 ** 11),
    );
    expect(only({ tokens: { input: 2000, output: 1000, growth_ratio_per_month: -0.1 } }).contextWindowTokens).toBe(6000);
    expect(only({ needs: { context_window_tokens: 2000 } })).toMatchObject({ contextWindowTokens: 2000, contextWindowDeclared: true });
  });

  it("of small services peaks higher: 2.5 below 5 requests a second in the busiest hour, 1.5 and 1.2 where busier ones peak no lower", () => {
    // A second each of 730 hours: 2,628,000 a month are one request a second, all hours alike.
    const peak = (perSecond: number) =>
      only({ volume: { requests_per_month: 2_628_000 * perSecond, hourly_profile: "flat" } }).peakToAverage;
    expect([4.99, 5, 10, 49.9, 50, 70].map(peak)).toEqual([2.5, 2.5, 1.5, 1.5, 1.5, 1.2]);
    // Just below 5 the worst minute is 12.5 requests/s: no busier service plans for less.
    expect(peak(6.25)).toBeCloseTo(2, 12);
  });

  it("about its own week is its own week", () => {
    const weights = Array.from({ length: 24 }, (_, hour) => (hour === 12 ? 2 : 1));
    const { week } = only({ volume: { ...VOLUME, hourly_profile: { weights, weekend_ratio: 0 } } });
    // Five weekdays of 25 in 168 hours: a mean of 125 / 168.
    expect(week[12]).toBeCloseTo((2 * 168) / 125, 9);
    expect(week[11]).toBeCloseTo(168 / 125, 9);
    expect(week[132]).toBe(0);
  });

  it("about its deployment counts as far as the bill depends on it", () => {
    const deploy = {
      vpc: { id: "vpc-1", private_subnet_ids: ["subnet-1", "subnet-2", "subnet-3"] },
      domain: "llm.example.com",
      warm_instances: 2,
    };
    expect(facts({}, { deploy: { ...deploy, gateway: "litellm" } }).deploy).toEqual({
      gateway: "litellm",
      vpcSubnets: 3,
      hasDomain: true,
      warmInstances: 2,
    });
  });
});

describe("what is uncertain about a policy", () => {
  const rangesOf = (workload: PolicyObject, usesApi = false) =>
    uncertainInputs(facts(workload), [], usesApi).map(({ id, range, declared, key }) => [id, range, declared, key]);

  it("is each declared range, growth, and the people of a side that is used", () => {
    const volume = { requests_per_month: { low: 1, expected: 2, high: 4 }, growth_ratio_per_month: 0.21 };
    const tokens = { input: { low: 100, expected: 200, high: 300 }, output: { low: 10, expected: 20, high: 40 } };
    expect(rangesOf({ volume, tokens }, true)).toEqual([
      // 1.21 to the power of 0.5, 1 and 1.5.
      [
        "growth/chat",
        { low: expect.closeTo(0.1, 12), expected: expect.closeTo(0.21, 12), high: expect.closeTo(0.331, 12) },
        false,
        "volume.growth_ratio_per_month",
      ],
      ["people/api", { low: 4, expected: 8.7, high: 13 }, false, "team.ml_ops"],
      ["requests/chat", { low: 1, expected: 2, high: 4 }, true, "volume"],
      ["tokens/chat", { low: 110, expected: 220, high: 340 }, true, "tokens"],
    ]);
    expect(rangesOf({}), "without ranges, growth and people").toEqual([]);
  });

  it("keeps its ends in order where requests shrink", () => {
    const range = growthFactors(only({ volume: { ...VOLUME, growth_ratio_per_month: -0.19 } }));
    expect(range).toEqual({ low: expect.closeTo(0.729, 12), expected: expect.closeTo(0.81, 12), high: expect.closeTo(0.9, 12) });
  });
});
