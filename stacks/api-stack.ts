import type { StackConfig } from "../src/stack-config.ts";
import { BreakevenStack } from "./base-stack.ts";
import { buildApiSide } from "./constructs/api-side.ts";
import { buildFoundation } from "./constructs/foundation.ts";
import { buildRoutes } from "./constructs/routes.ts";
import type { Construct } from "./provider.ts";

/** Everything is bought by the token: keys and their keepers, no servers, no network. */
export class ApiStack extends BreakevenStack {
  constructor(scope: Construct, id: string, config: StackConfig) {
    super(scope, id, config);
    const foundation = buildFoundation(this, config);
    buildRoutes(foundation, buildApiSide(foundation), null);
  }
}
