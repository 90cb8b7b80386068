import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderJson } from "../../src/report/json.ts";
import { anyEvaluation } from "./arbitrary.ts";
import { apiCase, decision, evaluation, hybridCase, noneCase, selfHostCase, workload } from "./fixtures.ts";

const documentKeys = [
  "schemaVersion",
  "engineVersion",
  "asOf",
  "catalog",
  "policy",
  "path",
  "monthlyCostUsd",
  "deltaMonthlyUsd",
  "pathChange",
  "workloads",
  "gates",
  "diagnostics",
];
const workloadKeys = [
  "name",
  "path",
  "option",
  "monthlyCostUsd",
  "costLines",
  "breakEven",
  "reasons",
  "rejected",
  "runnersUp",
  "tippingPoints",
  "conditions",
];

describe("the document", () => {
  test("has every published field, in the published order, and may have more", () => {
    for (const value of [apiCase, selfHostCase, hybridCase, noneCase]) {
      const document = JSON.parse(renderJson(value));
      expect(Object.keys(document).slice(0, documentKeys.length)).toEqual(documentKeys);
      expect(document.schemaVersion).toBe(1);
      for (const one of document.workloads) expect(Object.keys(one).slice(0, workloadKeys.length)).toEqual(workloadKeys);
    }
  });

  test("of the hybrid policy reads as the golden file", async () => {
    await expect(renderJson(hybridCase)).toMatchFileSnapshot("golden/hybrid.json");
  });

  test("holds numbers as numbers, without the noise of floating point, and unknown as null", () => {
    const noisy = workload("a", {
      monthlyCostUsd: { expected: 0.1 + 0.2, p10: 1e-9, p50: 0.3, p90: 1234.567_891_23 },
      costLines: [
        { id: "x", label: "x", quantity: 0.1 * 3, unit: "MTok", unitPriceUsd: 4e-7 + 1e-22, monthlyUsd: null, source: "list" },
        { id: "y", label: "y", quantity: -0, unit: "h", unitPriceUsd: null, monthlyUsd: -0, source: "list" },
      ],
    });
    const [first] = JSON.parse(renderJson(evaluation({ decision: decision({ workloads: [noisy] }) }))).workloads;
    expect(first.monthlyCostUsd).toEqual({ expected: 0.3, p10: 0, p50: 0.3, p90: 1234.567891 });
    expect(first.costLines[0]).toMatchObject({ quantity: 0.3, unitPriceUsd: 4e-7, monthlyUsd: null });
    expect(first.costLines[1]).toMatchObject({ quantity: 0, unitPriceUsd: null, monthlyUsd: 0 });
  });

  test("is an object for one policy and an array for several", () => {
    expect(JSON.parse(renderJson(apiCase))).toMatchObject({ policy: { name: "support-platform" } });
    expect(JSON.parse(renderJson([apiCase]))).toHaveLength(1);
    expect(JSON.parse(renderJson([apiCase, selfHostCase]))).toHaveLength(2);
    expect(renderJson([])).toBe("[]\n");
  });

  test("is indented by two spaces and ends in one newline", () => {
    expect(renderJson(apiCase)).toMatch(/^\{\n {2}"schemaVersion": 1,\n[\s\S]*\n\}\n$/);
  });
});

test("a figure that is not finite is a defect and stops the report", () => {
  const broken = evaluation({ decision: decision({ firstMonthUsd: Number.NaN }) });
  expect(() => renderJson(broken)).toThrow("a figure of the report is NaN");
});

test("reading a document back gives every amount within a millionth of a dollar", () => {
  fc.assert(
    fc.property(anyEvaluation, (value) => {
      const read = JSON.parse(renderJson(value)).monthlyCostUsd;
      const expected = value.decision.monthlyCostUsd;
      if (expected === null) expect(read).toBeNull();
      else expect(Math.abs(read.expected - expected.expected)).toBeLessThanOrEqual(5.1e-7 + Math.abs(expected.expected) * 1e-15);
    }),
    { numRuns: 40 },
  );
});
