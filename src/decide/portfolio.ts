import type { Catalog } from "../catalog/index.ts";
import { type ApiBill, apiBill, overflowBill, requestsIn, scaleBill } from "./api-cost.ts";
import type { RequirementFacts } from "./facts.ts";
import { tuningLines } from "./fine-tuning.ts";
import { cheapestFleet, type OffersByGpu, type SizedFleet, spareInstances, type Tenant } from "./fleet.ts";
import type { FeasibleOption, SelfHostOption, TokenOption, WorkloadOptions } from "./options.ts";
import { oversubscribed, rentedOnly } from "./owned.ts";
import { fleetId } from "./pairs.ts";
import { EXPECTED, type Scenario, scenario } from "./scenario.ts";
import { fleetLines, type Sharing, sharedLines } from "./shared-cost.ts";
import { type Choice, hostsOf, tokensOf } from "./split.ts";
import type { CostLine } from "./types.ts";

/** One choice for each workload, in policy order. */
export type Assignment = readonly Choice[];

/** An assignment with its bill: what each workload's own tokens cost, the fleets, and what is shared. */
export interface PricedPortfolio {
  readonly assignment: Assignment;
  readonly bills: readonly (ApiBill | null)[];
  /** What trains each workload's own weights; empty lists where nothing is trained. */
  readonly training: readonly (readonly CostLine[])[];
  readonly fleets: readonly SizedFleet[];
  readonly sharing: Sharing;
  readonly monthlyUsd: number;
}

/** What a price depends on besides the assignment. */
export interface PricingContext {
  readonly workloads: readonly WorkloadOptions[];
  readonly facts: RequirementFacts;
  readonly catalog: Catalog;
  readonly asOf: string;
  readonly offers: OffersByGpu;
  readonly what: Scenario;
  readonly memo: PriceMemo;
}

/** A fleet at list price with everything that comes with it, in USD a month. */
interface PricedFleet {
  readonly fleet: SizedFleet;
  readonly gpuUsd: number;
  readonly otherUsd: number;
}

/**
 * What was priced before, shared by all scenarios of one decision: bills are linear in volume and price, fleets do not
 * depend on prices of people or tokens, so most scenarios only scale what is known.
 */
export interface PriceMemo {
  readonly bills: Map<string, ApiBill>;
  readonly fleets: Map<string, PricedFleet | undefined>;
  readonly shared: Map<string, number>;
}

interface FleetGroup {
  readonly key: string;
  readonly tenants: readonly Tenant[];
}

interface FleetPrice {
  readonly fleet: SizedFleet;
  readonly usd: number;
}

/** Fleets whose claims on your own machines are all weighed; further ones rent. Each doubles the work. */
const MOST_FLEETS_THAT_SHARE_MACHINES = 6;

export function newMemo(): PriceMemo {
  return { bills: new Map(), fleets: new Map(), shared: new Map() };
}

/**
 * Prices assignments of all workloads together in one scenario: workloads on the same model share one fleet, and all
 * share keys, network and people, so the whole costs less than the sum of its parts.
 */
export class Pricer {
  readonly context: PricingContext;

  constructor(context: PricingContext) {
    this.context = context;
  }

