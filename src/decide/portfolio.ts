import { weightsId } from "./apart.ts";
import { type ApiBill, requestsIn } from "./api-cost.ts";
import type { GroupFloor } from "./bounds.ts";
import { totalUsd } from "./cost-line.ts";
import type { WorkloadFacts } from "./facts.ts";
import { tuningLines } from "./fine-tuning.ts";
import type { SizedFleet, Tenant } from "./fleet.ts";
import { GroupFleets } from "./group-fleets.ts";
import type { FeasibleOption, SelfHostOption, TokenOption } from "./options.ts";
import { isSettledOnApi } from "./people-cost.ts";
import type { PricingContext } from "./pricing-context.ts";
import { EXPECTED } from "./scenario.ts";
import { settledFleets } from "./settled.ts";
import { type ApiSummary, type Sharing, sharedLines, sharingKey } from "./shared-cost.ts";
import { spareInstances } from "./sizing.ts";
import { type Choice, isKeyless, partsOf, tokensOf } from "./split.ts";
import { type BilledFleet, type Groups, type Member, membersOf, Standing, swapBetween } from "./standing.ts";
import { TokenBills } from "./token-bills.ts";
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

/**
 * Prices assignments of all workloads together in one scenario: workloads on the same model share one fleet, and all
 * share keys, network and people, so the whole costs less than the sum of its parts.
 */
export class Pricer {
  readonly context: PricingContext;
  readonly bills: TokenBills;
  readonly #fleets: GroupFleets;
  readonly #overflows = new WeakMap<SizedFleet, Map<string, number>>();
  #standing: Standing | undefined;

  constructor(context: PricingContext) {
    this.context = context;
    this.bills = new TokenBills(context, this.workloadAt);
    this.#fleets = new GroupFleets(this);
  }

  /** Tokens of one workload on one API, in USD a month. */
  tokenUsd(index: number, option: TokenOption): number {
    return this.bills.tokenUsd(index, option);
  }

