import { describe, expect, it } from "vitest";
import { candidatesFor } from "../../src/decide/candidates.ts";
import { factsOf } from "../../src/decide/facts.ts";
import { RULES } from "../../src/decide/rules/judge.ts";
import type { RuleContext, RuleOutcome } from "../../src/decide/rules/rule.ts";
import { AS_OF, catalog, documentOf, type PolicyObject, policy, workload } from "./support.ts";

/** Policies that together make every rule of a route speak, in regions of each partition. */
const ASKING: readonly PolicyObject[] = [
  { regimes: ["hipaa", "gdpr", "soc2", "iso27001", "iso42001", "pci_dss", "eu_ai_act"], zero_retention: true, no_training: true },
  { regimes: ["fedramp_moderate", "fedramp_high", "il4", "il5", "il6"], audit_log: "api", private_network: true },
  { air_gapped: true, on_premises: true, audit_log: "siem" },
];

function contextOf(compliance: PolicyObject, region: string): RuleContext {
  const document = documentOf(policy([workload({ data_class: ["pii", "phi"], compliance })], { region }));
  const facts = factsOf(document);
  const [first] = facts.workloads;
  if (first === undefined) throw new Error("the policy has one workload");
  return { facts, workload: first, catalog, asOf: AS_OF, ownKeys: new Set() };
}

describe("a rule that speaks of a route", () => {
  it.each(["us-east-1", "eu-central-1", "us-gov-west-1", "eusc-de-east-1"])("says the same of every model of it, in %s", (region) => {
    const spoke = new Set<string>();
    for (const compliance of ASKING) {
      const context = contextOf(compliance, region);
      const first = new Map<string, RuleOutcome | null>();
      for (const candidate of candidatesFor(context.workload, region, catalog))
        for (const rule of RULES.filter(({ ofRoute }) => ofRoute === true)) {
          const key = `${rule.id}|${candidate.kind}|${candidate.route.id}`;
          const outcome = rule.check(candidate, context);
          if (!first.has(key)) first.set(key, outcome);
          expect(outcome, `${rule.id} of ${candidate.id}`).toEqual(first.get(key));
          if (outcome !== null) spoke.add(rule.id);
        }
    }
    expect([...spoke].sort()).toEqual(RULES.flatMap(({ id, ofRoute }) => (ofRoute === true ? [id] : [])).sort());
  });
});
