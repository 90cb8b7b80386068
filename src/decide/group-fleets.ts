import { requestsIn } from "./api-cost.ts";
import type { GroupFloor } from "./bounds.ts";
import { totalUsd } from "./cost-line.ts";
import { FULL_TIME_ABOVE_GPUS } from "./defaults.ts";
import { cheapestFleet, fleetFloorUsd, type OffersByGpu, type SizedFleet, smallFleets, type Tenant } from "./fleet.ts";
import { fleetLines } from "./fleet-cost.ts";
import { rentedOnly } from "./owned.ts";
import type { Pricer } from "./portfolio.ts";
import type { PricedFleet } from "./pricing-context.ts";
import { mapped, once, Replayed } from "./replayed.ts";
import { EXPECTED } from "./scenario.ts";
import { groupUsd } from "./settled.ts";
import { followsWeek, isElastic, largestGpus } from "./sizing.ts";
import type { BilledFleet, Member } from "./standing.ts";

/** Fleets times workloads that one decision remembers before it starts over: a fleet of many tenants is as much larger. */
const MOST_REMEMBERED = 200_000;

/** Groups whose tenants are kept for the next question; most questions about a group come together. */
const MOST_GROUPS = 8;

/** The fleets of groups: workloads that share weights are served by one fleet, sized once and remembered for every assignment that has the group. */
export class GroupFleets {
  readonly #pricer: Pick<Pricer, "context" | "tenant" | "workloadAt" | "overflowUsd">;
  readonly #volumes: string[] = [];
  readonly #floors = new Map<string, GroupFloor>();

  constructor(pricer: Pick<Pricer, "context" | "tenant" | "workloadAt" | "overflowUsd">) {
    this.#pricer = pricer;
  }

  /**
   * The fleet of least cost for workloads that share weights, at this scenario's prices; undefined when no configuration serves all.
   * `mayOwn` false leaves out your own machines.
   */
  fleetOf(weights: string, members: readonly Member[], mayOwn = true): BilledFleet | undefined {
    return this.#fleetOf(weights, members, mayOwn, 0);
  }

  /**
   * The fleet of least cost together with what people cost more in the months in which it alone is a full-time job, `fullTimeUsd` each. Fleets are
   * chosen at list prices, so where those are scaled the people are scaled against them.
   */
  staffedFleetOf(weights: string, members: readonly Member[], fullTimeUsd: number): BilledFleet | undefined {
    const { gpuPrice } = this.#pricer.context.what;
    return gpuPrice === 0 ? undefined : this.#fleetOf(weights, members, true, fullTimeUsd / gpuPrice);
  }

