import { describe, expect, it } from "vitest";
import { ElasticLoad, largestCount } from "../../src/decide/elastic.ts";
import type { WorkloadFacts } from "../../src/decide/facts.ts";
import type { Tenant } from "../../src/decide/fleet.ts";
import { FleetLoad, rateAt } from "../../src/decide/fleet-load.ts";
import { EXPECTED, scenario } from "../../src/decide/scenario.ts";
import type { ServingTable } from "../../src/decide/serving-table.ts";
import { weekOf } from "../../src/decide/traffic.ts";
import { asking, FACTS, ONE_A_SECOND, tableOf, tenantOf } from "./fleet-support.ts";

/** Nothing but load from 12 to 24 on weekdays: 60 of 168 hours, so 2.8 times the mean of the week. */
const AFTERNOON = weekOf({ weights: Array.from({ length: 24 }, (_, hour) => (hour < 12 ? 0 : 1)), weekendRatio: 0 });
/** The other half of those days. */
const MORNING = weekOf({ weights: Array.from({ length: 24 }, (_, hour) => (hour < 12 ? 1 : 0)), weekendRatio: 0 });

/** A tenant whose replica serves `first` requests a second at the first month's tokens and `last` at the last month's. */
function tenant(own: WorkloadFacts, [first, last]: readonly [number, number] = [0.5, 0.5], overflowUsd?: readonly number[]): Tenant {
  return tenantOf(own, tableOf({ key: "k", rate: first, lastRate: last }), overflowUsd);
}

const busy = (tenants: readonly Tenant[], what = EXPECTED) => new FleetLoad(tenants, FACTS, what).busy("k");

describe("replicas that a fleet keeps busy", () => {
  it("are requests over the rate of a replica, in the mean and in the worst minute of the busiest hour", () => {
    expect(busy([tenant(asking(1))])).toEqual(Array(3).fill({ mean: 2, peak: 3 }));
    // 2.8 times the mean in its hours.
    expect(busy([tenant(asking(1, { week: AFTERNOON }))])?.[0]?.peak).toBeCloseTo(2 * 2.8 * 1.5, 9);
  });

  it("are less together where tenants peak at different hours", () => {
    const together = (second: readonly number[]) =>
      busy([tenant(asking(1, { week: AFTERNOON })), tenant(asking(0.5, { week: second }))])?.[0] ?? { mean: 0, peak: 0 };
    expect(together(AFTERNOON).peak).toBeCloseTo(3 * 2.8 * 1.5, 9);
    expect(together(MORNING).peak).toBeCloseTo(2 * 2.8 * 1.5, 9);
    expect(together(MORNING).mean).toBeCloseTo(3, 9);
  });

  it("do not follow batch requests in the worst minute, and are never fewer than the mean", () => {
    expect(busy([tenant(asking(1, { batchRatio: 0.25 }))])?.[0]).toEqual({ mean: 2, peak: 2.25 });
    expect(busy([tenant(asking(1, { batchRatio: 0.75 }))])?.[0]).toEqual({ mean: 2, peak: 2 });
  });

  it("grow with requests month by month, and with tokens on a straight line of powers", () => {
    const means = (tenants: readonly Tenant[]) => busy(tenants)?.map(({ mean }) => mean);
    expect(means([tenant(asking(1, { growthRatioPerMonth: 0.5 }))])).toEqual([2, 3, 4.5]);
    // A replica serves 4, 2 and 1 requests a second.
    expect(means([tenant(asking(4, { tokenGrowthRatioPerMonth: 0.5 }), [4, 1])])).toEqual([1, 2, 4]);
    expect([rateAt(4, 1, 0, 3), rateAt(4, 1, 1, 3), rateAt(4, 1, 2, 3), rateAt(4, 1, 0, 1)]).toEqual([4, 2, 1, 4]);
  });

  it("move with the scenario: requests, the rate of a replica, and the tokens of a request", () => {
    const one = [tenant(asking(1))];
    const mean = (what: Parameters<typeof scenario>[0]) => busy(one, scenario(what))?.[0]?.mean;
    expect([mean({ volume: 3 }), mean({ throughputFactor: 2 }), mean({ throughput: "p10" }), mean({ throughput: "p90" })]).toEqual([
      6, 1, 4, 1,
    ]);
    expect([mean({ tokens: "low" }), mean({ tokens: "high" })]).toEqual([1, 4]);
  });

  it("are none on a configuration that one of the tenants cannot use", () => {
    const other = { workload: asking(1), table: { model: { id: "m" }, options: new Map() } as unknown as ServingTable };
    expect(busy([tenant(asking(1)), other])).toBeUndefined();
  });
});

