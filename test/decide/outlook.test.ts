import { describe, expect, it } from "vitest";
import { costCurves } from "../../src/decide/curve.ts";
import { decide } from "../../src/decide/decide.ts";
import { outlookOf } from "../../src/decide/outlook.ts";
import { AS_OF, catalog, documentOf, type PolicyObject, policy, workload } from "./support.ts";

const VOLUME = { requests_per_month: 1_000_000, hourly_profile: "flat", peak_to_average: 1.5 };
const bought = (change: PolicyObject = {}) => workload({ candidates: { api: ["gpt-5.4-mini"] }, ...change });
const hosted = (change: PolicyObject = {}) => workload({ candidates: { open: ["qwen3-32b"] }, ...change });

function pictured(value: PolicyObject) {
  const trace = decide(documentOf(value), catalog, AS_OF, []);
  return { trace, decision: trace.decision, outlook: outlookOf(trace, AS_OF) };
}

/** Tokens of 1,000,000 requests of 500 / 200 tokens on gpt-5.4-mini: 375 + 900 dollars. */
const TOKENS_USD = 1275;

describe("the months of a plan", () => {
  it("are the average month with that month's tokens in place of the average", () => {
    const { decision, outlook } = pictured(policy([bought({ volume: { ...VOLUME, growth_ratio_per_month: 0.1 } })], { horizon_months: 3 }));
    const mean = (TOKENS_USD * (1 + 1.1 + 1.21)) / 3;
    const fixed = (decision.monthlyCostUsd?.expected ?? 0) - mean;

    expect(outlook.months.map(({ month }) => month)).toEqual(["2026-11", "2026-12", "2027-01"]);
    for (const [index, { usd }] of outlook.months.entries())
      expect(usd).toEqual({ api: expect.closeTo(fixed + TOKENS_USD * 1.1 ** index, 6) });
    expect(outlook.flip).toBeNull();
    expect(outlook.days).toEqual([]);
  });

  it("name the first one in which another path costs less", () => {
    // Tokens grow by 30 % a month, servers by whole instances.
    const rising = workload({
      volume: { ...VOLUME, requests_per_month: 5_000_000, growth_ratio_per_month: 0.3 },
      candidates: { api: ["gpt-5.4-mini"], open: ["qwen3-32b"] },
    });
    const { outlook } = pictured(policy([rising], { team: { ml_ops: "dedicated" } }));
    const least = outlook.months.map(({ month, usd }) => ({ month, path: (usd.api ?? 0) < (usd["self-host"] ?? 0) ? "api" : "self-host" }));
    const [first] = least;
    const flipped = least.find(({ path }) => path !== first?.path);

    expect(first?.path).toBe("api");
    expect(outlook.flip).toEqual({ month: flipped?.month, to: "self-host" });
  });
});

describe("the bill of a path", () => {
  it("adds up equal lines of several workloads, and names what it buys", () => {
    const { decision, outlook } = pictured(policy([bought({ name: "one" }), bought({ name: "two" })]));
    const [bill, ...others] = outlook.paths;

    expect(others).toEqual([]);
    expect(bill).toMatchObject({ path: "api", models: "gpt-5.4-mini", apiModels: ["gpt-5.4-mini", "gpt-5.4-mini"], instances: [] });
    expect(bill?.monthlyUsd).toBeCloseTo(decision.monthlyCostUsd?.expected ?? 0, 6);
    const ids = bill?.lines.map(({ id }) => id) ?? [];
    expect(new Set(ids).size).toBe(ids.length);
    // Twice 500 million tokens, and the shares of the people make one whole.
    expect(bill?.lines.find(({ id }) => id === "input-tokens")).toMatchObject({
      quantity: expect.closeTo(1000, 6),
      monthlyUsd: expect.closeTo(750, 6),
    });
    expect(bill?.lines.find(({ id }) => id === "people-api")?.quantity).toBeCloseTo(8.7, 9);
    expect(bill?.lines.reduce((sum, line) => sum + (line.monthlyUsd ?? 0), 0)).toBeCloseTo(bill?.monthlyUsd ?? 0, 6);
  });
});

