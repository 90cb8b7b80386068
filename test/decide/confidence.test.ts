import { describe, expect, it } from "vitest";
import { usd } from "../../src/decide/describe.ts";
import { AS_OF, evaluated, type PolicyObject, policy, workload } from "./support.ts";

const at = (requests: number, change: PolicyObject = {}) =>
  workload({ volume: { requests_per_month: requests, hourly_profile: "flat", peak_to_average: 1.5 }, ...change });
const TEAM = { ml_ops: "dedicated", hourly_rate_usd: 95 };
const decided = (workloads: readonly PolicyObject[], team: PolicyObject = TEAM, asOf = AS_OF) =>
  evaluated(policy(workloads, { team }), null, asOf).decision;

describe("how sure a decision is", () => {
  it("is high from nine tenths of the draws, when nothing that it rests on is weak", () => {
    expect(decided([at(1_000_000)])).toMatchObject({
      path: "api",
      confidence: "high",
      confidenceText: "least expensive in all of 2,000 draws",
      probabilityCheapest: 1,
      confidenceSteps: [],
    });
    const hosted = decided([at(10_000_000)]);
    expect(hosted).toMatchObject({ path: "self-host", confidence: "high" });
    expect(hosted.probabilityCheapest).toBeGreaterThan(0.9);
    expect(hosted.probabilityCheapest).toBeLessThan(0.95);
    expect(hosted.confidenceText).toBe(`least expensive in ${Math.round((hosted.probabilityCheapest ?? 0) * 100)}% of 2,000 draws`);
  });

  it("never rounds to all of the draws", () => {
    expect(decided([at(30_000_000)]).confidenceText).toBe("least expensive in more than 99% of 2,000 draws");
  });

  it("says with figures that the next path's band overlaps", () => {
    const near = decided([at(6_000_000)]);
    const band = (path: string) => near.paths.find((row) => row.path === path)?.monthlyCostUsd;
    const [own, api] = [band("self-host"), band("api")];
    expect(near.path).toBe("self-host");
    expect(near.confidence).toBe("low");
    expect(near.confidenceText).toContain(
      `; its band ${usd(own?.p10 ?? 0)} to ${usd(own?.p90 ?? 0)} overlaps ${usd(api?.p10 ?? 0)} to ${usd(api?.p90 ?? 0)} of the api path`,
    );
  });

  it("is a step lower for a default that decides, the rate of an hour only where the policy does not say it", () => {
    const [said, assumed] = [decided([at(4_000_000)]), decided([at(4_000_000)], { ml_ops: "dedicated" })];
    // Seven tenths of the draws alone would be medium.
    expect(said.probabilityCheapest).toBeGreaterThan(0.7);
    expect(said.probabilityCheapest).toBeLessThan(0.9);
    expect(said.confidence).toBe("low");
    expect(said.confidenceSteps).toEqual([{ text: "a default that decides (engineer hours on the servers)" }]);
    expect(said.confidenceText).toMatch(/; lowered by a default that decides \(engineer hours on the servers\)$/);
    expect(assumed.confidenceSteps).toEqual([{ text: "a default that decides (engineer hours on the servers, team.hourly_rate_usd)" }]);
    expect(decided([at(1_000_000)], { ml_ops: "dedicated" }).confidenceSteps).toEqual([]);
  });

  it("is a step lower for a price that nobody checked for half a year", () => {
    const stale = decided([at(1_000_000)], TEAM, "2027-07-01");
    expect(stale).toMatchObject({ probabilityCheapest: 1, confidence: "medium" });
    expect(stale.confidenceSteps).toEqual([{ text: "a price last checked more than 180 days ago (gpt-5.4-mini)" }]);
  });

  it("is a step lower for a condition that a regulated need still has to meet, and names three workloads at most", () => {
    const regulated = { data_class: ["phi"], compliance: { regimes: ["hipaa"] } };
    const one = decided([at(1_000_000, regulated)]);
    expect(one).toMatchObject({ probabilityCheapest: 1, confidence: "medium" });
    expect(one.confidenceText).toBe("least expensive in all of 2,000 draws; lowered by an open condition of a regulated need (requests)");
    // The same conditions without a regime are no step.
    expect(decided([at(1_000_000, { data_class: ["phi"] })]).confidenceSteps).toEqual([]);
    const four = ["d", "c", "b", "a"].map((name) => at(100_000, { name, ...regulated }));
    expect(decided(four).confidenceSteps).toEqual([{ text: "an open condition of a regulated need (a, b, c and 1 more)" }]);
  });

  it("is forced where the rules leave one path", () => {
    expect(decided([at(1_000_000, { candidates: { api: ["gpt-5.4-mini"] } })])).toMatchObject({
      confidence: "forced",
      confidenceText: "the rules leave one path",
      probabilityCheapest: null,
      nextMeasurement: null,
    });
  });
});

describe("a path that is not there", () => {
  const text = (workloads: readonly PolicyObject[], path: string) => decided(workloads).paths.find((row) => row.path === path);
  const bought = { candidates: { api: ["gpt-5.4-mini"] } };
  const hosted = { candidates: { open: ["qwen3-32b"] } };

  it("says whose option is missing", () => {
    expect(text([at(1_000_000, bought)], "self-host")).toEqual({
      path: "self-host",
      monthlyCostUsd: null,
      text: "the only workload has no feasible option on this path",
    });
    const two = [at(1_000_000, { name: "a", ...bought }), at(1_000_000, { name: "b", ...bought })];
    expect(text(two, "self-host")?.text).toBe("2 of 2 workloads have no feasible option on this path");
    expect(text(two, "hybrid")?.text).toBe("no feasible mix");
    const mixed = [at(1_000_000, { name: "a" }), at(1_000_000, { name: "b", ...hosted })];
    expect(text(mixed, "api")?.text).toBe("1 of 2 workloads has no feasible option on this path");
    expect(text(mixed, "self-host")).toMatchObject({ text: "qwen3-32b", monthlyCostUsd: { expected: expect.any(Number) } });
  });

  it("is the mix of the only workload where no API may take its overflow", () => {
    expect(text([at(1_000_000)], "hybrid")?.text).toBe("nothing says what the data is, so no API may take an overflow");
    const home = { data_class: ["phi"], compliance: { data_may_leave: false } };
    expect(text([at(1_000_000, home)], "hybrid")?.text).toBe("no API may take the overflow of the only workload");
  });
});
