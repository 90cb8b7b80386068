import type { StackConfig } from "../../src/stack-config.ts";
import { type StackJson, withoutComments } from "./stack-json.ts";

/** Resource types that moto 5.2.1 cannot apply. They are left out of an apply and held by `plan` and by the structure tests. */
export const MOTO_GAPS: Readonly<Record<string, string>> = {
  aws_budgets_budget: "DescribeSubscribersForNotification is not implemented",
};

/** Types whose attributes moto gives back otherwise than it took them, so that a second plan is not empty. */
export const MOTO_DRIFT: Readonly<Record<string, string>> = {
  aws_autoscaling_group: "forgets the warm-up and the service-linked role",
  aws_autoscaling_policy: "gives back enabled = false",
  aws_launch_template: "invents tags of the template itself",
  aws_route53_zone: "forgets the network of a private zone",
  aws_vpc_security_group_egress_rule: "forgets the description beside a group or prefix list",
  aws_vpc_security_group_ingress_rule: "forgets the description beside a group or prefix list",
};

const SERVICES = [
  "acm", "autoscaling", "budgets", "cloudwatch", "cloudwatchevents", "cloudwatchlogs", "ec2", "ecr", "ecs", "elbv2",
  "iam", "kms", "route53", "s3", "secretsmanager", "sns", "ssm", "sts",
]; // biome-ignore format: one list

/** The same stack, pointed at an AWS on loopback. Everything else stays as synthesized. */
export function onMoto(stack: StackJson, url: string): StackJson {
  const copy = withoutComments(stack);
  const provider = {
    ...copy.provider.aws[0],
    access_key: "test",
    secret_key: "test",
    skip_credentials_validation: true,
    skip_metadata_api_check: "true",
    s3_use_path_style: true,
    // Enough for a connection that drops under load; an unimplemented call answers with 500 and would look like a hang with more.
    max_retries: 3,
    endpoints: [Object.fromEntries(SERVICES.map((service) => [service, url]))],
  };
  return { ...copy, provider: { aws: [provider] }, terraform: { ...copy.terraform, backend: { local: { path: "terraform.tfstate" } } } };
}

export function withoutGaps(stack: StackJson): StackJson {
  const resource = Object.fromEntries(Object.entries(stack.resource).filter(([type]) => MOTO_GAPS[type] === undefined));
  return { ...stack, resource };
}

/** A configuration that can be destroyed again: production protects its load balancer and keeps two NAT gateways. */
export function forApply(config: StackConfig, certificateArn: string): StackConfig {
  return { ...config, stage: "prototype", certificateArn };
}

/** One call of a JSON API of moto, e.g. `call(url, "secretsmanager", "secretsmanager.GetSecretValue", {...}, "SecretString")`. */
async function call(url: string, service: string, target: string, request: object, member: string): Promise<string> {
  const authorization = `AWS4-HMAC-SHA256 Credential=test/20261120/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=test`;
  const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": target, authorization };
  const body: unknown = await (await fetch(url, { method: "POST", headers, body: JSON.stringify(request) })).json();
  const value: unknown = typeof body === "object" && body !== null ? Reflect.get(body, member) : undefined;
  if (typeof value === "string") return value;
  throw new Error(`moto answered ${target} with ${JSON.stringify(body)}`);
}

/** A certificate that moto knows, for the listener. */
export function requestCertificate(url: string): Promise<string> {
  return call(url, "acm", "CertificateManager.RequestCertificate", { DomainName: "llm.example.com" }, "CertificateArn");
}

export function readSecret(url: string, SecretId: string): Promise<string> {
  return call(url, "secretsmanager", "secretsmanager.GetSecretValue", { SecretId }, "SecretString");
}
