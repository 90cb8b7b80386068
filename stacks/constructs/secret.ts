import { policyDocument } from "../iam.ts";
import { SecretsmanagerSecret, SecretsmanagerSecretPolicy } from "../provider.ts";
import type { Foundation } from "./foundation.ts";

/** Days in which a deleted secret can be recovered; AWS allows 7 to 30. */
const RECOVERY_WINDOW_DAYS = { prototype: 7, production: 30, research: 7 } as const;

/**
 * A secret without a value: Terraform makes the envelope, a person or a write-only argument fills it, so no state file ever holds it.
 * `path` comes after `breakeven/<prefix>/`. Only principals of this account may read it, whatever their own policies say.
 */
export function buildSecret(foundation: Foundation, id: string, path: string, description: string): SecretsmanagerSecret {
  const { stack, config, prefix, account, key } = foundation;
  const secret = new SecretsmanagerSecret(stack, id, {
    name: `breakeven/${prefix}/${path}`,
    description,
    kmsKeyId: key.arn,
    recoveryWindowInDays: RECOVERY_WINDOW_DAYS[config.stage],
  });
  new SecretsmanagerSecretPolicy(stack, `${id}_policy`, {
    secretArn: secret.arn,
    blockPublicPolicy: true,
    policy: policyDocument([
      {
        Sid: "OnlyThisAccount",
        Effect: "Deny",
        Principal: { AWS: "*" },
        Action: "secretsmanager:GetSecretValue",
        Resource: "*",
        Condition: { StringNotEquals: { "aws:PrincipalAccount": account } },
      },
    ]),
  });
  return secret;
}

/** The command that fills a secret without leaving it in a file or in the shell's history: the value is read from standard input. */
export function fillCommand(foundation: Foundation, secretName: string): string {
  return `read -rs KEY && printf %s "$KEY" | aws secretsmanager put-secret-value --region ${foundation.config.region} --secret-id ${secretName} --secret-string file:///dev/stdin`;
}
