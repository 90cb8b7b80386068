import { type GatewayRoute, type GatewayTarget, shapeOf } from "../../../src/gateway-config.ts";
import { address, expression } from "../../expression.ts";
import { slug } from "../../naming.ts";
import { EcsCluster, type LbTargetGroup, TerraformLocal, TerraformOutput, TerraformVariable } from "../../provider.ts";
import type { ApiSide } from "../api-side.ts";
import type { Foundation } from "../foundation.ts";
import { buildLogGroup } from "../log-group.ts";
import type { Premises } from "../premises.ts";
import type { Secret } from "../secrets.ts";
import type { SelfHostSide } from "../self-host-side.ts";
import { AZURE_VARIABLE, litellmConfig, providerVariable, routeTable, SERVER_KEY_VARIABLE, workloadVariable } from "./config.ts";
import { buildGatewayGroup } from "./groups.ts";
import { buildGatewayImage } from "./image.ts";
import { buildWorkloadKeys } from "./keys.ts";
import { buildCallRole, buildStartRole } from "./roles.ts";
import { buildGatewayService } from "./service.ts";

/** How a workload reaches the gateway. */
export interface GatewayDoor {
  /** OpenAI-compatible base URL; the model to ask for is the workload's name. */
  readonly baseUrl: string;
  readonly secret: Secret;
}

/** One address for all workloads. */
export interface Gateway {
  readonly doors: ReadonlyMap<string, GatewayDoor>;
  readonly targets: readonly { readonly name: string; readonly target: LbTargetGroup }[];
}

const SERVICES = [
  { name: "gateway", rootPath: "/gateway", restricted: false, start: "gateway-start" },
  { name: "gateway-restricted", rootPath: "/restricted", restricted: true, start: "gateway-restricted-start" },
] as const;

/**
 * LiteLLM on Fargate behind the entry, as two services: one for routes that may leave, one for routes that may not. The second has no
 * rule to the internet, no provider key and no provider in its configuration. Neither has a database: keys, limits and budgets are in
 * the configuration, and each task counts for itself.
 */
export function buildGateway(
  foundation: Foundation,
  premises: Premises,
  api: ApiSide | null,
  selfHost: SelfHostSide | null,
): Gateway | null {
  const { stack, config, prefix } = foundation;
  const { gateway } = config;
  if (gateway === null || shapeOf(gateway) === null) return null;
  const { image, registryArn } = buildGatewayImage(foundation);
  const cluster = new EcsCluster(stack, "gateway_cluster", { name: prefix });
  const log = api?.callLog ?? buildLogGroup(foundation, "gateway_log", "gateway");
  const keys = buildWorkloadKeys(foundation, gateway.routes);
  const trust = trustedCa(foundation);
  const azure = azureEndpoint(foundation, gateway.routes);
  const services = SERVICES.map((service) => ({
    ...service,
    routes: gateway.routes.filter((route) => route.restricted === service.restricted),
  }));
  const targets = services
    .filter(({ routes }) => routes.length > 0)
    .map(({ name, rootPath, restricted, start, routes }) => {
      const secrets = secretsOf(routes, keys, api, selfHost);
      const secretArns = Object.values(secrets);
      const bedrock = [
        ...new Set(routes.flatMap(targetsOf).flatMap((to) => (to.kind === "provider" && to.route === "bedrock" ? [to.model] : []))),
      ].sort();
      const target = buildGatewayService(foundation, premises, {
        name,
        rootPath,
        cluster,
        image,
        group: buildGatewayGroup(foundation, premises, name, !restricted),
        startRole: buildStartRole(foundation, start, { registryArn, logGroupArn: log.arn, secretArns }),
        callRole: buildCallRole(foundation, bedrock),
        logGroup: log.name,
        environment: {
          GATEWAY_CONFIG: litellmConfig({ routes, fleets: addresses(foundation, selfHost), region: config.region, tasks: gateway.tasks }),
          GATEWAY_ROUTES: routeTable(routes, gateway.tasks),
          ...trust,
          ...(restricted ? {} : azure),
        },
        secrets,
        tasks: gateway.tasks,
      });
      return { name, target };
    });
  const doors = doorsOf(services, premises, keys);
  new TerraformOutput(stack, "gateway_urls", {
    description: "Base URL of each workload; send its key as bearer token and its name as model",
    value: Object.fromEntries([...doors].map(([workload, { baseUrl }]) => [workload, baseUrl])),
  });
  return { doors, targets };
}

