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

/** A workload that only own servers serve within reason, and one that either side serves: the tie is between whole portfolios. */
const beside = (requests: number) =>
  policy(
    [
      workload({
        name: "large",
        volume: { requests_per_month: 80_000_000, hourly_profile: "flat", peak_to_average: 1.5 },
        candidates: { api: ["claude-sonnet-5"], open: ["qwen3-32b"] },
      }),
      workload({
        name: "small",
        volume: { requests_per_month: requests, hourly_profile: "flat", peak_to_average: 1.5 },
        tokens: { input: 1500, output: 400, cached_input_ratio: 0 },
        candidates: { api: ["gpt-5.4-mini"], open: ["gpt-oss-120b"] },
      }),
    ],
    { team: { ml_ops: "dedicated" } },
  );

describe("the tipping point of a small workload beside a large one on own servers", () => {
  const small = (requests: number) => evaluated(beside(requests)).decision.workloads.find(({ name }) => name === "small");

  // Two percent of the whole portfolio are more than the small workload costs: with that as a tie, twice the volume was said.
  it.each([300_000, 1_500_000])("is where the decision changes, seen from %d requests a month", (requests) => {
    const point = small(requests)?.tippingPoints.find(({ parameter }) => parameter === "requests_per_month");
    const [below, above] = [0.98, 1.02].map((factor) => small((point?.to ?? Number.NaN) * factor)?.path);
    expect([below, above]).toEqual(["api", "self-host"]);
    expect(point?.flipsTo).toBe(small(requests)?.path === "api" ? "self-host" : "api");
  });
});
