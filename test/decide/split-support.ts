import { evaluate } from "../../src/evaluate.ts";
import { type StackConfig, toStackConfig } from "../../src/stack-config.ts";
import { AS_OF, catalog, type PolicyObject } from "./support.ts";

/** The stack of a policy object; throws where there is none. */
export function stackOf(value: PolicyObject): StackConfig {
  const text = JSON.stringify(value, null, 1);
  const result = evaluate({ path: "policy.yml", text, base: null, catalog, asOf: AS_OF, engineVersion: "test" });
  if (result.kind === "invalid") throw new Error(JSON.stringify(result.diagnostics, null, 1));
  const built = toStackConfig(result.evaluation, result.document.policy);
  if (built.kind !== "stack") throw new Error(built.text);
  return built.config;
}
