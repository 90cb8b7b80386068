import { STACK_RESOURCES } from "../../src/stack-resources.ts";
import { policyDocument } from "../iam.ts";
import { type RouteTable, SecurityGroup, type Subnet, type Vpc, VpcEndpoint, VpcSecurityGroupIngressRule } from "../provider.ts";
import { keylessModels } from "./api-side.ts";
import type { Foundation } from "./foundation.ts";

export interface EndpointOptions {
  readonly vpc: Vpc;
  readonly subnets: readonly Subnet[];
  readonly tables: readonly RouteTable[];
}

/**
 * Private doors to the AWS services that the servers use, so that they work without internet: S3 by gateway, the others by interface
 * in every zone. Returns the security group of the interface endpoints.
 */
export function buildEndpoints(foundation: Foundation, options: EndpointOptions): string {
  const { stack, config, prefix } = foundation;
  const vpcId = options.vpc.id;
  const service = (name: string) => `com.amazonaws.${config.region}.${name}`;
  new VpcEndpoint(stack, "endpoint_s3", {
    vpcId,
    serviceName: service("s3"),
    vpcEndpointType: "Gateway",
    routeTableIds: options.tables.map((table) => table.id),
    policy: bucketsOf(foundation),
    tags: { Name: `${prefix}-s3` },
  });
  const group = new SecurityGroup(stack, "endpoint_group", {
    name: `${prefix}-endpoints`,
    description: "Private doors to AWS services",
    vpcId,
    revokeRulesOnDelete: true,
  });
  new VpcSecurityGroupIngressRule(stack, "endpoint_from_network", {
    securityGroupId: group.id,
    description: "TLS from inside the network",
    cidrIpv4: options.vpc.cidrBlock,
    ipProtocol: "tcp",
    fromPort: 443,
    toPort: 443,
  });
  const bedrock = keylessModels(config.api).length > 0 ? [STACK_RESOURCES.bedrockEndpointService] : [];
  for (const name of [...STACK_RESOURCES.interfaceEndpointServices, ...bedrock]) {
    new VpcEndpoint(stack, `endpoint_${name.replaceAll(/[.-]/g, "_")}`, {
      vpcId,
      serviceName: service(name),
      vpcEndpointType: "Interface",
      subnetIds: options.subnets.map((subnet) => subnet.id),
      securityGroupIds: [group.id],
      privateDnsEnabled: true,
      tags: { Name: `${prefix}-${name}` },
    });
  }
  return group.id;
}

/**
 * Buckets that the gateway lets through: those of this account, so that a server cannot copy data to someone else's, and the two that
 * AWS serves to everybody: packages of Amazon Linux 2023 and image layers of ECR (user guides of both, 2026-11).
 */
function bucketsOf({ account, arnPrefix, config }: Foundation): string {
  const publicBuckets = [`al2023-repos-${config.region}-de612dc2`, `prod-${config.region}-starport-layer-bucket`];
  return policyDocument([
    {
      Sid: "OwnBuckets",
      Effect: "Allow",
      Principal: "*",
      Action: "s3:*",
      Resource: "*",
      Condition: { StringEquals: { "aws:ResourceAccount": account } },
    },
    {
      Sid: "PackagesAndImageLayers",
      Effect: "Allow",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: publicBuckets.map((bucket) => `${arnPrefix}:s3:::${bucket}/*`),
    },
  ]);
}
