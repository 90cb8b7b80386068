import { expression } from "../expression.ts";
import { logicalName, NAME_LIMITS, shorten } from "../naming.ts";
import {
  Lb,
  LbListener,
  LbListenerRule,
  LbTargetGroup,
  Route53Record,
  Route53Zone,
  type SecurityGroup,
  TerraformVariable,
} from "../provider.ts";
import { buildAlarm } from "./alarm.ts";
import type { PrivateBucket } from "./bucket.ts";
import type { Foundation, NamedFleet } from "./foundation.ts";
import type { Network } from "./network.ts";
import { deletionProtection } from "./protection.ts";
import { ANSWER_TIMEOUT_SECONDS } from "./proxy-config.ts";
import { SERVER_PORT } from "./server-groups.ts";

/** Newest policies with TLS 1.3 and 1.2 alone; GovCloud asks for validated modules (load balancer user guide, 2026-11). */
const TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06";
const FIPS_TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04";

/** `/health` must answer twice to admit a server and fail three times to drop it. */
const HEALTH = { path: "/health", protocol: "HTTPS", matcher: "200", interval: 15, timeout: 5, healthyThreshold: 2, unhealthyThreshold: 3 };
/** Seconds that a leaving server may finish its answers. */
const DRAIN_SECONDS = 120;
const BALANCER_ERROR_MINUTES = 5;

/** The private entry of all fleets: TLS, one path prefix for each fleet. */
export interface Entry {
  readonly balancer: Lb;
  readonly listener: LbListener;
  /** `https://host` without a path. */
  readonly url: string;
}

export function buildEntry(foundation: Foundation, network: Network, group: SecurityGroup, accessLogs: PrivateBucket): Entry {
  const { stack, config, prefix } = foundation;
  const balancer = new Lb(stack, "balancer", {
    name: shorten(prefix, NAME_LIMITS.loadBalancer),
    internal: true,
    loadBalancerType: "application",
    securityGroups: [group.id],
    subnets: [...network.privateSubnetIds],
    idleTimeout: ANSWER_TIMEOUT_SECONDS,
    dropInvalidHeaderFields: true,
    desyncMitigationMode: "defensive",
    enableDeletionProtection: true,
    accessLogs: { bucket: accessLogs.bucket.id, prefix: "balancer", enabled: true },
    dependsOn: [accessLogs.policy],
  });
  balancer.addOverride("enable_deletion_protection", expression(deletionProtection(foundation)));
  const listener = new LbListener(stack, "listener", {
    loadBalancerArn: balancer.arn,
    port: 443,
    protocol: "HTTPS",
    sslPolicy: config.partition === "aws-us-gov" ? FIPS_TLS_POLICY : TLS_POLICY,
    certificateArn: config.certificateArn ?? certificate(foundation),
    defaultAction: [
      {
        type: "fixed-response",
        fixedResponse: { contentType: "application/json", statusCode: "404", messageBody: unknownPath(foundation) },
      },
    ],
  });
  alarmOnErrors(foundation, balancer);
  if (config.domain !== null) buildPrivateName(foundation, network, balancer, config.domain);
  return { balancer, listener, url: `https://${config.domain ?? balancer.dnsName}` };
}

/** The body is limited to 1024 characters. */
function unknownPath({ config, fleets }: Foundation): string {
  const gateway = config.gateway === null ? [] : ["/gateway/v1", "/restricted/v1"];
  const paths = [...fleets.map((fleet) => `/${fleet.name}/v1`), ...gateway].join(" ");
  return JSON.stringify({ error: `no such path; base URLs: ${shorten(paths, 900)}` });
}

function certificate({ stack, config }: Foundation): string {
  const arn = new TerraformVariable(stack, "certificate_arn", {
    type: "string",
    description: `ARN of an ACM certificate in ${config.region} for the host name that clients use, e.g. from a private CA (aws acm request-certificate) or imported (aws acm import-certificate). Set deploy.domain and deploy.certificate_arn in the policy: without a domain the base URLs name the load balancer, which no certificate of yours can cover`,
    validation: [
      {
        condition: expression(`can(regex("^arn:aws[a-z-]*:acm:${config.region}:[0-9]{12}:certificate/", var.certificate_arn))`),
        errorMessage: `certificate_arn must be an ACM certificate in ${config.region}: arn:aws:acm:${config.region}:ACCOUNT:certificate/ID.`,
      },
    ],
  });
  return arn.stringValue;
}

/** The policy's host name, answered inside the network alone. */
function buildPrivateName({ stack }: Foundation, network: Network, balancer: Lb, domain: string): void {
  const zone = new Route53Zone(stack, "private_zone", {
    name: domain,
    comment: "Model servers, inside this network alone",
    vpc: [{ vpcId: network.vpcId }],
  });
  new Route53Record(stack, "private_name", {
    zoneId: zone.zoneId,
    name: domain,
    type: "A",
    alias: { name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: true },
  });
}

function alarmOnErrors(foundation: Foundation, balancer: Lb): void {
  buildAlarm(foundation, {
    id: "balancer_errors",
    name: "balancer-errors",
    description: "The load balancer itself answers with 5xx: no healthy server, or servers that close connections.",
    namespace: "AWS/ApplicationELB",
    metric: "HTTPCode_ELB_5XX_Count",
    dimensions: { LoadBalancer: balancer.arnSuffix },
    statistic: "Sum",
    comparison: "above",
    threshold: 0,
    minutes: BALANCER_ERROR_MINUTES,
    silence: "notBreaching",
  });
}

/** Registers one fleet at the entry: its servers and the paths that lead to them. A lone fleet also answers without its name. */
export function buildTarget(foundation: Foundation, network: Network, entry: Entry, fleet: NamedFleet): LbTargetGroup {
  const { stack, prefix, fleets } = foundation;
  const target = new LbTargetGroup(stack, logicalName("target", fleet.name), {
    name: shorten(`${prefix}-${fleet.name}`, NAME_LIMITS.loadBalancer),
    vpcId: network.vpcId,
    port: SERVER_PORT,
    protocol: "HTTPS",
    targetType: "instance",
    deregistrationDelay: String(DRAIN_SECONDS),
    loadBalancingAlgorithmType: "least_outstanding_requests",
    healthCheck: HEALTH,
  });
  const paths = [`/${fleet.name}/*`, ...(fleets.length === 1 ? ["/v1/*"] : [])];
  new LbListenerRule(stack, logicalName("rule", fleet.name), {
    listenerArn: entry.listener.arn,
    priority: fleets.indexOf(fleet) + 1,
    condition: [{ pathPattern: { values: paths } }],
    action: [{ type: "forward", targetGroupArn: target.arn }],
  });
  return target;
}
