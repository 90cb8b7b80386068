import { weightsId } from "./apart.ts";
import type { WorkloadFacts } from "./facts.ts";
import type { SizedFleet } from "./fleet.ts";
import type { SelfHostOption, TokenOption } from "./options.ts";
import { byText } from "./order.ts";
import { isSettledOnApi } from "./people-cost.ts";
import type { ApiSummary, Sharing } from "./shared-cost.ts";
import { type Choice, hostsOf, isKeyless, tokensOf } from "./split.ts";

/** A workload on the fleet of its model, with the API that takes its overflow where there is one. */
export interface Member {
  readonly index: number;
  readonly host: SelfHostOption;
  readonly overflow: TokenOption | null;
}

/** A fleet with its bill in one scenario, in USD a month. */
export interface BilledFleet {
  readonly fleet: SizedFleet;
  readonly usd: number;
}

/** Own instances of an assignment by what they serve (`weightsId`), in the order of the ids. */
export type Groups = ReadonlyMap<string, readonly Member[]>;

/** The prices of one scenario that a standing portfolio adds up. */
export interface Prices {
  readonly tokenUsd: (index: number, option: TokenOption) => number;
  readonly overflowUsd: (index: number, overflow: TokenOption, fleet: SizedFleet) => number;
  /** Undefined when no configuration serves all members. */
  readonly fleetOf: (weights: string, members: readonly Member[]) => BilledFleet | undefined;
  /**
   * The same fleets, or others where these need more of your own machines than there are, or more people than others would; in the order
   * of the groups. Undefined when nothing fits.
   */
  readonly settled: (fleets: readonly BilledFleet[], groups: () => Groups) => readonly BilledFleet[] | undefined;
  readonly sharedUsd: (api: ApiSummary, fleets: readonly SizedFleet[], sharing: () => Sharing) => number;
  readonly trainingUsd: (index: number, choice: Choice) => number;
  readonly workloadAt: (index: number) => WorkloadFacts;
}

/** Own instances of an assignment by what they serve, in the order of the ids. */
export function membersOf(assignment: readonly Choice[], workloadAt: (index: number) => WorkloadFacts): Groups {
  const groups = new Map<string, Member[]>();
  for (const [index, choice] of assignment.entries()) {
    const member = memberOf(index, choice);
    if (member === null) continue;
    const weights = weightsId(member.host, workloadAt(index));
    const group = groups.get(weights);
    if (group === undefined) groups.set(weights, [member]);
    else group.push(member);
  }
  return new Map([...groups].sort(([a], [b]) => byText(a, b)));
}

/** The only workload whose choice differs; null where none or several do. */
export function swapBetween(before: readonly Choice[], after: readonly Choice[]): number | null {
  if (before.length !== after.length) return null;
  const index = after.findIndex((choice, at) => choice !== before[at]);
  return index >= 0 && after.findLastIndex((choice, at) => choice !== before[at]) === index ? index : null;
}

function memberOf(index: number, choice: Choice): Member | null {
  const host = hostsOf(choice);
  return host === null ? null : { index, host, overflow: choice.kind === "split" ? choice.overflow : null };
}

/**
 * One portfolio in one scenario, ready to be asked what it would cost with another choice for one workload. A search and the
 * scans for break-evens ask that hundreds of times for each workload, so what the swap does not touch is added up and never
 * priced again. Sums run in the order of `Pricer.price`, so the figures are the same to the last bit.
 */
export class Standing {
  readonly assignment: readonly Choice[];
  /** USD a month; undefined when a shared fleet has no configuration that serves all its workloads. */
  readonly usd: number | undefined;
  readonly #prices: Prices;
  readonly #groups: Groups;
  readonly #fleets = new Map<string, BilledFleet | undefined>();
  readonly #own: Float64Array;
  readonly #training: Float64Array;
  readonly #routes = { keyed: new Map<string, number>(), keyless: new Map<string, number>() };
  #onApi = 0;
  #settled = 0;

