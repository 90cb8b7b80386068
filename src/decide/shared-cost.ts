import type { Catalog } from "../catalog/index.ts";
import { GATEWAY, type GatewayShape, gatewayShape, isRestricted } from "../gateway.ts";
import { STACK_RESOURCES, type StackResources, type StackShape, stackResources } from "../stack-resources.ts";
import { type LineMaker, present, priced } from "./cost-line.ts";
import { HOURS_PER_MONTH } from "./defaults.ts";
import type { RequirementFacts, WorkloadFacts } from "./facts.ts";
import type { SizedFleet } from "./fleet.ts";
import { apiPeople, hostPeople } from "./people-cost.ts";
import type { Scenario } from "./scenario.ts";
import type { CostLine } from "./types.ts";

/** Everything around tokens and instances, by who shares it. */
export interface SharedLines {
  readonly api: readonly CostLine[];
  readonly selfHost: readonly CostLine[];
  /** Shared by all workloads of the policy. */
  readonly common: readonly CostLine[];
}

/** One portfolio as far as its shared costs depend on it. */
export interface Sharing {
  readonly keyedProviders: number;
  readonly keylessModels: number;
  readonly apiWorkloads: readonly WorkloadFacts[];
  readonly fleets: readonly SizedFleet[];
}

/** Everything that `sharedLines` reads of a portfolio's API side, as counts that a swap of one choice updates. */
export interface ApiSummary {
  readonly keyedProviders: number;
  readonly keylessModels: number;
  readonly workloads: number;
  /** Of these, the ones that are on an API today. */
  readonly settled: number;
}

const fleetKeys = new WeakMap<SizedFleet, string>();

/**
 * Everything that `sharedLines` reads of a portfolio, as text: two portfolios of one policy with the same key share the same costs.
 * It must name whatever the lines depend on besides facts, catalog and scenario.
 */
export function sharingKey(api: ApiSummary, fleets: readonly SizedFleet[]): string {
  let key = `${api.keyedProviders}|${api.keylessModels}|${api.workloads}|${api.settled === api.workloads}`;
  for (const fleet of fleets) key += `|${fleetSharingKey(fleet)}`;
  return key;
}

function fleetSharingKey(fleet: SizedFleet): string {
  const known = fleetKeys.get(fleet);
  if (known !== undefined) return known;
  const tenants = fleet.tenants.map(({ workload }) => workload);
  const flags = [
    fleet.offer.owned !== undefined,
    fleet.model.gatedDownload,
    tenants.some((workload) => workload.compliance.airGapped === true),
    tenants.some((workload) => workload.ttftMsP95 !== null),
    tenants.some(restricted),
    tenants.every(restricted),
    tenants.every((workload) => workload.current?.path === "self-host"),
  ];
  const key = `${tenants.length},${flags.map(Number).join("")},${fleet.offer.instance.gpuCount},${fleet.instancesByMonth.join(".")}`;
  fleetKeys.set(fleet, key);
  return key;
}

/**
 * Shared lines of a portfolio: what the stacks build around the servers and keys, and the people.
 * A price that is not known in the region gives a line without an amount, never 0.
 */
export function sharedLines(sharing: Sharing, facts: RequirementFacts, catalog: Catalog, what: Scenario): SharedLines {
  const region = facts.region;
  const line = (id: string, label: string, quantity: number, unit: string, price: string) =>
    priced(catalog, region, id, label, quantity, unit, price);
  const usesApi = sharing.keyedProviders + sharing.keylessModels > 0;
  // Own machines stand in no account of AWS: nothing there is built or billed for them.
  const rented = sharing.fleets.filter(({ offer }) => offer.owned === undefined);
  const rents = rented.length > 0;
  const shape = stackShape({ ...sharing, fleets: rented }, facts);
  const plain = { ...shape, gateway: null };
  const all = stackResources(plain);
  const hosts = stackResources({ ...plain, ...NO_API });
  return {
    common: [
      ...(usesApi || rents || sharing.fleets.length === 0
        ? [line("kms-key", "Encryption key", all.kmsKeys, "key-month", "kms-key-month")]
        : []),
      ...gatewayPlatform(stackResources(shape), all, line),
    ],
    api: usesApi ? [...apiPlatform(all, hosts, line), ...apiPeople(sharing, facts, what)] : [],
    selfHost: sharing.fleets.length === 0 ? [] : [...(rents ? hostPlatform(hosts, line) : []), ...hostPeople(sharing.fleets, facts, what)],
  };
}

