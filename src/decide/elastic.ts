import { requestsIn } from "./api-cost.ts";
import {
  type Demand,
  HOURS_PER_WEEK,
  overflowShare,
  overflowUsdOf,
  SLOTS,
  startsPerWeek,
  steadyInstances,
  type UnitOfFleet,
  WEEKS_PER_MONTH,
  weeklyInstances,
} from "./base-load.ts";
import { HOURS_PER_MONTH, SECONDS_PER_HOUR, SECONDS_PER_MONTH } from "./defaults.ts";
import type { RequirementFacts } from "./facts.ts";
import type { Tenant } from "./fleet.ts";
import { replicaRate } from "./pairs.ts";
import type { Scenario } from "./scenario.ts";

/** Configurations whose demands are kept: a fleet is sized on few, and many fleets are remembered. */
const MOST_DEMANDS = 4;

/** How a fleet on one configuration runs when it may leave load to an API or follow the week. */
export interface ElasticPlan {
  /** Most instances of each month, spares included. */
  readonly instancesByMonth: readonly number[];
  /** Instances billed on average in each month: fewer than the most where the fleet follows the week, plus start-ups. */
  readonly billedByMonth: readonly number[];
  /** Instances started in a typical week of each month; 0 where all run all the time. */
  readonly startsByMonth: readonly number[];
  /** Instances of the 48 slots of the first month's week; null when all run all the time. */
  readonly schedule: readonly number[] | null;
  /** By workload and month: share of its requests that the API takes. */
  readonly overflowShares: ReadonlyMap<string, readonly number[]>;
  /** Replicas kept busy on average and in the worst minute of the first month, after the overflow. */
  readonly busy: { readonly mean: number; readonly peak: number };
}

/** The instances of each month on one configuration, before anything is worked out for people. */
export interface ElasticSize {
  readonly key: string;
  readonly unit: UnitOfFleet;
  readonly months: readonly MonthSize[];
  /** Instances and overflow over all months, in USD. */
  readonly usd: number;
  readonly weekly: boolean;
}

/** Most instances at once in any month, spares not counted. */
export function largestCount({ months }: ElasticSize): number {
  let most = 0;
  for (const { counts } of months) most = Math.max(most, ...(typeof counts === "number" ? [counts] : counts));
  return most;
}

interface MonthSize {
  /** Instances by slot, without spares; one number where all run all the time. */
  readonly counts: number | readonly number[];
  readonly billed: number;
  /** Instances started in a typical week. */
  readonly starts: number;
  readonly usd: number;
}

/** What all tenants of a fleet that may leave load to an API, or follow the week, ask in one scenario: counted once, then asked for every configuration. */
export class ElasticLoad {
  readonly #tenants: readonly Tenant[];
  readonly #what: Scenario;
  readonly #facts: RequirementFacts;
  readonly #spare: number;
  /** True when the policy lets the fleet follow the week. */
  readonly #weekly: boolean;
  /** Months that differ: all of the horizon, or one where neither loads nor prices move. */
  readonly #months: number;
  /** The weeks that differ, as loads of the 48 slots relative to the mean, and the number of each tenant's. */
  readonly #weeks: readonly Float64Array[];
  readonly #weekOf: readonly number[];
  /** Requests of each tenant by month. */
  readonly #requests: readonly (readonly number[])[];
  /** For each month the first one in which all tenants ask and pay the same: where nothing grows, a price that changes once leaves two of twelve. */
  readonly #like: readonly number[];
  readonly #demands = new Map<string, readonly Demand[]>();
  /** What one hour costs when the API takes everything that it may, by month: the same on every configuration. */
  readonly #overflowUsd: (readonly number[])[] = [];

