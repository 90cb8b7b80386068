import type { FleetConfig } from "../../src/stack-config.ts";
import { address, expression } from "../expression.ts";
import { logicalName } from "../naming.ts";
import { type AutoscalingGroup, AutoscalingSchedule, TerraformOutput, TerraformVariable } from "../provider.ts";
import type { Foundation, NamedFleet } from "./foundation.ts";

const MINUTES_PER_HOUR = 60;
const MINUTES_PER_DAY = 1440;
const MINUTES_PER_WEEK = 7 * MINUTES_PER_DAY;
const HOURS_PER_DAY = 24;
const WEEKEND = [0, 6];
/** Size that an action of AWS leaves as it is (Terraform's word for it, aws_autoscaling_schedule). */
const UNCHANGED = -1;

/** One change of a fleet's size: on these days (0 is Sunday, as in cron), at this minute of the day, to this number of instances. */
export interface SizeChange {
  readonly days: readonly number[];
  readonly minute: number;
  readonly instances: number;
}

/**
 * When a fleet changes its size in a week. A server is asked for as early as it needs to start, and is given back on the hour.
 *
 * Example: 2 instances, and 4 on weekdays from 9 to 18, with 39 minutes to start: on days 1 to 5 at minute 501 (8:21) to 4, and at
 * minute 1080 (18:00) to 2.
 */
export function sizeChanges(schedule: NonNullable<FleetConfig["schedule"]>, leadMinutes: number): readonly SizeChange[] {
  const hours = Array.from({ length: MINUTES_PER_WEEK / MINUTES_PER_HOUR }, (_, hour) => instancesAt(schedule, hour));
  const at = (hour: number) => hours[hour % hours.length] ?? 0;
  const needed = (minute: number) => {
    const from = Math.floor(minute / MINUTES_PER_HOUR);
    const to = Math.floor((minute + leadMinutes) / MINUTES_PER_HOUR);
    return Math.max(...Array.from({ length: to - from + 1 }, (_, later) => at(from + later)));
  };
  const marks = hours.flatMap((_, hour) => [hour * MINUTES_PER_HOUR, hour * MINUTES_PER_HOUR - leadMinutes]);
  const minutes = [...new Set(marks.map((mark) => (mark + MINUTES_PER_WEEK) % MINUTES_PER_WEEK))].sort((a, b) => a - b);
  const changes = minutes.flatMap((minute, index) => {
    const before = needed(minutes.at(index - 1) ?? minute);
    return needed(minute) === before ? [] : [{ minute, instances: needed(minute) }];
  });
  const groups = new Map<string, SizeChange>();
  for (const change of changes) {
    const minute = change.minute % MINUTES_PER_DAY;
    const key = `${minute} ${change.instances}`;
    const days = [...(groups.get(key)?.days ?? []), Math.floor(change.minute / MINUTES_PER_DAY)];
    groups.set(key, { days, minute, instances: change.instances });
  }
  return [...groups.values()];
}

/** Instances in one hour of the week, from Sunday's first. A schedule with a gap is a defect and throws. */
function instancesAt(schedule: NonNullable<FleetConfig["schedule"]>, hourOfWeek: number): number {
  const days = WEEKEND.includes(Math.floor(hourOfWeek / HOURS_PER_DAY)) ? "weekend" : "weekday";
  const hour = hourOfWeek % HOURS_PER_DAY;
  const window = schedule.find((one) => one.days === days && one.fromHour <= hour && hour < one.toHour);
  if (window === undefined) throw new Error(`the schedule says nothing about hour ${hour} of a ${days}; its windows must cover the week`);
  return window.instances;
}

/** Least number of instances that a fleet keeps: that of its quietest hour where it follows the week. */
export function leastInstances({ schedule, instances }: FleetConfig): number {
  return schedule === undefined ? instances.desired : Math.min(...schedule.map((window) => window.instances));
}

/**
 * The week of a fleet: each action sets the number of running servers and leaves the limits. The queue may add servers in between; the
 * next action takes them back. Nothing where the size is the same all week.
 */
export function buildSchedule(
  { stack, config, prefix }: Foundation,
  fleet: NamedFleet,
  group: AutoscalingGroup,
  serving: TerraformVariable,
  leadMinutes: number,
): void {
  if (fleet.schedule === undefined) return;
  new TerraformOutput(stack, logicalName("start_all", fleet.name), {
    description:
      "Servers that were off start at the size of the quietest hour, until the week's next change. Run this to have all of them now",
    value: `aws autoscaling set-desired-capacity --region ${config.region} --auto-scaling-group-name ${group.name} --desired-capacity ${fleet.instances.desired}`,
  });
  const zone = timeZone({ stack });
  for (const { days, minute, instances } of sizeChanges(fleet.schedule, leadMinutes)) {
    const [hour, rest] = [Math.floor(minute / MINUTES_PER_HOUR), minute % MINUTES_PER_HOUR];
    const time = [hour, rest].map((part) => String(part).padStart(2, "0")).join("");
    const action = new AutoscalingSchedule(stack, logicalName("schedule", fleet.name, time, "to", String(instances)), {
      scheduledActionName: `${prefix}-${fleet.name}-${time}-to-${instances}`,
      autoscalingGroupName: group.name,
      recurrence: `${rest} ${hour} * * ${days.join(",")}`,
      timeZone: zone,
      minSize: UNCHANGED,
      maxSize: UNCHANGED,
      desiredCapacity: instances,
    });
    action.addOverride("count", expression(`${address(serving)} ? 1 : 0`));
  }
}

const ZONE = "time_zone";

function timeZone({ stack }: Pick<Foundation, "stack">): string {
  const known = stack.node.tryFindChild(ZONE);
  if (known instanceof TerraformVariable) return known.stringValue;
  return new TerraformVariable(stack, ZONE, {
    type: "string",
    default: "Etc/UTC",
    description:
      "Time zone of the users, e.g. Europe/Berlin: the hours in which the policy expects them are local ones, and servers start and stop by it. UTC unless you say otherwise",
  }).stringValue;
}
