import type { Calibration } from "../capacity/calibrate.ts";
import type { Catalog } from "../catalog/index.ts";
import type { Policy, PolicyDocument } from "../policy/policy.ts";
import { allocate } from "./allocate.ts";
import { totalBand } from "./bands.ts";
import { CostSampler } from "./cost-draws.ts";
import { totalUsd } from "./cost-line.ts";
import { fleetsOf, splitOf, summaryOf } from "./describe.ts";
import { latinHypercube } from "./draws.ts";
import type { RequirementFacts } from "./facts.ts";
import { Known } from "./known.ts";
import { plannedMonths } from "./months.ts";
import type { PricedPortfolio } from "./portfolio.ts";
import { EXPECTED } from "./scenario.ts";
import { pathOf } from "./search.ts";
import { type Solved, solve } from "./solve.ts";
import { type Choice, choiceId } from "./split.ts";
import type { CostLine, Plan, PlannedWorkload } from "./types.ts";

/** Options listed beside the chosen one. */
const RUNNERS_UP = 3;

/**
 * What a policy is served by and what that costs, without why: half the work of `decide`, and all that a base branch is compared by. The plan of
 * a policy is the one that `decide` explains.
 */
export function planOf(
  document: PolicyDocument,
  catalog: Catalog,
  asOf: string,
  waivers: NonNullable<Policy["waivers"]>,
  calibrations: readonly Calibration[] = [],
  known: Known = new Known(),
): { readonly plan: Plan; readonly facts: RequirementFacts } {
  const solved = solve(document, catalog, asOf, waivers, calibrations, known);
  const { facts, search, pricer, options } = solved;
  const { chosen } = search;
  if (chosen === undefined) {
    const workloads = options.map(({ workload }) => ({ ...NOT_SERVED, ...identityOf(workload, document) }));
    return { plan: { path: "none", monthlyCostUsd: null, fleets: [], workloads, months: [] }, facts };
  }
  const lines = allocate(chosen, facts, pricer.context.catalog, EXPECTED);
  const workloads = options.map((_, index): PlannedWorkload => {
    const costLines = lines[index] ?? [];
    const runnersUp = runnersUpOf(solved, chosen, index).flatMap(({ option }) => {
      const priced = pricer.price(chosen.assignment.with(index, option));
      const bill = priced && allocate(priced, facts, pricer.context.catalog, EXPECTED, index)[index];
      if (priced === undefined || bill === undefined) return [];
      return [{ option: summaryOf(option, pricer.workloadAt(index), priced.fleets), monthlyCostUsd: { expected: totalUsd(bill) } }];
    });
    const monthlyCostUsd = { expected: totalUsd(costLines) };
    return { ...servedBy(solved, chosen, index, document), costLines, monthlyCostUsd, runnersUp };
  });
  const monthlyCostUsd = totalBand(new CostSampler(pricer.context, latinHypercube()), chosen);
  const months = plannedMonths(chosen, facts, pricer.context.catalog);
  return { plan: { path: pathOf(chosen.assignment), monthlyCostUsd, fleets: fleetsOf(chosen.fleets), workloads, months }, facts };
}

const NOT_SERVED = {
  path: "none",
  option: null,
  split: null,
  monthlyCostUsd: null,
  costLines: [] as readonly CostLine[],
  runnersUp: [],
} as const;

function identityOf(workload: RequirementFacts["workloads"][number], document: PolicyDocument) {
  return {
    name: workload.name,
    line: document.lineOf(workload.pointer),
    requestsPerMonth: workload.requestsPerMonth.expected,
  };
}

/** What serves one workload of a portfolio. */
export function servedBy(
  { pricer }: Pick<Solved, "pricer">,
  { assignment, fleets }: PricedPortfolio,
  index: number,
  document: PolicyDocument,
) {
  const choice = assignment[index];
  if (choice === undefined) throw new Error("defect: a portfolio serves every workload");
  const workload = pricer.workloadAt(index);
  return {
    ...identityOf(workload, document),
    path: pathOf([choice]),
    option: summaryOf(choice, workload, fleets),
    split: splitOf(choice, workload, fleets),
  };
}

/** The next best choices for one workload with all others as chosen, with the cost of the whole, least first. */
export function runnersUpOf(
  { search, pricer }: Pick<Solved, "search" | "pricer">,
  chosen: PricedPortfolio,
  index: number,
): readonly { readonly option: Choice; readonly usd: number }[] {
  const standing = pricer.standing(chosen.assignment);
  const taken = chosen.assignment[index];
  const ranked = [...(search.shortlists[index] ?? []), ...(search.splits[index] ?? [])]
    .flatMap((option) => ({ option, id: choiceId(option), usd: standing.with(index, option) ?? Number.POSITIVE_INFINITY }))
    .filter(({ id, usd }) => Number.isFinite(usd) && (taken === undefined || id !== choiceId(taken)))
    .sort((a, b) => a.usd - b.usd);
  // A model on shared servers and on its own is one answer to a reader: the less expensive.
  return ranked.filter(({ id }, at) => ranked.findIndex((other) => other.id === id) === at).slice(0, RUNNERS_UP);
}
