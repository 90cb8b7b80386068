import { describe, expect, it } from "vitest";
import { decide } from "../../src/decide/decide.ts";
import { planOf } from "../../src/decide/plan.ts";
import type { PlannedWorkload } from "../../src/decide/types.ts";
import { verifiedFlip } from "../../src/decide/verified.ts";
import { AS_OF, catalog, documentOf, type PolicyObject, policy } from "../decide/support.ts";

/** The catalog with every price of tokens times `factor`. */
function tokensTimes(factor: number): typeof catalog {
  const apiModels = catalog.apiModels.map((model) => ({
    ...model,
    prices: model.prices.map((price) => ({
      ...price,
      inputUsdPerMTok: price.inputUsdPerMTok * factor,
      outputUsdPerMTok: price.outputUsdPerMTok * factor,
      cachedInputUsdPerMTok: price.cachedInputUsdPerMTok === null ? null : price.cachedInputUsdPerMTok * factor,
      batchInputUsdPerMTok: price.batchInputUsdPerMTok === null ? null : price.batchInputUsdPerMTok * factor,
      batchOutputUsdPerMTok: price.batchOutputUsdPerMTok === null ? null : price.batchOutputUsdPerMTok * factor,
    })),
  }));
  return { ...catalog, apiModels };
}

const TWO = policy(
  [
    {
      name: "translate",
      use_case: "bulk_processing",
      data_class: ["pii"],
      volume: { requests_per_month: 8_000_000, growth_ratio_per_month: 0.04, hourly_profile: "global" },
      tokens: { input: 800, output: 900, batch_ratio: 0.5 },
      candidates: { api: ["openai.gpt-oss-20b-1:0"], open: ["gpt-oss-20b"] },
    },
    {
      name: "helpdesk",
      use_case: "customer_facing",
      data_class: ["pii"],
      volume: { requests_per_month: 912_500, growth_ratio_per_month: 0.04 },
      tokens: { input: 1800, output: 300 },
      latency: { ttft_ms_p95: 1500, tpot_ms_p95: 60 },
      candidates: { api: ["openai.gpt-oss-20b-1:0"], open: ["gpt-oss-20b"] },
    },
  ],
  { region: "eu-west-1", team: { ml_ops: "none", hourly_rate_usd: 85 }, horizon_months: 18 },
);
const plannedAt = (value: PolicyObject, factor: number) => planOf(documentOf(value), tokensTimes(factor), AS_OF, []).plan.workloads;
const side = (workload: PlannedWorkload | undefined) => (workload?.path === "api" ? "api" : "own");

describe("tipping points of several workloads", () => {
  // Helpdesk was said to leave the API at 8.58 times the price, beside a plan that no longer splits the other one as it would at that price.
  it("are prices at which the whole policy, decided anew, changes the side, just there and not before", () => {
    let points = 0;
    for (const { name, path, tippingPoints } of decide(documentOf(TWO), catalog, AS_OF, []).decision.workloads) {
      for (const { parameter, to } of tippingPoints) {
        if (parameter !== "api_price") continue;
        points += 1;
        const at = (factor: number) => side(plannedAt(TWO, factor).find((workload) => workload.name === name));
        const way = Math.sign(Math.log(to));
        expect([at(to * 1.01 ** -way), at(to * 1.01 ** way)], `${name} at ${to}`).toEqual(path === "api" ? ["api", "own"] : ["own", "api"]);
      }
    }
    expect(points).toBeGreaterThan(0);
  });
});

describe("a flip that whole decisions confirm", () => {
  const above = (limit: number) => (factor: number) => (factor > limit ? ("self-host" as const) : ("api" as const));

  it("stays where it was found, moves to where the side changes, or is none", () => {
    expect(verifiedFlip(above(3), "api", 3, 10)).toBe(3);
    expect(verifiedFlip(above(2), "api", 3, 10)).toBeCloseTo(2, 2);
    expect(verifiedFlip(above(2.9), "api", 3, 10)).toBeCloseTo(2.9, 2);
    expect(verifiedFlip(above(1.001), "api", 1.01, 10)).toBe(1.01);
    expect(verifiedFlip(above(5), "api", 3, 10)).toBeCloseTo(5, 1);
    expect(verifiedFlip(above(11), "api", 3, 10)).toBeNull();
    const below = (limit: number) => (factor: number) => (factor < limit ? ("self-host" as const) : ("api" as const));
    expect(verifiedFlip(below(0.4), "api", 0.5, 10)).toBeCloseTo(0.4, 2);
    expect(verifiedFlip(() => undefined, "api", 3, 10)).toBeNull();
  });
});
