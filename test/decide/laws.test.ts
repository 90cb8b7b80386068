import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Pricer } from "../../src/decide/portfolio.ts";
import { newMemo } from "../../src/decide/pricing-context.ts";
import { scenario } from "../../src/decide/scenario.ts";
import { searchPortfolios } from "../../src/decide/search.ts";
import { choiceId } from "../../src/decide/split.ts";
import { arbitraryPortfolio, type Portfolio, pricerOf } from "./oracle-support.ts";
import { evaluated, only, type PolicyObject, policy, workload } from "./support.ts";

/** What a search chose, by name of the workload, and what that costs. */
function outcome(pricer: Pricer) {
  const { chosen } = searchPortfolios(pricer);
  const choices = (chosen?.assignment ?? []).map(
    (choice, index) => [pricer.context.facts.workloads[index]?.name, choiceId(choice)] as const,
  );
  return { usd: chosen?.monthlyUsd.toFixed(6), choices: [...choices].sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)) };
}

function leastUsd(pricer: Pricer): number {
  return Math.min(...Object.values(searchPortfolios(pricer).byPath).map(({ monthlyUsd }) => monthlyUsd));
}

/** The same policy with other workloads, nothing remembered. */
function withWorkloads(pricer: Pricer, workloads: Pricer["context"]["workloads"]): Pricer {
  const facts = { ...pricer.context.facts, workloads: workloads.map((entry) => entry.workload) };
  return new Pricer({ ...pricer.context, workloads, facts, memo: newMemo() });
}

function property(runs: number, check: (pricer: Pricer, portfolio: Portfolio) => void): void {
  fc.assert(
    fc.property(arbitraryPortfolio, (portfolio) => check(pricerOf(portfolio), portfolio)),
    { numRuns: runs, seed: 5 },
  );
}

describe("a decision", () => {
  it("does not depend on the order of workloads, of options or of offers", () => {
    property(25, (pricer) => {
      const { workloads, offers } = pricer.context;
      const turned = workloads.map((entry) => ({ ...entry, feasible: [...entry.feasible].reverse() })).reverse();
      const shuffled = new Map([...offers].reverse().map(([gpu, list]) => [gpu, [...list].reverse()]));
      const other = withWorkloads(pricer, turned);

      expect(outcome(new Pricer({ ...other.context, offers: shuffled }))).toEqual(outcome(pricer));
    });
  });

  it("stays when an option that nobody would take is added", () => {
    property(30, (pricer) => {
      const worse = pricer.context.workloads.map((entry) => ({
        ...entry,
        feasible: [...entry.feasible, ...entry.feasible.flatMap((option) => (option.kind === "self-host" ? [] : [dearer(option)]))],
      }));
      const choices = outcome(withWorkloads(pricer, worse));

      expect(choices).toEqual(outcome(pricer));
    });
  });

  it("stays when an option that the rules forbid is added", () => {
    const own = { candidates: { api: ["gpt-5.4-mini"], open: ["qwen3-32b"] }, compliance: { data_may_leave: false } };
    const more = { ...own, candidates: { ...own.candidates, api: ["gpt-5.4-mini", "gpt-5.4-nano", "claude-haiku-4-5"] } };
    const bill = (change: PolicyObject) => only(evaluated(policy([workload(change)]))).costLines;

    expect(bill(more)).toEqual(bill(own));
  });

  it("never takes more of what became dearer: API prices, GPU prices, people", () => {
    property(30, (pricer) => {
      const at = (change: Parameters<typeof scenario>[0]) => leastUsd(new Pricer({ ...pricer.context, what: scenario(change) }));
      const now = leastUsd(pricer);
      if (now === Number.POSITIVE_INFINITY) return;

      for (const change of [{ apiPrice: 1.5 }, { gpuPrice: 1.5 }, { hourlyRate: 1.5 }])
        expect(at(change)).toBeGreaterThanOrEqual(now - 1e-6);
      expect(onApi(new Pricer({ ...pricer.context, what: scenario({ apiPrice: 3 }) }))).toBeLessThanOrEqual(onApi(pricer) + 1e-6);
    });
  });

  it("never costs less with an option less", () => {
    property(30, (pricer) => {
      const fewer = pricer.context.workloads.map((entry) => ({ ...entry, feasible: entry.feasible.slice(1) }));
      expect(leastUsd(withWorkloads(pricer, fewer))).toBeGreaterThanOrEqual(leastUsd(pricer) - 1e-6);
    });
  });
});

type TokenOption = Exclude<Pricer["context"]["workloads"][number]["feasible"][number], { readonly kind: "self-host" }>;

/** The same model through the same route at twice the price. */
function dearer(option: TokenOption): TokenOption {
  const { model, id } = option.candidate;
  const prices = model.prices.map((row) => ({
    ...row,
    inputUsdPerMTok: row.inputUsdPerMTok * 2,
    outputUsdPerMTok: row.outputUsdPerMTok * 2,
  }));
  const batch = prices.map((row) => ({ ...row, batchInputUsdPerMTok: null, batchOutputUsdPerMTok: null, cachedInputUsdPerMTok: null }));
  return { ...option, candidate: { ...option.candidate, id: `${id}-dearer`, model: { ...model, prices: batch } } };
}

/** Tokens that the least expensive plan buys, in USD at today's list price. */
function onApi(pricer: Pricer): number {
  const plans = Object.values(searchPortfolios(pricer).byPath).sort((a, b) => a.monthlyUsd - b.monthlyUsd);
  const bills = plans[0]?.bills ?? [];
  return bills.reduce((sum, bill) => sum + (bill?.monthlyUsd ?? 0), 0) / pricer.context.what.apiPrice;
}

describe("a need", () => {
  const NEEDS: readonly PolicyObject[] = [
    { compliance: { regimes: ["hipaa"] } },
    { compliance: { data_residency: ["eu"] } },
    { compliance: { zero_retention: true } },
    { compliance: { air_gapped: true } },
    { needs: { features: ["vision"] } },
    { needs: { openness: "weights" } },
    { needs: { customization: "sft" } },
    { needs: { customization: "sft", fine_tuning: { training_tokens: 1e7, examples: 5 } } },
    { needs: { min_benchmarks: { mmlu: 85 } } },
    { latency: { ttft_ms_p95: 500 } },
  ];

  it("never makes an option feasible, alone or on top of another", () => {
    const rejected = (change: PolicyObject) =>
      new Set(
        only(evaluated(policy([workload({ candidates: undefined, needs: { min_benchmarks: {} }, ...change })]))).rejected.map(
          (row) => row.option,
        ),
      );
    const none = rejected({});
    for (const need of NEEDS) {
      const needs = { min_benchmarks: {}, ...(need.needs as PolicyObject | undefined) };
      const now = rejected({ ...need, needs });
      expect(
        [...none].filter((option) => !now.has(option)),
        JSON.stringify(need),
      ).toEqual([]);
      const both = rejected({ ...need, needs, data_class: ["phi"] });
      expect(
        [...now].filter((option) => !both.has(option)),
        JSON.stringify(need),
      ).toEqual([]);
    }
  });
});
