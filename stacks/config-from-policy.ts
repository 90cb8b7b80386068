import packageJson from "../package.json" with { type: "json" };
import { loadCatalog } from "../src/catalog/index.ts";
import { evaluate } from "../src/evaluate.ts";
import { readMeasurementFiles, readPolicyText } from "../src/files.ts";
import type { Diagnostic } from "../src/policy/diagnostic.ts";
import { type StackConfigResult, toStackConfig } from "../src/stack-config.ts";

/** The stack of a policy file, why it has none, or what is wrong with the file. */
export type PolicyStack = StackConfigResult | { readonly kind: "invalid"; readonly diagnostics: readonly Diagnostic[] };

/** Reads and evaluates one policy as the command line does. `asOf` is the date of prices, YYYY-MM-DD. Throws where the file cannot be read. */
export async function stackConfigOf(path: string, asOf: string): Promise<PolicyStack> {
  const text = await readPolicyText(path);
  const files = await readMeasurementFiles(path, text);
  const result = evaluate({ path, text, files, base: null, catalog: loadCatalog(), asOf, engineVersion: packageJson.version });
  return result.kind === "invalid" ? result : toStackConfig(result.evaluation, result.document.policy);
}
