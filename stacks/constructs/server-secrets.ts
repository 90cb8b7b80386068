import { expression } from "../expression.ts";
import { SecretsmanagerSecretVersion, TerraformOutput, TerraformVariable } from "../provider.ts";
import type { Foundation } from "./foundation.ts";
import { fillCommand, HUB_TOKEN_PATH, SERVER_KEY_PATH, type Secret, secretAt } from "./secrets.ts";

const KEY_CHARACTERS = 48;

/** Secrets that a server reads when it starts. `hubToken` is null where no fleet needs one. */
export interface ServerSecrets {
  readonly apiKey: Secret;
  readonly hubToken: Secret | null;
}

/**
 * The key that clients of the servers send, and the token for gated downloads.
 *
 * Terraform generates the API key as an ephemeral value and hands it over as a write-only argument: no plan and no state ever holds it.
 * A higher `server_key_version` makes a new one; servers take it up when they restart.
 */
export function buildServerSecrets(foundation: Foundation): ServerSecrets {
  const { stack, config } = foundation;
  const apiKey = secretAt(foundation, SERVER_KEY_PATH);
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
    secretId: apiKey.arn,
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

function buildHubToken(foundation: Foundation): Secret {
  const secret = secretAt(foundation, HUB_TOKEN_PATH);
  new TerraformOutput(foundation.stack, "fill_hub_token", {
    description: "Run once before the servers start: accept the licence on the model's page, type a read token, then Enter",
    value: fillCommand(foundation, secret.name),
  });
  return secret;
}
