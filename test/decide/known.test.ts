import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Known } from "../../src/decide/known.ts";
import { planOf } from "../../src/decide/plan.ts";
import { AS_OF, catalog, documentOf, type PolicyObject, policy, workload } from "./support.ts";

/** Everything that one policy can say differently from another, a few of each kind. */
const arbitraryPolicy = fc
  .record({
    volumes: fc.array(fc.constantFrom(20_000, 1_000_000, 60_000_000), { minLength: 1, maxLength: 2 }),
    growth: fc.constantFrom(0, 0.1),
    profile: fc.constantFrom("flat", "business_hours"),
    input: fc.constantFrom(500, 3_000),
    current: fc.constantFrom(undefined, { path: "api", model: "gpt-5.4-mini" }),
    mayLeave: fc.boolean(),
    waived: fc.boolean(),
    rate: fc.constantFrom(100, 20),
    horizon: fc.constantFrom(12, 24),
    purchase: fc.constantFrom("on_demand", "spot"),
    price: fc.constantFrom(undefined, 0.01),
    preferred: fc.boolean(),
  })
  .map((value): PolicyObject => {
    const workloads = value.volumes.map((requests_per_month, index) =>
      workload({
        name: `w${index}`,
        volume: { requests_per_month, hourly_profile: value.profile, growth_ratio_per_month: value.growth, peak_to_average: 1.5 },
        tokens: { input: value.input, output: 200, cached_input_ratio: 0 },
        ...(value.current === undefined ? {} : { current: value.current }),
        ...(value.mayLeave ? {} : { compliance: { data_may_leave: false } }),
      }),
    );
    const waiver = { rule: "licence", owner: "jane@acme.com", reason: "bought", expires: "2027-06-01" };
    const own = {
      id: "gpt-5.4-mini",
      effective_from: "2026-01-01",
      input_usd_per_mtok: value.price,
      output_usd_per_mtok: value.price,
      source: "contract",
      checked: "2026-11-01",
    };
    return policy(workloads, {
      horizon_months: value.horizon,
      team: { ml_ops: "part_time", hourly_rate_usd: value.rate },
      purchase: { gpu: value.purchase, gpu_discount_ratio: value.purchase === "spot" ? 0.5 : 0 },
      ...(value.waived ? { waivers: [waiver] } : {}),
      ...(value.preferred ? { preferences: { weights: { operations: 1 } } } : {}),
      ...(value.price === undefined ? {} : { prices: { api: [own] } }),
    });
  });

describe("what one policy left for the next", () => {
  it("changes no answer, whatever was asked before", () => {
    const asked = fc.array(arbitraryPolicy, { minLength: 3, maxLength: 4 });
    fc.assert(
      fc.property(asked, (policies) => {
        const known = new Known();
        for (const value of policies) {
          const document = documentOf(value);
          const plan = (some: Known) => planOf(document, catalog, AS_OF, document.policy.waivers ?? [], [], some).plan;

          expect(plan(known)).toEqual(plan(new Known()));
        }
      }),
      { numRuns: 25 },
    );
  });

  it("is the same object for the same workload, and for another volume the same options", () => {
    const known = new Known();
    const optionsOf = (requests_per_month: number) => {
      const document = documentOf(policy([workload({ volume: { requests_per_month, hourly_profile: "flat", peak_to_average: 1.5 } })]));
      const facts = planOf(document, catalog, AS_OF, [], [], known).facts;
      const frame = known.frameOf(facts, { catalog, asOf: AS_OF, waivers: [], calibrations: [] });
      const [first] = facts.workloads;
      if (first === undefined) throw new Error("the policy has a workload");
      const lineOf = (path: string) => document.lineOf(path);
      const context = {
        facts,
        catalog,
        asOf: AS_OF,
        offers: frame.offers,
        waivers: [],
        calibrations: [],
        ownKeys: new Set<string>(),
        lineOf,
      };
      return frame.optionsFor(first, context);
    };
    const [once, again, more] = [optionsOf(1000), optionsOf(1000), optionsOf(2000)];

    expect(again).toBe(once);
    expect(more.workload.requestsPerMonth.expected).toBe(2000);
    expect(more.feasible).toBe(once.feasible);
  });
});
