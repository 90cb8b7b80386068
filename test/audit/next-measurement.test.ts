import { expect, it } from "vitest";
import { evaluated, policy, workload } from "../decide/support.ts";

/** Two workloads, one that must stay and one that an API could take: the hybrid path runs the same model on a smaller card. */
const chat = (change: object) =>
  workload({
    volume: { requests_per_day: 90_000, growth_ratio_per_month: 0.03, hourly_profile: "consumer" },
    tokens: { input: 2600, output: 300, cached_input_ratio: 0.35 },
    latency: { ttft_ms_p95: 2000, tpot_ms_p95: 60 },
    candidates: { api: ["openai.gpt-oss-20b-1:0"], open: ["qwen3.6-35b-a3b"] },
    ...change,
  });
const tagging = {
  volume: { requests_per_day: 500_000, hourly_profile: "flat" },
  tokens: { input: 600, output: 12, cached_input_ratio: 0, batch_ratio: 1 },
  latency: undefined,
  compliance: { data_may_leave: false },
};

it("is run on the servers that were chosen", () => {
  const { decision } = evaluated(
    policy([chat({ name: "chat", data_class: ["pii"] }), chat({ name: "tagging", data_class: ["none"], ...tagging })], {
      team: { ml_ops: "part_time", hourly_rate_usd: 110 },
      horizon_months: 24,
    }),
  );
  expect(decision.path).toBe("self-host");
  const [fleet] = decision.fleets;
  expect(decision.nextMeasurement).toContain(`vllm bench serve for ${fleet?.model} on ${fleet?.instanceType} `);
});