  #fleetOf(weights: string, members: readonly Member[], mayOwn: boolean, fullTimeUsd: number): BilledFleet | undefined {
    const { facts, what, memo } = this.#pricer.context;
    const key = this.#groupKey(weights, members);
    const fleetKey = `${key}${mayOwn ? "" : "|rented"}${fullTimeUsd === 0 ? "" : `|${fullTimeUsd}`}`;
    let known = memo.fleets.get(fleetKey);
    if (known === undefined) {
      const limits = { mostGpus: Number.POSITIVE_INFINITY, fullTimeUsd };
      const fleet = cheapestFleet(this.#tenantsOf(key, members), this.#offers(mayOwn), facts, what, limits);
      memo.sized += sizingWork(members);
      known = fleet === undefined ? null : this.#priced(fleet);
      if (memo.fleets.size * this.#pricer.context.workloads.length >= MOST_REMEMBERED) memo.fleets.clear();
      memo.fleets.set(fleetKey, known);
    }
    return known === null ? undefined : this.#billed(known);
  }

  /**
   * The least expensive fleets of a group at each number of GPUs that needs no full-time job, the largest first; rented ones apart from your own.
   * They are sized as they are asked for.
   */
  smallFleetsOf(weights: string, members: readonly Member[]): readonly Iterable<BilledFleet>[] {
    const { offers, facts, what, memo } = this.#pricer.context;
    const key = this.#groupKey(weights, members);
    let known = memo.small.get(key);
    if (known === undefined) {
      const tenants = this.#tenantsOf(key, members);
      memo.sized += sizingWork(members);
      known = [...new Set([offers, rentedOnly(offers)])].map(
        (some) => new Replayed(mapped(smallFleets(tenants, some, facts, what, FULL_TIME_ABOVE_GPUS), (fleet) => this.#priced(fleet))),
      );
      if (memo.small.size * this.#pricer.context.workloads.length >= MOST_REMEMBERED) memo.small.clear();
      memo.small.set(key, known);
    }
    return known.map((fleets) => new Replayed(mapped(fleets, (fleet) => this.#billed(fleet))));
  }

  /** Least that a group costs with so few GPUs that nobody works on them full-time, its overflow included, in USD a month: a quick bound of `smallFleetsOf`. */
  smallFloorUsd(weights: string, members: readonly Member[]): number {
    const { offers, facts, what } = this.#pricer.context;
    const tenants = this.#tenantsOf(this.#groupKey(weights, members), members);
    return fleetFloorUsd(tenants, offers, facts, what, { mostGpus: FULL_TIME_ABOVE_GPUS });
  }

  /** Least that a fleet with these members can cost. */
  groupFloor(weights: string, members: readonly Member[]): GroupFloor {
    const key = this.#groupKey(weights, members);
    const known = this.#floors.get(key);
    if (known !== undefined) return known;
    const { offers, facts, what } = this.#pricer.context;
    const sizeOf = (next: BilledFleet) => ({ usd: groupUsd(this.#pricer, next, members), gpus: largestGpus(next.fleet) });
    const floor: GroupFloor = {
      isElastic: isElastic(this.#tenantsOf(key, members), facts),
      anyFloorUsd: once(() => fleetFloorUsd(this.#tenantsOf(key, members), offers, facts, what)),
      smallFloorUsd: once(() => this.smallFloorUsd(weights, members)),
      sized: once(() => {
        const billed = this.fleetOf(weights, members);
        return billed && sizeOf(billed);
      }),
      small: once(() => this.smallFleetsOf(weights, members).flatMap((fleets) => [...fleets].map(sizeOf))),
    };
    if (this.#floors.size * this.#pricer.context.workloads.length >= MOST_REMEMBERED) this.#floors.clear();
    this.#floors.set(key, floor);
    return floor;
  }

  #offers(mayOwn: boolean): OffersByGpu {
    return mayOwn ? this.#pricer.context.offers : rentedOnly(this.#pricer.context.offers);
  }

  /** The same list for the same group, so that what was counted of it is known again. */
  #tenantsOf(key: string, members: readonly Member[]): readonly Tenant[] {
    const { tenants } = this.#pricer.context.memo;
    const known = tenants.get(key);
    if (known !== undefined) return known;
    const found = members.map(({ index, host, overflow }) => {
      const others = members.flatMap((other) => (other.index === index ? [] : [this.#pricer.workloadAt(other.index)]));
      return { ...this.#pricer.tenant(index, host, overflow), table: host.tableBeside(others) };
    });
    if (tenants.size >= MOST_GROUPS) tenants.clear();
    tenants.set(key, found);
    return found;
  }

  /** What the fleets of a group depend on. */
  #groupKey(weights: string, members: readonly Member[]): string {
    const { what } = this.#pricer.context;
    let key = `${weights}|${what.tokens}|${what.throughput}|${what.throughputFactor}`;
    for (const { index, overflow } of members) {
      this.#volumes[index] ??= `|${index}:${requestsIn(this.#pricer.workloadAt(index), 0, what)}`;
      key += this.#volumes[index];
      if (overflow !== null) key += `+${overflow.candidate.id}`;
    }
    // Where load may overflow or fleets follow the week, prices decide how many instances are worth running.
    const weighed = members.some(({ overflow }) => overflow !== null) || followsWeek(this.#pricer.context.facts);
    return weighed ? `${key}|${what.gpuPrice}|${what.apiPrice}` : key;
  }

  #priced(fleet: SizedFleet): PricedFleet {
    const { facts, catalog } = this.#pricer.context;
    const gpuUsd = rentedUsd(fleet);
    return { fleet, gpuUsd, otherUsd: totalUsd(fleetLines(fleet, facts, catalog, EXPECTED)) - gpuUsd };
  }

  #billed({ fleet, gpuUsd, otherUsd }: PricedFleet): BilledFleet {
    return { fleet, usd: gpuUsd * this.#pricer.context.what.gpuPrice + otherUsd };
  }
}

function sizingWork(members: readonly Member[]): number {
  return members.some(({ overflow }) => overflow !== null) ? 10 : 1;
}

/** What the prices of rented GPUs move. */
function rentedUsd(fleet: SizedFleet): number {
  return fleet.offer.owned === undefined ? fleet.monthlyUsd : 0;
}
