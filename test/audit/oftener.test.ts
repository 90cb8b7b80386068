import { expect, it } from "vitest";
import { evaluated, policy } from "../decide/support.ts";

const A = {
  name: "a",
  use_case: "customer_facing",
  data_class: ["none"],
  volume: { requests_per_day: 260_000, hourly_profile: "consumer" },
  tokens: { input: 1500, output: 300 },
  latency: { ttft_ms_p95: 1500, tpot_ms_p95: 60 },
  candidates: { api: ["gpt-5.4-mini"], open: ["gpt-oss-20b"] },
};
const VOLUME = { requests_per_day: 60_000, hourly_profile: "business_hours" };
const SLOWER = { ttft_ms_p95: 3000, tpot_ms_p95: 60 };
const B = { ...A, name: "b", use_case: "internal_tools", volume: VOLUME, tokens: { input: 3000, output: 500 }, latency: SLOWER };

it("a plan that just fits its servers says which path costs less in more of the draws", () => {
  // Two servers are just enough as expected; with a slower one a third is needed, with a faster one an API takes the peaks of a single one.
  const { decision } = evaluated(policy([A, B], { team: { ml_ops: "dedicated" } }));
  expect(decision.path).toBe("self-host");
  expect(decision.probabilityCheapest).toBeLessThan(0.5);
  const hybrid = Number(/, the hybrid path in (\d+)%/.exec(decision.confidenceText)?.[1]);
  expect(hybrid / 100).toBeGreaterThan(decision.probabilityCheapest ?? 1);
  expect(hybrid / 100 + (decision.probabilityCheapest ?? 0)).toBeLessThanOrEqual(1.01);
  // Where the chosen path wins most of the draws nothing else is named.
  const sure = evaluated(policy([{ ...A, volume: { requests_per_day: 2000, hourly_profile: "consumer" } }])).decision;
  expect(sure.probabilityCheapest).toBeGreaterThan(0.5);
  expect(sure.confidenceText).not.toContain(" path in ");
});
