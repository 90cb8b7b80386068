import { expect, it } from "vitest";
import { evaluated, only, policy, sumOf, workload } from "../decide/support.ts";

it("bills requests that may wait at the batch price that AWS states for Amazon's and Meta's models on Bedrock", () => {
  // 90 million requests of 400 / 4 tokens, nine tenths in a batch: 36,000 and 360 million tokens at 0.035 / 0.14 and half of it.
  const volume = { requests_per_month: 90_000_000, hourly_profile: "flat", peak_to_average: 1.5 };
  const tokens = { input: 400, output: 4, cached_input_ratio: 0, batch_ratio: 0.9 };
  const decision = only(evaluated(policy([workload({ volume, tokens, candidates: { api: ["amazon.nova-micro-v1:0"] } })])));
  const list = 36_000 * 0.035 + 360 * 0.14;
  expect(sumOf(decision, "input-tokens", "output-tokens", "batch-input-tokens", "batch-output-tokens")).toBeCloseTo(list * 0.55, 6);
});
