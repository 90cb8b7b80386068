import { policyDocument, type Statement } from "../iam.ts";
import { identityName, logicalName } from "../naming.ts";
import { type CloudwatchLogGroup, IamPolicy, type SsmParameter, TerraformOutput } from "../provider.ts";
import { invokeStatements } from "./bedrock.ts";
import type { Foundation } from "./foundation.ts";
import type { Secret } from "./secrets.ts";

/** What one workload needs at run time; empty and null where it needs nothing of the kind. */
export interface WorkloadNeeds {
  readonly workload: string;
  readonly route: SsmParameter;
  readonly prompt: SsmParameter | null;
  readonly secrets: readonly Secret[];
  readonly bedrockModels: readonly string[];
  readonly callLog: CloudwatchLogGroup | null;
}

/** One IAM policy for each workload, to attach to the role that the workload runs as. It reads this workload's keys and no other. */
export function buildWorkloadAccess(foundation: Foundation, needs: readonly WorkloadNeeds[]): void {
  const policies = needs.map((need) => [need.workload, buildPolicy(foundation, need)] as const);
  new TerraformOutput(foundation.stack, "workload_policy_arns", {
    description: "Attach to the role of each workload: aws iam attach-role-policy --role-name ROLE --policy-arn ARN",
    value: Object.fromEntries(policies.map(([workload, policy]) => [workload, policy.arn])),
  });
}

function buildPolicy(foundation: Foundation, need: WorkloadNeeds): IamPolicy {
  const { stack, config, prefix } = foundation;
  return new IamPolicy(stack, logicalName("access", need.workload), {
    name: identityName(prefix, config.region, `use-${need.workload}`),
    description: `What ${need.workload} needs to reach its model`,
    policy: policyDocument([...readStatements(foundation, need), ...bedrockStatements(foundation, need), ...logStatements(need)]),
  });
}

function readStatements(foundation: Foundation, { route, prompt, secrets }: WorkloadNeeds): readonly Statement[] {
  const { config, key } = foundation;
  const services = ["ssm", ...(secrets.length > 0 ? ["secretsmanager"] : [])];
  const ViaService = services.map((service) => `${service}.${config.region}.amazonaws.com`);
  const keys = secrets.map((secret) => secret.arn);
  return [
    { Sid: "ReadRoute", Effect: "Allow", Action: "ssm:GetParameter", Resource: [route.arn, ...(prompt === null ? [] : [prompt.arn])] },
    {
      Sid: "Decrypt",
      Effect: "Allow",
      Action: "kms:Decrypt",
      Resource: key.arn,
      Condition: { StringEquals: { "kms:ViaService": ViaService } },
    },
    ...(keys.length > 0 ? [{ Sid: "ReadKeys", Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: keys } as const] : []),
  ];
}

function bedrockStatements(foundation: Foundation, { bedrockModels }: WorkloadNeeds): readonly Statement[] {
  return bedrockModels.length > 0 ? invokeStatements(foundation, bedrockModels) : [];
}

function logStatements({ callLog }: WorkloadNeeds): readonly Statement[] {
  if (callLog === null) return [];
  return [{ Sid: "WriteCalls", Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: `${callLog.arn}:*` }];
}
