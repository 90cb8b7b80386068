import { requestsIn } from "./api-cost.ts";
import { SECONDS_PER_MONTH } from "./defaults.ts";
import type { RequirementFacts } from "./facts.ts";
import type { Busy, Tenant } from "./fleet.ts";
import type { Scenario } from "./scenario.ts";
import { busyHoursOf } from "./traffic.ts";

/** What all tenants of a fleet ask in one scenario, counted once and then asked for every configuration. */
export class FleetLoad {
  readonly #tenants: readonly Tenant[];
  readonly #what: Scenario;
  readonly #horizonMonths: number;
  /** Months that differ: all of the horizon, or one where nothing grows. */
  readonly #months: number;
  /** Requests/s of tenant t in month m at `t * months + m`. */
  readonly #rates: Float64Array;
  /** For each tenant: its worst minute over its mean of an hour, batch requests left out, and the number of its week. */
  readonly #peaks: Float64Array;
  readonly #weekOf: readonly number[];
  readonly #hours: readonly (readonly number[])[];
  readonly #scales: Float64Array;
  readonly #known = new Map<string, readonly Busy[]>();

  constructor(tenants: readonly Tenant[], facts: RequirementFacts, what: Scenario) {
    this.#tenants = tenants;
    this.#what = what;
    this.#horizonMonths = facts.horizonMonths;
    const grows = tenants.some(({ workload }) => workload.growthRatioPerMonth !== 0 || workload.tokenGrowthRatioPerMonth !== 0);
    const months = grows ? facts.horizonMonths : 1;
    this.#months = months;
    this.#rates = new Float64Array(tenants.length * months);
    this.#peaks = new Float64Array(tenants.length);
    for (const [index, { workload }] of tenants.entries()) {
      this.#peaks[index] = (1 - workload.batchRatio) * workload.peakToAverage;
      for (let month = 0; month < months; month++)
        this.#rates[index * months + month] = requestsIn(workload, month, what) / SECONDS_PER_MONTH;
    }
    const weeks = [...new Set(tenants.map(({ workload }) => workload.week))];
    this.#weekOf = tenants.map(({ workload }) => weeks.indexOf(workload.week));
    this.#hours = busyHoursOf(weeks);
    this.#scales = new Float64Array(weeks.length);
  }

  /**
   * Replicas of one configuration that are kept busy in the mean and in the worst minute of each month, before any headroom; undefined when it
   * does not serve every tenant. Tenants that peak at different hours share what stands idle.
   */
  busy(key: string): readonly Busy[] | undefined {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const replicas: number[] = [];
    for (const { table } of this.#tenants) {
      const served = table.options.get(key);
      if (served === undefined) return undefined;
      const factor = this.#what.throughputFactor * served.rateRatio[this.#what.tokens];
      replicas.push(
        served.first.capacity.requestsPerSecond[this.#what.throughput] * factor,
        served.last.capacity.requestsPerSecond[this.#what.throughput] * factor,
      );
    }
    const months = Array.from({ length: this.#months }, (_, month) => this.#busyIn(month, replicas));
    const [first] = months;
    const busy = this.#months === 1 && first !== undefined ? Array<Busy>(this.#horizonMonths).fill(first) : months;
    this.#known.set(key, busy);
    return busy;
  }

  /** `replicas` are requests/s of a replica at the first and the last month's tokens, two for each tenant. */
  #busyIn(month: number, replicas: readonly number[]): Busy {
    this.#scales.fill(0);
    let mean = 0;
    for (let index = 0; index < this.#tenants.length; index++) {
      const rate = rateAt(replicas[2 * index] ?? 0, replicas[2 * index + 1] ?? 0, month, this.#horizonMonths);
      const busy = (this.#rates[index * this.#months + month] ?? 0) / rate;
      const week = this.#weekOf[index] ?? 0;
      mean += busy;
      this.#scales[week] = (this.#scales[week] ?? 0) + busy * (this.#peaks[index] ?? 0);
    }
    let peak = mean;
    for (const hour of this.#hours) {
      let sum = 0;
      for (let week = 0; week < hour.length; week++) sum += (this.#scales[week] ?? 0) * (hour[week] ?? 0);
      if (sum > peak) peak = sum;
    }
    return { mean, peak };
  }
}

/** Rate of a month between the first and the last, on a straight line in the logarithm: `rateAt(4, 1, 1, 3)` is 2. */
export function rateAt(first: number, last: number, month: number, months: number): number {
  return first === last || months === 1 ? first : first * (last / first) ** (month / (months - 1));
}
