import { STACK_RESOURCES } from "../../src/stack-resources.ts";
import { logicalName } from "../naming.ts";
import {
  type AutoscalingGroup,
  type AutoscalingGroupConfig,
  AutoscalingLifecycleHook,
  type LaunchTemplate,
  type LaunchTemplateConfig,
  type TerraformStack,
  TerraformVariable,
} from "../provider.ts";
import type { Foundation, NamedFleet } from "./foundation.ts";

/** Longest wait of a lifecycle hook (PutLifecycleHook, 2026-11). */
const LONGEST_HEARTBEAT_SECONDS = 7200;

/** The part of a launch template that depends on how instances are bought. */
export function marketOptions({ stack }: Foundation, fleet: NamedFleet): Partial<LaunchTemplateConfig> {
  if (fleet.purchase !== "capacity_block") return {};
  const reservation = new TerraformVariable(stack, logicalName("capacity_block", fleet.name), {
    type: "string",
    description: `Id (cr-...) of the capacity block bought for ${fleet.instanceType}: aws ec2 purchase-capacity-block. It ends with its time; servers are taken away 30 minutes before`,
  });
  return {
    instanceMarketOptions: { marketType: "capacity-block" },
    capacityReservationSpecification: { capacityReservationTarget: { capacityReservationId: reservation.stringValue } },
  };
}

/**
 * How the group takes instances from the template. A savings plan is a matter of the bill: its instances are on demand here. Spot keeps
 * an on-demand base in production and replaces instances before they are reclaimed.
 */
export function capacityOptions(
  { stack, config }: Foundation,
  fleet: NamedFleet,
  template: LaunchTemplate,
): Partial<AutoscalingGroupConfig> {
  const version = String(template.latestVersion);
  if (fleet.purchase === "reserved")
    return { launchTemplate: { id: template.id, version }, ...warmPool(fleet), ...reservation(stack, fleet) };
  if (fleet.purchase !== "spot") return { launchTemplate: { id: template.id, version }, ...warmPool(fleet) };
  return {
    capacityRebalance: true,
    mixedInstancesPolicy: {
      launchTemplate: { launchTemplateSpecification: { launchTemplateId: template.id, version }, ...spotTypes(fleet) },
      instancesDistribution: {
        onDemandBaseCapacity: STACK_RESOURCES.onDemandBaseOfSpotFleet[config.stage],
        onDemandPercentageAboveBaseCapacity: 0,
        spotAllocationStrategy: "price-capacity-optimized",
      },
    },
  };
}

/** Two pools to draw from, the planned type first, which the on-demand base takes. */
function spotTypes({ instanceType, spotAlternative }: NamedFleet): { readonly override?: { readonly instanceType: string }[] } {
  if (spotAlternative === undefined) return {};
  return { override: [{ instanceType }, { instanceType: spotAlternative }] };
}

/**
 * Servers that have loaded once and stand stopped: only their disks are billed. A spot or block instance cannot be stopped.
 *
 * The size is exact where both numbers are the same; with the least alone, AWS fills the pool up to the largest size of the group (Auto Scaling user
 * guide, warm pools, 2026-11).
 */
function warmPool(fleet: NamedFleet): Partial<AutoscalingGroupConfig> {
  if (!hasWarmPool(fleet)) return {};
  const { warmInstances } = fleet;
  return {
    warmPool: {
      poolState: "Stopped",
      minSize: warmInstances,
      maxGroupPreparedCapacity: warmInstances,
      instanceReusePolicy: { reuseOnScaleIn: true },
    },
  };
}

/** Whether stopped servers stand beside the running ones. */
export function hasWarmPool({ warmInstances, purchase }: NamedFleet): boolean {
  return warmInstances > 0 && purchase !== "capacity_block" && purchase !== "spot";
}

/**
 * AWS stops a server of a warm pool as soon as it has started, so it must be told to wait: a server ends the wait itself once image and weights are
 * there (`breakeven-prepare`). One that cannot goes on when its time to start is over.
 */
export function buildLoadingHook(foundation: Foundation, fleet: NamedFleet, group: AutoscalingGroup, startSeconds: number): void {
  const { stack, prefix, config } = foundation;
  if (!waitsForLoading(config, fleet)) return;
  new AutoscalingLifecycleHook(stack, logicalName("loading", fleet.name), {
    name: loadingHook(prefix, fleet),
    autoscalingGroupName: group.name,
    lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
    heartbeatTimeout: Math.min(startSeconds, LONGEST_HEARTBEAT_SECONDS),
    defaultResult: "CONTINUE",
  });
}

/** Inside an air gap a server cannot say that it has loaded, and a wait would only delay each start. */
export function waitsForLoading({ airGapped }: Foundation["config"], fleet: NamedFleet): boolean {
  return hasWarmPool(fleet) && !airGapped;
}

/** Name of the hook by which servers of a warm pool say that they have loaded. */
export function loadingHook(prefix: string, fleet: Pick<NamedFleet, "name">): string {
  return `${prefix}-${fleet.name}-loading`;
}

/** Reserved capacity first, on demand when it is used up: a fleet that grows must not fail for want of a reservation. */
function reservation(stack: TerraformStack, fleet: NamedFleet): Partial<AutoscalingGroupConfig> {
  const id = new TerraformVariable(stack, logicalName("reservation", fleet.name), {
    type: "string",
    description: `Id (cr-...) of your capacity reservation for ${fleet.instances.desired} x ${fleet.instanceType}: aws ec2 create-capacity-reservation --instance-type ${fleet.instanceType} --instance-platform Linux/UNIX --availability-zone ZONE --instance-count ${fleet.instances.desired} --instance-match-criteria targeted. It is billed until you cancel it, used or not`,
  });
  return {
    capacityReservationSpecification: {
      capacityReservationPreference: "capacity-reservations-first",
      capacityReservationTarget: { capacityReservationIds: [id.stringValue] },
    },
  };
}
