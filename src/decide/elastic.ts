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
  weeklyInstances,
} from "./base-load.ts";
import { HOURS_PER_MONTH, SECONDS_PER_MONTH } from "./defaults.ts";
import type { RequirementFacts } from "./facts.ts";
import type { Tenant } from "./fleet.ts";
import type { Scenario } from "./scenario.ts";

/** How a fleet on one configuration runs when it may leave load to an API or follow the week. */
export interface ElasticPlan {
  /** Most instances of each month, spares included. */
  readonly instancesByMonth: readonly number[];
  /** Instances billed on average in each month: fewer than the most where the fleet follows the week, plus start-ups. */
  readonly billedByMonth: readonly number[];
  /** Instances of the 48 slots of the first month's week; null when all run all the time. */
  readonly schedule: readonly number[] | null;
  /** By workload and month: share of its requests that the API takes. */
  readonly overflowShares: ReadonlyMap<string, readonly number[]>;
  /** Replicas kept busy on average and in the worst minute of the first month, after the overflow. */
  readonly busy: { readonly mean: number; readonly peak: number };
  /** Instances and overflow over all months, in USD. */
  readonly usd: number;
}

/** What does not change between the configurations that are compared. */
export interface ElasticQuestion {
  readonly tenants: readonly Tenant[];
  readonly facts: RequirementFacts;
  readonly what: Scenario;
  readonly spare: number;
  /** True when the policy lets the fleet follow the week. */
  readonly weekly: boolean;
  /** Requests/s that one replica of a configuration serves for a tenant in a month. */
  readonly replicaRate: (tenant: Tenant, key: string, month: number) => number;
}

/**
 * The plan of least cost on one configuration: all instances all the time, or following the week where that is allowed and
 * costs less after paying for every start; undefined where the instances that there may be do not carry what may not overflow.
 *
 * `startUpHours` is billed for each instance started.
 */
export function elasticPlan(question: ElasticQuestion, key: string, unit: UnitOfFleet, startUpHours: number): ElasticPlan | undefined {
  const demands = demandsOf(question, key);
  const steady = planOf(question, demands, unit, startUpHours, false);
  if (!question.weekly) return steady;
  const weekly = planOf(question, demands, unit, startUpHours, true);
  return steady === undefined || (weekly !== undefined && weekly.usd < steady.usd) ? weekly : steady;
}

interface MonthPlan {
  /** Instances by slot, without spares. */
  readonly counts: readonly number[];
  readonly billed: number;
  readonly usd: number;
}

function planOf(
  question: ElasticQuestion,
  demands: readonly Demand[],
  unit: UnitOfFleet,
  startUpHours: number,
  weekly: boolean,
): ElasticPlan | undefined {
  const known = new Map<Demand, MonthPlan>();
  const months: MonthPlan[] = [];
  for (const demand of demands) {
    const plan = known.get(demand) ?? monthPlan(demand, unit, question.spare, startUpHours, weekly);
    if (plan === undefined) return undefined;
    known.set(demand, plan);
    months.push(plan);
  }
  const [first] = months;
  const [demand] = demands;
  if (first === undefined || demand === undefined) throw new Error("defect: a horizon has at least one month");
  return {
    instancesByMonth: months.map((month) => Math.max(...month.counts) + question.spare),
    billedByMonth: months.map((month) => month.billed),
    schedule: weekly ? first.counts.map((count) => count + question.spare) : null,
    overflowShares: new Map(
      question.tenants
        .filter((tenant) => tenant.overflowUsd !== undefined)
        .map(({ workload }) => [
          workload.name,
          months.map((month, index) => shareOf(workload.week, 1 - workload.batchRatio, demands[index] ?? demand, month.counts, unit)),
        ]),
    ),
    busy: busyOf(demand, first.counts, unit),
    usd: months.reduce((sum, month) => sum + month.usd, 0),
  };
}

function monthPlan(demand: Demand, unit: UnitOfFleet, spare: number, startUpHours: number, weekly: boolean): MonthPlan | undefined {
  const counts = weekly ? weeklyInstances(demand, unit) : steadyCounts(steadyInstances(demand, unit));
  if (counts === undefined) return undefined;
  const hours = SLOTS.reduce((sum, { hoursPerWeek }, slot) => sum + hoursPerWeek * (counts[slot] ?? 0), 0);
  const billed = (hours + startsPerWeek(counts) * startUpHours) / HOURS_PER_WEEK + spare;
  const overflow = overflowUsdOf(demand, (slot) => (counts[slot] ?? 0) * unit.capacity);
  return { counts, billed, usd: billed * unit.usdPerHour * HOURS_PER_MONTH + overflow };
}

