import { describe, expect, it } from "vitest";
import { evaluated, only, type PolicyObject, policy, sumOf, workload } from "../decide/support.ts";

const TOKENS = { input: 10_000, output: 100 };

function on(model: string, tokens: PolicyObject) {
  return evaluated(policy([workload({ tokens: { ...TOKENS, ...tokens }, candidates: { api: [model] } })]));
}

const tokensUsd = (model: string, tokens: PolicyObject) => {
  const decision = only(on(model, tokens));
  const batch = ["batch-input-tokens", "batch-cached-input-tokens", "batch-output-tokens"];
  return sumOf(decision, "input-tokens", "cached-input-tokens", "output-tokens", ...batch);
};

describe("requests that may wait", () => {
  it("never cost more than those that may not, where a batch knows no cache", () => {
    // gpt-4.1-mini: 0.40 / 1.60, cached 0.10, batch 0.20 / 0.80. A million requests of 10,000 cached and 100 tokens:
    // at once 1,000 + 160 = 1,160; in a batch 2,000 + 80 = 2,080, which was billed.
    expect(tokensUsd("gpt-4.1-mini", { cached_input_ratio: 1, batch_ratio: 1 })).toBeCloseTo(1160, 6);
    expect(tokensUsd("gpt-4.1-mini", { cached_input_ratio: 1, batch_ratio: 0 })).toBeCloseTo(1160, 6);
    // Without a cache the batch is half of 4,000 + 160.
    expect(tokensUsd("gpt-4.1-mini", { cached_input_ratio: 0, batch_ratio: 1 })).toBeCloseTo(2080, 6);
    expect(on("gpt-4.1-mini", { cached_input_ratio: 1, batch_ratio: 1 }).findings.map(({ id }) => id)).toContain("batch-dearer");
    expect(on("gpt-4.1-mini", { cached_input_ratio: 0, batch_ratio: 1 }).findings.map(({ id }) => id)).not.toContain("batch-dearer");
  });

  it("cost half of what those at once do where a batch reads from the cache too: they were billed at once, or in full", () => {
    // gpt-5.4-mini: 0.75 / 4.50, cached 0.075, in a batch 0.375 / 2.25 and 0.0375. At once 750 + 450.
    expect(tokensUsd("gpt-5.4-mini", { cached_input_ratio: 1, batch_ratio: 0 })).toBeCloseTo(1200, 6);
    expect(tokensUsd("gpt-5.4-mini", { cached_input_ratio: 1, batch_ratio: 1 })).toBeCloseTo(600, 6);
    expect(on("gpt-5.4-mini", { cached_input_ratio: 1, batch_ratio: 1 }).findings.map(({ id }) => id)).not.toContain("batch-dearer");
  });

  it("keep their cache where the provider sells no batch", () => {
    const [now, later] = [0, 1].map((batch_ratio) => tokensUsd("grok-4.6", { cached_input_ratio: 0.9, batch_ratio }));
    expect(later).toBeCloseTo(now ?? Number.NaN, 6);
    expect(
      on("grok-4.6", { cached_input_ratio: 0.9, batch_ratio: 1 }).findings.find(({ id }) => id === "batch-price-unknown")?.text,
    ).toContain("billed as if they could not");
  });

  it("cost half at any length where the provider says so: those of long prompts were billed in full", () => {
    // gpt-5.4: 2.50 / 15.00, above 272,000 tokens 5.00 / 22.50. Halves of both at every length are half of the bill.
    const long = { input: 300_000, output: 800 };
    const [now, later] = [0, 1].map((batch_ratio) => tokensUsd("gpt-5.4", { ...long, batch_ratio }));
    expect(later).toBeCloseTo((now ?? Number.NaN) / 2, 4);
  });
});
