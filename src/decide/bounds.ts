import { FULL_TIME_ABOVE_GPUS } from "./defaults.ts";
import { type FleetSize, fewGpus } from "./few-gpus.ts";
import type { Floor, Floors } from "./floors.ts";
import { type Later, nothingLater, plus, reachable, suffixes } from "./later.ts";
import type { Assignment } from "./portfolio.ts";
import { once } from "./replayed.ts";
import type { Choice } from "./split.ts";
import type { Member } from "./standing.ts";

/** What the search keeps: the best portfolio of each path, and the best without a split. */
export type Kind = "api" | "self-host" | "hybrid" | "plain";

/** Least that a fleet with some members can cost with its overflow, in USD a month: bounds that are found at once, and the fleet itself. */
export interface GroupFloor {
  /** Whether load may go to an API or follow the week: such a fleet takes long to size, and what follows bounds it. */
  readonly isElastic: boolean;
  /** With any number of GPUs, and with so few that nobody works on them full-time. */
  readonly anyFloorUsd: () => number;
  readonly smallFloorUsd: () => number;
  /** Undefined when nothing serves the members. */
  readonly sized: () => FleetSize | undefined;
  readonly small: () => readonly FleetSize[];
}

/** What the search asks of the prices. */
export type GroupFloorOf = (weights: string, members: readonly Member[]) => GroupFloor;

/** How far the search may go, and what it compares with. */
export interface Goal {
  /** What a portfolio of a kind must be worth less than to matter; infinite when any would do. */
  readonly limitUsd: (kind: Kind) => number;
  /** Share of the cost that a score of 1 is worth. */
  readonly budgetRatio: number;
  readonly visit: (assignment: Assignment) => void;
  /** False once the search has cost enough. */
  readonly mayGoOn: () => boolean;
  /** Partial assignments that are looked at, and whole ones that are priced, at most. */
  nodes: number;
  visits: number;
}

/** Visits every assignment that could still matter, the most promising choices first. Returns false when the budget ran out first. */
export function branchAndBound(floors: Floors, groupFloorOf: GroupFloorOf, goal: Goal): boolean {
  return new Search(floors, groupFloorOf, goal).descend(0, 0, 0);
}

/** Bounds and costs are sums in different orders: a billionth apart is the same. */
const ROUNDING = 1e-9;

/** The tenants of one fleet so far: what they cost together at least, and what each of them would if the fleet were never idle. */
interface Group {
  readonly floor: GroupFloor;
  readonly members: readonly Member[];
  readonly ownUsd: readonly number[];
  readonly besides: string | null;
  readonly isPromised: boolean;
}

/** Bounds of the choices made so far, in USD a month, and what is still to come. */
interface Bounds {
  readonly tokensUsd: number;
  readonly later: Later;
  /** Undefined without own instances. */
  readonly ownUsd: readonly number[] | undefined;
  readonly anyFloorUsd: () => number;
  readonly smallFloorUsd: () => number;
  /** Undefined where nothing serves some group. */
  readonly size: () => FleetSize | undefined;
  readonly smallUsd: () => number;
}

/** Fleets of so few tenants are sized as soon as they are thought of: many assignments have them, and a whole instance weighs most where there are few. */
const MOST_SIZED_EARLY = 3;

class Search {
  readonly #floors: Floors;
  readonly #groupFloorOf: GroupFloorOf;
  readonly #goal: Goal;
  readonly #later: readonly Later[];
  readonly #nothing: Later;
  readonly #picked: Floor[] = [];
  readonly #groups = new Map<string, Group>();

  constructor(floors: Floors, groupFloorOf: GroupFloorOf, goal: Goal) {
    this.#floors = floors;
    this.#groupFloorOf = groupFloorOf;
    this.#goal = goal;
    this.#nothing = nothingLater(floors.stretches);
    this.#later = suffixes(floors, this.#nothing);
  }

