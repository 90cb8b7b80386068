import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CostSampler } from "../../src/decide/cost-draws.ts";
import { oneAtATime, Z90 } from "../../src/decide/draws.ts";
import { factsOf } from "../../src/decide/facts.ts";
import { offersByGpu } from "../../src/decide/fleet.ts";
import { inputId } from "../../src/decide/inputs.ts";
import { nextMeasurementOf } from "../../src/decide/next-measurement.ts";
import { optionsFor } from "../../src/decide/options.ts";
import { type PricedPortfolio, Pricer } from "../../src/decide/portfolio.ts";
import { instanceOffers } from "../../src/decide/prices.ts";
import { newMemo } from "../../src/decide/pricing-context.ts";
import { EXPECTED, type Scenario, scenario } from "../../src/decide/scenario.ts";
import { searchPortfolios } from "../../src/decide/search.ts";
import type { Decision } from "../../src/decide/types.ts";
import { AS_OF, catalog, documentOf, evaluated, type PolicyObject, policy, workload } from "./support.ts";

function pricerOf(value: PolicyObject): Pricer {
  const facts = factsOf(documentOf(value));
  const { offers } = instanceOffers(facts, catalog, AS_OF);
  const context = { facts, catalog, asOf: AS_OF, offers, waivers: [], calibrations: [], ownKeys: new Set<string>(), lineOf: () => 1 };
  const workloads = facts.workloads.map((entry) => optionsFor(entry, context));
  return new Pricer({ workloads, facts, catalog, asOf: AS_OF, offers: offersByGpu(offers), what: EXPECTED, memo: newMemo() });
}

const ranged = fc.record({
  requests: fc.integer({ min: 10_000, max: 100_000_000 }),
  spread: fc.double({ min: 1.1, max: 6, noNaN: true }),
  input: fc.integer({ min: 50, max: 4_000 }),
  output: fc.integer({ min: 10, max: 1_000 }),
  growth: fc.constantFrom(0, 0.03, -0.02),
  profile: fc.constantFrom("flat", "business_hours", "consumer"),
});
type Ranged = typeof ranged extends fc.Arbitrary<infer Value> ? Value : never;

function toWorkload(value: Ranged, index: number): PolicyObject {
  const range = (middle: number) => ({ low: middle / value.spread, expected: middle, high: middle * value.spread });
  return workload({
    name: `w${index}`,
    volume: { requests_per_month: range(value.requests), hourly_profile: value.profile, growth_ratio_per_month: value.growth },
    tokens: { input: range(value.input), output: range(value.output), cached_input_ratio: 0 },
    candidates: { api: ["gpt-5.4-mini", "claude-haiku-4-5"], open: ["qwen3-32b", "gpt-oss-20b"] },
  });
}

/** Cost of a portfolio in the draws of one moved input: expected, low, high. */
function costsAt(pricer: Pricer, priced: PricedPortfolio, input: string): readonly number[] {
  return [...new CostSampler(pricer.context, oneAtATime(input, [0, -Z90, Z90])).costs(priced).total];
}

function repriced(pricer: Pricer, priced: PricedPortfolio, what: Scenario): number {
  return new Pricer({ ...pricer.context, what }).price(priced.assignment)?.monthlyUsd ?? Number.NaN;
}

