import { STACK_RESOURCES, startSeconds } from "../../src/stack-resources.ts";
import { address, expression } from "../expression.ts";
import { logicalName } from "../naming.ts";
import {
  AutoscalingGroup,
  DataAwsSsmParameter,
  type IamInstanceProfile,
  LaunchTemplate,
  type LbTargetGroup,
  TerraformLocal,
  TerraformVariable,
} from "../provider.ts";
import type { Foundation, NamedFleet } from "./foundation.ts";
import type { Network } from "./network.ts";
import { buildLoadingHook, capacityOptions, hasWarmPool, marketOptions } from "./purchase.ts";
import { buildSchedule, leastInstances } from "./schedule.ts";
import { type HostSettings, userData } from "./user-data.ts";

/** AWS deep-learning image with NVIDIA driver, container toolkit and SSM agent (DLAMI user guide, 2026-11). Root device of Amazon Linux 2023. */
const GPU_IMAGE_PARAMETER = "/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-amazon-linux-2023/latest/ami-id";
const ROOT_DEVICE = "/dev/xvda";

const SECONDS_PER_MINUTE = 60;

/** What all fleets of a stack share. */
export interface FleetSite {
  readonly foundation: Foundation;
  readonly network: Network;
  readonly serverGroupId: string;
  readonly profile: IamInstanceProfile;
  /** Expression of the machine image's id. */
  readonly machineImage: string;
  /** Whether the servers run at all; false keeps everything else and no instance. */
  readonly serving: TerraformVariable;
}

/** The machine image: an id given by the operator, or the newest that AWS publishes, fixed in the launch template at each apply. */
export function buildMachineImage({ stack }: Foundation): string {
  const given = new TerraformVariable(stack, "gpu_image_id", {
    type: "string",
    default: "",
    description:
      "Id (ami-...) of the machine image: Amazon Linux 2023 with NVIDIA driver 580 or newer. Empty takes the newest deep-learning image at each apply; name one to be exact",
  });
  const newest = new DataAwsSsmParameter(stack, "gpu_image", { name: GPU_IMAGE_PARAMETER });
  newest.addOverride("count", expression(`${address(given)} == "" ? 1 : 0`));
  const image = `${address(given)} == "" ? one(${address(newest)}[*].insecure_value) : ${address(given)}`;
  return expression(address(new TerraformLocal(stack, "gpu_image_id_in_use", expression(image))));
}

/** Name of the group of one fleet. */
export function groupName(prefix: string, fleet: Pick<NamedFleet, "name">): string {
  return `${prefix}-${fleet.name}`;
}

/** One model on one instance type: a launch template and a group of instances across the zones. */
export function buildFleet(site: FleetSite, fleet: NamedFleet, target: LbTargetGroup, settings: HostSettings): AutoscalingGroup {
  const { stack, prefix, scalingRole } = site.foundation;
  const template = buildTemplate(site, fleet, settings);
  const start = startSeconds(fleet.weightsGiB);
  const group = new AutoscalingGroup(stack, logicalName("fleet", fleet.name), {
    name: groupName(prefix, fleet),
    minSize: leastInstances(fleet),
    maxSize: fleet.instances.maximum,
    desiredCapacity: fleet.instances.desired,
    vpcZoneIdentifier: [...site.network.privateSubnetIds],
    targetGroupArns: [target.arn],
    healthCheckType: "ELB",
    healthCheckGracePeriod: start,
    defaultInstanceWarmup: start,
    ...(scalingRole === null ? {} : { serviceLinkedRoleArn: scalingRole.arn }),
    enabledMetrics: ["GroupDesiredCapacity", "GroupInServiceInstances"],
    // Servers take many minutes to load; an apply that waited for them would hide everything else.
    waitForCapacityTimeout: "0",
    instanceRefresh: {
      strategy: "Rolling",
      preferences: { minHealthyPercentage: healthyDuringRefresh(fleet), instanceWarmup: String(start) },
    },
    tag: [
      { key: "Name", value: `${prefix}-${fleet.name}`, propagateAtLaunch: true },
      { key: "breakeven-fleet", value: fleet.name, propagateAtLaunch: true },
    ],
    lifecycle: { ignoreChanges: ["desired_capacity"] },
    ...capacityOptions(site.foundation, fleet, template),
  });
  // The floor is what the decision planned and priced: the queue adds servers above it and takes back no more than it added.
  const sizes = { min_size: leastInstances(fleet), max_size: fleet.instances.maximum, desired_capacity: fleet.instances.desired };
  for (const [size, instances] of Object.entries(sizes)) group.addOverride(size, expression(`${address(site.serving)} ? ${instances} : 0`));
  if (hasWarmPool(fleet))
    for (const size of ["min_size", "max_group_prepared_capacity"])
      group.addOverride(`warm_pool.${size}`, expression(`${address(site.serving)} ? ${fleet.warmInstances} : 0`));
  buildLoadingHook(site.foundation, fleet, group, start);
  buildSchedule(site.foundation, fleet, group, site.serving, start / SECONDS_PER_MINUTE);
  return group;
}

/** Bought blocks have no room for a second instance while the first still runs; elsewhere the new one comes first. */
function healthyDuringRefresh(fleet: NamedFleet): number {
  return fleet.purchase === "capacity_block" ? 0 : 100;
}

function buildTemplate(site: FleetSite, fleet: NamedFleet, settings: HostSettings): LaunchTemplate {
  const { stack, prefix, key, config } = site.foundation;
  const name = `${prefix}-${fleet.name}`;
  const boot = new TerraformLocal(stack, logicalName("boot", fleet.name), userData(settings));
  const tags = { ...config.tags, Name: name, "breakeven-fleet": fleet.name, "breakeven-stack": prefix };
  return new LaunchTemplate(stack, logicalName("template", fleet.name), {
    name,
    description: `${fleet.model}, ${fleet.replicasPerInstance} x ${fleet.tensorParallel} GPUs of ${fleet.instanceType}`,
    imageId: site.machineImage,
    instanceType: fleet.instanceType,
    updateDefaultVersion: true,
    ebsOptimized: "true",
    monitoring: { enabled: true },
    iamInstanceProfile: { arn: site.profile.arn },
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1, instanceMetadataTags: "disabled" },
    networkInterfaces: [{ associatePublicIpAddress: "false", securityGroups: [site.serverGroupId], deleteOnTermination: "true" }],
    blockDeviceMappings: [
      {
        deviceName: ROOT_DEVICE,
        ebs: {
          volumeType: "gp3",
          volumeSize: fleet.rootVolumeGiB,
          throughput: STACK_RESOURCES.rootVolumeThroughputMiBps,
          iops: STACK_RESOURCES.rootVolumeIops,
          encrypted: "true",
          kmsKeyId: key.arn,
          deleteOnTermination: "true",
        },
      },
    ],
    tagSpecifications: ["instance", "volume"].map((resourceType) => ({ resourceType, tags })),
    userData: expression(`base64encode(${address(boot)})`),
    ...marketOptions(site.foundation, fleet),
  });
}