  constructor(prices: Prices, assignment: readonly Choice[]) {
    this.assignment = assignment;
    this.#prices = prices;
    this.#groups = membersOf(assignment, prices.workloadAt);
    this.#own = new Float64Array(assignment.length);
    this.#training = Float64Array.from(assignment, (choice, index) => prices.trainingUsd(index, choice));
    for (const [weights, members] of this.#groups) this.#fleets.set(weights, prices.fleetOf(weights, members));
    for (const [index, choice] of assignment.entries()) {
      this.#own[index] = tokenUsd(prices, index, choice);
      const tokens = tokensOf(choice);
      if (tokens === null) continue;
      const [routes, id] = this.#routeOf(tokens);
      routes.set(id, (routes.get(id) ?? 0) + 1);
      this.#onApi += 1;
      if (isSettledOnApi(prices.workloadAt(index))) this.#settled += 1;
    }
    const api = {
      keyedProviders: this.#routes.keyed.size,
      keylessModels: this.#routes.keyless.size,
      workloads: this.#onApi,
      settled: this.#settled,
    };
    this.usd = totalUsd(prices, {
      assignment,
      fleets: this.#fleets,
      groups: () => this.#groups,
      own: this.#own,
      training: this.#training,
      api,
    });
  }

  /**
   * Cost with `choice` for workload `index`, in USD a month; undefined when it cannot be served. `prices` may be those of a
   * scenario that moves nothing but this workload's volume: all else is as in the standing one.
   */
  with(index: number, choice: Choice, prices: Prices = this.#prices): number | undefined {
    const before = this.assignment[index];
    if (before === undefined) throw new Error(`defect: no workload ${index}`);
    if (before === choice && prices === this.#prices) return this.usd;
    let fleets: ReadonlyMap<string, BilledFleet | undefined> = this.#fleets;
    const touched = this.#touched(index, before, choice);
    if (touched.length > 0) {
      const next = new Map(this.#fleets);
      for (const weights of touched) {
        const members = this.#swapped(weights, index, choice);
        if (members.length === 0) next.delete(weights);
        else next.set(weights, prices.fleetOf(weights, members));
      }
      const isNew = touched.some((weights) => !this.#fleets.has(weights));
      fleets = isNew ? new Map([...next].sort(([a], [b]) => byText(a, b))) : next;
    }
    const own = this.#own.slice();
    own[index] = tokenUsd(prices, index, choice);
    const training = this.#training.slice();
    training[index] = prices.trainingUsd(index, choice);
    const assignment = this.assignment.with(index, choice);
    return totalUsd(prices, {
      assignment,
      fleets,
      groups: () => membersOf(assignment, prices.workloadAt),
      own,
      training,
      api: this.#apiWith(index, before, choice),
    });
  }

  /** What the servers of the one or the other choice hold. */
  #touched(index: number, before: Choice, choice: Choice): readonly string[] {
    const [from, to] = [hostsOf(before), hostsOf(choice)];
    const ids = [from, to].flatMap((host) => (host === null ? [] : [weightsId(host, this.#prices.workloadAt(index))]));
    return ids[0] === ids[1] ? ids.slice(1) : ids;
  }

  /** The API side after the swap: a route that only this workload used goes, a new one comes. */
  #apiWith(index: number, before: Choice, choice: Choice): ApiSummary {
    const { keyed, keyless } = this.#routes;
    const sizes = new Map([
      [keyed, keyed.size],
      [keyless, keyless.size],
    ]);
    const [old, next] = [tokensOf(before), tokensOf(choice)];
    const [from, to] = [old === null ? null : this.#routeOf(old), next === null ? null : this.#routeOf(next)];
    const isSame = from !== null && to !== null && from[0] === to[0] && from[1] === to[1];
    if (!isSame) {
      if (from !== null && from[0].get(from[1]) === 1) sizes.set(from[0], (sizes.get(from[0]) ?? 0) - 1);
      if (to !== null && !to[0].has(to[1])) sizes.set(to[0], (sizes.get(to[0]) ?? 0) + 1);
    }
    const more = Number(next !== null) - Number(old !== null);
    const settled = isSettledOnApi(this.#prices.workloadAt(index)) ? more : 0;
    return {
      keyedProviders: sizes.get(keyed) ?? 0,
      keylessModels: sizes.get(keyless) ?? 0,
      workloads: this.#onApi + more,
      settled: this.#settled + settled,
    };
  }

  #routeOf(option: TokenOption): readonly [routes: Map<string, number>, id: string] {
    return isKeyless(option) ? [this.#routes.keyless, option.candidate.model.id] : [this.#routes.keyed, option.candidate.route.id];
  }

  /** Members of one fleet after the swap, in policy order. */
  #swapped(weights: string, index: number, choice: Choice): readonly Member[] {
    const others = (this.#groups.get(weights) ?? []).filter((member) => member.index !== index);
    const member = memberOf(index, choice);
    if (member === null || weightsId(member.host, this.#prices.workloadAt(index)) !== weights) return others;
    const at = others.findIndex((other) => other.index > index);
    return at < 0 ? [...others, member] : others.toSpliced(at, 0, member);
  }
}

/** What a choice buys by the token whatever its neighbours do; an overflow depends on its fleet and is added when that is known. */
function tokenUsd(prices: Prices, index: number, choice: Choice): number {
  return choice.kind === "self-host" || choice.kind === "split" ? 0 : prices.tokenUsd(index, choice);
}

/** One portfolio as it is added up. */
interface Parts {
  readonly assignment: readonly Choice[];
  readonly fleets: ReadonlyMap<string, BilledFleet | undefined>;
  readonly groups: () => Groups;
  readonly own: Float64Array;
  readonly training: Float64Array;
  readonly api: ApiSummary;
}

function totalUsd(prices: Prices, { assignment, fleets, groups, own, training, api }: Parts): number | undefined {
  const wished: BilledFleet[] = [];
  for (const billed of fleets.values()) {
    if (billed === undefined) return undefined;
    wished.push(billed);
  }
  const settled = prices.settled(wished, groups);
  if (settled === undefined) return undefined;
  let [tokens, hardware, trained] = [0, 0, 0];
  for (let index = 0; index < own.length; index++) {
    const choice = assignment[index];
    tokens += choice?.kind === "split" ? overflowUsd(prices, index, choice.overflow, settled) : (own[index] ?? 0);
    trained += training[index] ?? 0;
  }
  for (const { usd } of settled) hardware += usd;
  const sized = settled.map(({ fleet }) => fleet);
  const shared = prices.sharedUsd(api, sized, () => ({
    keyedProviders: api.keyedProviders,
    keylessModels: api.keylessModels,
    apiWorkloads: assignment.flatMap((choice, index) => (tokensOf(choice) === null ? [] : [prices.workloadAt(index)])),
    fleets: sized,
  }));
  return tokens + hardware + trained + shared;
}

function overflowUsd(prices: Prices, index: number, overflow: TokenOption, settled: readonly BilledFleet[]): number {
  const { name } = prices.workloadAt(index);
  const billed = settled.find(({ fleet }) => fleet.overflowShares.has(name));
  if (billed === undefined) throw new Error(`defect: ${name} is split without a fleet`);
  return prices.overflowUsd(index, overflow, billed.fleet);
}
