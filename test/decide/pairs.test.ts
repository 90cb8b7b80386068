import { describe, expect, it } from "vitest";
import { SLOTS } from "../../src/decide/base-load.ts";
import { cheapestInstanceUsd, floorWithin, hostedFloors, loadFloorsUsd, pairFloors, stretchesOf } from "../../src/decide/load-floors.ts";
import { fixedUsd, frontier, monthlyUsd, pairsFor, pairsOf, replicaRate } from "../../src/decide/pairs.ts";
import { EXPECTED, scenario } from "../../src/decide/scenario.ts";
import { weekOf } from "../../src/decide/traffic.ts";
import { asking, FACTS, type Made, ONE_A_SECOND, offerOf, offersOf, tableOf, tenantOf } from "./fleet-support.ts";

/** Nothing but load from 12 to 24 on weekdays: 60 of 168 hours, so 2.8 times the mean of the week. */
const AFTERNOON = weekOf({ weights: Array.from({ length: 24 }, (_, hour) => (hour < 12 ? 0 : 1)), weekendRatio: 0 });
const ids = (pairs: readonly { readonly offer: { readonly instance: { readonly id: string } } }[]) =>
  pairs.map(({ offer }) => offer.instance.id).sort();

describe("a configuration on an instance", () => {
  it("costs its hours, its disk and what stands beside it; a fleet pays weights, warm disks and the base on demand once", () => {
    const beside = { instanceUsd: 7, diskGiBUsd: 0.5, throughputUsd: 10, warmInstances: 2, weightsGiBUsd: 0.25 };
    const offers = offersOf(offerOf("g.two", 3, { gpuCount: 2, beside, baseUsd: 1.5 }));
    const [pair] = pairsOf(tableOf({ key: "k", rate: 1, tensorParallel: 2, weightsGiB: 32.9 }), offers);
    if (pair === undefined) throw new Error("two GPUs hold one replica of two");
    // 65.8 GiB of weights over both GPUs need a disk of 230 GiB: 115 USD.
    expect(pair.instanceUsd).toBeCloseTo(3 * 730 + 7 + 115, 9);
    expect(pair.fixedUsd).toBeCloseTo(65.8 * 0.25 + 2 * (115 + 10) + 1.5 * 730, 9);
    // Rented hours at twice the price: nothing else moves.
    expect(monthlyUsd(pair, 2)).toBeCloseTo(6 * 730 + 7 + 115, 9);
    expect(fixedUsd(pair, 2)).toBeCloseTo(65.8 * 0.25 + 2 * (115 + 10) + 3 * 730, 9);
    const [own] = pairsOf(tableOf({ key: "k", rate: 1 }), offersOf(offerOf("g.own", 3, { machines: 1 })));
    expect(own && monthlyUsd(own, 2)).toBeCloseTo(3 * 730, 9);
  });

  it("is looked at on the instance types that hold more for more money, and on every machine of your own", () => {
    const offers = offersOf(
      offerOf("one", 1),
      offerOf("one-dear", 2),
      offerOf("four", 3, { gpuCount: 4 }),
      offerOf("four-dear", 3.5, { gpuCount: 4 }),
      offerOf("own", 9, { machines: 1 }),
      offerOf("other-card", 1, { gpu: "h" }),
    );
    expect(ids(pairsOf(tableOf({ key: "k", rate: 1 }), offers))).toEqual(["four", "one", "own"]);
    const two = pairsOf(tableOf({ key: "k", rate: 1, tensorParallel: 2 }), offers);
    expect(two.map(({ offer, replicas }) => [offer.instance.id, replicas])).toEqual([["four", 2]]);
    // Fewer GPUs may need fewer people, and a lower base on demand may pay, though an hour costs more.
    const alike = offersOf(offerOf("four", 1, { gpuCount: 4, baseUsd: 1 }), offerOf("one", 2), offerOf("four-steady", 2, { gpuCount: 4 }));
    expect(ids(pairsOf(tableOf({ key: "k", rate: 1, tensorParallel: 1 }), alike))).toEqual(["four", "four-steady", "one"]);
  });
});

