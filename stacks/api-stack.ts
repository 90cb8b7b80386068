import type { StackConfig } from "../src/stack-config.ts";
import { BreakevenStack } from "./base-stack.ts";
import { buildSides } from "./constructs/sides.ts";
import type { Construct } from "./provider.ts";

/** Everything is bought by the token: keys and their keepers, no servers, no network. */
export class ApiStack extends BreakevenStack {
  constructor(scope: Construct, id: string, config: StackConfig) {
    super(scope, id, config);
    buildSides(this, config);
  }
}
