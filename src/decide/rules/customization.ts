import type { WorkloadFacts } from "../facts.ts";
import type { Rule } from "./rule.ts";

type Customization = WorkloadFacts["customization"];

/** What anyone can do by prompting. */
const BY_PROMPT: readonly Customization[] = ["none", "prompt", "tone_format"];
/** What some providers offer on their own weights. */
const BY_PROVIDER = { sft: "sft", lora: "lora", distill: "distill" } as const satisfies Partial<Record<Customization, string>>;

function isByProvider(value: Customization): value is keyof typeof BY_PROVIDER {
  return value in BY_PROVIDER;
}

export const customization: Rule = {
  id: "customization",
  title: "Changeable enough",
  why: "Weights that you do not hold can be prompted and sometimes fine-tuned, never merged, re-quantised or rebuilt.",
  source: "S0-004 to S0-007, S2-046, S4-066 to S4-082",
  waivable: true,
  check(candidate, { workload }) {
    const wanted = workload.customization;
    if (BY_PROMPT.includes(wanted)) return null;
    const pointer = `${workload.pointer}.needs.customization`;
    if (candidate.kind === "self-host") {
      return { verdict: "pass", text: `own weights allow ${wanted}`, pointer, source: null };
    }
    if (!isByProvider(wanted)) {
      return {
        verdict: "fail",
        text: `${wanted} needs the weights; ${candidate.route.label} does not hand them out`,
        pointer,
        source: null,
      };
    }
    const offered = candidate.model.customization;
    if (offered === null) {
      return {
        verdict: "unknown",
        text: `whether ${candidate.route.label} offers ${wanted} for ${candidate.model.id} is not known`,
        pointer,
        source: null,
      };
    }
    const verdict = offered.includes(BY_PROVIDER[wanted]) ? "pass" : "fail";
    const text =
      verdict === "pass"
        ? `${candidate.route.label} offers ${wanted}`
        : `${candidate.route.label} does not offer ${wanted} for ${candidate.model.id}`;
    return { verdict, text, pointer, source: null };
  },
};
