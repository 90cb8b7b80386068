import { describe, expect, it } from "vitest";
import { evaluated, only, type PolicyObject, policy, sumOf, workload } from "../decide/support.ts";

const TOKENS = { input: 10_000, output: 100 };

function on(model: string, tokens: PolicyObject) {
  return evaluated(policy([workload({ tokens: { ...TOKENS, ...tokens }, candidates: { api: [model] } })]));
}

const tokensUsd = (model: string, tokens: PolicyObject) => {
  const decision = only(on(model, tokens));
  return sumOf(decision, "input-tokens", "cached-input-tokens", "output-tokens", "batch-input-tokens", "batch-output-tokens");
};

describe("requests that may wait", () => {
  it("never cost more than those that may not: a batch knows no cache", () => {
    // gpt-5.4-mini: 0.75 / 4.50, cached 0.075, batch 0.375 / 2.25. A million requests of 10,000 cached and 100 tokens:
    // at once 750 + 450 = 1,200; in a batch 3,750 + 225 = 3,975, which was billed.
    expect(tokensUsd("gpt-5.4-mini", { cached_input_ratio: 1, batch_ratio: 1 })).toBeCloseTo(1200, 6);
    expect(tokensUsd("gpt-5.4-mini", { cached_input_ratio: 1, batch_ratio: 0 })).toBeCloseTo(1200, 6);
    // Without a cache the batch is half of 7,500 + 450.
    expect(tokensUsd("gpt-5.4-mini", { cached_input_ratio: 0, batch_ratio: 1 })).toBeCloseTo(3975, 6);
    expect(on("gpt-5.4-mini", { cached_input_ratio: 1, batch_ratio: 1 }).findings.map(({ id }) => id)).toContain("batch-dearer");
    expect(on("gpt-5.4-mini", { cached_input_ratio: 0, batch_ratio: 1 }).findings.map(({ id }) => id)).not.toContain("batch-dearer");
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