  /** `tokensUsd` and `score` are sums over the choices made so far. */
  descend(depth: number, tokensUsd: number, score: number): boolean {
    const goal = this.#goal;
    if (goal.nodes-- <= 0 || !goal.mayGoOn()) return false;
    const later = this.#later[depth] ?? this.#nothing;
    if (this.#isApartForNothing(later)) return true;
    const bestScore = (score + later.score) / this.#floors.byWorkload.length;
    const worthRatio = (1 - ROUNDING) * (1 - goal.budgetRatio * bestScore);
    const bounds = this.#boundsOf(tokensUsd, later);
    const matters = (kind: Kind) => this.#isBelow(goal.limitUsd(kind) / worthRatio, bounds, kind);
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
      const group = this.#groupFloorOf(host.weights, members);
      this.#groups.set(host.weights, {
        floor: group,
        members,
        ownUsd: plus(before?.ownUsd, floor.ownUsd),
        besides: host.besides,
        isPromised: host.isPromised || before?.isPromised === true,
      });
    }
    this.#picked.push(floor);
    const done = this.descend(depth + 1, tokensUsd + (host === null ? (floor.ownUsd[0] ?? 0) : 0), score + floor.score);
    this.#picked.pop();
    if (host !== null) {
      if (before === undefined) this.#groups.delete(host.weights);
      else this.#groups.set(host.weights, before);
    }
    return done;
  }

  /** Whether a fleet stands apart from one without a promise: the same portfolio has a name without that. */
  #isApartForNothing({ promised }: Later): boolean {
    for (const { besides } of this.#groups.values())
      if (besides !== null && !promised.has(besides) && this.#groups.get(besides)?.isPromised !== true) return true;
    return false;
  }

  /** What the choices made so far cost at least, each figure found when it is asked for. */
  #boundsOf(tokensUsd: number, later: Later): Bounds {
    const groups = [...this.#groups.values()];
    const sumOf = (usdOf: (group: Group) => number) => once(() => groups.reduce((sum, group) => sum + usdOf(group), 0));
    const mayWait = ({ floor, members }: Group) => later !== this.#nothing && floor.isElastic && members.length > MOST_SIZED_EARLY;
    return {
      tokensUsd,
      later,
      ownUsd: groups.reduce<readonly number[] | undefined>((sum, group) => plus(sum, group.ownUsd), undefined),
      anyFloorUsd: sumOf(({ floor }) => floor.anyFloorUsd()),
      smallFloorUsd: sumOf(({ floor }) => floor.smallFloorUsd()),
      size: once(() => {
        let [usd, gpus] = [0, 0];
        for (const group of groups) {
          const size = mayWait(group) ? { usd: group.floor.anyFloorUsd(), gpus: 0 } : group.floor.sized();
          if (size === undefined) return undefined;
          usd += size.usd;
          gpus += size.gpus;
        }
        return { usd, gpus };
      }),
      smallUsd: once(() => {
        if (groups.some(mayWait)) return Number.NEGATIVE_INFINITY;
        const few = fewGpus(groups.map(({ floor }) => floor.small()));
        return few?.reduce((sum, { usd }) => sum + usd, 0) ?? Number.POSITIVE_INFINITY;
      }),
    };
  }

  /**
   * Whether a portfolio with these choices may cost less than a limit. A fleet costs no less with more tenants; what is still to come costs at
   * least its own part among the choices that the kind leaves, but for what it may find room for on fleets that stand idle in part. Fleets with more
   * GPUs than need no full-time job pay for it, or are small ones. The quickest bound is asked first, and fleets are sized last.
   *
   * Example: a fleet of 10,000 USD that is busy for 4,000 of them, and later workloads of at least 9,000 USD: 4,000 + 9,000 at least.
   */
  #isBelow(limitUsd: number, bounds: Bounds, kind: Kind): boolean {
    const { later } = bounds;
    const { few: fewUsd, fullTime } = this.#floors.shared;
    const onHosts = kind === "self-host" || kind === "hybrid" || this.#groups.size > 0;
    const mustBeMany = onHosts && fewUsd >= limitUsd;
    const restUsd = bounds.tokensUsd + this.#sharedUsd(kind, onHosts) + (mustBeMany ? fullTime : 0);
    const ownUsd = mostOf(bounds.ownUsd, later.usd[kind]);
    const laterTokensUsd = later.anyHosts ? 0 : (later.usd[kind][0] ?? 0);
    const isBelow = (hardwareUsd: number) => restUsd + Math.max(hardwareUsd + laterTokensUsd, ownUsd) < limitUsd;
    if (!isBelow(0) || !isBelow(bounds.anyFloorUsd())) return false;
    const size = bounds.size();
    if (size === undefined || !isBelow(size.usd)) return false;
    if (mustBeMany || size.gpus <= FULL_TIME_ABOVE_GPUS || isBelow(size.usd + fullTime)) return true;
    return isBelow(bounds.smallFloorUsd()) && isBelow(bounds.smallUsd());
  }

  #sharedUsd(kind: Kind, onHosts: boolean): number {
    const { common, api, hosts, both } = this.#floors.shared;
    const onApi = kind === "api" || kind === "hybrid" || this.#picked.some(({ usesApi }) => usesApi);
    if (onApi && onHosts) return common + Math.max(both, api + hosts);
    return common + (onApi ? api : 0) + (onHosts ? hosts : 0);
  }

  #assignment(): Assignment {
    const choices: Choice[] = [];
    for (const [depth, { choice }] of this.#picked.entries()) choices[this.#floors.byWorkload[depth]?.index ?? 0] = choice;
    return choices;
  }
}

/** The largest sum on any stretch. */
function mostOf(a: readonly number[] | undefined, b: readonly number[]): number {
  let most = 0;
  for (let at = 0; at < b.length; at++) most = Math.max(most, (a?.[at] ?? 0) + (b[at] ?? 0));
  return most;
}

/** Members in policy order: the same fleet whatever the order of the search. */
function inOrder(members: Member[]): readonly Member[] {
  return members.sort((a, b) => a.index - b.index);
}
