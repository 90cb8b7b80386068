import { describe, expect, it } from "vitest";
import { loadCatalog } from "../../src/catalog/index.ts";
import { evaluate } from "../../src/evaluate.ts";
import { toStackConfig } from "../../src/stack-config.ts";

const CATALOG = loadCatalog();

function fleetOn(gpu: "spot" | "on_demand") {
  const policy = {
    version: 1,
    name: "spot",
    region: "us-east-1",
    stage: "prototype",
    purchase: { gpu, gpu_discount_ratio: gpu === "spot" ? 0.5 : 0 },
    workloads: [
      {
        name: "records",
        data_class: ["pii"],
        volume: { requests_per_day: 400_000 },
        tokens: { input: 1500, output: 400 },
        candidates: { api: [], open: ["gpt-oss-20b"] },
        compliance: { data_may_leave: false },
      },
    ],
  };
  const input = {
    path: "p.yml",
    text: JSON.stringify(policy),
    files: {},
    base: null,
    catalog: CATALOG,
    asOf: "2026-11-21",
    engineVersion: "0",
  };
  const result = evaluate(input);
  if (result.kind === "invalid") throw new Error(JSON.stringify(result.diagnostics));
  const stack = toStackConfig(result.evaluation, result.document.policy);
  if (stack.kind === "not-built") throw new Error(stack.text);
  const [fleet] = stack.config.fleets;
  if (fleet === undefined) throw new Error("no fleet");
  return fleet;
}

describe("the second type of a spot fleet", () => {
  it("has the same GPUs, as many of them, and no less of the rest", () => {
    const { instanceType, spotAlternative } = fleetOn("spot");
    const [planned, other] = [instanceType, spotAlternative].map((id) => CATALOG.instances.find((row) => row.id === id));
    if (planned === undefined || other === undefined) throw new Error(`${instanceType} has no second type`);
    expect(other.id).not.toBe(planned.id);
    expect([other.gpu, other.gpuCount]).toEqual([planned.gpu, planned.gpuCount]);
    expect(other.vcpu).toBeGreaterThanOrEqual(planned.vcpu);
    expect(other.memoryGiB).toBeGreaterThanOrEqual(planned.memoryGiB);
    expect(other.usdPerHour["us-east-1"]?.onDemand).toBeGreaterThan(0);
  });

  it("is none where nothing is bought on spot", () => {
    expect(fleetOn("on_demand")).not.toHaveProperty("spotAlternative");
  });
});
