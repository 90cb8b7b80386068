import type { OpenModel } from "../../catalog/schema.ts";
import type { Rule } from "./rule.ts";

type Openness = OpenModel["openness"];

/** Each level includes the ones before it. */
const RANK: Readonly<Record<Openness, number>> = { weights: 1, weights_code: 2, weights_code_data: 3 };
const WORDS: Readonly<Record<Openness, string>> = {
  weights: "the weights",
  weights_code: "weights and training code",
  weights_code_data: "weights, training code and training data",
};

/**
 * Whoever needs the weights in hand, or wants to see how they were made, cannot buy by the token: a host of open weights runs them
 * for you but does not hand them out.
 */
export const openness: Rule = {
  id: "openness",
  title: "Open enough",
  why: "Auditing, changing or moving a model needs its weights; judging what went into it needs its code and data too.",
  source: "S0-002, S0-003, S2-005, S3-001, S3-008, S3-029, C12",
  waivable: true,
  check(candidate, { workload }) {
    const wanted = workload.openness;
    if (wanted === null) return null;
    const pointer = `${workload.pointer}.needs.openness`;
    if (candidate.kind !== "self-host") {
      return { verdict: "fail", text: `${candidate.route.label} does not hand out ${WORDS[wanted]}`, pointer, source: null };
    }
    const { id, openness: offered, source, certainty } = candidate.model;
    const base = { pointer, source, certainty };
    const text = `${id} publishes ${WORDS[offered]}`;
    // A row of low certainty proves the weights, which can be downloaded, but never decides about what lies behind them.
    if (certainty === "low" && wanted !== "weights")
      return { ...base, verdict: "unknown", text: `whether ${text} rests on a source of low certainty` };
    return RANK[offered] >= RANK[wanted]
      ? { ...base, verdict: "pass", text }
      : { ...base, verdict: "fail", text: `${text}, not ${WORDS[wanted]}` };
  },
};
