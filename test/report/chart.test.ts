import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { chromium } from "playwright-core";
import { describe, expect, test } from "vitest";
import { loadCatalog } from "../../src/catalog/index.ts";
import { type CostCurve, costCurves, MOST_CURVES } from "../../src/decide/curve.ts";
import type { Trace } from "../../src/decide/decide.ts";
import { evaluate } from "../../src/evaluate.ts";
import { chartLines } from "../../src/report/chart.ts";
import { renderComment } from "../../src/report/comment.ts";
import { apiCase, context } from "./fixtures.ts";
import { chartsIn, parseChart } from "./mermaid.ts";

/** The charts of the example policies that can be served on both sides. */
const EXAMPLES = join(import.meta.dirname, "..", "..", "policies");
const exampleCharts = readdirSync(EXAMPLES)
  .filter((name) => name.endsWith(".yml"))
  .flatMap((name) => costCurves(traceOf(readFileSync(join(EXAMPLES, name), "utf8")), MOST_CURVES))
  .map((curve) => chartLines(curve).join("\n"));

function traceOf(text: string): Trace {
  const result = evaluate({ path: "p.yml", text, base: null, catalog: loadCatalog(), asOf: "2026-11-21", engineVersion: "0.0.0" });
  if (result.kind === "invalid") throw new Error("the policy of this test is invalid");
  return result.trace;
}

const amount = fc.option(fc.oneof(fc.double({ min: 0, max: 1e12, noNaN: true }), fc.constantFrom(0, 1e-9, 99.999, 1e12)), { nil: null });
const curve: fc.Arbitrary<CostCurve> = fc.record({
  workload: fc.string({ unit: "binary", maxLength: 80 }),
  alone: fc.boolean(),
  isSplit: fc.boolean(),
  points: fc.array(
    fc.record({
      requestsPerMonth: fc.double({ min: 1e-3, max: 1e12, noNaN: true }),
      apiUsd: amount,
      selfHostUsd: amount,
      mark: fc.constantFrom("today" as const, "break-even" as const, null),
    }),
    { maxLength: 12 },
  ),
});

function commentWith(curves: readonly CostCurve[]): string {
  return renderComment([{ kind: "evaluated", file: apiCase.policy.path, evaluation: apiCase, extras: { curves } }], context);
}

describe("the break-even chart", () => {
  test("is in the language of mermaid for any curve, and nothing of the policy is in it", () => {
    fc.assert(
      fc.property(curve, (any) => {
        const lines = chartLines(any);
        if (lines.length === 0) return;
        const { categories, bars, line, top } = parseChart(lines.join("\n"));
        expect([bars.length, line.length]).toEqual([categories.length, categories.length]);
        expect(Math.max(...bars, ...line)).toBeLessThanOrEqual(top);
      }),
      { numRuns: 200 },
    );
  });

  test("always has its data as a table, row by row", () => {
    fc.assert(
      fc.property(curve, (any) => {
        const comment = commentWith([any]);
        const charts = chartsIn(comment);
        const rows = comment.split("\n").filter((row) => /^\| .* \| (today|break-even|-) \|$/.test(row));
        expect(rows).toHaveLength(any.points.length);
        for (const chart of charts) expect(parseChart(chart).categories.length).toBeLessThanOrEqual(rows.length);
      }),
      { numRuns: 50 },
    );
  });

  test("is in the language of mermaid for every example policy that has one", () => {
    expect(exampleCharts.length).toBeGreaterThanOrEqual(2);
    for (const chart of exampleCharts) expect(() => parseChart(chart)).not.toThrow();
  });

  const mermaid = process.env.BREAKEVEN_MERMAID;
  if (mermaid === undefined)
    process.stderr.write(
      "\nSKIPPED: mermaid itself does not draw the charts; name mermaid.min.js in BREAKEVEN_MERMAID, as .ci/run does\n\n",
    );
  test.runIf(mermaid !== undefined)("is drawn by mermaid itself", { timeout: 60_000 }, async () => {
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu"],
    });
    try {
      const page = await browser.newPage();
      await page.addScriptTag({ path: mermaid ?? "" });
      const draw = (chart: string) => page.evaluate(`mermaid.render("chart", ${JSON.stringify(chart)}).then((drawn) => drawn.svg)`);
      for (const chart of exampleCharts) {
        const svg = String(await draw(chart));
        for (const category of parseChart(chart).categories) expect(svg).toContain(`>${category}<`);
      }
      await expect(draw("xychart-beta\n    bar [1,")).rejects.toThrow();
    } finally {
      await browser.close();
    }
  });
});

describe("the cost curve", () => {
  const text = (candidates: string) => `version: 1
workloads:
  - name: chat
    volume: { requests_per_month: 5000000 }
    tokens: { input: 800, output: 300 }
    candidates: ${candidates}
`;
  function curvesOf(candidates: string) {
    const trace = traceOf(text(candidates));
    return { curves: costCurves(trace, MOST_CURVES), workload: trace.decision.workloads[0] };
  }

  test("goes through today's cost and through the break-even", () => {
    const { curves, workload } = curvesOf("{ api: [gpt-4.1], open: [llama-3.3-70b-instruct] }");
    const points = curves[0]?.points ?? [];
    const today = points.find(({ mark }) => mark === "today");
    const chosen = workload?.path === "api" ? today?.apiUsd : today?.selfHostUsd;
    expect(chosen).toBeCloseTo(workload?.monthlyCostUsd?.expected ?? 0, 2);
    const meet = points.find(({ mark }) => mark === "break-even");
    expect(meet?.requestsPerMonth).toBeCloseTo(workload?.breakEven?.requestsPerMonth ?? 0, 3);
    expect(points.map((point) => point.requestsPerMonth)).toEqual(points.map((point) => point.requestsPerMonth).sort((a, b) => a - b));
  });

  test("is left out where the rules leave one side", () => {
    expect(curvesOf("{ api: [gpt-4.1], open: [] }").curves).toEqual([]);
  });
});