describe("configurations that one workload can want", () => {
  const wanted = (...made: readonly Made[]) =>
    frontier(tableOf(...made), offersOf(offerOf("g", 1), offerOf("h", 2, { gpu: "h" }), offerOf("i", 2, { gpu: "i", gpuCount: 2 })))
      .map(({ key }) => key)
      .sort();

  it("are not beaten on price and rate at once", () => {
    expect(wanted({ key: "a", rate: 1 }, { key: "b", rate: 1, gpu: "h" })).toEqual(["a"]);
    expect(wanted({ key: "a", rate: 1 }, { key: "b", rate: 1.1, gpu: "h" })).toEqual(["a", "b"]);
    expect(wanted({ key: "a", rate: 2 }, { key: "b", rate: 1.1 })).toEqual(["a"]);
    // Slower at first and faster with the last month's tokens.
    expect(wanted({ key: "a", rate: 2, lastRate: 1 }, { key: "b", rate: 1.5, lastRate: 1.5, gpu: "h" })).toEqual(["a", "b"]);
    expect(wanted({ key: "a", rate: 2, lastRate: 1.5 }, { key: "b", rate: 1.5, lastRate: 1.5, gpu: "h" })).toEqual(["a"]);
  });

  it("may be dearer for fewer GPUs, and slower for a KV cache in bf16", () => {
    // Two replicas of 1 on two cards for 2 USD, or one of 1.5 on one card.
    expect(wanted({ key: "a", rate: 1, gpu: "i" }, { key: "b", rate: 1.5, gpu: "h" })).toEqual(["a", "b"]);
    expect(wanted({ key: "a", rate: 2, kvPrecision: "fp8" }, { key: "b", rate: 1 })).toEqual(["a", "b"]);
    expect(wanted({ key: "a", rate: 1, kvPrecision: "fp8" }, { key: "b", rate: 2 })).toEqual(["b"]);
    expect(wanted({ key: "a", rate: 1, kvPrecision: "fp8" }, { key: "b", rate: 1 })).toEqual(["b"]);
  });

  it("must serve all workloads of a fleet", () => {
    const offers = offersOf(offerOf("g", 1), offerOf("h", 2, { gpu: "h" }));
    const both = tableOf({ key: "a", rate: 2 }, { key: "b", rate: 1, gpu: "h" });
    const second = tableOf({ key: "b", rate: 1, gpu: "h" });
    const keys = (...tables: readonly ReturnType<typeof tableOf>[]) =>
      pairsFor(
        tables.map((table) => tenantOf(asking(1), table)),
        offers,
      ).map(({ key }) => key);
    // Alone nobody wants the dear and slow one; together it is the only one.
    expect(keys(both)).toEqual(["a"]);
    expect(keys(both, second)).toEqual(["b"]);
    expect(keys(second, both)).toEqual(["b"]);
    expect(keys(both, both)).toEqual(["a"]);
    // The fast one of the first is the slow one of the second: either may be wanted.
    const turned = tableOf({ key: "a", rate: 1 }, { key: "b", rate: 2, gpu: "h" });
    expect(keys(both, turned).sort()).toEqual(["a", "b"]);
    expect(keys(both, turned, both).sort()).toEqual(["a", "b"]);
    expect(keys()).toEqual([]);
  });

  it("serve as many requests a second as the scenario says", () => {
    const table = tableOf({ key: "k", rate: 4, lastRate: 1 });
    const rate = (month: number, change: Parameters<typeof scenario>[0] = {}) => replicaRate(table, "k", month, 3, scenario(change));
    expect([rate(0), rate(1), rate(2)]).toEqual([4, 2, 1]);
    expect([rate(1, { throughput: "p10" }), rate(1, { throughput: "p90" }), rate(1, { throughputFactor: 3 })]).toEqual([1, 4, 6]);
    expect([rate(1, { tokens: "low" }), rate(1, { tokens: "high" })]).toEqual([4, 1]);
  });
});

