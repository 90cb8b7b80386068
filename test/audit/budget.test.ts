import { describe, expect, it } from "vitest";
import { toStackConfig } from "../../src/stack-config.ts";
import { budgetScope } from "../../stacks/constructs/budget.ts";
import { documentOf, evaluated, type PolicyObject, policy, workload } from "../decide/support.ts";

function budgetOf(value: PolicyObject) {
  const evaluation = evaluated(value);
  const stack = toStackConfig(evaluation, documentOf(value).policy);
  if (stack.kind !== "stack") throw new Error(stack.text);
  return { evaluation, config: stack.config, ...stack.config.budget };
}

/** Bedrock's tokens alone: 20,000 requests a day, 10 % more every month. */
function bedrock(growth: number, horizon = 12): PolicyObject {
  const volume = { requests_per_day: 20_000, hourly_profile: "flat", peak_to_average: 1.5, growth_ratio_per_month: growth };
  return policy([workload({ volume, candidates: { api: ["amazon.nova-pro-v1:0"] } })], {
    horizon_months: horizon,
  });
}

describe("the budget of a stack", () => {
  it("is the largest month of a growing plan, where the average was exceeded from the middle of the year on", () => {
    const { evaluation, limitUsd, firstMonthUsd, tagged } = budgetOf(bedrock(0.1));
    const tokens = evaluation.decision.months.map(({ bedrockUsd }) => bedrockUsd);
    const last = tokens.at(-1) ?? Number.NaN;
    expect(last / (tokens[0] ?? Number.NaN)).toBeCloseTo(1.1 ** 11, 6);
    expect(tagged).toBe(false);
    expect(limitUsd - last).toBeGreaterThan(0);
    expect(limitUsd - last).toBeLessThan(25);
    expect(firstMonthUsd - (tokens[0] ?? 0)).toBeLessThan(25);
    const mean = tokens.reduce((sum, usd) => sum + usd, 0) / tokens.length;
    expect(mean).toBeLessThan(0.65 * limitUsd);
  });

  it("looks a year ahead, not at the last month of five years", () => {
    expect(budgetOf(bedrock(0.1, 60)).limitUsd).toBe(budgetOf(bedrock(0.1, 12)).limitUsd);
  });

  it("of keys alone counts their tag: a limit of a few dollars over a whole account would always be spent", () => {
    const { limitUsd, tagged, config } = budgetOf(policy([workload({ candidates: { api: ["gpt-5.4-mini"] } })]));
    expect(limitUsd).toBeLessThan(25);
    expect(tagged).toBe(true);
    expect(budgetScope(config, "p")).toContain("over the tag");
  });

  it("of growing servers follows their number", () => {
    const volume = { requests_per_day: 400_000, hourly_profile: "flat", peak_to_average: 1.5, growth_ratio_per_month: 0.1 };
    const value = policy([workload({ volume, candidates: { open: ["qwen3-32b"] } })], { team: { ml_ops: "dedicated" } });
    const { evaluation, limitUsd, firstMonthUsd, config } = budgetOf(value);
    const [fleet] = evaluation.decision.fleets;
    expect(fleet?.instances.last).toBeGreaterThan(fleet?.instances.first ?? 0);
    const gpus = (instances: number) => instances * 730 * (fleet?.usdPerInstanceHour ?? Number.NaN);
    expect(limitUsd).toBeGreaterThan(gpus(fleet?.instances.last ?? 0));
    expect(limitUsd - firstMonthUsd).toBeGreaterThanOrEqual(gpus((fleet?.instances.last ?? 0) - (fleet?.instances.first ?? 0)) - 1);
    expect(budgetScope(config, "p")).toContain(`the first one is ${firstMonthUsd} USD`);
  });

  it("adds up to what AWS bills in the average month", () => {
    const { evaluation, limitUsd } = budgetOf(bedrock(0));
    const [only] = evaluation.decision.workloads;
    const aws = (only?.costLines ?? [])
      .filter(({ unit }) => unit !== "engineer-hour")
      .reduce((sum, line) => sum + (line.monthlyUsd ?? 0), 0);
    expect(limitUsd).toBe(Math.ceil(aws));
  });
});
