import type { StackConfig } from "../src/stack-config.ts";
import { BreakevenStack } from "./base-stack.ts";
import { buildSides } from "./constructs/sides.ts";
import type { Construct } from "./provider.ts";

/** Everything runs on own GPU servers: network, entry, weights, fleets; no provider key exists. */
export class SelfHostStack extends BreakevenStack {
  constructor(scope: Construct, id: string, config: StackConfig) {
    super(scope, id, config);
    buildSides(this, config);
  }
}
