import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Demand,
  HOURS_PER_WEEK,
  overflowShare,
  overflowUsdOf,
  SLOTS,
  startsPerWeek,
  steadyInstances,
  WEEKS_PER_MONTH,
  weeklyInstances,
} from "../../src/decide/base-load.ts";
import { startUpHours } from "../../src/decide/defaults.ts";
import { windowsOf } from "../../src/decide/schedule.ts";
import { startSeconds } from "../../src/stack-resources.ts";
import { stackOf } from "./split-support.ts";
import { evaluated, only, type PolicyObject, policy, sumOf, workload } from "./support.ts";

/** A consumer workload of an expensive API model against one small open model. */
function consumer(change: PolicyObject = {}, volume = 100_000_000): PolicyObject {
  return workload({
    data_class: ["none"],
    volume: { requests_per_month: volume, hourly_profile: "consumer", peak_to_average: 1.2 },
    candidates: { api: ["gpt-5.4-mini"], open: ["qwen3-32b"] },
    ...change,
  });
}

const flat = (value: number) => Array<number>(SLOTS.length).fill(value);

/** 2 busy replicas in weekday hours 0-11 and on weekends, 10 in weekday hours 12-23. */
const dayAndNight = SLOTS.map(({ at }) => (at >= 12 && at < 24 ? 10 : 2));

function demand(may: readonly number[], usdPerLoadHour: number): Demand {
  return { must: flat(0), may, overflowUsd: may.map((load) => load * usdPerLoadHour), meanMust: flat(0), meanMay: may, batch: 0 };
}

describe("the overflow of an hour", () => {
  it("is what exceeds the capacity, as a share of the load that may leave", () => {
    expect(overflowShare(0, 10, 7)).toBeCloseTo(0.3, 12);
    expect(overflowShare(4, 6, 7)).toBeCloseTo(0.5, 12);
    expect(overflowShare(0, 10, 12)).toBe(0);
    expect(overflowShare(5, 0, 3)).toBe(0);
  });

  it("never grows with a larger fleet", () => {
    const load = fc.double({ min: 0, max: 50, noNaN: true });
    fc.assert(
      fc.property(load, load, load, load, (must, may, capacity, more) => {
        expect(overflowShare(must, may, capacity + more)).toBeLessThanOrEqual(overflowShare(must, may, capacity));
      }),
      { seed: 1 },
    );
  });

  it("is never less than what any course of load within the hour sends away", () => {
    const minutes = fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 2, maxLength: 60 });
    fc.assert(
      fc.property(minutes, fc.double({ min: 0.1, max: 12, noNaN: true }), (loads, capacity) => {
        const mean = loads.reduce((sum, load) => sum + load, 0) / loads.length;
        const worst = Math.max(...loads);
        fc.pre(mean > 0.001);
        const true_ = loads.reduce((sum, load) => sum + Math.max(0, load - capacity), 0) / loads.length;

        expect(overflowShare(0, worst, capacity) * mean).toBeGreaterThanOrEqual(true_ - 1e-9);
      }),
      { seed: 2 },
    );
  });
});