const NO_API = { keyedProviders: 0, keylessModels: 0, bedrockDoorSubnets: 0 };

/** The network of a policy that names one is its owner's: no NAT, no endpoints but a private door to Bedrock where it is asked for. */
function stackShape(sharing: Sharing, facts: RequirementFacts): StackShape {
  return {
    stage: facts.stage,
    airGapped: sharing.fleets.some((fleet) => fleet.tenants.some(({ workload }) => workload.compliance.airGapped === true)),
    newNetwork: facts.deploy.vpcSubnets === null,
    hasDomain: facts.deploy.hasDomain,
    keyedProviders: sharing.keyedProviders,
    keylessModels: sharing.keylessModels,
    bedrockDoorSubnets: bedrockDoorSubnets(sharing, facts),
    gateway: gatewayOf(sharing, facts),
    fleets: sharing.fleets.map((fleet) => ({
      gatedDownload: fleet.model.gatedDownload,
      ttftPromised: fleet.tenants.some(({ workload }) => workload.ttftMsP95 !== null),
    })),
  };
}

/**
 * Subnets of the callers' own network in which the stack makes a private door to Bedrock; as many as a new network has where the policy does not
 * name it yet, because the requests need the door all the same (`private-network-unnamed` says so).
 */
function bedrockDoorSubnets(sharing: Sharing, { deploy, workloads }: RequirementFacts): number {
  const asked = sharing.keylessModels > 0 && workloads.some((workload) => workload.compliance.privateNetwork === true);
  return asked ? (deploy.vpcSubnets ?? STACK_RESOURCES.zones) : 0;
}

function gatewayOf(sharing: Sharing, { deploy }: RequirementFacts): GatewayShape | null {
  const onTokens = new Set(sharing.apiWorkloads.map(({ name }) => name));
  const tenants = sharing.fleets.flatMap((fleet) => fleet.tenants.map(({ workload }) => workload));
  const own = tenants.map((workload) => {
    const split = onTokens.has(workload.name);
    return { own: true, restricted: !split && restricted(workload), split };
  });
  const hosted = new Set(tenants.map(({ name }) => name));
  const bought = sharing.apiWorkloads.filter(({ name }) => !hosted.has(name));
  return gatewayShape(deploy.gateway, [...own, ...bought.map((workload) => ({ own: false, restricted: restricted(workload) }))]);
}

function restricted({ dataClasses, compliance }: WorkloadFacts): boolean {
  return isRestricted({ dataClasses, dataMayLeave: compliance.dataMayLeave, airGapped: compliance.airGapped });
}

function apiPlatform(all: StackResources, hosts: StackResources, line: LineMaker): CostLine[] {
  return present([
    line("provider-secrets", "Provider keys (Secrets Manager)", all.secrets - hosts.secrets, "secret-month", "secret-month"),
    line("api-alarms", "Alarms of the API side", all.alarms - hosts.alarms, "alarm-month", "cw-alarm-month"),
    line("api-metrics", "Metrics of the API side", all.customMetrics - hosts.customMetrics, "metric-month", "cw-metric-month"),
    line(
      "bedrock-endpoint",
      "Private endpoint for Bedrock",
      (all.interfaceEndpointZones - hosts.interfaceEndpointZones) * HOURS_PER_MONTH,
      "endpoint-hour",
      "vpce-interface-hour",
    ),
  ]);
}

