import { describe, expect, it } from "vitest";
import { oversubscribed, ownedOnly, rentedOnly, withinMachines } from "../../src/decide/owned.ts";
import { fullTimeSurchargeUsd } from "../../src/decide/people-cost.ts";
import { EXPECTED, scenario } from "../../src/decide/scenario.ts";
import { type FleetPrices, settledFleets } from "../../src/decide/settled.ts";
import type { BilledFleet, Groups, Member } from "../../src/decide/standing.ts";
import { FACTS, offerOf, offersOf } from "./fleet-support.ts";

/** A fleet of so many GPUs for so much; on machines of your own where `machines` says how many there are. */
function billed(usd: number, gpus: number, machines?: number, firstGpus = gpus): BilledFleet {
  const offer = offerOf(machines === undefined ? "g" : "own", 1, machines === undefined ? {} : { machines });
  return { usd, fleet: { offer, instancesByMonth: [firstGpus, gpus] } } as unknown as BilledFleet;
}

interface Group {
  readonly own?: BilledFleet;
  readonly rented: BilledFleet;
  readonly small?: readonly BilledFleet[];
  readonly staffed?: BilledFleet;
  readonly overflowUsd?: number;
}

/** Groups by name, each with one workload; those with an overflow pay it beside whatever fleet. */
function settled(list: readonly Group[], facts = FACTS) {
  const members = list.map(({ overflowUsd }, index) => [{ index, overflow: overflowUsd === undefined ? null : {} } as unknown as Member]);
  const groups: Groups = new Map(list.map((_, index) => [`m${index}`, members[index] ?? []]));
  const at = (weights: string): Group => list[Number(weights.slice(1))] ?? never();
  const prices: FleetPrices = {
    context: { facts, what: EXPECTED },
    fleetOf: (weights, _, mayOwn) => (mayOwn ? (at(weights).own ?? at(weights).rented) : at(weights).rented),
    staffedFleetOf: (weights) => at(weights).staffed,
    smallFleetsOf: (weights) => [at(weights).small ?? []],
    smallFloorUsd: (weights) => Math.min(...(at(weights).small ?? []).map(({ usd }) => usd)),
    overflowUsd: (index) => list[index]?.overflowUsd ?? 0,
  };
  return settledFleets(
    prices,
    list.map(({ own, rented }) => own ?? rented),
    () => groups,
  )?.map(({ usd }) => usd);
}

