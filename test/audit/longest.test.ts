import { describe, expect, it } from "vitest";
import { evaluated, only, type PolicyObject, policy, workload } from "../decide/support.ts";

function on(candidates: PolicyObject, tokens: PolicyObject, change: PolicyObject = {}) {
  return only(evaluated(policy([workload({ tokens: { cached_input_ratio: 0, ...tokens }, candidates })], change)));
}

describe("the longest requests of the horizon", () => {
  it("are those of the first month where they become shorter", () => {
    const shrinking = on({ api: ["gpt-5.4-mini", "gpt-4.1-mini"] }, { input: 500_000, output: 1000, growth_ratio_per_month: -0.1 });
    expect(shrinking.rejected).toContainEqual(
      expect.objectContaining({
        option: "api/openai-api/gpt-5.4-mini",
        rule: "context-window",
        text: expect.stringContaining("against 501000 needed"),
      }),
    );
  });

  it("fit into the servers that are planned, where requests grow", () => {
    const { decision } = evaluated(
      policy([
        workload({
          tokens: { input: 3000, output: 500, cached_input_ratio: 0, growth_ratio_per_month: 0.1 },
          candidates: { open: ["qwen3-32b"] },
        }),
      ]),
    );
    const flag = decision.fleets[0]?.vllmFlags.find(([name]) => name === "--max-model-len");
    // 3,500 tokens x 1.1^11 are 9,986 in the twelfth month; servers for 7,000 would refuse them.
    expect(Number(flag?.[1])).toBeGreaterThanOrEqual(2 * 9986);
  });

  it("are not served by a model that ends its answers before they are over", () => {
    const long = (output: number) => on({ api: ["amazon.nova-micro-v1:0"] }, { input: 1000, output });
    expect(long(8192).path).toBe("api");
    expect(long(10_000).rejected).toMatchObject([
      {
        rule: "context-window",
        verdict: "fail",
        text: "amazon.nova-micro-v1:0 ends an answer after 8192 tokens, and the mean one has 10000",
      },
    ]);
  });
});
