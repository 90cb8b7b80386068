import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PricedPortfolio } from "../../src/decide/portfolio.ts";
import { worthOf } from "../../src/decide/preferences.ts";
import { solve } from "../../src/decide/solve.ts";
import { shortened } from "../shortened.ts";
import { AS_OF, catalog, documentOf, EVERY_RUN, policy, workload } from "./support.ts";

const RUNS = shortened(200, 10, "policies with preferences against a brute force");

describe("the search with preferences", () => {
  const DIMENSIONS = ["capability", "privacy", "customization", "setup_speed", "operations", "lock_in", "features", "cost_predictability"];
  const arbitraryWeights = fc
    .tuple(...DIMENSIONS.map(() => fc.constantFrom(0, 0, 1, 3)))
    .map((values) => Object.fromEntries(DIMENSIONS.map((id, at) => [id, values[at]])));
  const size = fc.record({ magnitude: fc.double({ min: 3, max: 8.5, noNaN: true }), output: fc.integer({ min: 50, max: 900 }) });
  const asked = fc.record({
    sizes: fc.array(size, { minLength: 1, maxLength: 2 }),
    weights: arbitraryWeights,
    budget: fc.constantFrom(0, 0.05, 0.2, 0.5),
  });

  it("finds the option that is worth most of the whole catalog, alone and for two workloads: a brute force", () => {
    let dearer = 0;
    fc.assert(
      fc.property(asked, ({ sizes, weights: given, budget }) => {
        const entries = sizes.map(({ magnitude, output }, at) =>
          workload({
            name: `w${at}`,
            volume: { requests_per_month: Math.round(10 ** magnitude), hourly_profile: "flat", peak_to_average: 1.5 },
            tokens: { input: 1000, output, cached_input_ratio: 0 },
            candidates: undefined,
          }),
        );
        const document = documentOf(policy(entries, { preferences: { budget_ratio: budget, weights: given } }));
        const { pricer, search } = solve(document, catalog, AS_OF, []);
        const { facts, catalog: priced } = pricer.context;
        const worth = (portfolio: PricedPortfolio) => worthOf(portfolio, facts, priced);
        const found = Math.min(...Object.values(search.byPath).map(worth));
        let [least, leastUsd] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
        const [first, second] = pricer.context.workloads.map(({ feasible }) => feasible);
        for (const one of first ?? []) {
          for (const two of second ?? [null]) {
            const portfolio = pricer.price(two === null ? [one] : [one, two]);
            if (portfolio === undefined) continue;
            least = Math.min(least, worth(portfolio));
            leastUsd = Math.min(leastUsd, portfolio.monthlyUsd);
          }
        }

        expect(search.exact).toBe(true);
        expect(found / least - 1).toBeLessThan(1e-9);
        if ((search.chosen?.monthlyUsd ?? 0) > leastUsd * 1.001) dearer += 1;
      }),
      { numRuns: RUNS, seed: 3, endOnFailure: true, ...EVERY_RUN },
    );

    expect(dearer).toBeGreaterThan(0);
  });
});
