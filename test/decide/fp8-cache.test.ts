import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/evaluate.ts";
import { AS_OF, catalog, policy, workload } from "./support.ts";

/** Long outputs without a latency promise: the cache is what limits a server. */
function decided(requests: number, needs: object = {}) {
  const own = workload({
    name: "own",
    volume: { requests_per_month: requests, hourly_profile: "flat" },
    tokens: { input: 2000, output: 1000 },
    candidates: { open: ["qwen3-32b"] },
    compliance: { data_may_leave: false },
    ...needs,
  });
  const text = JSON.stringify(policy([own], { team: { ml_ops: "dedicated" } }), null, 1);
  const result = evaluate({ path: "policy.yml", text, files: {}, base: null, catalog, asOf: AS_OF, engineVersion: "test" });
  if (result.kind === "invalid") throw new Error(JSON.stringify(result.diagnostics, null, 1));
  return result.evaluation.decision;
}

const CACHE_CONDITION = /KV cache in fp8/;

describe("an fp8 KV cache", () => {
  it("is taken where it saves money, and says what has to be shown first and which flag sets it", () => {
    const taken = [10_000, 10_000_000].map((requests) => decided(requests)).filter(({ fleets }) => fleets[0]?.id.endsWith("/kv-fp8"));

    expect(taken.length).toBeGreaterThan(0);
    for (const { fleets, workloads } of taken) {
      expect(fleets[0]?.vllmFlags).toContainEqual(["--kv-cache-dtype", "fp8"]);
      expect(workloads[0]?.conditions).toContainEqual(expect.stringMatching(CACHE_CONDITION));
    }
  });

  it("is left where a bf16 cache costs the same", () => {
    const smallest = decided(10_000);

    expect(smallest.fleets[0]?.id).not.toContain("kv-fp8");
    expect(smallest.workloads[0]?.conditions.filter((text) => CACHE_CONDITION.test(text))).toEqual([]);
  });
});
