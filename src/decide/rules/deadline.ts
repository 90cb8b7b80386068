import { SELF_HOST_PEOPLE } from "../defaults.ts";
import type { Rule } from "./rule.ts";

/** Working hours of one engineer in a week. */
const HOURS_PER_WEEK = 40;

/**
 * Own servers take weeks to set up and an API takes an hour, so a near deadline leaves the API. Servers that run already pass.
 *
 * Example: a team without GPU people needs 320 hours, 8 weeks of one engineer; `ready_in_weeks: 4` rules its own servers out.
 */
export const deadline: Rule = {
  id: "deadline",
  title: "Ready in time",
  why: "Setting up own servers takes weeks, by the team's experience; an API takes an hour.",
  source: "S0-019, S0-020, S4-107, S4-138",
  waivable: true,
  check(candidate, { facts, workload }) {
    const weeks = facts.readyInWeeks;
    if (weeks === null || candidate.kind !== "self-host" || workload.current?.path === "self-host") return null;
    const needed = SELF_HOST_PEOPLE[facts.mlOps].setUp / HOURS_PER_WEEK;
    const text = `set-up takes one engineer ${needed} weeks (team.ml_ops ${facts.mlOps}) against ${weeks} until it must be ready`;
    return { verdict: needed <= weeks ? "pass" : "fail", text, pointer: "ready_in_weeks", source: null };
  },
};
