import { describe, expect, it } from "vitest";
import { evaluated, type PolicyObject, policy, workload } from "../decide/support.ts";

/** Two machines of 8 H100: 6,944 USD of depreciation and 1,394 of power a month each. */
const MACHINE = { gpu: "h100", count: 8, machines: 2, bought: "2026-01-01", power_kw: 10.2, electricity_usd_per_kwh: 0.12 };

function owning(change: {
  readonly purchase_usd: number;
  readonly gpu_schedule?: string;
  readonly requests: number;
  readonly api?: string[];
}): PolicyObject {
  const { purchase_usd, gpu_schedule = "always", requests, api } = change;
  const chat = workload({
    volume: { requests_per_day: requests, hourly_profile: "business_hours" },
    tokens: { input: 1000, output: 400, cached_input_ratio: 0 },
    candidates: { open: ["qwen3-32b"], ...(api === undefined ? {} : { api }) },
  });
  return policy([chat], { team: { ml_ops: "dedicated" }, purchase: { gpu_schedule, owned: [{ ...MACHINE, purchase_usd }] } });
}

const usdOf = (value: PolicyObject) => evaluated(value).decision.monthlyCostUsd?.expected ?? Number.NaN;

describe("machines that you own", () => {
  it("compete with a fleet that follows the week: 6,112 USD a month, where 17,814 were to be rented beside two idle machines", () => {
    const weekly = evaluated(owning({ purchase_usd: 0, gpu_schedule: "weekly", requests: 600_000 }));
    expect(weekly.decision.fleets.map(({ owned, schedule }) => ({ owned, schedule }))).toEqual([{ owned: true, schedule: null }]);
    expect(weekly.decision.monthlyCostUsd?.expected).toBeCloseTo(usdOf(owning({ purchase_usd: 0, requests: 600_000 })), 6);
  });

  it("never make a fleet that follows the week dearer", () => {
    const dear = owning({ purchase_usd: 25_000_000, gpu_schedule: "weekly", requests: 600_000 });
    const { purchase: _, ...without } = dear;
    expect(usdOf(dear)).toBeLessThanOrEqual(usdOf({ ...without, purchase: { gpu_schedule: "weekly" } }) + 1e-6);
  });

  it("that lose by money which is spent already are told with what could still be saved", () => {
    const value = owning({ purchase_usd: 900_000, requests: 100_000, api: ["gpt-5.4-mini"] });
    const evaluation = evaluated(value);
    expect(evaluation.decision.path).toBe("api");
    const found = evaluation.findings.find(({ id }) => id === "owned-sunk-cost");
    const sunk = evaluated(owning({ purchase_usd: 0, requests: 100_000, api: ["gpt-5.4-mini"] }));
    expect(sunk.decision.path).toBe("self-host");
    const saved = Math.round(sunk.decision.monthlyCostUsd?.expected ?? 0).toLocaleString("en-US");
    expect(found?.text).toContain(`self-host with 1 of them costs $${saved} a month besides it`);
    expect(found?.text).toContain("declare purchase_usd: 0");
  });

  it("are not told so where they serve, or where the API wins over their power alone", () => {
    const ids = (value: PolicyObject) => evaluated(value).findings.map(({ id }) => id);
    expect(ids(owning({ purchase_usd: 250_000, requests: 100, api: ["gpt-5.4-mini"] }))).not.toContain("owned-sunk-cost");
    expect(ids(owning({ purchase_usd: 250_000, requests: 600_000 }))).not.toContain("owned-sunk-cost");
  });

  it("that are yet to come are told apart from those that stand there", () => {
    const value = owning({ purchase_usd: 0, requests: 600_000 });
    const bought = (day: string) => ({ ...value, purchase: { owned: [{ ...MACHINE, purchase_usd: 0, bought: day }] } });
    const told = (day: string) => evaluated(bought(day)).findings.filter(({ id }) => id === "owned-to-come");
    expect(told("2026-11-21")).toEqual([]);
    expect(told("2027-06-01").map(({ level, text }) => [level, text.includes("2027-06-01")])).toEqual([["warning", true]]);
  });
});
