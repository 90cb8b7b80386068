import { type Catalog, findRegion, pricedIn, supportPriceUsd } from "../catalog/index.ts";
import type { ApiModel, ApiPrice, Instance } from "../catalog/schema.ts";
import { BILLED_THROUGHPUT_MIBPS, STACK_RESOURCES } from "../stack-resources.ts";
import type { PolicyNeeds } from "./facts.ts";
import { byText } from "./order.ts";
import { type OwnedMachine, ownedOffers } from "./owned.ts";
import { dated, lessDiscount, POLICY_SOURCE } from "./sources.ts";
import { succeeded } from "./successor-prices.ts";

/** An instance type with the hourly price that this policy pays for it. */
export interface InstanceOffer {
  readonly instance: Instance;
  readonly usdPerHour: number;
  /** What the one instance that a spot fleet keeps on demand costs more than this, in USD an hour; 0 elsewhere. */
  readonly onDemandBaseUsdPerHour: number;
  /** Where the price comes from, with date and discount. */
  readonly source: string;
  /** Another type with the same GPUs for spot requests. */
  readonly spotAlternative?: string;
  /** What the stacks bill for each instance besides its hours. */
  readonly beside: BesideInstance;
  /** Set for a machine of your own: it is limited in number and nothing of AWS comes with it. */
  readonly owned?: OwnedMachine;
}

/**
 * Disks, logs and metrics of an instance and the weights that all instances of a fleet share, in USD a month; `fleetLines` bills the same as
 * lines. A price that nobody knows in the region counts as 0 here and is a marked line there.
 */
export interface BesideInstance {
  /** Disk throughput, logs and metrics. */
  readonly instanceUsd: number;
  /** For each GiB of its disk, and the throughput of that: all that stopped (warm) instances cost. */
  readonly diskGiBUsd: number;
  readonly throughputUsd: number;
  readonly warmInstances: number;
  /** For each GiB of weights in the bucket. */
  readonly weightsGiBUsd: number;
  /** For each start of a new instance in the stack's own network: the server image over its NAT gateway. */
  readonly startUsd: number;
}

/** Instance types without a price, and why: unknown is no option and never 0. */
export interface UnpricedInstance {
  readonly instance: string;
  readonly text: string;
}

/** The catalog at the prices that a policy pays: those of its region, its own, and of a model that ends those of its successor from then on. */
export function pricedFor(catalog: Catalog, { region, prices }: Pick<PolicyNeeds, "region" | "prices">): Catalog {
  const home = findRegion(catalog, region);
  const laid = overlayPrices({ ...catalog, apiModels: catalog.apiModels.map((model) => pricedIn(model, home)) }, prices);
  return { ...laid, apiModels: laid.apiModels.map((model) => succeeded(model, laid.apiModels)) };
}

/**
 * The catalog with the policy's own API prices laid over it. From its `effective_from` on, a policy price replaces
 * every catalog price of the same model, until its `effective_to`.
 */
export function overlayPrices(catalog: Catalog, prices: PolicyNeeds["prices"]): Catalog {
  const own = prices.api ?? [];
  if (own.length === 0) return catalog;
  return { ...catalog, apiModels: catalog.apiModels.map((model) => overlayModel(model, own)) };
}

function overlayModel(model: ApiModel, own: NonNullable<PolicyNeeds["prices"]["api"]>): ApiModel {
  const mine = own.filter((price) => price.id === model.id || model.aliases.includes(price.id));
  if (mine.length === 0) return model;
  const rows = mine.map(
    (price): ApiPrice => ({
      effectiveFrom: price.effectiveFrom,
      effectiveTo: price.effectiveTo ?? null,
      inputUsdPerMTok: price.inputUsdPerMtok,
      outputUsdPerMTok: price.outputUsdPerMtok,
      cachedInputUsdPerMTok: price.cachedInputUsdPerMtok ?? null,
      batchInputUsdPerMTok: price.batchInputUsdPerMtok ?? null,
      batchOutputUsdPerMTok: price.batchOutputUsdPerMtok ?? null,
      ...(price.batchCachedInputUsdPerMtok === undefined ? {} : { batchCachedInputUsdPerMTok: price.batchCachedInputUsdPerMtok }),
      tiers: [],
      peak: null,
      source: `${POLICY_SOURCE}${price.source}`,
      checked: price.checked,
      basis: "vendor",
      certainty: "high",
    }),
  );
  return { ...model, prices: [...model.prices.flatMap((row) => remains(row, rows)), ...rows] };
}

