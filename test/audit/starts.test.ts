import { expect, it } from "vitest";
import { evaluated, only, policy, sumOf, workload } from "../decide/support.ts";

/** A load that doubles every other hour: a fleet that follows it starts an instance twelve times a day. */
const weights = Array.from({ length: 24 }, (_, hour) => (hour % 2 === 0 ? 2 : 1));

function fleet(gpu_schedule: "always" | "weekly", requests_per_day: number) {
  const volume = { requests_per_day, hourly_profile: { weights, weekend_ratio: 1 }, peak_to_average: 1.5 };
  const chat = workload({ volume, candidates: { open: ["llama-3.1-8b-instruct"] } });
  return only(evaluated(policy([chat], { team: { ml_ops: "dedicated" }, purchase: { gpu_schedule } })));
}

it.each([100_000, 200_000, 300_000, 400_000, 600_000, 900_000])(
  "a fleet that may follow the week never costs more than one that runs all the time, at %i requests a day: each start pulls the server image",
  (requests) => {
    const [always, weekly] = [fleet("always", requests), fleet("weekly", requests)];
    expect(weekly.monthlyCostUsd?.expected).toBeLessThanOrEqual((always.monthlyCostUsd?.expected ?? 0) + 1e-6);
  },
);

it("pays for the pulls where following the week is worth them", () => {
  const volume = { requests_per_day: 2_000_000, hourly_profile: "business_hours", peak_to_average: 1.5 };
  const chat = workload({ volume, candidates: { open: ["llama-3.1-8b-instruct"] } });
  const decision = only(evaluated(policy([chat], { team: { ml_ops: "dedicated" }, purchase: { gpu_schedule: "weekly" } })));
  expect(sumOf(decision, "image-pulls")).toBeGreaterThan(0);
});

it("is in use by what runs: servers that are off at night are no idle capacity", () => {
  const volume = { requests_per_day: 2_000_000, hourly_profile: "business_hours", peak_to_average: 1.5 };
  const chat = workload({ volume, candidates: { open: ["llama-3.1-8b-instruct"] } });
  const of = (gpu_schedule: string) =>
    evaluated(policy([chat], { team: { ml_ops: "dedicated" }, purchase: { gpu_schedule } })).decision.fleets.map((fleet) => fleet);
  const [[always], [weekly]] = [of("always"), of("weekly")];
  const load = (fleet: typeof weekly) => (fleet?.capacity.requestsPerSecondPerReplica ?? 0) * (fleet?.utilisationRatio.mean ?? 0);
  expect(always?.schedule).toBeNull();
  expect(weekly?.utilisationRatio.mean).toBeGreaterThan(1.5 * (always?.utilisationRatio.mean ?? 0));
  expect(load(weekly)).toBeGreaterThan(load(always));
});

it("pays for the starts of each month where the fleet grows, not for those of the first", () => {
  const volume = { requests_per_day: 400_000, hourly_profile: "business_hours", peak_to_average: 1.5 };
  const pulls = (change: object, horizon_months: number) => {
    const chat = workload({ volume: { ...volume, ...change }, candidates: { open: ["llama-3.1-8b-instruct"] } });
    const more = { team: { ml_ops: "dedicated" }, purchase: { gpu_schedule: "weekly" }, horizon_months };
    const evaluation = evaluated(policy([chat], more));
    return { usd: sumOf(only(evaluation), "image-pulls"), instance: evaluation.decision.fleets[0]?.instanceType };
  };
  const grown = pulls({ growth_ratio_per_month: 0.2 }, 3);
  const alone = [1, 1.2, 1.44].map((factor) => pulls({ requests_per_day: 400_000 * factor }, 1));
  expect(new Set([grown, ...alone].map(({ instance }) => instance)).size).toBe(1);
  expect(new Set(alone.map(({ usd }) => usd)).size).toBeGreaterThan(1);
  expect(grown.usd).toBeCloseTo(alone.reduce((sum, { usd }) => sum + usd, 0) / 3, 6);
});

it("warns where capacity is reserved for a fleet that follows the week: reservations are billed day and night", () => {
  const volume = { requests_per_day: 2_000_000, hourly_profile: "business_hours", peak_to_average: 1.5 };
  const chat = workload({ volume, candidates: { open: ["llama-3.1-8b-instruct"] } });
  const told = (change: object) =>
    evaluated(policy([chat], { team: { ml_ops: "dedicated" }, ...change })).findings.filter(({ id }) => id === "reserved-schedule");
  expect(told({ deploy: { reserved_capacity: true } })).toEqual([]);
  expect(told({ purchase: { gpu_schedule: "weekly" } })).toEqual([]);
  expect(told({ purchase: { gpu_schedule: "weekly" }, deploy: { reserved_capacity: true } }).map(({ level }) => level)).toEqual([
    "warning",
  ]);
});
