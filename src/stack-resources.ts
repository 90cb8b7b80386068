/**
 * What the stacks build around the model servers, as counts: the cost lines of `decide/` and the resources of `stacks/` agree through this
 * file, and a test counts the synthesized Terraform against it. Plain data and arithmetic, no cdktf.
 */

import { GATEWAY, type GatewayShape, gatewayServices } from "./gateway.ts";

/** Constants that both a bill and a stack depend on. Units are in the names. */
export const STACK_RESOURCES = {
  /** Availability zones that a new network spans; also the nodes of the load balancer. */
  zones: 2,
  /**
   * AWS services reached over interface endpoints inside a new network, one endpoint in each zone:
   * session access, secrets, logs, metrics, keys, images, identity. S3 has a gateway endpoint, which is free.
   */
  interfaceEndpointServices: [
    "ssm",
    "ssmmessages",
    "ec2messages",
    "secretsmanager",
    "logs",
    "monitoring",
    "kms",
    "ecr.api",
    "ecr.dkr",
    "sts",
  ],
  /** Added where Bedrock serves a workload of a stack that has a network of its own. */
  bedrockEndpointService: "bedrock-runtime",
  /** Figures that each fleet publishes once a minute; one CloudWatch custom metric each. */
  fleetMetrics: [
    "WaitingRequestsPerReplica",
    "RunningRequestsPerReplica",
    "KvCacheUsageRatio",
    "TtftP95Ms",
    "TpotP95Ms",
    "Requests",
    "InputTokens",
    "OutputTokens",
    "GpuUtilisationPercent",
    "GpuErrors",
  ],
  /** Custom metrics filtered from the call log of the API side. */
  apiMetrics: ["ApiErrors", "ApiInputTokens", "ApiOutputTokens"],
  /** PutMetricData calls of one instance in a month of 730 h: one a minute. */
  metricCallsPerInstanceMonth: 43_800,
  /** EC2 metrics at one-minute resolution (detailed monitoring), billed as custom metrics, for each instance. */
  detailedMonitoringMetricsPerInstance: 7,
  /** Container log of one instance in a month, GiB: vLLM prints a line of about 300 bytes every 10 s and one for each request. Assumed, not measured. */
  logGiBPerInstanceMonth: 1,
  /** Volume of the operating system, drivers and CUDA of the deep-learning image, GiB. Assumed from its published minimum. */
  systemVolumeGiB: 100,
  /** Unpacked vLLM image with its layers, GiB. Assumed: the compressed image is 10 to 20 GB. */
  imageVolumeGiB: 40,
  /** Free space beyond the weights: a second revision of small models, compile caches, logs. */
  weightsHeadroomRatio: 0.25,
  /** gp3 figures of the root volume; 3000 IOPS and the included throughput come with the price, what is above is billed. */
  rootVolumeThroughputMiBps: 500,
  includedThroughputMiBps: 125,
  rootVolumeIops: 3000,
  /** Compressed vLLM image, GiB: in the registry of an air-gapped stack, elsewhere pulled at each start. Assumed, the upper end of 10 to 20 GB. */
  registryGiB: 20,
  /** Instances of a spot fleet that stay on demand, by stage: production keeps one that cannot be reclaimed. */
  onDemandBaseOfSpotFleet: { prototype: 0, production: 1, research: 0 },
} as const;

/** Disk throughput that is billed, of each instance. */
export const BILLED_THROUGHPUT_MIBPS = STACK_RESOURCES.rootVolumeThroughputMiBps - STACK_RESOURCES.includedThroughputMiBps;

/** Size of a root volume that holds system, image and weights, in GiB, rounded up to 10. `rootVolumeGiB(65.8)` is 230. */
export function rootVolumeGiB(weightsGiB: number): number {
  const needed = STACK_RESOURCES.systemVolumeGiB + STACK_RESOURCES.imageVolumeGiB + weightsGiB * (1 + STACK_RESOURCES.weightsHeadroomRatio);
  return Math.ceil(needed / 10) * 10;
}

/**
 * Boot, image pull and compilation before weights, seconds. Assumed generously, not measured: too short restarts for ever, and too long is billed
 * at every start of a fleet that follows the week.
 */
const START_SECONDS = 900;
/** Slowest rate at which weights must arrive, MB/s: the first server reads from the hub, the others from S3 at several times that. Assumed. */
const DOWNLOAD_MB_PER_SECOND = 100;
const SECONDS_PER_MINUTE = 60;
const BYTES_PER_GIB = 2 ** 30;
const BYTES_PER_MB = 1e6;

/**
 * Seconds until a new server must answer, and so the time by which a schedule asks for it early.
 * `startSeconds(131)` (70B in bf16) is 900 + 1407, rounded up to a minute: 2340.
 */
export function startSeconds(weightsGiB: number): number {
  const download = (weightsGiB * BYTES_PER_GIB) / (DOWNLOAD_MB_PER_SECOND * BYTES_PER_MB);
  return Math.ceil((START_SECONDS + download) / SECONDS_PER_MINUTE) * SECONDS_PER_MINUTE;
}

