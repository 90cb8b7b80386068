import { natGatewayCount, STACK_RESOURCES } from "../../src/stack-resources.ts";
import { address, expression } from "../expression.ts";
import {
  DataAwsAvailabilityZones,
  DataAwsEc2InstanceTypeOfferings,
  DataAwsVpc,
  DefaultSecurityGroup,
  FlowLog,
  Subnet,
  TerraformLocal,
  TerraformOutput,
  TerraformVariable,
  Vpc,
} from "../provider.ts";
import type { PrivateBucket } from "./bucket.ts";
import { buildEndpoints } from "./endpoints.ts";
import type { Foundation } from "./foundation.ts";
import { buildInternetExit } from "./internet-exit.ts";

/** Private range (RFC 1918) of a new network: 65 536 addresses, cut into 16 parts, one for each private subnet. */
const DEFAULT_CIDR = "10.40.0.0/16";
const SUBNET_BITS = 4;

/** Where servers and load balancer stand. `endpointGroupId` is null in a network that is not ours. */
export interface Network {
  readonly vpcId: string;
  /** Expression of the network's address range. */
  readonly cidr: string;
  readonly privateSubnetIds: readonly string[];
  readonly endpointGroupId: string | null;
}

/** The policy's own network, or a new one: private subnets in two zones, endpoints for AWS services, flow logs, no public address. */
export function buildNetwork(foundation: Foundation, accessLogs: PrivateBucket): Network {
  const { network } = foundation.config;
  const built = network.kind === "existing" ? existing(foundation, network.vpcId, network.privateSubnetIds) : fresh(foundation, accessLogs);
  new TerraformOutput(foundation.stack, "vpc_id", {
    description: "Network of the servers; peer it with your own or run clients inside",
    value: built.vpcId,
  });
  return built;
}

function existing({ stack }: Foundation, vpcId: string, privateSubnetIds: readonly string[]): Network {
  const vpc = new DataAwsVpc(stack, "vpc", { id: vpcId });
  return { vpcId, cidr: `${address(vpc)}.cidr_block`, privateSubnetIds, endpointGroupId: null };
}

function fresh(foundation: Foundation, accessLogs: PrivateBucket): Network {
  const { stack, prefix, config } = foundation;
  const cidr = new TerraformVariable(stack, "vpc_cidr", {
    type: "string",
    default: DEFAULT_CIDR,
    description: "Address range of the new network, /16; change it before the first apply if it overlaps with a network that you peer with",
  });
  const vpc = new Vpc(stack, "vpc", {
    cidrBlock: cidr.stringValue,
    enableDnsHostnames: true,
    enableDnsSupport: true,
    tags: { Name: prefix },
  });
  new DefaultSecurityGroup(stack, "default_group", { vpcId: vpc.id, tags: { Name: `${prefix}-unused` } });
  new FlowLog(stack, "flow_log", {
    vpcId: vpc.id,
    trafficType: "ALL",
    logDestinationType: "s3",
    logDestination: accessLogs.bucket.arn,
    dependsOn: [accessLogs.policy],
  });
  const zones = serverZones(foundation);
  const subnets = privateSubnets(foundation, vpc, address(cidr), address(zones));
  const tables = buildInternetExit(foundation, {
    vpc,
    subnets,
    cidr: address(cidr),
    zones: address(zones),
    natGateways: natGatewayCount(config),
  });
  const endpointGroupId = buildEndpoints(foundation, { vpc, subnets, tables });
  return { vpcId: vpc.id, cidr: `${address(vpc)}.cidr_block`, privateSubnetIds: subnets.map((subnet) => subnet.id), endpointGroupId };
}

/** One private subnet in each zone; `cidr` and `zones` are expressions. */
function privateSubnets({ stack, prefix }: Foundation, vpc: Vpc, cidr: string, zones: string): readonly Subnet[] {
  return Array.from({ length: STACK_RESOURCES.zones }, (_, index) => {
    return new Subnet(stack, `private_subnet_${index}`, {
      vpcId: vpc.id,
      cidrBlock: expression(`cidrsubnet(${cidr}, ${SUBNET_BITS}, ${index})`),
      availabilityZone: expression(`${zones}[${index}]`),
      mapPublicIpOnLaunch: false,
      // The list of zones that offer a GPU grows over time; a subnet stays where it was first made.
      lifecycle: { ignoreChanges: ["availability_zone"] },
      tags: { Name: `${prefix}-private-${index}` },
    });
  });
}

/** Zones of the subnets: first those that offer every instance type of the fleets, then any other, so that there are always two. */
function serverZones({ stack, config }: Foundation): TerraformLocal {
  const chosen = new TerraformVariable(stack, "zones", {
    type: "list(string)",
    default: [],
    description: `The ${STACK_RESOURCES.zones} zones of the subnets, e.g. ["us-east-1a", "us-east-1b"]; empty takes zones that offer the instance types. A capacity block needs its own zone among them`,
  });
  const types = [...new Set(config.fleets.map((fleet) => fleet.instanceType))].sort();
  const offered = types.map((type, index) => {
    const offerings = new DataAwsEc2InstanceTypeOfferings(stack, `offerings_${index}`, {
      locationType: "availability-zone",
      filter: [{ name: "instance-type", values: [type] }],
    });
    return `toset(${address(offerings)}.locations)`;
  });
  const all = new DataAwsAvailabilityZones(stack, "zones_in_region", {
    state: "available",
    filter: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
  });
  const first = offered.length === 0 ? [] : [`sort(setintersection(${offered.join(", ")}))`];
  const found = `slice(distinct(concat(${[...first, `sort(${address(all)}.names)`].join(", ")})), 0, ${STACK_RESOURCES.zones})`;
  return new TerraformLocal(stack, "server_zones", expression(`length(${address(chosen)}) > 0 ? ${address(chosen)} : ${found}`));
}
