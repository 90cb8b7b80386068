import type { Catalog } from "../catalog/index.ts";
import { BILLED_THROUGHPUT_MIBPS, rootVolumeGiB, STACK_RESOURCES } from "../stack-resources.ts";
import { WEEKS_PER_MONTH } from "./base-load.ts";
import { type LineMaker, present, priced } from "./cost-line.ts";
import { HOURS_PER_MONTH } from "./defaults.ts";
import type { RequirementFacts } from "./facts.ts";
import type { SizedFleet } from "./fleet.ts";
import { ownedLines } from "./owned.ts";
import type { Scenario } from "./scenario.ts";
import type { CostLine } from "./types.ts";

/** Lines of one fleet: instances, disks, stored weights, logs and metrics. */
export function fleetLines(fleet: SizedFleet, facts: RequirementFacts, catalog: Catalog, what: Scenario): readonly CostLine[] {
  if (fleet.offer.owned !== undefined) return ownedLines(fleet, fleet.offer.owned);
  const line: LineMaker = (id, label, quantity, unit, price) => priced(catalog, facts.region, id, label, quantity, unit, price);
  const instances = meanOf(fleet.billedByMonth);
  const usdPerHour = fleet.offer.usdPerHour * what.gpuPrice;
  const weights = weightsGiB(fleet);
  const gpu: CostLine = {
    id: "gpu-instances",
    label: `${fleet.offer.instance.id} (${fleet.offer.instance.gpuCount} x ${fleet.option.configuration.gpu.name})`,
    quantity: instances * HOURS_PER_MONTH,
    unit: "instance-hour",
    unitPriceUsd: usdPerHour,
    monthlyUsd: instances * HOURS_PER_MONTH * usdPerHour,
    source: fleet.offer.source,
  };
  return [
    gpu,
    ...dedicatedTenancy(fleet, instances),
    ...onDemandBase(fleet, what),
    ...present([
      line(
        "disks",
        "Disks of the instances (gp3)",
        (instances + facts.deploy.warmInstances) * rootVolumeGiB(weights),
        "GB-month",
        "ebs-gp3-gb-month",
      ),
      line(
        "disk-throughput",
        "Disk throughput above 125 MiB/s",
        (instances + facts.deploy.warmInstances) * BILLED_THROUGHPUT_MIBPS,
        "MiB/s-month",
        "ebs-gp3-mbps-month",
      ),
      line("weights-storage", "Stored weights (S3)", weights, "GB-month", "s3-standard-gb-month"),
      line("image-pulls", "Server image at each start (NAT gateway)", imagePullsGiB(fleet, facts), "GB", "nat-gb"),
      line("logs", "Server logs", instances * STACK_RESOURCES.logGiBPerInstanceMonth, "GB", "cw-logs-ingest-gb"),
      line(
        "instance-metrics",
        "Detailed monitoring of the instances",
        instances * STACK_RESOURCES.detailedMonitoringMetricsPerInstance,
        "metric-month",
        "cw-metric-month",
      ),
    ]),
  ];
}

/**
 * Image that the instances of a scheduled fleet pull in a month, GiB: each start is a new instance, and the image comes over the NAT gateway of the
 * stack's own network. A fleet that runs all the time starts too seldom to count.
 *
 * Example: 20 starts a week x 4.345 weeks x 20 GiB are 1,738 GiB, 78 USD at 0.045.
 */
function imagePullsGiB({ startsByMonth, tenants }: SizedFleet, { deploy }: RequirementFacts): number {
  const overNat = deploy.vpcSubnets === null && !tenants.some(({ workload }) => workload.compliance.airGapped === true);
  return overNat ? meanOf(startsByMonth) * WEEKS_PER_MONTH * STACK_RESOURCES.registryGiB : 0;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A fleet as it runs in one month of the horizon, for the bill of that month alone. */
export function fleetInMonth(fleet: SizedFleet, month: number): SizedFleet {
  const of = (values: readonly number[]) => values.slice(month, month + 1);
  return { ...fleet, billedByMonth: of(fleet.billedByMonth), startsByMonth: of(fleet.startsByMonth) };
}

/**
 * IL5 asks for hardware that nobody else is on. What AWS takes for it, a fee for each hour of a region and more for each instance, is a price that the
 * catalog does not hold: a line without an amount, never 0.
 */
function dedicatedTenancy({ tenants }: SizedFleet, instances: number): CostLine[] {
  if (!tenants.some(({ workload }) => workload.compliance.regimes?.includes("il5") === true)) return [];
  const line = { id: "dedicated-tenancy", label: "Dedicated tenancy of the instances (IL5)", quantity: instances * HOURS_PER_MONTH };
  const source = "no price of dedicated tenancy is known; an accepted equivalent may cost nothing";
  return [{ ...line, unit: "instance-hour", unitPriceUsd: null, monthlyUsd: null, source }];
}

/** The instance of a spot fleet that stays on demand, as what it costs more. */
function onDemandBase(fleet: SizedFleet, what: Scenario): CostLine[] {
  const surcharge = fleet.offer.onDemandBaseUsdPerHour * what.gpuPrice;
  if (surcharge === 0) return [];
  return [
    {
      id: "on-demand-base",
      label: "One instance kept on demand, above the spot price",
      quantity: HOURS_PER_MONTH,
      unit: "instance-hour",
      unitPriceUsd: surcharge,
      monthlyUsd: HOURS_PER_MONTH * surcharge,
      source: fleet.offer.source,
    },
  ];
}

/** Weights of one replica over all its GPUs, in GiB. */
export function weightsGiB(fleet: SizedFleet): number {
  return fleet.option.memory.weightsGiB * fleet.option.configuration.tensorParallel;
}
