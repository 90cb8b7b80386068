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

/** Security groups of the load balancer and of the servers. */
export interface ServerGroups {
  readonly balancer: SecurityGroup;
  readonly server: SecurityGroup;
}

/** Who may talk to whom: clients to the load balancer, it to the servers, the servers to AWS; to the internet by TLS unless air-gapped. */
export function buildServerGroups(foundation: Foundation, network: Network): ServerGroups {
  const { stack, prefix } = foundation;
  const { vpcId } = network;
  const group = (id: string, name: string, description: string) =>
    new SecurityGroup(stack, id, { name: `${prefix}-${name}`, description, vpcId, revokeRulesOnDelete: true });
  const balancer = group("balancer_group", "balancer", "Entry of the model servers");
  const server = group("server_group", "servers", "Model servers");
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
  admitClients(foundation, balancer, network);
  openExits(foundation, server, network);
  return { balancer, server };
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
  const buckets = new DataAwsPrefixList(stack, "s3_addresses", { name: `com.amazonaws.${config.region}.s3` });
  new VpcSecurityGroupEgressRule(stack, "servers_to_s3", { ...exit, description: "Weights and packages", prefixListId: buckets.id });
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
