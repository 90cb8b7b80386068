import fc from "fast-check";
import { expect, test } from "vitest";
import { annotationsOf } from "../../src/report/annotations.ts";
import { renderComment } from "../../src/report/comment.ts";
import { renderExplain } from "../../src/report/explain.ts";
import { renderJson } from "../../src/report/json.ts";
import { renderSarif } from "../../src/report/sarif.ts";
import { renderSummary } from "../../src/report/summary.ts";
import { renderText } from "../../src/report/text-report.ts";
import { allWorkloads, enumerate, plural } from "../../src/report/words.ts";
import { anyEvaluation } from "./arbitrary.ts";
import { context, evaluated } from "./fixtures.ts";

test("no rendering of any evaluation shows a hole: undefined, NaN, null, Infinity or an object", () => {
  fc.assert(
    fc.property(anyEvaluation, (value) => {
      const results = [evaluated(value)];
      const renderings = [
        renderComment(results, context),
        renderComment([...results, ...results], context),
        renderSummary(results, context),
        renderText(value, { width: 80, color: true }),
        renderExplain(value),
        renderSarif(results),
        ...annotationsOf(results).map(({ title, message }) => `${title} ${message}`),
      ];
      for (const text of renderings) expect(text).not.toMatch(/undefined|\bNaN\b|\bnull\b|Infinity|\[object|\de[+-]\d/);
      expect(renderJson(value)).not.toMatch(/undefined|NaN|Infinity|\[object/);
    }),
    { numRuns: 50 },
  );
});

test("lists of names end in a count", () => {
  expect([["a"], ["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d"]].map((names) => enumerate(names))).toEqual([
    "a",
    "a and b",
    "a, b and c",
    "a, b and 2 more",
  ]);
  expect([allWorkloads(2), allWorkloads(5)]).toEqual(["Both workloads", "All 5 workloads"]);
  expect([plural(1, "policy", "policies"), plural(2, "policy", "policies"), plural(0, "gate")]).toEqual([
    "1 policy",
    "2 policies",
    "0 gates",
  ]);
});
