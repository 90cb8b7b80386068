import { STACK_RESOURCES } from "../../src/stack-resources.ts";
import { DataAwsVpc, SecurityGroup, VpcEndpoint, VpcSecurityGroupIngressRule } from "../provider.ts";
import type { Foundation } from "./foundation.ts";

/**
 * A private door to Bedrock in the policy's own network, where the policy asks that requests never cross the internet. A network that
 * the stack makes itself has this door among its endpoints; without servers it makes none, so the policy must name one.
 */
export function buildBedrockEndpoint({ stack, config, prefix }: Foundation): void {
  const { network } = config;
  if (network.kind === "new") {
    if (config.fleets.length > 0 || config.gateway !== null) return;
    throw new Error(
      "private_network is true and models are called by API, but no network is named; set deploy.vpc to the callers' network",
    );
  }
  const vpc = new DataAwsVpc(stack, "callers_vpc", { id: network.vpcId });
  const group = new SecurityGroup(stack, "bedrock_endpoint_group", {
    name: `${prefix}-bedrock`,
    description: "Private door to Bedrock",
    vpcId: network.vpcId,
    revokeRulesOnDelete: true,
  });
  new VpcSecurityGroupIngressRule(stack, "bedrock_endpoint_from_network", {
    securityGroupId: group.id,
    description: "TLS from inside the network",
    cidrIpv4: vpc.cidrBlock,
    ipProtocol: "tcp",
    fromPort: 443,
    toPort: 443,
  });
  new VpcEndpoint(stack, "endpoint_bedrock_runtime", {
    vpcId: network.vpcId,
    serviceName: `com.amazonaws.${config.region}.${STACK_RESOURCES.bedrockEndpointService}`,
    vpcEndpointType: "Interface",
    subnetIds: [...network.privateSubnetIds],
    securityGroupIds: [group.id],
    privateDnsEnabled: true,
    tags: { Name: `${prefix}-bedrock-runtime` },
  });
}
