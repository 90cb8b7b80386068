import { expression } from "../expression.ts";
import { Eip, InternetGateway, NatGateway, Route, RouteTable, RouteTableAssociation, Subnet, type Vpc } from "../provider.ts";
import type { Foundation } from "./foundation.ts";

/** Public subnets hold NAT gateways alone: 256 addresses each, cut from the end of the range. */
const PUBLIC_SUBNET_BITS = 8;
const FIRST_PUBLIC_SUBNET = 240;

export interface ExitOptions {
  readonly vpc: Vpc;
  readonly subnets: readonly Subnet[];
  /** Terraform expressions. */
  readonly cidr: string;
  readonly zones: string;
  /** 0 builds no way out at all: no internet gateway either. */
  readonly natGateways: number;
}

/**
 * One route table for each private subnet and, unless air-gapped, the way out: images and the first download of weights come from
 * outside AWS. Nothing can come in this way. With fewer gateways than zones the zones share.
 */
export function buildInternetExit(foundation: Foundation, options: ExitOptions): readonly RouteTable[] {
  const { stack, prefix } = foundation;
  const gateways = options.natGateways === 0 ? [] : buildGateways(foundation, options);
  return options.subnets.map((subnet, index) => {
    const table = new RouteTable(stack, `private_table_${index}`, { vpcId: options.vpc.id, tags: { Name: `${prefix}-private-${index}` } });
    new RouteTableAssociation(stack, `private_table_of_${index}`, { subnetId: subnet.id, routeTableId: table.id });
    const gateway = gateways[index % Math.max(gateways.length, 1)];
    if (gateway !== undefined) {
      new Route(stack, `private_exit_${index}`, { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: gateway.id });
    }
    return table;
  });
}

function buildGateways({ stack, prefix }: Foundation, options: ExitOptions): readonly NatGateway[] {
  const vpcId = options.vpc.id;
  const internet = new InternetGateway(stack, "internet_gateway", { vpcId, tags: { Name: prefix } });
  const table = new RouteTable(stack, "public_table", { vpcId, tags: { Name: `${prefix}-public` } });
  new Route(stack, "public_exit", { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: internet.id });
  return Array.from({ length: options.natGateways }, (_, index) => {
    const subnet = new Subnet(stack, `public_subnet_${index}`, {
      vpcId,
      cidrBlock: expression(`cidrsubnet(${options.cidr}, ${PUBLIC_SUBNET_BITS}, ${FIRST_PUBLIC_SUBNET + index})`),
      availabilityZone: expression(`${options.zones}[${index}]`),
      mapPublicIpOnLaunch: false,
      lifecycle: { ignoreChanges: ["availability_zone"] },
      tags: { Name: `${prefix}-public-${index}` },
    });
    new RouteTableAssociation(stack, `public_table_of_${index}`, { subnetId: subnet.id, routeTableId: table.id });
    const address = new Eip(stack, `nat_address_${index}`, { domain: "vpc", tags: { Name: `${prefix}-nat-${index}` } });
    return new NatGateway(stack, `nat_${index}`, {
      allocationId: address.id,
      subnetId: subnet.id,
      tags: { Name: `${prefix}-${index}` },
      dependsOn: [internet],
    });
  });
}