/** The parts of a catalog price that no policy price covers; both ends of a period are inclusive. */
function remains(row: ApiPrice, own: readonly ApiPrice[]): readonly ApiPrice[] {
  return own.reduce<readonly ApiPrice[]>((parts, price) => parts.flatMap((part) => outside(part, price)), [row]);
}

function outside(row: ApiPrice, { effectiveFrom, effectiveTo }: ApiPrice): readonly ApiPrice[] {
  const endsBefore = row.effectiveTo !== null && row.effectiveTo < effectiveFrom;
  const startsAfter = effectiveTo !== null && row.effectiveFrom > effectiveTo;
  if (endsBefore || startsAfter) return [row];
  const outlives = effectiveTo !== null && (row.effectiveTo === null || row.effectiveTo > effectiveTo);
  return [
    ...(row.effectiveFrom < effectiveFrom ? [{ ...row, effectiveTo: dayFrom(effectiveFrom, -1) }] : []),
    ...(outlives ? [{ ...row, effectiveFrom: dayFrom(effectiveTo, 1) }] : []),
  ];
}

const MS_PER_DAY = 86_400_000;

/** `dayFrom("2026-12-31", 1)` is "2027-01-01". */
function dayFrom(date: string, days: number): string {
  return new Date(Date.parse(date) + days * MS_PER_DAY).toISOString().slice(0, date.length);
}

/**
 * Hourly prices of all GPU instances in the policy's region under its way of buying.
 * Look-up order: policy price as it is, then the catalog's capacity-block or on-demand price less the declared discount.
 * Example: p5.48xlarge in us-east-1 on demand is 55.04 USD/h; with gpu_discount_ratio 0.3 it is 38.53.
 */
export function instanceOffers(
  facts: PolicyNeeds,
  catalog: Catalog,
  asOf: string,
): { readonly offers: readonly InstanceOffer[]; readonly unpriced: readonly UnpricedInstance[] } {
  const offers: InstanceOffer[] = [];
  const unpriced: UnpricedInstance[] = [];
  const beside = besideInstance(facts, catalog);
  for (const instance of catalog.instances) {
    const price = ownPrice(instance, facts, asOf) ?? listPrice(instance, facts, asOf);
    if (price === undefined) {
      const what = facts.purchase.gpu === "capacity_block" ? "capacity-block" : "on-demand";
      unpriced.push({ instance: instance.id, text: `no ${what} price of ${instance.id} is known in ${facts.region}` });
    } else {
      offers.push({
        instance,
        ...price,
        onDemandBaseUsdPerHour: onDemandBase(instance, price.usdPerHour, facts),
        ...spotAlternative(instance, facts, catalog),
        beside,
      });
    }
  }
  return { offers: [...offers, ...ownedOffers(facts, catalog, asOf)], unpriced };
}

function besideInstance({ region, deploy }: PolicyNeeds, catalog: Catalog): BesideInstance {
  const price = (id: string) => supportPriceUsd(catalog, id, region)?.usd ?? 0;
  const throughputUsd = BILLED_THROUGHPUT_MIBPS * price("ebs-gp3-mbps-month");
  const logsUsd = STACK_RESOURCES.logGiBPerInstanceMonth * price("cw-logs-ingest-gb");
  const metricsUsd = STACK_RESOURCES.detailedMonitoringMetricsPerInstance * price("cw-metric-month");
  return {
    instanceUsd: throughputUsd + logsUsd + metricsUsd,
    diskGiBUsd: price("ebs-gp3-gb-month"),
    throughputUsd,
    warmInstances: deploy.warmInstances,
    weightsGiBUsd: price("s3-standard-gb-month"),
    startUsd: deploy.vpcSubnets === null ? STACK_RESOURCES.registryGiB * price("nat-gb") : 0,
  };
}

/** A spot fleet of a production stack keeps its first instance on demand, so that it is never reclaimed as a whole. */
function onDemandBase(instance: Instance, usdPerHour: number, facts: PolicyNeeds): number {
  if (facts.purchase.gpu !== "spot") return 0;
  const listed = instance.usdPerHour[facts.region]?.onDemand ?? usdPerHour;
  return Math.max(0, listed - usdPerHour) * STACK_RESOURCES.onDemandBaseOfSpotFleet[facts.stage];
}

