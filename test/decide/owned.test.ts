import { describe, expect, it } from "vitest";
import { loadCatalog } from "../../src/catalog/index.ts";
import { factsOf } from "../../src/decide/facts.ts";
import { nameBook } from "../../src/decide/names.ts";
import { ownedOffers } from "../../src/decide/owned.ts";
import { parsePolicy } from "../../src/policy/parse.ts";
import { toStackConfig } from "../../src/stack-config.ts";
import { AS_OF, catalog, documentOf, evaluated, only, type PolicyObject, policy, sumOf, workload } from "./support.ts";

const MACHINE = {
  gpu: "h100",
  count: 8,
  purchase_usd: 250_000,
  bought: "2026-01-01",
  depreciation_months: 36,
  power_kw: 10.2,
  electricity_usd_per_kwh: 0.12,
  pue: 1.3,
};

const busy = (change: PolicyObject = {}) =>
  workload({ volume: { requests_per_month: 20_000_000, hourly_profile: "flat", peak_to_average: 1.5 }, ...change });

function owning(owned: readonly PolicyObject[], workloads: readonly PolicyObject[] = [busy({ candidates: { open: ["qwen3-32b"] } })]) {
  return policy(workloads, { team: { ml_ops: "dedicated" }, purchase: { owned } });
}

const inside = (open: string) => busy({ compliance: { on_premises: true }, candidates: { api: ["gpt-5.4-mini"], open: [open] } });

const offerOf = (machine: PolicyObject, asOf = AS_OF) => ownedOffers(factsOf(documentOf(owning([machine]))), loadCatalog(), asOf)[0];

