import { describe, expect, it } from "vitest";
import { CostSampler } from "../../src/decide/cost-draws.ts";
import { oneAtATime, Z90 } from "../../src/decide/draws.ts";
import { inputId } from "../../src/decide/inputs.ts";
import { type PricedPortfolio, Pricer } from "../../src/decide/portfolio.ts";
import { type Scenario, scenario } from "../../src/decide/scenario.ts";
import { searchPortfolios } from "../../src/decide/search.ts";
import { solve } from "../../src/decide/solve.ts";
import { AS_OF, catalog, documentOf, type PolicyObject, policy, workload } from "./support.ts";

const range = (low: number, expected: number, high: number) => ({ low, expected, high });

/** The portfolios of a policy by path, with what prices them. */
function solved(value: PolicyObject) {
  const { pricer } = solve(documentOf(value), catalog, AS_OF, []);
  return { pricer, byPath: searchPortfolios(pricer).byPath };
}

/** What a portfolio costs more than expected with one input at its low and at its high end. */
function moved(pricer: Pricer, priced: PricedPortfolio, input: string): readonly number[] {
  const [middle = 0, low = 0, high = 0] = new CostSampler(pricer.context, oneAtATime(input, [0, -Z90, Z90])).costs(priced).total;
  expect(middle).toBeCloseTo(priced.monthlyUsd, 6);
  return [low - middle, high - middle];
}

function repriced(pricer: Pricer, priced: PricedPortfolio, what: Partial<Scenario>): number {
  return (new Pricer({ ...pricer.context, what: scenario(what) }).price(priced.assignment)?.monthlyUsd ?? Number.NaN) - priced.monthlyUsd;
}

function near(found: readonly number[], expected: readonly number[]): void {
  for (const [index, usd] of expected.entries()) expect(found[index]).toBeCloseTo(usd, 4);
}

describe("the draws of a bill by the token", () => {
  it("move with requests, tokens, growth and people as far as each does alone, by hand", () => {
    const bought = workload({
      volume: { requests_per_month: range(500_000, 1_000_000, 3_000_000), growth_ratio_per_month: 0.1, hourly_profile: "flat" },
      tokens: { input: range(250, 500, 1000), output: 200, cached_input_ratio: 0 },
      candidates: { api: ["gpt-5.4-mini"] },
    });
    const { pricer, byPath } = solved(policy([bought], { horizon_months: 3 }));
    const { api } = byPath;
    if (api === undefined) throw new Error("one path");
    // 375 USD of input and 900 of output in the first month; 1, 1.1 and 1.21 times that in the three.
    const grown = (1 + 1.1 + 1.21) / 3;
    near(moved(pricer, api, inputId.requests("requests")), [-0.5 * 1275 * grown, 2 * 1275 * grown]);
    near(moved(pricer, api, inputId.tokens("requests")), [-0.5 * 375 * grown, 375 * grown]);
    // Half and one and a half times the growth: 1.1 to the power of 0.5 and 1.5 from month to month.
    const mean = (factor: number) => (1275 * (1 + factor + factor ** 2)) / 3;
    near(moved(pricer, api, inputId.growth("requests")), [mean(1.1 ** 0.5) - mean(1.1), mean(1.1 ** 1.5) - mean(1.1)]);
    // 4, 8.7 and 13 hours for 95 USD.
    near(moved(pricer, api, inputId.people("api")), [-4.7 * 95, 4.3 * 95]);
    near(moved(pricer, api, inputId.people("self-host")), [0, 0]);
    near(moved(pricer, api, inputId.requests("another")), [0, 0]);
  });

  it("split what is shared between the workloads, and add up", () => {
    const two = ["a", "b"].map((name) => workload({ name, candidates: { api: ["gpt-5.4-mini"] } }));
    const { pricer, byPath } = solved(policy(two));
    const { api } = byPath;
    if (api === undefined) throw new Error("one path");
    const sampler = new CostSampler(pricer.context, oneAtATime(inputId.people("api"), [0, Z90]));
    const { total, workloads } = sampler.costs(api);
    // Each workload has half of the 4.3 hours more.
    for (const [index, usd] of workloads.entries()) {
      expect((usd[1] ?? 0) - (usd[0] ?? 0)).toBeCloseTo((4.3 * 95) / 2, 6);
      expect([...sampler.workloadCosts(api, index)]).toEqual([...usd]);
    }
    expect(total[1]).toBeCloseTo((workloads[0]?.[1] ?? 0) + (workloads[1]?.[1] ?? 0), 9);
  });
});

