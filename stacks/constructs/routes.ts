import type { ApiAccess, StackConfig } from "../../src/stack-config.ts";
import { logicalName } from "../naming.ts";
import { SsmParameter, TerraformOutput } from "../provider.ts";
import type { ApiSide } from "./api-side.ts";
import type { Foundation } from "./foundation.ts";
import type { Gateway, GatewayDoor } from "./gateway/gateway.ts";
import { buildPrompts } from "./prompts.ts";
import type { SelfHostSide, Server } from "./self-host-side.ts";
import { buildWorkloadAccess, type WorkloadNeeds } from "./workload-access.ts";

type RouteConfig = StackConfig["routes"][number];

/** A route with what it leads to: exactly the providers that list the workload, and the server where its path is self-host. */
interface ResolvedRoute {
  readonly route: RouteConfig;
  readonly access: readonly ApiAccess[];
  readonly server: Server | null;
}

/**
 * Where each workload finds its model: one SSM parameter for each workload with the JSON of its route. A workload reads it at start,
 * so a move between API and own servers changes this document and not the workload.
 *
 * A self-hosted workload may fall back to the providers that list it. A restricted one may not: its data must not leave, so a
 * configuration in which a provider lists it is refused. Behind a gateway the document leads there, and the workload reads one key: its own.
 */
export function buildRoutes(foundation: Foundation, api: ApiSide | null, selfHost: SelfHostSide | null, gateway: Gateway | null): void {
  const { stack, config, prefix, key } = foundation;
  const prompts = buildPrompts(foundation);
  const needs = config.routes.map((route) => {
    const resolved = resolve(config, route, selfHost);
    const door = gateway?.doors.get(route.workload);
    const parameter = new SsmParameter(stack, logicalName("route", route.workload), {
      name: `/breakeven/${prefix}/routes/${route.workload}`,
      description: `Where ${route.workload} finds its model`,
      type: "SecureString",
      keyId: key.arn,
      value: JSON.stringify(door === undefined ? routeDocument(resolved, api) : doorDocument(route, door)),
    });
    const prompt = prompts.get(route.workload) ?? null;
    return { ...(door === undefined ? needsOf(resolved, parameter, api) : doorNeeds(route, parameter, door)), prompt };
  });
  buildWorkloadAccess(foundation, needs);
  new TerraformOutput(stack, "route_parameters", {
    description: "SSM parameter with the route of each workload: aws ssm get-parameter --with-decryption --name NAME",
    value: Object.fromEntries(needs.map(({ workload, route }) => [workload, route.name])),
  });
}

function resolve(config: StackConfig, route: RouteConfig, selfHost: SelfHostSide | null): ResolvedRoute {
  const access = config.api.filter((entry) => entry.workloads.includes(route.workload));
  if (route.path === "api") {
    if (access.length === 0) throw new Error(`route of "${route.workload}" is "api", but no provider lists it; add it to api[].workloads`);
    return { route, access, server: null };
  }
  const server = selfHost?.servers.get(route.target);
  if (server === undefined) {
    const allowed = config.fleets.map((fleet) => fleet.id).join(", ") || "none, there is no fleet";
    throw new Error(`route of "${route.workload}" names fleet "${route.target}"; allowed: ${allowed}`);
  }
  if (route.overflow !== undefined && config.gateway === null)
    throw new Error(`"${route.workload}" is split, and without a gateway nobody knows when its servers are full; set gateway`);
  if (route.restricted && access.length > 0) {
    const providers = access.map((entry) => entry.provider).join(", ");
    throw new Error(`"${route.workload}" is restricted to own servers, but api[] lists it for ${providers}; remove it there`);
  }
  return { route, access, server };
}

function routeDocument({ route, access, server }: ResolvedRoute, api: ApiSide | null): object {
  const { workload, path, target, restricted } = route;
  const providers = access.map((entry) => {
    const secret = api?.secrets.get(entry.provider)?.name ?? null;
    return { provider: entry.provider, models: entry.models, secret };
  });
  if (server === null) return { workload, path, target, restricted, providers, fallback: [] };
  const { model, baseUrl, secret } = server;
  return { workload, path, target, restricted, model, baseUrl, secret: secret.name, fallback: providers };
}

function doorDocument({ workload, path, target, restricted }: RouteConfig, { baseUrl, secret }: GatewayDoor): object {
  return { workload, path, target, restricted, model: workload, baseUrl, secret: secret.name, gateway: true };
}

function doorNeeds({ workload }: RouteConfig, route: SsmParameter, { secret }: GatewayDoor): Omit<WorkloadNeeds, "prompt"> {
  return { workload, route, secrets: [secret], bedrockModels: [], callLog: null };
}

function needsOf({ route, access, server }: ResolvedRoute, parameter: SsmParameter, api: ApiSide | null): Omit<WorkloadNeeds, "prompt"> {
  const providerSecrets = access.flatMap((entry) => api?.secrets.get(entry.provider) ?? []);
  return {
    workload: route.workload,
    route: parameter,
    secrets: [...new Set([...providerSecrets, ...(server === null ? [] : [server.secret])])],
    bedrockModels: [...new Set(access.filter((entry) => entry.keyless).flatMap((entry) => entry.models))].sort(),
    callLog: access.length > 0 && api !== null ? api.callLog : null,
  };
}