describe("fleets and the people who operate them", () => {
  it("are as each would be alone up to eight GPUs", () => {
    expect(settled([{ rented: billed(5000, 8), small: [billed(1, 1)] }])).toEqual([5000]);
    expect(settled([{ rented: billed(5000, 4) }, { rented: billed(100, 4) }])).toEqual([5000, 100]);
  });

  it("are others with fewer GPUs where those cost less than a full-time job more", () => {
    // 173 hours instead of 87, at 95 USD.
    expect(fullTimeSurchargeUsd(FACTS, EXPECTED)).toBe(8170);
    expect(fullTimeSurchargeUsd(FACTS, scenario({ hourlyRate: 2, people: "low" }))).toBe((173 - 65) * 190);
    expect(fullTimeSurchargeUsd(FACTS, scenario({ people: "high" }))).toBe(0);
    const against = (usd: number) => settled([{ rented: billed(5000, 10), small: [billed(usd, 2)] }]);
    expect([against(13_169), against(13_170)]).toEqual([[13_169], [5000]]);
    // Ten GPUs in one month of two, one in the other: half of the job.
    const growing = (usd: number) => settled([{ rented: billed(5000, 10, undefined, 1), small: [billed(usd, 2)] }]);
    expect([growing(9084), growing(9085)]).toEqual([[9084], [5000]]);
    // Of a single fleet that grows another one may grow into the job later, here in no month; of several none is asked.
    const later = billed(9000, 8, undefined, 1);
    expect(settled([{ rented: billed(5000, 10, undefined, 1), staffed: later }])).toEqual([9000]);
    expect(settled([{ rented: billed(5000, 10, undefined, 1), staffed: billed(9085, 8, undefined, 1) }])).toEqual([5000]);
    expect(settled([{ rented: billed(5000, 10, undefined, 1), staffed: later }, { rented: billed(100, 1) }])).toEqual([5000, 100]);
    // 5 and 4 GPUs: one of them gets by with fewer, the one that loses least by it.
    const two = (first: number, second: number) =>
      settled([
        { rented: billed(1000, 5), small: [billed(1000, 5), billed(first, 4)] },
        { rented: billed(800, 4), small: [billed(800, 4), billed(second, 3)] },
      ]);
    expect([two(1500, 900), two(1050, 900), two(20_000, 20_000)]).toEqual([
      [1000, 900],
      [1050, 800],
      [1000, 800],
    ]);
  });

  it("stay where a team plans a full-time job anyway", () => {
    const facts = { ...FACTS, hourlyRateUsd: 0 };
    expect(settled([{ rented: billed(5000, 10), small: [billed(4000, 2)] }], facts)).toEqual([5000]);
  });

  it("count what overflows from them", () => {
    const against = (usd: number, overflowUsd: number) => settled([{ rented: billed(5000, 10), small: [billed(usd, 2)], overflowUsd }]);
    // The overflow is the same beside both: 13,169 + 500 is less than 13,170 + 500, and 13,170 + 500 is not.
    expect([against(13_169, 500), against(13_170, 500)]).toEqual([[13_169], [5000]]);
  });
});

describe("machines that are too few for all", () => {
  it("go where renting would cost most more", () => {
    const own = (usd: number) => billed(usd, 1, 1);
    expect(
      settled([
        { own: own(100), rented: billed(500, 1) },
        { own: own(100), rented: billed(300, 1) },
      ]),
    ).toEqual([100, 300]);
    expect(
      settled([
        { own: own(100), rented: billed(300, 1) },
        { own: own(100), rented: billed(500, 1) },
      ]),
    ).toEqual([300, 100]);
    const enough = billed(100, 1, 2);
    expect(
      settled([
        { own: enough, rented: billed(300, 1) },
        { own: enough, rented: billed(500, 1) },
      ]),
    ).toEqual([100, 100]);
  });

  it("are counted by the largest month of each fleet together", () => {
    const fleets = (gpus: readonly number[], machines: number) => gpus.map((count) => billed(1, count, machines).fleet);
    expect([oversubscribed(fleets([1, 2], 3)), oversubscribed(fleets([2, 2], 3)), oversubscribed(fleets([4], 3))]).toEqual([
      false,
      true,
      true,
    ]);
    expect(oversubscribed([billed(1, 99).fleet])).toBe(false);
    expect(withinMachines([1, 3, 2], offerOf("own", 1, { machines: 3 }))).toEqual([3, 3, 3]);
    expect(withinMachines([1, 4], offerOf("own", 1, { machines: 3 }))).toBeUndefined();
    expect(withinMachines([1, 4], offerOf("g", 1))).toEqual([1, 4]);
  });

  it("are told apart from what can be rented", () => {
    const [own, rented, other] = [offerOf("own", 1, { machines: 1 }), offerOf("g", 1), offerOf("h", 1, { gpu: "h" })];
    const offers = offersOf(own, rented, other);
    expect([...ownedOnly(offers)]).toEqual([["g", [own]]]);
    expect([...rentedOnly(offers)]).toEqual([
      ["g", [rented]],
      ["h", [other]],
    ]);
    const none = offersOf(rented);
    expect(rentedOnly(none)).toBe(none);
    expect([rentedOnly(offers), ownedOnly(offers)]).toEqual([rentedOnly(offers), ownedOnly(offers)]);
    expect(ownedOnly(none).size).toBe(0);
  });
});

function never(): never {
  throw new Error("the list has it");
}
