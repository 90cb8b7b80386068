import { type Catalog, findGpu } from "../catalog/index.ts";
import { HOURS_PER_MONTH } from "./defaults.ts";
import type { PolicyNeeds } from "./facts.ts";
import type { OffersByGpu, SizedFleet } from "./fleet.ts";
import type { InstanceOffer } from "./prices.ts";
import type { CostLine } from "./types.ts";

/** One kind of machine as the policy declares it under `purchase.owned`, every default filled in. */
export interface OwnedEntry {
  readonly gpu: string;
  readonly count: number;
  readonly machines: number;
  readonly purchaseUsd: number;
  readonly bought: string;
  readonly depreciationMonths: number;
  readonly powerKw: number;
  readonly electricityUsdPerKwh: number;
  readonly pue: number;
  readonly hostingUsdPerMonth: number;
}

/** What one machine of your own costs in an average month of the horizon, whether it is busy or not. */
export interface OwnedMachine {
  /** How many there are. */
  readonly machines: number;
  readonly depreciationUsd: number;
  readonly electricityKwh: number;
  readonly electricityUsdPerKwh: number;
  readonly hostingUsd: number;
  /** Day of the purchase where it is still to come: the plan counts the machine from its first month on all the same. */
  readonly comesOn?: string;
}

/** Straight-line depreciation of servers. Source: cloud providers' annual reports 2023 to 2025 write servers off in 5 to 6 years; GPUs age faster: ours. */
export const DEPRECIATION_DEFAULT = {
  key: "purchase.owned.depreciation_months",
  value: 36,
  source: "ours: three years, a GPU generation and a half",
} as const;
/** Power of the whole room over that of the machine. Source: Uptime Institute global survey 2024, mean of 1.56. */
export const PUE_DEFAULT = {
  key: "purchase.owned.pue",
  value: 1.56,
  source: "Uptime Institute global data centre survey 2024, mean",
} as const;

/**
 * Machines of your own as offers, beside what can be rented: the month's depreciation, electricity and hosting over 730 hours. A machine
 * that is written off costs its power and its place. No AWS resource comes with it.
 *
 * Example: 250,000 USD over 36 months is 6,944.44; 10.2 kW x 1.3 x 730 h x 0.12 USD is 1,161.58: 8,106.02 USD a month, 11.10 an hour.
 */
export function ownedOffers(facts: PolicyNeeds, catalog: Catalog, asOf: string): readonly InstanceOffer[] {
  const seen = new Map<string, number>();
  return facts.purchase.owned.map((entry): InstanceOffer => {
    const gpu = findGpu(catalog, entry.gpu);
    if (gpu === undefined) throw new Error(`defect: the unknown GPU ${entry.gpu} was not refused`);
    const name = `owned-${gpu.id}-x${entry.count}`;
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    const owned = monthOf(entry, facts.horizonMonths, asOf);
    const shape = {
      gpu: gpu.id,
      gpuCount: entry.count,
      gpuMemoryGiB: gpu.memoryGiB,
      vcpu: 1,
      memoryGiB: 1,
      localNvmeGB: 0,
      networkMbps: 1,
    };
    const dates = { usdPerHour: {}, capacityBlock: [], source: "policy: purchase.owned", checked: asOf };
    return {
      instance: { kind: "instance", id: nth === 1 ? name : `${name}-${nth}`, family: "owned", ...shape, ...dates },
      usdPerHour: monthlyUsd(owned) / HOURS_PER_MONTH,
      onDemandBaseUsdPerHour: 0,
      source: "policy: purchase.owned",
      beside: { instanceUsd: 0, diskGiBUsd: 0, throughputUsd: 0, warmInstances: 0, weightsGiBUsd: 0, startUsd: 0 },
      owned,
    };
  });
}

function monthOf(entry: OwnedEntry, horizonMonths: number, asOf: string): OwnedMachine {
  const left = Math.min(horizonMonths, Math.max(0, entry.depreciationMonths - monthsBetween(entry.bought, asOf)));
  return {
    machines: entry.machines,
    depreciationUsd: ((entry.purchaseUsd / entry.depreciationMonths) * left) / horizonMonths,
    electricityKwh: entry.powerKw * entry.pue * HOURS_PER_MONTH,
    electricityUsdPerKwh: entry.electricityUsdPerKwh,
    hostingUsd: entry.hostingUsdPerMonth,
    ...(entry.bought > asOf ? { comesOn: entry.bought } : {}),
  };
}

