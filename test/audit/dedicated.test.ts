import { expect, it } from "vitest";
import { evaluated, only, policy, workload } from "../decide/support.ts";

function gov(regimes: readonly string[]) {
  return evaluated(policy([workload({ candidates: { open: ["qwen3-32b"] }, compliance: { regimes } })], { region: "us-gov-west-1" }));
}

it("IL5 asks for dedicated tenancy, whose price nobody knows: a marked line and a warning, never silence", () => {
  const evaluation = gov(["il5"]);
  expect(evaluation.decision.path).toBe("self-host");
  const line = only(evaluation).costLines.find(({ id }) => id === "dedicated-tenancy");
  expect(line).toMatchObject({ unit: "instance-hour", unitPriceUsd: null, monthlyUsd: null });
  expect(line?.quantity).toBe(730 * (evaluation.decision.fleets[0]?.instances.first ?? 0));
  expect(evaluation.findings.find(({ id }) => id === "unpriced-lines")?.text).toContain("Dedicated tenancy of the instances (IL5)");
  expect(only(evaluation).conditions.join()).toContain("dedicated tenancy is not in the total");
});

it("IL4 asks for none", () => {
  const evaluation = gov(["il4"]);
  expect(only(evaluation).costLines.map(({ id }) => id)).not.toContain("dedicated-tenancy");
});
