import { describe, expect, it } from "vitest";
import type { PlannedPolicy } from "../../src/decide/evaluation-types.ts";
import { stackBudget } from "../../src/decide/stack-budget.ts";
import type { CostLine, PlannedMonth } from "../../src/decide/types.ts";
import { evaluated, policy, sumOf, workload } from "./support.ts";

const line = (unit: string, monthlyUsd: number | null) => ({ unit, monthlyUsd }) as CostLine;
const month = (serversUsd: number, bedrockUsd = 0): PlannedMonth => ({ serversUsd, bedrockUsd });

/** A plan by the lines of each workload, the route that it is bought on, its months, and how many fleets it has. */
function planned(
  workloads: readonly { readonly lines: readonly CostLine[]; readonly route?: string; readonly overflow?: string }[],
  months: readonly PlannedMonth[],
  fleets = 0,
): PlannedPolicy {
  const options = workloads.map(({ lines, route, overflow }) => ({
    costLines: lines,
    option: { route, ...(overflow === undefined ? {} : { overflow: { route: overflow } }) },
  }));
  return { decision: { workloads: options, months, fleets: Array(fleets).fill({}) } } as unknown as PlannedPolicy;
}

describe("the budget of a stack", () => {
  it("is the largest month of servers with what stands around them, and nothing of people or tokens", () => {
    // 4,000 and 8,000 for servers, 6,000 on average; 300 around them.
    const lines = [
      line("instance-hour", 6000),
      line("hour", 300),
      line("hour", null),
      line("engineer-hour", 9000),
      line("million tokens", 500),
    ];
    expect(stackBudget(planned([{ lines }], [month(4000, 70), month(8000, 90)], 1))).toEqual({
      limitUsd: 8300,
      firstMonthUsd: 4300,
      tagged: true,
    });
  });

  it("looks twelve months ahead", () => {
    const months = Array.from({ length: 24 }, (_, at) => month(at === 12 ? 5000 : 100 + at));
    const mean = months.reduce((sum, { serversUsd }) => sum + serversUsd, 0) / 24;
    expect(stackBudget(planned([{ lines: [line("instance-hour", mean)] }], months, 1)).limitUsd).toBe(111);
  });

  it("counts tokens on Bedrock where no server carries a tag, and rounds up to a whole dollar", () => {
    const bought = planned(
      [{ lines: [line("key-month", 1.25), line("million tokens", 80)], route: "bedrock" }],
      [month(0, 70), month(0, 90.5)],
    );
    expect(stackBudget(bought)).toEqual({ limitUsd: 92, firstMonthUsd: 72, tagged: false });
    const beside = planned(
      [{ lines: [line("key-month", 1)], route: "bedrock" }, { lines: [line("instance-hour", 50)] }],
      [month(50, 70)],
      1,
    );
    expect(stackBudget(beside)).toEqual({ limitUsd: 51, firstMonthUsd: 51, tagged: true });
    const keyed = planned([{ lines: [line("key-month", 0.2)], route: "openai-api" }], [month(0, 0)]);
    expect(stackBudget(keyed)).toEqual({ limitUsd: 1, firstMonthUsd: 1, tagged: true });
    // An overflow on Bedrock is bought there.
    const split = planned([{ lines: [line("hour", 10)], route: "own", overflow: "bedrock" }], [month(0, 5)]);
    expect(stackBudget(split)).toEqual({ limitUsd: 15, firstMonthUsd: 15, tagged: false });
  });

  it("of nothing is a dollar", () => {
    expect(stackBudget(planned([], []))).toEqual({ limitUsd: 1, firstMonthUsd: 1, tagged: true });
  });
});

describe("the months of a plan", () => {
  const volume = { requests_per_month: 1_000_000, growth_ratio_per_month: 0.1, hourly_profile: "flat", peak_to_average: 1.5 };
  const monthsOf = (change: object, rest: object = {}) =>
    evaluated(policy([workload({ volume, ...change })], { horizon_months: 3, ...rest })).decision;

  it("have the tokens of Bedrock in them, and of nobody else", () => {
    // nova-pro: 0.80 / 3.20 USD for a million tokens: 400 + 640 USD in the first month.
    const { months } = monthsOf({ candidates: { api: ["amazon.nova-pro-v1:0"] } });
    expect(months).toHaveLength(3);
    for (const [index, row] of months.entries()) {
      expect(row.serversUsd).toBe(0);
      expect(row.bedrockUsd).toBeCloseTo(1040 * 1.1 ** index, 6);
    }
    expect(monthsOf({ candidates: { api: ["gpt-5.4-mini"] } }).months).toEqual(Array(3).fill({ serversUsd: 0, bedrockUsd: 0 }));
  });

  it("have rented servers in them with all that comes with each, as the bill has on average", () => {
    const busy = { requests_per_month: 20_000_000, growth_ratio_per_month: 0.4, hourly_profile: "flat", peak_to_average: 1.5 };
    const { months, workloads, fleets } = monthsOf({ volume: busy, candidates: { open: ["qwen3-32b"] } });
    const [decision] = workloads;
    if (decision === undefined) throw new Error("one workload");
    const ids = ["gpu-instances", "disks", "disk-throughput", "weights-storage", "logs", "instance-metrics"];
    expect(months.reduce((sum, { serversUsd }) => sum + serversUsd, 0) / 3).toBeCloseTo(sumOf(decision, ...ids), 6);
    const { first = 0, last = 0 } = fleets[0]?.instances ?? {};
    expect(last).toBeGreaterThan(first);
    expect((months[2]?.serversUsd ?? 0) - (months[0]?.serversUsd ?? 0)).toBeGreaterThan(
      (last - first) * 730 * (fleets[0]?.usdPerInstanceHour ?? 0),
    );
  });

  it("have nothing of machines that are owned", () => {
    const owned = [{ gpu: "h100", count: 8, purchase_usd: 250_000, bought: "2026-01-01", power_kw: 10, electricity_usd_per_kwh: 0.1 }];
    const { months } = monthsOf({ candidates: { open: ["qwen3-32b"] }, compliance: { on_premises: true } }, { purchase: { owned } });
    expect(months).toEqual(Array(3).fill({ serversUsd: 0, bedrockUsd: 0 }));
  });
});
