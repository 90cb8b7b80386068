import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { startUpHours, TARGET_UTILISATION_RATIO } from "../../src/decide/defaults.ts";
import { ElasticLoad } from "../../src/decide/elastic.ts";
import type { RequirementFacts } from "../../src/decide/facts.ts";
import { cheapestFleet, type SizedFleet, type Tenant } from "../../src/decide/fleet.ts";
import { EXPECTED } from "../../src/decide/scenario.ts";
import { asking, FACTS, offerOf, offersOf, tableOf, tenantOf } from "./fleet-support.ts";
import { EVERY_RUN } from "./support.ts";

const EVERY_HOUR = Array<number>(168).fill(1);
const FACTS_MONTHS = Array.from({ length: FACTS.horizonMonths }, (_, month) => month);
const DAYTIME = EVERY_HOUR.map((_, hour) => (hour % 24 < 12 ? 0.5 : 1.5));
const GPUS = ["g", "h"] as const;
const WEIGHTS_GIB = 10;
const MADE = [
  { key: "a", gpu: "g", tensorParallel: 1, weightsGiB: WEIGHTS_GIB },
  { key: "b", gpu: "h", tensorParallel: 1, weightsGiB: WEIGHTS_GIB },
  { key: "c", gpu: "g", tensorParallel: 2, weightsGiB: WEIGHTS_GIB },
  { key: "d", gpu: "h", tensorParallel: 2, weightsGiB: WEIGHTS_GIB },
];
const rate = fc.integer({ min: 1, max: 8 }).map((quarters) => quarters / 4);
const offer = fc.record({ gpu: fc.constantFrom(...GPUS), usd: fc.integer({ min: 1, max: 12 }), gpuCount: fc.constantFrom(1, 2, 4) });
const asked = fc.record({
  load: fc.double({ min: 0.1, max: 12, noNaN: true }),
  rates: fc.array(rate, { minLength: MADE.length, maxLength: MADE.length }),
  growth: fc.constantFrom(0, 0, 0.2, -0.2),
  busy: fc.boolean(),
  overflowUsd: fc.option(fc.double({ min: 1e-5, max: 2e-3, noNaN: true })),
});
const fleets = fc.record({
  tenants: fc.array(asked, { minLength: 2, maxLength: 3 }),
  offers: fc.array(offer, { minLength: 2, maxLength: 5 }),
  mostGpus: fc.constantFrom(2, 8, Number.POSITIVE_INFINITY),
  weekly: fc.boolean(),
});

describe("a fleet that several workloads share", () => {
  it("costs no more than on any configuration and instance type that is tried alone", () => {
    let [split, limited] = [0, 0];
    fc.assert(
      fc.property(fleets, ({ tenants: wanted, offers, mostGpus, weekly }) => {
        const facts: RequirementFacts = {
          ...FACTS,
          purchase: { ...FACTS.purchase, gpu: "on_demand", gpuSchedule: weekly ? "weekly" : "always" },
        };
        const tenants = wanted.map(({ load, rates, growth, busy, overflowUsd }, index): Tenant => {
          const own = asking(load, { name: `w${index}`, growthRatioPerMonth: growth, week: busy ? DAYTIME : EVERY_HOUR });
          const table = tableOf(...MADE.map((one, at) => ({ ...one, rate: rates[at] ?? 1 })));
          return tenantOf(own, table, overflowUsd === null ? undefined : FACTS_MONTHS.map(() => overflowUsd));
        });
        const all = offers.map(({ gpu, usd, gpuCount }, at) => offerOf(`${gpu}.${at}`, usd, { gpu, gpuCount }));
        const load = new ElasticLoad(tenants, facts, EXPECTED, { spare: 0, weekly });
        // Each configuration on each instance type by itself: nothing is ruled out by a bound or by a better one.
        const alone = MADE.flatMap(({ key, gpu, tensorParallel }) =>
          all.map(({ instance, usdPerHour }) => {
            const replicas = Math.floor(instance.gpuCount / tensorParallel);
            const most = Math.floor(mostGpus / instance.gpuCount);
            if (instance.gpu !== gpu || replicas === 0 || most === 0) return Number.POSITIVE_INFINITY;
            const unit = { usdPerHour, capacity: replicas * TARGET_UTILISATION_RATIO, startUsd: 0, most };
            return (
              (load.size(key, unit, startUpHours(WEIGHTS_GIB * tensorParallel))?.usd ?? Number.POSITIVE_INFINITY) / FACTS.horizonMonths
            );
          }),
        );
        const found = cheapestFleet(tenants, offersOf(...all), facts, EXPECTED, { mostGpus });
        const foundUsd = found === undefined ? Number.POSITIVE_INFINITY : found.monthlyUsd + overflowOf(tenants, found);
        if (found !== undefined && found.overflowShares.size > 0) split++;
        if (mostGpus < Number.POSITIVE_INFINITY && found !== undefined) limited++;

        expect(foundUsd).toBeCloseTo(Math.min(...alone), 6);
      }),
      { numRuns: 150, ...EVERY_RUN },
    );
    expect(split).toBeGreaterThan(20);
    expect(limited).toBeGreaterThan(20);
  });
});

/** What the API takes, in USD of an average month. */
function overflowOf(tenants: readonly Tenant[], fleet: SizedFleet): number {
  const usd = tenants.map(({ workload, overflowUsd }) =>
    FACTS_MONTHS.reduce((sum, month) => {
      const requests = workload.requestsPerMonth.expected * (1 + workload.growthRatioPerMonth) ** month;
      return sum + requests * (fleet.overflowShares.get(workload.name)?.[month] ?? 0) * (overflowUsd?.[month] ?? 0);
    }, 0),
  );
  return usd.reduce((sum, value) => sum + value, 0) / FACTS_MONTHS.length;
}
