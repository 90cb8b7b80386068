import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Demand,
  HOURS_PER_WEEK,
  instancesFor,
  overflowShare,
  overflowUsdOf,
  roomForBatch,
  SLOTS,
  startsPerWeek,
  steadyInstances,
  type UnitOfFleet,
  weeklyInstances,
} from "../../src/decide/base-load.ts";

const flat = (value: number) => Array<number>(SLOTS.length).fill(value);
/** One value for the 24 hours of a weekday, 120 of a week, and one for those of a weekend day, 48 of a week. */
const days = (weekday: number, weekend: number) => SLOTS.map((_, slot) => (slot < 24 ? weekday : weekend));
const asked = (change: Partial<Demand>): Demand => ({
  must: flat(0),
  may: flat(0),
  overflowUsd: flat(0),
  meanMust: flat(0),
  meanMay: flat(0),
  batch: 0,
  ...change,
});
const unit = (change: Partial<UnitOfFleet> = {}): UnitOfFleet => ({ usdPerHour: 5, capacity: 2, startUsd: 0, most: 99, ...change });

describe("the hours of a week", () => {
  it("are 24 of a weekday and 24 of a weekend day, 168 in all, where the week has them", () => {
    expect(SLOTS.reduce((sum, { hoursPerWeek }) => sum + hoursPerWeek, 0)).toBe(HOURS_PER_WEEK);
    // Monday begins the week, so Saturday begins at hour 120.
    expect([SLOTS[0], SLOTS[23], SLOTS[24], SLOTS[47]]).toEqual([
      { at: 0, hoursPerWeek: 5 },
      { at: 23, hoursPerWeek: 5 },
      { at: 120, hoursPerWeek: 2 },
      { at: 143, hoursPerWeek: 2 },
    ]);
  });

  it("count a start where one hour has more than the one before, Monday after Sunday", () => {
    // From 1 to 3 once a week, on Monday.
    expect(startsPerWeek(days(3, 1))).toBe(2);
    // From 1 to 4 once a week, on Saturday.
    expect(startsPerWeek(days(1, 4))).toBe(3);
    expect(startsPerWeek(flat(7))).toBe(0);
    // One more at noon of five weekdays, and none of a weekend.
    expect(startsPerWeek(SLOTS.map((_, slot) => (slot === 12 ? 2 : 1)))).toBe(5);
    expect(startsPerWeek(SLOTS.map((_, slot) => (slot === 36 ? 2 : 1)))).toBe(2);
  });
});

describe("instances for a load", () => {
  it("are whole, at least one, and none more for rounding noise", () => {
    expect([0, 0.1, 2, 2.1, 4, 4 + 1e-10].map((load) => instancesFor(load, unit()))).toEqual([1, 1, 1, 2, 2, 2]);
  });
});

describe("the overflow of a month", () => {
  it("is paid for the hours in which it happens, by what each of them costs", () => {
    // 2 must stay and 4 may leave; on a capacity of 5 a quarter of those 4 leaves. Weekdays have 120 hours at 8 USD, weekends 48 at 2 USD.
    const demand = asked({ must: flat(2), may: flat(4), overflowUsd: days(8, 2) });
    expect(overflowUsdOf(demand, () => 5)).toBeCloseTo(((120 * 8 + 48 * 2) * 0.25 * 730) / 168, 9);
    // On weekdays alone where the weekend's capacity holds all six.
    expect(overflowUsdOf(demand, (slot) => (slot < 24 ? 5 : 6))).toBeCloseTo((120 * 8 * 0.25 * 730) / 168, 9);
    expect(overflowUsdOf(demand, () => 6)).toBe(0);
    // Never more than all that may leave.
    expect(overflowUsdOf(demand, () => 0)).toBeCloseTo(((120 * 8 + 48 * 2) * 730) / 168, 9);
  });
});

describe("room for batch requests", () => {
  it("is what the mean load leaves, over the whole week", () => {
    // 4 replicas, 2 of them busy in the mean: room for 2 more on average, and not for a little more.
    const busy = { must: flat(3), meanMust: flat(2) };
    expect(roomForBatch(asked({ ...busy, batch: 2 }), () => 4)).toBe(true);
    expect(roomForBatch(asked({ ...busy, batch: 2.001 }), () => 4)).toBe(false);
    // Weekdays are full, the weekend has 7 free in 48 of 168 hours: 2 on average.
    const full = { must: flat(2), meanMust: flat(2) };
    expect(roomForBatch(asked({ ...full, batch: 2 }), (slot) => (slot < 24 ? 2 : 9))).toBe(true);
    expect(roomForBatch(asked({ ...full, batch: 2.001 }), (slot) => (slot < 24 ? 2 : 9))).toBe(false);
  });

  it("is not taken by what goes to the API", () => {
    // Worst minute: 2 must, 4 may, capacity 4: half of the 4 leaves. Mean: 1 and half of 2 stay, so 2 of 4 are free.
    const half = { must: flat(2), may: flat(4), meanMust: flat(1), meanMay: flat(2) };
    expect(roomForBatch(asked({ ...half, batch: 2 }), () => 4)).toBe(true);
    expect(roomForBatch(asked({ ...half, batch: 2.001 }), () => 4)).toBe(false);
  });

  it("is asked for by batch requests alone", () => {
    expect(roomForBatch(asked({ must: flat(9), meanMust: flat(9) }), () => 1)).toBe(true);
  });
});

