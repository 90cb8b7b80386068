import { failing, holds, is, isText, type Rule } from "./rule-kinds.ts";
import { resourcesOf, type StackJson } from "./stack-json.ts";

/** Whether anything in the stack but `type` itself names the resource. */
function named(stack: StackJson, type: string, id: string): boolean {
  const { [type]: _own, ...others } = stack.resource;
  return JSON.stringify(others).includes(`${type}.${id}.`);
}

/** Whatever a stack makes, something uses; spoiling adds one that nothing names. */
function used(ids: string, title: string, type: string): Rule {
  return {
    ids,
    title,
    violations: (stack) => failing(stack, type, (_, id) => named(stack, type, id)),
    spoil: (stack) => {
      stack.resource[type] = { ...stack.resource[type], spoiled: { description: "spoiled" } };
    },
  };
}

/** Nothing of a type is there; spoiling adds one. */
function absent(ids: string, title: string, section: "resource" | "data", type: string): Rule {
  return {
    ids,
    title,
    violations: (stack) => Object.keys(stack[section][type] ?? {}).map((id) => `${type}.${id}`),
    spoil: (stack) => {
      stack[section][type] = { spoiled: {} };
    },
  };
}

/** Users of a security group, other than its own rules. */
const GROUP_USERS = ["aws_launch_template", "aws_lb", "aws_vpc_endpoint", "aws_ecs_service"];

export const NETWORK_RULES: readonly Rule[] = [
  {
    ids: "CKV2_AWS_5",
    title: "no security group is unused",
    violations: (stack) => {
      const users = JSON.stringify(GROUP_USERS.map((type) => stack.resource[type]));
      return failing(stack, "aws_security_group", (_, id) => users.includes(`aws_security_group.${id}.id`));
    },
    spoil: (stack) => {
      stack.resource.aws_security_group = { ...stack.resource.aws_security_group, spoiled: { description: "spoiled" } };
    },
  },
  holds("CKV_AWS_277", "entries are for one protocol", "aws_vpc_security_group_ingress_rule", ["ip_protocol"], is("tcp")),
  used("CKV2_AWS_19", "every public address is attached", "aws_eip"),
  {
    ids: "CKV2_AWS_35",
    title: "private subnets leave through NAT alone",
    violations: (stack) =>
      failing(
        stack,
        "aws_route",
        ({ nat_gateway_id }, id) => !id.startsWith("private_") || String(nat_gateway_id).includes("nat_gateway."),
      ),
    spoil: (stack) => {
      for (const [, route] of resourcesOf(stack, "aws_route")) route.nat_gateway_id = undefined;
    },
  },
  absent("AWS-0101", "nothing lives in the default network", "resource", "aws_default_vpc"),
  absent("CKV_AWS_386 AWS-0344", "the machine image comes from a parameter of AWS or by id, never from a search", "data", "aws_ami"),
  {
    ids: "CKV_AWS_41",
    title: "the provider holds no credentials",
    violations: (stack) => (stack.provider.aws.some((one) => one.access_key ?? one.secret_key ?? one.token) ? ["provider.aws"] : []),
    spoil: (stack) => {
      for (const provider of stack.provider.aws) provider.secret_key = "spoiled";
    },
  },
  {
    ids: "BE-9",
    title: "names of AWS resources are right in every partition",
    // The certificate is the policy's own.
    violations: (stack) =>
      (JSON.stringify({ ...stack.resource, aws_lb_listener: {} }).match(/arn:aws(-us-gov)?:/g) ?? []).map(
        (text) => `${text} is written out`,
      ),
    spoil: (stack) => {
      stack.resource.aws_iam_policy = { spoiled: { policy: '{"Statement":[],"Id":"arn:aws:s3:::x"}' } };
    },
  },
  {
    ids: "BE-10",
    title: "a group with spot instances has no warm pool, which AWS refuses",
    violations: (stack) =>
      failing(stack, "aws_autoscaling_group", (group) => group.mixed_instances_policy === undefined || group.warm_pool === undefined),
    spoil: (stack) => {
      for (const [, group] of resourcesOf(stack, "aws_autoscaling_group"))
        Object.assign(group, { mixed_instances_policy: {}, warm_pool: {} });
    },
  },
];

