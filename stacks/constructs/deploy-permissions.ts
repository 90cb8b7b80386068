import type { Statement } from "../iam.ts";
import { NAME_LIMITS, scalingRoleSuffix, shortestStart } from "../naming.ts";
import { bucketPrefix } from "./bucket.ts";
import type { Foundation } from "./foundation.ts";
import { GATEWAY_ROLES, gatewayPolicyName } from "./gateway/roles.ts";
import { SERVER_KEY_PATH, workloadPath } from "./secrets.ts";
import { serverPolicyName } from "./server-role.ts";

/**
 * What the deploy role may do: everything that carries the stack's name, network calls in the stack's region, and nothing to itself.
 *
 * It reads no value of a secret that a person fills. The keys that Terraform makes itself it must read: the AWS provider asks for each value again
 * at every plan, and throws it away. It may create roles only inside the boundary of the servers' policy, and it may change neither that
 * policy nor its own role: whoever controls the repository cannot widen what the repository controls. Those two change by a person.
 */
export function deployStatements(foundation: Foundation, roleName: string): readonly Statement[] {
  return [
    ...namedResources(foundation),
    ...backendStatements(foundation),
    network(foundation),
    lists(),
    ...identities(foundation, roleName),
  ];
}

/** Services whose resources carry the stack's prefix in their ARN. */
function namedResources({ arnPrefix, account, config, prefix }: Foundation): readonly Statement[] {
  const here = (service: string) => `${arnPrefix}:${service}:${config.region}:${account}`;
  const balancer = here("elasticloadbalancing");
  const rows: readonly (readonly [sid: string, actions: readonly string[], resources: readonly string[]])[] = [
    ["Topics", ["sns:*"], [`${here("sns")}:${prefix}-*`]],
    ["Logs", ["logs:*"], [`${here("logs")}:log-group:/breakeven/${prefix}/*`]],
    ["Alarms", ["cloudwatch:*"], [`${here("cloudwatch")}:alarm:${prefix}-*`, `${arnPrefix}:cloudwatch::${account}:dashboard/${prefix}*`]],
    ["Rules", ["events:*"], [`${here("events")}:rule/${prefix}-*`]],
    ["Routes", ["ssm:*Parameter*", "ssm:*Tags*"], [`${here("ssm")}:parameter/breakeven/${prefix}/*`]],
    ["PublicImages", ["ssm:GetParameter"], [`${arnPrefix}:ssm:${config.region}::parameter/aws/service/*`]],
    ["Budgets", ["budgets:*"], [`${arnPrefix}:budgets::${account}:budget/${prefix}-*`]],
    // Subscriptions carry an id that AWS gives them.
    [
      "Anomalies",
      ["ce:*AnomalySubscription*", "ce:*Tag*"],
      [`${arnPrefix}:ce::${account}:anomalysubscription/*`, `${arnPrefix}:ce::${account}:anomalymonitor/*`],
    ],
    ["Buckets", ["s3:*Bucket*", "s3:*Configuration"], [`${arnPrefix}:s3:::${bucketPrefix(prefix)}-*`]],
    [
      "Names",
      ["route53:*HostedZone*", "route53:*ResourceRecordSets", "route53:*Tags*", "route53:GetChange"],
      [`${arnPrefix}:route53:::*/*`],
    ],
    ["Images", ["ecr:*"], [`${here("ecr")}:repository/${prefix}/*`]],
    [
      "Balancers",
      ["elasticloadbalancing:*"],
      [
        ...["loadbalancer/app", "listener/app", "listener-rule/app"].map((kind) => `${balancer}:${kind}/${prefix}*`),
        // Names of target groups end with a hash where they are too long, and a long prefix is cut for it.
        `${balancer}:targetgroup/${shortestStart(prefix, NAME_LIMITS.loadBalancer)}*`,
      ],
    ],
    ["Fleets", ["autoscaling:*"], [`${here("autoscaling")}:autoScalingGroup:*:autoScalingGroupName/${prefix}-*`]],
  ];
  const clusters = ["cluster/", "service/", "task-definition/"].map((kind) => `${here("ecs")}:${kind}${prefix}*`);
  const gateway: typeof rows = config.gateway === null ? [] : [["Gateway", ["ecs:*"], clusters]];
  const secrets = `${here("secretsmanager")}:secret:breakeven/${prefix}/*`;
  return [
    ...[...rows, ...gateway].map(([Sid, Action, Resource]): Statement => ({ Sid, Effect: "Allow", Action, Resource })),
    { Sid: "Secrets", Effect: "Allow", Action: "secretsmanager:*", Resource: secrets },
    {
      Sid: "NeverReadSecrets",
      Effect: "Deny",
      Action: "secretsmanager:GetSecretValue",
      NotResource: generatedKeys(`${here("secretsmanager")}:secret:breakeven/${prefix}`),
    },
    { Sid: "NeverReadThemInBulk", Effect: "Deny", Action: "secretsmanager:BatchGetSecretValue", Resource: "*" },
  ];
}

/** ARNs of the secrets that Terraform fills itself, under the folder of the stack; Secrets Manager puts six characters behind each name. */
function generatedKeys(folder: string): readonly string[] {
  return [`${folder}/${SERVER_KEY_PATH}-??????`, `${folder}/${workloadPath("")}*`];
}

