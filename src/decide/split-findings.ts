import type { PolicyDocument } from "../policy/policy.ts";
import type { Trace } from "./decide.ts";
import { SCHEDULABLE_PURCHASES } from "./defaults.ts";
import type { Finding } from "./evaluation-types.ts";
import { isClassDeclared } from "./split.ts";

/** What the reader must know about schedules and overflows: a schedule without effect or without its saving, and an overflow that nobody allowed. */
export function splitFindings(trace: Trace, document: PolicyDocument): readonly Finding[] {
  return [...ignoredSchedule(trace, document), ...reservedSchedule(trace, document), ...undeclaredData(trace)];
}

/** Committed hours are billed whether instances run or not. */
function ignoredSchedule({ facts, decision }: Trace, document: PolicyDocument): Finding[] {
  const { gpu, gpuSchedule } = facts.purchase;
  if (gpuSchedule !== "weekly" || decision.fleets.length === 0 || SCHEDULABLE_PURCHASES.includes(gpu)) return [];
  const text = `purchase.gpu_schedule is weekly and purchase.gpu is ${gpu}, which bills every hour; the schedule is ignored; allowed with it: on_demand, spot`;
  return [{ id: "schedule-ignored", level: "warning", text, line: document.lineOf("purchase.gpu_schedule") }];
}

/** A capacity reservation is billed as if its instances ran, so a fleet that follows the week saves nothing on what is reserved. */
function reservedSchedule({ decision }: Trace, document: PolicyDocument): Finding[] {
  if (document.policy.deploy?.reservedCapacity !== true) return [];
  return decision.fleets.flatMap(({ schedule, model }): Finding[] => {
    if (schedule === null) return [];
    const counts = schedule.map(({ instances }) => instances);
    const text = `AWS bills reserved capacity whether its instances run or not, and the servers of ${model} follow the week from ${Math.min(...counts)} to ${Math.max(...counts)} instances; what is reserved beyond the least of them is not in this total`;
    return [{ id: "reserved-schedule", level: "warning", text, line: document.lineOf("deploy.reserved_capacity") }];
  });
}

/** Workloads on own instances whose overflow could go to an API, if the policy said what their data is. */
function undeclaredData({ facts, options, decision }: Trace): Finding[] {
  return decision.workloads.flatMap(({ name, path, line }): Finding[] => {
    const workload = facts.workloads.find((entry) => entry.name === name);
    const entry = options.find((row) => row.workload.name === name);
    if (path !== "self-host" || workload === undefined || entry === undefined || isClassDeclared(workload)) return [];
    if (!entry.feasible.some((option) => option.kind !== "self-host")) return [];
    const text = `${name}: servers with an API for the peaks alone were not considered, as nothing says what the data is: declare data_class, or compliance.data_may_leave: true`;
    return [{ id: "overflow-not-considered", level: "notice", text, line }];
  });
}
