import { expect, it } from "vitest";
import { evaluated, type PolicyObject, policy, workload } from "../decide/support.ts";

/** Three workloads on a plan of its own size each: two on servers, one by the token. */
const WORKLOADS = [
  workload({
    name: "reports",
    volume: { requests_per_month: 115_660, hourly_profile: "global", peak_to_average: 3 },
    tokens: { input: 500, output: 1500, cached_input_ratio: 0 },
    candidates: { api: ["claude-sonnet-4-6", "grok-4.3"], open: ["qwen3.6-35b-a3b"] },
  }),
  workload({
    name: "mails",
    volume: { requests_per_month: 600_000, hourly_profile: "consumer", peak_to_average: 2.5 },
    tokens: { input: 1000, output: 400, cached_input_ratio: 0 },
    candidates: { api: ["gpt-5.4-mini"], open: ["gpt-oss-20b"] },
  }),
  workload({
    name: "search",
    volume: { requests_per_month: 12_210_641, hourly_profile: "business_hours", peak_to_average: 2.5 },
    tokens: { input: 300, output: 100, cached_input_ratio: 0.8 },
    candidates: { api: ["us.anthropic.claude-haiku-4-5-20251001-v1:0"], open: ["gpt-oss-120b"] },
  }),
];

function at(hourly_rate_usd: number, change: PolicyObject = {}) {
  const purchase = { gpu: "savings_plan", gpu_discount_ratio: 0.5, api_discount_ratio: 0.2 };
  const team = { ml_ops: "dedicated", hourly_rate_usd };
  return evaluated(policy(WORKLOADS, { horizon_months: 24, stage: "research", team, purchase, ...change })).decision;
}

it("workloads that share an engineer leave their servers together, long before one of them would leave alone", () => {
  const today = at(95);
  const tips = today.workloads.flatMap(({ name, path, tippingPoints }) =>
    tippingPoints.filter(({ parameter }) => parameter === "hourly_rate_usd").map((point) => ({ name, path, ...point })),
  );
  const leaving = tips.filter(({ path, flipsTo }) => path === "self-host" && flipsTo === "api");
  expect(leaving.length).toBeGreaterThan(1);
  for (const { name, to } of leaving) {
    const pathAt = (rate: number) => at(rate).workloads.find((each) => each.name === name)?.path;
    expect(pathAt(to * 1.01)).toBe("api");
    expect(pathAt(to * 0.99)).toBe("self-host");
  }
});