  /** Undefined when a shared fleet has no configuration that serves all its workloads. */
  price(assignment: Assignment): PricedPortfolio | undefined {
    const priced = this.#fleetsOf(assignment);
    if (priced === undefined) return undefined;
    const fleets = priced.map(({ fleet }) => fleet);
    const bills = assignment.map((choice, index) => this.#billOf(index, choice, fleets));
    const sharing = this.#sharingOf(assignment, fleets);
    const own = bills.reduce((sum, bill) => sum + (bill?.monthlyUsd ?? 0), 0);
    const hardware = priced.reduce((sum, { usd }) => sum + usd, 0);
    const training = assignment.map((choice, index) =>
      [hostsOf(choice), tokensOf(choice)].flatMap((option) => (option === null ? [] : this.#training(index, option))),
    );
    const trained = training.reduce((sum, lines) => sum + totalUsd(lines), 0);
    const monthlyUsd = own + hardware + trained + this.#sharedUsd(sharing);
    return { assignment, bills, training, fleets, sharing, monthlyUsd };
  }

  /** Cost of one workload served alone, with everything shared charged to it; undefined when it cannot be. */
  alone(index: number, option: FeasibleOption): number | undefined {
    if (option.kind !== "self-host") {
      const sharing = {
        keyedProviders: isKeyless(option) ? 0 : 1,
        keylessModels: isKeyless(option) ? 1 : 0,
        apiWorkloads: [workloadAt(this.context.workloads, index)],
        fleets: [],
      };
      return this.#bill(index, option).monthlyUsd + totalUsd(this.#training(index, option)) + this.#sharedUsd(sharing);
    }
    const priced = this.#fleet(`${option.candidate.model.id}|${index}`, [
      { workload: workloadAt(this.context.workloads, index), table: option.table },
    ]);
    if (priced === undefined) return undefined;
    return (
      priced.usd +
      totalUsd(this.#training(index, option)) +
      this.#sharedUsd({ keyedProviders: 0, keylessModels: 0, apiWorkloads: [], fleets: [priced.fleet] })
    );
  }

  #training(index: number, option: FeasibleOption): readonly CostLine[] {
    return tuningLines(option, workloadAt(this.context.workloads, index), this.context, this.context.what);
  }

  #bill(index: number, option: TokenOption): ApiBill {
    const { facts, asOf, what, memo } = this.context;
    const workload = workloadAt(this.context.workloads, index);
    const key = `${index}|${option.candidate.id}|${what.tokens}`;
    const base = memo.bills.get(key) ?? apiBill(option.candidate.model, workload, facts, asOf, scenario({ tokens: what.tokens }));
    memo.bills.set(key, base);
    return scaleBill(base, this.#volume(index), what.apiPrice);
  }

  /** Requests in this scenario against the expected ones. */
  #volume(index: number): number {
    const workload = workloadAt(this.context.workloads, index);
    return requestsIn(workload, 0, this.context.what) / requestsIn(workload, 0, EXPECTED);
  }

