import { describe, expect, it } from "vitest";
import { costCurves } from "../../src/decide/curve.ts";
import { evaluate } from "../../src/evaluate.ts";
import { fleetViews } from "../../src/report/build-up.ts";
import { chartLines } from "../../src/report/chart.ts";
import { rowsOf } from "../../src/report/rows.ts";
import type { Line } from "../../src/report/spans.ts";
import { breakEvenLines, causeTable } from "../../src/report/why.ts";
import { AS_OF, catalog, evaluated, type PolicyObject, policy, workload } from "../decide/support.ts";

/** Sentences that a reader took for something else than what they mean, each with the policy on which that happened. */

/** Three workloads on one fleet: each pays a part of it, so a part says nothing about what another choice would cost. */
const shared = policy(
  [
    workload({ name: "mails", volume: { requests_per_day: 80_000, hourly_profile: "business_hours" }, candidates: undefined }),
    workload({ name: "forum", volume: { requests_per_day: 120_000, hourly_profile: "consumer" }, candidates: undefined }),
    workload({ name: "archive", volume: { requests_per_day: 200_000 }, candidates: undefined }),
  ],
  { compliance: { data_may_leave: false }, region: "eu-west-1", team: { ml_ops: "dedicated" } },
);

/** A peak that is too high for servers alone, and a base that is too large for an API. */
const split = policy(
  [
    workload({
      name: "peaks",
      data_class: ["none"],
      volume: { requests_per_day: 500_000, hourly_profile: "business_hours", peak_to_average: 2.2 },
      tokens: { input: 1500, output: 400, cached_input_ratio: 0 },
      candidates: { api: ["claude-haiku-4-5", "gpt-5.4-mini"], open: ["qwen3-32b"] },
    }),
  ],
  { team: { ml_ops: "dedicated" }, purchase: { gpu_discount_ratio: 0.4 } },
);

const textOf = (content: Line | undefined) => (content ?? []).map((span) => ("text" in span ? span.text : "")).join("");

describe("a runner-up", () => {
  it("of a workload that shares servers is told by what the whole policy would pay more", () => {
    const evaluation = evaluated(shared);
    const total = evaluation.decision.monthlyCostUsd?.expected ?? Number.NaN;
    for (const { runnersUp } of evaluation.decision.workloads) {
      const costs = runnersUp.map(({ policyMonthlyUsd }) => policyMonthlyUsd);
      expect(Math.min(...costs)).toBeGreaterThanOrEqual(total);
      expect(costs).toEqual([...costs].sort((a, b) => a - b));
    }
    for (const row of rowsOf(evaluation).changed) expect(textOf(row.at(-1))).toMatch(/^[\w.-]+, policy \+\$[\d,.]+$/);
  });

  it("beside a split says which API takes its overflow, so that nobody takes it for servers alone", () => {
    const evaluation = evaluated(split);
    expect(evaluation.decision.path).toBe("hybrid");
    expect(evaluation.decision.workloads[0]?.runnersUp[0]?.option.overflow?.model).toBe("claude-haiku-4-5");
    expect(textOf(rowsOf(evaluation).changed[0]?.at(-1))).toMatch(/^qwen3-32b \+ claude-haiku-4-5, \$[\d,]+$/);
  });
});

describe("the other side of a split workload", () => {
  it("is called self-host or hybrid wherever its cost includes the overflow", () => {
    const result = evaluate({
      path: "policy.yml",
      text: JSON.stringify(split),
      base: null,
      catalog,
      asOf: AS_OF,
      engineVersion: "test",
    });
    if (result.kind === "invalid") throw new Error("the policy of this test is invalid");
    const { decision } = result.evaluation;
    const [curve] = costCurves(result.trace, 1);
    const today = curve?.points.find(({ mark }) => mark === "today");
    // The line of the chart passes through the cost of the split, far below that of servers for the whole peak.
    expect(today?.selfHostUsd).toBeCloseTo(decision.monthlyCostUsd?.expected ?? Number.NaN, 6);
    const alone = decision.paths.find(({ path }) => path === "self-host")?.monthlyCostUsd?.expected ?? Number.NaN;
    expect(alone).toBeGreaterThan((today?.selfHostUsd ?? 0) * 1.1);
    expect(curve && chartLines(curve)[1]).toContain("the line is self-host or hybrid");
    expect(breakEvenLines(decision.workloads).map(textOf).join("\n")).toMatch(/: self-host or hybrid above [\d,]+ requests a month/);
  });
});

describe("the table of edits", () => {
  it("adds up to the change, with the part that edits share as its last row", () => {
    const of = (requests: number, output: number): PolicyObject =>
      policy([
        workload({
          volume: { requests_per_month: requests, hourly_profile: "flat", peak_to_average: 1.5 },
          tokens: { input: 500, output, cached_input_ratio: 0 },
          candidates: { api: ["gpt-5.4-mini"] },
        }),
      ]);
    // 0.75 and 4.50 USD a million: 500 x 0.75 + 200 x 4.50 = 1,275 USD for a million requests; 1.6 million of 300 output tokens are
    // 1.6 x (375 + 1,350) = 2,760. Without the first edit 1,725, without the second 2,040: 1,035 + 720, of which 270 are in both.
    const { delta } = evaluated(of(1_600_000, 300), of(1_000_000, 200));
    expect(delta?.deltaMonthlyUsd).toBeCloseTo(1485, 6);
    expect(delta?.cause?.edits.map(({ effectUsd }) => Math.round(effectUsd ?? 0))).toEqual([1035, 720]);
    const { table } = causeTable(delta?.cause ?? null);
    expect(table.columns.map(({ title }) => title)).toEqual(["Edit", "Undoing it takes back", "Line"]);
    expect(textOf(table.rows.at(-1)?.[0])).toBe("shared by several edits");
    expect(textOf(table.rows.at(-1)?.[1])).toBe("−$270");
  });
});

