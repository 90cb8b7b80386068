import { HOURS_PER_WEEK, SLOTS } from "./base-load.ts";
import type { ApiCandidate, SelfHostCandidate } from "./candidates.ts";
import type { WorkloadFacts } from "./facts.ts";
import type { SizedFleet } from "./fleet.ts";
import { weightsGiB } from "./fleet-cost.ts";
import { fleetId } from "./pairs.ts";
import type { PricedPortfolio } from "./portfolio.ts";
import { windowsOf } from "./schedule.ts";
import { servingFlags } from "./serving-flags.ts";
import { type Choice, hostsOf, tokensOf } from "./split.ts";
import { growthAt } from "./traffic.ts";
import { hasOwnWeights } from "./tuning-facts.ts";
import type { Fleet, OptionSummary, Split } from "./types.ts";

/** The published form of what serves one workload; with its fleet when it runs on own instances. */
export function summaryOf(choice: Choice, workload: WorkloadFacts, fleets: readonly SizedFleet[]): OptionSummary {
  if (choice.kind === "split") {
    const [base, overflow] = [hostSummary(choice.base.candidate, workload, fleets), tokenSummary(choice.overflow.candidate)];
    return { ...base, id: `hybrid/${base.id.replace(/^self-host\//, "")}+${overflow.id}`, overflow };
  }
  return choice.kind === "self-host" ? hostSummary(choice.candidate, workload, fleets) : tokenSummary(choice.candidate);
}

function tokenSummary({ id, kind, model, route }: ApiCandidate): OptionSummary {
  return { id, kind, model: model.id, route: route.id, provider: model.provider };
}

/** The fleet that a workload is on; undefined for one that is on none. */
export function fleetUnder({ name }: WorkloadFacts, fleets: readonly SizedFleet[]): SizedFleet | undefined {
  return fleets.find(({ tenants }) => tenants.some(({ workload }) => workload.name === name));
}

/**
 * Published id of a fleet among those of its portfolio: that of its configuration, with `/of-NAME` where it holds the own weights of one workload, and
 * with `/for-NAME` of its first workload where two fleets run the same.
 */
function fleetName(fleet: SizedFleet, fleets: readonly SizedFleet[]): string {
  const owner = fleet.tenants.find(({ workload }) => hasOwnWeights(workload))?.workload;
  if (owner !== undefined) return `${fleetId(fleet)}/of-${owner.name}`;
  const id = fleetId(fleet);
  const same = fleets.filter((other) => fleetId(other) === id && !other.tenants.some(({ workload }) => hasOwnWeights(workload)));
  return same.length < 2 ? id : `${id}/for-${fleet.tenants[0]?.workload.name}`;
}

function hostSummary(candidate: SelfHostCandidate, workload: WorkloadFacts, fleets: readonly SizedFleet[]): OptionSummary {
  const fleet = fleetUnder(workload, fleets);
  if (fleet === undefined) throw new Error(`defect: ${candidate.id} was priced without a fleet`);
  const { configuration } = fleet.option;
  const instances = Math.max(...fleet.instancesByMonth);
  return {
    id: `self-host/${fleetName(fleet, fleets)}`,
    kind: "self-host",
    model: candidate.model.id,
    route: candidate.route.id,
    gpu: configuration.gpu.id,
    instanceType: fleet.offer.instance.id,
    replicas: instances * fleet.replicasPerInstance,
    instances,
    tensorParallel: configuration.tensorParallel,
    precision: configuration.precision,
  };
}

/** The published form of the fleets of one portfolio. */
export function fleetsOf(fleets: readonly SizedFleet[]): readonly Fleet[] {
  return fleets.map((fleet) => fleetOf(fleet, fleets));
}

