import type { Calibration } from "../capacity/calibrate.ts";
import type { Catalog } from "../catalog/index.ts";
import type { Policy, PolicyDocument } from "../policy/policy.ts";
import { advisoryOf } from "./advisory.ts";
import { allocate } from "./allocate.ts";
import { bandsOf, workloadBand } from "./bands.ts";
import { breakEvensOf, growthOf, leaveWhenOf, smallestUnitOf, withGrowthDate } from "./break-even.ts";
import { cacheConditions, ownWeightsConditions } from "./cache-condition.ts";
import { surenessOf } from "./confidence.ts";
import { contestOf } from "./contest.ts";
import { CostSampler } from "./cost-draws.ts";
import { fleetsOf, namesOf, summaryOf } from "./describe.ts";
import { latinHypercube } from "./draws.ts";
import type { RequirementFacts } from "./facts.ts";
import type { SizedFleet } from "./fleet.ts";
import { Flips } from "./flips.ts";
import { infeasible } from "./infeasible.ts";
import type { Known } from "./known.ts";
import { monthUsd, plannedMonths } from "./months.ts";
import type { WorkloadOptions } from "./options.ts";
import { runnersUpOf, servedBy } from "./plan.ts";
import type { PricedPortfolio, Pricer } from "./portfolio.ts";
import { preferenceView } from "./preferences.ts";
import type { InstanceOffer } from "./prices.ts";
import { costReasons } from "./reasons.ts";
import { singleRuleRelaxations } from "./relax.ts";
import { EXPECTED } from "./scenario.ts";
import { pathOf, type SearchResult } from "./search.ts";
import { toolConditions } from "./serving-flags.ts";
import { type Solved, solve } from "./solve.ts";
import { isClassDeclared, judgementsOf } from "./split.ts";
import { overflowConditions } from "./split-reasons.ts";
import { breakEvenOf, tippingPointsOf } from "./tipping-points.ts";
import type { Band, CostLine, Decision, OptionSummary, PathCost, Reason, WorkloadDecision } from "./types.ts";

/** A decision with what led to it, for `explain` and the delta. */
export interface Trace {
  readonly decision: Decision;
  readonly facts: RequirementFacts;
  readonly options: readonly WorkloadOptions[];
  readonly offers: readonly InstanceOffer[];
  /** Compares the two sides of a workload at other volumes and prices; null when no portfolio is feasible. */
  readonly flips: Flips | null;
  /** What a policy that differs in an edit or two can be solved with. */
  readonly known: Known;
}

/**
 * Decides one policy: facts, options, rules, prices, the best portfolio, and what would change it.
 * Pure: the same document, catalog and date give the same decision. Waivers come from the caller, because they are
 * read from the base branch, and so do measurements, because they are read from files.
 */
export function decide(
  document: PolicyDocument,
  catalog: Catalog,
  asOf: string,
  waivers: NonNullable<Policy["waivers"]>,
  calibrations: readonly Calibration[] = [],
): Trace {
  const solved = solve(document, catalog, asOf, waivers, calibrations);
  const { facts, options, context, pricer, search, known } = solved;
  const shared = { facts, options, offers: context.offers, known };
  if (search.chosen === undefined) return { decision: infeasible(solved, document), ...shared, flips: null };
  const flips = new Flips(pricer, search.chosen, search);
  return { decision: feasible(solved, search.chosen, flips, document), ...shared, flips };
}

