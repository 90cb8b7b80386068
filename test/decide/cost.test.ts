import { describe, expect, it } from "vitest";
import { HOURLY_PROFILES, HOURS_PER_MONTH } from "../../src/decide/defaults.ts";
import { growthAt, monthDate, monthsUntil, perMonth, weekOf } from "../../src/decide/traffic.ts";
import { evaluated, only, type PolicyObject, policy, sumOf, workload } from "./support.ts";

describe("token bills", () => {
  it("prices the framework's million requests at exactly 195.00 dollars of tokens", () => {
    const decision = only(evaluated(policy([workload({ candidates: { api: ["gpt-4o-mini"], open: ["llama-3.3-70b-instruct"] } })])));

    expect(sumOf(decision, "input-tokens")).toBeCloseTo(75, 6);
    expect(sumOf(decision, "output-tokens")).toBeCloseTo(120, 6);
    expect(decision.path).toBe("api");
  });

  it("prices 100,000 requests a day for a month of 730 hours, not of 30 days", () => {
    const daily = workload({
      volume: { requests_per_day: 100_000, hourly_profile: "flat" },
      tokens: { input: 1000, output: 500, cached_input_ratio: 0 },
      candidates: { api: ["gpt-4.1-mini"] },
    });

    expect(sumOf(only(evaluated(policy([daily]))), "input-tokens", "output-tokens")).toBeCloseTo((3600 / 30) * (730 / 24), 6);
  });

  it("bills cached and batch tokens at their own prices", () => {
    const shaped = workload({
      tokens: { input: 1000, output: 100, cached_input_ratio: 0.5, batch_ratio: 0.2 },
      candidates: { api: ["gpt-5.4-mini"] },
    });
    const decision = only(evaluated(policy([shaped])));

    // 1,000,000 requests; gpt-5.4-mini: 0.75 in, 0.075 cached, 4.50 out, batch 0.375, cached 0.0375, and 2.25 USD per MTok.
    expect(sumOf(decision, "input-tokens")).toBeCloseTo(0.8 * 500 * 0.75, 6);
    expect(sumOf(decision, "cached-input-tokens")).toBeCloseTo(0.8 * 500 * 0.075, 6);
    expect(sumOf(decision, "output-tokens")).toBeCloseTo(0.8 * 100 * 4.5, 6);
    expect(sumOf(decision, "batch-input-tokens")).toBeCloseTo(0.2 * 500 * 0.375, 6);
    expect(sumOf(decision, "batch-cached-input-tokens")).toBeCloseTo(0.2 * 500 * 0.0375, 6);
    expect(sumOf(decision, "batch-output-tokens")).toBeCloseTo(0.2 * 100 * 2.25, 6);
  });

  it("says when a cached or batch price is not known, and bills those tokens at the list price", () => {
    const shaped = workload({
      tokens: { input: 1000, output: 0, cached_input_ratio: 0.5, batch_ratio: 0.5 },
      candidates: { api: ["command-a-03-2025"] },
    });
    const evaluation = evaluated(policy([shaped]));

    expect(evaluation.findings.map(({ id }) => id)).toEqual(expect.arrayContaining(["cached-price-unknown", "batch-price-unknown"]));
    expect(sumOf(only(evaluation), "input-tokens", "batch-input-tokens")).toBeCloseTo(1000 * 2.5, 6);
  });

  it("prices each month of the horizon at its own date", () => {
    const promo = workload({ tokens: { input: 1000, output: 0, cached_input_ratio: 0 }, candidates: { api: ["gemini-3.8-flash"] } });
    const { decision } = evaluated(policy([promo], { horizon_months: 12 }));

    // 0.75 USD per MTok in November and December 2026, 1.50 from January 2027 on.
    expect(sumOf(decision.workloads[0] ?? fail(), "input-tokens")).toBeCloseTo((2 * 750 + 10 * 1500) / 12, 6);
    expect((decision.lastMonthUsd ?? 0) - (decision.firstMonthUsd ?? 0)).toBeCloseTo(750, 6);
  });

  it("averages growth over the horizon", () => {
    const growing = workload({
      volume: { requests_per_month: 1_000_000, growth_ratio_per_month: 0.1, hourly_profile: "flat" },
      candidates: { api: ["gpt-5.4-mini"] },
    });
    const factor = Array.from({ length: 6 }, (_, month) => 1.1 ** month).reduce((sum, value) => sum + value, 0) / 6;

    expect(sumOf(only(evaluated(policy([growing], { horizon_months: 6 }))), "input-tokens")).toBeCloseTo(500 * 0.75 * factor, 6);
  });

  it("takes the policy's own price before the catalog's, and the declared discount off both", () => {
    const price = {
      id: "gpt-5.4-mini",
      effective_from: "2026-01-01",
      input_usd_per_mtok: 0.5,
      output_usd_per_mtok: 3,
      source: "contract",
      checked: "2026-11-01",
    };
    const own = policy([workload({ candidates: { api: ["gpt-5.4-mini"] } })], {
      prices: { api: [price] },
      purchase: { api_discount_ratio: 0.1 },
    });
    const decision = only(evaluated(own));

    expect(sumOf(decision, "input-tokens")).toBeCloseTo(500 * 0.5 * 0.9, 6);
    expect(decision.costLines.find((line) => line.id === "input-tokens")?.source).toContain("policy: contract");
  });

  it("of a server that holds from a later day on is not counted before it, and the reader is told", () => {
    const row = (usd_per_hour: number, effective_from: string) => ({
      id: "g6e.xlarge",
      region: "us-east-1",
      usd_per_hour,
      effective_from,
      source: "offer",
      checked: "2026-11-01",
    });
    const at = (...gpu: readonly object[]) => evaluated(policy([workload({ candidates: { open: ["qwen3-32b"] } })], { prices: { gpu } }));
    const [now, both] = [at(row(1.2, "2026-01-01")), at(row(1.2, "2026-01-01"), row(0.2, "2027-03-01"))];
    expect(both.decision.monthlyCostUsd).toEqual(now.decision.monthlyCostUsd);
    expect(now.findings.map(({ id }) => id)).not.toContain("gpu-price-later");
    expect(both.findings).toContainEqual(
      expect.objectContaining({
        id: "gpu-price-later",
        text: "the price of g6e.xlarge from 2027-03-01 on is not counted before that day: servers have one price over the horizon",
      }),
    );
  });

  it("says a discount in the digits that were declared: 29 %, not 28.999999999999996 %", () => {
    const sourceOf = (value: PolicyObject, id: string) => only(evaluated(value)).costLines.find((line) => line.id === id)?.source;
    const api = policy([workload({ candidates: { api: ["gpt-5.4-mini"] } })], { purchase: { api_discount_ratio: 0.29 } });
    expect(sourceOf(api, "input-tokens")).toMatch(/; less the declared discount of 29 %$/);
    const own = policy([workload({ candidates: { open: ["qwen3-32b"] } })], { purchase: { gpu_discount_ratio: 0.57 } });
    expect(sourceOf(own, "gpu-instances")).toMatch(/; less the declared discount of 57 %/);
  });
});

