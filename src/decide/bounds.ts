import { cheapestInstanceUsd, loadFloorUsd } from "./pairs.ts";
import type { Assignment, Pricer } from "./portfolio.ts";
import { type Choice, hostsOf, tokensOf } from "./split.ts";
import { type Member, weightsId } from "./standing.ts";

/** What one choice costs at the very least, in USD a month, whatever the other workloads do. */
export interface Floor {
  readonly choice: Choice;
  /** Tokens, or this workload's part of a fleet that is never idle. */
  readonly ownUsd: number;
  /** Its place on a fleet; null by the token. */
  readonly host: { readonly weights: string; readonly member: Member; readonly instanceUsd: number } | null;
  readonly usesApi: boolean;
  readonly isSplit: boolean;
  /** Soft score from 0 to 1; 0 where the policy has no preferences. */
  readonly score: number;
}

/** Floors of one workload's choices, least first. */
export interface WorkloadFloors {
  readonly index: number;
  readonly floors: readonly Floor[];
}

/** Floors of all workloads, and of what they share. */
export interface Floors {
  readonly byWorkload: readonly WorkloadFloors[];
  readonly shared: { readonly common: number; readonly api: number; readonly hosts: number };
}

/**
 * Lower bounds for the joint search; they hold because sharing never makes a GPU hour or a token less than its own price. The workload with the
 * largest floor comes first: what is decided early then says most about the whole.
 */
export function floorsOf(pricer: Pricer, lists: readonly (readonly Choice[])[], scoreOf: (choice: Choice) => number): Floors {
  const byWorkload = lists.map((list, index) => ({
    index,
    floors: list
      .flatMap((choice) => floorOf(pricer, index, choice, scoreOf(choice)) ?? [])
      .sort((a, b) => a.ownUsd + (a.host?.instanceUsd ?? 0) - b.ownUsd - (b.host?.instanceUsd ?? 0)),
  }));
  byWorkload.sort((a, b) => leastOf(b.floors) - leastOf(a.floors) || a.index - b.index);
  return { byWorkload, shared: pricer.sharedFloors(lists) };
}

/** The least own part; infinite when there is none. */
function leastOf(floors: readonly Floor[]): number {
  return Math.min(...floors.map(({ ownUsd }) => ownUsd));
}

function floorOf(pricer: Pricer, index: number, choice: Choice, score: number): Floor | undefined {
  const tokens = tokensOf(choice);
  const host = hostsOf(choice);
  if (host === null) {
    const ownUsd = tokens === null ? 0 : pricer.tokenUsd(index, tokens);
    return { choice, ownUsd, host: null, usesApi: true, isSplit: false, score };
  }
  const { offers, facts, what } = pricer.context;
  const overflow = choice.kind === "split" ? choice.overflow : null;
  const tenant = pricer.tenant(index, host, overflow);
  const instanceUsd = cheapestInstanceUsd(tenant, offers, what);
  if (instanceUsd === undefined) return undefined;
  return {
    choice,
    ownUsd: loadFloorUsd(tenant, offers, facts, what),
    host: { weights: weightsId(host, pricer.workloadAt(index)), member: { index, host, overflow }, instanceUsd },
    usesApi: tokens !== null,
    isSplit: choice.kind === "split",
    score,
  };
}

/** What the search keeps: the best portfolio of each path, and the best without a split. */
export type Kind = "api" | "self-host" | "hybrid" | "plain";

/** What the search asks of the prices: the least that a fleet with these members can cost, overflow included; undefined when nothing serves them. */
export type GroupUsd = (weights: string, members: readonly Member[]) => number | undefined;

/** How far the search may go, and what it compares with. */
export interface Goal {
  /** What a portfolio of a kind must be worth less than to matter; infinite when any would do. */
  readonly limitUsd: (kind: Kind) => number;
  /** Share of the cost that a score of 1 is worth. */
  readonly budgetRatio: number;
  readonly visit: (assignment: Assignment) => void;
  /** Partial assignments that are looked at, and whole ones that are priced, at most. */
  nodes: number;
  visits: number;
}

/** Visits every assignment that could still matter, the most promising choices first. Returns false when the budget ran out first. */
export function branchAndBound(floors: Floors, groupUsd: GroupUsd, goal: Goal): boolean {
  return new Search(floors, groupUsd, goal).descend(0, 0, 0);
}

/** Bounds and costs are sums in different orders: a billionth apart is the same. */
const ROUNDING = 1e-9;

/** The tenants of one fleet so far: what they cost together at least, and what each of them would if the fleet were never idle. */
interface Group {
  readonly members: readonly Member[];
  readonly usd: number;
  readonly ownUsd: number;
}

class Search {
  readonly #floors: Floors;
  readonly #groupUsd: GroupUsd;
  readonly #goal: Goal;
  readonly #later: readonly Later[];
  readonly #picked: Floor[] = [];
  readonly #groups = new Map<string, Group>();

  constructor(floors: Floors, groupUsd: GroupUsd, goal: Goal) {
    this.#floors = floors;
    this.#groupUsd = groupUsd;
    this.#goal = goal;
    this.#later = suffixes(floors.byWorkload);
  }

