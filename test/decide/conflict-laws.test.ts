import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { needsOf, without } from "../../src/decide/needs.ts";
import { optionsFor } from "../../src/decide/options.ts";
import { solve } from "../../src/decide/solve.ts";
import { AS_OF, catalog, documentOf, EVERY_RUN, evaluated, only, type PolicyObject, policy, workload } from "./support.ts";

const regime = fc.constantFrom("hipaa", "pci_dss", "il6", "il5", "fedramp_high", "iso42001");
const demanding = fc.record({
  regimes: fc.uniqueArray(regime, { maxLength: 3 }),
  residency: fc.constantFrom(undefined, ["eu"], ["jp"], ["us"]),
  leaves: fc.boolean(),
  airGapped: fc.boolean(),
  features: fc.subarray(["web_search", "vision", "tool_use"]),
  mmlu: fc.constantFrom(undefined, 50, 99),
  contextWindow: fc.constantFrom(undefined, 3_000_000),
  customization: fc.constantFrom("none", "merge"),
  ttft: fc.constantFrom(undefined, 1),
});

type Demanding = typeof demanding extends fc.Arbitrary<infer Value> ? Value : never;

function strict(ask: Demanding): PolicyObject {
  const { mmlu, contextWindow, ttft, residency } = ask;
  return policy([
    workload({
      compliance: {
        regimes: ask.regimes,
        ...(residency === undefined ? {} : { data_residency: residency }),
        data_may_leave: ask.leaves,
        air_gapped: ask.airGapped,
      },
      needs: {
        features: ask.features,
        customization: ask.customization,
        ...(mmlu === undefined ? {} : { min_benchmarks: { mmlu } }),
        ...(contextWindow === undefined ? {} : { context_window_tokens: contextWindow }),
      },
      ...(ttft === undefined ? {} : { latency: { ttft_ms_p95: ttft } }),
      candidates: { api: ["gpt-5.4-mini", "claude-haiku-4-5"], open: ["qwen3-32b"] },
    }),
  ]);
}

describe("a policy that nothing fits", () => {
  it("has a conflict in which every need counts: with these alone nothing fits, without any one of them something does", () => {
    let infeasible = 0;
    fc.assert(
      fc.property(demanding, (ask) => {
        const document = documentOf(strict(ask));
        const { facts, context, options } = solve(document, catalog, AS_OF, []);
        const [asked] = facts.workloads;
        const decided = only(evaluated(strict(ask)));
        if (asked === undefined || (options[0]?.feasible.length ?? 0) > 0) return;
        infeasible += 1;
        const pointers = decided.conflict?.steps.map(({ pointer }) => pointer) ?? [];
        const needs = needsOf(asked, context);
        const feasible = (kept: readonly string[]) =>
          optionsFor(
            without(
              asked,
              needs.filter(({ pointer }) => !kept.includes(pointer)),
            ),
            context,
          ).feasible.length > 0;

        expect(pointers.length).toBeGreaterThan(0);
        expect(feasible(pointers)).toBe(false);
        for (const dropped of pointers) expect(feasible(pointers.filter((pointer) => pointer !== dropped))).toBe(true);
      }),
      { numRuns: 15, seed: 5, ...EVERY_RUN },
    );
    expect(infeasible).toBeGreaterThan(6);
  });
});
