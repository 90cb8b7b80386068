import type { StackConfig } from "../../src/stack-config.ts";
import { address } from "../expression.ts";
import { type TerraformStack, TerraformVariable } from "../provider.ts";

const NAME = "deletion_protection";

/**
 * Expression of whether the entry refuses to be deleted and buckets and registries refuse to go while they hold anything: on in
 * production. A destroy, and a move that takes the servers away, is two applies then, the first with the protection off.
 */
export function deletionProtection({ stack, config }: { readonly stack: TerraformStack; readonly config: StackConfig }): string {
  const known = stack.node.tryFindChild(NAME);
  if (known instanceof TerraformVariable) return address(known);
  return address(
    new TerraformVariable(stack, NAME, {
      type: "bool",
      default: config.stage === "production",
      description:
        "Whether the load balancer cannot be deleted, and buckets and registries only when empty. Apply with false first, then destroy or move",
    }),
  );
}
