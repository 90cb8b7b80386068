import { describe, expect, it } from "vitest";
import { isApartForReason } from "../../src/decide/apart.ts";
import { runnersUpOf } from "../../src/decide/plan.ts";
import type { Pricer } from "../../src/decide/portfolio.ts";
import { type PathKind, pathOf, searchPortfolios } from "../../src/decide/search.ts";
import { type Choice, choiceId } from "../../src/decide/split.ts";
import { choicesOf, type Portfolio, pricerOf } from "./oracle-support.ts";

/** Small portfolios of two workloads: on an API each, on one fleet, split, and with a promise beside bulk work. */
const PORTFOLIOS: Readonly<Record<string, Portfolio>> = {
  "few requests": portfolio([0, 4.5, [0, 5, 6], true], [1, 4.8, [0, 5], true]),
  "many requests on one model": portfolio([0, 8.2, [0, 6], false], [1, 7.9, [0, 1, 5], false]),
  "peaks that may leave": portfolio([4, 8.3, [0, 5], true], [3, 8.1, [0, 5, 6], true]),
  // One key that both overflows share costs less than the least expensive API of each.
  "overflows behind one key": {
    ...portfolio([0, 3, [10, 5, 0], false], [2, 5.988043874363716, [10, 5, 1], true]),
    team: "part_time",
    hourlyRate: 2,
    discount: 0.9,
  },
  "one that grows and machines that are owned": { ...portfolio([5, 7.4, [0, 1, 5], false], [2, 7.2, [1, 5], true]), owns: true },
};

function portfolio(...workloads: readonly (readonly [shape: number, magnitude: number, options: number[], leaves: boolean])[]): Portfolio {
  return {
    workloads: workloads.map(([shape, magnitude, options, leaves]) => ({ shape, magnitude, options, leaves })),
    team: "dedicated",
    hourlyRate: 60,
    discount: 0.3,
    owns: false,
  };
}

/** The least cost of every assignment of each path, one by one. */
function leastByPath(pricer: Pricer, [first = [], second = []]: readonly (readonly Choice[])[]) {
  const least = new Map<PathKind, number>();
  for (const one of first) {
    for (const two of second) {
      const assignment = [one, two];
      const usd = isApartForReason(assignment, pricer.workloadAt) ? pricer.price(assignment)?.monthlyUsd : undefined;
      const path = pathOf(assignment);
      if (usd !== undefined && usd < (least.get(path) ?? Number.POSITIVE_INFINITY)) least.set(path, usd);
    }
  }
  return least;
}

describe("the search", () => {
  for (const [name, asked] of Object.entries(PORTFOLIOS)) {
    it(`finds what costs least on every path: ${name}`, () => {
      const pricer = pricerOf(asked);
      const lists = choicesOf(pricer);
      const least = leastByPath(pricer, lists);
      const found = searchPortfolios(pricer);

      expect(found).toMatchObject({ exact: true, gapRatio: 0 });
      expect(Object.keys(found.byPath).toSorted()).toEqual([...least.keys()].toSorted());
      for (const [path, usd] of least) expect((found.byPath[path]?.monthlyUsd ?? 0) / usd).toBeCloseTo(1, 9);
      // What runs nowhere yet is the least expensive, or within 2 % of it by the token or without a split.
      const best = Math.min(...least.values());
      expect(found.chosen?.monthlyUsd).toBeLessThanOrEqual(best * 1.02 * (1 + 1e-9));
      expect(found.tied || found.simpler || Math.abs((found.chosen?.monthlyUsd ?? 0) / best - 1) < 1e-9).toBe(true);
    });
  }

  it("tells the next best choices of each workload with the other as chosen, each model once", () => {
    const pricer = pricerOf(PORTFOLIOS["peaks that may leave"] ?? portfolio());
    const search = searchPortfolios(pricer);
    const { chosen } = search;
    if (chosen === undefined) throw new Error("something serves both");
    for (const index of [0, 1]) {
      const told = runnersUpOf({ search, pricer }, chosen, index);
      const ids = told.map(({ option }) => choiceId(option));
      const all = [...(search.shortlists[index] ?? []), ...(search.splits[index] ?? [])];
      const costs = new Map<string, number>();
      for (const option of all) {
        const usd = pricer.price(chosen.assignment.with(index, option))?.monthlyUsd ?? Number.POSITIVE_INFINITY;
        costs.set(choiceId(option), Math.min(usd, costs.get(choiceId(option)) ?? Number.POSITIVE_INFINITY));
      }
      costs.delete(choiceId(chosen.assignment[index] ?? all[0] ?? never()));
      const least = [...costs.values()].toSorted((a, b) => a - b).slice(0, 3);

      expect(told.map(({ usd }) => Number(usd.toFixed(6)))).toEqual(least.map((usd) => Number(usd.toFixed(6))));
      expect(new Set(ids).size).toBe(ids.length);
      for (const { option, usd } of told) expect(costs.get(choiceId(option))).toBeCloseTo(usd, 6);
    }
  });

  it("finds nothing where a workload has no option", () => {
    const found = searchPortfolios(pricerOf(portfolio([0, 5, [0, 5], true], [1, 5, [], true])));
    expect(found).toMatchObject({ byPath: {}, exact: true, gapRatio: 0, chosen: undefined, kept: [], tied: false, simpler: false });
  });
});

function never(): never {
  throw new Error("the workload has a choice");
}
