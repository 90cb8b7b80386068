import type { StackConfig } from "../src/stack-config.ts";
import { BreakevenStack } from "./base-stack.ts";
import { buildApiSide } from "./constructs/api-side.ts";
import { buildFoundation } from "./constructs/foundation.ts";
import { buildRoutes } from "./constructs/routes.ts";
import { buildSelfHostSide } from "./constructs/self-host-side.ts";
import type { Construct } from "./provider.ts";

/** Both sides on one foundation, with the same logical ids as in the other two stacks, and routes that say who uses which. */
export class HybridStack extends BreakevenStack {
  constructor(scope: Construct, id: string, config: StackConfig) {
    super(scope, id, config);
    const foundation = buildFoundation(this, config);
    buildRoutes(foundation, buildApiSide(foundation), buildSelfHostSide(foundation));
  }
}
