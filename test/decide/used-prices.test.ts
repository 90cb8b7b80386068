import { describe, expect, it } from "vitest";
import { evaluated, type PolicyObject, policy, workload } from "./support.ts";

const oldest = (value: PolicyObject) => evaluated(value).catalog.oldestPrice;
const hosted = (change: PolicyObject = {}) =>
  policy([workload({ compliance: { data_may_leave: false }, candidates: { open: ["qwen3-32b"] } })], change);
const dates = { effective_from: "2026-01-01", source: "offer", checked: "2026-11-01" };

describe("the oldest price of a decision", () => {
  it("is one of the catalog's, never one that the policy replaced by its own", () => {
    const instance = evaluated(hosted()).decision.workloads[0]?.option?.instanceType ?? "";
    expect(oldest(hosted())?.id).toBe(instance);
    const own = { id: instance, region: "us-east-1", usd_per_hour: 0.01, ...dates };
    expect(oldest(hosted({ prices: { gpu: [own] } }))).toBeNull();

    const bought = (change: PolicyObject = {}) => policy([workload({ candidates: { api: ["gpt-5.4-mini"] } })], change);
    const row = { id: "gpt-5.4-mini", input_usd_per_mtok: 0.5, output_usd_per_mtok: 3, ...dates };
    expect(oldest(bought())?.id).toBe("gpt-5.4-mini");
    expect(oldest(bought({ prices: { api: [row] } }))).toBeNull();
    // A contract that begins next year does not make today's price its own.
    expect(oldest(bought({ prices: { api: [{ ...row, effective_from: "2027-01-01" }] } }))?.id).toBe("gpt-5.4-mini");
  });

  it("is that of the block where capacity is bought in blocks", () => {
    const { catalog, decision } = evaluated(hosted({ purchase: { gpu: "capacity_block" } }));
    expect(catalog.oldestPrice?.id).toBe(decision.workloads[0]?.option?.instanceType);
  });
});