describe("instances that run all the time", () => {
  it("carry the worst minute, or the mean with all batch requests where that is more", () => {
    // Worst minute 5, mean 2: 3 instances of 2. With a batch of 3 the mean is 5, with one of 6 it is 8.
    const busy = { must: flat(5), meanMust: flat(2) };
    expect([0, 3, 6].map((batch) => steadyInstances(asked({ ...busy, batch }), unit()))).toEqual([3, 3, 4]);
    // A mean of 3.5 on weekends alone is 1 over the week; with a batch of 5 that is 6, as is the worst minute of those weekends.
    const weekend = { must: days(0, 6), meanMust: days(0, 3.5) };
    expect([5, 5.1].map((batch) => steadyInstances(asked({ ...weekend, batch }), unit()))).toEqual([3, 4]);
  });

  it("are none where there are too few", () => {
    expect(steadyInstances(asked({ must: flat(5) }), unit({ most: 3 }))).toBe(3);
    expect(steadyInstances(asked({ must: flat(5) }), unit({ most: 2 }))).toBeUndefined();
  });

  it("have room for batch requests even where every other request would rather leave", () => {
    // 8 that may leave for a cent an hour, against 5 USD for an instance; but 5 of batch need 3 instances of 2.
    const cheap = asked({ may: flat(8), meanMay: flat(4), overflowUsd: flat(0.01), batch: 5 });
    const count = steadyInstances(cheap, unit()) ?? 0;
    expect(roomForBatch(cheap, () => count * 2)).toBe(true);
    expect(roomForBatch(cheap, () => (count - 1) * 2)).toBe(false);
  });
});

describe("instances that follow the week", () => {
  it("weigh the last instance of each hour against the overflow that it spares, by hand", () => {
    // 1 must stay and 4 may leave: 1, 2 or 3 instances of 2 send 3/4, 1/4 or nothing away, and cost 5, 10 or 15 USD.
    const hour = (usd: number) => weeklyInstances(asked({ must: flat(1), may: flat(4), overflowUsd: flat(usd) }), unit())?.[0];
    // At 9 USD: 11.75, 12.25, 15. At 12 USD: 14, 13, 15. At 21 USD: 20.75, 15.25, 15.
    expect([9, 12, 21].map(hour)).toEqual([1, 2, 3]);
  });

  it("are the best of all sizes of every hour, within those that there may be", () => {
    const load = fc.double({ min: 0.01, max: 12, noNaN: true });
    fc.assert(
      fc.property(load, load, load, load, fc.integer({ min: 1, max: 12 }), (must, may, usdPerHour, overflow, most) => {
        const demand = asked({ must: flat(must), may: flat(may), overflowUsd: flat(overflow) });
        const counts = weeklyInstances(demand, unit({ usdPerHour, most }));
        const least = instancesFor(must, unit());
        if (least > most) {
          expect(counts).toBeUndefined();
          return;
        }
        const cost = (count: number) => count * usdPerHour + overflow * overflowShare(must, may, count * 2);
        const sizes = Array.from({ length: most - least + 1 }, (_, more) => least + more);

        expect(Math.max(...(counts ?? []))).toBeLessThanOrEqual(most);
        expect(cost(counts?.[0] ?? 0)).toBeCloseTo(Math.min(...sizes.map(cost)), 9);
      }),
      { seed: 4 },
    );
  });

  it("are more in every hour where batch requests find no room", () => {
    // Nothing else is asked: 6 of batch need three instances of 2, hour by hour.
    const batch = asked({ batch: 6 });
    expect(weeklyInstances(batch, unit())).toEqual(flat(3));
    expect(weeklyInstances(batch, unit({ most: 3 }))).toEqual(flat(3));
    expect(weeklyInstances(batch, unit({ most: 2 }))).toBeUndefined();
    // Weekdays have 5 busy on 6, weekends none on 2: 120 x 1 + 48 x 2 are 216 hours, 1.29 on average; one more everywhere makes room for 3.29.
    const uneven = asked({ must: days(5, 0), meanMust: days(5, 0), batch: 3.28 });
    expect(weeklyInstances(uneven, unit())).toEqual(days(4, 2));
    expect(weeklyInstances(asked({ ...uneven, batch: 1.28 }), unit())).toEqual(days(3, 1));
  });
});
