import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { totalUsd } from "../../src/decide/cost-line.ts";
import { asRange, factsOf } from "../../src/decide/facts.ts";
import { offersByGpu, type SizedFleet, type Tenant } from "../../src/decide/fleet.ts";
import { fleetLines } from "../../src/decide/fleet-cost.ts";
import { FleetLoad } from "../../src/decide/fleet-load.ts";
import { optionsFor, type SelfHostOption, type WorkloadOptions } from "../../src/decide/options.ts";
import { fullTimeShare } from "../../src/decide/people-cost.ts";
import { Pricer } from "../../src/decide/portfolio.ts";
import { instanceOffers } from "../../src/decide/prices.ts";
import { newMemo } from "../../src/decide/pricing-context.ts";
import { EXPECTED } from "../../src/decide/scenario.ts";
import { sharedLines } from "../../src/decide/shared-cost.ts";
import { instancesFor } from "../../src/decide/sizing.ts";
import { shortened } from "../shortened.ts";
import { AS_OF, catalog, documentOf, evaluated, only, policy, sumOf, workload } from "./support.ts";

const RUNS = shortened(60, 20, "portfolios against every configuration");
const MODELS = ["qwen3-32b", "gpt-oss-20b"] as const;

/** Two workloads on a model of their own each; volumes and the team vary, options are searched once. */
const frame = factsOf(documentOf(policy(MODELS.map((model, index) => workload({ name: `w${index}`, candidates: { open: [model] } })))));
const { offers } = instanceOffers(frame, catalog, AS_OF);
const options = frame.workloads.map((entry) =>
  optionsFor(entry, { facts: frame, catalog, asOf: AS_OF, offers, waivers: [], calibrations: [], ownKeys: new Set(), lineOf: () => 1 }),
);

function pricerOf(
  requests: readonly number[],
  mlOps: "none" | "part_time" | "dedicated",
  hourlyRateUsd: number,
  growthRatioPerMonth = 0,
): Pricer {
  const workloads = options.slice(0, requests.length).map((entry, index): WorkloadOptions => {
    return { ...entry, workload: { ...entry.workload, requestsPerMonth: asRange(requests[index] ?? 0), growthRatioPerMonth } };
  });
  const facts = { ...frame, workloads: workloads.map((entry) => entry.workload), mlOps, hourlyRateUsd };
  return new Pricer({ workloads, facts, catalog, asOf: AS_OF, offers: offersByGpu(offers), what: EXPECTED, memo: newMemo() });
}

/** Every configuration of a workload on every instance type, sized without any of the shortcuts of the search. */
function everyFleet({ context }: Pricer, index: number): readonly SizedFleet[] {
  const { workload: facts, feasible } = context.workloads[index] ?? {};
  const host = feasible?.find((option): option is SelfHostOption => option.kind === "self-host");
  if (facts === undefined || host === undefined) throw new Error("no self-hosted option");
  const tenants: readonly Tenant[] = [{ workload: facts, table: host.table }];
  const load = new FleetLoad(tenants, context.facts, EXPECTED);
  return [...host.table.options].flatMap(([key, { first: option }]) =>
    offers
      .filter(({ instance }) => instance.gpu === option.configuration.gpu.id && instance.gpuCount >= option.configuration.tensorParallel)
      .map((offer) => {
        const replicasPerInstance = Math.floor(offer.instance.gpuCount / option.configuration.tensorParallel);
        const busy = load.busy(key) ?? [];
        const instances = busy.map(({ peak }) => instancesFor(peak, replicasPerInstance, 0));
        const rest = { schedule: null, overflowShares: new Map(), minimumInstances: 1, busyReplicas: { mean: 0, peak: 0 }, monthlyUsd: 0 };
        return {
          model: host.table.model,
          tenants,
          key,
          option,
          offer,
          replicasPerInstance,
          instancesByMonth: instances,
          billedByMonth: instances,
          startsByMonth: instances.map(() => 0),
          ...rest,
        };
      }),
  );
}

/** The whole bill of fleets and the people who operate them, line by line. */
function billOf({ context: { facts } }: Pricer, fleets: readonly SizedFleet[]): number {
  const shared = sharedLines({ keyedProviders: 0, keylessModels: 0, apiWorkloads: [], fleets }, facts, catalog, EXPECTED);
  const hardware = fleets.reduce((sum, fleet) => sum + totalUsd(fleetLines(fleet, facts, catalog, EXPECTED)), 0);
  return hardware + totalUsd([...shared.common, ...shared.api, ...shared.selfHost]);
}