describe("the size of a base fleet", () => {
  it("weighs an instance against the overflow that it spares, by hand", () => {
    // 60 hours a week with 10 busy replicas, 108 hours with 2; an instance carries 2 and costs 5 USD an hour, a replica-hour on the API 6.
    const asked = demand(dayAndNight, 6);
    // One instance: (10 - 2) x 6 USD in 60 hours of each of 4.345238 weeks.
    expect(overflowUsdOf(asked, () => 2)).toBeCloseTo(8 * 6 * 60 * WEEKS_PER_MONTH, 6);
    expect(overflowUsdOf(asked, () => 2)).toBeCloseTo(12_514.29, 2);
    // A second one spares 2 x 6 x 60 x 4.345 = 3,128.57 a month and costs 3,650: not worth it. At 4 USD it costs 2,920: all five are.
    expect(steadyInstances(asked, { usdPerHour: 5, startUsd: 0, capacity: 2, most: 99 })).toBe(1);
    expect(steadyInstances(asked, { usdPerHour: 4, startUsd: 0, capacity: 2, most: 99 })).toBe(5);
  });

  it("is the best of all sizes", () => {
    const load = fc.double({ min: 0.01, max: 20, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(load, { minLength: 48, maxLength: 48 }),
        load,
        load,
        fc.double({ min: 0, max: 5, noNaN: true }),
        (may, price, usd, must) => {
          const asked = { ...demand(may, usd), must: flat(must), meanMust: flat(must) };
          const unit = { usdPerHour: price, startUsd: 0, capacity: 1.4, most: 99 };
          const cost = (count: number) => count * price * 730 + overflowUsdOf(asked, () => count * unit.capacity);
          const least = Math.max(1, Math.ceil(must / unit.capacity));
          const sizes = Array.from({ length: 20 }, (_, index) => least + index);

          expect(cost(steadyInstances(asked, unit) ?? 0)).toBeCloseTo(Math.min(...sizes.map(cost)), 4);
          const few = sizes.slice(0, 3);
          const limited = steadyInstances(asked, { ...unit, most: least + 2 }) ?? 0;
          expect(few).toContain(limited);
          expect(cost(limited)).toBeCloseTo(Math.min(...few.map(cost)), 4);
          expect(steadyInstances(asked, { ...unit, most: least - 1 })).toBeUndefined();
        },
      ),
      { seed: 3, numRuns: 60 },
    );
  });

  it("keeps room for batch requests, which never overflow", () => {
    const asked = { ...demand(flat(0.1), 0.01), batch: 6 };
    expect(steadyInstances(asked, { usdPerHour: 100, startUsd: 0, capacity: 2, most: 99 })).toBe(4);
  });
});

describe("a weekly schedule", () => {
  it("follows the hours, and its hours add up to a week", () => {
    const must = { ...demand(flat(0), 0), must: dayAndNight, meanMust: dayAndNight };
    expect(weeklyInstances(must, { usdPerHour: 5, startUsd: 0, capacity: 2, most: 4 })).toBeUndefined();
    const counts = weeklyInstances(must, { usdPerHour: 5, startUsd: 0, capacity: 2, most: 5 }) ?? [];
    const windows = windowsOf(counts);

    expect(windows).toEqual([
      { days: "weekday", fromHour: 0, toHour: 12, instances: 1 },
      { days: "weekday", fromHour: 12, toHour: 24, instances: 5 },
      { days: "weekend", fromHour: 0, toHour: 24, instances: 1 },
    ]);
    const hours = windows.reduce((sum, { days, fromHour, toHour }) => sum + (toHour - fromHour) * (days === "weekday" ? 5 : 2), 0);
    expect(hours).toBe(HOURS_PER_WEEK);
    expect(startsPerWeek(counts)).toBe(20);
  });

  it("bills each start from the minute in which the stack asks for it: a quarter of an hour, and the weights at 100 MB/s", () => {
    expect(startUpHours(65) * 60).toBe(Math.ceil(15 + (65 * 2 ** 30) / 100e6 / 60));
    expect(startUpHours(65) * 3600).toBe(startSeconds(65));
  });

  it("costs less than running all hours, and bills the provisioned ones", () => {
    const value = (schedule: string) =>
      policy([consumer({ data_class: undefined, candidates: { open: ["qwen3-32b"] } }, 400_000_000)], {
        purchase: { gpu_schedule: schedule },
      });
    const [always, weekly] = [evaluated(value("always")).decision, evaluated(value("weekly")).decision];
    const hours = (decision: typeof always) => decision.workloads[0]?.costLines.find(({ id }) => id === "gpu-instances")?.quantity ?? 0;
    const [fleet] = weekly.fleets;
    const perWeek = (fleet?.schedule ?? []).reduce(
      (sum, { days, fromHour, toHour, instances }) => sum + (toHour - fromHour) * instances * (days === "weekday" ? 5 : 2),
      0,
    );

    expect(always.fleets[0]?.schedule).toBeNull();
    expect(weekly.monthlyCostUsd?.expected).toBeLessThan(always.monthlyCostUsd?.expected ?? 0);
    expect(hours(weekly)).toBeGreaterThan(perWeek * WEEKS_PER_MONTH);
    expect(hours(weekly)).toBeLessThan(perWeek * WEEKS_PER_MONTH * 1.1);
    expect(fleet?.schedule?.every(({ instances }) => instances >= (fleet?.instances.minimum ?? 0))).toBe(true);
  });

  it("is ignored, with a finding, where hours are committed", () => {
    const open = consumer({ candidates: { open: ["qwen3-32b"] } });
    const purchase = { gpu: "savings_plan", gpu_discount_ratio: 0.3, gpu_schedule: "weekly" };
    const { decision, findings } = evaluated(policy([open], { purchase }));

    expect(decision.fleets[0]?.schedule).toBeNull();
    expect(findings.find(({ id }) => id === "schedule-ignored")?.text).toContain("savings_plan");
  });
});

