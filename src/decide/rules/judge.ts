import type { Policy } from "../../policy/policy.ts";
import type { Candidate } from "../candidates.ts";
import type { Reason } from "../types.ts";
import { benchmarkFloor, contextWindow, features } from "./capability.ts";
import { auditLog, noTraining, regimeRules, zeroRetention } from "./compliance.ts";
import { customization } from "./customization.ts";
import { deadline } from "./deadline.ts";
import { trainingData, trainingExamples } from "./fine-tuning.ts";
import { licence } from "./licence.ts";
import { lifecycle } from "./lifecycle.ts";
import { airGapped, callableRegion, dataLocation, dataResidency, privateNetwork } from "./location.ts";
import { onPremises } from "./on-premises.ts";
import { openness } from "./openness.ts";
import type { Rule, RuleContext } from "./rule.ts";

/** Every hard rule, in the order in which a reader wants to hear of them. All are evaluated for every option. */
export const RULES: readonly Rule[] = [
  airGapped,
  onPremises,
  dataLocation,
  dataResidency,
  callableRegion,
  privateNetwork,
  ...regimeRules,
  zeroRetention,
  noTraining,
  auditLog,
  licence,
  openness,
  lifecycle,
  deadline,
  customization,
  trainingData,
  trainingExamples,
  features,
  contextWindow,
  benchmarkFloor,
];

type Waiver = NonNullable<Policy["waivers"]>[number];

/** All verdicts on one option. */
export interface Judgement {
  readonly reasons: readonly Reason[];
  readonly conditions: readonly string[];
  /** The rules that reject it, in rule order; empty for a feasible option. */
  readonly against: readonly (Reason & { readonly verdict: "fail" | "unknown" })[];
}

/**
 * Applies every rule to one option. A waiver that names the rule, fits the workload and has not expired turns a
 * fail or unknown into `waived`, and adds a condition that names its owner and end.
 */
export function judge(candidate: Candidate, context: RuleContext, waivers: readonly Waiver[], lineOf: (path: string) => number): Judgement {
  const reasons: Reason[] = [];
  const conditions: string[] = [];
  for (const rule of RULES) {
    const outcome = rule.check(candidate, context);
    if (outcome === null) continue;
    const waiver = outcome.verdict === "pass" || !rule.waivable ? undefined : waiverFor(waivers, rule.id, context);
    reasons.push({
      rule: rule.id,
      verdict: waiver === undefined ? outcome.verdict : "waived",
      text: waiver === undefined ? outcome.text : `${outcome.text}; waived by ${waiver.owner} until ${waiver.expires}: ${waiver.reason}`,
      line: outcome.pointer === null ? null : lineOf(declaredPointer(outcome.pointer, context)),
      source: outcome.source,
      ...(outcome.certainty === undefined ? {} : { certainty: outcome.certainty }),
    });
    if (outcome.verdict === "pass") conditions.push(...(outcome.conditions ?? []));
    if (waiver !== undefined) conditions.push(`Waiver of ${rule.id} ends on ${waiver.expires} (${waiver.owner})`);
  }
  const against = reasons.filter(
    (reason): reason is Judgement["against"][number] => reason.verdict === "fail" || reason.verdict === "unknown",
  );
  return { reasons, conditions, against };
}

/** A workload that does not write a compliance key inherits the policy's: point to where it stands. */
function declaredPointer(pointer: string, context: RuleContext): string {
  const key = /^workloads\[\d+\]\.(compliance\..+)$/.exec(pointer)?.[1];
  if (key === undefined) return pointer;
  return context.ownKeys.has(pointer) ? pointer : key;
}

function waiverFor(waivers: readonly Waiver[], rule: string, context: RuleContext): Waiver | undefined {
  return waivers.find(
    (waiver) =>
      waiver.rule === rule && waiver.expires >= context.asOf && (waiver.workload ?? context.workload.name) === context.workload.name,
  );
}
