import type { Calibration } from "../capacity/calibrate.ts";
import type { Catalog } from "../catalog/index.ts";
import type { Policy, PolicyDocument } from "../policy/policy.ts";
import { factsOf, type RequirementFacts } from "./facts.ts";
import { type Givens, Known } from "./known.ts";
import type { OptionContext, WorkloadOptions } from "./options.ts";
import { type PricedPortfolio, Pricer } from "./portfolio.ts";
import { newMemo } from "./pricing-context.ts";
import { EXPECTED } from "./scenario.ts";
import { recommendNear, type SearchResult, searchPortfolios } from "./search.ts";

/** What a policy is answered with before anything is explained: its options, their prices, and the portfolio found. */
export interface Solved extends Posed {
  readonly search: SearchResult;
}

/** A policy before the search: the options of each workload and what prices them. */
interface Posed {
  readonly facts: RequirementFacts;
  /** What options were judged with, to judge others in the same way. */
  readonly context: OptionContext;
  readonly options: readonly WorkloadOptions[];
  readonly pricer: Pricer;
  /** What a policy that differs in an edit or two can be solved with. */
  readonly known: Known;
}

/**
 * The first half of `decide`: facts, options, rules, prices, search. It answers what serves each workload and what that
 * costs, without break-evens, bands or reasons. `known` is what solving another one left.
 */
export function solve(
  document: PolicyDocument,
  catalog: Catalog,
  asOf: string,
  waivers: NonNullable<Policy["waivers"]>,
  calibrations: readonly Calibration[] = [],
  known: Known = new Known(),
): Solved {
  const posed = pose(document, { catalog, asOf, waivers, calibrations }, known);
  return { ...posed, search: searchPortfolios(posed.pricer) };
}

/**
 * What a hypothetical policy is served by and what that costs, looked for from what serves one that differs in an edit or two: the portfolio that
 * `solve` chooses, in a fraction of its time. `served` as in `recommendNear`.
 */
export function solveNear(
  document: PolicyDocument,
  givens: Givens,
  known: Known,
  served: ReadonlyMap<string, string>,
): { readonly facts: RequirementFacts; readonly chosen: PricedPortfolio | undefined } {
  const { facts, pricer } = pose(document, givens, known);
  const { chosen, exact } = recommendNear(pricer, served);
  return { facts, chosen: exact ? chosen : searchPortfolios(pricer).chosen };
}

function pose(document: PolicyDocument, givens: Givens, known: Known): Posed {
  const { asOf, waivers, calibrations } = givens;
  const facts = factsOf(document);
  const frame = known.frameOf(facts, givens);
  const { catalog, offers } = frame;
  const ownKeys = ownComplianceKeys(document.policy);
  const lineOf = (path: string) => document.lineOf(path);
  const context = { facts, catalog, asOf, offers, waivers, calibrations, ownKeys, lineOf };
  const options = facts.workloads.map((workload) => frame.optionsFor(workload, context));
  const memo = newMemo(frame.rankedFor(facts));
  const pricer = new Pricer({ workloads: options, facts, catalog, asOf, offers: frame.offersByGpu, what: EXPECTED, memo });
  return { facts, context, options, known, pricer };
}

/** Compliance keys as written by a workload, e.g. `workloads[1].compliance.zero_retention`. */
function ownComplianceKeys(policy: Policy): ReadonlySet<string> {
  return new Set(
    policy.workloads.flatMap((workload, index) =>
      Object.keys(workload.compliance ?? {}).map((key) => `workloads[${index}].compliance.${snakeKey(key)}`),
    ),
  );
}

/** A key of `Policy` as the policy file spells it: `snakeKey("dataMayLeave")` is "data_may_leave". */
export function snakeKey(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
