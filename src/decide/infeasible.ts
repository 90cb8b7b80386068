import type { PolicyDocument } from "../policy/policy.ts";
import { growthOf } from "./break-even.ts";
import { type WhyNone, whyNone } from "./conflict.ts";
import type { WorkloadOptions } from "./options.ts";
import { byText } from "./order.ts";
import type { Solved } from "./solve.ts";
import type { Decision, Reason, WorkloadDecision } from "./types.ts";
import type { Conflict } from "./why-types.ts";

/** No portfolio: workloads that have options keep them in the runner-up's place, the others say why nothing is left. */
export function infeasible({ facts, options, context }: Solved, document: PolicyDocument): Decision {
  const workloads = options.map((entry): WorkloadDecision => {
    const { conflict, relaxations } = entry.feasible.length > 0 ? NOT_ASKED : whyNone(entry.workload, context);
    return {
      name: entry.workload.name,
      line: document.lineOf(entry.workload.pointer),
      path: "none",
      option: null,
      split: null,
      requestsPerMonth: entry.workload.requestsPerMonth.expected,
      monthlyCostUsd: null,
      costLines: [],
      breakEven: null,
      reasons: [...conflictReason(conflict), whyNothingFits(entry, options, document)],
      rejected: entry.rejected,
      runnersUp: [],
      tippingPoints: [],
      conditions: [],
      breakEvens: [],
      smallestUnitUsd: null,
      smallestUnitModel: null,
      leaveWhen: [],
      growth: growthOf(entry.workload, facts.horizonMonths),
      conflict,
      relaxations,
      considered: { total: entry.total, feasible: entry.feasible.length },
    };
  });
  return {
    path: "none",
    monthlyCostUsd: null,
    firstMonthUsd: null,
    lastMonthUsd: null,
    workloads,
    fleets: [],
    months: [],
    paths: (["api", "self-host", "hybrid"] as const).map((path) => ({ path, monthlyCostUsd: null, text: "no feasible portfolio" })),
    confidence: "forced",
    confidenceText: "no path fits",
    probabilityCheapest: null,
    confidenceSteps: [],
    nextMeasurement: null,
    tornado: [],
    preferences: null,
    exact: true,
    gapRatio: 0,
    assumptions: facts.assumptions,
    advisory: [],
  };
}

const NOT_ASKED: WhyNone = { conflict: null, relaxations: [] };

function conflictReason(conflict: Conflict | null): readonly Reason[] {
  return conflict === null ? [] : [{ rule: "conflict", verdict: "fail", text: conflict.text, line: null, source: null }];
}

/** "0 of 121 options feasible: 93 data-location, 28 il6". */
function whyNothingFits(entry: WorkloadOptions, options: readonly WorkloadOptions[], document: PolicyDocument): Reason {
  const line = document.lineOf(entry.workload.pointer);
  if (entry.feasible.length > 0) {
    // Rented instances have no end, so where everybody has an option it is your own machines that do not reach.
    const lacks = options.some(({ feasible }) => feasible.length === 0);
    const others = lacks ? "another workload has none" : "the machines of purchase.owned are too few for the requests";
    return {
      rule: "portfolio",
      verdict: "info",
      text: `${entry.feasible.length} ${entry.feasible.length === 1 ? "option fits" : "options fit"}, but ${others}`,
      line,
      source: null,
    };
  }
  const counts = new Map<string, number>();
  for (const { rule } of entry.rejected) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  const list = [...counts].sort((a, b) => b[1] - a[1] || byText(a[0], b[0])).map(([rule, count]) => `${count} by ${rule}`);
  return { rule: "feasibility", verdict: "fail", text: `0 of ${entry.total} options are feasible: ${list.join(", ")}`, line, source: null };
}
