import type { PolicyDocument } from "../policy/policy.ts";
import type { Trace } from "./decide.ts";
import { SCHEDULABLE_PURCHASES } from "./defaults.ts";
import type { Finding } from "./evaluation-types.ts";
import { isBelowServers, savingText } from "./saving.ts";

/** What the reader must know about hours of servers: a schedule without effect or without its saving, and what one would save that nobody asked for. */
export function scheduleFindings(trace: Trace, document: PolicyDocument): readonly Finding[] {
  return [...ignoredSchedule(trace, document), ...reservedSchedule(trace, document), ...scheduleSaves(trace, document)];
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

/**
 * What servers that follow the hours of the week would save on the same options, path included, where they run all hours and are billed by the hour.
 * Less than a tie is not worth a change.
 */
function scheduleSaves({ facts, flips }: Trace, document: PolicyDocument): Finding[] {
  const { gpu, gpuSchedule } = facts.purchase;
  const isOpen = gpuSchedule === "always" && SCHEDULABLE_PURCHASES.includes(gpu) && document.policy.deploy?.reservedCapacity !== true;
  if (flips === null || !isOpen || isBelowServers(flips) || facts.workloads.every(({ week }) => isFlat(week))) return [];
  const saving = savingText(flips, { ...facts, purchase: { ...facts.purchase, gpuSchedule: "weekly" } });
  if (saving === undefined) return [];
  const text = `servers that follow the hours of the week would cost ${saving}: declare purchase.gpu_schedule: weekly, if AWS can be counted on to start them again each day`;
  const line = document.policy.purchase === undefined ? null : document.lineOf("purchase.gpu_schedule");
  return [{ id: "schedule-saves", level: "notice", text, line }];
}

function isFlat(week: readonly number[]): boolean {
  return week.every((share) => share === week[0]);
}