describe("the draws of servers", () => {
  const hosted = (change: PolicyObject = {}) =>
    workload({
      volume: {
        requests_per_month: range(10_000_000, 20_000_000, 60_000_000),
        growth_ratio_per_month: 0.05,
        hourly_profile: "business_hours",
        peak_to_average: 1.5,
      },
      tokens: { input: range(250, 500, 1000), output: range(100, 200, 400), cached_input_ratio: 0 },
      candidates: { open: ["qwen3-32b"] },
      ...change,
    });

  it("are the cost model's own figures at the ends of each input", () => {
    const { pricer, byPath } = solved(policy([hosted()], { team: { ml_ops: "dedicated" }, horizon_months: 4 }));
    const own = byPath["self-host"];
    if (own === undefined) throw new Error("one path");
    const at = (change: Partial<Scenario>) => repriced(pricer, own, change);
    near(moved(pricer, own, inputId.requests("requests")), [at({ requests: "low" }), at({ requests: "high" })]);
    near(moved(pricer, own, inputId.tokens("requests")), [at({ tokens: "low" }), at({ tokens: "high" })]);
    near(moved(pricer, own, inputId.throughput("qwen3-32b")), [at({ throughput: "p10" }), at({ throughput: "p90" })]);
    near(moved(pricer, own, inputId.people("self-host")), [at({ people: "low" }), at({ people: "high" })]);
    near(moved(pricer, own, inputId.people("api")), [0, 0]);
    // Growth is half and one and a half times 5 % in each of the months.
    const growing = (growth: number) => {
      const volume = {
        requests_per_month: 20_000_000,
        growth_ratio_per_month: growth,
        hourly_profile: "business_hours",
        peak_to_average: 1.5,
      };
      const other = solved(policy([hosted({ volume })], { team: { ml_ops: "dedicated" }, horizon_months: 4 }));
      return (other.byPath["self-host"]?.monthlyUsd ?? Number.NaN) - own.monthlyUsd;
    };
    near(moved(pricer, own, inputId.growth("requests")), [growing(1.05 ** 0.5 - 1), growing(1.05 ** 1.5 - 1)]);
  });

  it("that share a fleet move with the load of both", () => {
    const flat = { requests_per_month: range(10_000_000, 20_000_000, 80_000_000), hourly_profile: "flat", peak_to_average: 1.5 };
    const { pricer, byPath } = solved(
      policy(
        [hosted(), hosted({ name: "other", volume: flat, tokens: { input: 300, output: 100, cached_input_ratio: 0, batch_ratio: 0.5 } })],
        {
          team: { ml_ops: "dedicated" },
          horizon_months: 4,
        },
      ),
    );
    const own = byPath["self-host"];
    if (own === undefined) throw new Error("one path");
    const at = (name: string, factor: number) => repriced(pricer, own, { volumeOf: { [name]: factor } });
    near(moved(pricer, own, inputId.requests("requests")), [at("requests", 0.5), at("requests", 3)]);
    near(moved(pricer, own, inputId.requests("other")), [at("other", 0.5), at("other", 4)]);
  });

  it("with an overflow are sized with it at half and at twice the load, and at other rates", () => {
    const split = workload({
      data_class: ["none"],
      volume: { requests_per_month: range(50_000_000, 100_000_000, 200_000_000), hourly_profile: "consumer", peak_to_average: 1.2 },
      candidates: { api: ["gpt-5.4-mini"], open: ["qwen3-32b"] },
    });
    const { pricer, byPath } = solved(policy([split], { team: { ml_ops: "dedicated" } }));
    const { hybrid } = byPath;
    if (hybrid === undefined) throw new Error("the workload may overflow");
    const at = (change: Partial<Scenario>) => repriced(pricer, hybrid, change);
    near(moved(pricer, hybrid, inputId.requests("requests")), [at({ volume: 0.5 }), at({ volume: 2 })]);
    near(moved(pricer, hybrid, inputId.people("api")), [-4.7 * 95, 4.3 * 95]);
    near(moved(pricer, hybrid, inputId.people("self-host")), [at({ people: "low" }) + 4.7 * 95, at({ people: "high" }) - 4.3 * 95]);
    // Rates lie between the points at which the fleet is sized: on a straight line between them.
    const [slow = 0, fast = 0] = moved(pricer, hybrid, inputId.throughput("qwen3-32b"));
    expect(slow / at({ throughput: "p10" })).toBeCloseTo(1, 1);
    expect(fast / at({ throughput: "p90" })).toBeCloseTo(1, 1);
  });
});
