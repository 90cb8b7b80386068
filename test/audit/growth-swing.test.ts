import { describe, expect, it } from "vitest";
import { evaluated, type PolicyObject, policy, workload } from "../decide/support.ts";

/** Requests that double in nine months or in seventeen, on servers of several sizes. */
const at = (growth_ratio_per_month: number): PolicyObject =>
  policy(
    [
      workload({
        volume: { requests_per_month: 537_389, hourly_profile: "flat", peak_to_average: 1.5, growth_ratio_per_month },
        tokens: { input: 12_000, output: 400, cached_input_ratio: 0.8, growth_ratio_per_month: 0.02 },
        needs: { availability_ratio: 0.999 },
        candidates: { api: ["claude-sonnet-4-6"], open: ["llama-3.1-8b-instruct"] },
      }),
    ],
    { team: { hourly_rate_usd: 60 }, purchase: { gpu: "spot", gpu_discount_ratio: 0.2 }, horizon_months: 24 },
  );

describe("the swing of growth on own servers", () => {
  const swing = evaluated(at(0.08)).decision.tornado.find(({ input }) => input.startsWith("growth"));

  it.each(["low", "high"] as const)(
    "is at its %s end what the policy costs that grows so: other servers are rented for another load",
    (end) => {
      const { decision } = evaluated(at(swing?.[end] ?? Number.NaN));
      expect(decision.path).toBe("self-host");
      const said = end === "low" ? swing?.lowMonthlyUsd : swing?.highMonthlyUsd;
      expect(Math.abs((said ?? Number.NaN) / (decision.monthlyCostUsd?.expected ?? Number.NaN) - 1)).toBeLessThan(0.03);
    },
  );
});
