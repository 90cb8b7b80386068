import { describe, expect, it } from "vitest";
import { evaluated, type PolicyObject, policy, workload } from "../decide/support.ts";

/**
 * A swing says what the chosen path costs with one input at its end. So it must be what the policy costs when that end is written into it, as
 * long as the path stays: nobody would hold on to seven servers where eight and a little more overflow cost less.
 */
const at = (requestsPerDay: unknown): PolicyObject =>
  policy(
    [
      workload({
        name: "peaks",
        data_class: ["none"],
        volume: { requests_per_day: requestsPerDay, hourly_profile: "business_hours", peak_to_average: 2.2, growth_ratio_per_month: 0.03 },
        tokens: { input: 1500, output: 400, cached_input_ratio: 0 },
        latency: { ttft_ms_p95: 2500, tpot_ms_p95: 60 },
        candidates: { api: ["gpt-5.4-mini"], open: ["qwen3-32b"] },
      }),
    ],
    { team: { ml_ops: "dedicated", hourly_rate_usd: 130 }, purchase: { gpu_discount_ratio: 0.4 } },
  );

/** Rounding of the interpolation between the ends of a range. */
const TOLERANCE_RATIO = 0.03;

describe("the swing of a split workload's requests", () => {
  const range = { low: 300_000, expected: 500_000, high: 800_000 };
  const swing = () => evaluated(at(range)).decision.tornado.find(({ input }) => input.startsWith("requests a month"));
  const hybridAt = (requestsPerDay: number) => {
    const { decision } = evaluated(at(requestsPerDay));
    expect(decision.path).toBe("hybrid");
    return decision.monthlyCostUsd?.expected ?? Number.NaN;
  };

  it("is at its low end what the policy costs with the low volume", () => {
    const exact = hybridAt(range.low);
    expect(Math.abs((swing()?.lowMonthlyUsd ?? Number.NaN) / exact - 1)).toBeLessThan(TOLERANCE_RATIO);
  });

  it("is at its high end what the policy costs with the high volume", () => {
    const exact = hybridAt(range.high);
    expect(Math.abs((swing()?.highMonthlyUsd ?? Number.NaN) / exact - 1)).toBeLessThan(TOLERANCE_RATIO);
  });
});