  constructor(
    tenants: readonly Tenant[],
    facts: RequirementFacts,
    what: Scenario,
    options: { readonly spare: number; readonly weekly: boolean },
  ) {
    this.#tenants = tenants;
    this.#what = what;
    this.#facts = facts;
    this.#spare = options.spare;
    this.#weekly = options.weekly;
    this.#months = tenants.every(isSteady) ? 1 : facts.horizonMonths;
    const weeks = [...new Set(tenants.map(({ workload }) => workload.week))];
    this.#weeks = weeks.map((week) => Float64Array.from(SLOTS, ({ at }) => week[at] ?? 0));
    this.#weekOf = tenants.map(({ workload }) => weeks.indexOf(workload.week));
    this.#requests = Array.from({ length: this.#months }, (_, month) => tenants.map(({ workload }) => requestsIn(workload, month, what)));
    const isLike = (month: number, other: number) =>
      tenants.every(
        ({ workload, overflowUsd }, index) =>
          workload.tokenGrowthRatioPerMonth === 0 &&
          this.#requests[month]?.[index] === this.#requests[other]?.[index] &&
          overflowUsd?.[month] === overflowUsd?.[other],
      );
    const months = [...this.#requests.keys()];
    this.#like = months.map((month) => months.find((other) => other === month || isLike(month, other)) ?? month);
  }

  /**
   * The instances of least cost on one configuration: all of them all the time, or following the week where that is allowed and costs less after
   * paying for every start (`startUpHours` of an instance, and `unit.startUsd`). Undefined where the instances that there may be do not carry what may not overflow.
   */
  size(key: string, unit: UnitOfFleet, startUpHours: number): ElasticSize | undefined {
    const demands = this.#demandsOf(key);
    const steady = this.#sizeOf(key, demands, unit, (demand) => this.#steadyMonth(demand, unit), false);
    if (!this.#weekly) return steady;
    const weekly = this.#sizeOf(key, demands, unit, (demand) => this.#weeklyMonth(demand, unit, startUpHours), true);
    return steady === undefined || (weekly !== undefined && weekly.usd < steady.usd) ? weekly : steady;
  }

  /** A size with what it leaves to the API and how busy it is. */
  plan({ key, unit, months, weekly }: ElasticSize): ElasticPlan {
    const demands = this.#demandsOf(key);
    const [first] = months;
    const [demand] = demands;
    if (first === undefined || demand === undefined) throw new Error("defect: a horizon has at least one month");
    const horizon = <Value>(read: (month: MonthSize, demand: Demand) => Value): readonly Value[] => {
      const values = months.map((month, index) => read(month, demands[index] ?? demand));
      return Array.from(
        { length: this.#facts.horizonMonths },
        (_, month) => values[Math.min(month, values.length - 1)] ?? read(first, demand),
      );
    };
    const overflowing = this.#tenants.filter(({ overflowUsd }) => overflowUsd !== undefined);
    return {
      instancesByMonth: horizon(({ counts }) => (typeof counts === "number" ? counts : Math.max(...counts)) + this.#spare),
      billedByMonth: horizon(({ billed }) => billed),
      startsByMonth: horizon(({ starts }) => starts),
      schedule: weekly ? countsOf(first).map((count) => count + this.#spare) : null,
      overflowShares: new Map(
        overflowing.map(({ workload }) => [
          workload.name,
          horizon((month, asked) => shareOf(workload.week, 1 - workload.batchRatio, asked, countsOf(month), unit)),
        ]),
      ),
      busy: busyOf(demand, countsOf(first), unit),
    };
  }

  #sizeOf(
    key: string,
    demands: readonly Demand[],
    unit: UnitOfFleet,
    monthOf: (demand: Demand) => MonthSize | undefined,
    weekly: boolean,
  ): ElasticSize | undefined {
    const months: MonthSize[] = [];
    let usd = 0;
    for (const [index, demand] of demands.entries()) {
      const month = months[this.#like[index] ?? index] ?? monthOf(demand);
      if (month === undefined) return undefined;
      months.push(month);
      usd += month.usd;
    }
    return { key, unit, months, usd: (usd / demands.length) * this.#facts.horizonMonths, weekly };
  }

  #steadyMonth(demand: Demand, unit: UnitOfFleet): MonthSize | undefined {
    const counts = steadyInstances(demand, unit);
    if (counts === undefined) return undefined;
    const billed = counts + this.#spare;
    const overflow = overflowUsdOf(demand, () => counts * unit.capacity);
    return { counts, billed, starts: 0, usd: billed * unit.usdPerHour * HOURS_PER_MONTH + overflow };
  }

  #weeklyMonth(demand: Demand, unit: UnitOfFleet, startUpHours: number): MonthSize | undefined {
    const counts = weeklyInstances(demand, unit);
    if (counts === undefined) return undefined;
    const hours = SLOTS.reduce((sum, { hoursPerWeek }, slot) => sum + hoursPerWeek * (counts[slot] ?? 0), 0);
    const starts = startsPerWeek(counts);
    const billed = (hours + starts * startUpHours) / HOURS_PER_WEEK + this.#spare;
    const overflow = overflowUsdOf(demand, (slot) => (counts[slot] ?? 0) * unit.capacity);
    const pulls = starts * WEEKS_PER_MONTH * unit.startUsd;
    return { counts, billed, starts, usd: billed * unit.usdPerHour * HOURS_PER_MONTH + pulls + overflow };
  }

  #demandsOf(key: string): readonly Demand[] {
    const known = this.#demands.get(key);
    if (known !== undefined) return known;
    const demands: Demand[] = [];
    for (const [month, like] of this.#like.entries()) demands.push(demands[like] ?? this.#demandOf(key, month));
    if (this.#demands.size >= MOST_DEMANDS) this.#demands.clear();
    this.#demands.set(key, demands);
    return demands;
  }

  #demandOf(key: string, month: number): Demand {
    const weights = { must: this.#zeros(), may: this.#zeros(), meanMust: this.#zeros(), meanMay: this.#zeros() };
    let batch = 0;
    for (let index = 0; index < this.#tenants.length; index++) {
      const tenant = this.#tenants[index];
      if (tenant === undefined) continue;
      const { workload, table, overflowUsd } = tenant;
      const week = this.#weekOf[index] ?? 0;
      const rate = (this.#requests[month]?.[index] ?? 0) / SECONDS_PER_MONTH;
      const busy = rate / replicaRate(table, key, month, this.#facts.horizonMonths, this.#what);
      const interactive = busy * (1 - workload.batchRatio);
      const [worst, mean] = overflowUsd === undefined ? [weights.must, weights.meanMust] : [weights.may, weights.meanMay];
      worst[week] = (worst[week] ?? 0) + interactive * workload.peakToAverage;
      mean[week] = (mean[week] ?? 0) + interactive;
      batch += busy * workload.batchRatio;
    }
    const slots = (of: readonly number[]) => this.#slotsOf(of);
    this.#overflowUsd[month] ??= this.#overflowUsdIn(month);
    return {
      must: slots(weights.must),
      may: slots(weights.may),
      overflowUsd: this.#overflowUsd[month] ?? NO_LOAD,
      // Only batch requests and the chosen plan ask for these.
      get meanMust() {
        return slots(weights.meanMust);
      },
      get meanMay() {
        return slots(weights.meanMay);
      },
      batch,
    };
  }

  #overflowUsdIn(month: number): readonly number[] {
    const weights = this.#zeros();
    for (const [index, { workload, overflowUsd }] of this.#tenants.entries()) {
      const week = this.#weekOf[index] ?? 0;
      const perHour = (requestsIn(workload, month, this.#what) / SECONDS_PER_MONTH) * (1 - workload.batchRatio) * SECONDS_PER_HOUR;
      weights[week] = (weights[week] ?? 0) + (overflowUsd?.[month] ?? 0) * perHour;
    }
    return this.#slotsOf(weights);
  }

  #zeros(): number[] {
    return Array<number>(this.#weeks.length).fill(0);
  }

  /** Sum of the weeks, each as much as its weight says, by slot. */
  #slotsOf(weights: readonly number[]): readonly number[] {
    if (weights.every((weight) => weight === 0)) return NO_LOAD;
    const sum = Array<number>(SLOTS.length).fill(0);
    for (let week = 0; week < weights.length; week++) {
      const weight = weights[week] ?? 0;
      const shape = this.#weeks[week];
      if (weight === 0 || shape === undefined) continue;
      for (let slot = 0; slot < SLOTS.length; slot++) sum[slot] = (sum[slot] ?? 0) + weight * (shape[slot] ?? 0);
    }
    return sum;
  }
}

const NO_LOAD: readonly number[] = Array<number>(SLOTS.length).fill(0);

function isSteady({ workload, overflowUsd }: Tenant): boolean {
  const [first] = overflowUsd ?? [];
  return workload.growthRatioPerMonth === 0 && workload.tokenGrowthRatioPerMonth === 0 && (overflowUsd ?? []).every((usd) => usd === first);
}

function countsOf({ counts }: MonthSize): readonly number[] {
  return typeof counts === "number" ? Array<number>(SLOTS.length).fill(counts) : counts;
}

/** Share of a workload's requests that overflow: its interactive load of each hour times the share of that hour. */
function shareOf(week: readonly number[], interactive: number, demand: Demand, counts: readonly number[], unit: UnitOfFleet): number {
  const hours = SLOTS.reduce((sum, { at, hoursPerWeek }, slot) => {
    const share = overflowShare(demand.must[slot] ?? 0, demand.may[slot] ?? 0, (counts[slot] ?? 0) * unit.capacity);
    return sum + hoursPerWeek * (week[at] ?? 0) * share;
  }, 0);
  return Math.min(1, (interactive * hours) / HOURS_PER_WEEK);
}

function busyOf(demand: Demand, counts: readonly number[], unit: UnitOfFleet): ElasticPlan["busy"] {
  const { must, may, meanMust, meanMay } = demand;
  let mean = demand.batch;
  let peak = 0;
  for (const [slot, { hoursPerWeek }] of SLOTS.entries()) {
    const stays = 1 - overflowShare(must[slot] ?? 0, may[slot] ?? 0, (counts[slot] ?? 0) * unit.capacity);
    mean += (hoursPerWeek / HOURS_PER_WEEK) * ((meanMust[slot] ?? 0) + (meanMay[slot] ?? 0) * stays);
    peak = Math.max(peak, (must[slot] ?? 0) + (may[slot] ?? 0) * stays);
  }
  return { mean, peak: Math.max(mean, peak) };
}
