import { fleetId, type SizedFleet } from "./fleet.ts";
import type { FeasibleOption } from "./options.ts";
import type { PricedPortfolio } from "./portfolio.ts";
import { weightsGiB } from "./shared-cost.ts";
import type { Fleet, OptionSummary } from "./types.ts";

/** The published form of an option; with its fleet when it runs on own instances. */
export function summaryOf(option: FeasibleOption, fleets: readonly SizedFleet[]): OptionSummary {
  const { candidate } = option;
  if (candidate.kind !== "self-host") {
    return {
      id: candidate.id,
      kind: candidate.kind,
      model: candidate.model.id,
      route: candidate.route.id,
      provider: candidate.model.provider,
    };
  }
  const fleet = fleets.find((entry) => entry.model.id === candidate.model.id);
  if (fleet === undefined) throw new Error(`defect: ${candidate.id} was priced without a fleet`);
  const { configuration } = fleet.option;
  const instances = fleet.instancesByMonth.at(-1) ?? 0;
  return {
    id: `self-host/${fleetId(fleet)}`,
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

/** The published form of a fleet. */
export function fleetOf(fleet: SizedFleet): Fleet {
  const { option, offer, model } = fleet;
  const { configuration, capacity } = option;
  const first = fleet.instancesByMonth[0] ?? 0;
  const replicas = first * fleet.replicasPerInstance;
  const checkpoint = model.checkpoints.find((entry) => entry.precision === configuration.precision);
  return {
    id: fleetId(fleet),
    model: model.id,
    hubRepo: checkpoint?.hubRepo ?? model.hubRepo,
    precision: configuration.precision,
    gatedDownload: model.gatedDownload,
    weightsGiB: weightsGiB(fleet),
    instanceType: offer.instance.id,
    gpu: configuration.gpu.name,
    gpuCountPerInstance: offer.instance.gpuCount,
    tensorParallel: configuration.tensorParallel,
    replicasPerInstance: fleet.replicasPerInstance,
    instances: { first, last: fleet.instancesByMonth.at(-1) ?? first, minimum: fleet.minimumInstances },
    usdPerInstanceHour: offer.usdPerHour,
    utilisationRatio: { mean: fleet.busyReplicas.mean / replicas, peak: fleet.busyReplicas.peak / replicas },
    capacity: {
      requestsPerSecondPerReplica: capacity.requestsPerSecond.expected,
      ttftMsP95: capacity.ttftMsP95,
      tpotMsP95: capacity.tpotMsP95,
      concurrency: capacity.concurrency,
      limitedBy: capacity.limitedBy,
      confidence: capacity.confidence,
      ...(capacity.measured === null ? {} : { measured: capacity.measured }),
    },
    vllmFlags: option.flags,
    workloads: fleet.tenants.map(({ workload }) => workload.name),
  };
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

/** Names a portfolio's options for running text. */
export function namesOf(priced: PricedPortfolio): string {
  return [...new Set(priced.assignment.map((option) => option.candidate.model.id))].sort().join(" + ");
}
