import { describe, expect, test } from "vitest";
import type { Delta, Evaluation } from "../../src/decide/evaluation-types.ts";
import { renderComment } from "../../src/report/comment.ts";
import { isQuiet } from "../../src/report/quiet.ts";
import { renderSummary } from "../../src/report/summary.ts";
import { apiCase, context, evaluated, hybridCase, invalidResult } from "./fixtures.ts";

/** The case against itself, its workloads dearer by so many dollars on the same options. */
function against(evaluation: Evaluation, deltaUsd: number): Evaluation {
  const side = (index: number) => {
    const workload = evaluation.decision.workloads[index];
    return { path: workload?.path ?? "api", option: workload?.option?.id ?? null, monthlyUsd: workload?.monthlyCostUsd?.expected ?? null };
  };
  const delta: Delta = {
    cause: null,
    deltaMonthlyUsd: deltaUsd,
    pathChange: null,
    workloads: evaluation.decision.workloads.map(({ name }, index) => ({
      name,
      kind: deltaUsd === 0 ? "unchanged" : "changed",
      from: side(index),
      to: side(index),
      deltaUsd,
    })),
  };
  return {
    ...evaluation,
    base: { policy: evaluation.policy, decision: evaluation.decision },
    baseNote: null,
    delta,
    gates: [],
    findings: [],
  };
}

const quiet = { ...context, quietBelowUsd: 0 };
const same = evaluated(against(apiCase, 0));
const small = evaluated(against(apiCase, 3.1));

describe("one quiet line", () => {
  test("is the whole comment where nothing changed, and links to the run", () => {
    const comment = renderComment([same], quiet);
    expect(comment.trim().split("\n")).toHaveLength(1);
    expect(comment).toMatch(/^\*\*Breakeven: no change\.\*\* API, \$[\d,.]+ a month\. \[Full report\]\(https:\/\/github\.com\//);
  });

  test("stands for a change below the minimum, and says how much it was", () => {
    const comment = renderComment([small], { ...context, quietBelowUsd: 50 });
    expect(comment).toContain("**Breakeven: +$3.10 a month, same decision.**");
    expect(comment).toContain("Each change is under $50.00.");
    expect(renderComment([small], quiet).split("\n").length).toBeGreaterThan(5);
  });

  test("is not for a new policy, an invalid one, a failed or waived gate, a moved path or option, or a loosened gate", () => {
    const base = against(apiCase, 0);
    const loud: readonly Partial<Evaluation>[] = [
      { delta: null, base: null },
      { gates: [{ id: "max_monthly_usd", status: "fail", text: "", line: 1, from: "base" }] },
      { gates: [{ id: "max_monthly_usd", status: "waived", text: "", line: 1, from: "base" }] },
      { findings: [{ id: "gate-loosened", level: "warning", text: "", line: 1 }] },
      { delta: { ...Object(base.delta), pathChange: { from: "api", to: "hybrid" } } },
      { delta: { ...Object(base.delta), deltaMonthlyUsd: null } },
      { delta: { ...Object(base.delta), workloads: [{ ...Object(base.delta?.workloads[0]), from: null, kind: "added" }] } },
    ];
    expect(isQuiet(evaluated(base), 1e9)).toBe(true);
    for (const change of loud) expect(isQuiet(evaluated({ ...base, ...change }), 1e9)).toBe(false);
    expect(isQuiet(invalidResult, 1e9)).toBe(false);
  });

  test("leaves the summary whole", () => {
    expect(renderSummary([same], context)).toContain("Cost build-up");
  });
});

test("with several policies the changed ones stand open and the unchanged ones behind a count", () => {
  const comment = renderComment([same, evaluated(hybridCase), same], quiet);
  expect(comment).toContain("<summary>2 unchanged policies</summary>");
  expect(comment.match(/^#### /gm)).toHaveLength(1);
});

test("a policy that moves a little is not called unchanged, and two that take each other away are not called no change", () => {
  const folded = renderComment([small, evaluated(hybridCase)], { ...context, quietBelowUsd: 50 });
  expect(folded).toContain("<summary>1 policy with the same decision, each change under $50.00</summary>");
  const even = renderComment([small, evaluated(against(apiCase, -3.1))], { ...context, quietBelowUsd: 50 });
  expect(even).toContain("**Breakeven: no change in total, same decision.** 2 policies");
});
