import { allocate } from "./allocate.ts";
import type { Trace } from "./decide.ts";
import { namesOf } from "./describe.ts";
import type { WorkloadFacts } from "./facts.ts";
import type { SizedFleet } from "./fleet.ts";
import type { Flips } from "./flips.ts";
import { monthUsd } from "./months.ts";
import { type PricedPortfolio, Pricer } from "./portfolio.ts";
import type { Side } from "./rivals.ts";
import { EXPECTED, type Scenario, scenario } from "./scenario.ts";
import { type PathKind, pathOf, type SearchResult, searchPortfolios } from "./search.ts";
import { tokensOf } from "./split.ts";
import { monthDate } from "./traffic.ts";
import type { CostLine } from "./types.ts";

/** What a picture of a decision needs beyond the decision: whole lines where the decision has single points. */
export interface Outlook {
  /** The least expensive portfolio of each path with its bill, in the order api, self-host, hybrid; absent where none is feasible. */
  readonly paths: readonly PathBill[];
  /** One for each workload, in policy order. */
  readonly volumes: readonly VolumeCurve[];
  /** Every month of the horizon. */
  readonly months: readonly MonthCost[];
  /** First month whose less expensive path differs from the first month's; null when it stays the same. */
  readonly flip: { readonly month: string; readonly to: PathKind } | null;
  readonly days: readonly FleetDay[];
}

/** One path's bill of an average month, equal lines of several workloads added up. */
export interface PathBill {
  readonly path: PathKind;
  readonly models: string;
  readonly monthlyUsd: number;
  readonly lines: readonly CostLine[];
  /** Catalog ids of the priced things: models by the token, and instances. */
  readonly apiModels: readonly string[];
  readonly instances: readonly string[];
}

/** Cost of the whole policy against the requests of one workload, the others as decided. */
export interface VolumeCurve {
  readonly workload: string;
  readonly requestsPerMonth: number;
  readonly points: readonly VolumePoint[];
  /** Every volume on the curve at which the less expensive side changes. */
  readonly crossings: readonly { readonly requestsPerMonth: number; readonly to: "api" | "self-host"; readonly monthlyUsd: number }[];
}

/** Monthly cost in USD with its 80 % band at one volume. */
export interface CurveBand {
  readonly expected: number;
  readonly p10: number;
  readonly p90: number;
}

export interface VolumePoint {
  readonly requestsPerMonth: number;
  readonly api: CurveBand | null;
  readonly selfHost: CurveBand | null;
}

export interface MonthCost {
  /** YYYY-MM. */
  readonly month: string;
  readonly usd: Readonly<Partial<Record<PathKind, number>>>;
}

/** A fleet through the hours of a weekday of the first month, in servers kept busy. */
export interface FleetDay {
  readonly id: string;
  readonly workloads: readonly string[];
  readonly hours: readonly { readonly hour: number; readonly mean: number; readonly worstMinute: number }[];
  readonly instances: number;
  readonly servers: number;
}

/** Volumes from a thirtieth to thirty times the declared one: what a product may become within the horizon, and a little more. */
const VOLUME_DECADES = 1.5;
const POINTS_PER_DECADE = 14;
const HOURS_PER_DAY = 24;

/**
 * The curves around a decision: bills of every path, cost against volume and by month, load of the fleets by the hour.
 * Pure, and from the same prices as the decision: at the declared volume the curve passes through the decision's cost.
 */
export function outlookOf({ facts, flips }: Trace, asOf: string): Outlook {
  if (flips === null) return { paths: [], volumes: [], months: [], flip: null, days: [] };
  const { base: pricer, chosen, shortlists } = flips;
  const search = searchPortfolios(pricer, shortlists);
  const months = monthCosts(search, pricer, asOf);
  return {
    paths: pathBills(search, pricer),
    volumes: facts.workloads.map((workload, index) => volumeCurve(flips, workload, index)),
    months,
    flip: flipOf(months),
    days: chosen.fleets.map(fleetDay),
  };
}

const PATHS = ["api", "self-host", "hybrid"] as const;

function pathBills(search: SearchResult, pricer: Pricer): readonly PathBill[] {
  return PATHS.flatMap((path) => {
    const priced = bestOf(search, path);
    if (priced === undefined) return [];
    const { facts, catalog } = pricer.context;
    const lines = merged(allocate(priced, facts, catalog, EXPECTED).flat());
    const apiModels = priced.assignment.flatMap((choice) => tokensOf(choice)?.candidate.model.id ?? []);
    const instances = priced.fleets.map((fleet) => fleet.offer.instance.id);
    return [{ path, models: namesOf(priced), monthlyUsd: priced.monthlyUsd, lines, apiModels, instances }];
  });
}

/** The portfolio to show for a path: the chosen one on its own path, which may not be the least expensive. */
function bestOf(search: SearchResult, path: PathKind): PricedPortfolio | undefined {
  const { chosen, byPath } = search;
  return chosen !== undefined && pathOf(chosen.assignment) === path ? chosen : byPath[path];
}

function merged(lines: readonly CostLine[]): readonly CostLine[] {
  const byId = new Map<string, CostLine>();
  for (const { share: _, ...line } of lines) {
    const key = `${line.id}|${line.label}|${line.unitPriceUsd}`;
    const known = byId.get(key);
    const monthlyUsd = line.monthlyUsd === null || known?.monthlyUsd === null ? null : (known?.monthlyUsd ?? 0) + line.monthlyUsd;
    byId.set(key, known === undefined ? line : { ...known, quantity: known.quantity + line.quantity, monthlyUsd });
  }
  return [...byId.values()];
}

