import { branchAndBound, floorsOf } from "./bounds.ts";
import { answersTo } from "./candidates.ts";
import { SWITCH_THRESHOLD_RATIO, TIE_RATIO } from "./defaults.ts";
import type { FeasibleOption, WorkloadOptions } from "./options.ts";
import { type Assignment, accessOf, type PricedPortfolio, type Pricer } from "./portfolio.ts";
import { worthOf } from "./preferences.ts";
import { type Choice, hostsOf, type SplitOption, splitsOf, tokensOf } from "./split.ts";

/** How many of the least expensive options of each side a workload brings into the joint search. */
const SHORTLIST_API = 3;
const SHORTLIST_SELF_HOST = 3;
/** The search looks at no more partial assignments than this, and prices no more; beyond, the best found so far stands. */
const NODE_LIMIT = 200_000;
const PRICED_LIMIT = 20_000;

export type PathKind = "api" | "self-host" | "hybrid";

/** The least expensive portfolio of each path, and the one to recommend. */
export interface SearchResult {
  readonly chosen: PricedPortfolio | undefined;
  readonly byPath: Readonly<Partial<Record<PathKind, PricedPortfolio>>>;
  readonly shortlists: readonly (readonly FeasibleOption[])[];
  readonly exact: boolean;
  /** Splits of each workload that were searched with the shortlist. */
  readonly splits: readonly (readonly SplitOption[])[];
  /** True when a split would save less than 2 % and the plan without one was taken. */
  readonly simpler: boolean;
  /** Workloads that keep what serves them today, by index, with what a switch would save in USD a month. */
  readonly kept: readonly { readonly index: number; readonly savingUsd: number }[];
  /** True when a tie within 2 % went to the API. */
  readonly tied: boolean;
}

/** Path of an assignment: all by the token, all on own instances, or both. A workload with an overflow is on both. */
export function pathOf(assignment: Assignment): PathKind {
  if (assignment.every((choice) => hostsOf(choice) === null)) return "api";
  return assignment.every((choice) => tokensOf(choice) === null) ? "self-host" : "hybrid";
}

/**
 * The options worth searching for each workload: the best few of each side when priced alone, what runs today, and what may share with
 * another workload's best few: a model on own instances, and the least expensive option behind the same key or permission.
 */
export function shortlistsOf(pricer: Pricer): readonly (readonly FeasibleOption[])[] {
  const alone = pricer.context.workloads.map((entry, index) => rankAlone(pricer, entry, index));
  const shared = new Set(alone.flatMap((ranked) => take(ranked, "self-host", SHORTLIST_SELF_HOST)).map((option) => option.candidate.id));
  const keys = new Set(alone.flatMap((ranked) => take(ranked, "token", SHORTLIST_API)).flatMap(keyOf));
  return alone.map((ranked, index) => {
    const current = pricer.context.workloads[index]?.workload.current ?? null;
    const keep = new Set([...take(ranked, "token", SHORTLIST_API), ...take(ranked, "self-host", SHORTLIST_SELF_HOST)]);
    for (const key of keys) {
      const [best] = ranked.filter((option) => keyOf(option)[0] === key);
      if (best !== undefined) keep.add(best);
    }
    return ranked.filter(
      (option) =>
        keep.has(option) || shared.has(option.candidate.id) || (current !== null && answersTo(option.candidate.model, current.model)),
    );
  });
}

