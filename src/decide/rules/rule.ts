import type { Catalog } from "../../catalog/index.ts";
import type { Certainty, Fact, Route } from "../../catalog/schema.ts";
import { UNREAD_SOURCE } from "../../catalog/unread.ts";
import type { Candidate } from "../candidates.ts";
import type { PolicyNeeds, WorkloadNeeds } from "../facts.ts";
import { dated } from "../sources.ts";

/** What a rule may look at. */
export interface RuleContext {
  readonly facts: PolicyNeeds;
  readonly workload: WorkloadNeeds;
  readonly catalog: Catalog;
  readonly asOf: string;
  /** Policy paths of compliance keys that the workload writes itself, e.g. `workloads[0].compliance.zero_retention`. */
  readonly ownKeys: ReadonlySet<string>;
}

/** What a rule says about one option. `pointer` is the policy key that asks, null when a default does. */
export interface RuleOutcome {
  readonly verdict: "pass" | "fail" | "unknown";
  readonly text: string;
  readonly pointer: string | null;
  readonly source: string | null;
  readonly certainty?: Certainty;
  /** What must be done for a pass to hold. */
  readonly conditions?: readonly string[];
}

/**
 * A hard rule. `fail` rejects an option; `unknown` rejects it too, as "not proven". `check` returns null where the
 * policy does not ask. `why` explains the rule to a reader, `source` names the claim that it implements.
 */
export interface Rule {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly source: string;
  /** Rules that no waiver may touch. */
  readonly waivable: boolean;
  /** Its outcome is one for all models of a route that are bought or run alike, so it is asked once for them. */
  readonly ofRoute?: true;
  check(candidate: Candidate, context: RuleContext): RuleOutcome | null;
}

type Reading = "pass" | "conditional" | "fail" | "unknown";

/**
 * Verdict on one published fact of a route. A fact of low certainty never decides alone: it turns pass and fail into
 * unknown. A missing fact is unknown. A pass on what nobody read at its source is one under the condition that you confirm it. `need` reads
 * "a BAA (HIPAA)".
 */
export function factOutcome(
  route: Route,
  key: string,
  need: string,
  pointer: string,
  read: (value: Fact["value"]) => Reading,
  conditions: readonly string[] = [],
): RuleOutcome {
  const fact = route.facts[key];
  if (fact === undefined) return { verdict: "unknown", text: `${route.label}: nothing published about ${need}`, pointer, source: null };
  const base = { pointer, source: dated(fact), certainty: fact.certainty };
  const reading = read(fact.value);
  const note = fact.note === "" ? "" : `: ${fact.note}`;
  if (reading === "unknown") return { ...base, verdict: "unknown", text: `${route.label}: ${need} is not known${note}` };
  if (fact.certainty === "low") {
    return {
      ...base,
      verdict: "unknown",
      text: `${route.label}: ${need} rests on a source of low certainty (${String(fact.value)})${note}`,
    };
  }
  if (reading === "fail") return { ...base, verdict: "fail", text: `${route.label}: no ${need}${note}` };
  const unread = fact.source === UNREAD_SOURCE ? [`${route.label}: confirm ${need} at its source, which the catalog does not rest on`] : [];
  if (reading === "pass") return { ...base, verdict: "pass", text: `${route.label}: ${need}`, conditions: [...unread, ...conditions] };
  return {
    ...base,
    verdict: "pass",
    text: `${route.label}: ${need} under conditions${note}`,
    conditions: [`${route.label}: ${need}${note}`, ...unread, ...conditions],
  };
}

/** Reads the usual values: yes, conditional, no, and inherit or customer for duties that are yours. */
export function readYesNo(value: Fact["value"]): Reading {
  if (value === true || value === "yes" || value === "inherit" || value === "customer") return "pass";
  if (value === "conditional") return "conditional";
  if (value === "unknown" || typeof value === "number") return "unknown";
  return "fail";
}