function volumeCurve(flips: Flips, workload: WorkloadFacts, index: number): VolumeCurve {
  const today = workload.requestsPerMonth.expected;
  const steps = Math.round(VOLUME_DECADES * POINTS_PER_DECADE);
  const points = Array.from({ length: 2 * steps + 1 }, (_, point): VolumePoint => {
    const factor = 10 ** ((point - steps) / POINTS_PER_DECADE);
    const band = (side: Side) => bandOf(flips, index, side, factor);
    return { requestsPerMonth: today * factor, api: band("api"), selfHost: band("self-host") };
  });
  return { workload: workload.name, requestsPerMonth: today, points, crossings: crossingsOnCurve(flips, workload, index) };
}

function bandOf(flips: Flips, index: number, side: Side, factor: number): CurveBand | null {
  const rival = flips.along(index, "requests_per_month").rival(side, factor);
  if (rival === undefined) return null;
  const what = scenario({ volumeOf: { [flips.base.workloadAt(index).name]: factor } });
  const pricer = new Pricer({ ...flips.base.context, what });
  const priced = pricer.price(flips.chosen.assignment.with(index, rival.option));
  return priced === undefined ? null : bandAt(pricer, priced, what);
}

type Ends = readonly [low: Partial<Scenario>, high: Partial<Scenario>];

/** Inputs that the policy or the models call uncertain, each with its two ends. */
const UNCERTAIN: readonly Ends[] = [
  [{ requests: "low" }, { requests: "high" }],
  [{ tokens: "low" }, { tokens: "high" }],
  [{ throughput: "p90" }, { throughput: "p10" }],
  [{ people: "low" }, { people: "high" }],
];

/**
 * Ends of the uncertain inputs, each moved alone, added up as independent errors: close to the band of the draws, and quick
 * enough for every point of a curve.
 */
function bandAt(pricer: Pricer, priced: PricedPortfolio, what: Scenario): CurveBand {
  let [low, high] = [0, 0];
  for (const pair of UNCERTAIN) {
    const moved = pair.map((change) => {
      const again = new Pricer({ ...pricer.context, what: { ...what, ...change } }).price(priced.assignment);
      return (again?.monthlyUsd ?? priced.monthlyUsd) - priced.monthlyUsd;
    });
    low += Math.min(0, ...moved) ** 2;
    high += Math.max(0, ...moved) ** 2;
  }
  const expected = priced.monthlyUsd;
  return { expected, p10: Math.max(0, expected - Math.sqrt(low)), p90: expected + Math.sqrt(high) };
}

/** Where the less expensive side changes on the curve, found as the decision finds its break-evens. */
function crossingsOnCurve(flips: Flips, workload: WorkloadFacts, index: number): VolumeCurve["crossings"] {
  const rivalry = flips.along(index, "requests_per_month");
  return rivalry.crossings().crossings.flatMap(({ factor, above: to }) => {
    const monthlyUsd = rivalry.rival(to, factor)?.monthlyUsd;
    if (monthlyUsd === undefined || Math.abs(Math.log10(factor)) > VOLUME_DECADES) return [];
    return [{ requestsPerMonth: workload.requestsPerMonth.expected * factor, to, monthlyUsd }];
  });
}

function monthCosts(search: SearchResult, pricer: Pricer, asOf: string): readonly MonthCost[] {
  const best = PATHS.flatMap((path) => {
    const priced = bestOf(search, path);
    return priced === undefined ? [] : [{ path, priced }];
  });
  const { facts, catalog } = pricer.context;
  return Array.from({ length: facts.horizonMonths }, (_, month) => ({
    month: monthDate(asOf, month).slice(0, "YYYY-MM".length),
    usd: Object.fromEntries(best.map(({ path, priced }) => [path, monthUsd(priced, month, facts, catalog)])),
  }));
}

function flipOf(months: readonly MonthCost[]): Outlook["flip"] {
  const [first, ...later] = months.map((month) => ({ month: month.month, least: leastOf(month) }));
  const flipped = later.find(({ least }) => least !== first?.least);
  return flipped?.least === undefined ? null : { month: flipped.month, to: flipped.least };
}

function leastOf({ usd }: MonthCost): PathKind | undefined {
  return PATHS.filter((path) => usd[path] !== undefined).reduce<PathKind | undefined>(
    (best, path) => (best === undefined || (usd[path] ?? 0) < (usd[best] ?? 0) ? path : best),
    undefined,
  );
}

/** Load of a weekday's hours, in servers kept busy: the fleet's mean load shaped by each tenant's own day. */
function fleetDay(fleet: SizedFleet): FleetDay {
  const shares = fleet.tenants.map(({ workload, table }) => {
    const rate = table.options.get(fleet.key)?.first.capacity.requestsPerSecond.expected ?? Number.NaN;
    return { workload, busy: workload.requestsPerMonth.expected / rate };
  });
  const all = shares.reduce((sum, { busy }) => sum + busy, 0);
  const hours = Array.from({ length: HOURS_PER_DAY }, (_, hour) => {
    let [mean, worstMinute] = [0, 0];
    for (const { workload, busy } of shares) {
      const servers = (fleet.busyReplicas.mean * busy) / all;
      const live = servers * (1 - workload.batchRatio) * (workload.week[hour] ?? 0);
      // Batch work can wait, so it only fills the mean.
      mean += live + servers * workload.batchRatio;
      worstMinute += live * workload.peakToAverage;
    }
    return { hour, mean, worstMinute: Math.max(mean, worstMinute) };
  });
  const instances = fleet.instancesByMonth[0] ?? 0;
  const id = `${fleet.model.id}/${fleet.key}/${fleet.offer.instance.id}`;
  return {
    id,
    workloads: fleet.tenants.map(({ workload }) => workload.name),
    hours,
    instances,
    servers: instances * fleet.replicasPerInstance,
  };
}