function hostPlatform(hosts: StackResources, line: LineMaker): CostLine[] {
  return present([
    line("load-balancer", "Load balancer", hosts.loadBalancers * HOURS_PER_MONTH, "hour", "alb-hour"),
    line("load-balancer-capacity", "Load balancer capacity (one unit)", hosts.loadBalancers * HOURS_PER_MONTH, "LCU-hour", "alb-lcu-hour"),
    line("nat-gateways", "NAT gateways", hosts.natGateways * HOURS_PER_MONTH, "hour", "nat-hour"),
    line("public-ipv4", "Public addresses of the NAT gateways", hosts.publicIpv4Addresses * HOURS_PER_MONTH, "hour", "public-ipv4-hour"),
    line(
      "private-endpoints",
      "Private endpoints to AWS services",
      hosts.interfaceEndpointZones * HOURS_PER_MONTH,
      "endpoint-hour",
      "vpce-interface-hour",
    ),
    line("server-secrets", "Server secrets (Secrets Manager)", hosts.secrets, "secret-month", "secret-month"),
    line("server-alarms", "Alarms of the servers", hosts.alarms, "alarm-month", "cw-alarm-month"),
    line("server-metrics", "Metrics of the servers", hosts.customMetrics, "metric-month", "cw-metric-month"),
    line("dashboards", "Dashboards", hosts.dashboards, "dashboard-month", "cw-dashboard-month"),
    line("image-registry", "Mirrored server image", hosts.registryGiB, "GB-month", "ecr-gb-month"),
    line("private-zone", "Private zone of the domain", hosts.privateZones, "zone-month", "route53-zone-month"),
  ]);
}

/** What the gateway adds: its tasks and, on a path without servers, the entry and the network that it needs. */
function gatewayPlatform(all: StackResources, plain: StackResources, line: LineMaker): CostLine[] {
  const more = (member: keyof StackResources) => all[member] - plain[member];
  const hours = all.gatewayTasks * HOURS_PER_MONTH;
  const balancerHours = more("loadBalancers") * HOURS_PER_MONTH;
  return present([
    line("gateway-cpu", "Gateway (Fargate processors)", hours * GATEWAY.taskVcpu, "vCPU-hour", "fargate-vcpu-hour"),
    line("gateway-memory", "Gateway (Fargate memory)", hours * GATEWAY.taskMemoryGiB, "GB-hour", "fargate-gb-hour"),
    line("gateway-load-balancer", "Load balancer of the gateway", balancerHours, "hour", "alb-hour"),
    line("gateway-load-balancer-capacity", "Its capacity (one unit)", balancerHours, "LCU-hour", "alb-lcu-hour"),
    line("gateway-nat", "NAT gateways of its network", more("natGateways") * HOURS_PER_MONTH, "hour", "nat-hour"),
    line("gateway-public-ipv4", "Their public addresses", more("publicIpv4Addresses") * HOURS_PER_MONTH, "hour", "public-ipv4-hour"),
    line(
      "gateway-endpoints",
      "Private endpoints of its network",
      more("interfaceEndpointZones") * HOURS_PER_MONTH,
      "endpoint-hour",
      "vpce-interface-hour",
    ),
    line("gateway-keys", "Keys of the workloads (Secrets Manager)", more("secrets"), "secret-month", "secret-month"),
    line("gateway-alarms", "Alarms of the gateway", more("alarms"), "alarm-month", "cw-alarm-month"),
    line("gateway-dashboard", "Dashboard of the gateway", more("dashboards"), "dashboard-month", "cw-dashboard-month"),
    line("gateway-logs", "Logs of the gateway", all.gatewayTasks * GATEWAY.logGiBPerTaskMonth, "GB", "cw-logs-ingest-gb"),
    line("gateway-image", "Image of the gateway", more("registryGiB"), "GB-month", "ecr-gb-month"),
    line("gateway-private-zone", "Private zone of the domain", more("privateZones"), "zone-month", "route53-zone-month"),
  ]);
}
