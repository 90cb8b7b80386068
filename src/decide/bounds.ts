import { FULL_TIME_ABOVE_GPUS } from "./defaults.ts";
import { type FleetSize, fewGpus } from "./few-gpus.ts";
import { cheapestInstanceUsd, loadFloorUsd } from "./pairs.ts";
import { type Assignment, type Pricer, totalUsd } from "./portfolio.ts";
import { fullTimeSurchargeUsd, type Sharing, sharedLines, sharingKey } from "./shared-cost.ts";
import { type Choice, hostsOf, isKeyless, tokensOf } from "./split.ts";
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
  readonly shared: {
    readonly common: number;
    readonly api: number;
    readonly hosts: number;
    readonly both: number;
    readonly fullTime: number;
  };
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
  return { byWorkload, shared: sharedFloorsOf(pricer, lists) };
}

/**
 * Least that keys, network and people of each side cost when any workload is on it, and of both sides with the gateway between them: those of the
 * simplest member of each.
 */
function sharedFloorsOf(pricer: Pricer, lists: readonly (readonly Choice[])[]): Floors["shared"] {
  const { facts, catalog, what, offers } = pricer.context;
  const usdOf = (sharing: Sharing) => {
    const { common, api, selfHost } = sharedLines(sharing, facts, catalog, what);
    return totalUsd([...common, ...api, ...selfHost]);
  };
  const none = { keyedProviders: 0, keylessModels: 0, apiWorkloads: [], fleets: [] };
  const own = [...offers.values()].flat().find(({ owned }) => owned !== undefined);
  const [onApi, onHosts] = [new Map<string, Sharing>(), new Map<string, Sharing>()];
  for (const [index, list] of lists.entries()) {
    const workload = pricer.workloadAt(index);
    const { current, dataClasses, compliance } = workload;
    for (const choice of list) {
      const [option, host] = [tokensOf(choice), hostsOf(choice)];
      if (option !== null) {
        const [keyedProviders, keylessModels] = isKeyless(option) ? [0, 1] : [1, 0];
        const sharing = { ...none, keyedProviders, keylessModels, apiWorkloads: [workload] };
        onApi.set(JSON.stringify([keyedProviders, current?.path, dataClasses, compliance]), sharing);
      }
      const fleet = choice.kind === "self-host" && host !== null ? pricer.aloneOn(index, host)?.fleet : undefined;
      if (fleet === undefined) continue;
      const small = { ...fleet, offer: own ?? fleet.offer, instancesByMonth: fleet.instancesByMonth.map(() => 1) };
      onHosts.set(sharingKey(NO_API, [small]), { ...none, fleets: [small] });
    }
  }
  const common = usdOf(none);
  const least = (sharings: readonly Sharing[]) => (sharings.length === 0 ? 0 : Math.min(...sharings.map(usdOf)) - common);
  const [apis, hosts] = [[...onApi.values()], [...onHosts.values()]];
  const both = apis.flatMap((sharing) => hosts.map(({ fleets }) => ({ ...sharing, fleets })));
  return { common, api: least(apis), hosts: least(hosts), both: least(both), fullTime: fullTimeSurchargeUsd(facts, what) };
}

const NO_API = { keyedProviders: 0, keylessModels: 0, workloads: 0, settled: 0 };

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

/** Least that a fleet with some members can cost, of any size, and with so few GPUs that nobody works on them full-time. */
export interface GroupFloor extends FleetSize {
  readonly small: () => readonly FleetSize[];
}

/** What the search asks of the prices; undefined when nothing serves the members. */
export type GroupFloorOf = (weights: string, members: readonly Member[]) => GroupFloor | undefined;

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
interface Group extends GroupFloor {
  readonly members: readonly Member[];
  readonly ownUsd: number;
}

class Search {
  readonly #floors: Floors;
  readonly #groupFloorOf: GroupFloorOf;
  readonly #goal: Goal;
  readonly #later: readonly Later[];
  readonly #picked: Floor[] = [];
  readonly #groups = new Map<string, Group>();

  constructor(floors: Floors, groupFloorOf: GroupFloorOf, goal: Goal) {
    this.#floors = floors;
    this.#groupFloorOf = groupFloorOf;
    this.#goal = goal;
    this.#later = suffixes(floors.byWorkload);
  }

  /** `tokensUsd` and `score` are sums over the choices made so far. */
  descend(depth: number, tokensUsd: number, score: number): boolean {
    const goal = this.#goal;
    if (goal.nodes-- <= 0 || !goal.mayGoOn()) return false;
    const later = this.#later[depth] ?? NOTHING_LATER;
    const bestScore = (score + later.score) / this.#floors.byWorkload.length;
    const worthRatio = (1 - ROUNDING) * (1 - goal.budgetRatio * bestScore);
    const matters = (kind: Kind) => this.#isBelow(goal.limitUsd(kind) / worthRatio, tokensUsd, later, kind);
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
      const least = this.#groupFloorOf(host.weights, members);
      if (least === undefined) return true;
      this.#groups.set(host.weights, { ...least, members, ownUsd: (before?.ownUsd ?? 0) + floor.ownUsd });
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
   * Whether a portfolio with these choices may cost less than a limit. A fleet costs no less with more tenants; what is still to come costs at
   * least its own part among the choices that the kind leaves, but for what it may find room for on fleets that stand idle in part. Fleets with more
   * GPUs than need no full-time job pay for it, or are small ones.
   *
   * Example: a fleet of 10,000 USD that is busy for 4,000 of them, and later workloads of at least 9,000 USD: 4,000 + 9,000 at least.
   */
  #isBelow(limitUsd: number, tokensUsd: number, later: Later, kind: Kind): boolean {
    const groups = [...this.#groups.values()];
    const restUsd = tokensUsd + this.#sharedUsd(kind);
    const ownUsd = groups.reduce((sum, group) => sum + group.ownUsd, later.usd[kind]);
    const isBelow = (hardwareUsd: number) =>
      restUsd + (later.anyHosts ? Math.max(hardwareUsd, ownUsd) : hardwareUsd + later.usd[kind]) < limitUsd;
    const anyUsd = groups.reduce((sum, { usd }) => sum + usd, 0);
    if (!isBelow(anyUsd)) return false;
    const gpus = groups.reduce((sum, group) => sum + group.gpus, 0);
    if (gpus <= FULL_TIME_ABOVE_GPUS || isBelow(anyUsd + this.#floors.shared.fullTime)) return true;
    const few = fewGpus(groups.map(({ small }) => small()));
    return few !== undefined && isBelow(few.reduce((sum, { usd }) => sum + usd, 0));
  }

  #sharedUsd(kind: Kind): number {
    const { common, api, hosts, both } = this.#floors.shared;
    const onApi = kind === "api" || kind === "hybrid" || this.#picked.some(({ usesApi }) => usesApi);
    const onHosts = kind === "self-host" || kind === "hybrid" || this.#groups.size > 0;
    if (onApi && onHosts) return common + Math.max(both, api + hosts);
    return common + (onApi ? api : 0) + (onHosts ? hosts : 0);
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