describe("fleets", () => {
  const own = (change: object = {}) => policy([workload({ candidates: { open: ["qwen3-32b"] }, ...change })]);

  it("bills every provisioned hour of whole instances", () => {
    const line = only(evaluated(own())).costLines.find((entry) => entry.id === "gpu-instances");

    expect((line?.quantity ?? 0) % HOURS_PER_MONTH).toBeCloseTo(0, 6);
    expect(line?.monthlyUsd).toBeCloseTo((line?.quantity ?? 0) * (line?.unitPriceUsd ?? 0), 6);
  });

  it("prices the first and the last month of a growing fleet as those months alone would cost", () => {
    const volume = { requests_per_month: 20_000_000, hourly_profile: "flat", peak_to_average: 1.5 };
    const growing = own({ volume: { ...volume, growth_ratio_per_month: 0.3 } });
    const { decision } = evaluated({ ...growing, horizon_months: 6, purchase: { gpu: "spot", gpu_discount_ratio: 0.6 } });
    const fleet = decision.fleets[0];
    const lines = decision.workloads[0]?.costLines ?? [];
    const mean = (lines.find(({ id }) => id === "gpu-instances")?.quantity ?? 0) / HOURS_PER_MONTH;
    const perInstance = ["gpu-instances", "disks", "disk-throughput", "logs", "instance-metrics"];
    const usdPerInstance = lines.filter(({ id }) => perInstance.includes(id)).reduce((sum, line) => sum + (line.monthlyUsd ?? 0), 0) / mean;

    expect(fleet?.instances.last).toBeGreaterThan(fleet?.instances.first ?? 0);
    const steps = (fleet?.instances.last ?? 0) - (fleet?.instances.first ?? 0);
    expect((decision.lastMonthUsd ?? 0) - (decision.firstMonthUsd ?? 0)).toBeCloseTo(steps * usdPerInstance, 6);
  });

  it("prices the instance that a spot fleet of a production stack keeps on demand", () => {
    const spot = (stage: string) => only(evaluated({ ...own(), stage, purchase: { gpu: "spot", gpu_discount_ratio: 0.6 } }));
    const line = (stage: string) => spot(stage).costLines.find(({ id }) => id === "on-demand-base");

    const listed = (spot("production").costLines.find(({ id }) => id === "gpu-instances")?.unitPriceUsd ?? 0) / 0.4;
    expect(line("production")?.monthlyUsd).toBeCloseTo(0.6 * listed * HOURS_PER_MONTH, 6);
    expect(line("prototype")).toBeUndefined();
  });

  it("adds a spare instance from 99.9 % availability on, except for prototypes", () => {
    const count = (value: object) => evaluated(value as Record<string, unknown>).decision.fleets[0]?.instances.first ?? 0;
    const promised = { needs: { availability_ratio: 0.999 } };

    expect(count(own(promised))).toBeGreaterThanOrEqual(2);
    expect(count({ ...own(promised), stage: "prototype" })).toBeLessThan(count(own(promised)));
    expect(count(own({ needs: { availability_ratio: 0.99 } }))).toBe(count(own()));
  });

  it("never uses more of a replica than the target at the busiest minute", () => {
    const { decision } = evaluated(
      own({ volume: { requests_per_month: 40_000_000, hourly_profile: "business_hours", peak_to_average: 1.5 } }),
    );

    for (const fleet of decision.fleets) expect(fleet.utilisationRatio.peak).toBeLessThanOrEqual(0.7 + 1e-9);
    expect(decision.fleets[0]?.instances.first).toBeGreaterThan(1);
  });

  it("shares one fleet between workloads on the same model", () => {
    const second = workload({ name: "second", candidates: { open: ["qwen3-32b"] } });
    const { decision } = evaluated(policy([workload({ candidates: { open: ["qwen3-32b"] } }), second]));

    expect(decision.fleets).toHaveLength(1);
    expect(decision.fleets[0]?.workloads).toEqual(["requests", "second"]);
    expect(decision.workloads.reduce((sum, entry) => sum + sumOf(entry), 0)).toBeCloseTo(decision.monthlyCostUsd?.expected ?? 0, 6);
  });

  it("never prices an instance type that has no price in the region", () => {
    const { decision } = evaluated({ ...own(), region: "eu-west-1" });

    // p5 and g6 are not sold on demand in eu-west-1.
    expect(decision.fleets.map((fleet) => fleet.instanceType).filter((type) => /^(p5|g6|g7)/.test(type))).toEqual([]);
  });

  it("charges people on both sides, and never nothing", () => {
    expect(sumOf(only(evaluated(own())), "people-self-host")).toBeCloseTo(87 * 95, 6);
    expect(sumOf(only(evaluated(policy([workload({ candidates: { api: ["gpt-5.4-mini"] } })]))), "people-api")).toBeCloseTo(8.7 * 95, 6);
  });
});

describe("traffic", () => {
  it("keeps the mean of every weekly profile at 1", () => {
    for (const profile of Object.values(HOURLY_PROFILES)) {
      const week = weekOf(profile);
      expect(week).toHaveLength(168);
      expect(week.reduce((sum, value) => sum + value, 0) / 168).toBeCloseTo(1, 12);
    }
  });

  it("knows months, growth and the month in which a volume is reached", () => {
    expect(perMonth(100_000)).toBeCloseTo(3_041_666.67, 2);
    expect(growthAt(0.05, 12)).toBeCloseTo(1.7959, 4);
    expect(monthDate("2026-11-21", 0)).toBe("2026-11-21");
    expect(monthDate("2026-11-21", 2)).toBe("2027-01-01");
    expect(monthDate("2026-11-21", 14)).toBe("2028-01-01");
    expect(monthsUntil(1, 2, 0.1)).toBe(8);
    expect(monthsUntil(1, 2, 0)).toBeNull();
    expect(monthsUntil(3, 2, 0)).toBe(0);
  });
});

function fail(): never {
  throw new Error("missing");
}
