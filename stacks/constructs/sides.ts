import type { StackConfig } from "../../src/stack-config.ts";
import type { TerraformStack } from "../provider.ts";
import { buildApiSide } from "./api-side.ts";
import { buildDashboard } from "./dashboard.ts";
import { buildFoundation } from "./foundation.ts";
import { buildGateway } from "./gateway/gateway.ts";
import { buildPremises } from "./premises.ts";
import { buildRoutes } from "./routes.ts";
import { buildSelfHostSide } from "./self-host-side.ts";

/** Everything that a configuration asks for, on one foundation. A side that it does not ask for is not there. */
export function buildSides(stack: TerraformStack, config: StackConfig): void {
  const foundation = buildFoundation(stack, config);
  const premises = buildPremises(foundation);
  const api = buildApiSide(foundation);
  const selfHost = buildSelfHostSide(foundation, premises);
  const gateway = premises === null ? null : buildGateway(foundation, premises, api, selfHost);
  if (premises !== null) buildDashboard(foundation, premises.entry.balancer, gateway?.targets ?? []);
  buildRoutes(foundation, api, selfHost, gateway);
}
