import type { WorkloadFacts } from "./facts.ts";
import type { SizedFleet } from "./fleet.ts";
import type { SelfHostOption, TokenOption } from "./options.ts";
import { type ApiSummary, isSettledOnApi, type Sharing } from "./shared-cost.ts";
import { type Choice, hostsOf, isKeyless, type SplitOption, tokensOf } from "./split.ts";

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

/** Own instances of an assignment by model, in the order of the ids. */
type Groups = ReadonlyMap<string, readonly Member[]>;

/** The prices of one scenario that a standing portfolio adds up. */
export interface Prices {
  readonly tokenUsd: (index: number, option: TokenOption) => number;
  readonly overflowUsd: (index: number, choice: SplitOption, fleet: SizedFleet) => number;
  /** Undefined when no configuration serves all members. */
  readonly fleetOf: (model: string, members: readonly Member[]) => BilledFleet | undefined;
  /** The same fleets, or others where they need more of your own machines than there are; undefined when nothing fits. */
  readonly settled: (fleets: readonly BilledFleet[], groups: () => Groups) => readonly BilledFleet[] | undefined;
  readonly sharedUsd: (api: ApiSummary, fleets: readonly SizedFleet[], sharing: () => Sharing) => number;
  readonly trainingUsd: (index: number, choice: Choice) => number;
  readonly workloadAt: (index: number) => WorkloadFacts;
}

/** Own instances of an assignment by model, in the order of the ids. */
export function membersOf(assignment: readonly Choice[]): Groups {
  const groups = new Map<string, Member[]>();
  for (const [index, choice] of assignment.entries()) {
    const member = memberOf(index, choice);
    if (member === null) continue;
    const model = member.host.candidate.model.id;
    const group = groups.get(model);
    if (group === undefined) groups.set(model, [member]);
    else group.push(member);
  }
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
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
    this.#groups = membersOf(assignment);
    this.#own = new Float64Array(assignment.length);
    this.#training = Float64Array.from(assignment, (choice, index) => prices.trainingUsd(index, choice));
    for (const [model, members] of this.#groups) this.#fleets.set(model, prices.fleetOf(model, members));
    for (const [index, choice] of assignment.entries()) {
      this.#own[index] = ownUsd(prices, index, choice, this.#fleets);
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
      assignment: () => assignment,
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
    const touched = new Set([hostsOf(before), hostsOf(choice)].flatMap((host) => host?.candidate.model.id ?? []));
    let fleets: ReadonlyMap<string, BilledFleet | undefined> = this.#fleets;
    if (touched.size > 0) {
      const next = new Map(this.#fleets);
      for (const model of touched) {
        const members = this.#swapped(model, index, choice);
        if (members.length === 0) next.delete(model);
        else next.set(model, prices.fleetOf(model, members));
      }
      const isNew = [...touched].some((model) => !this.#fleets.has(model));
      fleets = isNew ? new Map([...next].sort(([a], [b]) => (a < b ? -1 : 1))) : next;
    }
    const own = this.#own.slice();
    for (const model of touched) {
      for (const member of this.#groups.get(model) ?? []) {
        const mate = this.assignment[member.index];
        if (mate?.kind === "split" && member.index !== index) own[member.index] = ownUsd(prices, member.index, mate, fleets);
      }
    }
    own[index] = ownUsd(prices, index, choice, fleets);
    const training = this.#training.slice();
    training[index] = prices.trainingUsd(index, choice);
    const swapped = () => this.assignment.with(index, choice);
    return totalUsd(prices, {
      assignment: swapped,
      fleets,
      groups: () => membersOf(swapped()),
      own,
      training,
      api: this.#apiWith(index, before, choice),
    });
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

  /** Members of one model's fleet after the swap, in policy order. */
  #swapped(model: string, index: number, choice: Choice): readonly Member[] {
    const others = (this.#groups.get(model) ?? []).filter((member) => member.index !== index);
    const member = memberOf(index, choice);
    if (member === null || member.host.candidate.model.id !== model) return others;
    const at = others.findIndex((other) => other.index > index);
    return at < 0 ? [...others, member] : others.toSpliced(at, 0, member);
  }
}

function ownUsd(prices: Prices, index: number, choice: Choice, fleets: ReadonlyMap<string, BilledFleet | undefined>): number {
  if (choice.kind === "self-host") return 0;
  if (choice.kind !== "split") return prices.tokenUsd(index, choice);
  const fleet = fleets.get(choice.base.candidate.model.id)?.fleet;
  return fleet === undefined ? 0 : prices.overflowUsd(index, choice, fleet);
}

/** One portfolio as it is added up. */
interface Parts {
  readonly assignment: () => readonly Choice[];
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
    tokens += own[index] ?? 0;
    trained += training[index] ?? 0;
  }
  for (const { usd } of settled) hardware += usd;
  const sized = settled.map(({ fleet }) => fleet);
  const shared = prices.sharedUsd(api, sized, () => ({
    keyedProviders: api.keyedProviders,
    keylessModels: api.keylessModels,
    apiWorkloads: assignment().flatMap((choice, index) => (tokensOf(choice) === null ? [] : [prices.workloadAt(index)])),
    fleets: sized,
  }));
  return tokens + hardware + trained + shared;
}
