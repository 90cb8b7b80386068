import { cheapestInstanceUsd, loadFloorUsd } from "./pairs.ts";
import type { Assignment, Pricer } from "./portfolio.ts";
import { type Choice, hostsOf, tokensOf } from "./split.ts";
import { weightsId } from "./standing.ts";

/** What one choice costs at the very least, in USD a month, whatever the other workloads do. */
export interface Floor {
  readonly choice: Choice;
  /** Tokens, or this workload's part of a fleet that is never idle. */
  readonly ownUsd: number;
  /** The weights whose fleet it joins (`weightsId`); null by the token. */
  readonly weights: string | null;
  /** One instance that can serve it: no fleet is smaller. */
  readonly instanceUsd: number;
  /** The spare instance that its availability asks; 0 where an API stands in. */
  readonly spareUsd: number;
  readonly usesApi: boolean;
  readonly isSplit: boolean;
}

/** Floors of each workload's choices, least first, and of what all share. */
export interface Floors {
  readonly byWorkload: readonly (readonly Floor[])[];
  readonly shared: { readonly common: number; readonly api: number; readonly hosts: number };
}

/** Lower bounds for the joint search; they hold because sharing never makes a GPU hour or a token less than its own price. */
export function floorsOf(pricer: Pricer, lists: readonly (readonly Choice[])[]): Floors {
  const byWorkload = lists.map((list, index) =>
    list.flatMap((choice) => floorOf(pricer, index, choice) ?? []).sort((a, b) => a.ownUsd + a.instanceUsd - b.ownUsd - b.instanceUsd),
  );
  return { byWorkload, shared: pricer.sharedFloors(lists) };
}

function floorOf(pricer: Pricer, index: number, choice: Choice): Floor | undefined {
  const tokens = tokensOf(choice);
  const host = hostsOf(choice);
  if (host === null) {
    const ownUsd = tokens === null ? 0 : pricer.tokenUsd(index, tokens);
    return { choice, ownUsd, weights: null, instanceUsd: 0, spareUsd: 0, usesApi: true, isSplit: false };
  }
  const { offers, facts, what } = pricer.context;
  const tenant = pricer.tenant(index, host, choice.kind === "split" ? choice.overflow : null);
  const instanceUsd = cheapestInstanceUsd(tenant, offers, what);
  if (instanceUsd === undefined) return undefined;
  return {
    choice,
    ownUsd: loadFloorUsd(tenant, offers, facts, what),
    weights: weightsId(host, pricer.workloadAt(index)),
    instanceUsd,
    spareUsd: pricer.asksSpare(tenant) ? instanceUsd : 0,
    usesApi: tokens !== null,
    isSplit: choice.kind === "split",
  };
}

/**
 * Least that any portfolio with these choices can cost. Tenants of one fleet pay at least for their busy replicas, and
 * together for one instance, and for a spare where one of them asks it.
 *
 * Example: two workloads that keep 0.2 and 0.3 of a 10,000 USD instance busy cost 10,000 together, not 5,000.
 */
export function lowerBoundUsd(picked: readonly Floor[], restUsd: number, shared: Floors["shared"]): number {
  const groups = new Map<string, { own: number; instance: number; spare: number }>();
  let usd = restUsd + shared.common;
  let [api, hosts] = [false, false];
  for (const floor of picked) {
    api ||= floor.usesApi;
    if (floor.weights === null) {
      usd += floor.ownUsd;
      continue;
    }
    hosts = true;
    const group = groups.get(floor.weights) ?? { own: 0, instance: 0, spare: 0 };
    group.own += floor.ownUsd;
    group.instance = Math.max(group.instance, floor.instanceUsd);
    group.spare = Math.max(group.spare, floor.spareUsd);
    groups.set(floor.weights, group);
  }
  for (const { own, instance, spare } of groups.values()) usd += Math.max(own, instance) + spare;
  return usd + (api ? shared.api : 0) + (hosts ? shared.hosts : 0);
}

/** What the search keeps: the least portfolio of each path, and the least without a split. */
export type Kind = "api" | "self-host" | "hybrid" | "plain";

/**
 * Visits every assignment that could still improve what is known, the most promising choices first.
 * `bestUsd` is the least known cost of a kind, infinite when none is known. Returns false when the budget ran out first.
 */
export function branchAndBound(
  { byWorkload, shared }: Floors,
  bestUsd: (kind: Kind) => number,
  visit: (assignment: Assignment) => void,
  budget: { nodes: number; visits: number },
): boolean {
  const later = suffixes(byWorkload);
  const picked: Floor[] = [];
  const descend = (depth: number): boolean => {
    if (budget.nodes-- <= 0) return false;
    const kinds = reachable(picked, later[depth] ?? NOTHING_LATER);
    const bound = lowerBoundUsd(picked, later[depth]?.usd ?? 0, shared);
    if (kinds.every((kind) => bound * (1 - ROUNDING) >= bestUsd(kind))) return true;
    const list = byWorkload[depth];
    if (list === undefined) {
      if (budget.visits-- <= 0) return false;
      visit(picked.map(({ choice }) => choice));
      return true;
    }
    for (const floor of list) {
      picked.push(floor);
      const done = descend(depth + 1);
      picked.pop();
      if (!done) return false;
    }
    return true;
  };
  return descend(0);
}

/** Bounds and costs are sums in different orders: a billionth apart is the same. */
const ROUNDING = 1e-9;

interface Later {
  readonly usd: number;
  readonly api: boolean;
  readonly hosts: boolean;
  readonly split: boolean;
  /** Whether all workloads to come can go by the token, or all on own instances. */
  readonly allApi: boolean;
  readonly allHosts: boolean;
}

const NOTHING_LATER: Later = { usd: 0, api: false, hosts: false, split: false, allApi: true, allHosts: true };

/** What the workloads from each depth on can still add, and what they cost at least. */
function suffixes(byWorkload: readonly (readonly Floor[])[]): readonly Later[] {
  const later: Later[] = [NOTHING_LATER];
  for (const list of [...byWorkload].reverse()) {
    const next = later[0] ?? NOTHING_LATER;
    const api = list.some((floor) => floor.weights === null);
    const hosts = list.some((floor) => floor.weights !== null && !floor.isSplit);
    later.unshift({
      usd: next.usd + Math.min(...list.map((floor) => floor.ownUsd)),
      api: next.api || api,
      hosts: next.hosts || hosts,
      split: next.split || list.some((floor) => floor.isSplit),
      allApi: next.allApi && api,
      allHosts: next.allHosts && hosts,
    });
  }
  return later;
}

/** Kinds of portfolio that the choices made so far can still become. */
function reachable(picked: readonly Floor[], later: Later): readonly Kind[] {
  const split = picked.some((floor) => floor.isSplit);
  const api = picked.some((floor) => floor.usesApi);
  const hosts = picked.some((floor) => floor.weights !== null);
  const kinds: Kind[] = [];
  if (!hosts && later.allApi) kinds.push("api");
  if (!api && later.allHosts) kinds.push("self-host");
  if (split || later.split || ((api || later.api) && (hosts || later.hosts))) kinds.push("hybrid");
  if (!split) kinds.push("plain");
  return kinds;
}
