import { address, expression } from "../expression.ts";
import {
  DataAwsPrefixList,
  SecurityGroup,
  TerraformLocal,
  TerraformVariable,
  VpcSecurityGroupEgressRule,
  VpcSecurityGroupIngressRule,
} from "../provider.ts";
import type { Foundation } from "./foundation.ts";
import type { Network } from "./network.ts";

const TLS_PORT = 443;
/** Port on which the proxy of a server speaks TLS. */
export const SERVER_PORT = 8443;

/** A group that lets nothing in or out until a rule says so. */
export function buildGroup(foundation: Foundation, network: Network, id: string, name: string, description: string): SecurityGroup {
  const { stack, prefix } = foundation;
  return new SecurityGroup(stack, id, { name: `${prefix}-${name}`, description, vpcId: network.vpcId, revokeRulesOnDelete: true });
}

/** Group of the load balancer, which clients may reach. */
export function buildBalancerGroup(foundation: Foundation, network: Network): SecurityGroup {
  const balancer = buildGroup(foundation, network, "balancer_group", "balancer", "Entry of the model servers");
  admitClients(foundation, balancer, network);
  return balancer;
}

/** Group of the servers: the load balancer reaches them, they reach AWS and, unless air-gapped, the internet by TLS. */
export function buildServerGroup(foundation: Foundation, network: Network, balancer: SecurityGroup): SecurityGroup {
  const { stack } = foundation;
  const server = buildGroup(foundation, network, "server_group", "servers", "Model servers");
  const between = { ipProtocol: "tcp", fromPort: SERVER_PORT, toPort: SERVER_PORT };
  new VpcSecurityGroupEgressRule(stack, "balancer_to_servers", {
    securityGroupId: balancer.id,
    description: "Requests and health checks",
    referencedSecurityGroupId: server.id,
    ...between,
  });
  new VpcSecurityGroupIngressRule(stack, "servers_from_balancer", {
    securityGroupId: server.id,
    description: "Requests and health checks",
    referencedSecurityGroupId: balancer.id,
    ...between,
  });
  openExits(foundation, server, network);
  return server;
}

function admitClients({ stack }: Foundation, balancer: SecurityGroup, network: Network): void {
  const clients = new TerraformVariable(stack, "client_cidrs", {
    type: "list(string)",
    default: [],
    description: "Address ranges of the clients; empty admits the network of the servers alone",
    validation: [
      {
        condition: expression(`alltrue([for range in var.client_cidrs : !endswith(range, "/0")])`),
        errorMessage: "The servers are private: name the ranges of your clients, not the whole internet.",
      },
    ],
  });
  const given = address(clients);
  const ranges = new TerraformLocal(stack, "client_ranges", expression(`length(${given}) > 0 ? ${given} : [${network.cidr}]`));
  const rule = new VpcSecurityGroupIngressRule(stack, "balancer_from_clients", {
    securityGroupId: balancer.id,
    description: "TLS from clients",
    cidrIpv4: expression("each.value"),
    ipProtocol: "tcp",
    fromPort: TLS_PORT,
    toPort: TLS_PORT,
  });
  rule.addOverride("for_each", expression(`toset(${address(ranges)})`));
}

function openExits({ stack, config }: Foundation, server: SecurityGroup, network: Network): void {
  const exit = { securityGroupId: server.id, ipProtocol: "tcp", fromPort: TLS_PORT, toPort: TLS_PORT };
  const prefixListId = bucketAddresses(stack, config.region);
  new VpcSecurityGroupEgressRule(stack, "servers_to_s3", { ...exit, description: "Weights and packages", prefixListId });
  if (network.endpointGroupId !== null) {
    new VpcSecurityGroupEgressRule(stack, "servers_to_endpoints", {
      ...exit,
      description: "AWS services by private endpoints",
      referencedSecurityGroupId: network.endpointGroupId,
    });
  } else if (config.airGapped) {
    new VpcSecurityGroupEgressRule(stack, "servers_to_endpoints", {
      ...exit,
      description: "AWS services by the network's own endpoints",
      cidrIpv4: expression(network.cidr),
    });
  }
  if (config.airGapped) return;
  new VpcSecurityGroupEgressRule(stack, "servers_to_internet", {
    ...exit,
    description: "Image and first download of weights, through NAT",
    cidrIpv4: "0.0.0.0/0",
  });
}

/** Addresses of S3 in the region, made once for servers and gateway. */
export function bucketAddresses(stack: Foundation["stack"], region: string): string {
  const made = stack.node.tryFindChild("s3_addresses");
  if (made instanceof DataAwsPrefixList) return made.id;
  return new DataAwsPrefixList(stack, "s3_addresses", { name: `com.amazonaws.${region}.s3` }).id;
}
