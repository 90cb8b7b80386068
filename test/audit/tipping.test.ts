import { describe, expect, it } from "vitest";
import { evaluated, only, policy, workload } from "../decide/support.ts";

/** A token bill that own servers with an overflow beat as soon as the people who run them cost less. */
const at = (hourlyRateUsd: number) =>
  policy(
    [
      workload({
        data_class: ["none"],
        volume: { requests_per_day: 2_500_000, hourly_profile: "flat", peak_to_average: 1.5 },
        tokens: { input: 800, output: 350, cached_input_ratio: 0.2 },
        latency: { ttft_ms_p95: 2500, tpot_ms_p95: 60 },
        candidates: { api: ["deepseek-flash"], open: ["qwen3-32b"] },
      }),
    ],
    {
      team: { ml_ops: "dedicated", hourly_rate_usd: hourlyRateUsd },
      purchase: { gpu: "savings_plan", gpu_discount_ratio: 0.35, api_discount_ratio: 0.1 },
    },
  );

describe("a tipping point of a workload on an API", () => {
  it("is where the decision leaves the API, whichever path it takes then", () => {
    expect(evaluated(at(130)).decision.path).toBe("api");
    const point = only(evaluated(at(130))).tippingPoints.find(({ parameter }) => parameter === "hourly_rate_usd");
    expect(evaluated(at((point?.to ?? Number.NaN) * 1.05)).decision.path).toBe("api");
  });
});
