import { describe, expect, it } from "vitest";
import { evaluated, only, type PolicyObject, policy, sumOf, workload } from "../decide/support.ts";

/** A million requests of 500 / 200 tokens a month. */
function on(model: string, data_residency?: readonly string[], change: PolicyObject = {}) {
  const compliance = data_residency === undefined ? {} : { data_residency };
  return only(evaluated(policy([workload({ candidates: { api: [model] } })], { compliance, ...change })));
}

const tokensUsd = (decision: ReturnType<typeof on>) => sumOf(decision, "input-tokens", "output-tokens");

describe("requests that stay in one place", () => {
  it.each([
    // 500 x 0.75 + 200 x 4.50 a million requests, and a tenth more.
    ["gpt-5.4-mini", 1275],
    ["claude-sonnet-4-6", 500 * 3 + 200 * 15],
  ])("cost a tenth more on %s: its maker says so since 2026", (model, usd) => {
    expect(tokensUsd(on(model))).toBeCloseTo(usd, 6);
    const kept = on(model, ["us"]);
    expect(tokensUsd(kept)).toBeCloseTo(usd * 1.1, 6);
    expect(kept.costLines[0]?.source).toContain("10 % more for one place of processing");
  });

  it("cost the same on models from before, and at a price that the policy declares", () => {
    expect(tokensUsd(on("gpt-5.2", ["us"]))).toBeCloseTo(tokensUsd(on("gpt-5.2")), 6);
    const row = {
      id: "gpt-5.4-mini",
      effective_from: "2026-01-01",
      input_usd_per_mtok: 0.7,
      output_usd_per_mtok: 4,
      source: "contract",
      checked: "2026-11-01",
    };
    expect(tokensUsd(on("gpt-5.4-mini", ["us"], { prices: { api: [row] } }))).toBeCloseTo(500 * 0.7 + 200 * 4, 6);
  });

  it("cannot be sent to Claude Haiku 4.5 at Anthropic, which refuses to say where it answers", () => {
    const refused = on("claude-haiku-4-5", ["us"]);
    expect(refused.path).toBe("none");
    expect(refused.rejected).toMatchObject([
      { rule: "data-residency", verdict: "fail", text: expect.stringContaining("cannot be kept in one place") },
    ]);
    expect(on("us.anthropic.claude-haiku-4-5-20251001-v1:0", ["us"]).path).toBe("api");
  });

  it("cost no more where a waiver lets them go elsewhere", () => {
    const asked = policy([workload({ candidates: { api: ["claude-sonnet-4-6"] } })], { compliance: { data_residency: ["jp"] } });
    expect(only(evaluated(asked)).path).toBe("none");
    const waivers = [{ rule: "data-residency", owner: "ciso@example.com", reason: "pilot", expires: "2027-12-31" }];
    const { decision } = evaluated({ ...asked, waivers });
    expect(decision.workloads[0]?.path).toBe("api");
    expect(tokensUsd(decision.workloads[0] ?? only(evaluated(asked)))).toBeCloseTo(500 * 3 + 200 * 15, 6);
    expect(decision.monthlyCostUsd?.p50).toBeCloseTo(decision.monthlyCostUsd?.expected ?? 0, -2);
  });
});
