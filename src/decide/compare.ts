import { expectedUsd } from "./decide.ts";
import type { Delta, WorkloadDelta } from "./evaluation-types.ts";
import type { Plan, PlannedWorkload } from "./types.ts";

/**
 * What a pull request changes: both sides were decided with the same catalog and date, so every difference comes from
 * the policy. Workloads are matched by name; removed ones come last.
 */
export function compare(base: Plan, head: Plan): Delta {
  const from = expectedUsd(base.monthlyCostUsd);
  const to = expectedUsd(head.monthlyCostUsd);
  const names = new Set(head.workloads.map((workload) => workload.name));
  return {
    cause: null,
    deltaMonthlyUsd: from === null || to === null ? null : to - from,
    pathChange: base.path === head.path ? null : { from: base.path, to: head.path },
    workloads: [
      ...head.workloads.map((workload) =>
        workloadDelta(
          base.workloads.find((other) => other.name === workload.name),
          workload,
        ),
      ),
      ...base.workloads.filter((workload) => !names.has(workload.name)).map((workload) => workloadDelta(workload, undefined)),
    ],
  };
}

/** Amounts closer than this are the same: a tenth of a cent. */
const SAME_USD = 0.001;

function workloadDelta(before: PlannedWorkload | undefined, after: PlannedWorkload | undefined): WorkloadDelta {
  const from = before === undefined ? null : sideOf(before);
  const to = after === undefined ? null : sideOf(after);
  const name = (after ?? before)?.name ?? "";
  const deltaUsd = difference(from?.monthlyUsd, to?.monthlyUsd, before === undefined || after === undefined);
  if (from === null) return { name, kind: "added", from, to, deltaUsd };
  if (to === null) return { name, kind: "removed", from, to, deltaUsd };
  const same = from.path === to.path && from.option === to.option && Math.abs(deltaUsd ?? 0) < SAME_USD;
  return { name, kind: same ? "unchanged" : "changed", from, to, deltaUsd };
}

function sideOf(workload: PlannedWorkload) {
  return { path: workload.path, option: workload.option?.id ?? null, monthlyUsd: expectedUsd(workload.monthlyCostUsd) };
}

/** An added or removed workload counts from or to zero; an unknown amount gives no difference. */
function difference(from: number | null | undefined, to: number | null | undefined, oneSided: boolean): number | null {
  if (from === null || to === null) return null;
  if (!oneSided && (from === undefined || to === undefined)) return null;
  return (to ?? 0) - (from ?? 0);
}