describe("a machine of your own", () => {
  it("costs depreciation, electricity and its place, by hand: 8,106.02 USD a month", () => {
    // 250,000 / 36 = 6,944.44; 10.2 kW x 1.3 x 730 h = 9,679.8 kWh x 0.12 = 1,161.58.
    expect((offerOf(MACHINE)?.usdPerHour ?? 0) * 730).toBeCloseTo(8_106.02, 2);
    expect((offerOf({ ...MACHINE, hosting_usd_per_month: 900 })?.usdPerHour ?? 0) * 730).toBeCloseTo(9_006.02, 2);
  });

  it("that is written off costs its power still, and part of the horizon costs a part", () => {
    expect((offerOf({ ...MACHINE, bought: "2020-01-01" })?.usdPerHour ?? 0) * 730).toBeCloseTo(1_161.58, 2);
    // Bought 30 months before: 6 of the 12 months are left.
    expect((offerOf({ ...MACHINE, bought: "2024-05-01" })?.usdPerHour ?? 0) * 730).toBeCloseTo(6_944.44 / 2 + 1_161.58, 1);
  });

  it("is on the bill with its wear and its power, busy or not, with people and without anything of AWS", () => {
    const decision = only(evaluated(owning([MACHINE], [inside("qwen3-32b")])));

    expect(decision.option?.instanceType).toBe("owned-h100-x8");
    expect(decision.costLines.map(({ id }) => id)).toEqual([
      "owned-depreciation",
      "owned-electricity",
      "people-self-host",
      "set-up-self-host",
    ]);
    expect(sumOf(decision, "owned-depreciation")).toBeCloseTo(6_944.44, 2);
    expect(sumOf(decision, "owned-electricity")).toBeCloseTo(1_161.58, 2);
    expect(sumOf(decision)).toBeCloseTo(decision.monthlyCostUsd?.expected ?? Number.NaN, 6);
  });

  it("serves two models for the same money, and says that cost does not tell them apart", () => {
    const two = { ...inside("qwen3-32b"), candidates: { open: ["qwen3-32b", "llama-3.3-70b-instruct"] } };
    const even = only(
      evaluated(owning([{ ...MACHINE, count: 8 }], [{ ...two, volume: { requests_per_month: 100_000, hourly_profile: "flat" } }])),
    );
    expect(even.runnersUp[0]?.policyMonthlyUsd).toBeCloseTo(even.monthlyCostUsd?.expected ?? Number.NaN, 6);
    expect(even.reasons.map(({ text }) => text)).toContain(
      `${even.runnersUp[0]?.option.model} costs as much, to the dollar: cost does not tell the two apart, so compare how well they answer`,
    );
    const one = only(evaluated(owning([MACHINE], [inside("qwen3-32b")])));
    expect(one.reasons.map(({ rule }) => rule)).not.toContain("even");
  });

  it("is never called own instances on AWS where it must stay on your premises", () => {
    const { reasons, conditions } = only(
      evaluated({ ...owning([MACHINE], [inside("qwen3-32b")]), compliance: { regimes: ["gdpr"], no_training: true } }),
    );
    expect(reasons.map(({ text }) => text)).toContain("Servers on your premises, by the facts of AWS: data processing agreement (GDPR)");
    for (const text of [...reasons.map((reason) => reason.text), ...conditions]) expect(text).not.toMatch(/on AWS|AWS data processing/);
  });

  it("competes: a dear one loses to a rented one, and an API may win over both", () => {
    const dear = only(evaluated(owning([{ ...MACHINE, purchase_usd: 25_000_000 }])));
    expect(dear.option?.instanceType).not.toContain("owned");

    const little = workload({ volume: { requests_per_month: 1_000, hourly_profile: "flat" } });
    expect(evaluated(owning([MACHINE], [little])).decision.path).toBe("api");
  });

  it("never makes the plan dearer", () => {
    const without = evaluated(policy([busy({ candidates: { open: ["qwen3-32b"] } })], { team: { ml_ops: "dedicated" } }));
    const beside = evaluated(owning([{ ...MACHINE, purchase_usd: 1_000_000 }]));

    expect(beside.decision.monthlyCostUsd?.expected).toBeLessThanOrEqual((without.decision.monthlyCostUsd?.expected ?? 0) + 1e-6);
  });

  it("says what stands idle and what that costs, and what it does not build", () => {
    const ids = (value: PolicyObject) => evaluated(value).findings.map(({ id }) => id);
    const idle = evaluated(owning([{ ...MACHINE, purchase_usd: 25_000_000 }])).findings.find(({ id }) => id === "owned-machines-idle");

    expect(idle?.text).toContain("1 of 1 owned-h100-x8 serve nothing");
    // What is written off each month is paid either way: whoever compares cash must not save it by renting.
    expect(idle?.text).toMatch(/; \$[\d,]+ of it is depreciation, which is paid whether it serves or not$/);
    expect(ids(owning([MACHINE], [inside("qwen3-32b")]))).toContain("owned-not-built");
    // Beside an API they might carry the base of its load, which nobody looked for.
    const little = workload({ volume: { requests_per_month: 1_000, hourly_profile: "flat" } });
    const beside = evaluated(owning([MACHINE], [little])).findings.find(({ id }) => id === "owned-machines-idle");
    expect(beside?.text).toMatch(/; a plan in which they carry the base of the load and an API the rest is not looked for$/);
  });

  it("is limited in number: what needs more machines than there are is rented", () => {
    const heavy = busy({
      volume: { requests_per_month: 2_000_000_000, hourly_profile: "flat", peak_to_average: 1.5 },
      candidates: { open: ["qwen3-32b"] },
    });
    const one = only(evaluated(owning([MACHINE], [heavy])));
    const many = only(evaluated(owning([{ ...MACHINE, machines: 400 }], [heavy])));

    expect(one.option?.instanceType).not.toContain("owned");
    expect(many.option?.instanceType).toBe("owned-h100-x8");
    expect(many.option?.instances).toBeGreaterThan(1);
  });

  it("serves one fleet at a time: two models on one machine each need one", () => {
    const two = [busy({ name: "a", candidates: { open: ["qwen3-32b"] } }), busy({ name: "b", candidates: { open: ["gpt-oss-20b"] } })];
    // At a dollar an hour for people, the nine GPUs of the machine and a rented one are no reason to look for fewer.
    const machines = (count: number, hourly_rate_usd: number) =>
      evaluated({
        ...owning([{ ...MACHINE, purchase_usd: 1_000, machines: count }], two),
        team: { ml_ops: "dedicated", hourly_rate_usd },
      }).decision.fleets.filter(({ owned }) => owned).length;

    expect(machines(1, 1)).toBe(1);
    expect(machines(2, 1)).toBe(2);
    // At 95 USD they need a full-time engineer, 12,350 USD more than two small fleets that are rented.
    expect(machines(1, 95)).toBe(0);
  });

  it("has bands that count what must be rented when it no longer suffices", () => {
    const range = { low: 10_000_000, expected: 20_000_000, high: 900_000_000 };
    const wide = busy({ volume: { requests_per_month: range, hourly_profile: "flat" }, candidates: { open: ["qwen3-32b"] } });
    const decision = only(evaluated(owning([{ ...MACHINE, purchase_usd: 1_000 }], [wide])));

    expect(decision.option?.instanceType).toBe("owned-h100-x8");
    expect(decision.monthlyCostUsd?.p90).toBeGreaterThan((decision.monthlyCostUsd?.p10 ?? 0) * 2);
    expect(decision.monthlyCostUsd?.p10).toBeGreaterThan(0);
    expect(Number.isFinite(decision.monthlyCostUsd?.p90)).toBe(true);
  });
});