const unit = (change: object = {}) => ({ usdPerHour: 1, capacity: 2, startUsd: 0, most: 99, ...change });
const load = (tenants: readonly Tenant[], options = { spare: 0, weekly: false }, own = FACTS) =>
  new ElasticLoad(tenants, own, EXPECTED, options);

describe("a fleet that may leave load to an API", () => {
  it("runs what pays and sends the rest away: instances, overflow and shares by hand", () => {
    // 10 replicas busy in the worst minute of 60 hours a week: 1 request/s x 2.8 x 1.5 / 0.42. 2.8 x 3,600 requests an hour at 0.001 USD are
    // 10.08 USD for 10 replicas' worth. An instance of 2 spares 2.016 x 60 of its 168 hours: 0.72 USD an hour.
    const peaks = load([tenant(asking(1, { week: AFTERNOON }), [0.42, 0.42], [0.001, 0.001, 0.001])]);
    const dear = peaks.size("k", unit(), 0);
    if (dear === undefined) throw new Error("nothing limits the instances");
    expect(largestCount(dear)).toBe(1);
    // One instance all month, and eight tenths of all requests on the API.
    expect(dear.usd).toBeCloseTo(3 * (730 + 0.8 * ONE_A_SECOND * 0.001), 6);
    const plan = peaks.plan(dear);
    expect(plan).toMatchObject({ instancesByMonth: [1, 1, 1], billedByMonth: [1, 1, 1], schedule: null });
    expect(plan.overflowShares.get("requests")?.map((share) => Number(share.toFixed(9)))).toEqual([0.8, 0.8, 0.8]);
    // 2 of 10 stay in the worst minute, so a fifth of the mean of 1 / 0.42 replicas.
    expect(plan.busy.peak).toBeCloseTo(2, 9);
    expect(plan.busy.mean).toBeCloseTo(0.2 / 0.42, 9);

    const cheap = peaks.size("k", unit({ usdPerHour: 0.7 }), 0);
    expect(cheap?.usd).toBeCloseTo(3 * 5 * 0.7 * 730, 6);
    expect(cheap && peaks.plan(cheap).overflowShares.get("requests")).toEqual([0, 0, 0]);
  });

  it("keeps what may not leave, and spares where they are asked for", () => {
    const mixed = load([tenant(asking(1), [0.5, 0.5]), tenant(asking(1, { name: "leaves" }), [0.5, 0.5], [0, 0, 0])], {
      spare: 1,
      weekly: false,
    });
    const size = mixed.size("k", unit(), 0);
    if (size === undefined) throw new Error("nothing limits the instances");
    // 3 replicas must stay: two instances of 2, and one that waits; one of three others fits beside them, and the API is free.
    expect(largestCount(size)).toBe(2);
    expect(size.usd).toBeCloseTo(3 * 3 * 730, 6);
    const plan = mixed.plan(size);
    expect(plan.instancesByMonth).toEqual([3, 3, 3]);
    expect([...plan.overflowShares.keys()]).toEqual(["leaves"]);
    expect(plan.overflowShares.get("leaves")?.[0]).toBeCloseTo(2 / 3, 9);
    expect(mixed.size("k", unit({ most: 1 }), 0)).toBeUndefined();
  });

  it("is sized month by month where requests grow or a price changes", () => {
    const priced = load([tenant(asking(1, { week: AFTERNOON }), [0.42, 0.42], [0.001, 0.002, 0.002])]);
    const size = priced.size("k", unit(), 0);
    // At twice the price an instance spares 1.44 USD for each of its dollars: all five run.
    expect(size && priced.plan(size).instancesByMonth).toEqual([1, 5, 5]);
    expect(size?.usd).toBeCloseTo(730 + 0.8 * ONE_A_SECOND * 0.001 + 2 * 5 * 730, 6);
    const growing = load([tenant(asking(1, { growthRatioPerMonth: 1 }), [0.5, 0.5], [1, 1, 1])]);
    const larger = growing.size("k", unit(), 0);
    // 3, 6 and 12 replicas in the worst minute.
    expect(larger && growing.plan(larger).instancesByMonth).toEqual([2, 3, 6]);
    const longer = load([tenant(asking(4, { tokenGrowthRatioPerMonth: 1 }), [4, 1], [1, 1, 1])]);
    const slower = longer.size("k", unit({ capacity: 1 }), 0);
    // 1, 2 and 4 replicas in the mean, half as many again in the worst minute.
    expect(slower && longer.plan(slower).instancesByMonth).toEqual([2, 3, 6]);
  });

  it("keeps batch requests at home, and room for them", () => {
    // 5 requests a second, a fifth of them batch: 2 replicas of batch, 8 of the rest in the mean and 12 in its worst minute. They leave for nothing, but
    // instances of 2 have a third of their capacity idle beside them, so batch needs three; 6 of 12 leave.
    const half = load([tenant(asking(5, { batchRatio: 0.2 }), [0.5, 0.5], [0, 0, 0])]);
    const size = half.size("k", unit(), 0);
    if (size === undefined) throw new Error("nothing limits the instances");
    expect(largestCount(size)).toBe(3);
    const plan = half.plan(size);
    // Half of four fifths; what stays and the batch fill the three instances.
    expect(plan.overflowShares.get("requests")?.[0]).toBeCloseTo(0.4, 9);
    expect(plan.busy).toEqual({ mean: expect.closeTo(6, 9), peak: expect.closeTo(6, 9) });
  });

  it("pays for interactive requests alone on the API", () => {
    const part = load([tenant(asking(5, { batchRatio: 0.2 }), [0.5, 0.5], [1e-6, 1e-6, 1e-6])]);
    const size = part.size("k", unit(), 0);
    // Three instances, and half of 4 requests a second at a millionth.
    expect(size?.usd).toBeCloseTo(3 * (3 * 730 + 2 * ONE_A_SECOND * 1e-6), 6);
  });
});

