import { GATEWAY } from "../../../src/gateway.ts";
import { address, expression } from "../../expression.ts";
import { literal, logicalName, NAME_LIMITS, shorten } from "../../naming.ts";
import {
  type EcsCluster,
  EcsService,
  EcsTaskDefinition,
  type IamRole,
  LbListenerRule,
  LbTargetGroup,
  type SecurityGroup,
} from "../../provider.ts";
import { buildAlarm } from "../alarm.ts";
import type { Foundation } from "../foundation.ts";
import type { Premises } from "../premises.ts";
import { GATEWAY_ENVIRONMENT, GATEWAY_MEMORY_DISK, GATEWAY_PORT, GATEWAY_PROGRAM, GATEWAY_START } from "./program.ts";

/** Rules of fleets count from 1; those of the gateway come after any number of them. */
const FIRST_PRIORITY = 900;
const MIB_PER_GIB = 1024;
const CPU_UNITS = 1024;
/** Certificate and configuration need kilobytes; LiteLLM's caches stay in memory. */
const MEMORY_DISK_MIB = 64;
/** `nobody`, the user of the image. */
const USER = "65534:65534";
/** Seconds until a new task must answer: the image is pulled in one and LiteLLM starts in half a minute. Assumed generously. */
const START_SECONDS = 180;
/** Seconds that a leaving task may finish its answers; Fargate allows no more. */
const STOP_SECONDS = 120;
const ERRORS_PER_MINUTE = 5;
const ALARM_MINUTES = 5;

/** One service of the gateway. */
export interface GatewayServiceOptions {
  readonly name: "gateway" | "gateway-restricted";
  /** First part of its paths, e.g. `/gateway`. */
  readonly rootPath: string;
  readonly cluster: EcsCluster;
  readonly image: string;
  readonly group: SecurityGroup;
  readonly startRole: IamRole;
  readonly callRole: IamRole | null;
  readonly logGroup: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Environment variable to the ARN of its secret. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly tasks: number;
}

/** Tasks behind the entry under one path, with their alarms. Returns the target group. */
export function buildGatewayService(foundation: Foundation, premises: Premises, options: GatewayServiceOptions): LbTargetGroup {
  const { stack, prefix } = foundation;
  const { name, rootPath } = options;
  const target = new LbTargetGroup(stack, logicalName(name, "target"), {
    name: shorten(`${prefix}-${name}`, NAME_LIMITS.loadBalancer),
    vpcId: premises.network.vpcId,
    port: GATEWAY_PORT,
    protocol: "HTTPS",
    targetType: "ip",
    deregistrationDelay: String(STOP_SECONDS),
    loadBalancingAlgorithmType: "least_outstanding_requests",
    healthCheck: {
      path: `${rootPath}/health/liveliness`,
      protocol: "HTTPS",
      matcher: "200",
      interval: 15,
      timeout: 5,
      healthyThreshold: 2,
    },
  });
  const rule = new LbListenerRule(stack, logicalName(name, "rule"), {
    listenerArn: premises.entry.listener.arn,
    priority: FIRST_PRIORITY + (name === "gateway" ? 0 : 1),
    condition: [{ pathPattern: { values: [`${rootPath}/*`] } }],
    action: [{ type: "forward", targetGroupArn: target.arn }],
  });
  const service = new EcsService(stack, logicalName(name, "service"), {
    name: `${prefix}-${name}`,
    cluster: options.cluster.arn,
    taskDefinition: buildTask(foundation, options).arn,
    launchType: "FARGATE",
    platformVersion: "LATEST",
    desiredCount: options.tasks,
    deploymentMinimumHealthyPercent: 100,
    deploymentMaximumPercent: 200,
    deploymentCircuitBreaker: { enable: true, rollback: true },
    healthCheckGracePeriodSeconds: START_SECONDS,
    networkConfiguration: { subnets: [...premises.network.privateSubnetIds], securityGroups: [options.group.id], assignPublicIp: false },
    loadBalancer: [{ targetGroupArn: target.arn, containerName: "gateway", containerPort: GATEWAY_PORT }],
    propagateTags: "SERVICE",
    dependsOn: [rule],
  });
  service.addOverride("desired_count", expression(`${address(premises.serving)} ? ${options.tasks} : 0`));
  buildAlarms(foundation, premises, target, name);
  return target;
}

function buildTask(foundation: Foundation, options: GatewayServiceOptions): EcsTaskDefinition {
  const { stack, prefix } = foundation;
  return new EcsTaskDefinition(stack, logicalName(options.name, "task"), {
    family: `${prefix}-${options.name}`,
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    cpu: String(GATEWAY.taskVcpu * CPU_UNITS),
    memory: String(GATEWAY.taskMemoryGiB * MIB_PER_GIB),
    runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "X86_64" },
    executionRoleArn: options.startRole.arn,
    ...(options.callRole === null ? {} : { taskRoleArn: options.callRole.arn }),
    containerDefinitions: JSON.stringify([container(foundation, options)]),
  });
}

function container({ config }: Foundation, options: GatewayServiceOptions): object {
  const environment = {
    ...GATEWAY_ENVIRONMENT,
    SERVER_ROOT_PATH: options.rootPath,
    GATEWAY_PROGRAM: literal(GATEWAY_PROGRAM),
    ...options.environment,
  };
  return {
    name: "gateway",
    image: options.image,
    essential: true,
    user: USER,
    privileged: false,
    readonlyRootFilesystem: true,
    entryPoint: ["python", "-c"],
    command: [literal(GATEWAY_START)],
    stopTimeout: STOP_SECONDS,
    portMappings: [{ containerPort: GATEWAY_PORT, hostPort: GATEWAY_PORT, protocol: "tcp" }],
    linuxParameters: {
      initProcessEnabled: true,
      capabilities: { drop: ["ALL"] },
      tmpfs: [{ containerPath: GATEWAY_MEMORY_DISK, size: MEMORY_DISK_MIB }],
    },
    environment: Object.entries(environment).map(([name, value]) => ({ name, value })),
    secrets: Object.entries(options.secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
    logConfiguration: {
      logDriver: "awslogs",
      options: { "awslogs-region": config.region, "awslogs-group": options.logGroup, "awslogs-stream-prefix": options.name },
    },
  };
}

function buildAlarms(foundation: Foundation, premises: Premises, target: LbTargetGroup, name: string): void {
  const { balancer } = premises.entry;
  const common = {
    namespace: "AWS/ApplicationELB",
    dimensions: { LoadBalancer: balancer.arnSuffix, TargetGroup: target.arnSuffix },
    minutes: ALARM_MINUTES,
  };
  buildAlarm(foundation, {
    ...common,
    id: logicalName(name, "hosts"),
    name: `${name}-hosts`,
    description: `No healthy task of ${name}: the image is not in the registry, a provider key is not filled, or the task fails. Read the events of the service.`,
    metric: "HealthyHostCount",
    statistic: "Minimum",
    comparison: "below",
    threshold: 1,
    silence: "breaching",
  });
  buildAlarm(foundation, {
    ...common,
    id: logicalName(name, "errors"),
    name: `${name}-errors`,
    description: `${name} answers with 5xx: own servers or a provider fail. Read its log.`,
    metric: "HTTPCode_Target_5XX_Count",
    statistic: "Sum",
    comparison: "above",
    threshold: ERRORS_PER_MINUTE,
    silence: "notBreaching",
  });
}
