/** A run of equal hours of a weekly schedule, hours from 0 to 24 of the profile's own day. */
export interface ScheduleWindow {
  readonly days: "weekday" | "weekend";
  readonly fromHour: number;
  readonly toHour: number;
  readonly instances: number;
}

/**
 * A schedule as windows of equal size, weekday first: what an autoscaling schedule is written from.
 * Example: 2 instances from 0 to 9, 4 from 9 to 18 and 2 from 18 to 24 on weekdays.
 */
export function windowsOf(counts: readonly number[]): readonly ScheduleWindow[] {
  const windows: ScheduleWindow[] = [];
  for (const [days, offset] of [
    ["weekday", 0],
    ["weekend", 24],
  ] as const) {
    for (let hour = 0; hour < 24; hour++) {
      const instances = counts[offset + hour] ?? 0;
      const last = windows.at(-1);
      if (last !== undefined && last.days === days && last.instances === instances)
        windows[windows.length - 1] = { ...last, toHour: hour + 1 };
      else windows.push({ days, fromHour: hour, toHour: hour + 1, instances });
    }
  }
  return windows;
}
