import { policyDocument, type Statement, trustService } from "../iam.ts";
import { identityName } from "../naming.ts";
import { IamInstanceProfile, IamPolicy, IamRole, IamRolePolicyAttachment, type S3Bucket } from "../provider.ts";
import { metricNamespace } from "./alarm.ts";
import type { Foundation } from "./foundation.ts";
import { waitsForLoading } from "./purchase.ts";

/** Name of the one policy of the servers, which is also the boundary of every role that the deploy role may create. */
export function serverPolicyName(prefix: string, region: string): string {
  return identityName(prefix, region, "server-permissions");
}

/**
 * The identity of the servers. One policy is both what they may do and the boundary of what they ever could: nothing attached later
 * adds to it. People come in through Session Manager; there is no key pair and no port for them.
 */
export function buildServerRole(foundation: Foundation, weights: S3Bucket): IamInstanceProfile {
  const { stack, config, prefix } = foundation;
  const policy = new IamPolicy(stack, "server_permissions", {
    name: serverPolicyName(prefix, config.region),
    description: `All that a server of ${prefix} may ever do`,
    policy: policyDocument([
      ...dataStatements(foundation, weights),
      ...reportStatements(foundation),
      ...loadingStatements(foundation),
      sessionStatement(),
    ]),
  });
  const role = new IamRole(stack, "server_role", {
    name: identityName(prefix, config.region, "server"),
    description: `Servers of ${prefix}`,
    assumeRolePolicy: trustService("ec2.amazonaws.com"),
    permissionsBoundary: policy.arn,
  });
  new IamRolePolicyAttachment(stack, "server_role_permissions", { role: role.name, policyArn: policy.arn });
  return new IamInstanceProfile(stack, "server_profile", { name: identityName(prefix, config.region, "server"), role: role.name });
}

/** Weights, keys and the image. Inside an air gap the weights are read-only; outside the first server fills an empty place. */
function dataStatements(foundation: Foundation, weights: S3Bucket): readonly Statement[] {
  const { account, arnPrefix, config, key, prefix } = foundation;
  const objects = config.airGapped ? ["s3:GetObject"] : ["s3:GetObject", "s3:PutObject"];
  const images = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"];
  const secrets = `${arnPrefix}:secretsmanager:${config.region}:${account}:secret:breakeven/${prefix}/servers/*`;
  const repositories = `${arnPrefix}:ecr:${config.region}:${account}:repository/*`;
  return [
    { Sid: "ListWeights", Effect: "Allow", Action: "s3:ListBucket", Resource: weights.arn },
    { Sid: "Weights", Effect: "Allow", Action: objects, Resource: `${weights.arn}/models/*` },
    { Sid: "Adapters", Effect: "Allow", Action: "s3:GetObject", Resource: `${weights.arn}/adapters/*` },
    { Sid: "ServerSecrets", Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: secrets },
    { Sid: "OwnKey", Effect: "Allow", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: key.arn },
    { Sid: "Images", Effect: "Allow", Action: images, Resource: repositories },
    { Sid: "ImageLogin", Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
  ];
}

function reportStatements(foundation: Foundation): readonly Statement[] {
  const { account, arnPrefix, config, prefix } = foundation;
  const groups = `${arnPrefix}:logs:${config.region}:${account}:log-group:/breakeven/${prefix}/servers:*`;
  return [
    { Sid: "Logs", Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: groups },
    {
      Sid: "Metrics",
      Effect: "Allow",
      Action: "cloudwatch:PutMetricData",
      Resource: "*",
      Condition: { StringEquals: { "cloudwatch:namespace": metricNamespace(prefix) } },
    },
  ];
}

/** Servers of a warm pool say when they have loaded. */
function loadingStatements({ account, arnPrefix, config, fleets, prefix }: Foundation): readonly Statement[] {
  if (!fleets.some((fleet) => waitsForLoading(config, fleet))) return [];
  const groups = `${arnPrefix}:autoscaling:${config.region}:${account}:autoScalingGroup:*:autoScalingGroupName/${prefix}-*`;
  return [{ Sid: "Loaded", Effect: "Allow", Action: "autoscaling:CompleteLifecycleAction", Resource: groups }];
}

/** The least that Session Manager needs (Systems Manager user guide, 2026-11); AWS cannot restrict these calls to a resource. */
function sessionStatement(): Statement {
  const channels = ["CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel"];
  const Action = ["ssm:UpdateInstanceInformation", ...channels.map((channel) => `ssmmessages:${channel}`)];
  return { Sid: "SessionManager", Effect: "Allow", Action, Resource: "*" };
}