  /** `tokensUsd` and `score` are sums over the choices made so far. */
  descend(depth: number, tokensUsd: number, score: number): boolean {
    const goal = this.#goal;
    if (goal.nodes-- <= 0) return false;
    const later = this.#later[depth] ?? NOTHING_LATER;
    const bestScore = (score + later.score) / this.#floors.byWorkload.length;
    const worthRatio = (1 - ROUNDING) * (1 - goal.budgetRatio * bestScore);
    const matters = (kind: Kind) => this.#boundUsd(tokensUsd, later, kind) * worthRatio < goal.limitUsd(kind);
    if (!reachable(this.#picked, later).some(matters)) return true;
    const workload = this.#floors.byWorkload[depth];
    if (workload === undefined) {
      if (goal.visits-- <= 0) return false;
      goal.visit(this.#assignment());
      return true;
    }
    for (const floor of workload.floors) if (!this.#pick(floor, depth, tokensUsd, score)) return false;
    return true;
  }

  #pick(floor: Floor, depth: number, tokensUsd: number, score: number): boolean {
    const { host } = floor;
    const before = host === null ? undefined : this.#groups.get(host.weights);
    if (host !== null) {
      const members = inOrder([...(before?.members ?? []), host.member]);
      const usd = this.#groupUsd(host.weights, members);
      if (usd === undefined) return true;
      this.#groups.set(host.weights, { members, usd, ownUsd: (before?.ownUsd ?? 0) + floor.ownUsd });
    }
    this.#picked.push(floor);
    const done = this.descend(depth + 1, tokensUsd + (host === null ? floor.ownUsd : 0), score + floor.score);
    this.#picked.pop();
    if (host !== null) {
      if (before === undefined) this.#groups.delete(host.weights);
      else this.#groups.set(host.weights, before);
    }
    return done;
  }

  /**
   * Least that any portfolio with these choices can cost. A fleet costs no less with more tenants; what is still to come costs at least its
   * own part among the choices that the kind leaves, but for what it may find room for on fleets that stand idle in part.
   *
   * Example: a fleet of 10,000 USD that is busy for 4,000 of them, and later workloads of at least 9,000 USD: 10,000 + 9,000 - 6,000.
   */
  #boundUsd(tokensUsd: number, later: Later, kind: Kind): number {
    const { shared } = this.#floors;
    let [usd, idleUsd] = [tokensUsd + shared.common, 0];
    for (const group of this.#groups.values()) {
      usd += Math.max(group.usd, group.ownUsd);
      idleUsd += Math.max(0, group.usd - group.ownUsd);
    }
    usd += Math.max(0, later.usd[kind] - (later.anyHosts ? idleUsd : 0));
    if (kind === "api" || kind === "hybrid" || this.#picked.some(({ usesApi }) => usesApi)) usd += shared.api;
    return kind === "self-host" || kind === "hybrid" || this.#groups.size > 0 ? usd + shared.hosts : usd;
  }

  #assignment(): Assignment {
    const choices: Choice[] = [];
    for (const [depth, { choice }] of this.#picked.entries()) choices[this.#floors.byWorkload[depth]?.index ?? 0] = choice;
    return choices;
  }
}

/** Members in policy order: the same fleet whatever the order of the search. */
function inOrder(members: Member[]): readonly Member[] {
  return members.sort((a, b) => a.index - b.index);
}

interface Later {
  /** Floors of the workloads to come by the kind of the portfolio, and their highest scores. */
  readonly usd: Readonly<Record<Kind, number>>;
  readonly score: number;
  readonly anyApi: boolean;
  readonly anyHosts: boolean;
  readonly anySplit: boolean;
  /** Whether all workloads to come can go by the token, or all on own instances. */
  readonly allApi: boolean;
  readonly allHosts: boolean;
}

const NOTHING_LATER: Later = {
  usd: { api: 0, "self-host": 0, hybrid: 0, plain: 0 },
  score: 0,
  anyApi: false,
  anyHosts: false,
  anySplit: false,
  allApi: true,
  allHosts: true,
};

/** What the workloads from each depth on can still add, and what they cost at least. */
function suffixes(byWorkload: readonly WorkloadFloors[]): readonly Later[] {
  const later: Later[] = [NOTHING_LATER];
  for (const { floors } of [...byWorkload].reverse()) {
    const next = later[0] ?? NOTHING_LATER;
    const api = floors.some(({ host }) => host === null);
    const hosts = floors.some(({ host, isSplit }) => host !== null && !isSplit);
    const split = floors.some(({ isSplit }) => isSplit);
    later.unshift({
      usd: {
        api: next.usd.api + leastOf(floors.filter(({ host }) => host === null)),
        "self-host": next.usd["self-host"] + leastOf(floors.filter(({ usesApi }) => !usesApi)),
        hybrid: next.usd.hybrid + leastOf(floors),
        plain: next.usd.plain + leastOf(floors.filter(({ isSplit }) => !isSplit)),
      },
      score: next.score + Math.max(...floors.map(({ score }) => score)),
      anyApi: next.anyApi || api,
      anyHosts: next.anyHosts || hosts || split,
      anySplit: next.anySplit || split,
      allApi: next.allApi && api,
      allHosts: next.allHosts && hosts,
    });
  }
  return later;
}

/** Kinds of portfolio that the choices made so far can still become. */
function reachable(picked: readonly Floor[], later: Later): readonly Kind[] {
  const split = picked.some(({ isSplit }) => isSplit);
  const api = picked.some(({ usesApi }) => usesApi);
  const hosts = picked.some(({ host }) => host !== null);
  const kinds: Kind[] = [];
  if (!hosts && later.allApi) kinds.push("api");
  if (!api && later.allHosts) kinds.push("self-host");
  if (split || later.anySplit || ((api || later.anyApi) && (hosts || later.anyHosts))) kinds.push("hybrid");
  if (!split) kinds.push("plain");
  return kinds;
}