describe("the sampled cost of a portfolio", () => {
  it("is the cost model's own figure with every input in the middle, and at the ends of each input alone", () => {
    fc.assert(
      fc.property(fc.array(ranged, { minLength: 1, maxLength: 2 }), (list) => {
        const pricer = pricerOf(policy(list.map(toWorkload), { team: { ml_ops: "dedicated" } }));
        const facts = pricer.context.facts.workloads[0];
        if (facts === undefined) throw new Error("the policy has a workload");
        for (const priced of Object.values(searchPortfolios(pricer).byPath)) {
          const near = (actual: number | undefined, expected: number) => expect((actual ?? 0) / expected).toBeCloseTo(1, 9);
          const { low, expected, high } = facts.requestsPerMonth;
          const [middle, fewer, more] = costsAt(pricer, priced, inputId.requests(facts.name));
          near(middle, priced.monthlyUsd);
          near(fewer, repriced(pricer, priced, scenario({ volumeOf: { [facts.name]: low / expected } })));
          near(more, repriced(pricer, priced, scenario({ volumeOf: { [facts.name]: high / expected } })));
          if (list.length > 1) continue;
          const [, short, long] = costsAt(pricer, priced, inputId.tokens(facts.name));
          near(short, repriced(pricer, priced, scenario({ tokens: "low" })));
          near(long, repriced(pricer, priced, scenario({ tokens: "high" })));
          const side = priced.fleets.length > 0 ? "self-host" : "api";
          const [, lazy, busy] = costsAt(pricer, priced, inputId.people(side));
          near(lazy, repriced(pricer, priced, scenario({ people: "low" })));
          near(busy, repriced(pricer, priced, scenario({ people: "high" })));
          const model = priced.fleets[0]?.model.id ?? "none";
          const [, slow, fast] = costsAt(pricer, priced, inputId.throughput(model));
          near(slow, repriced(pricer, priced, scenario({ throughput: "p10" })));
          near(fast, repriced(pricer, priced, scenario({ throughput: "p90" })));
        }
      }),
      { numRuns: 25, seed: 31 },
    );
  });
});

describe("bands and probability", () => {
  const decisionOf = (value: PolicyObject): Decision => evaluated(value).decision;

  it("do not depend on the order of workloads, and the parts of a draw add up", () => {
    fc.assert(
      fc.property(fc.array(ranged, { minLength: 2, maxLength: 3 }), (list) => {
        const straight = policy(list.map(toWorkload));
        const one = decisionOf(straight);
        const two = decisionOf({ ...straight, workloads: list.map(toWorkload).reverse() });
        expect(two.probabilityCheapest).toBe(one.probabilityCheapest);
        for (const key of ["p10", "p50", "p90"] as const)
          expect((two.monthlyCostUsd?.[key] ?? 0) / (one.monthlyCostUsd?.[key] ?? 1)).toBeCloseTo(1, 9);
        expect(two.tornado.map(({ input, workload: name }) => [input, name])).toEqual(
          one.tornado.map(({ input, workload: name }) => [input, name]),
        );
        expect(one.monthlyCostUsd?.p10).toBeLessThanOrEqual(one.monthlyCostUsd?.p50 ?? 0);
        expect(one.monthlyCostUsd?.p50).toBeLessThanOrEqual(one.monthlyCostUsd?.p90 ?? 0);
      }),
      { numRuns: 3, seed: 5 },
    );
  });

  it("give a bill by the token with one uncertain input exactly the ends of that input", () => {
    // 1,000,000 requests x (500 x 0.75 + 200 x 4.50 USD per million) = 1,275 USD; a fifth at low, twice at high.
    const volume = { requests_per_month: { low: 200_000, expected: 1_000_000, high: 2_000_000 }, hourly_profile: "flat" };
    const [swing] = decisionOf(policy([workload({ volume, candidates: { api: ["gpt-5.4-mini"] } })])).tornado;
    expect(swing).toMatchObject({ input: "requests a month", workload: "requests", low: 200_000, high: 2_000_000, flipsTo: null });
    expect((swing?.highMonthlyUsd ?? 0) - (swing?.lowMonthlyUsd ?? 0)).toBeCloseTo(1_275 * 1.8, 6);
  });

  const between = (high: number) =>
    policy(
      [
        workload({
          volume: { requests_per_month: { low: 500_000, expected: 1_000_000, high }, hourly_profile: "flat", peak_to_average: 1.5 },
          candidates: { api: ["claude-haiku-4-5"], open: ["qwen3-32b"] },
        }),
      ],
      { team: { ml_ops: "dedicated", hourly_rate_usd: 60 } },
    );

  it("name the path that an end flips to, and the chance of it", () => {
    const calm = decisionOf(between(1_100_000));
    const wild = decisionOf(between(60_000_000));
    const swing = wild.tornado.find(({ input }) => input === "requests a month");
    expect(calm.path).toBe("api");
    expect(wild.path).toBe("api");
    expect(swing?.flipsTo).toBe("self-host");
    expect(swing?.flipRatio).toBeGreaterThan(0.1);
    expect(wild.probabilityCheapest).toBeLessThan(calm.probabilityCheapest ?? 0);
  });

  it("ask for the count that would settle an undecided volume, and for nothing when the decision is sure", () => {
    expect(decisionOf(between(60_000_000)).nextMeasurement).toContain("read last month's requests of requests");
    expect(decisionOf(policy([workload()])).nextMeasurement).toBeNull();
  });

  it("end with the command of the benchmark when the throughput is what divides the paths", () => {
    const fleet = { model: "qwen3-32b", instance: "p5.4xlarge", command: "vllm bench serve --model Qwen/Qwen3-32B --save-result" };
    const [swing] = decisionOf(between(60_000_000)).tornado;
    if (swing === undefined) throw new Error("the policy has an uncertain input");
    const input = {
      id: "throughput/qwen3-32b",
      kind: "throughput",
      workload: null,
      label: "",
      unit: "",
      range: { low: 0.8, expected: 1, high: 1.2 },
      key: "measurements",
      declared: false,
    } as const;
    const next = (measure: typeof fleet | null) =>
      nextMeasurementOf([{ input: { ...input, measure }, swing: { ...swing, flipRatio: 0.5 }, gapUsd: 1 }], 0.5);
    expect(next(fleet)).toBe(
      "run vllm bench serve for qwen3-32b on p5.4xlarge and list the file under measurements: vllm bench serve --model Qwen/Qwen3-32B --save-result",
    );
  });
});

