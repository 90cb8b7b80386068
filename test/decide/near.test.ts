import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Pricer } from "../../src/decide/portfolio.ts";
import { pathOf, recommendNear, searchPortfolios, servedIds } from "../../src/decide/search.ts";
import { choiceId } from "../../src/decide/split.ts";
import { shortened } from "../shortened.ts";
import { arbitraryPortfolio, type Portfolio, pricerOf } from "./oracle-support.ts";

const RUNS = shortened(600, 15, "random policies searched from what serves another");

/** What is recommended, by the name of each workload. */
function servedBy(pricer: Pricer): ReadonlyMap<string, string> {
  return servedIds(pricer, searchPortfolios(pricer).chosen?.assignment ?? []);
}

/** The same portfolio with another volume for its first workload. */
function edited(portfolio: Portfolio, magnitude: number): Portfolio {
  return { ...portfolio, workloads: portfolio.workloads.map((entry, index) => (index === 0 ? { ...entry, magnitude } : entry)) };
}

describe("a search from what serves a policy that differs in an edit", () => {
  it("recommends what a search from nothing does", { timeout: 3_600_000 }, () => {
    let moved = 0;
    fc.assert(
      fc.property(arbitraryPortfolio, fc.double({ min: 3, max: 8.7, noNaN: true }), (portfolio, magnitude) => {
        const served = servedBy(pricerOf(edited(portfolio, magnitude)));
        const expected = searchPortfolios(pricerOf(portfolio)).chosen;
        const { chosen: found, exact } = recommendNear(pricerOf(portfolio), served);

        expect(exact).toBe(true);

        if (expected === undefined) return expect(found).toBeUndefined();
        expect((found?.monthlyUsd ?? 0) / expected.monthlyUsd).toBeCloseTo(1, 9);
        expect(pathOf(found?.assignment ?? [])).toBe(pathOf(expected.assignment));
        const ids = expected.assignment.map((choice) => choiceId(choice)).join();
        if (ids !== [...served.values()].join()) moved++;
      }),
      { numRuns: RUNS, seed: 20261129 },
    );
    // Where the edit changes nothing the start is the answer.
    expect(moved).toBeGreaterThan(RUNS / 4);
  });

  it("recommends it from nowhere as well", () => {
    const [portfolio] = fc.sample(arbitraryPortfolio, { numRuns: 1, seed: 20261129 });
    if (portfolio === undefined) throw new Error("one policy was asked for");
    const { chosen: found } = recommendNear(pricerOf(portfolio), new Map());

    expect(found?.monthlyUsd).toBeCloseTo(searchPortfolios(pricerOf(portfolio)).chosen?.monthlyUsd ?? 0, 6);
  });
});
