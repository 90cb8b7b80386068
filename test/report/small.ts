import type { Evaluation } from "../../src/decide/evaluation-types.ts";
import { apiCase } from "./fixtures.ts";

/** The smallest evaluation that has a place for every kind of text, each place filled with `text`. */
export function smallEvaluation(text: string): Evaluation {
  const [workload] = apiCase.decision.workloads;
  const [line] = workload?.costLines ?? [];
  if (workload === undefined || line === undefined || workload.option === null) throw new Error("the case has a workload with an option");
  const option = { ...workload.option, id: text, model: text, route: text, provider: text };
  const reason = { rule: text, verdict: "pass", text, line: 3, source: text } as const;
  return {
    ...apiCase,
    policy: { ...apiCase.policy, name: text },
    baseNote: text,
    gates: [{ id: "max_monthly_usd", status: "fail", text, line: 9, from: "head" }],
    findings: [{ id: "price-age", level: "warning", text, line: 4 }],
    catalog: { ...apiCase.catalog, version: text },
    decision: {
      ...apiCase.decision,
      confidenceText: text,
      fleets: [],
      paths: [{ path: "api", monthlyCostUsd: apiCase.decision.monthlyCostUsd, text }],
      assumptions: [{ key: text, value: text, source: text }],
      workloads: [
        {
          ...workload,
          name: text,
          option,
          costLines: [{ ...line, label: text, unit: text, source: text }],
          breakEven: { requestsPerMonth: 1e7, versus: text, reachedOn: null },
          reasons: [reason],
          rejected: [{ option: text, rule: text, verdict: "fail", text, line: 5 }],
          runnersUp: [{ option, monthlyCostUsd: { expected: 1, p10: 1, p50: 1, p90: 1 }, policyMonthlyUsd: 1 }],
          tippingPoints: [{ parameter: text, from: 1, to: 2, flipsTo: "self-host", text }],
          conditions: [text],
        },
      ],
    },
  };
}