describe("the confidence word", () => {
  const sure = policy([workload()], { team: { ml_ops: "none", hourly_rate_usd: 95 } });

  it("is high when the chosen path is the least expensive in nine of ten draws and nothing lowers it", () => {
    const { decision } = evaluated(sure);
    expect(decision.confidence).toBe("high");
    expect(decision.probabilityCheapest).toBeGreaterThanOrEqual(0.9);
    expect(decision.confidenceSteps).toEqual([]);
  });

  it("goes one step down for a regulated need whose condition is open", () => {
    const api = ["gpt-5.4-mini"];
    const { decision } = evaluated({
      ...sure,
      compliance: { regimes: ["soc2", "hipaa"] },
      workloads: [workload({ candidates: { open: ["qwen3-32b"], api: [...api, "us.anthropic.claude-haiku-4-5-20251001-v1:0"] } })],
    });
    expect(decision.workloads[0]?.conditions.length).toBeGreaterThan(0);
    expect(decision.confidenceSteps.map(({ text }) => text)).toContain("an open condition of a regulated need (requests)");
  });

  it("goes one step down for a price that nobody checked for 180 days", () => {
    const at = (asOf: string) => evaluated({ ...sure }, null, asOf).decision.confidenceSteps.map(({ text }) => text);
    expect(at("2026-11-21")).toEqual([]);
    expect(at("2027-11-21")).toEqual(["a price last checked more than 180 days ago (gpt-5.4-mini)"]);
    // Checked on 2026-11-20.
    expect([at("2027-05-19"), at("2027-05-20")].map((steps) => steps.length)).toEqual([0, 1]);
  });

  it("goes one step down for a fact of low certainty that a waiver lets through", () => {
    const waivers = [{ rule: "soc2", owner: "ciso@example.com", reason: "pilot", expires: "2027-12-31" }];
    const waived = policy([workload({ candidates: { api: ["deepseek-flash"], open: ["qwen3-32b"] }, compliance: { regimes: ["soc2"] } })], {
      waivers,
    });
    const { decision } = evaluated(waived);
    expect(decision.workloads[0]?.option?.model).toBe("deepseek-flash");
    expect(decision.confidenceSteps.map(({ text }) => text)).toContain("a fact of low certainty (soc2)");
  });

  it("is forced when the rules leave one path", () => {
    const { decision } = evaluated(policy([workload({ compliance: { data_may_leave: false } })]));
    expect(decision).toMatchObject({ confidence: "forced", probabilityCheapest: null, nextMeasurement: null, confidenceSteps: [] });
  });
});
