import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { floorsOf } from "../../src/decide/floors.ts";
import { fullTimeShare } from "../../src/decide/people-cost.ts";
import { hostsOf } from "../../src/decide/split.ts";
import { membersOf } from "../../src/decide/standing.ts";
import { arbitraryPortfolio, choicesOf, pricerOf } from "./oracle-support.ts";
import { EVERY_RUN } from "./support.ts";

/** A bound and what it bounds are sums in different orders. */
const ROUNDING = 1 + 1e-9;

/** Some assignment of a portfolio: of each workload the choice at a place of its list. */
const arbitraryAssignment = fc.record({ portfolio: arbitraryPortfolio, places: fc.array(fc.nat(), { minLength: 3, maxLength: 3 }) });

describe("lower bounds of the joint search", () => {
  it("are never above what an assignment costs: its parts, its fleets, and all of it on few GPUs", () => {
    let [fleets, few] = [0, 0];
    fc.assert(
      fc.property(arbitraryAssignment, ({ portfolio, places }) => {
        const pricer = pricerOf(portfolio);
        const lists = choicesOf(pricer);
        if (lists.some((list) => list.length === 0)) return;
        const assignment = lists.map((list, index) => list[(places[index] ?? 0) % list.length]).filter((choice) => choice !== undefined);
        const priced = pricer.price(assignment);
        if (priced === undefined) return;
        const floors = floorsOf(pricer, lists, () => 0);
        const chosen = floors.byWorkload.map(({ index, floors: own }) => own.find(({ choice }) => choice === assignment[index]));
        for (let at = 0; at < floors.stretches; at++) {
          const own = chosen.reduce((sum, floor) => sum + (floor?.ownUsd[at] ?? Number.NaN), 0);

          expect(own + floors.shared.common).toBeLessThanOrEqual(priced.monthlyUsd * ROUNDING);
        }
        for (const [weights, members] of membersOf(assignment, pricer.workloadAt)) {
          const group = pricer.groupFloor(weights, members);
          const small = Math.min(Number.POSITIVE_INFINITY, ...group.small().map(({ usd }) => usd));
          fleets += 1;

          expect(group.anyFloorUsd()).toBeLessThanOrEqual((group.sized()?.usd ?? 0) * ROUNDING);
          expect(group.smallFloorUsd()).toBeLessThanOrEqual(small * ROUNDING);
        }
        if (!assignment.some((choice) => hostsOf(choice) !== null) || fullTimeShare(priced.fleets) > 0) return;
        few += 1;

        expect(floors.shared.few).toBeLessThanOrEqual(priced.monthlyUsd * ROUNDING);
      }),
      { numRuns: 150, ...EVERY_RUN },
    );

    expect(Math.min(fleets, few)).toBeGreaterThan(20);
  });
});
