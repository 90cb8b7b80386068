import { expect, it } from "vitest";
import { monthDate, monthsUntil } from "../../src/decide/traffic.ts";
import { costViews } from "../../src/report/build-up.ts";
import type { Line } from "../../src/report/spans.ts";
import { reachedWords } from "../../src/report/words.ts";
import { evaluated, only, policy, workload } from "../decide/support.ts";

/** 900,000 requests a day that become 41,000 within five years, on six servers that become one. */
function shrinking(change = {}) {
  const volume = { requests_per_day: 900_000, growth_ratio_per_month: -0.05 };
  const down = workload({
    data_class: ["none"],
    volume,
    tokens: { input: 1000, output: 300 },
    candidates: { api: ["gpt-5.4-mini"], open: ["qwen3-32b"] },
  });
  return evaluated(policy([down], { horizon_months: 60, team: { ml_ops: "dedicated" }, ...change }));
}

const textOf = (content: Line | undefined) => (content ?? []).map((span) => ("text" in span ? span.text : "")).join("");
const evaluation = shrinking();

it("a shrinking fleet is named by its largest month, as a growing one is", () => {
  const [fleet] = evaluation.decision.fleets;
  expect(fleet?.instances.first).toBeGreaterThan(fleet?.instances.last ?? 0);
  expect(only(evaluation).option?.instances).toBe(fleet?.instances.first);
});

it("an average cost stands beside the requests of both ends, not beside those of the first month", () => {
  const title = textOf(costViews(evaluation.decision.workloads)[0]?.title);
  expect(title).toContain("for 27,375,000 requests in the first and 1,327,538 in the last month");
});

it("the price at which to leave a split is the one at which the API costs less, not that of a straight line", () => {
  const point = only(evaluation).leaveWhen.find(({ parameter }) => parameter === "api_price");
  const price = point?.to ?? Number.NaN;
  const cheapest = (factor: number) => {
    const { paths } = shrinking({ purchase: { api_discount_ratio: 1 - factor } }).decision;
    const usd = (path: string) => paths.find((each) => each.path === path)?.monthlyCostUsd?.expected ?? Number.POSITIVE_INFINITY;
    return usd("api") < Math.min(usd("self-host"), usd("hybrid")) ? "api" : "own";
  };
  expect(cheapest(price * 1.01)).toBe("own");
  expect(cheapest(price * 0.99)).toBe("api");
});

it("is told when its shrinking requests reach the volume at which an API costs less", () => {
  const { breakEven, tippingPoints, breakEvens } = only(evaluation);
  const factor = (breakEven?.requestsPerMonth ?? Number.NaN) / 27_375_000;
  const months = Math.ceil(Math.log(factor) / Math.log(0.95));
  expect(months).toBeGreaterThan(12);
  expect(breakEven?.reachedOn).toBe(monthDate("2026-11-21", months).slice(0, 7));
  expect(breakEvens[0]?.reachedOn).toBe(breakEven?.reachedOn);
  expect(reachedWords(required(breakEven), 27_375_000)).toBe(breakEven?.reachedOn);
  expect(tippingPoints.find(({ parameter }) => parameter === "requests_per_month")?.reachedOn).toMatch(/^202\d-\d\d$/);
  expect(monthsUntil(27, 11, -0.05)).toBe(18);
  expect(monthsUntil(11, 27, -0.05)).toBeNull();
});

function required<T>(value: T | null): T {
  if (value === null) throw new Error("there is one");
  return value;
}
