import { expect, it } from "vitest";
import { evaluated, policy, workload } from "../decide/support.ts";

/** Servers that are there for other requests anyway take little work for nothing more; much of it would need a second one. */
const busy = workload({
  name: "stays",
  data_class: ["none"],
  volume: { requests_per_day: 500_000, hourly_profile: "flat", peak_to_average: 2 },
  tokens: { input: 600, output: 12, cached_input_ratio: 0, batch_ratio: 1 },
  compliance: { data_may_leave: false },
  candidates: { api: ["openai.gpt-oss-20b-1:0"], open: ["qwen3.6-35b-a3b"] },
});
const small = workload({
  name: "may-leave",
  data_class: ["pii"],
  volume: { requests_per_day: 2000, hourly_profile: "business_hours", peak_to_average: 2.5 },
  tokens: { input: 9000, output: 500, cached_input_ratio: 0 },
  candidates: { api: ["openai.gpt-oss-20b-1:0"], open: ["qwen3.6-35b-a3b"] },
});

it("a rule of thumb never says that no volume changes sides where the report lists one", () => {
  const { decision } = evaluated(policy([busy, small], { team: { ml_ops: "part_time", hourly_rate_usd: 110 } }));
  const decided = decision.workloads.find(({ name }) => name === "may-leave");
  const [first] = decided?.breakEvens[0]?.crossings ?? [];
  expect(decided?.breakEven).toBeNull();
  expect(first?.above).toBe("api");
  const texts = decision.advisory
    .filter(({ workload: name, rule }) => name === "may-leave" && rule.endsWith("-volume"))
    .map(({ text }) => text);
  expect(texts).toHaveLength(2);
  for (const text of texts) expect(text).toMatch(/computed for this workload: the API above [\d,]+$/);
});
