import type { StackConfig } from "../../src/stack-config.ts";
import { type StackJson, withoutComments } from "./stack-json.ts";

/** Resource types that moto 5.2.1 cannot apply. They are left out of an apply and held by `plan` and by the structure tests. */
export const MOTO_GAPS: Readonly<Record<string, string>> = {
  aws_budgets_budget: "DescribeSubscribersForNotification is not implemented",
};

const SERVICES = [
  "acm", "autoscaling", "budgets", "cloudwatch", "cloudwatchevents", "cloudwatchlogs", "ec2", "ecr", "elbv2",
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
    // An unimplemented call answers with 500; retrying it would look like a hang.
    max_retries: 1,
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

/** A certificate that moto knows, for the listener. */
export async function requestCertificate(url: string): Promise<string> {
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "CertificateManager.RequestCertificate",
      authorization: "AWS4-HMAC-SHA256 Credential=test/20261120/us-east-1/acm/aws4_request, SignedHeaders=host, Signature=test",
    },
    body: JSON.stringify({ DomainName: "llm.example.com" }),
  });
  const body: unknown = await answer.json();
  if (typeof body === "object" && body !== null && "CertificateArn" in body && typeof body.CertificateArn === "string")
    return body.CertificateArn;
  throw new Error(`moto gave no certificate: ${JSON.stringify(body)}`);
}