  /** Undefined when a shared fleet has no configuration that serves all its workloads. */
  price(assignment: Assignment): PricedPortfolio | undefined {
    const groups = membersOf(assignment, this.workloadAt);
    const wished = [...groups].flatMap(([weights, members]) => this.fleetOf(weights, members) ?? []);
    const billed = wished.length < groups.size ? undefined : this.settled(wished, () => groups);
    if (billed === undefined) return undefined;
    const fleets = billed.map(({ fleet }) => fleet);
    const bills = assignment.map((choice, index) => this.#billOf(index, choice, fleets));
    const sharing = this.#sharingOf(assignment, fleets);
    const own = bills.reduce((sum, bill) => sum + (bill?.monthlyUsd ?? 0), 0);
    const hardware = billed.reduce((sum, { usd }) => sum + usd, 0);
    const training = assignment.map((choice, index) => this.#trainingOf(index, choice));
    const trained = training.reduce((sum, lines) => sum + totalUsd(lines), 0);
    const monthlyUsd = own + hardware + trained + this.#sharedUsdOf(sharing);
    return { assignment, bills, training, fleets, sharing, monthlyUsd };
  }

  /** `price(assignment)?.monthlyUsd`, without the bill. A search visits neighbours one after the other: they are asked as swaps. */
  usdOf(assignment: Assignment): number | undefined {
    const swap = this.#standing === undefined ? null : swapBetween(this.#standing.assignment, assignment);
    const choice = swap === null ? undefined : assignment[swap];
    return swap === null || choice === undefined ? this.standing(assignment).usd : this.#standing?.with(swap, choice);
  }

  /** A portfolio to ask for swaps of single choices; the same object while the same portfolio is asked about. */
  standing(assignment: Assignment): Standing {
    if (this.#standing?.assignment !== assignment) this.#standing = new Standing(this, assignment);
    return this.#standing;
  }

  /** Cost of one workload served alone, with everything shared charged to it; undefined when it cannot be. */
  alone(index: number, option: FeasibleOption): number | undefined {
    if (option.kind !== "self-host") {
      const sharing = {
        keyedProviders: isKeyless(option) ? 0 : 1,
        keylessModels: isKeyless(option) ? 1 : 0,
        apiWorkloads: [this.workloadAt(index)],
        fleets: [],
      };
      return this.tokenUsd(index, option) + this.trainingUsd(index, option) + this.#sharedUsdOf(sharing);
    }
    const billed = this.aloneOn(index, option);
    if (billed === undefined) return undefined;
    const sharing = { keyedProviders: 0, keylessModels: 0, apiWorkloads: [], fleets: [billed.fleet] };
    return billed.usd + this.trainingUsd(index, option) + this.#sharedUsdOf(sharing);
  }

  /** The fleet of one workload that has it for itself; undefined when nothing serves it. */
  aloneOn(index: number, host: SelfHostOption): BilledFleet | undefined {
    const weights = weightsId(host, this.workloadAt(index));
    const members = [{ index, host, overflow: null }];
    const wished = this.fleetOf(weights, members);
    return wished && this.settled([wished], () => new Map([[weights, members]]))?.[0];
  }

  /** Training that a choice needs, in USD a month; 0 for a workload that asks none. */
  trainingUsd(index: number, choice: Choice): number {
    return totalUsd(this.#trainingOf(index, choice));
  }

  #trainingOf(index: number, choice: Choice): readonly CostLine[] {
    return partsOf(choice).flatMap((option) => tuningLines(option, this.workloadAt(index), this.context, this.context.what));
  }

  /** Overflow of a split workload to its API beside this fleet, in USD a month. */
  overflowUsd(index: number, overflow: TokenOption, fleet: SizedFleet): number {
    const known = this.#overflows.get(fleet) ?? new Map<string, number>();
    this.#overflows.set(fleet, known);
    const key = `${index}|${overflow.candidate.id}`;
    const usd = known.get(key) ?? this.bills.overflowBill(index, overflow, fleet).monthlyUsd;
    known.set(key, usd);
    return usd;
  }

  /** What all requests would cost on an API that takes overflow, in USD a month: at list price, because overflow never waits for a batch. */
  overflowListUsd(index: number, option: TokenOption): number {
    return this.bills.overflowAtList(index, option).monthlyUsd;
  }

  /** Whether a tenant asks its fleet for an instance beyond the load. */
  asksSpare(tenant: Tenant): boolean {
    return spareInstances([tenant], this.context.facts) > 0;
  }

  #billOf(index: number, choice: Choice, fleets: readonly SizedFleet[]): ApiBill | null {
    if (choice.kind === "self-host") return null;
    if (choice.kind !== "split") return this.bills.bill(index, choice);
    const fleet = fleets.find(({ overflowShares }) => overflowShares.has(this.workloadAt(index).name));
    if (fleet === undefined) throw new Error(`defect: workload ${index} is split without a fleet`);
    return this.bills.overflowBill(index, choice.overflow, fleet);
  }

  /** A workload on own instances, with the price of its overflow where it has one. */
  tenant(index: number, host: SelfHostOption, overflow: TokenOption | null): Tenant {
    const workload = this.workloadAt(index);
    if (overflow === null) return { workload, table: host.table };
    const list = this.bills.overflowAtList(index, overflow);
    const overflowUsd = list.byMonthUsd.map((usd, month) => (usd * this.context.what.apiPrice) / requestsIn(workload, month, EXPECTED));
    return { workload, table: host.table, overflowUsd };
  }

  /** See `GroupFleets`, also for the next three. */
  fleetOf(weights: string, members: readonly Member[], mayOwn = true): BilledFleet | undefined {
    return this.#fleets.fleetOf(weights, members, mayOwn);
  }

  staffedFleetOf(weights: string, members: readonly Member[], fullTimeUsd: number): BilledFleet | undefined {
    return this.#fleets.staffedFleetOf(weights, members, fullTimeUsd);
  }

  smallFleetsOf(weights: string, members: readonly Member[]): readonly Iterable<BilledFleet>[] {
    return this.#fleets.smallFleetsOf(weights, members);
  }

  smallFloorUsd(weights: string, members: readonly Member[]): number {
    return this.#fleets.smallFloorUsd(weights, members);
  }

  groupFloor(weights: string, members: readonly Member[]): GroupFloor {
    return this.#fleets.groupFloor(weights, members);
  }

  /** See `settledFleets`. */
  settled(wished: readonly BilledFleet[], groups: () => Groups): readonly BilledFleet[] | undefined {
    return settledFleets(this, wished, groups);
  }

  #sharingOf(assignment: Assignment, fleets: readonly SizedFleet[]): Sharing {
    const keyed = new Set<string>();
    const keyless = new Set<string>();
    const apiWorkloads = assignment.flatMap((choice, index) => {
      const option = tokensOf(choice);
      if (option === null) return [];
      if (isKeyless(option)) keyless.add(option.candidate.model.id);
      else keyed.add(option.candidate.route.id);
      return [this.workloadAt(index)];
    });
    return { keyedProviders: keyed.size, keylessModels: keyless.size, apiWorkloads, fleets };
  }

  #sharedUsdOf(sharing: Sharing): number {
    const { keyedProviders, keylessModels, apiWorkloads, fleets } = sharing;
    const settled = apiWorkloads.filter(isSettledOnApi).length;
    return this.sharedUsd({ keyedProviders, keylessModels, workloads: apiWorkloads.length, settled }, fleets, () => sharing);
  }

  /** Keys, network and people of a portfolio in USD a month; `sharing` is only worked out for one that was not met before. */
  sharedUsd(api: ApiSummary, fleets: readonly SizedFleet[], sharing: () => Sharing): number {
    const { facts, catalog, what, memo } = this.context;
    const key = `${sharingKey(api, fleets)}|${what.people}|${what.hourlyRate}`;
    const known = memo.shared.get(key);
    if (known !== undefined) return known;
    const lines = sharedLines(sharing(), facts, catalog, what);
    const usd = totalUsd([...lines.api, ...lines.selfHost, ...lines.common]);
    memo.shared.set(key, usd);
    return usd;
  }

  readonly workloadAt = (index: number): WorkloadFacts => {
    const found = this.context.workloads[index];
    if (found === undefined) throw new Error(`defect: no workload ${index}`);
    return found.workload;
  };
}

/** What lets a workload use a bought option, and which others share: the key of its provider, or on Bedrock the permission for its model. */
export function accessOf(option: TokenOption): string {
  return isKeyless(option) ? `permission ${option.candidate.model.id}` : `key ${option.candidate.route.id}`;
}