  /** What all requests would cost at the price of an overflow, which never waits for a batch: list price and expected volume. */
  #overflowAtList(index: number, to: TokenOption): ApiBill {
    const { facts, asOf, what, memo } = this.context;
    const workload = workloadAt(this.context.workloads, index);
    const key = `${index}|${to.candidate.id}|${what.tokens}|overflow`;
    const known = memo.bills.get(key);
    if (known !== undefined) return known;
    const bill = apiBill(to.candidate.model, { ...workload, batchRatio: 0 }, facts, asOf, scenario({ tokens: what.tokens }));
    memo.bills.set(key, bill);
    return bill;
  }

  /** Tokens of one workload on one API, in USD a month. */
  tokenUsd(index: number, option: TokenOption): number {
    return this.#bill(index, option).monthlyUsd;
  }

  /** Whether a tenant asks its fleet for an instance beyond the load. */
  asksSpare(tenant: Tenant): boolean {
    return spareInstances([tenant], this.context.facts) > 0;
  }

  /** Least that keys, network and people of each side cost when any workload is on it: those of its simplest member. */
  sharedFloors(lists: readonly (readonly Choice[])[]): { readonly common: number; readonly api: number; readonly hosts: number } {
    const none = { keyedProviders: 0, keylessModels: 0, apiWorkloads: [], fleets: [] };
    const common = this.#sharedUsd(none);
    const least = (sharings: readonly Sharing[]) =>
      sharings.length === 0 ? 0 : Math.min(...sharings.map((sharing) => this.#sharedUsd(sharing))) - common;
    const choices = lists.flatMap((list, index) => list.map((choice) => ({ index, choice })));
    const api = choices.flatMap(({ index, choice }) => {
      const option = tokensOf(choice);
      if (option === null || choice.kind === "split") return [];
      const [keyedProviders, keylessModels] = isKeyless(option) ? [0, 1] : [1, 0];
      return [{ ...none, keyedProviders, keylessModels, apiWorkloads: [workloadAt(this.context.workloads, index)] }];
    });
    const hosts = choices.flatMap(({ index, choice }) => {
      if (choice.kind !== "self-host") return [];
      const fleet = this.#fleet(`${choice.candidate.model.id}|${index}`, [this.tenant(index, choice, null)])?.fleet;
      if (fleet === undefined) return [];
      const own = [...this.context.offers.values()].flat().find(({ owned }) => owned !== undefined);
      return [{ ...none, fleets: [{ ...fleet, offer: own ?? fleet.offer, instancesByMonth: fleet.instancesByMonth.map(() => 1) }] }];
    });
    return { common, api: least(api), hosts: least(hosts) };
  }

  #billOf(index: number, choice: Choice, fleets: readonly SizedFleet[]): ApiBill | null {
    if (choice.kind === "self-host") return null;
    if (choice.kind !== "split") return this.#bill(index, choice);
    const { facts, asOf, what } = this.context;
    const workload = workloadAt(this.context.workloads, index);
    const fleet = fleets.find((entry) => entry.model.id === choice.base.candidate.model.id);
    const shares = fleet?.overflowShares.get(workload.name);
    if (shares === undefined) throw new Error(`defect: ${workload.name} is split, but its fleet does not say what overflows`);
    const list = this.#overflowAtList(index, choice.overflow);
    const [volume, price] = [this.#volume(index), what.apiPrice];
    const full = { ...list, byMonthUsd: list.byMonthUsd.map((usd) => usd * volume * price) };
    return overflowBill(full, shares, () => {
      const all = { ...workload, batchRatio: 0 };
      const bill = apiBill(choice.overflow.candidate.model, all, facts, asOf, scenario({ tokens: what.tokens }), shares);
      return scaleBill(bill, volume, price).lines;
    });
  }

  /** A workload on own instances, with the price of its overflow where it has one. */
  tenant(index: number, host: SelfHostOption, overflow: TokenOption | null): Tenant {
    const workload = workloadAt(this.context.workloads, index);
    if (overflow === null) return { workload, table: host.table };
    const list = this.#overflowAtList(index, overflow);
    const overflowUsd = list.byMonthUsd.map((usd, month) => (usd * this.context.what.apiPrice) / requestsIn(workload, month, EXPECTED));
    return { workload, table: host.table, overflowUsd };
  }

  #fleetsOf(assignment: Assignment): readonly FleetPrice[] | undefined {
    const groups = new Map<string, { readonly id: string; readonly tenant: () => Tenant }[]>();
    assignment.forEach((choice, index) => {
      const host = hostsOf(choice);
      if (host === null) return;
      const overflow = choice.kind === "split" ? choice.overflow : null;
      const group = groups.get(host.candidate.model.id) ?? [];
      const id = overflow === null ? `${index}` : `${index}+${overflow.candidate.id}`;
      group.push({ id, tenant: () => this.tenant(index, host, overflow) });
      groups.set(host.candidate.model.id, group);
    });
    const fleets: FleetGroup[] = [];
    for (const [model, group] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
      fleets.push({ key: `${model}|${group.map(({ id }) => id).join(",")}`, tenants: group.map(({ tenant }) => tenant()) });
    }
    return this.#priceFleets(fleets);
  }

  /** Prices fleets together. Where they need more of your own machines than there are, the best choice of who gets them. */
  #priceFleets(groups: readonly FleetGroup[]): readonly FleetPrice[] | undefined {
    const price = (mayOwn: (index: number) => boolean): readonly FleetPrice[] | undefined => {
      const fleets = groups.flatMap(({ key, tenants }, index) => this.#fleet(key, tenants, mayOwn(index)) ?? []);
      return fleets.length === groups.length ? fleets : undefined;
    };
    const fits = (fleets: readonly FleetPrice[] | undefined): fleets is readonly FleetPrice[] =>
      fleets !== undefined && !oversubscribed(fleets.map(({ fleet }) => fleet));
    const first = price(() => true);
    if (first === undefined || fits(first)) return first;
    const sum = (fleets: readonly FleetPrice[]) => fleets.reduce((total, { usd }) => total + usd, 0);
    const masks = 2 ** Math.min(groups.length, MOST_FLEETS_THAT_SHARE_MACHINES);
    const shared = Array.from({ length: masks }, (_, mask) => price((index) => Math.floor(mask / 2 ** index) % 2 === 1)).filter(fits);
    return shared.reduce<readonly FleetPrice[] | undefined>(
      (best, next) => (best === undefined || sum(next) < sum(best) ? next : best),
      undefined,
    );
  }

  #fleet(group: string, tenants: readonly Tenant[], mayOwn = true): { readonly fleet: SizedFleet; readonly usd: number } | undefined {
    const { offers, facts, catalog, what, memo } = this.context;
    const volumes = tenants.map(({ workload }) => requestsIn(workload, 0, what)).join(",");
    // Where load may overflow, the prices of both sides decide how many instances are worth running.
    const prices = tenants.some(({ overflowUsd }) => overflowUsd !== undefined) ? `|${what.gpuPrice}|${what.apiPrice}` : "";
    const key = `${group}|${volumes}|${what.tokens}|${what.throughput}|${what.throughputFactor}${prices}${mayOwn ? "" : "|rented"}`;
    if (!memo.fleets.has(key)) {
      const fleet = cheapestFleet(tenants, mayOwn ? offers : rentedOnly(offers), facts, what);
      const lines = fleet === undefined ? [] : fleetLines(fleet, facts, catalog, EXPECTED);
      memo.fleets.set(
        key,
        fleet === undefined ? undefined : { fleet, gpuUsd: rentedUsd(fleet), otherUsd: totalUsd(lines) - rentedUsd(fleet) },
      );
    }
    const known = memo.fleets.get(key);
    return known === undefined ? undefined : { fleet: known.fleet, usd: known.gpuUsd * what.gpuPrice + known.otherUsd };
  }

  #sharingOf(assignment: Assignment, fleets: readonly SizedFleet[]): Sharing {
    const keyed = new Set<string>();
    const keyless = new Set<string>();
    const apiWorkloads = assignment.flatMap((choice, index) => {
      const option = tokensOf(choice);
      if (option === null) return [];
      if (isKeyless(option)) keyless.add(option.candidate.model.id);
      else keyed.add(option.candidate.route.id);
      return [workloadAt(this.context.workloads, index)];
    });
    return { keyedProviders: keyed.size, keylessModels: keyless.size, apiWorkloads, fleets };
  }

  #sharedUsd(sharing: Sharing): number {
    const fleets = sharing.fleets
      .map(
        (fleet) => `${fleetId(fleet)}:${fleet.instancesByMonth.join(".")}:${fleet.tenants.map(({ workload }) => workload.name).join(",")}`,
      )
      .join(";");
    const { facts, catalog, what, memo } = this.context;
    const api = sharing.apiWorkloads.map((workload) => workload.name).join(",");
    const key = `${sharing.keyedProviders}|${sharing.keylessModels}|${api}|${fleets}|${what.people}|${what.hourlyRate}`;
    const known = memo.shared.get(key);
    if (known !== undefined) return known;
    const lines = sharedLines(sharing, facts, catalog, what);
    const usd = totalUsd([...lines.api, ...lines.selfHost, ...lines.common]);
    memo.shared.set(key, usd);
    return usd;
  }
}

/** What the prices of rented GPUs move. */
function rentedUsd(fleet: SizedFleet): number {
  return fleet.offer.owned === undefined ? fleet.monthlyUsd : 0;
}

/** Bedrock needs permission instead of a key. */
export function isKeyless(option: FeasibleOption): boolean {
  return option.kind !== "self-host" && option.candidate.route.id === "bedrock";
}

/** Sum of the lines that have an amount. */
export function totalUsd(lines: readonly CostLine[]): number {
  return lines.reduce((sum, line) => sum + (line.monthlyUsd ?? 0), 0);
}

function workloadAt(workloads: readonly WorkloadOptions[], index: number) {
  const found = workloads[index];
  if (found === undefined) throw new Error(`defect: no workload ${index}`);
  return found.workload;
}
