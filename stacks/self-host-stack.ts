import type { StackConfig } from "../src/stack-config.ts";
import { BreakevenStack } from "./base-stack.ts";
import { buildFoundation } from "./constructs/foundation.ts";
import { buildRoutes } from "./constructs/routes.ts";
import { buildSelfHostSide } from "./constructs/self-host-side.ts";
import type { Construct } from "./provider.ts";

/** Everything runs on own GPU servers: network, entry, weights, fleets; no provider key exists. */
export class SelfHostStack extends BreakevenStack {
  constructor(scope: Construct, id: string, config: StackConfig) {
    super(scope, id, config);
    const foundation = buildFoundation(this, config);
    buildRoutes(foundation, null, buildSelfHostSide(foundation));
  }
}
