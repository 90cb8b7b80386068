import { describe, expect, it } from "vitest";
import { peakToAverageAt } from "../../src/decide/traffic.ts";
import { evaluated, only, policy, workload } from "../decide/support.ts";

/** An API and servers of almost the same cost over a wide range of volumes, on servers bought at a discount. */
const close = (requestsPerMonth: number) =>
  policy(
    [
      workload({
        data_class: ["none"],
        volume: { requests_per_month: requestsPerMonth, hourly_profile: "flat", peak_to_average: 1.5 },
        tokens: { input: 800, output: 350, cached_input_ratio: 0.2 },
        latency: { ttft_ms_p95: 2500, tpot_ms_p95: 60 },
        candidates: { api: ["deepseek-flash"], open: ["qwen3-32b"] },
      }),
    ],
    {
      team: { ml_ops: "dedicated", hourly_rate_usd: 130 },
      purchase: { gpu: "savings_plan", gpu_discount_ratio: 0.35, api_discount_ratio: 0.1 },
    },
  );

describe("the break-even in the head line", () => {
  it("is the nearest of the crossings that are listed", () => {
    const today = 76_041_667;
    const { breakEven, breakEvens } = only(evaluated(close(today)));
    const next = breakEvens[0]?.crossings.find(({ requestsPerMonth }) => requestsPerMonth > today);
    expect(breakEven?.requestsPerMonth).toBeCloseTo(next?.requestsPerMonth ?? Number.NaN, -4);
  });
});

describe("the default ratio of the worst minute", () => {
  it("never makes a busier service plan for a lower peak", () => {
    const peak = (rate: number) => rate * peakToAverageAt(rate);
    for (const rate of [5, 50]) expect(peak(rate)).toBeGreaterThanOrEqual(peak(rate * 0.999));
  });
});