function feasible({ search, pricer, context }: Solved, chosen: PricedPortfolio, flips: Flips, document: PolicyDocument): Decision {
  const sampler = new CostSampler(pricer.context, latinHypercube());
  const bands = bandsOf(sampler, chosen);
  const lines = allocate(chosen, pricer.context.facts, pricer.context.catalog, EXPECTED);
  const workloads = pricer.context.workloads.map((entry, index): WorkloadDecision => {
    const choice = chosen.assignment[index];
    const band = bands.workloads[index];
    if (choice === undefined || band === undefined) throw new Error("defect: a portfolio serves every workload");
    const served = servedBy({ pricer }, chosen, index, document);
    const breakEven = breakEvenOf(flips, index, pricer.context.facts, pricer.context.asOf);
    const side = flips.sideOf(index);
    const question = { flips, index, asOf: pricer.context.asOf };
    const breakEvens = breakEvensOf(question);
    const unit = smallestUnitOf(question);
    const next = runnersUp(search, chosen, pricer, sampler, index);
    return {
      ...served,
      monthlyCostUsd: band,
      costLines: lines[index] ?? [],
      breakEven,
      reasons: [
        ...costReasons(entry, index, search, flips, document),
        ...asked(judgementsOf(choice).flatMap(({ reasons }) => reasons)),
        ...evenReason(served.option, next, chosen.monthlyUsd),
      ],
      rejected: entry.rejected,
      runnersUp: next,
      tippingPoints: tippingPointsOf(flips, index, pricer.context.facts)
        .filter((point) => point.flipsTo !== side)
        .map((point) => withGrowthDate(point, entry.workload, pricer.context.asOf)),
      conditions: unique([
        ...judgementsOf(choice).flatMap(({ conditions }) => conditions),
        ...overflowConditions(choice, entry.workload, context.facts.horizonMonths),
      ]),
      breakEvens,
      smallestUnitUsd: unit?.usd ?? null,
      smallestUnitModel: unit?.model ?? null,
      leaveWhen: leaveWhenOf(question, breakEvens, operationHours(lines)),
      growth: growthOf(entry.workload, context.facts.horizonMonths),
      conflict: null,
      relaxations: singleRuleRelaxations(entry, index, chosen, pricer, context),
      considered: { total: entry.total, feasible: entry.feasible.length },
    };
  });
  const ends = endsOf(chosen, pricer);
  const contest = contestOf(search, chosen, sampler, pricer);
  return {
    path: pathOf(chosen.assignment),
    monthlyCostUsd: bands.total,
    ...ends,
    workloads: workloads.map((entry) => ({ ...entry, conditions: [...entry.conditions, ...servingConditions(entry.name, chosen.fleets)] })),
    fleets: fleetsOf(chosen.fleets),
    months: plannedMonths(chosen, pricer.context.facts, pricer.context.catalog),
    paths: pathCosts(search, chosen, sampler, pricer),
    ...surenessOf(contest, workloads, pricer.context),
    preferences: preferenceView(contest.entries, pricer.context.facts, pricer.context.catalog),
    exact: search.exact,
    gapRatio: search.gapRatio,
    assumptions: pricer.context.facts.assumptions,
    advisory: advisoryOf(pricer.context.workloads, workloads, pathOf(chosen.assignment), pricer.context.facts),
  };
}

/** What the precision of weights and KV cache has to show before go-live, and what callers have to know of the servers. */
function servingConditions(workload: string, fleets: readonly SizedFleet[]): readonly string[] {
  const tools = fleets.flatMap(({ model, tenants }) =>
    tenants.flatMap((tenant) => (tenant.workload.name === workload ? toolConditions(model, tenant.workload) : [])),
  );
  return [...cacheConditions(workload, fleets), ...ownWeightsConditions(workload, fleets), ...tools];
}

/** Engineer hours a month that operating the servers is planned with, over all workloads. */
function operationHours(lines: readonly (readonly CostLine[])[]): number {
  return lines.flat().reduce((sum, { id, quantity }) => sum + (id === "people-self-host" ? quantity : 0), 0);
}

