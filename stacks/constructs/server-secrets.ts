import { expression } from "../expression.ts";
import { type SecretsmanagerSecret, SecretsmanagerSecretVersion, TerraformOutput, TerraformVariable } from "../provider.ts";
import type { Foundation } from "./foundation.ts";
import { buildSecret, fillCommand } from "./secret.ts";

const KEY_CHARACTERS = 48;

/** Secrets that a server reads when it starts. `hubToken` is null where no fleet needs one. */
export interface ServerSecrets {
  readonly apiKey: SecretsmanagerSecret;
  readonly hubToken: SecretsmanagerSecret | null;
}

/**
 * The key that clients of the servers send, and the token for gated downloads.
 *
 * Terraform generates the API key as an ephemeral value and hands it over as a write-only argument: no plan and no state ever holds it.
 * A higher `server_key_version` makes a new one; servers take it up when they restart.
 */
export function buildServerSecrets(foundation: Foundation): ServerSecrets {
  const { stack, config } = foundation;
  const apiKey = buildSecret(foundation, "server_key", "servers/api-key", "Key that clients of the servers send as bearer token");
  const version = new TerraformVariable(stack, "server_key_version", {
    type: "number",
    default: 1,
    description: "Raise by one to replace the API key of the servers",
  });
  stack.addOverride("ephemeral.aws_secretsmanager_random_password.server_key", {
    password_length: KEY_CHARACTERS,
    exclude_punctuation: true,
  });
  new SecretsmanagerSecretVersion(stack, "server_key_value", {
    secretId: apiKey.id,
    secretStringWo: expression("ephemeral.aws_secretsmanager_random_password.server_key.random_password"),
    secretStringWoVersion: version.numberValue,
  });
  new TerraformOutput(stack, "server_key_secret", {
    description: "Secret with the API key of the servers: aws secretsmanager get-secret-value --secret-id NAME",
    value: apiKey.name,
  });
  const gated = config.fleets.some((fleet) => fleet.gatedDownload);
  return { apiKey, hubToken: gated ? buildHubToken(foundation) : null };
}

function buildHubToken(foundation: Foundation): SecretsmanagerSecret {
  const secret = buildSecret(foundation, "hub_token", "servers/hub-token", "Hugging Face token that may read the gated repositories");
  new TerraformOutput(foundation.stack, "fill_hub_token", {
    description: "Run once before the servers start: accept the licence on the model's page, type a read token, then Enter",
    value: fillCommand(foundation, secret.name),
  });
  return secret;
}