describe("your own building", () => {
  it("is met by machines that you own and by nothing rented", () => {
    const decision = only(evaluated(owning([{ ...MACHINE, purchase_usd: 2_500_000 }], [inside("qwen3-32b")])));

    expect(decision.path).toBe("self-host");
    expect(decision.option?.instanceType).toBe("owned-h100-x8");
    expect(decision.rejected.find(({ rule }) => rule === "on-premises")?.option).toContain("gpt-5.4-mini");
  });

  it("is built by nobody here, and synth says so", () => {
    const value = owning([MACHINE], [inside("qwen3-32b")]);
    const result = toStackConfig(evaluated(value), documentOf(value).policy);

    expect(result).toMatchObject({ kind: "not-built", text: expect.stringContaining("your own machines (purchase.owned)") });
  });
});

describe("the policy", () => {
  it("refuses a GPU that the catalog does not know, at its place", () => {
    const text = JSON.stringify(owning([{ ...MACHINE, gpu: "h1000" }]), null, 1);
    const parsed = parsePolicy(text, "policy.yml", nameBook(catalog, AS_OF));

    expect(parsed).toMatchObject({ kind: "invalid", diagnostics: [{ code: "unknown-gpu", message: expect.stringContaining("h1000") }] });
  });

  it("prints the depreciation and the power of the room that it assumed", () => {
    const { depreciation_months: _, pue: __, ...bare } = MACHINE;
    const keys = evaluated(owning([bare])).decision.assumptions.map(({ key }) => key);

    expect(keys).toEqual(expect.arrayContaining(["purchase.owned.depreciation_months", "purchase.owned.pue"]));
  });
});

describe("workloads that must stay on machines of your own", () => {
  const decided = (requests_per_month: number, model: string, machine: PolicyObject) => {
    const volume = { requests_per_month, hourly_profile: "flat", peak_to_average: 1.5 };
    const asked = workload({ volume, candidates: { open: [model] }, compliance: { on_premises: true } });
    return only(evaluated(policy([asked], { purchase: { owned: [{ ...MACHINE, ...machine }] } })));
  };

  it("hear whether those are too small or too few, and blame no other workload", () => {
    // 70 billion parameters are 35 GiB in four bits; one L4 has 24, and a server of yours does not span machines.
    const small = decided(1_000_000, "llama-3.3-70b-instruct", { gpu: "l4", count: 1, machines: 8 });
    expect(small.rejected).toMatchObject([
      {
        rule: "feasibility",
        verdict: "fail",
        text: "llama-3.3-70b-instruct: no machine of purchase.owned has the memory and the speed for it",
      },
    ]);
    // The room to give is either the model or the premises, and each alone will do.
    expect(small.conflict?.steps.map(({ pointer }) => pointer)).toEqual(["workloads[0].compliance.on_premises", "workloads[0].candidates"]);
    expect(small.relaxations.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^without compliance\.on_premises \(line \d+\): llama-3\.3-70b-instruct at /),
      expect.stringMatching(/^without candidates \(line \d+\): /),
    ]);
    const few = decided(200_000_000, "qwen3-32b", { gpu: "l40s", count: 4, machines: 1 });
    expect(few.reasons.map(({ text }) => text)).toEqual(["1 option fits, but the machines of purchase.owned are too few for the requests"]);
    expect(decided(1_000_000, "qwen3-32b", { gpu: "l40s", count: 4, machines: 1 }).path).toBe("self-host");
  });
});
