import { answersTo } from "./candidates.ts";
import { SWITCH_THRESHOLD_RATIO, TIE_RATIO } from "./defaults.ts";
import type { FeasibleOption, WorkloadOptions } from "./options.ts";
import type { Assignment, PricedPortfolio, Pricer } from "./portfolio.ts";
import { worthOf } from "./preferences.ts";

/** How many of the least expensive options of each side a workload brings into the joint search. */
const SHORTLIST_API = 3;
const SHORTLIST_SELF_HOST = 3;
/** Up to this many assignments all are priced; beyond, a search by single and paired swaps. */
const EXACT_LIMIT = 20_000;

export type PathKind = "api" | "self-host" | "hybrid";

/** The least expensive portfolio of each path, and the one to recommend. */
export interface SearchResult {
  readonly chosen: PricedPortfolio | undefined;
  readonly byPath: Readonly<Partial<Record<PathKind, PricedPortfolio>>>;
  readonly shortlists: readonly (readonly FeasibleOption[])[];
  readonly exact: boolean;
  /** Workloads that keep what serves them today, by index, with what a switch would save in USD a month. */
  readonly kept: readonly { readonly index: number; readonly savingUsd: number }[];
  /** True when a tie within 2 % went to the API. */
  readonly tied: boolean;
}

/** Path of an assignment: all by the token, all on own instances, or both. */
export function pathOf(assignment: Assignment): PathKind {
  const own = assignment.filter((option) => option.kind === "self-host").length;
  if (own === 0) return "api";
  return own === assignment.length ? "self-host" : "hybrid";
}

/** The options worth searching for each workload: the best few of each side when priced alone, and what runs today. */
export function shortlistsOf(pricer: Pricer): readonly (readonly FeasibleOption[])[] {
  const alone = pricer.context.workloads.map((entry, index) => rankAlone(pricer, entry, index));
  const shared = new Set(alone.flatMap((ranked) => take(ranked, "self-host", SHORTLIST_SELF_HOST)).map((option) => option.candidate.id));
  return alone.map((ranked, index) => {
    const current = pricer.context.workloads[index]?.workload.current ?? null;
    const keep = new Set([...take(ranked, "token", SHORTLIST_API), ...take(ranked, "self-host", SHORTLIST_SELF_HOST)]);
    return ranked.filter(
      (option) =>
        keep.has(option) || shared.has(option.candidate.id) || (current !== null && answersTo(option.candidate.model, current.model)),
    );
  });
}

function take(ranked: readonly FeasibleOption[], side: "token" | "self-host", count: number): readonly FeasibleOption[] {
  return ranked.filter((option) => (option.kind === "self-host") === (side === "self-host")).slice(0, count);
}

/** Options of one workload by the cost of serving it alone, least first; ties by id. */
export function rankAlone(pricer: Pricer, entry: WorkloadOptions, index: number): readonly FeasibleOption[] {
  return entry.feasible
    .map((option) => ({ option, usd: pricer.alone(index, option) }))
    .filter((row): row is { option: FeasibleOption; usd: number } => row.usd !== undefined)
    .sort((a, b) => a.usd - b.usd || (a.option.candidate.id < b.option.candidate.id ? -1 : 1))
    .map(({ option }) => option);
}

/**
 * Finds the least expensive assignment of all workloads together, then applies two preferences: within 2 % the API
 * wins, and what serves a workload today is kept unless leaving it saves more than 10 % of that workload's bill.
 */
export function searchPortfolios(pricer: Pricer, shortlists = shortlistsOf(pricer)): SearchResult {
  if (shortlists.some((list) => list.length === 0)) {
    return { chosen: undefined, byPath: {}, shortlists, exact: true, kept: [], tied: false };
  }
  const size = shortlists.reduce((product, list) => product * list.length, 1);
  const exact = size <= EXACT_LIMIT;
  const byPath: Partial<Record<PathKind, PricedPortfolio>> = {};
  const visit = (priced: PricedPortfolio) => {
    const path = pathOf(priced.assignment);
    const known = byPath[path];
    if (known === undefined || priced.monthlyUsd < known.monthlyUsd) byPath[path] = priced;
  };
  if (exact) everyAssignment(shortlists, (assignment) => visitPriced(pricer, assignment, visit));
  else swapSearch(pricer, shortlists, visit);
  const cheapest = least(Object.values(byPath), pricer);
  return { byPath, shortlists, exact, ...prefer(pricer, cheapest, byPath.api, shortlists) };
}

