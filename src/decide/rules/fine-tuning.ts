import type { ExampleBound } from "../../catalog/schema.ts";
import { dated } from "../sources.ts";
import type { Rule, RuleOutcome } from "./rule.ts";

export const trainingData: Rule = {
  id: "training-data",
  title: "Training data stays where it may be",
  why: "A provider trains on data that is uploaded to it; examples can be more sensitive than requests.",
  source: "S0-008, S0-009",
  waivable: true,
  check(candidate, { workload }) {
    const { fineTuning } = workload;
    if (fineTuning === null) return null;
    const pointer = `${workload.pointer}.needs.fine_tuning.data_may_leave`;
    const mayLeave = fineTuning.dataMayLeave ?? workload.compliance.dataMayLeave ?? true;
    if (candidate.kind === "self-host") return { verdict: "pass", text: "training data stays in your own account", pointer, source: null };
    const { label } = candidate.route;
    if (!mayLeave)
      return {
        verdict: "fail",
        text: `training data may not leave your account, and ${label} trains on uploaded data`,
        pointer,
        source: null,
      };
    const conditions = [`Training data is uploaded to ${label}: get its commitment not to train other models on it`];
    return { verdict: "pass", text: `training data may be uploaded to ${label}`, pointer, source: null, conditions };
  },
};

export const trainingExamples: Rule = {
  id: "training-examples",
  title: "As many examples as the provider takes",
  why: "A provider's tuning takes at least and at most a number of examples; own weights take any.",
  source: "S2-046, S4-066 to S4-069, C20",
  waivable: true,
  check(candidate, { workload }) {
    const examples = workload.fineTuning?.examples ?? null;
    if (examples === null) return null;
    const pointer = `${workload.pointer}.needs.fine_tuning.examples`;
    if (candidate.kind === "self-host") return { verdict: "pass", text: "own weights take any number of examples", pointer, source: null };
    const { tuning, id } = candidate.model;
    if (tuning === undefined) {
      return { verdict: "unknown", text: `how many examples ${candidate.route.label} takes for ${id} is not known`, pointer, source: null };
    }
    const { atLeast, atMost } = tuning;
    if (atLeast !== null && examples < atLeast.examples) return outside(atLeast, `${id} takes at least`, examples, pointer);
    if (atMost !== null && examples > atMost.examples) return outside(atMost, `${id} takes at most`, examples, pointer);
    const bounds = [atLeast === null ? "" : `at least ${atLeast.examples}`, atMost === null ? "" : `at most ${atMost.examples}`];
    const text = `${id} takes ${bounds.filter((bound) => bound !== "").join(" and ")} examples, the policy has ${examples}`;
    return { verdict: "pass", text, pointer, source: dated(atLeast ?? atMost ?? tuning) };
  },
};

/** A bound of low certainty never decides alone: beyond it the option is not proven. */
function outside(bound: ExampleBound, takes: string, examples: number, pointer: string): RuleOutcome {
  const verdict = bound.certainty === "low" ? "unknown" : "fail";
  const text = `${takes} ${bound.examples} examples, the policy has ${examples}`;
  return { verdict, text, pointer, source: dated(bound), certainty: bound.certainty };
}