/**
 * The cheapest other type with the same GPUs, as many of them, and no less of the rest, that the region sells: a second pool for spot
 * requests. Fleets are priced by their own type. Empty where there is none or nothing is bought on spot.
 *
 * Example: `g6e.12xlarge` (four L40S) has `g6e.24xlarge`; `p5.48xlarge` (eight H100) has none.
 */
export function spotAlternative(
  instance: Instance,
  { purchase, region }: PolicyNeeds,
  catalog: Catalog,
): { readonly spotAlternative?: string } {
  if (purchase.gpu !== "spot") return {};
  const listUsd = (other: Instance) => other.usdPerHour[region]?.onDemand ?? null;
  const [found] = catalog.instances
    .filter((other) => other.id !== instance.id && other.gpu === instance.gpu && other.gpuCount === instance.gpuCount)
    .filter((other) => other.vcpu >= instance.vcpu && other.memoryGiB >= instance.memoryGiB)
    .flatMap((other) => (listUsd(other) === null ? [] : [{ id: other.id, usd: listUsd(other) ?? 0 }]))
    .sort((a, b) => a.usd - b.usd || byText(a.id, b.id));
  return found === undefined ? {} : { spotAlternative: found.id };
}

type Price = Pick<InstanceOffer, "usdPerHour" | "source">;

function ownPrice(instance: Instance, facts: PolicyNeeds, asOf: string): Price | undefined {
  const own = (facts.prices.gpu ?? [])
    .filter((price) => price.id === instance.id && price.region === facts.region && price.effectiveFrom <= asOf)
    .sort((a, b) => (a.effectiveFrom < b.effectiveFrom ? 1 : -1))[0];
  return own === undefined ? undefined : { usdPerHour: own.usdPerHour, source: `policy: ${dated(own)}` };
}

function listPrice(instance: Instance, facts: PolicyNeeds, asOf: string): Price | undefined {
  const { gpuDiscountRatio } = facts.purchase;
  const row = listRow(instance, facts, asOf);
  if (row === undefined) return undefined;
  if (facts.purchase.gpu === "capacity_block") return discounted(row.usdPerHour, gpuDiscountRatio, `capacity block, ${dated(row)}`);
  const derived = row.basis === "derived" ? ", derived from the family's regional ratio" : "";
  return discounted(row.usdPerHour, gpuDiscountRatio, `on demand${derived}, ${dated(row)}`);
}

type ListRow = Pick<Instance["capacityBlock"][number], "usdPerHour" | "source" | "checked" | "basis">;

/** The catalog's row that an instance is bought at: that of its capacity block, or the region's on demand. */
function listRow(instance: Instance, { purchase, region }: PolicyNeeds, asOf: string): ListRow | undefined {
  if (purchase.gpu === "capacity_block")
    return instance.capacityBlock
      .filter((row) => row.effectiveFrom <= asOf)
      .sort((a, b) => (a.effectiveFrom < b.effectiveFrom ? 1 : -1))[0];
  const row = instance.usdPerHour[region];
  return row === undefined ? undefined : { ...row, usdPerHour: row.onDemand };
}

/** The day on which the catalog's price of an instance was last checked; undefined where none is used: the policy states its own, or nobody knows one. */
export function listPriceChecked(instance: Instance, facts: PolicyNeeds, asOf: string): string | undefined {
  return ownPrice(instance, facts, asOf) === undefined ? listRow(instance, facts, asOf)?.checked : undefined;
}

/** Whether a model is billed at a price of the policy on a date. */
export function hasOwnPrice(model: ApiModel, { prices }: PolicyNeeds, asOf: string): boolean {
  return (prices.api ?? []).some(
    (price) =>
      (price.id === model.id || model.aliases.includes(price.id)) &&
      price.effectiveFrom <= asOf &&
      (price.effectiveTo === undefined || price.effectiveTo >= asOf),
  );
}

function discounted(usdPerHour: number, ratio: number, source: string): Price {
  return { usdPerHour: usdPerHour * (1 - ratio), source: lessDiscount(source, ratio) };
}
