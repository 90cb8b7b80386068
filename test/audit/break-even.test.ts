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
  // Known defect: the head line walks a grid of twelve points a decade and steps over the pair of crossings at 95 million that the sentence
  // below it lists. That pair is less than a thousandth apart, which nobody can plan for: one of the two should give way to the other.
  it.fails("is the nearest of the crossings that are listed", () => {
    const today = 76_041_667;
    const { breakEven, breakEvens } = only(evaluated(close(today)));
    const next = breakEvens[0]?.crossings.find(({ requestsPerMonth }) => requestsPerMonth > today);
    expect(breakEven?.requestsPerMonth).toBeCloseTo(next?.requestsPerMonth ?? Number.NaN, -4);
  });
});

describe("the default ratio of the worst minute", () => {
  // Known defect: it falls from 2.5 to 1.5 at 5 requests/s and to 1.2 at 50, so one request more a second plans for a lower peak and a smaller
  // fleet, and a break-even that is written into the policy is judged by another ratio than the one it was found with.
  it.fails("never makes a busier service plan for a lower peak", () => {
    const peak = (rate: number) => rate * peakToAverageAt(rate);
    for (const rate of [5, 50]) expect(peak(rate)).toBeGreaterThanOrEqual(peak(rate * 0.999));
  });
});
