import { CloudwatchEventRule, CloudwatchEventTarget, TerraformOutput } from "../provider.ts";
import type { Foundation } from "./foundation.ts";
import { fillCommand, keyedProviders, providerPath, type Secret, type Secrets, secretAt } from "./secrets.ts";

/** CIS and NIST guidance ask for a new key at least every 90 days. Keys of third parties cannot be rotated by AWS, so a person is reminded. */
const ROTATE_EVERY_DAYS = 90;

/** Secrets by provider, e.g. `openai`. */
export type ProviderSecrets = Secrets;

/** One secret for each provider that asks for a key, the command to fill it, and a reminder to rotate them. */
export function buildProviderSecrets(foundation: Foundation): ProviderSecrets {
  const secrets = new Map(keyedProviders(foundation.config.api).map((name) => [name, secretAt(foundation, providerPath(name))]));
  if (secrets.size === 0) return secrets;
  buildReminder(foundation, [...secrets.values()]);
  new TerraformOutput(foundation.stack, "fill_provider_keys", {
    description: "Run once for each provider: type the key, then Enter; it is never shown, stored in a file or kept in the state",
    value: Object.fromEntries([...secrets].map(([provider, secret]) => [provider, fillCommand(foundation, secret.name)])),
  });
  return secrets;
}

function buildReminder(foundation: Foundation, secrets: readonly Secret[]): void {
  const { stack, prefix, topic } = foundation;
  const rule = new CloudwatchEventRule(stack, "rotation_reminder", {
    name: `${prefix}-rotate-keys`,
    description: "Reminds a person to rotate the provider keys",
    scheduleExpression: `rate(${ROTATE_EVERY_DAYS} days)`,
  });
  new CloudwatchEventTarget(stack, "rotation_reminder_target", {
    rule: rule.name,
    arn: topic.arn,
    input: JSON.stringify(
      `Rotate the provider keys of ${prefix}: make a new key at the provider, put it into the secret, then delete the old one. Secrets: ${secrets.map((secret) => secret.name).join(", ")}`,
    ),
  });
}