describe("the least that a load can cost on servers", () => {
  const table = tableOf({ key: "k", rate: 1 });
  const offers = offersOf(offerOf("g", 1), offerOf("g4", 3, { gpuCount: 4 }));
  /** A month of the servers that one busy replica in the worst minute takes at least: three quarters of a dollar an hour on four GPUs, at 70 %. */
  const REPLICA_USD = (0.75 * 730) / 0.7;
  const [whole = { slots: [], weekRatio: 0 }] = stretchesOf([], true);
  const floors = (tenant: ReturnType<typeof tenantOf>, stretches = [whole], what = EXPECTED) =>
    loadFloorsUsd(tenant, stretches, offers, FACTS, what);

  it("is its worst minute on the least expensive servers, or its tokens on the API where that is less", () => {
    expect(floors(tenantOf(asking(2), table))[0]).toBeCloseTo(2 * 1.5 * REPLICA_USD, 6);
    expect(floors(tenantOf(asking(2), table, [1e-4, 1e-4, 1e-4]))[0]).toBeCloseTo(2 * ONE_A_SECOND * 1e-4, 6);
    expect(floors(tenantOf(asking(2), table, [1, 1, 1e-4]))[0]).toBeCloseTo((2 * 2 * 1.5 * REPLICA_USD + 2 * ONE_A_SECOND * 1e-4) / 3, 6);
    // Batch requests may fit into what stands idle.
    expect(floors(tenantOf(asking(2, { batchRatio: 0.25 }), table))[0]).toBeCloseTo(1.5 * 1.5 * REPLICA_USD, 6);
    expect(floors(tenantOf(asking(2), table), [whole], scenario({ gpuPrice: 2 }))[0]).toBeCloseTo(2 * 2 * 1.5 * REPLICA_USD, 6);
  });

  it("is an average of the months", () => {
    // 1, 2 and 4 requests a second.
    expect(floors(tenantOf(asking(1, { growthRatioPerMonth: 1 }), table))[0]).toBeCloseTo((7 / 3) * 1.5 * REPLICA_USD, 6);
    const slower = tableOf({ key: "k", rate: 1, lastRate: 0.25 });
    expect(floors(tenantOf(asking(1, { tokenGrowthRatioPerMonth: 1 }), slower))[0]).toBeCloseTo((7 / 3) * 1.5 * REPLICA_USD, 6);
  });

  it("charges busy hours with all the hours of their servers", () => {
    const week = [{ week: AFTERNOON, usd: 1 }];
    const [all, first, , , busy, , , most] = stretchesOf(week, false);
    if (all === undefined || first === undefined || busy === undefined || most === undefined) throw new Error("eight stretches");
    expect([all.weekRatio, first.weekRatio, busy.weekRatio]).toEqual([1, 5 / 168, 60 / 168]);
    // The busiest hours come first, the earlier of two alike.
    expect(busy.slots).toEqual(SLOTS.map((_, slot) => slot).slice(12, 24));
    expect(first.slots).toEqual([12]);
    // Twelve of those, and 24 others of weekdays and weekends: 60 + 60 + 24 hours.
    expect(most.weekRatio).toBeCloseTo(144 / 168, 12);
    expect(stretchesOf(week, true)).toHaveLength(1);
    const [mean = 0, hour = 0, half = 0] = floors(tenantOf(asking(1, { week: AFTERNOON }), table), [all, first, busy]);
    expect(mean).toBeCloseTo(1.5 * REPLICA_USD, 6);
    // 2.8 times the mean in each of those hours, which is what its servers must carry all the time.
    expect(hour).toBeCloseTo(2.8 * 1.5 * REPLICA_USD, 6);
    expect(half).toBeCloseTo(2.8 * 1.5 * REPLICA_USD, 6);
    // On the API the hours cost what they hold: all of the load in the twelve, a twelfth of it in the first.
    const bought = floors(tenantOf(asking(1, { week: AFTERNOON }), table, [1e-4, 1e-4, 1e-4]), [all, first, busy]);
    expect(bought.map((usd) => Number((usd / (ONE_A_SECOND * 1e-4)).toFixed(9)))).toEqual([1, Number((1 / 12).toFixed(9)), 1]);
  });

  it("orders hours by what the loads cost together", () => {
    const night = weekOf({ weights: Array.from({ length: 24 }, (_, hour) => (hour < 12 ? 1 : 0)), weekendRatio: 0 });
    const first = (day: number, dark: number) =>
      stretchesOf(
        [
          { week: AFTERNOON, usd: day },
          { week: night, usd: dark },
        ],
        false,
      )[1]?.slots[0];
    expect([first(2, 1), first(1, 2)]).toEqual([12, 0]);
  });

  it("is one instance in any case", () => {
    expect(cheapestInstanceUsd(tenantOf(asking(1), table), offers, EXPECTED)).toBe(730);
    expect(cheapestInstanceUsd(tenantOf(asking(1), table), offers, scenario({ gpuPrice: 0.5 }))).toBe(365);
    expect(cheapestInstanceUsd(tenantOf(asking(1), table), offersOf(), EXPECTED)).toBeUndefined();
  });

  it("is told for each configuration with the GPUs of its smallest month", () => {
    const grows = hostedFloors(tenantOf(asking(0.7, { growthRatioPerMonth: 1 }), table), offers, FACTS, EXPECTED);
    // 1.5, 3 and 6 replicas at 70 %: 3.5 instances of one GPU on average for 1 USD, or 0.875 of four for 3.
    const rows = grows.map(({ usd, gpus }) => [Number((usd / 730).toFixed(9)), Number(gpus.toFixed(9))]);
    expect(rows).toEqual([
      [3.5, 1.5],
      [2.625, 1.5],
    ]);
    const [steady] = hostedFloors(tenantOf(asking(0.7, { batchRatio: 0.5 }), table), offers, FACTS, EXPECTED);
    expect(steady?.usd).toBeCloseTo(0.75 * 730, 6);
  });
});

