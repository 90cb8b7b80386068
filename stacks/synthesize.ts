import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { StackConfig } from "../src/stack-config.ts";
import { ApiStack } from "./api-stack.ts";
import { HybridStack } from "./hybrid-stack.ts";
import { stackPrefix } from "./naming.ts";
import { App } from "./provider.ts";
import { SelfHostStack } from "./self-host-stack.ts";

const STACKS = { api: ApiStack, "self-host": SelfHostStack, hybrid: HybridStack } as const;

/** Where the Terraform JSON of one stack lies. */
export interface Synthesized {
  readonly stackName: string;
  /** Path of `cdk.tf.json`, under the output directory that was given. */
  readonly file: string;
}

/**
 * Writes the Terraform JSON of the path that was decided to `<outDir>/stacks/<name>/cdk.tf.json`. The same configuration gives the same
 * bytes, wherever it runs. Throws where the configuration contradicts itself; the message names the field.
 *
 * Example: `synthesize(config, "cdktf.out")` for the policy `support` in `production` gives
 * `{ stackName: "support-production", file: "cdktf.out/stacks/support-production/cdk.tf.json" }`.
 */
export function synthesize(config: StackConfig, outDir: string): Synthesized {
  mkdirSync(outDir, { recursive: true });
  const stackName = stackPrefix(config);
  const app = new App({ outdir: outDir, stackTraces: false });
  const Stack = STACKS[config.path];
  new Stack(app, stackName, config);
  app.synth();
  return { stackName, file: join(outDir, "stacks", stackName, "cdk.tf.json") };
}
