import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shortened } from "../shortened.ts";
import { evaluated, type PolicyObject, policy, sumOf, workload } from "./support.ts";

const OPEN = ["qwen3-32b", "gpt-oss-20b", "llama-3.1-8b-instruct"];
const API = ["gpt-5.4-mini", "gpt-5.4-nano", "claude-haiku-4-5"];

const arbitraryWorkload = fc.record({
  requests: fc.integer({ min: 1_000, max: 200_000_000 }),
  input: fc.integer({ min: 50, max: 6_000 }),
  output: fc.integer({ min: 1, max: 1_200 }),
  profile: fc.constantFrom("flat", "business_hours", "consumer", "global"),
  leaves: fc.boolean(),
  open: fc.subarray(OPEN, { minLength: 1 }),
  api: fc.subarray(API, { minLength: 1 }),
});

type Small = typeof arbitraryWorkload extends fc.Arbitrary<infer Value> ? Value : never;

function toPolicy(list: readonly Small[]): PolicyObject {
  return policy(
    list.map((small, index) =>
      workload({
        name: `w${index}`,
        volume: { requests_per_month: small.requests, hourly_profile: small.profile },
        tokens: { input: small.input, output: small.output, cached_input_ratio: 0 },
        candidates: { api: small.api, open: small.open },
        compliance: { data_may_leave: small.leaves },
      }),
    ),
    { team: { ml_ops: "dedicated" } },
  );
}

describe("the joint search", () => {
  it("keeps what runs today unless leaving it saves a tenth of the workload's bill", () => {
    const between = (usdPerMTok: number) => {
      const price = {
        id: "claude-haiku-4-5",
        effective_from: "2026-01-01",
        input_usd_per_mtok: usdPerMTok,
        output_usd_per_mtok: usdPerMTok,
        source: "contract",
        checked: "2026-11-01",
      };
      const other = { ...price, id: "gpt-5.4-mini", input_usd_per_mtok: 1, output_usd_per_mtok: 1 };
      const today = workload({
        volume: { requests_per_month: 100_000_000, hourly_profile: "flat" },
        candidates: { api: ["gpt-5.4-mini", "claude-haiku-4-5"] },
        current: { path: "api", model: "claude-haiku-4-5" },
      });
      return evaluated(policy([today], { prices: { api: [price, other] } })).decision.workloads[0]?.option?.model;
    };

    expect(between(1.05)).toBe("claude-haiku-4-5");
    expect(between(1.5)).toBe("gpt-5.4-mini");
  });

  it("gives ties within two per cent to the API", () => {
    const value = policy([workload()]);
    const { decision } = evaluated(value);
    const own = decision.paths.find(({ path }) => path === "self-host")?.monthlyCostUsd?.expected ?? 0;
    const api = decision.paths.find(({ path }) => path === "api")?.monthlyCostUsd?.expected ?? 0;
    const tokens = (decision.workloads[0]?.costLines ?? [])
      .filter(({ id }) => id.endsWith("-tokens"))
      .reduce((sum, line) => sum + (line.monthlyUsd ?? 0), 0);
    // A price factor at which the API costs `above` times the servers.
    const factor = (above: number) => (own * above - (api - tokens)) / tokens;
    const at = (above: number) => {
      const price = {
        id: "gpt-5.4-mini",
        effective_from: "2026-01-01",
        input_usd_per_mtok: 0.75 * factor(above),
        output_usd_per_mtok: 4.5 * factor(above),
        source: "contract",
        checked: "2026-11-01",
      };
      return evaluated({ ...value, prices: { api: [price] } }).decision.path;
    };

    expect(at(1.019)).toBe("api");
    expect(at(1.021)).toBe("self-host");
  });
});

