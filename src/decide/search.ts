import { isApartForReason, withApart } from "./apart.ts";
import { branchAndBound, type Goal, type Kind } from "./bounds.ts";
import { answersTo } from "./candidates.ts";
import { SWITCH_THRESHOLD_RATIO, TIE_RATIO } from "./defaults.ts";
import { floorsOf } from "./floors.ts";
import type { FeasibleOption, WorkloadOptions } from "./options.ts";
import { type Assignment, accessOf, type PricedPortfolio, type Pricer } from "./portfolio.ts";
import { scoreOf, valuedUsd } from "./preferences.ts";
import { type Choice, firstOfEach, hostsOf, type SplitOption, splitsOf, tokensOf } from "./split.ts";
import type { Standing } from "./standing.ts";

/** How many of the least expensive options of each side a workload brings into the joint search. */
const SHORTLIST_API = 3;
const SHORTLIST_SELF_HOST = 3;
/**
 * The search looks at no more partial assignments than this, prices no more whole ones and sizes no more fleets; beyond, the best found so far
 * stands. Twelve workloads that may all be split can need more.
 */
const NODE_LIMIT = 100_000;
const PRICED_LIMIT = 4_000;
const SIZED_LIMIT = 12_000;
/** Where not every assignment can be ruled out, it is asked again whether one could cost less by this share. */
const GAPS = [0, 0.01];

export type PathKind = "api" | "self-host" | "hybrid";

