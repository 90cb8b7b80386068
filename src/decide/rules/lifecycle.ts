import type { ApiModel } from "../../catalog/schema.ts";
import { answersTo } from "../candidates.ts";
import type { WorkloadNeeds } from "../facts.ts";
import { monthDate } from "../traffic.ts";
import type { Rule } from "./rule.ts";

export const lifecycle: Rule = {
  id: "lifecycle",
  title: "Still sold",
  why: "A model that is shut down cannot serve. One that ends inside the horizon is no new choice; where the policy names it, the move is a condition.",
  source: "S2-015, S4-074",
  waivable: false,
  check(candidate, { asOf, facts, workload }) {
    if (candidate.kind === "self-host") return null;
    const { shutdownOn, successor, lifecycleSource } = candidate.model;
    if (shutdownOn === null) return null;
    const next = successor === null ? "" : `; successor ${successor}`;
    const base = { pointer: null, source: lifecycleSource };
    if (shutdownOn <= asOf) return { ...base, verdict: "fail", text: `shut down on ${shutdownOn}${next}` };
    if (shutdownOn > monthDate(asOf, facts.horizonMonths))
      return { ...base, verdict: "pass", text: `sold until ${shutdownOn}, beyond the horizon` };
    if (!isNamed(candidate.model, workload))
      return { ...base, verdict: "fail", text: `is shut down on ${shutdownOn}, inside the horizon${next}` };
    return {
      ...base,
      verdict: "pass",
      text: `sold until ${shutdownOn}`,
      conditions: [`${candidate.model.id} is shut down on ${shutdownOn}: plan the move${next}`],
    };
  },
};

function isNamed(model: ApiModel, workload: WorkloadNeeds): boolean {
  const named = [...(workload.candidates?.api ?? []), ...(workload.current === null ? [] : [workload.current.model])];
  return named.some((name) => answersTo(model, name));
}