function visitPriced(pricer: Pricer, assignment: Assignment, visit: (priced: PricedPortfolio) => void): PricedPortfolio | undefined {
  const priced = pricer.price(assignment);
  if (priced !== undefined) visit(priced);
  return priced;
}

function everyAssignment(lists: readonly (readonly FeasibleOption[])[], visit: (assignment: Assignment) => void): void {
  const pick: FeasibleOption[] = [];
  const descend = (depth: number) => {
    const list = lists[depth];
    if (list === undefined) {
      visit([...pick]);
      return;
    }
    for (const option of list) {
      pick[depth] = option;
      descend(depth + 1);
    }
  };
  descend(0);
}

/** From three starts (all by the token, all own, each alone), swap one workload at a time until nothing improves. */
function swapSearch(pricer: Pricer, lists: readonly (readonly FeasibleOption[])[], visit: (priced: PricedPortfolio) => void): void {
  const first = (list: readonly FeasibleOption[], own: boolean) => list.find((option) => (option.kind === "self-host") === own) ?? list[0];
  const starts = [lists.map((list) => first(list, false)), lists.map((list) => first(list, true)), lists.map((list) => list[0])];
  for (const start of starts) {
    let best = visitPriced(
      pricer,
      start.filter((option) => option !== undefined),
      visit,
    );
    for (let improved = best !== undefined; improved; ) {
      improved = false;
      for (const [index, list] of lists.entries()) {
        for (const option of list) {
          if (best === undefined || best.assignment[index] === option) continue;
          const next = visitPriced(pricer, best.assignment.with(index, option), visit);
          if (next === undefined || next.monthlyUsd >= best.monthlyUsd) continue;
          best = next;
          improved = true;
        }
      }
    }
  }
}

function prefer(
  pricer: Pricer,
  cheapest: PricedPortfolio | undefined,
  api: PricedPortfolio | undefined,
  shortlists: readonly (readonly FeasibleOption[])[],
): Pick<SearchResult, "chosen" | "kept" | "tied"> {
  if (cheapest === undefined) return { chosen: undefined, kept: [], tied: false };
  const { facts, catalog } = pricer.context;
  const value = (priced: PricedPortfolio) => worthOf(priced, facts, catalog);
  const tied = api !== undefined && api !== cheapest && value(api) <= value(cheapest) * (1 + TIE_RATIO);
  return { ...keepCurrent(pricer, tied ? api : cheapest, shortlists), tied };
}

/**
 * Puts back what serves a workload today where leaving it saves too little of that workload's own bill. Workloads are
 * looked at in the order of their names, so the result does not depend on the order of the policy.
 */
function keepCurrent(
  pricer: Pricer,
  found: PricedPortfolio,
  shortlists: readonly (readonly FeasibleOption[])[],
): Pick<SearchResult, "chosen" | "kept"> {
  const kept: { index: number; savingUsd: number }[] = [];
  let chosen = found;
  const order = pricer.context.workloads
    .map((entry, index) => ({ index, name: entry.workload.name }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { index } of order) {
    const today = currentOption(pricer, index, shortlists[index] ?? []);
    if (today === undefined || today === chosen.assignment[index]) continue;
    const stay = pricer.price(chosen.assignment.with(index, today));
    const bill = pricer.alone(index, today);
    if (stay === undefined || bill === undefined) continue;
    const savingUsd = stay.monthlyUsd - chosen.monthlyUsd;
    if (savingUsd > bill * SWITCH_THRESHOLD_RATIO) continue;
    kept.push({ index, savingUsd });
    chosen = stay;
  }
  return { chosen, kept };
}

/** The feasible option that serves a workload today; undefined when the policy names none or the rules forbid it. */
function currentOption(pricer: Pricer, index: number, options: readonly FeasibleOption[]): FeasibleOption | undefined {
  const current = pricer.context.workloads[index]?.workload.current ?? null;
  if (current === null) return undefined;
  return options.find(
    (option) => answersTo(option.candidate.model, current.model) && (option.kind === "self-host") === (current.path === "self-host"),
  );
}

/** The portfolio of least cost; with declared preferences, of least U. */
function least(portfolios: readonly PricedPortfolio[], { context }: Pricer): PricedPortfolio | undefined {
  const rows = portfolios.map((priced) => ({ priced, usd: worthOf(priced, context.facts, context.catalog) }));
  return rows.reduce<(typeof rows)[number] | undefined>(
    (best, next) => (best === undefined || next.usd < best.usd ? next : best),
    undefined,
  )?.priced;
}
