import { describe, expect, it } from "vitest";
import type { RequirementFacts, WorkloadFacts } from "../../src/decide/facts.ts";
import { cheapestFleet, fleetFloorUsd, type OffersByGpu, smallFleets, type Tenant } from "../../src/decide/fleet.ts";
import { EXPECTED } from "../../src/decide/scenario.ts";
import { spareInstances } from "../../src/decide/sizing.ts";
import { asking, FACTS, offerOf, offersOf, tableOf, tenantOf } from "./fleet-support.ts";

/** Replicas of 1 request a second on a card for a dollar an hour, and of 4 on one for 3.90. */
const TWO_CARDS = tableOf({ key: "slow", rate: 1, gpu: "g" }, { key: "fast", rate: 4, gpu: "h" });
const CARDS = offersOf(offerOf("g.one", 1), offerOf("h.one", 3.9, { gpu: "h" }));
const ON_PREMISES = { ...FACTS.workloads[0]?.compliance, onPremises: true } as WorkloadFacts["compliance"];

const fleetOf = (
  tenants: readonly Tenant[],
  offers: OffersByGpu = CARDS,
  facts: RequirementFacts = FACTS,
  mostGpus = Number.POSITIVE_INFINITY,
) => cheapestFleet(tenants, offers, facts, EXPECTED, { mostGpus });
const one = (rate: number, change: Partial<WorkloadFacts> = {}) => [tenantOf(asking(rate, change), TWO_CARDS)];

