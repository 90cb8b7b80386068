import { describe, expect, it } from "vitest";
import { z } from "zod";
import { hybridGatewayConfig } from "./configs.ts";
import { resourcesOf, synthesized } from "./stack-json.ts";

/**
 * What the deploy role may do, against the calls that Terraform made of AWS provider 5.100 for a second plan of this stack and for a change of its
 * model (recorded at an AWS on loopback, 2026-11-29). Whether a call can be held to a resource is in the service authorization reference of AWS.
 */
const ACCOUNT = "123456789012";
const REGION = "us-east-1";
const PREFIX = "support-platform-production";
const stack = synthesized(hybridGatewayConfig);

const list = z.union([z.string(), z.array(z.string())]).transform((one) => (typeof one === "string" ? [one] : one));
const Policy = z.object({
  Statement: z.array(
    z.object({
      Effect: z.enum(["Allow", "Deny"]),
      Action: list,
      Resource: list.optional(),
      NotResource: list.optional(),
      Condition: z.record(z.string(), z.record(z.string(), list)).optional(),
    }),
  ),
});

const text = String(stack.resource.aws_iam_role_policy?.deploy_permissions?.policy)
  .replace(/\$\{data\.aws_partition\.[^}]*\}/g, "aws")
  .replace(/\$\{data\.aws_caller_identity\.[^}]*\}/g, ACCOUNT);
const { Statement } = Policy.parse(JSON.parse(text));

function fits(patterns: readonly string[], value: string): boolean {
  return patterns.some((pattern) => {
    const plain = pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".");
    return new RegExp(`^${plain}$`, "i").test(value);
  });
}

/** Whether the policy allows a call, as IAM decides: a denial wins. `context` holds condition keys of the request. */
function allowed(action: string, resource: string, context: Readonly<Record<string, string>> = {}): boolean {
  const known: Readonly<Record<string, string>> = { "aws:RequestedRegion": REGION, ...context };
  const matching = Statement.filter(
    (one) =>
      fits(one.Action, action) &&
      (one.NotResource === undefined ? fits(one.Resource ?? [], resource) : !fits(one.NotResource, resource)) &&
      Object.entries(one.Condition?.StringEquals ?? {}).every(([key, values]) => values.includes(known[key] ?? "")),
  );
  return matching.some(({ Effect }) => Effect === "Allow") && !matching.some(({ Effect }) => Effect === "Deny");
}

const arn = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
const secret = (path: string) => arn("secretsmanager", `secret:breakeven/${PREFIX}/${path}-a1B2c3`);
const nameOf = (type: string, id: string) => String(stack.resource[type]?.[id]?.name);

/** Calls that name no resource: only a statement over "*" allows them. */
const UNNAMED = [
  ..."autoscaling:DescribeAutoScalingGroups autoscaling:DescribePolicies ec2:DescribeAddresses ec2:DescribeAvailabilityZones".split(" "),
  ..."ec2:DescribeFlowLogs ec2:DescribeInstanceTypeOfferings ec2:DescribeLaunchTemplateVersions ec2:DescribeVpcEndpoints".split(" "),
  ..."ecs:DescribeTaskDefinition ecs:RegisterTaskDefinition ecs:DeregisterTaskDefinition elasticloadbalancing:DescribeRules".split(" "),
  ..."elasticloadbalancing:DescribeTargetGroupAttributes kms:ListAliases logs:DescribeLogGroups ssm:DescribeParameters".split(" "),
  ..."secretsmanager:GetRandomPassword secretsmanager:ListSecrets sns:GetSubscriptionAttributes".split(" "),
];

describe("the deploy role", () => {
  it.each(UNNAMED)("may call %s, which AWS cannot hold to a resource", (action) => {
    expect(allowed(action, "*")).toBe(true);
  });

  it("reads back the keys that Terraform makes, as every plan does", () => {
    expect(resourcesOf(stack, "aws_secretsmanager_secret_version").map(([id]) => id)).toContain("server_key_value");
    for (const path of ["servers/api-key", "gateway/chat", "gateway/drafts"])
      expect(allowed("secretsmanager:GetSecretValue", secret(path)), path).toBe(true);
  });

  it("reads no secret that a person fills, and none of another stack", () => {
    for (const path of ["provider/openai", "servers/hub-token"])
      expect(allowed("secretsmanager:GetSecretValue", secret(path)), path).toBe(false);
    expect(allowed("secretsmanager:GetSecretValue", arn("secretsmanager", "secret:breakeven/other/servers/api-key-a1B2c3"))).toBe(false);
    expect(allowed("secretsmanager:BatchGetSecretValue", "*")).toBe(false);
  });

  it("replaces a target group, whose name is cut inside a long prefix", () => {
    const name = nameOf("aws_lb_target_group", "target_llama_3_3_70b_instruct");
    expect(name.startsWith(PREFIX)).toBe(false);
    for (const call of ["CreateTargetGroup", "ModifyTargetGroupAttributes", "DeleteTargetGroup"])
      expect(allowed(`elasticloadbalancing:${call}`, arn("elasticloadbalancing", `targetgroup/${name}/0123456789abcdef`)), call).toBe(true);
    expect(allowed("elasticloadbalancing:DeleteTargetGroup", arn("elasticloadbalancing", "targetgroup/other/0123456789abcdef"))).toBe(
      false,
    );
  });

  it("makes the group of another model, and hands Auto Scaling its role and the servers theirs", () => {
    const suffix = String(stack.resource.aws_iam_service_linked_role?.scaling_role?.custom_suffix);
    const linked = `arn:aws:iam::${ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling_${suffix}`;
    const server = `arn:aws:iam::${ACCOUNT}:role/${nameOf("aws_iam_role", "server_role")}`;
    const group = arn("autoscaling", `autoScalingGroup:0123:autoScalingGroupName/${PREFIX}-qwen3-32b`);
    expect(allowed("autoscaling:CreateAutoScalingGroup", group)).toBe(true);
    expect(allowed("ec2:RunInstances", "*")).toBe(true);
    expect(allowed("iam:PassRole", linked, { "iam:PassedToService": "autoscaling.amazonaws.com" })).toBe(true);
    expect(allowed("iam:PassRole", server, { "iam:PassedToService": "ec2.amazonaws.com" })).toBe(true);
    expect(allowed("iam:PassRole", server, { "iam:PassedToService": "lambda.amazonaws.com" })).toBe(false);
    const common = linked.replace(`_${suffix}`, "");
    expect(allowed("iam:PassRole", common, { "iam:PassedToService": "autoscaling.amazonaws.com" })).toBe(false);
  });

  it("cannot widen itself or the servers' policy", () => {
    const [role, policy] = [nameOf("aws_iam_role", "deploy_role"), nameOf("aws_iam_policy", "server_permissions")];
    expect(allowed("iam:PutRolePolicy", `arn:aws:iam::${ACCOUNT}:role/${role}`)).toBe(false);
    expect(allowed("iam:CreatePolicyVersion", `arn:aws:iam::${ACCOUNT}:policy/${policy}`)).toBe(false);
  });

  it("is trusted to jobs of one environment, by the numbers of the repository where GitHub puts them into its tokens", () => {
    const trust = String(stack.resource.aws_iam_role?.deploy_role?.assume_role_policy);
    expect(trust).toContain(`"token.actions.githubusercontent.com:sub":"\${local.github_subject}:environment:production"`);
    expect(stack.locals?.github_subject).toBe(
      `\${var.github_ids == "" ? "repo:acme/support" : format("repo:acme@%s/support@%s", split("/", var.github_ids)...)}`,
    );
  });
});