describe("a fleet that follows the week", () => {
  const weekly = { spare: 0, weekly: true };
  it("bills the hours of its instances and each start, where that is less than all the time", () => {
    // 60 hours of 5 instances and 108 of 1; five days start 4 each: 20 starts of half an hour and 3 USD.
    const afternoons = load([tenant(asking(1, { week: AFTERNOON }), [0.42, 0.42])], weekly);
    const size = afternoons.size("k", unit({ startUsd: 3 }), 0.5);
    if (size === undefined) throw new Error("nothing limits the instances");
    const billed = (60 * 5 + 108 + 20 * 0.5) / 168;
    const starts = (20 * 730) / 168;
    expect(size.weekly).toBe(true);
    expect(largestCount(size)).toBe(5);
    expect(size.usd).toBeCloseTo(3 * (billed * 730 + starts * 3), 6);
    const plan = afternoons.plan(size);
    expect(plan.schedule).toEqual([...Array(12).fill(1), ...Array(12).fill(5), ...Array(24).fill(1)]);
    expect(plan.instancesByMonth).toEqual([5, 5, 5]);
    expect(plan.billedByMonth[0]).toBeCloseTo(billed, 9);
    expect(plan.busy.peak).toBeCloseTo(10, 9);
    // Starts that cost more than all the hours that they spare are not worth it.
    const steady = afternoons.size("k", unit({ startUsd: 30 }), 0.5);
    expect(steady?.weekly).toBe(false);
    expect(steady?.usd).toBeCloseTo(3 * 5 * 730, 6);
    expect(steady && afternoons.plan(steady).schedule).toBeNull();
  });

  it("has its spare in every hour", () => {
    const spared = load([tenant(asking(1, { week: AFTERNOON }), [0.42, 0.42])], { spare: 1, weekly: true });
    const size = spared.size("k", unit(), 0);
    if (size === undefined) throw new Error("nothing limits the instances");
    expect(size.usd).toBeCloseTo(3 * ((60 * 5 + 108) / 168 + 1) * 730, 6);
    const plan = spared.plan(size);
    expect(plan.schedule?.slice(11, 13)).toEqual([2, 6]);
    expect(plan.instancesByMonth).toEqual([6, 6, 6]);
  });

  it("weighs instances against the overflow hour by hour", () => {
    // Eight of ten replicas' worth leave for 10.08 USD x 0.8 in 60 hours, where a steady fleet would pay an instance in all 168.
    const peaks = load([tenant(asking(1, { week: AFTERNOON }), [0.42, 0.42], [0.001, 0.001, 0.001])], weekly);
    const size = peaks.size("k", unit(), 0);
    // An instance for an hour costs 1 USD and spares 2.016: all five run then.
    expect(size?.usd).toBeCloseTo((3 * (60 * 5 + 108) * 730) / 168, 6);
    const dear = peaks.size("k", unit({ usdPerHour: 3 }), 0);
    expect(dear?.usd).toBeCloseTo(3 * (3 * 730 + 0.8 * ONE_A_SECOND * 0.001), 6);
  });
});
