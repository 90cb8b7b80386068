import type { ServingOption } from "../../src/capacity/types.ts";
import { asRange, factsOf, type RequirementFacts, type WorkloadFacts } from "../../src/decide/facts.ts";
import { type OffersByGpu, offersByGpu, type Tenant } from "../../src/decide/fleet.ts";
import type { InstanceOffer } from "../../src/decide/prices.ts";
import type { ServingTable } from "../../src/decide/serving-table.ts";
import { documentOf, policy, workload } from "./support.ts";

/** Requests a month of one request a second: 730 h x 3,600 s. */
export const ONE_A_SECOND = 2_628_000;

export const FACTS: RequirementFacts = { ...factsOf(documentOf(policy([workload()]))), horizonMonths: 3 };

/** A workload of so many requests a second in the mean, the same in every hour, with a worst minute of 1.5 times its hour. */
export function asking(rate: number, change: Partial<WorkloadFacts> = {}): WorkloadFacts {
  const [frame] = FACTS.workloads;
  if (frame === undefined) throw new Error("the policy has one workload");
  return { ...frame, requestsPerMonth: asRange(rate * ONE_A_SECOND), peakToAverage: 1.5, ...change };
}

/** A configuration: requests a second of a replica at the first month's tokens (and at the last month's), on so many GPUs of a kind. */
export interface Made {
  readonly key: string;
  readonly rate: number;
  readonly lastRate?: number;
  readonly gpu?: string;
  readonly tensorParallel?: number;
  readonly kvPrecision?: "bf16" | "fp8";
  readonly weightsGiB?: number;
  readonly maxModelLen?: number;
}

function optionOf({ gpu = "g", tensorParallel = 1, kvPrecision = "bf16", weightsGiB = 10, maxModelLen = 4096 }: Made, rate: number) {
  return {
    configuration: { model: { id: "m" }, gpu: { id: gpu }, tensorParallel, kvPrecision, precision: "bf16", maxModelLen },
    memory: { weightsGiB },
    capacity: { requestsPerSecond: { p10: rate / 2, expected: rate, p90: rate * 2 } },
  } as unknown as ServingOption;
}

/** What serves a model: a replica is half as fast at the high end of the tokens and twice as fast at the low end. */
export function tableOf(...made: readonly Made[]): ServingTable {
  const options = made.map((one) => {
    const first = optionOf(one, one.rate);
    const last = one.lastRate === undefined ? first : optionOf(one, one.lastRate);
    return [one.key, { first, last, rateRatio: { low: 2, expected: 1, high: 0.5 } }] as const;
  });
  return { model: { id: "m" }, options: new Map(options) } as unknown as ServingTable;
}

/** A workload on a table, with what a request costs on the API that takes its overflow in each month. */
export function tenantOf(own: WorkloadFacts, table: ServingTable, overflowUsd?: readonly number[]): Tenant {
  return overflowUsd === undefined ? { workload: own, table } : { workload: own, table, overflowUsd };
}

const NOTHING_BESIDE = { instanceUsd: 0, diskGiBUsd: 0, throughputUsd: 0, warmInstances: 0, weightsGiBUsd: 0, startUsd: 0 };

/** An instance type for so many USD an hour, with nothing beside it. */
export function offerOf(
  id: string,
  usdPerHour: number,
  change: {
    readonly gpu?: string;
    readonly gpuCount?: number;
    readonly beside?: object;
    readonly machines?: number;
    readonly baseUsd?: number;
  } = {},
): InstanceOffer {
  const owned = {
    machines: change.machines ?? 0,
    depreciationUsd: usdPerHour * 730,
    electricityKwh: 0,
    electricityUsdPerKwh: 0,
    hostingUsd: 0,
  };
  return {
    instance: { id, gpu: change.gpu ?? "g", gpuCount: change.gpuCount ?? 1 },
    usdPerHour,
    onDemandBaseUsdPerHour: change.baseUsd ?? 0,
    source: "made up",
    beside: { ...NOTHING_BESIDE, ...change.beside },
    ...(change.machines === undefined ? {} : { owned }),
  } as unknown as InstanceOffer;
}

export function offersOf(...offers: readonly InstanceOffer[]): OffersByGpu {
  return offersByGpu(offers);
}
