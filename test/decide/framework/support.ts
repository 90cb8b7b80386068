import { candidatesFor } from "../../../src/decide/candidates.ts";
import { factsOf } from "../../../src/decide/facts.ts";
import { type Judgement, judge } from "../../../src/decide/rules/judge.ts";
import type { Reason } from "../../../src/decide/types.ts";
import { AS_OF, catalog, documentOf, type PolicyObject, policy, workload } from "../support.ts";

/** Every rule's verdict on every option of the whole catalog, without the search for hardware. */
export interface Judged {
  readonly option: string;
  readonly side: "closed" | "managed" | "open";
  readonly route: string;
  readonly model: string;
  readonly judgement: Judgement;
}

/** What the rules say about the only workload of a policy; it may use the whole catalog. */
export function judged(change: PolicyObject = {}, policyChange: PolicyObject = {}): readonly Judged[] {
  const document = documentOf(policy([workload({ candidates: undefined, ...change })], policyChange));
  const facts = factsOf(document);
  const [only] = facts.workloads;
  if (only === undefined) throw new Error("the policy has no workload");
  const context = { facts, workload: only, catalog, asOf: AS_OF, ownKeys: new Set<string>() };
  return candidatesFor(only, facts.region, catalog).map((candidate) => ({
    option: candidate.id,
    side: candidate.kind === "self-host" ? "open" : candidate.kind === "managed" ? "managed" : "closed",
    route: candidate.route.id,
    model: candidate.model.id,
    judgement: judge(candidate, context, document.policy.waivers ?? [], (path) => document.lineOf(path)),
  }));
}

/** What one rule says about each option, by option id. */
export function verdicts(rows: readonly Judged[], rule: string): ReadonlyMap<string, Reason> {
  return new Map(
    rows.flatMap(({ option, judgement }) => {
      const reason = judgement.reasons.find((entry) => entry.rule === rule);
      return reason === undefined ? [] : [[option, reason] as const];
    }),
  );
}

/** Distinct verdicts of one rule on some options. */
export function outcomes(rows: readonly Judged[], rule: string): readonly string[] {
  return [...new Set([...verdicts(rows, rule).values()].map(({ verdict }) => verdict))].sort();
}

/** Options that no rule is against. */
export function passing(rows: readonly Judged[]): readonly Judged[] {
  return rows.filter(({ judgement }) => judgement.against.length === 0);
}

export function onRoute(rows: readonly Judged[], route: string): readonly Judged[] {
  return rows.filter((row) => row.route === route);
}

export function onSide(rows: readonly Judged[], side: Judged["side"]): readonly Judged[] {
  return rows.filter((row) => row.side === side);
}

/** Everything that some options ask to be done, once. */
export function conditionsOf(rows: readonly Judged[]): readonly string[] {
  return [...new Set(rows.flatMap(({ judgement }) => judgement.conditions))];
}