/** The least expensive portfolio of each path, and the one to recommend. */
export interface SearchResult {
  readonly chosen: PricedPortfolio | undefined;
  readonly byPath: Readonly<Partial<Record<PathKind, PricedPortfolio>>>;
  readonly shortlists: readonly (readonly FeasibleOption[])[];
  readonly exact: boolean;
  /** No assignment is worth less by more than this share of the cost: 0 where the search is exact, null where nothing is proven. */
  readonly gapRatio: number | null;
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
  const { workloads, memo } = pricer.context;
  const alone = workloads.map((entry, index) => {
    const ranked = memo.ranked.get(entry) ?? rankAlone(pricer, entry, index);
    memo.ranked.set(entry, ranked);
    return ranked;
  });
  const shared = new Set(alone.flatMap((ranked) => take(ranked, "self-host", SHORTLIST_SELF_HOST)).map((option) => option.candidate.id));
  const keys = new Set(alone.flatMap((ranked) => take(ranked, "token", SHORTLIST_API)).flatMap(keyOf));
  const shortlists = alone.map((ranked, index) => {
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
  return withApart(workloads, shortlists);
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
 * Finds the best assignment of all workloads together, splits included, then applies three preferences: within 2 % the API wins, within
 * 2 % a plan without splits wins, and what serves a workload today is kept unless leaving it saves more than 10 % of that workload's bill.
 *
 * Best is what costs least; with declared preferences, what is worth its cost most (`preferences.ts`). The verdict is proven: every assignment that
 * could be it, or within 2 % of it, is priced or ruled out by a bound, unless the budget ends first (`exact: false`). The portfolios of the
 * other paths are the best that swaps of single choices find.
 */
export function searchPortfolios(pricer: Pricer, shortlists = shortlistsOf(pricer)): SearchResult {
  const splits = shortlists.map((list, index) => {
    const entry = pricer.context.workloads[index];
    return entry === undefined ? [] : splitsOf(entry, list, (option) => pricer.overflowListUsd(index, option), accessOf);
  });
  const found = new Found(pricer);
  const nothing = { chosen: undefined, kept: [], tied: false, simpler: false };
  if (shortlists.some((list) => list.length === 0)) return { byPath: {}, shortlists, splits, exact: true, gapRatio: 0, ...nothing };
  const lists = shortlists.map((list, index): readonly Choice[] => [...list, ...(splits[index] ?? [])]);
  // Which key an overflow needs is settled where the rest is: it moves next to nothing and would multiply the branches.
  const branches = shortlists.map((list, index): readonly Choice[] => [...list, ...firstOfEach(splits[index] ?? [])]);
  for (const start of startsOf(branches)) improve(found, branches, start, null);
  const floors = floorsOf(pricer, branches, (choice) => found.scoreOf(choice));
  const gapRatio = GAPS.find((gap) => {
    const { memo } = pricer.context;
    const mostSized = memo.sized + SIZED_LIMIT;
    const tieRatio = (kind: Kind) => (kind === "api" || kind === "plain" ? 1 + TIE_RATIO : 1);
    const goal: Goal = {
      limitUsd: (kind) => Math.min(found.worthOf(kind), found.leastWorth() * tieRatio(kind)) * (1 - gap),
      budgetRatio: found.budgetRatio,
      visit: (assignment) => {
        for (const same of [assignment, ...withOverflowTo(assignment, splits)]) found.note(same, pricer.usdOf(same));
      },
      mayGoOn: () => memo.sized < mostSized,
      nodes: NODE_LIMIT,
      visits: PRICED_LIMIT,
    };
    return branchAndBound(floors, (weights, members) => pricer.groupFloor(weights, members), goal);
  });
  for (const path of ["api", "self-host", "hybrid"] as const) {
    const best = found.byPath()[path];
    if (best !== undefined) improve(found, lists, best.assignment, path);
  }
  return {
    byPath: found.byPath(),
    shortlists,
    splits,
    exact: gapRatio === 0,
    gapRatio: gapRatio ?? null,
    ...prefer(pricer, found, shortlists),
  };
}

/** The best portfolios met so far, by path and without a split. */
class Found {
  readonly budgetRatio: number;
  readonly #pricer: Pricer;
  readonly #best = new Map<Kind, { readonly assignment: Assignment; readonly worth: number }>();
  readonly #scores = new Map<Choice, number>();

  constructor(pricer: Pricer) {
    this.#pricer = pricer;
    this.budgetRatio = pricer.context.facts.preferences?.budgetRatio ?? 0;
  }

  note(assignment: Assignment, usd: number | undefined): void {
    if (usd === undefined || !isApartForReason(assignment, this.#pricer.workloadAt)) return;
    const worth = this.worth(assignment, usd);
    const path = pathOf(assignment);
    if (worth < this.worthOf(path)) this.#best.set(path, { assignment, worth });
    const isPlain = worth < this.worthOf("plain") && assignment.every((choice) => choice.kind !== "split");
    if (isPlain) this.#best.set("plain", { assignment, worth });
  }

  /** U of an assignment that costs `usd` a month; its cost where no preferences are declared. */
  worth(assignment: Assignment, usd: number): number {
    if (this.budgetRatio === 0) return usd;
    let score = 0;
    for (const choice of assignment) score += this.scoreOf(choice);
    return valuedUsd(usd, score / assignment.length, this.budgetRatio);
  }

  /** What the best portfolio of a kind is worth; infinite when none was met. */
  worthOf(kind: Kind): number {
    return this.#best.get(kind)?.worth ?? Number.POSITIVE_INFINITY;
  }

  leastWorth(): number {
    return Math.min(...[...this.#best.values()].map(({ worth }) => worth), Number.POSITIVE_INFINITY);
  }

  scoreOf(choice: Choice): number {
    if (this.budgetRatio === 0) return 0;
    const known = this.#scores.get(choice);
    if (known !== undefined) return known;
    const { facts, catalog } = this.#pricer.context;
    const score = scoreOf([choice], facts, catalog);
    this.#scores.set(choice, score);
    return score;
  }

  byPath(): SearchResult["byPath"] {
    const paths = (["api", "self-host", "hybrid"] as const).flatMap((path) => {
      const priced = this.portfolio(path);
      return priced === undefined ? [] : [[path, priced] as const];
    });
    return Object.fromEntries(paths);
  }

  portfolio(kind: Kind): PricedPortfolio | undefined {
    const best = this.#best.get(kind);
    return best && this.#pricer.price(best.assignment);
  }

  usdOf(assignment: Assignment): Standing {
    return this.#pricer.standing(assignment);
  }
}

/** The same assignment with all overflows behind one key, for each key that all of them may use. */
function withOverflowTo(assignment: Assignment, splits: readonly (readonly SplitOption[])[]): readonly Assignment[] {
  const keys = new Set(
    assignment.flatMap((choice, index) => (choice.kind === "split" ? (splits[index] ?? []).map(({ overflow }) => accessOf(overflow)) : [])),
  );
  return [...keys].flatMap((key) => {
    const moved = assignment.map((choice, index) => {
      if (choice.kind !== "split") return choice;
      return splits[index]?.find(({ base, overflow }) => base === choice.base && accessOf(overflow) === key) ?? choice;
    });
    return moved.every((choice, index) => choice === assignment[index]) ? [] : [moved];
  });
}

/** Three starts: all by the token, all own, each alone. */
function startsOf(lists: readonly (readonly Choice[])[]): readonly Assignment[] {
  const first = (list: readonly Choice[], own: boolean) => list.find((option) => (option.kind === "self-host") === own) ?? list[0];
  return [lists.map((list) => first(list, false)), lists.map((list) => first(list, true)), lists.map((list) => list[0])].map((start) =>
    start.filter((option) => option !== undefined),
  );
}

/** Swaps one choice at a time until nothing improves, staying on one path where it is named; every portfolio on the way is noted. */
function improve(found: Found, lists: readonly (readonly Choice[])[], start: Assignment, path: PathKind | null): void {
  let best = found.usdOf(start);
  if (best.usd === undefined) return;
  let worth = found.worth(start, best.usd);
  found.note(start, best.usd);
  for (let improved = true; improved; ) {
    improved = false;
    for (const [index, list] of lists.entries()) {
      for (const option of list) {
        if (best.assignment[index] === option) continue;
        const usd = best.with(index, option);
        if (usd === undefined) continue;
        const assignment = best.assignment.with(index, option);
        found.note(assignment, usd);
        const next = found.worth(assignment, usd);
        if (next >= worth || (path !== null && pathOf(assignment) !== path)) continue;
        [best, worth] = [found.usdOf(assignment), next];
        improved = true;
      }
    }
  }
}

function prefer(
  pricer: Pricer,
  found: Found,
  shortlists: readonly (readonly FeasibleOption[])[],
): Pick<SearchResult, "chosen" | "kept" | "tied" | "simpler"> {
  const [best] = (["api", "self-host", "hybrid"] as const)
    .filter((kind) => Number.isFinite(found.worthOf(kind)))
    .sort((a, b) => found.worthOf(a) - found.worthOf(b));
  const cheapest = best && found.portfolio(best);
  if (best === undefined || cheapest === undefined) return { chosen: undefined, kept: [], tied: false, simpler: false };
  const near = (kind: Kind) =>
    found.worthOf(kind) > found.worthOf(best) && found.worthOf(kind) <= found.worthOf(best) * (1 + TIE_RATIO)
      ? found.portfolio(kind)
      : undefined;
  const api = near("api");
  if (api !== undefined) return { ...keepCurrent(pricer, api, shortlists), tied: true, simpler: false };
  const plain = near("plain");
  if (plain !== undefined) return { ...keepCurrent(pricer, plain, shortlists), tied: false, simpler: true };
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
    if (today === undefined || isServedBy(chosen.assignment[index], today)) continue;
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

/** Whether a choice is this option, on shared servers or on its own. */
export function isServedBy(choice: Choice | undefined, { candidate }: FeasibleOption): boolean {
  return choice !== undefined && choice.kind !== "split" && choice.candidate === candidate;
}

/** The feasible option that serves a workload today; undefined when the policy names none or the rules forbid it. */
function currentOption(pricer: Pricer, index: number, options: readonly FeasibleOption[]): FeasibleOption | undefined {
  const current = pricer.context.workloads[index]?.workload.current ?? null;
  if (current === null) return undefined;
  return options.find(
    (option) => answersTo(option.candidate.model, current.model) && (option.kind === "self-host") === (current.path === "self-host"),
  );
}
