import type { ApiModel, Fact, OpenModel } from "../../src/catalog/schema.ts";
import { type ApiCandidate, candidatesFor, type SelfHostCandidate } from "../../src/decide/candidates.ts";
import { factsOf, type RequirementFacts, type WorkloadFacts } from "../../src/decide/facts.ts";
import { RULES } from "../../src/decide/rules/judge.ts";
import type { RuleContext, RuleOutcome } from "../../src/decide/rules/rule.ts";
import { AS_OF, catalog, documentOf, policy, workload } from "./support.ts";

/** Candidates and facts of the tests of single rules: an API of a provider called Acme, own servers with weights called opal. */
const facts = factsOf(documentOf(policy([workload()])));
const [plain] = facts.workloads;
if (plain === undefined) throw new Error("the policy has one workload");
const found = candidatesFor(plain, facts.region, catalog);
const bought = found.find((candidate): candidate is ApiCandidate => candidate.kind === "api");
const owned = found.find((candidate): candidate is SelfHostCandidate => candidate.kind === "self-host");
if (bought === undefined || owned === undefined) throw new Error("the policy has a candidate on either side");

export interface Asked {
  readonly workload?: Partial<WorkloadFacts>;
  readonly facts?: Partial<RequirementFacts>;
  readonly catalog?: Partial<RuleContext["catalog"]>;
  readonly asOf?: string;
  readonly ownKeys?: readonly string[];
}

export function context(asked: Asked): RuleContext {
  const one = { ...plain, ...asked.workload } as WorkloadFacts;
  return {
    facts: { ...facts, ...asked.facts },
    workload: one,
    catalog: { ...catalog, ...asked.catalog },
    asOf: asked.asOf ?? AS_OF,
    ownKeys: new Set(asked.ownKeys ?? []),
  };
}

/** The API of a provider called Acme. */
export function api(published: Readonly<Record<string, Fact>> = {}, model: Partial<ApiModel> = {}): ApiCandidate {
  const { route, ...rest } = bought as ApiCandidate;
  return {
    ...rest,
    route: { ...route, id: "acme-api", label: "Acme", facts: published },
    model: { ...rest.model, id: "acme-1", ...model },
  };
}

/** Own servers with weights called opal. */
export function own(model: Partial<OpenModel> = {}, published: Readonly<Record<string, Fact>> = {}): SelfHostCandidate {
  const { route, ...rest } = owned as SelfHostCandidate;
  return { ...rest, route: { ...route, label: "own AWS", facts: published }, model: { ...rest.model, id: "opal", ...model } };
}

export function fact(value: Fact["value"], certainty: Fact["certainty"] = "high", note = ""): Fact {
  return { value, note, source: "the provider's page", checked: "2026-11-01", certainty };
}

export function check(rule: string, candidate: ApiCandidate | SelfHostCandidate, asked: Asked): RuleOutcome | null {
  const one = RULES.find(({ id }) => id === rule);
  if (one === undefined) throw new Error(`there is no rule ${rule}`);
  return one.check(candidate, context(asked));
}

export const WHERE = "workloads[0].compliance";
