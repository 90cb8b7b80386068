import { isApartForReason } from "./apart.ts";
import { branchAndBound, type Goal, type Kind } from "./bounds.ts";
import { TIE_RATIO } from "./defaults.ts";
import { floorsOf } from "./floors.ts";
import type { FeasibleOption, TokenOption } from "./options.ts";
import { type Assignment, accessOf, type PricedPortfolio, type Pricer } from "./portfolio.ts";
import { scoreOf, valuedUsd } from "./preferences.ts";
import { type Recommended, recommend } from "./recommend.ts";
import { shortlistsOf } from "./shortlists.ts";
import { type Choice, choiceId, firstOfEach, hostsOf, type SplitOption, splitsOf, tokensOf } from "./split.ts";
import type { Standing } from "./standing.ts";

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
export interface SearchResult extends Recommended {
  readonly byPath: Readonly<Partial<Record<PathKind, PricedPortfolio>>>;
  readonly shortlists: readonly (readonly FeasibleOption[])[];
  readonly exact: boolean;
  /** No assignment is worth less by more than this share of the cost: 0 where the search is exact, null where nothing is proven. */
  readonly gapRatio: number | null;
  /** Splits of each workload that were searched with the shortlist. */
  readonly splits: readonly (readonly SplitOption[])[];
}

/** Path of an assignment: all by the token, all on own instances, or both. A workload with an overflow is on both. */
export function pathOf(assignment: Assignment): PathKind {
  if (assignment.every((choice) => hostsOf(choice) === null)) return "api";
  return assignment.every((choice) => tokensOf(choice) === null) ? "self-host" : "hybrid";
}

/**
 * Finds the best assignment of all workloads together, splits included, and what to recommend of it (`recommend.ts`).
 *
 * Best is what costs least; with declared preferences, what is worth its cost most (`preferences.ts`). The verdict is proven: every assignment that
 * could be it, or within 2 % of it, is priced or ruled out by a bound, unless the budget ends first (`exact: false`). The portfolios of the
 * other paths are the best that swaps of single choices find.
 */
export function searchPortfolios(pricer: Pricer, shortlists = shortlistsOf(pricer)): SearchResult {
  const room = roomOf(pricer, shortlists);
  const { found, splits, lists, branches } = room;
  const nothing = { chosen: undefined, kept: [], tied: false, simpler: false };
  if (branches.some((list) => list.length === 0)) return { byPath: {}, shortlists, splits, exact: true, gapRatio: 0, ...nothing };
  for (const start of startsOf(branches)) improve(found, branches, start, null);
  const gapRatio = provenGap(pricer, room);
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
    ...recommend(pricer, found, shortlists),
  };
}

/**
 * What `searchPortfolios` recommends, in a fraction of the time where `served` is what a policy that differs little is served by: the search starts
 * there, and portfolios that matter to no recommendation are not looked for. Of two that cost the same to the last bit it may take the other one,
 * and where it is not `exact` it may miss what the whole search finds.
 *
 * `served` as in `servedIds`.
 */
export function recommendNear(
  pricer: Pricer,
  served: ReadonlyMap<string, string>,
  shortlists = shortlistsOf(pricer),
): Pick<SearchResult, "chosen" | "exact"> {
  const room = roomOf(pricer, shortlists);
  const { found, lists, branches } = room;
  const start = branches.flatMap((list, index) => {
    const id = served.get(pricer.workloadAt(index).name);
    return list.find((choice) => choiceId(choice) === id) ?? list.slice(0, 1);
  });
  if (start.length < branches.length) return { chosen: undefined, exact: true };
  improve(found, branches, start, null);
  const exact = provenGap(pricer, room) === 0;
  const best = found.best();
  const isMore = lists.some((list, index) => list.length !== branches[index]?.length);
  if (best !== undefined && isMore) improve(found, lists, best, pathOf(best));
  return { chosen: recommend(pricer, found, shortlists).chosen, exact };
}

/** What serves each workload of an assignment, by name: ids of its choices. */
export function servedIds(pricer: Pricer, assignment: Assignment): ReadonlyMap<string, string> {
  return new Map(assignment.map((choice, index) => [pricer.workloadAt(index).name, choiceId(choice)]));
}

/** What a search moves in: the choices of each workload, and the best portfolios met so far. */
interface Room {
  readonly found: Found;
  readonly splits: readonly (readonly SplitOption[])[];
  /** Shortlists with all splits. */
  readonly lists: readonly (readonly Choice[])[];
  /** Shortlists with one split for each pair of servers and overflow that differ in more than the key. */
  readonly branches: readonly (readonly Choice[])[];
}

function roomOf(pricer: Pricer, shortlists: readonly (readonly FeasibleOption[])[]): Room {
  const found = new Found(pricer);
  const splits = shortlists.map((list, index) => {
    const entry = pricer.context.workloads[index];
    const wayOf = (option: TokenOption) => `${accessOf(option)} ${found.scoreOf(option)}`;
    return entry === undefined ? [] : splitsOf(entry, list, (option) => pricer.overflowListUsd(index, option), wayOf);
  });
  const lists = shortlists.map((list, index): readonly Choice[] => [...list, ...(splits[index] ?? [])]);
  // Which key an overflow needs is settled where the rest is: it moves next to nothing and would multiply the branches.
  const branches = shortlists.map((list, index): readonly Choice[] => [
    ...list,
    ...firstOfEach(splits[index] ?? [], (split) => found.scoreOf(split)),
  ]);
  return { found, splits, lists, branches };
}

/** Prices or rules out every assignment that could be recommended. By which share one could still cost less; undefined where that is not known. */
function provenGap(pricer: Pricer, { found, splits, branches }: Room): number | undefined {
  const floors = floorsOf(pricer, branches, (choice) => found.scoreOf(choice));
  return GAPS.find((gap) => {
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

  /** What is worth most of all that was met. */
  best(): Assignment | undefined {
    return [...this.#best.values()].find(({ worth }) => worth === this.leastWorth())?.assignment;
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
