import { describe, expect, it } from "vitest";
import type { FleetConfig } from "../../src/stack-config.ts";
import { sizeChanges } from "../../stacks/constructs/schedule.ts";
import { fleet, selfHostConfig } from "./configs.ts";
import { type StackJson, synthesized } from "./stack-json.ts";

const schedule: FleetConfig["schedule"] = [
  { days: "weekday", fromHour: 0, toHour: 9, instances: 2 },
  { days: "weekday", fromHour: 9, toHour: 18, instances: 4 },
  { days: "weekday", fromHour: 18, toHour: 24, instances: 2 },
  { days: "weekend", fromHour: 0, toHour: 24, instances: 2 },
];
const WEEKDAYS = [1, 2, 3, 4, 5];

describe("the week of a fleet", () => {
  it("asks for servers as early as they need to start, and gives them back on the hour", () => {
    expect(sizeChanges(schedule, 39)).toEqual([
      { days: WEEKDAYS, minute: 8 * 60 + 21, instances: 4 },
      { days: WEEKDAYS, minute: 18 * 60, instances: 2 },
    ]);
  });

  it("asks on Sunday for what Monday's first hour needs", () => {
    const monday: FleetConfig["schedule"] = [
      { days: "weekday", fromHour: 0, toHour: 24, instances: 3 },
      { days: "weekend", fromHour: 0, toHour: 24, instances: 1 },
    ];
    expect(sizeChanges(monday, 30)).toEqual([
      { days: [0], minute: 23 * 60 + 30, instances: 3 },
      { days: [6], minute: 0, instances: 1 },
    ]);
  });

  it("keeps servers through a dip that is shorter than their start", () => {
    const dip: FleetConfig["schedule"] = [
      { days: "weekday", fromHour: 0, toHour: 12, instances: 3 },
      { days: "weekday", fromHour: 12, toHour: 13, instances: 1 },
      { days: "weekday", fromHour: 13, toHour: 24, instances: 3 },
      { days: "weekend", fromHour: 0, toHour: 24, instances: 3 },
    ];
    expect(sizeChanges(dip, 90)).toEqual([]);
    expect(sizeChanges(dip, 20)).toEqual([
      { days: WEEKDAYS, minute: 12 * 60, instances: 1 },
      { days: WEEKDAYS, minute: 12 * 60 + 40, instances: 3 },
    ]);
  });

  it("changes nothing where every hour is the same, and refuses a week with a gap", () => {
    const same = schedule.map((window) => ({ ...window, instances: 2 }));
    expect(sizeChanges(same, 39)).toEqual([]);
    expect(() => sizeChanges(schedule.slice(1), 39)).toThrow("says nothing about hour 0 of a weekday");
  });
});

describe("a fleet that follows the week", () => {
  const build = (change: Partial<FleetConfig>): StackJson => synthesized({ ...selfHostConfig, fleets: [{ ...fleet, ...change }] });
  const stack = build({ schedule, instances: { minimum: 2, desired: 4, maximum: 5 } });

  it("has one action for each change, in the users' time zone, and none while it is paused", () => {
    expect(stack.resource.aws_autoscaling_schedule).toEqual({
      schedule_llama_3_3_70b_instruct_0833_to_4: expect.objectContaining({
        recurrence: "33 8 * * 1,2,3,4,5",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a Terraform expression
        time_zone: "${var.time_zone}",
        desired_capacity: 4,
        min_size: -1,
        max_size: -1,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a Terraform expression
        count: "${var.serving ? 1 : 0}",
      }),
      schedule_llama_3_3_70b_instruct_1800_to_2: expect.objectContaining({ recurrence: "0 18 * * 1,2,3,4,5", desired_capacity: 2 }),
    });
    expect(stack.variable.time_zone?.default).toBe("Etc/UTC");
  });

  it("says how to have all servers at once, because one that was off starts at its quietest hour", () => {
    expect(String(stack.output.start_all_llama_3_3_70b_instruct?.value)).toMatch(
      /^aws autoscaling set-desired-capacity .*--desired-capacity 4$/,
    );
    expect(build({}).output.start_all_llama_3_3_70b_instruct).toBeUndefined();
  });

  it("may shrink to its quietest hour, and an empty queue takes nothing of the plan away", () => {
    expect(JSON.stringify(stack.resource.aws_autoscaling_group)).toContain("serving ? 2 : 0");
    expect(JSON.stringify(stack.resource.aws_autoscaling_policy)).toContain('"disable_scale_in":true');
  });

  it("needs no right of the deploy role beyond those to its group, and changes no other address", () => {
    const policy = JSON.stringify(stack.resource.aws_iam_role_policy ?? stack.resource.aws_iam_policy);
    expect(policy).toContain("autoscaling:*");
    const addresses = ({ resource }: StackJson) =>
      Object.entries(resource).flatMap(([type, all]) => Object.keys(all).map((id) => `${type}.${id}`));
    const [before, after] = [addresses(build({})), addresses(stack)];
    expect(after.filter((id) => !before.includes(id)).every((id) => id.startsWith("aws_autoscaling_schedule."))).toBe(true);
    expect(before.filter((id) => !after.includes(id))).toEqual([]);
  });
});