/** What an option by the token shares with others; nothing for own instances. */
function keyOf(option: FeasibleOption): readonly string[] {
  return option.kind === "self-host" ? [] : [accessOf(option)];
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
 * Finds the least expensive assignment of all workloads together, splits included, then applies three preferences: within 2 %
 * the API wins, within 2 % a plan without splits wins, and what serves a workload today is kept unless leaving it saves more
 * than 10 % of that workload's bill.
 */
export function searchPortfolios(pricer: Pricer, shortlists = shortlistsOf(pricer)): SearchResult {
  const splits = shortlists.map((list, index) => {
    const entry = pricer.context.workloads[index];
    return entry === undefined ? [] : splitsOf(entry, list, (option) => pricer.overflowListUsd(index, option), accessOf);
  });
  const found: Found = { byPath: {}, plain: undefined };
  const nothing = { chosen: undefined, kept: [], tied: false, simpler: false };
  if (shortlists.some((list) => list.length === 0)) return { byPath: found.byPath, shortlists, splits, exact: true, ...nothing };
  const lists = shortlists.map((list, index): readonly Choice[] => [...list, ...(splits[index] ?? [])]);
  const note = (assignment: Assignment, usd: number) => noteIn(found, pricer, assignment, usd);
  swapSearch(pricer, lists, note);
  const exact = branchAndBound(
    floorsOf(pricer, lists),
    (kind) => (kind === "plain" ? found.plain : found.byPath[kind])?.monthlyUsd ?? Number.POSITIVE_INFINITY,
    (assignment) => {
      const usd = pricer.usdOf(assignment);
      if (usd !== undefined) note(assignment, usd);
    },
    { nodes: NODE_LIMIT, visits: PRICED_LIMIT },
  );
  return { byPath: found.byPath, shortlists, splits, exact, ...prefer(pricer, found, shortlists) };
}

interface Found {
  readonly byPath: Partial<Record<PathKind, PricedPortfolio>>;
  /** The least expensive portfolio without a split. */
  plain: PricedPortfolio | undefined;
}

/** Prices an assignment in full only where it is better than what is known: most of thousands are not. */
function noteIn(found: Found, pricer: Pricer, assignment: Assignment, usd: number): void {
  const path = pathOf(assignment);
  const isLess = (known: PricedPortfolio | undefined) => known === undefined || usd < known.monthlyUsd;
  const best = isLess(found.byPath[path]);
  const bestPlain = isLess(found.plain) && assignment.every((choice) => choice.kind !== "split");
  if (!best && !bestPlain) return;
  const priced = pricer.price(assignment);
  if (priced === undefined) return;
  if (best) found.byPath[path] = priced;
  if (bestPlain) found.plain = priced;
}

/** From three starts (all by the token, all own, each alone), swap one workload at a time until nothing improves: a good bound. */
function swapSearch(pricer: Pricer, lists: readonly (readonly Choice[])[], note: (assignment: Assignment, usd: number) => void): void {
  const first = (list: readonly Choice[], own: boolean) => list.find((option) => (option.kind === "self-host") === own) ?? list[0];
  const starts = [lists.map((list) => first(list, false)), lists.map((list) => first(list, true)), lists.map((list) => list[0])];
  for (const start of starts) {
    let best = pricer.standing(start.filter((option) => option !== undefined));
    if (best.usd !== undefined) note(best.assignment, best.usd);
    for (let improved = best.usd !== undefined; improved; ) {
      improved = false;
      for (const [index, list] of lists.entries()) {
        for (const option of list) {
          if (best.usd === undefined || best.assignment[index] === option) continue;
          const usd = best.with(index, option);
          if (usd === undefined) continue;
          const assignment = best.assignment.with(index, option);
          note(assignment, usd);
          if (usd >= best.usd) continue;
          best = pricer.standing(assignment);
          improved = true;
        }
      }
    }
  }
}

function prefer(
  pricer: Pricer,
  { byPath, plain }: Found,
  shortlists: readonly (readonly FeasibleOption[])[],
): Pick<SearchResult, "chosen" | "kept" | "tied" | "simpler"> {
  const cheapest = least(Object.values(byPath), pricer);
  if (cheapest === undefined) return { chosen: undefined, kept: [], tied: false, simpler: false };
  const { api } = byPath;
  const { facts, catalog } = pricer.context;
  const value = (priced: PricedPortfolio) => worthOf(priced, facts, catalog);
  const near = (portfolio: PricedPortfolio | undefined): portfolio is PricedPortfolio =>
    portfolio !== undefined && portfolio !== cheapest && value(portfolio) <= value(cheapest) * (1 + TIE_RATIO);
  if (near(api)) return { ...keepCurrent(pricer, api, shortlists), tied: true, simpler: false };
  if (near(plain)) return { ...keepCurrent(pricer, plain, shortlists), tied: false, simpler: true };
  return { ...keepCurrent(pricer, cheapest, shortlists), tied: false, simpler: false };
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
