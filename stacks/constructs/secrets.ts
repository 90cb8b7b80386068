import type { ApiAccess, StackConfig } from "../../src/stack-config.ts";
import { address, expression } from "../expression.ts";
import { policyDocument } from "../iam.ts";
import { logicalName, slug } from "../naming.ts";
import {
  DataAwsSecretsmanagerSecrets,
  type KmsKey,
  SecretsmanagerSecret,
  SecretsmanagerSecretPolicy,
  TerraformLocal,
  TerraformOutput,
  TerraformVariable,
} from "../provider.ts";
import type { Foundation, Site } from "./foundation.ts";

/** Days in which a deleted secret can be recovered; AWS allows 7 to 30. */
const RECOVERY_WINDOW_DAYS = { prototype: 7, production: 30, research: 7 } as const;

/** A secret's envelope, as Terraform expressions. */
export interface Secret {
  readonly name: string;
  readonly arn: string;
}

/** Secrets of a stack by their path below `breakeven/<prefix>/`. */
export type Secrets = ReadonlyMap<string, Secret>;

/** Path of the key that own servers ask for, and of the token for gated downloads. */
export const SERVER_KEY_PATH = "servers/api-key";
export const HUB_TOKEN_PATH = "servers/hub-token";

export function providerPath(provider: string): string {
  return `provider/${slug(provider)}`;
}

export function workloadPath(workload: string): string {
  return `gateway/${slug(workload)}`;
}

/** Distinct providers that need a key, in alphabetical order. */
export function keyedProviders(api: readonly ApiAccess[]): readonly string[] {
  return [...new Set(api.filter((access) => !access.keyless).map((access) => access.provider))].sort();
}

/** Path of each secret that a configuration uses, with what it is for. */
export function secretsInUse({ api, fleets, gateway }: StackConfig): ReadonlyMap<string, string> {
  const gated = fleets.some((fleet) => fleet.gatedDownload);
  return new Map([
    ...keyedProviders(api).map((provider) => [providerPath(provider), `API key of ${provider}`] as const),
    ...(fleets.length > 0 ? [[SERVER_KEY_PATH, "Key that clients of the servers send as bearer token"] as const] : []),
    ...(gated ? [[HUB_TOKEN_PATH, "Hugging Face token that may read the gated repositories"] as const] : []),
    ...(gateway?.routes ?? []).map(
      ({ workload }) => [workloadPath(workload), `Key that ${workload} sends to the gateway as bearer token`] as const,
    ),
  ]);
}

/**
 * Secrets without values: Terraform makes the envelopes, a person or a write-only argument fills them, so no state file ever holds one.
 *
 * A secret that was made stays until a person drops it, also where the path that is decided now has no use for it: a deleted secret
 * blocks its name for the recovery window, and the way back would fail, or ask for every key again. What stays is found by its name.
 */
export function buildSecrets(site: Site, key: KmsKey): Secrets {
  const { stack, config, prefix } = site;
  const inUse = new TerraformLocal(stack, "secrets_in_use", Object.fromEntries(secretsInUse(config)));
  const secret = new SecretsmanagerSecret(stack, "secret", {
    name: `breakeven/${prefix}/${expression("each.key")}`,
    description: expression(`lookup(${address(inUse)}, each.key, "Kept from before; nothing uses it now")`),
    kmsKeyId: key.arn,
    recoveryWindowInDays: RECOVERY_WINDOW_DAYS[config.stage],
  });
  // The paths stand here themselves, not by the name of the local, so that whoever compares two stacks sees a new secret.
  const used = JSON.stringify([...secretsInUse(config).keys()]);
  secret.addOverride("for_each", expression(`setunion(${used}, setsubtract(${madeSecrets(site)}, ${dropped(site)}))`));
  admitThisAccount(site, secret);
  new TerraformOutput(stack, "kept_secrets", {
    description: `Secrets that nothing uses now; AWS bills each. To delete one: terraform apply -var 'drop_secrets=["PATH"]'`,
    value: expression(`[for path, _ in ${address(secret)} : path if !contains(keys(${address(inUse)}), path)]`),
  });
  return new Map([...secretsInUse(config).keys()].map((path) => [path, reference(site, secret, path)]));
}

/** The secret at a path that `secretsInUse` names; any other is a defect and throws. */
export function secretAt({ secrets }: Foundation, path: string): Secret {
  const secret = secrets.get(path);
  if (secret === undefined) throw new Error(`defect: no secret "${path}"; there are: ${[...secrets.keys()].join(", ") || "none"}`);
  return secret;
}

/** The command that fills a secret without leaving it in a file or in the shell's history: the value is read from standard input. */
export function fillCommand(foundation: Foundation, secretName: string): string {
  return `read -rs KEY && printf %s "$KEY" | aws secretsmanager put-secret-value --region ${foundation.config.region} --secret-id ${secretName} --secret-string file:///dev/stdin`;
}

/** Expression of the paths under which a secret exists already, whoever used it. */
function madeSecrets({ stack, prefix }: Site): string {
  const folder = `breakeven/${prefix}/`;
  const made = new DataAwsSecretsmanagerSecrets(stack, "secrets_made", { filter: [{ name: "name", values: [folder] }] });
  return `[for name in ${address(made)}.names : trimprefix(name, "${folder}") if can(regex("^${folder}(provider|servers|gateway)/", name))]`;
}

function dropped({ stack }: Site): string {
  const variable = new TerraformVariable(stack, "drop_secrets", {
    type: "list(string)",
    default: [],
    description: `Paths of kept secrets to delete, e.g. ["provider/openai"]; one that is in use stays. Its name is free again after the recovery window`,
  });
  return address(variable);
}

/** Only principals of this account may read a secret, whatever their own policies say. */
function admitThisAccount({ stack, account }: Site, secret: SecretsmanagerSecret): void {
  const policy = new SecretsmanagerSecretPolicy(stack, "secret_policy", {
    secretArn: expression(`${address(secret)}[each.key].arn`),
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
  policy.addOverride("for_each", expression(`toset(keys(${address(secret)}))`));
}

/** A name without quotes for one instance, so that it can stand inside policies, which are JSON text. */
function reference({ stack }: Site, secret: SecretsmanagerSecret, path: string): Secret {
  const local = address(new TerraformLocal(stack, logicalName("secret", path), expression(`${address(secret)}["${path}"]`)));
  return { name: expression(`${local}.name`), arn: expression(`${local}.arn`) };
}