describe("fleets with their people", () => {
  it("are the least expensive of every configuration on every instance type, by brute force", () => {
    let small = 0;
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 5, max: 8.6, noNaN: true }), { minLength: 1, maxLength: 2 }),
        fc.constantFrom("none", "part_time", "dedicated"),
        fc.integer({ min: 0, max: 200 }),
        (magnitudes, team, rate) => {
          const pricer = pricerOf(
            magnitudes.map((magnitude) => Math.round(10 ** magnitude)),
            team,
            rate,
          );
          const fleets = magnitudes.map((_, index) => everyFleet(pricer, index));
          const [first = [], second] = fleets;
          const sets = second === undefined ? first.map((fleet) => [fleet]) : first.flatMap((a) => cheapest(second).map((b) => [a, b]));
          const least = Math.min(...sets.map((set) => billOf(pricer, set)));
          const assignment = pricer.context.workloads.flatMap(({ feasible }) =>
            feasible.filter(({ kind }) => kind === "self-host").slice(0, 1),
          );
          const found = pricer.price(assignment);
          const byHardware = fleets.map((list) => list.reduce((a, b) => (hardwareUsd(b) < hardwareUsd(a) ? b : a)));
          if (billOf(pricer, byHardware) > least + 1) small++;

          expect((found?.monthlyUsd ?? Number.NaN) / least - 1).toBeCloseTo(0, 9);
        },
      ),
      { numRuns: RUNS, seed: 20_261_128 },
    );
    // The test would be worth little if hardware alone always found the same.
    expect(small).toBeGreaterThan(RUNS / 20);
  });

  it("are the same where one fleet grows into a full-time job, month by month", () => {
    let growing = 0;
    fc.assert(
      fc.property(
        fc.double({ min: 6.6, max: 7.8, noNaN: true }),
        fc.double({ min: -0.1, max: 0.15, noNaN: true }),
        fc.constantFrom("none", "part_time", "dedicated"),
        fc.integer({ min: 1, max: 200 }),
        (magnitude, growth, team, rate) => {
          const pricer = pricerOf([Math.round(10 ** magnitude)], team, rate, growth);
          const least = Math.min(...everyFleet(pricer, 0).map((fleet) => billOf(pricer, [fleet])));
          const [entry] = pricer.context.workloads;
          const found = pricer.price((entry?.feasible ?? []).filter(({ kind }) => kind === "self-host").slice(0, 1));
          const full = fullTimeShare(found?.fleets ?? []);
          if (full > 0 && full < 1) growing++;

          expect((found?.monthlyUsd ?? Number.NaN) / least - 1).toBeCloseTo(0, 9);
        },
      ),
      { numRuns: 5 * RUNS, seed: 20_261_129 },
    );
    expect(growing).toBeGreaterThan(RUNS / 10);
  });

  it("have fewer, dearer GPUs where many small ones would need a full-time engineer", () => {
    const many = (hourly_rate_usd: number) =>
      only(
        evaluated(
          policy(
            [
              workload({
                volume: { requests_per_month: 115_000_000, hourly_profile: "flat", peak_to_average: 1.5 },
                candidates: { open: ["qwen3-32b"] },
                compliance: { data_may_leave: false },
              }),
            ],
            { team: { ml_ops: "dedicated", hourly_rate_usd } },
          ),
        ),
      );
    const [cheapPeople, dearPeople] = [many(1), many(95)];
    const hours = (decision: typeof cheapPeople) => decision.costLines.find(({ id }) => id === "people-self-host")?.quantity;

    expect(hours(cheapPeople)).toBe(173);
    expect(hours(dearPeople)).toBe(43);
    expect(sumOf(dearPeople, "gpu-instances")).toBeGreaterThan(sumOf(cheapPeople, "gpu-instances"));
  });

  it("count disks and logs of every instance, not its hours alone", () => {
    const pricer = pricerOf([3_000_000], "dedicated", 95);
    const [host] = pricer.context.workloads[0]?.feasible ?? [];
    const fleet = host && pricer.price([host])?.fleets[0];
    const bills = everyFleet(pricer, 0).map((entry) => totalUsd(fleetLines(entry, pricer.context.facts, catalog, EXPECTED)));

    expect(fleet && totalUsd(fleetLines(fleet, pricer.context.facts, catalog, EXPECTED))).toBeCloseTo(Math.min(...bills), 6);
  });
});

function hardwareUsd(fleet: SizedFleet): number {
  return (fleet.instancesByMonth[0] ?? 0) * fleet.offer.usdPerHour;
}

/** The least expensive fleet of each number of GPUs: no other can be in the best set, whose people depend on GPUs alone. */
function cheapest(fleets: readonly SizedFleet[]): readonly SizedFleet[] {
  const best = new Map<number, { readonly fleet: SizedFleet; readonly usd: number }>();
  for (const fleet of fleets) {
    const gpus = (fleet.instancesByMonth[0] ?? 0) * fleet.offer.instance.gpuCount;
    const usd = totalUsd(fleetLines(fleet, frame, catalog, EXPECTED));
    if (usd < (best.get(gpus)?.usd ?? Number.POSITIVE_INFINITY)) best.set(gpus, { fleet, usd });
  }
  return [...best.values()].map(({ fleet }) => fleet);
}