describe("the capacity of a shared server", () => {
  it("says whose requests it is for: those of another workload take another time", () => {
    const [fleet] = evaluated(shared).decision.fleets;
    expect(fleet?.workloads.length).toBeGreaterThan(1);
    expect(fleet?.workloads).toContain(fleet?.capacity.workload);
    const [view] = fleetViews(evaluated(shared).decision);
    const rows = view?.table.rows.map((row) => row.map(textOf).join(" ")) ?? [];
    for (const label of ["Capacity", "Latency"])
      expect(rows.find((row) => row.startsWith(label))).toMatch(new RegExp(`; requests of ${fleet?.capacity.workload} alone$`));
  });
});

describe("the schedule of a fleet", () => {
  it("says that servers run in hours without requests too: a reader of a night at zero expects none", () => {
    const weights = [...Array(8).fill(0), ...Array(10).fill(1), ...Array(6).fill(0)];
    const office = policy(
      [
        workload({
          volume: { requests_per_day: 600_000, hourly_profile: { weights, weekend_ratio: 0 } },
          candidates: { open: ["qwen3-32b"] },
        }),
      ],
      { team: { ml_ops: "dedicated" }, purchase: { gpu_schedule: "weekly" } },
    );
    const [view] = fleetViews(evaluated(office).decision);
    const row = view?.table.rows.map((cells) => cells.map(textOf).join(": ")).find((text) => text.startsWith("Schedule"));
    expect(row).toMatch(/weekend 0-24 h 1; never under 1, even in hours without requests$/);
  });
});

describe("break-even volumes that round to the same figure", () => {
  it("are told once: self-host above 243,000, API above 243,000 is no sentence", () => {
    const [decision] = evaluated(split).decision.workloads;
    const [variant] = decision?.breakEvens ?? [];
    if (decision === undefined || variant === undefined) throw new Error("the split workload has no break-even");
    const at = (...steps: readonly (readonly [volume: number, above: "api" | "self-host"])[]) =>
      textOf(
        breakEvenLines([
          {
            ...decision,
            split: null,
            breakEvens: [
              {
                ...variant,
                today: "api",
                reachedOn: null,
                crossings: steps.map(([requestsPerMonth, above]) => ({ requestsPerMonth, above })),
              },
            ],
          },
        ])[0],
      );
    expect(at([243_100, "self-host"], [243_200, "api"], [243_400, "self-host"], [380_000, "api"])).toMatch(
      /: self-host above 243,000, API above 380,000 requests a month/,
    );
    expect(at([243_100, "self-host"], [243_200, "api"])).toMatch(/: API costs less at any volume within 100×/);
  });
});

describe("weights that are made for one workload", () => {
  const tuned = (customization: string) =>
    evaluated(
      policy([workload({ candidates: { open: ["qwen3-32b"] }, needs: { customization } })], { compliance: { data_may_leave: false } }),
    ).decision;

  it("are not served from the published checkpoint, and are quantised by you where the servers hold less than was trained", () => {
    const decision = tuned("full_finetune");
    const { precision, hubRepo } = decision.fleets[0] ?? { precision: "", hubRepo: "" };
    expect(precision).not.toBe("bf16");
    const [view] = fleetViews(decision);
    expect(view?.command[0]).toBe('vllm serve "$OWN_WEIGHTS" \\');
    expect(view?.table.rows.map((row) => row.map(textOf).join(": ")).at(-1)).toMatch(
      new RegExp(`^Weights: [\\d.]+ GiB of your own, made from qwen3-32b in ${precision}; sized by ${hubRepo}`),
    );
    expect(decision.workloads[0]?.conditions).toContain(
      `your own weights of qwen3-32b are quantised to ${precision} after each training, and still answer well enough on your own evaluation`,
    );
  });

  it("are the published ones with an adapter, and without any change", () => {
    for (const decision of [tuned("lora"), tuned("none")]) {
      expect(fleetViews(decision)[0]?.command[0]).toMatch(/^vllm serve [\w-]+\/[\w.-]+ \\$/);
      expect(decision.workloads[0]?.conditions.join()).not.toContain("your own weights");
    }
  });
});

describe("the saving of a migration", () => {
  const leaving = (model: string, candidates: readonly string[]) =>
    evaluated(
      policy([workload({ volume: { requests_per_month: 5_000_000 }, current: { path: "api", model }, candidates: { api: candidates } })]),
    ).decision.workloads[0]?.reasons.find(({ rule }) => rule === "switch")?.text;

  it("from a model that is shut down inside the horizon ends with it: nobody saves against a service that is gone", () => {
    expect(leaving("gpt-4.1", ["gpt-4.1", "gpt-5.4-mini"])).toMatch(
      / a month, and it has to be left anyway: it is shut down on 2027-01-14, so that saving ends then$/,
    );
    expect(leaving("gpt-5.4", ["gpt-5.4", "gpt-5.4-mini"])).toMatch(/ that a migration must earn$/);
  });
});
