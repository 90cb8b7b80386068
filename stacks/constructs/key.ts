import { NOTIFIERS, policyDocument, REMINDER, type Statement } from "../iam.ts";
import { type IamServiceLinkedRole, KmsAlias, KmsKey } from "../provider.ts";
import type { Site } from "./foundation.ts";
import { keyedProviders } from "./secrets.ts";

/** Days in which a deleted key can be recovered; AWS allows 7 to 30. */
const DELETION_WINDOW_DAYS = { prototype: 7, production: 30, research: 7 } as const;

const USE_KEY = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"];

/**
 * One customer-managed key for secrets, logs, volumes, weights and the topic, with yearly rotation. Its policy names every service
 * that may use it; inside the account IAM policies decide.
 */
export function buildKey(site: Site, scalingRole: IamServiceLinkedRole | null): KmsKey {
  const scaling = scalingRole === null ? [] : scalingStatements(scalingRole);
  const key = new KmsKey(site.stack, "key", {
    description: `Data at rest of ${site.prefix}`,
    enableKeyRotation: true,
    deletionWindowInDays: DELETION_WINDOW_DAYS[site.config.stage],
    policy: policyDocument([
      accountStatement(site),
      logsStatement(site),
      publishersStatement(site),
      ...reminderStatement(site),
      ...scaling,
    ]),
  });
  new KmsAlias(site.stack, "key_alias", { name: `alias/${site.prefix}`, targetKeyId: key.keyId });
  return key;
}

function accountStatement(site: Site): Statement {
  return {
    Sid: "AccountDecidesByIam",
    Effect: "Allow",
    Principal: { AWS: `${site.arnPrefix}:iam::${site.account}:root` },
    Action: "kms:*",
    Resource: "*",
  };
}

function logsStatement(site: Site): Statement {
  const groups = `${site.arnPrefix}:logs:${site.config.region}:${site.account}:log-group:/breakeven/${site.prefix}/*`;
  return {
    Sid: "LogGroupsOfThisStack",
    Effect: "Allow",
    Principal: { Service: `logs.${site.config.region}.amazonaws.com` },
    Action: USE_KEY,
    Resource: "*",
    Condition: { ArnLike: { "kms:EncryptionContext:aws:logs:arn": groups } },
  };
}

function publishersStatement(site: Site): Statement {
  return {
    Sid: "PublishToTheTopic",
    Effect: "Allow",
    Principal: { Service: NOTIFIERS },
    Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
    Resource: "*",
    Condition: { StringEquals: { "aws:SourceAccount": site.account } },
  };
}

function reminderStatement({ config }: Site): readonly Statement[] {
  if (keyedProviders(config.api).length === 0) return [];
  const Action = ["kms:Decrypt", "kms:GenerateDataKey*"];
  return [{ Sid: "RemindOfKeys", Effect: "Allow", Principal: { Service: REMINDER }, Action, Resource: "*" }];
}

/** Auto Scaling starts instances with encrypted volumes through a service-linked role, which only a key policy can admit. */
function scalingStatements(role: IamServiceLinkedRole): readonly Statement[] {
  const Principal = { AWS: role.arn };
  return [
    { Sid: "VolumesOfTheFleets", Effect: "Allow", Principal, Action: USE_KEY, Resource: "*" },
    {
      Sid: "GrantVolumesOfTheFleets",
      Effect: "Allow",
      Principal,
      Action: "kms:CreateGrant",
      Resource: "*",
      Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  ];
}
