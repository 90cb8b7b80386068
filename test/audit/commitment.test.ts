import { expect, it } from "vitest";
import { evaluated, only, policy, sumOf, workload } from "../decide/support.ts";

const legacy = (gpu: string, growth_ratio_per_month: number) =>
  evaluated(
    policy(
      [
        workload({
          volume: { requests_per_day: 3_000_000, growth_ratio_per_month, hourly_profile: "consumer" },
          tokens: { input: 1200, output: 300, cached_input_ratio: 0 },
          candidates: { open: ["qwen3-32b"] },
        }),
      ],
      { purchase: { gpu, gpu_discount_ratio: 0.4 }, team: { ml_ops: "dedicated" } },
    ),
  );
const told = (gpu: string, growth: number) => legacy(gpu, growth).findings.filter(({ id }) => id === "commitment-shrinks");

it("says what a savings plan costs that a shrinking fleet no longer fills", () => {
  const evaluation = legacy("savings_plan", -0.12);
  const [fleet] = evaluation.decision.fleets;
  const committed = (fleet?.instances.first ?? 0) * 730 * (fleet?.usdPerInstanceHour ?? 0);
  const more = committed - sumOf(only(evaluation), "gpu-instances");
  expect(more).toBeGreaterThan(10_000);
  expect(told("savings_plan", -0.12).map(({ text }) => text)).toEqual([
    expect.stringContaining(`it is $${Math.round(more).toLocaleString("en-US")} a month more`),
  ]);
});

it("says nothing where instances end by the hour, or the fleet grows", () => {
  expect(told("on_demand", -0.12)).toEqual([]);
  expect(told("savings_plan", 0.05)).toEqual([]);
});
