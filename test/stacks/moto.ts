import { randomUUID } from "node:crypto";
import { type StackJson, withoutComments } from "./stack-json.ts";

const SERVICES = [
  "acm", "autoscaling", "budgets", "ce", "cloudwatch", "cloudwatchevents", "cloudwatchlogs", "ec2", "ecr", "ecs", "elbv2",
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

/** moto reads the service and the region from it, and checks nothing. */
function authorization(service: string): string {
  return `AWS4-HMAC-SHA256 Credential=test/20261120/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=test`;
}

/** One call of a JSON API of moto, e.g. `call(url, "secretsmanager", "secretsmanager.GetSecretValue", {...}, "SecretString")`. */
async function call(url: string, service: string, target: string, request: object, member: string): Promise<string> {
  const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": target, authorization: authorization(service) };
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

/** What a person does with the command that the stack prints. */
export async function fillSecret(url: string, SecretId: string, SecretString: string): Promise<void> {
  await call(url, "secretsmanager", "secretsmanager.PutSecretValue", { SecretId, SecretString, ClientRequestToken: randomUUID() }, "ARN");
}

/** Ids of the refreshes that were started for a group, the newest first. */
export async function instanceRefreshes(url: string, group: string): Promise<readonly string[]> {
  const body = new URLSearchParams({ Action: "DescribeInstanceRefreshes", Version: "2011-01-01", AutoScalingGroupName: group });
  const answer = await fetch(url, { method: "POST", headers: { authorization: authorization("autoscaling") }, body });
  return [...(await answer.text()).matchAll(/<InstanceRefreshId>([^<]+)/g)].map(([, id]) => id ?? "");
}