export const STORAGE_RULES: readonly Rule[] = [
  ...(
    [
      ["CKV_AWS_53 AWS-0086 AWS-0092", "block_public_acls"],
      ["CKV_AWS_54 AWS-0087", "block_public_policy"],
      ["CKV_AWS_55 AWS-0091", "ignore_public_acls"],
      ["CKV_AWS_56 AWS-0093", "restrict_public_buckets"],
    ] as const
  ).map(([ids, flag]) => holds(ids, `buckets refuse to be public: ${flag}`, "aws_s3_bucket_public_access_block", [flag], is(true))),
  {
    ids: "CKV_AWS_18 AWS-0089",
    title: "reads and writes of buckets are logged, but for the bucket of those logs",
    violations: (stack) =>
      failing(
        stack,
        "aws_s3_bucket",
        (_, id) => id === "access_logs" || JSON.stringify(stack.resource.aws_s3_bucket_logging ?? {}).includes(`aws_s3_bucket.${id}.`),
      ),
    spoil: (stack) => {
      delete stack.resource.aws_s3_bucket_logging;
    },
  },
  holds(
    "CKV_AWS_300",
    "parts of interrupted uploads are dropped",
    "aws_s3_bucket_lifecycle_configuration",
    ["rule", 0, "abort_incomplete_multipart_upload", 0, "days_after_initiation"],
    (days) => Number(days) <= 7,
  ),
  {
    ids: "CKV_AWS_145 AWS-0132",
    title: "buckets use the stack's own key, but for the one that load balancers write to",
    violations: (stack) =>
      failing(
        stack,
        "aws_s3_bucket_server_side_encryption_configuration",
        ({ rule }, id) => id.startsWith("access_logs") || JSON.stringify(rule).includes("aws_kms_key.key.arn"),
      ),
    spoil: (stack) => {
      for (const [, one] of resourcesOf(stack, "aws_s3_bucket_server_side_encryption_configuration")) one.rule = [];
    },
  },
  {
    ids: "CKV_AWS_335",
    title: "no task sees the processes of its host",
    violations: (stack) => failing(stack, "aws_ecs_task_definition", ({ pid_mode }) => pid_mode === undefined),
    spoil: (stack) => {
      for (const [, task] of resourcesOf(stack, "aws_ecs_task_definition")) task.pid_mode = "host";
    },
  },
  {
    ids: "CKV_AWS_223 CKV_AWS_224",
    title: "nobody opens a shell in a task, so there is no session to log",
    violations: (stack) => failing(stack, "aws_ecs_service", ({ enable_execute_command }) => enable_execute_command !== true),
    spoil: (stack) => {
      for (const [, service] of resourcesOf(stack, "aws_ecs_service")) service.enable_execute_command = true;
    },
  },
  holds("CKV2_AWS_34", "parameters are secure strings", "aws_ssm_parameter", ["type"], is("SecureString")),
  {
    ids: "CKV_AWS_227",
    title: "keys are in use",
    violations: (stack) => failing(stack, "aws_kms_key", ({ is_enabled }) => is_enabled !== false),
    spoil: (stack) => {
      for (const [, key] of resourcesOf(stack, "aws_kms_key")) key.is_enabled = false;
    },
  },
  {
    ids: "CKV_AWS_304 CKV2_AWS_57",
    title: "a person is reminded to rotate the keys of providers within 90 days",
    violations: (stack) => {
      const asked = JSON.stringify(stack.locals?.secrets_in_use ?? {}).includes("provider/");
      const days = resourcesOf(stack, "aws_cloudwatch_event_rule").map(([, rule]) =>
        /rate\((\d+) days\)/.exec(String(rule.schedule_expression)),
      );
      return asked && !days.some((found) => Number(found?.[1]) <= 90) ? ["aws_cloudwatch_event_rule"] : [];
    },
    spoil: (stack) => {
      delete stack.resource.aws_cloudwatch_event_rule;
    },
  },
  {
    ids: "CKV_AWS_274 CKV2_AWS_56",
    title: "no policy of AWS is attached: they allow more than is needed, and change",
    violations: (stack) =>
      failing(
        stack,
        "aws_iam_role_policy_attachment",
        ({ policy_arn }) => isText(policy_arn) && String(policy_arn).includes("aws_iam_policy."),
      ),
    spoil: (stack) => {
      for (const [, one] of resourcesOf(stack, "aws_iam_role_policy_attachment"))
        one.policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess";
    },
  },
];
