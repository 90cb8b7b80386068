import { type SecurityGroup, TerraformVariable } from "../provider.ts";
import { buildAccessLogs } from "./access-logs.ts";
import type { PrivateBucket } from "./bucket.ts";
import type { Foundation } from "./foundation.ts";
import { buildEntry, type Entry } from "./load-balancer.ts";
import { buildNetwork, type Network } from "./network.ts";
import { buildBalancerGroup } from "./server-groups.ts";

/** Where servers and gateway stand: a network, one private entry, and the logs of both. */
export interface Premises {
  readonly accessLogs: PrivateBucket;
  readonly network: Network;
  readonly balancerGroup: SecurityGroup;
  readonly entry: Entry;
  /** Whether servers and gateway run at all; false keeps everything else. */
  readonly serving: TerraformVariable;
}

/** Null where the stack runs nothing of its own. */
export function buildPremises(foundation: Foundation): Premises | null {
  const { fleets, config } = foundation;
  if (fleets.length === 0 && config.gateway === null) return null;
  const accessLogs = buildAccessLogs(foundation);
  const network = buildNetwork(foundation, accessLogs);
  const balancerGroup = buildBalancerGroup(foundation, network);
  const entry = buildEntry(foundation, network, balancerGroup, accessLogs);
  return { accessLogs, network, balancerGroup, entry, serving: buildSwitch(foundation) };
}

/** GPU servers cost money from the first minute: fill secrets and weights with the switch off, then turn it on. */
function buildSwitch({ stack }: Foundation): TerraformVariable {
  return new TerraformVariable(stack, "serving", {
    type: "bool",
    default: true,
    description: "false keeps everything but runs no GPU server and no gateway: for the first apply, and to pause",
  });
}