describe("the least expensive fleet", () => {
  it("has the instances that carry the worst minute at 70 % of what they can do", () => {
    // 0.4 requests a second, 0.6 in the worst minute: one slow card for 1 USD an hour or one fast one for 3.90.
    expect(fleetOf(one(0.4))).toMatchObject({ key: "slow", instancesByMonth: [1, 1, 1], monthlyUsd: 730, minimumInstances: 1 });
    // 9.1 requests a second, 13.65 in the worst minute: 13.65 / 0.7 are 20 slow cards for 20 USD, 3.41 / 0.7 are 5 fast ones for 19.50.
    expect(fleetOf(one(9.1))).toMatchObject({ key: "fast", instancesByMonth: [5, 5, 5], monthlyUsd: expect.closeTo(5 * 3.9 * 730, 6) });
    expect(fleetOf(one(9.1))?.busyReplicas).toEqual({ mean: expect.closeTo(9.1 / 4, 9), peak: expect.closeTo((9.1 * 1.5) / 4, 9) });
    expect(fleetOf([])).toBeUndefined();
  });

  it("holds as many replicas on an instance as its GPUs allow", () => {
    const pairs = tableOf({ key: "two", rate: 1, tensorParallel: 2 });
    const offers = offersOf(offerOf("g.eight", 8, { gpuCount: 8 }));
    // 6 in the worst minute on 4 replicas of 2 GPUs: 6 / 2.8 are 3 instances.
    expect(fleetOf([tenantOf(asking(4), pairs)], offers)).toMatchObject({ replicasPerInstance: 4, instancesByMonth: [3, 3, 3] });
    expect(fleetOf([tenantOf(asking(4), pairs)], offersOf(offerOf("g.one", 1)))).toBeUndefined();
  });

  it("is sized for each month and weighed over all of them", () => {
    // 1.5, 2.25 and 3.375 in the worst minute: 3, 4 and 5 slow cards, 4 on average.
    const growing = fleetOf(one(1, { growthRatioPerMonth: 0.5 }), offersOf(offerOf("g.one", 1)));
    expect(growing).toMatchObject({ instancesByMonth: [3, 4, 5], billedByMonth: [3, 4, 5], monthlyUsd: 4 * 730, schedule: null });
    // Tokens alone grow: the rate falls from 4 to 1, so 1, 2 and 4 replicas are busy; a card of 5 dollars with twice the rate at the end costs less.
    const tokens = tableOf({ key: "slow", rate: 4, lastRate: 1, gpu: "g" }, { key: "fast", rate: 4, lastRate: 4, gpu: "h" });
    const grown = [tenantOf(asking(4, { tokenGrowthRatioPerMonth: 0.5 }), tokens)];
    // 1.5, 3 and 6 / 0.7: 3, 5 and 9 of the slow, 17 USD an hour over three months; 3, 3 and 3 of the fast.
    expect(fleetOf(grown, offersOf(offerOf("g.one", 1), offerOf("h.one", 2, { gpu: "h" })))?.instancesByMonth).toEqual([3, 5, 9]);
    expect(fleetOf(grown, offersOf(offerOf("g.one", 1), offerOf("h.one", 1.8, { gpu: "h" })))?.key).toBe("fast");
  });

  it("counts what comes with an instance, and once what the fleet has whatever its size", () => {
    // 730 + 2,200 against 2,920 a month.
    const beside = offersOf(offerOf("g.one", 1, { beside: { instanceUsd: 2200 } }), offerOf("h.one", 4, { gpu: "h" }));
    expect(fleetOf(one(0.4), beside)?.key).toBe("fast");
    expect(
      fleetOf(one(0.4), offersOf(offerOf("g.one", 1, { beside: { instanceUsd: 2100 } }), offerOf("h.one", 4, { gpu: "h" })))?.key,
    ).toBe("slow");
    // A base on demand of 3.5 USD an hour is paid once: 4.5 against 4 for one instance.
    const based = offersOf(offerOf("g.one", 1, { baseUsd: 3.5 }), offerOf("h.one", 4, { gpu: "h" }));
    expect(fleetOf(one(0.4), based)).toMatchObject({ key: "fast", monthlyUsd: 4 * 730 });
    // 2.85 in the worst minute: 5 slow cards for 8.5 with the base, or 2 fast ones for 8; with a base of 2.5 for 7.5.
    expect(fleetOf(one(1.9), based)).toMatchObject({ key: "fast", instancesByMonth: [2, 2, 2] });
    expect(fleetOf(one(1.9), offersOf(offerOf("g.one", 1, { baseUsd: 2.5 }), offerOf("h.one", 4, { gpu: "h" })))?.monthlyUsd).toBe(
      7.5 * 730,
    );
  });

  it("has a spare from 99.9 % on, but not in a prototype", () => {
    const promised = one(0.4, { availabilityRatio: 0.999 });
    expect(fleetOf(promised)).toMatchObject({ instancesByMonth: [2, 2, 2], minimumInstances: 2, monthlyUsd: 2 * 730 });
    expect(fleetOf(one(0.4, { availabilityRatio: 0.9989 }))?.instancesByMonth).toEqual([1, 1, 1]);
    expect(fleetOf(promised, CARDS, { ...FACTS, stage: "prototype" })?.instancesByMonth).toEqual([1, 1, 1]);
    expect(spareInstances([tenantOf(asking(1, { availabilityRatio: 0.9999 }), TWO_CARDS, [1])], FACTS)).toBe(0);
    expect(spareInstances([...one(1), ...one(1, { availabilityRatio: 0.9999 })], FACTS)).toBe(1);
  });

  it("of equal cost has its KV cache in bf16, and then the smaller id", () => {
    const table = tableOf(
      { key: "a", rate: 1, gpu: "g", kvPrecision: "fp8" },
      { key: "b", rate: 1, gpu: "h" },
      { key: "c", rate: 1, gpu: "i" },
    );
    const offers = offersOf(offerOf("a.one", 1), offerOf("c.one", 1, { gpu: "h" }), offerOf("b.one", 1, { gpu: "i" }));
    expect(fleetOf([tenantOf(asking(1), table)], offers)?.key).toBe("c");
  });

  it("takes the longest context of its tenants", () => {
    const [short, long] = [tableOf({ key: "slow", rate: 1, maxModelLen: 4096 }), tableOf({ key: "slow", rate: 1, maxModelLen: 9000 })];
    for (const tables of [
      [short, long],
      [long, short],
    ]) {
      const fleet = fleetOf(tables.map((table, at) => tenantOf(asking(1, { name: `w${at}` }), table)));
      expect(fleet?.option.configuration.maxModelLen).toBe(9000);
      // 2 requests a second together, 3 in the worst minute.
      expect(fleet?.instancesByMonth).toEqual([5, 5, 5]);
    }
  });
});

