import { requestsIn } from "../decide/api-cost.ts";
import { overflowShare } from "../decide/base-load.ts";
import type { Trace } from "../decide/decide.ts";
import { SECONDS_PER_MONTH, TARGET_UTILISATION_RATIO } from "../decide/defaults.ts";
import type { SizedFleet } from "../decide/fleet.ts";
import { replicaRate } from "../decide/pairs.ts";
import { EXPECTED } from "../decide/scenario.ts";

const HOURS_PER_DAY = 24;

/** One hour of a weekday of the first month. Loads are in servers kept busy. */
export interface HourLoad {
  readonly hour: number;
  /** Mean load that the fleet serves, and that an API takes. */
  readonly own: number;
  readonly overflow: number;
  /** Load of the hour's worst minute, before any overflow. */
  readonly worstMinute: number;
  /** Share of the hour's requests that an API takes. */
  readonly overflowShareRatio: number;
  /** Servers that run, and the load that they are sized to carry. */
  readonly servers: number;
  readonly capacity: number;
}

/** A fleet through a weekday of the first month. */
export interface DayLoad {
  readonly workloads: readonly string[];
  readonly hours: readonly HourLoad[];
  /** Requests/s that one server carries while the latency promise holds, by workload. */
  readonly requestsPerSecond: readonly { readonly workload: string; readonly rate: number }[];
  readonly overflows: boolean;
}

/** Load and capacity of every fleet of the decision by the hour, as the fleets were sized; in the order of `decision.fleets`. */
export function dayLoads({ facts, flips }: Trace): readonly DayLoad[] {
  return (flips?.chosen.fleets ?? []).map((fleet) => dayOf(fleet, facts.horizonMonths));
}

function dayOf(fleet: SizedFleet, months: number): DayLoad {
  const rates = fleet.tenants.map((tenant) => ({
    tenant,
    rate: replicaRate(tenant.table, fleet.key, 0, months, EXPECTED),
  }));
  return {
    workloads: fleet.tenants.map(({ workload }) => workload.name),
    hours: Array.from({ length: HOURS_PER_DAY }, (_, hour) => hourOf(fleet, rates, hour)),
    requestsPerSecond: rates.map(({ tenant, rate }) => ({ workload: tenant.workload.name, rate })),
    overflows: fleet.tenants.some(({ overflowUsd }) => overflowUsd !== undefined),
  };
}

type Rates = readonly { readonly tenant: SizedFleet["tenants"][number]; readonly rate: number }[];

function hourOf(fleet: SizedFleet, rates: Rates, hour: number): HourLoad {
  const spare = fleet.minimumInstances - 1;
  const instances = fleet.schedule?.[hour] ?? fleet.instancesByMonth[0] ?? 0;
  const capacity = (instances - spare) * fleet.replicasPerInstance * TARGET_UTILISATION_RATIO;
  let [must, may, meanMust, meanMay, batch] = [0, 0, 0, 0, 0];
  for (const { tenant, rate } of rates) {
    const { workload, overflowUsd } = tenant;
    const busy = requestsIn(workload, 0, EXPECTED) / SECONDS_PER_MONTH / rate;
    const mean = busy * (1 - workload.batchRatio) * (workload.week[hour] ?? 0);
    if (overflowUsd === undefined) [must, meanMust] = [must + mean * workload.peakToAverage, meanMust + mean];
    else [may, meanMay] = [may + mean * workload.peakToAverage, meanMay + mean];
    batch += busy * workload.batchRatio;
  }
  const share = overflowShare(must, may, capacity);
  const total = meanMust + meanMay;
  return {
    hour,
    // Batch work waits for a free hour and never overflows.
    own: meanMust + meanMay * (1 - share) + batch,
    overflow: meanMay * share,
    worstMinute: Math.max(must + may, total + batch),
    overflowShareRatio: total === 0 ? 0 : (meanMay * share) / total,
    servers: instances * fleet.replicasPerInstance,
    capacity,
  };
}

/** `8:00 to 11:00 and 20:00 to 22:00`. */
export function hourRanges(hours: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const hour of hours) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === hour) last[1] = hour + 1;
    else ranges.push([hour, hour + 1]);
  }
  const words = ranges.map(([from, to]) => `${from}:00 to ${to}:00`);
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