/** As much of a stack as its supporting resources depend on. */
export interface StackShape {
  readonly stage: "prototype" | "production" | "research";
  readonly airGapped: boolean;
  /** False when the policy names an existing network: its endpoints and gateways are then its owner's. */
  readonly newNetwork: boolean;
  readonly hasDomain: boolean;
  /** Providers whose key must be kept. */
  readonly keyedProviders: number;
  /** Models called by permission instead of a key (Bedrock). */
  readonly keylessModels: number;
  /** Subnets of an existing network in which the stack makes a private door to Bedrock (`private_network`); absent elsewhere. */
  readonly bedrockDoorSubnets?: number;
  /** Null where callers reach their models themselves. */
  readonly gateway: GatewayShape | null;
  readonly fleets: readonly { readonly gatedDownload: boolean; readonly ttftPromised: boolean }[];
}

/** Billed resources of one stack, each a count at any moment of the month. */
export interface StackResources {
  readonly loadBalancers: number;
  readonly natGateways: number;
  /** Public IPv4 addresses: those of the NAT gateways; instances and load balancer have none. */
  readonly publicIpv4Addresses: number;
  /** Interface endpoints times zones. */
  readonly interfaceEndpointZones: number;
  readonly kmsKeys: number;
  readonly secrets: number;
  readonly alarms: number;
  readonly dashboards: number;
  readonly customMetrics: number;
  readonly privateZones: number;
  /** Compressed image in the stack's own registry, GiB; 0 where the image is pulled from outside. */
  readonly registryGiB: number;
  /** Fargate tasks of the gateway. */
  readonly gatewayTasks: number;
}

/**
 * Billed resources around the servers and the provider keys of one stack.
 *
 * Example: one production fleet with a TTFT promise in a new network gives 1 load balancer, 2 NAT gateways, 10 x 2 endpoint zones,
 * 1 key, 1 secret (the API key of the servers), 7 alarms (hosts, errors, GPU errors, TTFT, queue, KV cache; errors of the load balancer), 1 dashboard, 10 metrics.
 */
export function stackResources(shape: StackShape): StackResources {
  const hosts = shape.fleets.length > 0;
  const callsApi = shape.keyedProviders + shape.keylessModels > 0;
  const services = gatewayServices(shape.gateway);
  const entry = hosts || services > 0;
  const ownNetwork = entry && shape.newNetwork;
  const natGateways = ownNetwork ? natGatewayCount(shape) : 0;
  const endpoints = STACK_RESOURCES.interfaceEndpointServices.length + (shape.keylessModels > 0 ? 1 : 0);
  return {
    loadBalancers: entry ? 1 : 0,
    natGateways,
    publicIpv4Addresses: natGateways,
    interfaceEndpointZones: ownNetwork ? endpoints * STACK_RESOURCES.zones : (shape.bedrockDoorSubnets ?? 0),
    kmsKeys: 1,
    secrets:
      shape.keyedProviders +
      (shape.gateway?.workloads ?? 0) +
      (hosts ? 1 : 0) +
      (shape.fleets.some((fleet) => fleet.gatedDownload) ? 1 : 0),
    alarms: alarmCount(shape, callsApi),
    dashboards: entry ? 1 : 0,
    customMetrics: shape.fleets.length * STACK_RESOURCES.fleetMetrics.length + (callsApi ? STACK_RESOURCES.apiMetrics.length : 0),
    privateZones: entry && shape.hasDomain ? 1 : 0,
    registryGiB: (hosts && shape.airGapped ? STACK_RESOURCES.registryGiB : 0) + (services > 0 ? GATEWAY.imageGiB : 0),
    gatewayTasks: services * GATEWAY.tasks[shape.stage],
  };
}

/** Hosts, errors, GPU errors, queue, KV cache. */
const ALARMS_PER_FLEET = 5;

/** NAT gateways of a new network: none without internet, one in each zone in production, else one in all. */
export function natGatewayCount(shape: Pick<StackShape, "stage" | "airGapped">): number {
  if (shape.airGapped) return 0;
  return shape.stage === "production" ? STACK_RESOURCES.zones : 1;
}

/** Each fleet: too few healthy hosts, failed answers, broken GPUs, queue, KV cache, and TTFT where promised; plus load balancer errors, API errors, Bedrock throttles, the gateway. */
function alarmCount(shape: StackShape, callsApi: boolean): number {
  const ofFleets = shape.fleets.reduce((sum, fleet) => sum + ALARMS_PER_FLEET + (fleet.ttftPromised ? 1 : 0), 0);
  const services = gatewayServices(shape.gateway);
  const entry = shape.fleets.length > 0 || services > 0;
  return ofFleets + (entry ? 1 : 0) + (callsApi ? 1 : 0) + shape.keylessModels + services * GATEWAY.alarmsPerService;
}
