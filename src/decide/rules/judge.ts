import type { Route } from "../../catalog/schema.ts";
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
import type { Rule, RuleContext, RuleOutcome } from "./rule.ts";

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
  const ofRoute = outcomesOfRoute(candidate, context);
  for (const rule of RULES) {
    const outcome = rule.ofRoute === true ? ofRoute.get(rule) : rule.check(candidate, context);
    if (outcome === undefined) throw new Error(`defect: ${rule.id} was not asked of ${candidate.route.id}`);
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

/** What the rules of a route say; the same for all its models that are bought or run alike. */
function outcomesOfRoute(candidate: Candidate, context: RuleContext): Outcomes {
  const routes = ASKED.get(context) ?? new Map<Route, Partial<Record<Candidate["kind"], Outcomes>>>();
  ASKED.set(context, routes);
  const asked = routes.get(candidate.route) ?? {};
  routes.set(candidate.route, asked);
  const known = asked[candidate.kind] ?? new Map(OF_ROUTE.map((rule) => [rule, rule.check(candidate, context)]));
  asked[candidate.kind] = known;
  return known;
}

type Outcomes = ReadonlyMap<Rule, RuleOutcome | null>;
const OF_ROUTE = RULES.filter(({ ofRoute }) => ofRoute === true);
const ASKED = new WeakMap<RuleContext, Map<Route, Partial<Record<Candidate["kind"], Outcomes>>>>();

/** A workload that does not write a compliance key inherits the policy's: point to where it stands. */
function declaredPointer(pointer: string, { workload, ownKeys }: RuleContext): string {
  if (!pointer.startsWith(`${workload.pointer}.compliance.`) || ownKeys.has(pointer)) return pointer;
  return pointer.slice(workload.pointer.length + 1);
}

function waiverFor(waivers: readonly Waiver[], rule: string, context: RuleContext): Waiver | undefined {
  return waivers.find(
    (waiver) =>
      waiver.rule === rule && waiver.expires >= context.asOf && (waiver.workload ?? context.workload.name) === context.workload.name,
  );
}