function monthlyUsd(owned: OwnedMachine): number {
  return owned.depreciationUsd + owned.electricityKwh * owned.electricityUsdPerKwh + owned.hostingUsd;
}

/** Calendar months from one date to another; below 0 for a machine that is yet to come. */
function monthsBetween(from: string, to: string): number {
  const months = (date: string) => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7));
  return months(to) - months(from);
}

/** Bill of a fleet on own machines: wear, power and place; nothing of AWS. */
export function ownedLines(fleet: SizedFleet, owned: OwnedMachine): readonly CostLine[] {
  const machines = fleet.billedByMonth.reduce((sum, count) => sum + count, 0) / fleet.billedByMonth.length;
  const { id } = fleet.offer.instance;
  const source = fleet.offer.source;
  const line = (what: string, label: string, quantity: number, unit: string, unitPriceUsd: number): CostLine => ({
    id: `owned-${what}`,
    label,
    quantity,
    unit,
    unitPriceUsd,
    monthlyUsd: quantity * unitPriceUsd,
    source,
  });
  return [
    line("depreciation", `Depreciation of ${id}`, machines, "machine-month", owned.depreciationUsd),
    line("electricity", `Electricity of ${id}, busy or not`, machines * owned.electricityKwh, "kWh", owned.electricityUsdPerKwh),
    ...(owned.hostingUsd === 0 ? [] : [line("hosting", `Place of ${id}`, machines, "machine-month", owned.hostingUsd)]),
  ];
}

/** Price of an hour in a what-if: what you own costs the same whatever rented GPUs cost. */
export function hourlyUsd(offer: Pick<InstanceOffer, "usdPerHour" | "owned">, gpuPrice: number): number {
  return offer.owned === undefined ? offer.usdPerHour * gpuPrice : offer.usdPerHour;
}

/** Instances of each month; what you own costs every month what its busiest one needs. Undefined when there are not enough machines. */
export function withinMachines(instances: readonly number[], offer: InstanceOffer): readonly number[] | undefined {
  if (offer.owned === undefined) return instances;
  const most = Math.max(...instances);
  return most > offer.owned.machines ? undefined : instances.map(() => most);
}

/** Whether fleets together need more machines of a kind than there are. */
export function oversubscribed(fleets: readonly SizedFleet[]): boolean {
  const used = new Map<string, number>();
  for (const { offer, instancesByMonth } of fleets) {
    if (offer.owned === undefined) continue;
    const total = (used.get(offer.instance.id) ?? 0) + Math.max(...instancesByMonth);
    if (total > offer.owned.machines) return true;
    used.set(offer.instance.id, total);
  }
  return false;
}

const rentedOf = new WeakMap<OffersByGpu, OffersByGpu>();
const ownedOf = new WeakMap<OffersByGpu, OffersByGpu>();

/** Your own machines among the offers; the same object for the same offers, empty where there are none. */
export function ownedOnly(offers: OffersByGpu): OffersByGpu {
  const known = ownedOf.get(offers);
  if (known !== undefined) return known;
  const lists = [...offers].map(([gpu, list]) => [gpu, list.filter(({ owned }) => owned !== undefined)] as const);
  const own = new Map(lists.filter(([, list]) => list.length > 0));
  ownedOf.set(offers, own);
  return own;
}

/** The offers without your own machines; the same object for the same offers. */
export function rentedOnly(offers: OffersByGpu): OffersByGpu {
  const known = rentedOf.get(offers);
  if (known !== undefined) return known;
  const hasOwned = [...offers.values()].some((list) => list.some(({ owned }) => owned !== undefined));
  const rented = hasOwned ? new Map([...offers].map(([gpu, list]) => [gpu, list.filter(({ owned }) => owned === undefined)])) : offers;
  rentedOf.set(offers, rented);
  return rented;
}
