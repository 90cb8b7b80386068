import { describe, expect, it } from "vitest";
import { evaluated, only, type PolicyObject, policy, workload } from "../decide/support.ts";

/** Reasoning over requests that must score what no model scores. */
const asking = (needs: PolicyObject | undefined) =>
  policy([
    workload({
      use_case: "complex_reasoning",
      volume: { requests_per_day: 1000 },
      tokens: { input: 500, output: 500 },
      candidates: undefined,
      ...(needs === undefined ? {} : { needs }),
    }),
  ]);

describe("a way out of a policy that nothing fits", () => {
  it("costs what the policy costs without the need: the floor of the use case applies again, so no toy model is offered", () => {
    const [way] = only(evaluated(asking({ min_benchmarks: { gpqa_diamond: 99.9 } }))).relaxations;
    const freed = only(evaluated(asking(undefined)));
    expect(way?.needs.map(({ pointer }) => pointer)).toEqual(["workloads[0].needs.min_benchmarks.gpqa_diamond"]);
    expect(way?.option.model).toBe(freed.option?.model);
    expect(way?.monthlyUsd).toBeCloseTo(freed.monthlyCostUsd?.expected ?? Number.NaN, 6);
  });
});