/** Rules that the policy or a preset asked for; rules that every option passes in silence add nothing to a reader. */
function asked(reasons: readonly Reason[]): readonly Reason[] {
  return reasons.filter(
    (reason) => reason.line !== null || reason.verdict === "waived" || reason.rule === "capability" || reason.rule === "lifecycle",
  );
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

/** The next best options of one workload with their bands. */
function runnersUp(
  search: SearchResult,
  chosen: PricedPortfolio,
  pricer: Pricer,
  sampler: CostSampler,
  index: number,
): WorkloadDecision["runnersUp"] {
  return runnersUpOf({ search, pricer }, chosen, index).flatMap(({ option }) => {
    const priced = pricer.price(chosen.assignment.with(index, option));
    if (priced === undefined) return [];
    const { monthlyUsd: policyMonthlyUsd, fleets } = priced;
    const monthlyCostUsd = workloadBand(sampler, priced, index);
    return [{ option: summaryOf(option, pricer.workloadAt(index), fleets), monthlyCostUsd, policyMonthlyUsd }];
  });
}

/** Costs closer than this read as the same in whole dollars. */
const EVEN_USD = 1;

/**
 * Two options that cost the same are told apart by their names alone, and a reader takes the first for the better one. The same model sold on two
 * routes answers the same.
 */
function evenReason(chosen: OptionSummary | null, [next]: WorkloadDecision["runnersUp"], monthlyUsd: number): readonly Reason[] {
  if (next === undefined || Math.abs(next.policyMonthlyUsd - monthlyUsd) >= EVEN_USD) return [];
  const { model, route } = next.option;
  const isSame = model === chosen?.model && route !== chosen.route;
  const text = isSame
    ? `${model} costs as much on ${route}, to the dollar: it is the same model, so contract and place of processing tell the two apart`
    : `${model} costs as much, to the dollar: cost does not tell the two apart, so compare how well they answer`;
  return [{ rule: "even", verdict: "info", text, line: null, source: null }];
}

/** First and last month, when growth or dated prices make them differ by more than a dollar. */
function endsOf(chosen: PricedPortfolio, pricer: Pricer): Pick<Decision, "firstMonthUsd" | "lastMonthUsd"> {
  const { facts, catalog } = pricer.context;
  const at = (month: number) => monthUsd(chosen, month, facts, catalog);
  const [first, last] = [at(0), at(facts.horizonMonths - 1)];
  return Math.abs(first - last) < 1 ? { firstMonthUsd: null, lastMonthUsd: null } : { firstMonthUsd: first, lastMonthUsd: last };
}

function pathCosts(search: SearchResult, chosen: PricedPortfolio, sampler: CostSampler, pricer: Pricer): readonly PathCost[] {
  return (["api", "self-host", "hybrid"] as const).map((path) => {
    const priced = pathOf(chosen.assignment) === path ? chosen : search.byPath[path];
    if (priced !== undefined) return { path, monthlyCostUsd: bandsOf(sampler, priced).total, text: namesOf(priced) };
    return { path, monthlyCostUsd: null, text: whyNoPath(path, search, pricer) };
  });
}

function whyNoPath(path: PathCost["path"], search: SearchResult, pricer: Pricer): string {
  if (path === "hybrid") return whyNoHybrid(search, pricer);
  const missing = search.shortlists.filter(
    (list) => !list.some((option) => (option.kind === "self-host") === (path === "self-host")),
  ).length;
  if (missing === 0) return "no common fleet serves all workloads";
  const all = search.shortlists.length;
  if (all === 1) return "the only workload has no feasible option on this path";
  return `${missing} of ${all} workloads ${missing === 1 ? "has" : "have"} no feasible option on this path`;
}

function whyNoHybrid({ shortlists }: SearchResult, pricer: Pricer): string {
  const [only = [], another] = shortlists;
  if (another !== undefined) return "no feasible mix";
  if (!only.some(({ kind }) => kind === "self-host")) return "the only workload has no feasible option on own servers";
  if (only.some(({ kind }) => kind !== "self-host") && !isClassDeclared(pricer.workloadAt(0))) {
    return "nothing says what the data is, so no API may take an overflow";
  }
  return "no API may take the overflow of the only workload";
}

/** Expected cost of a band or null: the number that deltas and gates compare. */
export function expectedUsd(band: Pick<Band, "expected"> | null): number | null {
  return band === null ? null : band.expected;
}
