import { expression } from "../../expression.ts";
import { logicalName } from "../../naming.ts";
import { type SecurityGroup, VpcSecurityGroupEgressRule, VpcSecurityGroupIngressRule } from "../../provider.ts";
import type { Foundation } from "../foundation.ts";
import type { Premises } from "../premises.ts";
import { bucketAddresses, buildGroup } from "../server-groups.ts";
import { GATEWAY_PORT } from "./program.ts";

const TLS_PORT = 443;

/**
 * Who may talk to the tasks of one service, and whom they reach: the load balancer both ways, AWS by private endpoints, and the internet
 * only where `open`. A restricted task therefore reaches own servers and AWS, whatever its program does.
 */
export function buildGatewayGroup(foundation: Foundation, premises: Premises, name: string, open: boolean): SecurityGroup {
  const { stack, config, fleets } = foundation;
  const { network, balancerGroup } = premises;
  const group = buildGroup(foundation, network, logicalName(name, "group"), name, `Gateway, ${open ? "open" : "restricted"} routes`);
  const between = { ipProtocol: "tcp", fromPort: GATEWAY_PORT, toPort: GATEWAY_PORT, description: "Requests and health checks" };
  const id = (...words: string[]) => logicalName(name, ...words);
  new VpcSecurityGroupEgressRule(stack, `balancer_to_${id()}`, {
    securityGroupId: balancerGroup.id,
    referencedSecurityGroupId: group.id,
    ...between,
  });
  new VpcSecurityGroupIngressRule(stack, id("from_balancer"), {
    securityGroupId: group.id,
    referencedSecurityGroupId: balancerGroup.id,
    ...between,
  });
  const tls = { ipProtocol: "tcp", fromPort: TLS_PORT, toPort: TLS_PORT };
  const exit = { securityGroupId: group.id, ...tls };
  if (fleets.length > 0) {
    const description = "Own servers, through the load balancer";
    new VpcSecurityGroupEgressRule(stack, id("to_balancer"), { ...exit, description, referencedSecurityGroupId: balancerGroup.id });
    new VpcSecurityGroupIngressRule(stack, `balancer_from_${id()}`, {
      securityGroupId: balancerGroup.id,
      description: "TLS from the gateway",
      referencedSecurityGroupId: group.id,
      ...tls,
    });
  }
  const prefixListId = bucketAddresses(stack, config.region);
  new VpcSecurityGroupEgressRule(stack, id("to_s3"), { ...exit, description: "Layers of the image", prefixListId });
  const endpoints =
    network.endpointGroupId === null ? { cidrIpv4: expression(network.cidr) } : { referencedSecurityGroupId: network.endpointGroupId };
  new VpcSecurityGroupEgressRule(stack, id("to_endpoints"), { ...exit, description: "AWS services by private endpoints", ...endpoints });
  if (open) {
    new VpcSecurityGroupEgressRule(stack, id("to_internet"), {
      ...exit,
      description: "Model providers, through NAT",
      cidrIpv4: "0.0.0.0/0",
    });
  }
  return group;
}