describe("a split workload", () => {
  const split = evaluated(policy([consumer({ needs: { availability_ratio: 0.999 } })], { team: { ml_ops: "dedicated" } }));

  it("is hybrid, its shares add up to one, and its lines to its bill", () => {
    const decided = only(split);

    expect(split.decision.path).toBe("hybrid");
    expect(decided.path).toBe("hybrid");
    expect((decided.split?.baseShareRatio ?? 0) + (decided.split?.overflowShareRatio ?? 0)).toBeCloseTo(1, 12);
    expect(decided.split?.overflowShareRatio).toBeGreaterThan(0);
    expect(sumOf(decided)).toBeCloseTo(decided.monthlyCostUsd?.expected ?? 0, 6);
  });

  it("pays the API's list price for exactly the requests that overflow, to the cent", () => {
    const decided = only(split);
    const requests = 100_000_000 * (decided.split?.overflowShareRatio ?? 0);

    // gpt-5.4-mini: 0.75 USD in and 4.50 USD out for a million tokens; 500 in and 200 out a request.
    expect(sumOf(decided, "overflow-input-tokens", "overflow-output-tokens")).toBeCloseTo((requests * (500 * 0.75 + 200 * 4.5)) / 1e6, 2);
  });

  it("runs no spare instance, because the API stands in for one that fails", () => {
    expect(split.decision.fleets[0]?.instances.minimum).toBe(1);
    expect(only(split).conditions.some((text) => text.includes("while an instance is replaced"))).toBe(true);
  });

  it("is chosen only when it costs less than either side alone", () => {
    for (const volume of [1_000_000, 10_000_000, 40_000_000, 100_000_000, 300_000_000]) {
      const { decision } = evaluated(policy([consumer({}, volume)], { team: { ml_ops: "dedicated" } }));
      const usd = (path: string) => decision.paths.find((row) => row.path === path)?.monthlyCostUsd?.expected ?? Number.POSITIVE_INFINITY;
      if (decision.path === "hybrid") expect(usd("hybrid") * 1.02).toBeLessThan(Math.min(usd("api"), usd("self-host")) + 1e-6);
      else expect(usd("hybrid") * 1.02).toBeGreaterThanOrEqual(Math.min(usd("api"), usd("self-host")));
    }
  });

  it("gives the stacks a fleet with an API for the overflow", () => {
    const config = stackOf(policy([consumer({ needs: { availability_ratio: 0.999 } })], { team: { ml_ops: "dedicated" } }));

    expect(config.path).toBe("hybrid");
    expect(config.routes).toEqual([
      { workload: "requests", path: "self-host", target: config.fleets[0]?.id, restricted: false, overflow: "api/openai-api/gpt-5.4-mini" },
    ]);
    expect(config.api.map(({ workloads }) => workloads)).toEqual([["requests"]]);
  });
});