describe("fleets of few GPUs", () => {
  it("are the least expensive within a limit, none where nothing fits", () => {
    // 8 requests a second: 18 slow cards for 18 USD, 5 fast ones for 19.50.
    expect([18, 17, 5, 4].map((most) => fleetOf(one(8), CARDS, FACTS, most)?.key)).toEqual(["slow", "fast", "fast", undefined]);
  });

  it("come largest first, each less expensive than all that are smaller", () => {
    const sizes = (most: number) =>
      [...smallFleets(one(8), CARDS, FACTS, EXPECTED, most)].map(({ key, instancesByMonth, monthlyUsd }) => [
        key,
        instancesByMonth[0],
        monthlyUsd / 730,
      ]);
    expect(sizes(20)).toEqual([
      ["slow", 18, 18],
      ["fast", 5, 19.5],
    ]);
    expect(sizes(17)).toEqual([["fast", 5, 19.5]]);
    expect(sizes(4)).toEqual([]);
    // Nine cards for 22.50 are less than 18 and more than 5, but no less expensive than those 5.
    const third = tableOf({ key: "slow", rate: 1, gpu: "g" }, { key: "fast", rate: 4, gpu: "h" }, { key: "dear", rate: 2, gpu: "i" });
    const dear = offersOf(offerOf("g.one", 1), offerOf("h.one", 4, { gpu: "h" }), offerOf("i.one", 2.5, { gpu: "i" }));
    expect([...smallFleets([tenantOf(asking(8), third)], dear, FACTS, EXPECTED, 20)].map(({ key }) => key)).toEqual(["slow", "fast"]);
  });

  it("are found as well where load may go to an API, with the overflow counted", () => {
    // Everything may leave for 3 USD an hour at the most: one slow card spares 0.7 of 12 in the worst minute, 0.175 USD of its 1 USD.
    const leaves = [tenantOf(asking(8), TWO_CARDS, Array(3).fill(3 / (8 * 3600)))];
    expect([...smallFleets(leaves, CARDS, FACTS, EXPECTED, 8)].map(({ key, instancesByMonth }) => [key, instancesByMonth[0]])).toEqual([
      ["slow", 1],
    ]);
    // At ten times that 17 slow ones pay; an 18th would spare a tenth of 12, 0.25 USD.
    const dear = [tenantOf(asking(8), TWO_CARDS, Array(3).fill(30 / (8 * 3600)))];
    const found = [...smallFleets(dear, CARDS, FACTS, EXPECTED, 16)].map(({ key, instancesByMonth }) => [key, instancesByMonth[0]]);
    // 4 fast ones for 15.60 and 0.8 of 12 on the API for 2 USD are less than 16 slow ones with as much.
    expect(found[0]).toEqual(["fast", 4]);
    expect(fleetOf(dear)?.instancesByMonth[0]).toBe(17);
    const floor = fleetFloorUsd(dear, CARDS, FACTS, EXPECTED);
    // Twelve replicas in the worst minute on 0.7 each, were each hour like that: 4.29 fast cards of 3.9 x 730 USD.
    expect(floor).toBeCloseTo((12 / 4 / 0.7) * 3.9 * 730, 4);
    expect(fleetFloorUsd(one(8), CARDS, FACTS, EXPECTED)).toBe(0);
  });
});

describe("machines that are owned", () => {
  const own = (machines: number) => offersOf(offerOf("g.own", 0.5, { machines }), offerOf("g.one", 1), offerOf("h.one", 4, { gpu: "h" }));
  it("serve what must stay on the premises, and nothing else does", () => {
    const stays = one(1, { compliance: ON_PREMISES });
    expect(fleetOf(stays, own(3))).toMatchObject({ instancesByMonth: [3, 3, 3], monthlyUsd: 3 * 0.5 * 730 });
    expect(fleetOf(stays, own(2))).toBeUndefined();
    expect(fleetOf(stays, CARDS)).toBeUndefined();
    // Weekly schedules are for what is rented.
    const weekly = { ...FACTS, purchase: { ...FACTS.purchase, gpu: "on_demand" as const, gpuSchedule: "weekly" as const } };
    expect(fleetOf(stays, own(3), weekly)?.schedule).toBeNull();
  });

  it("cost every month what the busiest one needs, and compete as such", () => {
    const growing = one(1, { growthRatioPerMonth: 0.5 });
    expect(fleetOf(growing, own(5))).toMatchObject({ instancesByMonth: [5, 5, 5], monthlyUsd: 5 * 0.5 * 730 });
    expect(fleetOf(growing, own(4))?.offer.instance.id).toBe("g.one");
  });

  it("compete with a fleet that follows the week, and never follow it", () => {
    const weekly = { ...FACTS, purchase: { ...FACTS.purchase, gpu: "on_demand" as const, gpuSchedule: "weekly" as const } };
    // The same load in every hour: 3 rented ones cost 3 USD, 3 of your own 1.50.
    expect(fleetOf(one(1), own(3), weekly)).toMatchObject({ schedule: null, instancesByMonth: [3, 3, 3], monthlyUsd: 1.5 * 730 });
    expect(fleetOf(one(1), own(2), weekly)?.offer.instance.id).toBe("g.one");
    expect(fleetOf(one(1), own(3), weekly, 2)?.offer.instance.id).toBe("h.one");
  });
});
