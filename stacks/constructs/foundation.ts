import type { FleetConfig, StackConfig } from "../../src/stack-config.ts";
import { fleetName, scalingRoleSuffix, stackPrefix } from "../naming.ts";
import {
  DataAwsCallerIdentity,
  DataAwsPartition,
  IamServiceLinkedRole,
  type KmsKey,
  type SnsTopic,
  type TerraformStack,
} from "../provider.ts";
import { buildAnomalySubscription } from "./anomaly.ts";
import { buildBudget } from "./budget.ts";
import { buildDeployRole } from "./deploy-role.ts";
import { buildKey } from "./key.ts";
import { deletionProtection } from "./protection.ts";
import { buildSecrets, type Secrets } from "./secrets.ts";
import { buildTopic } from "./topic.ts";

/** Who and where a stack is, known before any resource. `account` and `arnPrefix` are resolved by Terraform. */
export interface Site {
  readonly stack: TerraformStack;
  readonly config: StackConfig;
  readonly fleets: readonly NamedFleet[];
  /** Prefix of every resource name. */
  readonly prefix: string;
  readonly account: string;
  /** `arn:<partition>`, so that the same stack is right in GovCloud. */
  readonly arnPrefix: string;
}

/** A fleet with its name in paths, logical ids and resource names. */
export interface NamedFleet extends FleetConfig {
  readonly name: string;
  /** Whether a workload goes elsewhere when its servers are full. */
  readonly spills: boolean;
}

/** What both sides stand on: one key for everything at rest, one topic for everything that a person must know. */
export interface Foundation extends Site {
  /** Identity of Auto Scaling in this stack; null where there are no servers. */
  readonly scalingRole: IamServiceLinkedRole | null;
  readonly key: KmsKey;
  readonly secrets: Secrets;
  readonly topic: SnsTopic;
}

function spills({ gateway }: StackConfig, { id }: FleetConfig): boolean {
  return gateway?.routes.some((route) => route.spills && route.target.kind === "fleet" && route.target.fleet === id) === true;
}

export function buildFoundation(stack: TerraformStack, config: StackConfig): Foundation {
  const site: Site = {
    stack,
    config,
    fleets: config.fleets.map((fleet) => ({ ...fleet, name: fleetName(config, fleet), spills: spills(config, fleet) })),
    prefix: stackPrefix(config),
    account: new DataAwsCallerIdentity(stack, "current").accountId,
    arnPrefix: `arn:${new DataAwsPartition(stack, "partition").partition}`,
  };
  const scalingRole = config.fleets.length > 0 ? buildScalingRole(site) : null;
  // Declared on every path, so that one command line is right for a whole move.
  deletionProtection(site);
  const key = buildKey(site, scalingRole);
  const topic = buildTopic(site, key);
  const foundation = { ...site, scalingRole, key, secrets: buildSecrets(site, key), topic };
  buildBudget(foundation);
  buildAnomalySubscription(foundation);
  buildDeployRole(foundation);
  return foundation;
}

/** A service-linked role of the stack's own (custom suffix), because the account-wide one may or may not exist. */
function buildScalingRole({ stack, config, prefix }: Site): IamServiceLinkedRole {
  return new IamServiceLinkedRole(stack, "scaling_role", {
    awsServiceName: "autoscaling.amazonaws.com",
    customSuffix: scalingRoleSuffix(prefix, config.region),
    description: `Auto Scaling of ${prefix}: may use the key of its volumes`,
  });
}