describe("cost against volume", () => {
  const range = { low: 800_000, expected: 1_000_000, high: 1_200_000 };
  const curved = () => {
    const { decision, outlook, trace } = pictured(policy([bought({ volume: { ...VOLUME, requests_per_month: range } })]));
    return { decision, trace, curve: outlook.volumes[0] };
  };

  it("goes from a thirtieth to thirty times the volume in even steps, through the decision's own cost", () => {
    const { decision, curve } = curved();
    const requests = curve?.points.map(({ requestsPerMonth }) => requestsPerMonth) ?? [];
    // One and a half decades of fourteen points on either side of today's.
    expect(requests).toHaveLength(43);
    expect(requests[0]).toBeCloseTo(1_000_000 / 10 ** 1.5, 3);
    expect(requests[42]).toBeCloseTo(1_000_000 * 10 ** 1.5, 3);
    expect(requests[22]).toBeCloseTo(1_000_000 * 10 ** (1 / 14), 3);
    expect(curve).toMatchObject({ workload: "requests", requestsPerMonth: 1_000_000, crossings: [] });
    expect(curve?.points[21]?.api?.expected).toBeCloseTo(decision.monthlyCostUsd?.expected ?? 0, 6);
    expect(curve?.points.every(({ selfHost }) => selfHost === null)).toBe(true);
  });

  it("has a band of the single errors, added up as independent ones", () => {
    const { curve } = curved();
    // Volume: a fifth of 1,275 dollars either way. People: 4, 8.7 and 13 hours at 95 dollars.
    const band = curve?.points[21]?.api;
    const [low, high] = [Math.hypot(255, 4.7 * 95), Math.hypot(255, 4.3 * 95)];
    expect(band?.p10).toBeCloseTo((band?.expected ?? 0) - low, 6);
    expect(band?.p90).toBeCloseTo((band?.expected ?? 0) + high, 6);
  });

  it("crosses where the decision has its break-evens, at what both sides cost there", () => {
    const both = workload({ volume: { ...VOLUME, requests_per_month: 15_000_000 } });
    const { decision, outlook } = pictured(policy([both], { team: { ml_ops: "dedicated" } }));
    const [curve] = outlook.volumes;
    const told = decision.workloads[0]?.breakEvens[0]?.crossings ?? [];

    // Whole servers make more than one: servers cost less above the first, the API again above the second.
    expect(told.length).toBeGreaterThan(0);
    expect(curve?.crossings.map(({ to }) => to)).toEqual(told.map(({ above }) => above));
    // The API's bill is 0.001275 dollars a request, and what the policy pays around it: both sides cost the same there.
    const around = (decision.paths.find(({ path }) => path === "api")?.monthlyCostUsd?.expected ?? 0) - 15 * TOKENS_USD;
    for (const [index, { requestsPerMonth, monthlyUsd }] of (curve?.crossings ?? []).entries()) {
      expect(requestsPerMonth / (told[index]?.requestsPerMonth ?? 0)).toBeCloseTo(1, 6);
      expect(monthlyUsd / (around + (requestsPerMonth * TOKENS_USD) / 1_000_000)).toBeCloseTo(1, 5);
    }
  });

  it("has no short curve for a workload that one side alone can serve", () => {
    expect(costCurves(curved().trace, 3)).toEqual([]);
  });
});

describe("a day of a fleet", () => {
  it("shapes the mean load by the hours; batch work fills the mean alone", () => {
    const weights = Array.from({ length: 24 }, (_, hour) => (hour === 12 ? 3 : 1));
    const day = { requests_per_month: 1_000_000, hourly_profile: { weights, weekend_ratio: 1 }, peak_to_average: 2 };
    const { decision, outlook } = pictured(
      policy([hosted({ volume: day, tokens: { input: 500, output: 200, cached_input_ratio: 0, batch_ratio: 0.25 } })]),
    );
    const [fleet] = decision.fleets;
    const [shown] = outlook.days;
    if (fleet === undefined || shown === undefined) throw new Error("the workload is on a fleet");
    const mean = fleet.utilisationRatio.mean * shown.servers;

    expect(shown).toMatchObject({
      workloads: ["requests"],
      instances: fleet.instances.first,
      servers: fleet.instances.first * fleet.replicasPerInstance,
    });
    expect(shown.id).toMatch(new RegExp(`^qwen3-32b/${fleet.precision}/.*/${fleet.instanceType}$`));
    expect(shown.hours.map(({ hour }) => hour)).toEqual(Array.from({ length: 24 }, (_, hour) => hour));
    // The mean of the weights is 26 / 24; three quarters follow them, a quarter waits for room.
    expect(shown.hours[12]?.mean).toBeCloseTo(mean * ((0.75 * 3 * 24) / 26 + 0.25), 6);
    expect(shown.hours[11]?.mean).toBeCloseTo(mean * ((0.75 * 24) / 26 + 0.25), 6);
    expect(shown.hours[12]?.worstMinute).toBeCloseTo((mean * 0.75 * 3 * 24 * 2) / 26, 6);
  });
});
