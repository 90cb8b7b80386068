import { describe, expect, it } from "vitest";
import { startsPerWeek, WEEKS_PER_MONTH } from "../../src/decide/base-load.ts";
import { totalUsd } from "../../src/decide/cost-line.ts";
import { fleetLines } from "../../src/decide/fleet-cost.ts";
import type { SelfHostOption } from "../../src/decide/options.ts";
import { fixedUsd, monthlyUsd, pairsOf } from "../../src/decide/pairs.ts";
import { type Scenario, scenario } from "../../src/decide/scenario.ts";
import { solve } from "../../src/decide/solve.ts";
import { AS_OF, catalog, documentOf, type PolicyObject, policy, workload } from "./support.ts";

/** The fleet of a policy's only workload, with what sizes it and what bills it. */
function sized(change: PolicyObject, own: PolicyObject = {}) {
  const { pricer } = solve(documentOf(policy([workload({ candidates: { open: ["qwen3-32b"] }, ...own })], change)), catalog, AS_OF, []);
  const { facts, offers } = pricer.context;
  const host = pricer.context.workloads[0]?.feasible.find((option): option is SelfHostOption => option.kind === "self-host");
  const fleet = host && pricer.aloneOn(0, host)?.fleet;
  if (host === undefined || fleet === undefined) throw new Error("the model can be served");
  const pair = pairsOf(host.table, offers).find(({ key, offer }) => key === fleet.key && offer.instance.id === fleet.offer.instance.id);
  if (pair === undefined) throw new Error("a fleet has its pair");
  const lines = (what: Partial<Scenario> = {}) => fleetLines(fleet, facts, pricer.context.catalog, scenario(what));
  return { fleet, pair, lines };
}

describe("what a fleet is sized by", () => {
  const busy = { volume: { requests_per_month: 40_000_000, hourly_profile: "flat", peak_to_average: 1.5 } };
  const policies: Readonly<Record<string, PolicyObject>> = {
    "on demand": {},
    "on spot, with a base on demand": { purchase: { gpu: "spot", gpu_discount_ratio: 0.6 } },
    "with warm instances": { deploy: { warm_instances: 2 } },
    "in Europe": { region: "eu-central-1" },
  };
  for (const [name, change] of Object.entries(policies)) {
    it(`is what its lines add up to, ${name}`, () => {
      const { fleet, pair, lines } = sized(change, busy);
      const count = fleet.instancesByMonth[0] ?? 0;

      expect(count).toBeGreaterThan(1);
      for (const gpuPrice of [1, 0.5])
        expect(count * monthlyUsd(pair, gpuPrice) + fixedUsd(pair, gpuPrice)).toBeCloseTo(totalUsd(lines({ gpuPrice })), 6);
    });
  }

  it("has each start of a schedule in it, but in a network of its owner's or without a way out", () => {
    const peaks = { volume: { requests_per_month: 400_000_000, hourly_profile: "consumer", peak_to_average: 1.2 } };
    const weekly = (change: PolicyObject = {}, own: PolicyObject = {}) =>
      sized({ purchase: { gpu_schedule: "weekly" }, ...change }, { ...peaks, ...own });
    const pulls = ({ lines }: ReturnType<typeof sized>) => lines().find(({ id }) => id === "image-pulls")?.monthlyUsd;
    const own = weekly();
    const starts = startsPerWeek(own.fleet.schedule ?? []) * WEEKS_PER_MONTH;

    expect(starts).toBeGreaterThan(0);
    // 20 GiB at 0.045 USD.
    expect(own.fleet.offer.beside.startUsd).toBeCloseTo(0.9, 9);
    expect(pulls(own)).toBeCloseTo(starts * 0.9, 6);
    const named = weekly({ deploy: { vpc: { id: "vpc-0a1b2c3d", private_subnet_ids: ["subnet-0a", "subnet-0b"] } } });
    expect([named.fleet.offer.beside.startUsd, pulls(named)]).toEqual([0, undefined]);
    expect(pulls(weekly({}, { compliance: { air_gapped: true } }))).toBeUndefined();
  });

  it("has a price per instance hour in front, and the rest beside it, by hand", () => {
    const { fleet, lines } = sized({}, busy);
    const [gpu] = lines();
    const count = fleet.instancesByMonth[0] ?? 0;
    const { usdPerHour } = fleet.offer;

    expect(gpu).toMatchObject({ id: "gpu-instances", quantity: count * 730, unitPriceUsd: usdPerHour, unit: "instance-hour" });
    expect(gpu?.label).toBe(`${fleet.offer.instance.id} (${fleet.offer.instance.gpuCount} x ${fleet.option.configuration.gpu.name})`);
    expect(lines({ gpuPrice: 2 })[0]?.monthlyUsd).toBeCloseTo(2 * count * 730 * usdPerHour, 6);
  });
});

describe("hardware that nobody else is on", () => {
  it("is a line without an amount for IL5, and none for others", () => {
    const tenancy = (regimes: readonly string[]) =>
      sized({ region: "us-gov-west-1" }, { compliance: { regimes } })
        .lines()
        .find(({ id }) => id === "dedicated-tenancy");
    const line = tenancy(["il5"]);
    expect(line).toMatchObject({ unit: "instance-hour", unitPriceUsd: null, monthlyUsd: null });
    expect((line?.quantity ?? 0) % 730).toBe(0);
    expect(line?.quantity).toBeGreaterThan(0);
    expect(tenancy(["il4"])).toBeUndefined();
  });
});