describe("the least that several workloads cost on one configuration", () => {
  const table = tableOf({ key: "k", rate: 1 });
  const offers = offersOf(offerOf("g", 1, { baseUsd: 0.5 }));
  const [pair] = pairsOf(table, offers);
  if (pair === undefined) throw new Error("one pair");
  const floor = (rates: readonly number[], overflowUsd?: readonly number[], change: object = {}, options = { spare: 0, weekly: true }) =>
    pairFloors(
      rates.map((rate) => tenantOf(asking(rate, change), table, overflowUsd)),
      FACTS,
      EXPECTED,
      options,
    )(pair);

  it("adds up their worst minutes, the spare and the base, over the horizon", () => {
    // 1.4 and 0.7 requests a second: 4.5 instances of one dollar, and half a dollar for the base.
    expect(floor([1.4, 0.7]).usd).toBeCloseTo(3 * 730 * (4.5 + 0.5), 4);
    expect(floor([1.4, 0.7], undefined, {}, { spare: 1, weekly: true }).usd).toBeCloseTo(3 * 730 * (5.5 + 0.5), 4);
    expect(floor([0.07]).usd).toBeCloseTo(3 * 730 * (1 + 0.5), 4);
    expect(floor([0.7], undefined, { growthRatioPerMonth: 1 }).usd).toBeCloseTo(730 * (1.5 + 3 + 6 + 3 * 0.5), 4);
    expect(floor([1.4, 0.7])).toMatchObject({ replicas: expect.closeTo(3.15, 9), overflowUsdPerReplica: Number.POSITIVE_INFINITY });
    expect(floor([0.7], undefined, { growthRatioPerMonth: 1 }).replicas).toBeCloseTo((1.05 * 7) / 3, 9);
  });

  it("takes the API at its least price where that is less", () => {
    const bought = floor([1.4], [3e-4, 2e-4, 4e-4]);
    // 735.84 USD a month at the least price against 3 instances.
    expect(bought.usd).toBeCloseTo(3 * Math.max(730, 1.4 * ONE_A_SECOND * 2e-4) + 3 * 365, 4);
    // A replica in the worst minute is two thirds of a request a second in the mean.
    expect(bought.overflowUsdPerReplica).toBeCloseTo((2e-4 * ONE_A_SECOND) / 1.5, 6);
  });

  it("looks at the busiest hours where servers run all the time", () => {
    const peaks = (weekly: boolean) => floor([0.7], undefined, { week: AFTERNOON }, { spare: 0, weekly }).usd / (3 * 730) - 0.5;
    expect(peaks(true)).toBeCloseTo(1.5, 6);
    expect(peaks(false)).toBeCloseTo(2.8 * 1.5, 6);
  });

  it("sends to the API what few servers cannot carry", () => {
    const load = { usd: 9000, replicas: 10, overflowUsdPerReplica: 1500, mustReplicas: 4 };
    // 4 replicas for 1,000 USD each and 6 for 1,500: 13,000 a month.
    expect(floorWithin(load, 4, 1000, 1)).toBe(13_000);
    expect(floorWithin(load, 4, 1000, 12)).toBe(156_000);
    expect(floorWithin({ ...load, usd: 14_000 }, 4, 1000, 1)).toBe(14_000);
    expect(floorWithin(load, 10, 1000, 1)).toBe(9000);
    // An API that costs no more than a replica takes everything: that is in the bound already.
    expect(floorWithin(load, 4, 1500, 1)).toBe(9000);
    expect(floorWithin({ ...load, overflowUsdPerReplica: Number.POSITIVE_INFINITY }, 4, 1000, 1)).toBe(Number.POSITIVE_INFINITY);
    // What may not overflow needs 4.
    expect(floorWithin(load, 3.9, 1000, 1)).toBe(Number.POSITIVE_INFINITY);
  });

  it("knows how many replicas what may not overflow needs in its busiest hours, in the first or the last month", () => {
    const musts = (change: object, weekly: boolean, spill = 5) => {
      const tenants = [tenantOf(asking(1.4, change), table), tenantOf(asking(0.7), table), tenantOf(asking(spill), table, [1, 1, 1])];
      return pairFloors(tenants, FACTS, EXPECTED, { spare: 0, weekly })(pair).mustReplicas;
    };
    expect(musts({}, true)).toBeCloseTo(2.1 + 1.05, 9);
    expect(musts({}, true, 50)).toBeCloseTo(2.1 + 1.05, 9);
    expect(musts({ growthRatioPerMonth: 1 }, true)).toBeCloseTo(4 * 2.1 + 1.05, 9);
    expect(musts({ growthRatioPerMonth: -0.5 }, true)).toBeCloseTo(2.1 + 1.05, 9);
    expect(musts({ week: AFTERNOON }, false)).toBeCloseTo(2.8 * 2.1 + 1.05, 9);
    expect(floor([1.4], [1, 1, 1]).mustReplicas).toBe(0);
  });
});
