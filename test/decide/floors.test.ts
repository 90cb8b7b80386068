import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { floorsOf, savingSteps } from "../../src/decide/floors.ts";
import { isFullTime } from "../../src/decide/people-cost.ts";
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
        if (!assignment.some((choice) => hostsOf(choice) !== null) || isFullTime(priced.fleets)) return;
        few += 1;

        expect(floors.shared.few).toBeLessThanOrEqual(priced.monthlyUsd * ROUNDING);
      }),
      { numRuns: 150, ...EVERY_RUN },
    );

    expect(Math.min(fleets, few)).toBeGreaterThan(20);
  });

  it("charge a stretch of busy hours with all that its instances cost", () => {
    const pricer = pricerOf({
      workloads: [{ shape: 3, magnitude: 8, options: [0], leaves: false }],
      team: "part_time",
      hourlyRate: 100,
      discount: 0,
      owns: false,
    });
    const floors = floorsOf(pricer, choicesOf(pricer), () => 0);
    const [whole = 0, ...stretches] = floors.byWorkload[0]?.floors[0]?.ownUsd ?? [];
    const fleet = pricer.alone(0, pricer.context.workloads[0]?.feasible[0] ?? never());

    // Business hours peak at three times the mean: the busiest hours say far more than the mean of the week.
    expect(Math.max(...stretches)).toBeGreaterThan(whole * 2);
    expect(Math.max(...stretches)).toBeGreaterThan((fleet ?? 0) * 0.7);
  });

  it("count GPUs where they save most first", () => {
    const hosted = [
      { usd: 9000, gpus: 2 },
      { usd: 7000, gpus: 10 },
      { usd: 9500, gpus: 4 },
      { usd: 11_000, gpus: 1 },
    ];

    // 1,000 for 2 GPUs, then 2,000 more for 8 more; what saves less or nothing is no step.
    expect(savingSteps(hosted, 10_000)).toEqual([
      { usd: 1000, gpus: 2 },
      { usd: 2000, gpus: 8 },
    ]);
    expect(savingSteps(hosted, 6000)).toEqual([]);
  });
});

function never(): never {
  throw new Error("the workload has an option");
}
