import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { searchPortfolios } from "../../src/decide/search.ts";
import { shortened } from "../shortened.ts";
import { arbitraryPortfolio, choicesOf, leastOfAll, pricerOf } from "./oracle-support.ts";

const RUNS = shortened(2_000, 40, "random policies against a brute force");

/** More assignments than this are not tried one by one. */
const MOST_ASSIGNMENTS = 4_000;

describe("a brute force over every assignment", () => {
  it("finds nothing less expensive where only one key for both workloads pays, a find of the long leg", () => {
    const pricer = pricerOf({
      workloads: [
        { shape: 0, magnitude: 3, options: [10, 5, 0], leaves: false },
        { shape: 2, magnitude: 5.988043874363716, options: [10, 5, 1], leaves: true },
      ],
      team: "part_time",
      hourlyRate: 2,
      discount: 0.9,
      owns: false,
    });
    const best = Math.min(...Object.values(searchPortfolios(pricer).byPath).map(({ monthlyUsd }) => monthlyUsd));

    expect(best / leastOfAll(pricer, choicesOf(pricer)) - 1).toBeLessThan(1e-9);
  });

  it("finds nothing less expensive than the search, over all options and splits", { timeout: 3_600_000 }, () => {
    let tried = 0;
    fc.assert(
      fc.property(arbitraryPortfolio, (portfolio) => {
        const pricer = pricerOf(portfolio);
        const lists = choicesOf(pricer);
        if (lists.reduce((product, list) => product * list.length, 1) > MOST_ASSIGNMENTS) return fc.pre(false);
        tried++;
        const found = searchPortfolios(pricer);
        const best = Math.min(...Object.values(found.byPath).map(({ monthlyUsd }) => monthlyUsd));
        const least = leastOfAll(pricer, lists);

        expect(found.exact).toBe(true);
        if (least === Number.POSITIVE_INFINITY) expect(best).toBe(least);
        else expect(best / least - 1).toBeLessThan(1e-9);
      }),
      { numRuns: RUNS, seed: 20261121, maxSkipsPerRun: 100 },
    );
    expect(tried).toBeGreaterThanOrEqual(RUNS);
  });
});