function fleetOf(fleet: SizedFleet, fleets: readonly SizedFleet[]): Fleet {
  const { option, offer, model } = fleet;
  const { configuration, capacity } = option;
  const first = fleet.instancesByMonth[0] ?? 0;
  const replicas = first * fleet.replicasPerInstance;
  const checkpoint = model.checkpoints.find((entry) => entry.precision === configuration.precision);
  return {
    id: fleetName(fleet, fleets),
    model: model.id,
    hubRepo: checkpoint?.hubRepo ?? model.hubRepo,
    precision: configuration.precision,
    gatedDownload: model.gatedDownload,
    ...(fleet.tenants.some(({ workload }) => hasOwnWeights(workload)) ? { ownWeights: true as const } : {}),
    weightsGiB: weightsGiB(fleet),
    instanceType: offer.instance.id,
    gpu: configuration.gpu.name,
    gpuCountPerInstance: offer.instance.gpuCount,
    tensorParallel: configuration.tensorParallel,
    replicasPerInstance: fleet.replicasPerInstance,
    instances: { first, last: fleet.instancesByMonth.at(-1) ?? first, minimum: fleet.minimumInstances },
    schedule: fleet.schedule === null ? null : windowsOf(fleet.schedule),
    usdPerInstanceHour: offer.usdPerHour,
    ...(offer.spotAlternative === undefined ? {} : { spotAlternative: offer.spotAlternative }),
    ...(offer.owned === undefined ? {} : { owned: true as const }),
    utilisationRatio: {
      mean: fleet.busyReplicas.mean / (runningOnAverage(fleet) * fleet.replicasPerInstance),
      peak: fleet.busyReplicas.peak / replicas,
    },
    capacity: {
      requestsPerSecondPerReplica: capacity.requestsPerSecond.expected,
      ttftMsP95: capacity.ttftMsP95,
      tpotMsP95: capacity.tpotMsP95,
      concurrency: capacity.concurrency,
      limitedBy: capacity.limitedBy,
      confidence: capacity.confidence,
      ...(fleet.tenants.length > 1 ? { workload: shownTenant(fleet).workload.name } : {}),
      ...(capacity.measured === null ? {} : { measured: capacity.measured }),
    },
    vllmFlags: [
      ...option.flags,
      ...servingFlags(
        model,
        fleet.tenants.map(({ workload }) => workload),
      ),
    ],
    workloads: fleet.tenants.map(({ workload }) => workload.name),
  };
}

/** Instances that run in the mean hour of the first month: fewer than the most where the fleet follows the week. */
function runningOnAverage({ schedule, instancesByMonth }: SizedFleet): number {
  if (schedule === null) return instancesByMonth[0] ?? 0;
  return SLOTS.reduce((sum, { hoursPerWeek }, slot) => sum + hoursPerWeek * (schedule[slot] ?? 0), 0) / HOURS_PER_WEEK;
}

/** The tenant whose requests the published capacity of a fleet is for. */
function shownTenant({ tenants, key, option }: SizedFleet) {
  const shown = tenants.find(({ table }) => table.options.get(key)?.first === option);
  if (shown === undefined) throw new Error("defect: the capacity of a fleet is that of none of its workloads");
  return shown;
}

/** Whole dollars with thousands separators for running text: `usd(3650.4)` is "$3,650". */
export function usd(value: number): string {
  return `$${grouped(Math.round(value))}`;
}

/** Thousands separators, without the locale tables that cost start-up time: `grouped(1234567.5)` is "1,234,567.5". */
export function grouped(value: number): string {
  const [whole = "", fraction] = String(value).split(".");
  const separated = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? separated : `${separated}.${fraction}`;
}

/** Names a portfolio's models for running text. */
export function namesOf(priced: PricedPortfolio): string {
  const models = priced.assignment
    .flatMap((choice) => [hostsOf(choice), tokensOf(choice)])
    .map((option) => option?.candidate.model.id ?? []);
  return [...new Set(models.flat())].sort().join(" + ");
}

/** How the requests of a split workload divide, over all months of the horizon; null for a workload that is not split. */
export function splitOf(choice: Choice, workload: WorkloadFacts, fleets: readonly SizedFleet[]): Split | null {
  if (choice.kind !== "split") return null;
  const shares = fleetUnder(workload, fleets)?.overflowShares.get(workload.name) ?? [];
  const weights = shares.map((_, month) => growthAt(workload.growthRatioPerMonth, month));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const overflowShareRatio = shares.reduce((sum, share, month) => sum + (share * (weights[month] ?? 0)) / all, 0);
  return { baseShareRatio: 1 - overflowShareRatio, overflowShareRatio, overflow: tokenSummary(choice.overflow.candidate) };
}
