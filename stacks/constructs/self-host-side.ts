import { type S3Bucket, TerraformOutput } from "../provider.ts";
import { metricNamespace } from "./alarm.ts";
import { buildFleet, buildMachineImage, type FleetSite, groupName } from "./fleet.ts";
import { buildFleetAlarms } from "./fleet-alarms.ts";
import type { Foundation, NamedFleet } from "./foundation.ts";
import { buildTarget, type Entry } from "./load-balancer.ts";
import { buildLogGroup } from "./log-group.ts";
import type { Premises } from "./premises.ts";
import { SPILL_PATH } from "./proxy-config.ts";
import { loadingHook, waitsForLoading } from "./purchase.ts";
import { buildScaling } from "./scaling.ts";
import type { Secret } from "./secrets.ts";
import { buildServerGroup } from "./server-groups.ts";
import { buildServerImage } from "./server-image.ts";
import { buildServerRole } from "./server-role.ts";
import { buildServerSecrets, type ServerSecrets } from "./server-secrets.ts";
import type { HostSettings } from "./user-data.ts";
import { buildWeightsBucket, weightsOf } from "./weights.ts";

/** How a client reaches one fleet. */
export interface Server {
  readonly model: string;
  /** OpenAI-compatible base URL, e.g. `https://llm.example.com/llama-3-3-70b/v1`. */
  readonly baseUrl: string;
  /** The same servers, which refuse here with 429 what they could not start at once. */
  readonly spillUrl: string;
  readonly secret: Secret;
}

/** Own servers, by the id of their fleet. */
export interface SelfHostSide {
  readonly servers: ReadonlyMap<string, Server>;
}

/** Weights and one group of GPU servers for each fleet; null where there is no fleet. */
export function buildSelfHostSide(foundation: Foundation, premises: Premises | null): SelfHostSide | null {
  const { fleets } = foundation;
  if (fleets.length === 0 || premises === null) return null;
  const { accessLogs, network, entry, serving } = premises;
  const weights = buildWeightsBucket(foundation, accessLogs);
  const secrets = buildServerSecrets(foundation);
  const site: FleetSite = {
    foundation,
    network,
    serverGroupId: buildServerGroup(foundation, network, premises.balancerGroup).id,
    profile: buildServerRole(foundation, weights),
    machineImage: buildMachineImage(foundation),
    serving,
  };
  const shared = sharedSettings(foundation, secrets, weights);
  for (const fleet of fleets) addFleet(site, fleet, entry, { ...shared, fleet, ...place(foundation, fleet, weights) });
  return { servers: serversOf(foundation, entry, secrets) };
}

function addFleet(site: FleetSite, fleet: NamedFleet, entry: Entry, settings: HostSettings): void {
  const { foundation, network } = site;
  const target = buildTarget(foundation, network, entry, fleet);
  const group = buildFleet(site, fleet, target, settings);
  buildScaling(foundation, fleet, group);
  buildFleetAlarms(foundation, fleet, target, entry.balancer);
}

function sharedSettings(
  foundation: Foundation,
  secrets: ServerSecrets,
  weights: S3Bucket,
): Omit<HostSettings, "fleet" | "weightsPrefix" | "revision" | "loading"> {
  const { config, prefix } = foundation;
  return {
    region: config.region,
    image: buildServerImage(foundation),
    bucket: weights.bucket,
    apiKeySecret: secrets.apiKey.name,
    hubTokenSecret: secrets.hubToken?.name ?? null,
    logGroup: buildLogGroup(foundation, "server_log", "servers").name,
    metricNamespace: metricNamespace(prefix),
    mayDownload: !config.airGapped,
  };
}

function place(foundation: Foundation, fleet: NamedFleet, weights: S3Bucket): Pick<HostSettings, "weightsPrefix" | "revision" | "loading"> {
  const { prefix, revision } = weightsOf(foundation, fleet, weights);
  const loading = waitsForLoading(foundation.config, fleet)
    ? { group: groupName(foundation.prefix, fleet), hook: loadingHook(foundation.prefix, fleet) }
    : null;
  return { weightsPrefix: prefix, revision, loading };
}

function serversOf({ stack, fleets }: Foundation, entry: Entry, { apiKey }: ServerSecrets): ReadonlyMap<string, Server> {
  const servers = new Map(
    fleets.map((fleet): [string, Server] => {
      const url = `${entry.url}/${fleet.name}`;
      return [fleet.id, { model: fleet.model, baseUrl: `${url}/v1`, spillUrl: `${url}/${SPILL_PATH}/v1`, secret: apiKey }];
    }),
  );
  new TerraformOutput(stack, "base_urls", {
    description: "OpenAI-compatible base URL of each fleet, reachable inside the network; send the server key as bearer token",
    value: Object.fromEntries(fleets.map((fleet) => [fleet.name, servers.get(fleet.id)?.baseUrl])),
  });
  return servers;
}
