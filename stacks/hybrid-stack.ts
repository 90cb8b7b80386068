import type { StackConfig } from "../src/stack-config.ts";
import { BreakevenStack } from "./base-stack.ts";
import { buildSides } from "./constructs/sides.ts";
import type { Construct } from "./provider.ts";

/** Both sides on one foundation, with the same logical ids as in the other two stacks, and routes that say who uses which. */
export class HybridStack extends BreakevenStack {
  constructor(scope: Construct, id: string, config: StackConfig) {
    super(scope, id, config);
    buildSides(this, config);
  }
}