function steadyCounts(count: number | undefined): readonly number[] | undefined {
  return count === undefined ? undefined : Array<number>(SLOTS.length).fill(count);
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
  let mean = demand.batch;
  let peak = 0;
  for (const [slot, { hoursPerWeek }] of SLOTS.entries()) {
    const [must, may] = [demand.must[slot] ?? 0, demand.may[slot] ?? 0];
    const stays = 1 - overflowShare(must, may, (counts[slot] ?? 0) * unit.capacity);
    mean += (hoursPerWeek / HOURS_PER_WEEK) * ((demand.meanMust[slot] ?? 0) + (demand.meanMay[slot] ?? 0) * stays);
    peak = Math.max(peak, must + may * stays);
  }
  return { mean, peak: Math.max(mean, peak) };
}

/** One demand for each month; months that ask the same share one object. */
function demandsOf(question: ElasticQuestion, key: string): readonly Demand[] {
  const { tenants, facts } = question;
  const steady = tenants.every(
    ({ workload, overflowUsd }) =>
      workload.growthRatioPerMonth === 0 &&
      workload.tokenGrowthRatioPerMonth === 0 &&
      (overflowUsd ?? []).every((usd) => usd === overflowUsd?.[0]),
  );
  if (steady) return Array<Demand>(facts.horizonMonths).fill(demandOf(question, key, 0));
  return Array.from({ length: facts.horizonMonths }, (_, month) => demandOf(question, key, month));
}

function demandOf({ tenants, what, replicaRate }: ElasticQuestion, key: string, month: number): Demand {
  const zeros = () => Array<number>(SLOTS.length).fill(0);
  const demand = { must: zeros(), may: zeros(), overflowUsd: zeros(), meanMust: zeros(), meanMay: zeros(), batch: 0 };
  for (const tenant of tenants) {
    const { workload, overflowUsd } = tenant;
    const rate = requestsIn(workload, month, what) / SECONDS_PER_MONTH;
    const busy = rate / replicaRate(tenant, key, month);
    const interactive = 1 - workload.batchRatio;
    const usdPerHour = (overflowUsd?.[month] ?? 0) * rate * interactive * 3600;
    const [worst, mean] = overflowUsd === undefined ? [demand.must, demand.meanMust] : [demand.may, demand.meanMay];
    demand.batch += busy * workload.batchRatio;
    for (const [slot, { at }] of SLOTS.entries()) {
      const load = busy * interactive * (workload.week[at] ?? 0);
      worst[slot] = (worst[slot] ?? 0) + load * workload.peakToAverage;
      mean[slot] = (mean[slot] ?? 0) + load;
      demand.overflowUsd[slot] = (demand.overflowUsd[slot] ?? 0) + usdPerHour * (workload.week[at] ?? 0);
    }
  }
  return demand;
}

/** A run of equal hours of a weekly schedule, hours from 0 to 24 of the profile's own day. */
export interface ScheduleWindow {
  readonly days: "weekday" | "weekend";
  readonly fromHour: number;
  readonly toHour: number;
  readonly instances: number;
}

/**
 * A schedule as windows of equal size, weekday first: what an autoscaling schedule is written from.
 * Example: 2 instances from 0 to 9, 4 from 9 to 18 and 2 from 18 to 24 on weekdays.
 */
export function windowsOf(counts: readonly number[]): readonly ScheduleWindow[] {
  const windows: ScheduleWindow[] = [];
  for (const [days, offset] of [
    ["weekday", 0],
    ["weekend", 24],
  ] as const) {
    for (let hour = 0; hour < 24; hour++) {
      const instances = counts[offset + hour] ?? 0;
      const last = windows.at(-1);
      if (last !== undefined && last.days === days && last.instances === instances)
        windows[windows.length - 1] = { ...last, toHour: hour + 1 };
      else windows.push({ days, fromHour: hour, toHour: hour + 1, instances });
    }
  }
  return windows;
}