function targetsOf(route: GatewayRoute): readonly GatewayTarget[] {
  return [route.target, ...route.fallbacks];
}

/** Where the fleets answer; without a host name of its own the entry has none that a certificate could cover. */
function addresses({ config }: Foundation, selfHost: SelfHostSide | null) {
  const verify = config.domain !== null;
  return new Map([...(selfHost?.servers ?? [])].map(([id, { baseUrl, spillUrl }]) => [id, { baseUrl, spillUrl, verify }]));
}

/** Variable to secret: the key of each workload, of own servers, and of exactly the providers that these routes may reach. */
function secretsOf(
  routes: readonly GatewayRoute[],
  keys: ReadonlyMap<string, Secret>,
  api: ApiSide | null,
  selfHost: SelfHostSide | null,
): Readonly<Record<string, string>> {
  const rows = routes.flatMap((route): (readonly [string, string])[] => {
    const own = keys.get(route.workload);
    const others = targetsOf(route).flatMap((target): (readonly [string, string])[] => {
      if (target.kind === "provider") {
        const secret = api?.secrets.get(target.provider);
        return secret === undefined ? [] : [[providerVariable(target.provider), secret.arn]];
      }
      const server = selfHost?.servers.get(target.fleet);
      return server === undefined ? [] : [[SERVER_KEY_VARIABLE, server.secret.arn]];
    });
    return own === undefined ? others : [[workloadVariable(route.workload), own.arn], ...others];
  });
  return Object.fromEntries(rows);
}

function doorsOf(
  services: readonly { readonly rootPath: string; readonly routes: readonly GatewayRoute[] }[],
  premises: Premises,
  keys: ReadonlyMap<string, Secret>,
): ReadonlyMap<string, GatewayDoor> {
  const doors = services.flatMap(({ rootPath, routes }) =>
    routes.flatMap(({ workload }): (readonly [string, GatewayDoor])[] => {
      const secret = keys.get(workload);
      return secret === undefined ? [] : [[workload, { baseUrl: `${premises.entry.url}${rootPath}/v1`, secret }]];
    }),
  );
  const variables = doors.map(([workload]) => slug(workload));
  const twice = variables.find((name, index) => variables.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`two workloads share the name "${twice}" in the gateway; rename one`);
  return new Map(doors);
}

/** The certificate of the entry may come from a private authority, which LiteLLM must be told. Asked for only where there are fleets. */
function trustedCa({ stack, config }: Foundation): Readonly<Record<string, string>> {
  if (config.fleets.length === 0 || config.domain === null) return {};
  const pem = new TerraformVariable(stack, "gateway_trusted_ca", {
    type: "string",
    default: "",
    description: "PEM of the private authority that signed the certificate of deploy.domain; empty trusts public authorities alone",
  });
  const encoded = new TerraformLocal(stack, "gateway_trusted_ca_encoded", expression(`base64encode(${address(pem)})`));
  return { GATEWAY_TRUSTED_CA: expression(address(encoded)) };
}

function azureEndpoint({ stack }: Foundation, routes: readonly GatewayRoute[]): Readonly<Record<string, string>> {
  const asked = routes.flatMap(targetsOf).some((target) => target.kind === "provider" && target.route.startsWith("azure-openai"));
  if (!asked) return {};
  const endpoint = new TerraformVariable(stack, "azure_endpoint", {
    type: "string",
    description: "Address of your Azure OpenAI resource, https://NAME.openai.azure.com; its deployments must be named as their models",
  });
  return { [AZURE_VARIABLE]: endpoint.stringValue };
}
