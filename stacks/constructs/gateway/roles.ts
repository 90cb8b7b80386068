import { policyDocument, type Statement, trustService } from "../../iam.ts";
import { identityName, logicalName } from "../../naming.ts";
import { IamPolicy, IamRole, IamRolePolicyAttachment } from "../../provider.ts";
import { invokeStatements } from "../bedrock.ts";
import type { Foundation } from "../foundation.ts";

const TASKS = "ecs-tasks.amazonaws.com";

/** Purposes of the gateway's roles, in the names of roles and policies. */
export const GATEWAY_ROLES = ["gateway-start", "gateway-call", "gateway-restricted-start"] as const;

/** What one service may read and write when it starts. */
export interface StartNeeds {
  readonly registryArn: string;
  readonly logGroupArn: string;
  readonly secretArns: readonly string[];
}

/** Name of the one policy of a role, which is also its boundary. */
export function gatewayPolicyName(prefix: string, region: string, purpose: (typeof GATEWAY_ROLES)[number]): string {
  return identityName(prefix, region, `${purpose}-permissions`);
}

/** Role by which ECS starts tasks: it pulls the image, reads exactly these secrets, and writes the log. */
export function buildStartRole(foundation: Foundation, purpose: "gateway-start" | "gateway-restricted-start", needs: StartNeeds): IamRole {
  const { config, key } = foundation;
  const pull = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"];
  const services = ["secretsmanager", "ecr"].map((service) => `${service}.${config.region}.amazonaws.com`);
  return buildRole(foundation, purpose, [
    { Sid: "Image", Effect: "Allow", Action: pull, Resource: needs.registryArn },
    { Sid: "ImageLogin", Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
    { Sid: "Secrets", Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: [...needs.secretArns] },
    {
      Sid: "Decrypt",
      Effect: "Allow",
      Action: "kms:Decrypt",
      Resource: key.arn,
      Condition: { StringEquals: { "kms:ViaService": services } },
    },
    { Sid: "Log", Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: `${needs.logGroupArn}:*` },
  ]);
}

/** Role of the running tasks: the chosen Bedrock models and nothing else; null where none is chosen. */
export function buildCallRole(foundation: Foundation, models: readonly string[]): IamRole | null {
  return models.length === 0 ? null : buildRole(foundation, "gateway-call", invokeStatements(foundation, models));
}

/** One policy is both what the role may do and the boundary of what it ever could. */
function buildRole(foundation: Foundation, purpose: (typeof GATEWAY_ROLES)[number], statements: readonly Statement[]): IamRole {
  const { stack, config, prefix } = foundation;
  const policy = new IamPolicy(stack, logicalName(purpose, "permissions"), {
    name: gatewayPolicyName(prefix, config.region, purpose),
    description: `All that ${purpose} of ${prefix} may ever do`,
    policy: policyDocument(statements),
  });
  const role = new IamRole(stack, logicalName(purpose, "role"), {
    name: identityName(prefix, config.region, purpose),
    description: `Gateway of ${prefix}`,
    assumeRolePolicy: trustService(TASKS),
    permissionsBoundary: policy.arn,
  });
  new IamRolePolicyAttachment(stack, logicalName(purpose, "role_permissions"), { role: role.name, policyArn: policy.arn });
  return role;
}
