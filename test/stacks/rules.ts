import { accompanied, at, ecs, failing, holds, is, isText, list, ownKey, policyRule, type Rule } from "./rule-kinds.ts";
import { NETWORK_RULES, STORAGE_RULES } from "./rules-network-storage.ts";
import { resourcesOf } from "./stack-json.ts";

/** Calls that AWS cannot restrict to a resource (service authorization reference, 2026-11). */
const UNRESTRICTABLE =
  /^(ec2|autoscaling|elasticloadbalancing|logs|ssm|cloudwatch|kms):(Describe|List)|^secretsmanager:(ListSecrets|GetRandomPassword)$|^sns:GetSubscriptionAttributes$|^ecr:GetAuthorizationToken$|^ssmmessages:|^ssm:UpdateInstanceInformation$/;

const TEMPLATE = "aws_launch_template";
const METADATA = ["metadata_options"] as const;
const DISK = ["block_device_mappings", 0, "ebs"] as const;

export const RULES: readonly Rule[] = [
  ...NETWORK_RULES,
  ...STORAGE_RULES,
  holds(
    "CKV_AWS_79 AWS-0028 AWS-0130",
    "instances answer metadata requests with a token only",
    TEMPLATE,
    [...METADATA, "http_tokens"],
    is("required"),
  ),
  holds("CKV_AWS_341", "containers cannot reach instance metadata", TEMPLATE, [...METADATA, "http_put_response_hop_limit"], is(1)),
  holds(
    "CKV_AWS_88 CKV_AWS_389 AWS-0009",
    "no instance has a public address",
    TEMPLATE,
    ["network_interfaces", 0, "associate_public_ip_address"],
    is("false"),
  ),
  holds("CKV_AWS_130 AWS-0164", "no subnet gives out public addresses", "aws_subnet", ["map_public_ip_on_launch"], is(false)),
  holds("CKV_AWS_8 CKV_AWS_3 AWS-0131", "root volumes are encrypted", TEMPLATE, [...DISK, "encrypted"], is("true")),
  holds("CKV_AWS_189 AWS-0027", "root volumes use the stack's own key", TEMPLATE, [...DISK, "kms_key_id"], ownKey),
  holds("CKV_AWS_126", "instances are monitored by the minute", TEMPLATE, ["monitoring", "enabled"], is(true)),
  holds("CKV_AWS_135", "volumes have their own bandwidth", TEMPLATE, ["ebs_optimized"], is("true")),
  holds("CKV2_AWS_41", "instances have a role", TEMPLATE, ["iam_instance_profile", "arn"], isText),
  {
    ids: "BE-1",
    title: "no key pair opens a server",
    violations: (stack) => failing(stack, TEMPLATE, (resource) => resource.key_name === undefined),
    spoil: (stack) => {
      for (const [, resource] of resourcesOf(stack, TEMPLATE)) resource.key_name = "me";
    },
  },
  {
    ids: "CKV_AWS_46 AWS-0029 AWS-0129",
    title: "no key, token or password stands in user data",
    violations: (stack) =>
      Object.entries(stack.locals ?? {}).flatMap(([id, text]) =>
        /AKIA[A-Z0-9]{16}|sk-[A-Za-z0-9]{16}|hf_[A-Za-z0-9]{16}|-----BEGIN|secret_string|random_password/.test(String(text))
          ? [`local.${id}`]
          : [],
      ),
    spoil: (stack) => {
      stack.locals = { ...stack.locals, boot_spoiled: "HF_TOKEN=hf_abcdefghijklmnopqrst" };
    },
  },
  holds("CKV_AWS_315", "groups start from a launch template", "aws_autoscaling_group", ["launch_template", "id"], isText),
  holds("CKV2_AWS_15", "groups trust the load balancer's health check", "aws_autoscaling_group", ["health_check_type"], is("ELB")),
  {
    ids: "CKV_AWS_153",
    title: "tags of groups reach their instances",
    violations: (stack) =>
      failing(
        stack,
        "aws_autoscaling_group",
        ({ tag }) => Array.isArray(tag) && tag.every((one) => at(one, ["propagate_at_launch"]) === true),
      ),
    spoil: (stack) => {
      for (const [, resource] of resourcesOf(stack, "aws_autoscaling_group")) delete resource.tag;
    },
  },
  holds("CKV_AWS_23 AWS-0099", "security groups say what they are for", "aws_security_group", ["description"], isText),
  holds("CKV_AWS_23 AWS-0124", "entries of security groups say why", "aws_vpc_security_group_ingress_rule", ["description"], isText),
  holds("CKV_AWS_23 AWS-0124", "exits of security groups say why", "aws_vpc_security_group_egress_rule", ["description"], isText),
  {
    ids: "CKV_AWS_24 CKV_AWS_25 CKV_AWS_260 AWS-0107",
    title: "nothing is open to the internet",
    violations: (stack) => failing(stack, "aws_vpc_security_group_ingress_rule", ({ cidr_ipv4 }) => cidr_ipv4 !== "0.0.0.0/0"),
    spoil: (stack) => {
      for (const [, resource] of resourcesOf(stack, "aws_vpc_security_group_ingress_rule")) resource.cidr_ipv4 = "0.0.0.0/0";
    },
  },
  {
    ids: "CKV_AWS_382 AWS-0104",
    title: "nothing goes out but TLS and the balancer's own traffic",
    violations: (stack) =>
      failing(stack, "aws_vpc_security_group_egress_rule", ({ ip_protocol, from_port, to_port }) => {
        return ip_protocol === "tcp" && from_port === to_port && [443, 4000, 8443].includes(Number(to_port));
      }),
    spoil: (stack) => {
      for (const [, resource] of resourcesOf(stack, "aws_vpc_security_group_egress_rule")) resource.ip_protocol = "-1";
    },
  },
  accompanied("CKV2_AWS_12 AWS-0173", "the default security group is closed", "aws_vpc", "aws_default_security_group", "vpc_id"),
  accompanied("CKV2_AWS_11 AWS-0178", "network flows are logged", "aws_vpc", "aws_flow_log", "vpc_id"),
  holds("BE-2 CKV2_AWS_28 AWS-0053", "the load balancer is private", "aws_lb", ["internal"], is(true)),
  holds("CKV_AWS_2 CKV2_AWS_20 AWS-0054", "the entry speaks TLS", "aws_lb_listener", ["protocol"], is("HTTPS")),
  holds("CKV_AWS_103 CKV2_AWS_74 AWS-0047", "TLS is 1.2 or newer", "aws_lb_listener", ["ssl_policy"], (value) =>
    /^ELBSecurityPolicy-TLS13-1-2-/.test(String(value)),
  ),
  holds("CKV_AWS_131 AWS-0052", "malformed headers are dropped", "aws_lb", ["drop_invalid_header_fields"], is(true)),
  holds("CKV_AWS_328", "request smuggling is blocked", "aws_lb", ["desync_mitigation_mode"], is("defensive")),
  {
    ids: "CKV_AWS_150",
    title: "a production entry cannot be deleted by mistake",
    violations: (stack) =>
      failing(stack, "aws_lb", ({ enable_deletion_protection }) => {
        return enable_deletion_protection === `\${var.deletion_protection}` && stack.variable.deletion_protection?.default === true;
      }),
    spoil: (stack) => {
      for (const [, resource] of resourcesOf(stack, "aws_lb")) delete resource.enable_deletion_protection;
    },
  },
  holds("CKV_AWS_91", "requests at the entry are logged", "aws_lb", ["access_logs", "enabled"], is(true)),
  holds("CKV_AWS_378", "traffic to the servers is encrypted", "aws_lb_target_group", ["protocol"], is("HTTPS")),
  holds("CKV_AWS_261", "servers must prove their health", "aws_lb_target_group", ["health_check", "path"], (path) =>
    /^\/(health|[a-z]+\/health\/liveliness)$/.test(String(path)),
  ),
  holds("CKV_AWS_7 AWS-0065", "keys are rotated every year", "aws_kms_key", ["enable_key_rotation"], is(true)),
  holds("CKV2_AWS_64", "keys have an explicit policy", "aws_kms_key", ["policy"], isText),
  holds("CKV_AWS_149 AWS-0098", "secrets use the stack's own key", "aws_secretsmanager_secret", ["kms_key_id"], ownKey),
  holds(
    "BE-3",
    "a deleted secret can be recovered for a week or more",
    "aws_secretsmanager_secret",
    ["recovery_window_in_days"],
    (days) => Number(days) >= 7,
  ),
  accompanied("BE-4", "only this account reads a secret", "aws_secretsmanager_secret", "aws_secretsmanager_secret_policy", "secret_arn"),
  {
    ids: "BE-5",
    title: "no secret's value can reach the state",
    violations: (stack) => failing(stack, "aws_secretsmanager_secret_version", ({ secret_string }) => secret_string === undefined),
    spoil: (stack) => {
      stack.resource.aws_secretsmanager_secret_version = { spoiled: { secret_string: "sk-123" } };
    },
  },
  holds("CKV_AWS_337", "parameters are encrypted with the stack's own key", "aws_ssm_parameter", ["key_id"], ownKey),
  holds("CKV_AWS_158 AWS-0017", "logs use the stack's own key", "aws_cloudwatch_log_group", ["kms_key_id"], ownKey),
  holds(
    "CKV_AWS_338 CKV_AWS_66",
    "production logs are kept for a year",
    "aws_cloudwatch_log_group",
    ["retention_in_days"],
    (days) => Number(days) >= 365,
  ),
  holds("CKV_AWS_26 AWS-0095 AWS-0136", "the topic uses the stack's own key", "aws_sns_topic", ["kms_master_key_id"], ownKey),
  holds("CKV_AWS_319", "alarms reach the topic", "aws_cloudwatch_metric_alarm", ["alarm_actions", 0], isText),
  accompanied("CKV2_AWS_6 AWS-0094", "buckets are private", "aws_s3_bucket", "aws_s3_bucket_public_access_block", "bucket"),
  accompanied("CKV_AWS_21 AWS-0090", "buckets keep replaced objects", "aws_s3_bucket", "aws_s3_bucket_versioning", "bucket"),
  accompanied(
    "CKV_AWS_19 AWS-0088",
    "buckets are encrypted",
    "aws_s3_bucket",
    "aws_s3_bucket_server_side_encryption_configuration",
    "bucket",
  ),
  accompanied("CKV2_AWS_61", "buckets forget", "aws_s3_bucket", "aws_s3_bucket_lifecycle_configuration", "bucket"),
  {
    ids: "CKV_AWS_379",
    title: "buckets answer over TLS alone",
    violations: (stack) => failing(stack, "aws_s3_bucket_policy", ({ policy }) => String(policy).includes('"aws:SecureTransport":"false"')),
    spoil: (stack) => {
      for (const [, resource] of resourcesOf(stack, "aws_s3_bucket_policy")) resource.policy = '{"Statement":[]}';
    },
  },
  holds("CKV_AWS_51 AWS-0031", "tags of images never move", "aws_ecr_repository", ["image_tag_mutability"], is("IMMUTABLE")),
  holds(
    "CKV_AWS_136 AWS-0033",
    "images use a key of our own",
    "aws_ecr_repository",
    ["encryption_configuration", 0, "encryption_type"],
    is("KMS"),
  ),
  holds("CKV_AWS_163 AWS-0030", "images are scanned", "aws_ecr_repository", ["image_scanning_configuration", "scan_on_push"], is(true)),
  ecs(
    "CKV_AWS_336",
    "containers write to memory alone",
    (container) => container.readonlyRootFilesystem === true,
    "readonlyRootFilesystem",
  ),
  ecs("CKV_AWS_334", "no container is privileged", (container) => container.privileged === false, "privileged"),
  ecs(
    "BE-6",
    "containers run as nobody, without capabilities",
    (container) => container.user === "65534:65534" && at(container, ["linuxParameters", "capabilities", "drop", 0]) === "ALL",
    "user",
  ),
  ecs(
    "BE-7",
    "containers run an image by digest",
    (container) => /@(sha256:|\$\{var\.gateway_digest\})/.test(String(container.image)),
    "image",
  ),
  ecs(
    "BE-11 AWS-0036",
    "keys reach containers as secrets, not as plain environment",
    (container) =>
      Array.isArray(container.environment) && container.environment.every((one) => !/KEY|TOKEN|PASSWORD/.test(String(at(one, ["name"])))),
    "environment",
  ),
  {
    ids: "CKV_AWS_249",
    title: "starting a task and running it are two roles",
    violations: (stack) =>
      failing(
        stack,
        "aws_ecs_task_definition",
        (task) => isText(task.execution_role_arn) && task.execution_role_arn !== task.task_role_arn,
      ),
    spoil: (stack) => {
      for (const [, task] of resourcesOf(stack, "aws_ecs_task_definition")) task.task_role_arn = task.execution_role_arn;
    },
  },
  holds("CKV_AWS_333", "no task has a public address", "aws_ecs_service", ["network_configuration", "assign_public_ip"], is(false)),
  holds("CKV_AWS_332", "tasks run on the newest platform", "aws_ecs_service", ["platform_version"], is("LATEST")),
  holds(
    "BE-8",
    "a deployment that does not come up is taken back",
    "aws_ecs_service",
    ["deployment_circuit_breaker", "rollback"],
    is(true),
  ),
  policyRule(
    "CKV_AWS_62 CKV_AWS_63 CKV2_AWS_40 AWS-0057",
    "nobody may do everything",
    ({ Effect, Action }) => Effect === "Allow" && list(Action).includes("*"),
    { Effect: "Allow", Action: "*", Resource: "arn:aws:s3:::x" },
  ),
  policyRule(
    "CKV_AWS_355 CKV_AWS_286 CKV_AWS_287 CKV_AWS_288 CKV_AWS_289 CKV_AWS_290 AWS-0345 AWS-0346",
    "what can be restricted to a resource is, or to the stack's region",
    ({ Effect, Action, Resource, Condition, Principal }) =>
      Effect === "Allow" &&
      Principal === undefined &&
      Condition === undefined &&
      list(Resource).includes("*") &&
      !list(Action).every((action) => UNRESTRICTABLE.test(action)),
    { Effect: "Allow", Action: "s3:GetObject", Resource: "*" },
  ),
  policyRule(
    "CKV_AWS_33 CKV_AWS_283 CKV_AWS_60 CKV_AWS_61 CKV_AWS_70 CKV_AWS_169 CKV_AWS_385",
    "nobody unknown is let in",
    // The policy of an endpoint only narrows what other policies allow.
    ({ Effect, Principal, Condition }, address) =>
      !address.startsWith("aws_vpc_endpoint.") &&
      Effect === "Allow" &&
      Condition === undefined &&
      JSON.stringify(Principal ?? "").includes('"*"'),
    { Effect: "Allow", Principal: { AWS: "*" }, Action: "kms:Decrypt", Resource: "*" },
  ),
  policyRule(
    "CKV_AWS_393 CKV_AWS_358",
    "GitHub jobs are trusted by repository and environment, without a wildcard",
    ({ Action, Condition }) =>
      list(Action).includes("sts:AssumeRoleWithWebIdentity") &&
      !/"token\.actions\.githubusercontent\.com:sub":"\$\{local\.github_subject\}:environment:[\w.-]+"/.test(JSON.stringify(Condition)),
    { Effect: "Allow", Action: "sts:AssumeRoleWithWebIdentity", Condition: { StringLike: { sub: "repo:acme/*" } } },
  ),
  policyRule(
    "AWS-0342",
    "a role is handed to named services only",
    ({ Action, Condition }) => list(Action).includes("iam:PassRole") && !JSON.stringify(Condition ?? "").includes("iam:PassedToService"),
    { Effect: "Allow", Action: "iam:PassRole", Resource: "arn:aws:iam::1:role/x" },
  ),
];