function backendStatements({ arnPrefix, config }: Foundation): readonly Statement[] {
  if (config.backend.kind === "local") return [];
  const { bucket, key } = config.backend;
  const Resource = [`${arnPrefix}:s3:::${bucket}/${key}`, `${arnPrefix}:s3:::${bucket}/${key}.tflock`];
  return [
    { Sid: "StateBucket", Effect: "Allow", Action: "s3:ListBucket", Resource: `${arnPrefix}:s3:::${bucket}` },
    { Sid: "State", Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], Resource },
  ];
}

/** Calls without a name in the ARN (a network, a key, a private zone), held to the stack's region. */
function network({ config }: Foundation): Statement {
  const tasks = config.gateway === null ? [] : ["ecs:RegisterTaskDefinition", "ecs:DeregisterTaskDefinition", "ecs:DescribeTaskDefinition"];
  const verbs = [
    "Create",
    "Delete",
    "Modify",
    "Associate",
    "Disassociate",
    "Attach",
    "Detach",
    "Authorize",
    "Revoke",
    "Allocate",
    "Release",
  ];
  const keys = ["CreateKey", "DescribeKey", "GetKey*", "ListResourceTags", "PutKeyPolicy", "EnableKeyRotation", "UpdateKeyDescription"];
  const uses = ["TagResource", "UntagResource", "ScheduleKeyDeletion", "*Alias", "Encrypt", "Decrypt", "GenerateDataKey", "CreateGrant"];
  return {
    Sid: "NetworkAndKeyInRegion",
    Effect: "Allow",
    Action: [...verbs.map((verb) => `ec2:${verb}*`), "ec2:RunInstances", ...tasks, ...[...keys, ...uses].map((action) => `kms:${action}`)],
    Resource: "*",
    Condition: { StringEquals: { "aws:RequestedRegion": config.region } },
  };
}

/** Reads that AWS cannot restrict to a resource, and random text for new keys, which every plan asks for. */
function lists(): Statement {
  const services = [
    "ec2:Describe*",
    "autoscaling:Describe*",
    "elasticloadbalancing:Describe*",
    "logs:DescribeLogGroups",
    "ssm:DescribeParameters",
    "sns:GetSubscriptionAttributes",
  ];
  return {
    Sid: "Lists",
    Effect: "Allow",
    Action: [...services, "kms:ListAliases", "cloudwatch:DescribeAlarms", "secretsmanager:ListSecrets", "secretsmanager:GetRandomPassword"],
    Resource: "*",
  };
}

function identities({ arnPrefix, account, config, prefix }: Foundation, roleName: string): readonly Statement[] {
  const iam = `${arnPrefix}:iam::${account}`;
  const gateway = config.gateway === null ? [] : GATEWAY_ROLES.map((role) => gatewayPolicyName(prefix, config.region, role));
  const boundaries = [serverPolicyName(prefix, config.region), ...gateway].map((name) => `${iam}:policy/${name}`);
  const passedTo = ["ec2.amazonaws.com", ...(config.gateway === null ? [] : ["ecs-tasks.amazonaws.com"])];
  const roles = `${iam}:role/${prefix}-*`;
  return [
    {
      Sid: "RolesInsideTheBoundary",
      Effect: "Allow",
      Action: ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:DetachRolePolicy", "iam:DeleteRolePolicy"],
      Resource: roles,
      Condition: { StringEquals: { "iam:PermissionsBoundary": boundaries } },
    },
    namedIdentities(iam, prefix),
    {
      Sid: "RoleOfAutoScaling",
      Effect: "Allow",
      Action: ["iam:CreateServiceLinkedRole", "iam:DeleteServiceLinkedRole", "iam:GetServiceLinkedRoleDeletionStatus"],
      Resource: `${iam}:role/aws-service-role/autoscaling.amazonaws.com/*`,
    },
    {
      Sid: "HandAutoScalingItsRole",
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: `${iam}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling_${scalingRoleSuffix(prefix, config.region)}`,
      Condition: { StringEquals: { "iam:PassedToService": "autoscaling.amazonaws.com" } },
    },
    {
      Sid: "HandServersTheirRole",
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: roles,
      Condition: { StringEquals: { "iam:PassedToService": passedTo } },
    },
    {
      Sid: "NeverWidenItself",
      Effect: "Deny",
      Action: ["iam:Put*", "iam:Attach*", "iam:Update*", "iam:Create*", "iam:Delete*", "iam:SetDefaultPolicyVersion"],
      Resource: [`${iam}:role/${roleName}`, ...boundaries],
    },
  ];
}

/** Reads of every identity that the stack touches; changes of its own policies and profiles. */
function namedIdentities(iam: string, prefix: string): Statement {
  const reads = ["iam:Get*", "iam:List*", "iam:Tag*", "iam:Untag*"];
  const own = [`${iam}:role/${prefix}-*`, `${iam}:policy/${prefix}-*`, `${iam}:instance-profile/${prefix}-*`];
  return {
    Sid: "IdentitiesOfTheStack",
    Effect: "Allow",
    Action: [...reads, "iam:*InstanceProfile", "iam:CreatePolicy*", "iam:DeletePolicy*", "iam:DeleteRole"],
    Resource: [...own, `${iam}:oidc-provider/*`, `${iam}:role/aws-service-role/*`],
  };
}