describe("data that may not leave", () => {
  const usdByPath = (change: PolicyObject, rest: PolicyObject = {}) => {
    const value = policy([consumer({ needs: { availability_ratio: 0.999 }, ...change })], { team: { ml_ops: "dedicated" }, ...rest });
    const { paths } = evaluated(value, value).decision;
    return Object.fromEntries(paths.map(({ path, monthlyCostUsd }) => [path, monthlyCostUsd?.expected ?? null]));
  };
  const classes = ["none", "pii", "phi", "pci", "cui", "classified"];
  const rules: readonly PolicyObject[] = [
    {},
    { data_may_leave: false },
    { regimes: ["hipaa"] },
    { regimes: ["il6"] },
    { zero_retention: true },
    { data_residency: ["ch"] },
  ];

  for (const data of classes) {
    it(`of class ${data} overflows only to an API that passes every rule`, () => {
      for (const compliance of rules) {
        const usd = usdByPath({ data_class: [data], compliance });
        if (usd.api === null || usd["self-host"] === null) expect(usd.hybrid).toBeNull();
        else expect(usd.hybrid).not.toBeNull();
        if ("data_may_leave" in compliance) expect(usd.hybrid).toBeNull();
      }
    });
  }

  it("of no declared class does not overflow, unless the policy says that it may leave", () => {
    expect(usdByPath({ data_class: undefined }).hybrid).toBeNull();
    expect(usdByPath({ data_class: undefined, compliance: { data_may_leave: true } }).hybrid).not.toBeNull();
  });

  it("does not overflow to an API whose rule is only waived", () => {
    const waiver = { rule: "data-location", owner: "ana", reason: "contract in signature", expires: "2027-01-31" };
    const usd = usdByPath({ data_class: ["pii"], compliance: { data_may_leave: false } }, { waivers: [waiver] });

    expect(usd.api).not.toBeNull();
    expect(usd.hybrid).toBeNull();
  });
});

describe("the image of a scheduled fleet", () => {
  const scheduled = (change: PolicyObject) =>
    evaluated(
      policy([consumer({ data_class: undefined, candidates: { open: ["qwen3-32b"] } }, 400_000_000)], {
        purchase: { gpu_schedule: "weekly" },
        ...change,
      }),
    ).decision.workloads[0]?.costLines.find(({ id }) => id === "image-pulls");

  it("comes over the NAT gateway at each start, 20 GiB at 0.045 USD", () => {
    const { fleets } = evaluated(
      policy([consumer({ data_class: undefined, candidates: { open: ["qwen3-32b"] } }, 400_000_000)], {
        purchase: { gpu_schedule: "weekly" },
      }),
    ).decision;
    const windows = fleets[0]?.schedule ?? [];
    const at = (days: string, hour: number) =>
      windows.find((one) => one.days === days && one.fromHour <= hour && hour < one.toHour)?.instances ?? 0;
    const week = Array.from({ length: HOURS_PER_WEEK }, (_, hour) => at(hour < 120 ? "weekday" : "weekend", hour % 24));
    const starts = week.reduce((sum, count, hour) => sum + Math.max(0, count - (week.at(hour - 1) ?? 0)), 0);

    expect(starts).toBeGreaterThan(0);
    expect(scheduled({})?.quantity).toBeCloseTo(starts * WEEKS_PER_MONTH * 20, 6);
    expect(scheduled({})?.unitPriceUsd).toBe(0.045);
  });

  it("is the network owner's where the policy names a network", () => {
    const vpc = { id: "vpc-0a1b2c3d", private_subnet_ids: ["subnet-0a", "subnet-0b"] };
    expect(scheduled({ deploy: { vpc } })).toBeUndefined();
  });
});