describe("laws of the decision", () => {
  const shape = (value: PolicyObject) => {
    const { decision } = evaluated(value);
    return {
      path: decision.path,
      usd: decision.monthlyCostUsd?.expected.toFixed(6),
      workloads: [...decision.workloads].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, option }) => [name, option?.id]),
    };
  };

  it("does not depend on the order of workloads or of keys", () => {
    fc.assert(
      fc.property(fc.array(arbitraryWorkload, { minLength: 2, maxLength: 3 }), (list) => {
        const straight = toPolicy(list);
        const turned = { ...straight, workloads: [...(straight.workloads as PolicyObject[])].reverse() };
        const mirrored = Object.fromEntries(Object.entries(straight).reverse());

        expect(shape(turned)).toEqual(shape(straight));
        expect(shape(mirrored)).toEqual(shape(straight));
      }),
      { numRuns: shortened(12, 2, "orders of a policy"), seed: 7 },
    );
  });

  it("gives the same bytes for the same input", () => {
    const value = toPolicy([{ requests: 5_000_000, input: 900, output: 300, profile: "consumer", leaves: true, open: OPEN, api: API }]);
    expect(JSON.stringify(evaluated(value))).toBe(JSON.stringify(evaluated(value)));
  });

  it("never makes an option feasible by asking for more", () => {
    const needs: readonly PolicyObject[] = [
      { compliance: { regimes: ["hipaa"] } },
      { compliance: { zero_retention: true } },
      { needs: { features: ["vision"] } },
      { needs: { customization: "merge" } },
    ];
    const count = (change: PolicyObject) =>
      evaluated(policy([workload({ candidates: undefined, ...change })])).decision.workloads[0]?.considered.feasible ?? 0;
    for (const need of needs) expect(count(need)).toBeLessThanOrEqual(count({}));
  });

  it("charges more for more volume, on either path", () => {
    const cost = (requests: number, candidates: PolicyObject) =>
      evaluated(policy([workload({ volume: { requests_per_month: requests, hourly_profile: "flat", peak_to_average: 1.5 }, candidates })]))
        .decision.monthlyCostUsd?.expected ?? 0;
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 50_000_000 }), fc.integer({ min: 1, max: 50_000_000 }), (small, more) => {
        for (const candidates of [{ api: ["gpt-5.4-mini"] }, { open: ["qwen3-32b"] }])
          expect(cost(small + more, candidates)).toBeGreaterThanOrEqual(cost(small, candidates));
      }),
      { numRuns: 20, seed: 3 },
    );
  });

  it("splits shared costs so that the workloads add up to the total, in the middle and in the lines", () => {
    fc.assert(
      fc.property(fc.array(arbitraryWorkload, { minLength: 1, maxLength: 3 }), (list) => {
        const { decision } = evaluated(toPolicy(list));
        const total = decision.monthlyCostUsd?.expected ?? 0;

        expect(decision.workloads.reduce((sum, entry) => sum + (entry.monthlyCostUsd?.expected ?? 0), 0)).toBeCloseTo(total, 4);
        expect(decision.workloads.reduce((sum, entry) => sum + sumOf(entry), 0)).toBeCloseTo(total, 4);
        expect(decision.monthlyCostUsd?.p10).toBeLessThanOrEqual(total + 1e-9);
        expect(decision.monthlyCostUsd?.p90).toBeGreaterThanOrEqual(total - 1e-9);
      }),
      { numRuns: shortened(15, 5, "bills of random policies"), seed: 11 },
    );
  });
});

describe("what would change it", () => {
  const value = (requests: number) =>
    policy(
      [
        workload({
          volume: { requests_per_month: requests, hourly_profile: "flat", peak_to_average: 1.5 },
          candidates: { api: ["claude-haiku-4-5"], open: ["qwen3-32b"] },
        }),
      ],
      { team: { ml_ops: "dedicated" } },
    );

  it("reports the break-even volume at which the costs of the two sides really cross", () => {
    const requests = evaluated(value(100_000)).decision.workloads[0]?.breakEven?.requestsPerMonth ?? 0;
    const advantage = (volume: number) => {
      const usd = (path: string) =>
        evaluated(value(volume)).decision.paths.find((row) => row.path === path)?.monthlyCostUsd?.expected ?? Number.NaN;
      return usd("api") - usd("self-host");
    };

    expect(evaluated(value(100_000)).decision.path).toBe("api");
    expect(requests).toBeGreaterThan(100_000);
    expect(advantage(requests * 0.9999)).toBeLessThan(0);
    expect(advantage(requests * 1.0001)).toBeGreaterThan(0);
  });

  it("flips at each reported tipping point and not before it", () => {
    const base = value(3_000_000);
    const { decision } = evaluated(base);
    const points = decision.workloads[0]?.tippingPoints ?? [];

    expect(points.length).toBeGreaterThan(1);
    for (const point of points.filter(({ parameter }) => parameter === "hourly_rate_usd")) {
      const at = (rate: number) => evaluated({ ...base, team: { ml_ops: "dedicated", hourly_rate_usd: rate } }).decision.path;
      const step = point.to > point.from ? 1.03 : 0.97;
      expect(at(point.to * step)).toBe(point.flipsTo);
      expect(at(point.to / step)).toBe(decision.path);
    }
    for (const point of points.filter(({ parameter }) => parameter === "gpu_price")) {
      const at = (factor: number) => evaluated({ ...base, purchase: { gpu_discount_ratio: 1 - factor } }).decision.path;
      if (point.to < 1) {
        expect(at(point.to * 0.95)).toBe(point.flipsTo);
        expect(at(Math.min(1, point.to * 1.03))).toBe(decision.path);
      }
    }
  });
});
