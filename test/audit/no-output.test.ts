import { expect, it } from "vitest";
import { evaluated, policy, workload } from "../decide/support.ts";

it("decides requests without output beside others that were promised a start: it looked for a number of servers for ever", () => {
  const shared = { data_class: ["none"], candidates: { api: ["gpt-5.4-nano"], open: ["qwen3-4b"] } };
  const score = workload({
    name: "score",
    volume: { requests_per_month: 400_000_000 },
    tokens: { input: 250, output: 1 },
    latency: { ttft_ms_p95: 300 },
    ...shared,
  });
  const zero = workload({ name: "zero", volume: { requests_per_month: 1_000_000 }, tokens: { input: 500, output: 0 }, ...shared });
  const { decision } = evaluated(policy([score, zero], { team: { ml_ops: "dedicated" } }));
  expect(decision.workloads.every(({ option }) => option !== null)).toBe(true);
  expect(Number.isFinite(decision.monthlyCostUsd?.expected)).toBe(true);
});

it("serves requests without output within a promised start as those of one token: a server makes one", () => {
  const usdOf = (output: number) => {
    const embed = workload({
      volume: { requests_per_month: 100_000_000, hourly_profile: "flat" },
      tokens: { input: 500, output },
      latency: { ttft_ms_p95: 500 },
      candidates: { open: ["qwen3-4b"] },
    });
    return evaluated(policy([embed], { team: { ml_ops: "dedicated" } })).decision.monthlyCostUsd?.expected;
  };
  expect(usdOf(0)).toBeGreaterThan(0);
  expect(usdOf(0)).toBe(usdOf(1));
});
