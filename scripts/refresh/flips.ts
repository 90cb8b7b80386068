import { readFile } from "node:fs/promises";
import { glob } from "tinyglobby";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { evaluate } from "../../src/evaluate.ts";

/** An example policy whose outcome a new catalog changes. */
export interface Flip {
  readonly policy: string;
  readonly text: string;
}

/** The policies that show what Breakeven decides: the examples and the golden cases. */
const EXAMPLES = ["policies/*.yml", "test/golden/*/policy.yml"];

/** What a policy comes to under a catalog, as far as a refresh may flip it. */
type Outcome =
  | { readonly kind: "invalid"; readonly problem: string }
  | { readonly kind: "decided"; readonly options: ReadonlyMap<string, string> };

/**
 * Evaluates every example under both catalogs at the same date and names the workloads whose option differs.
 * Example: `policies/hybrid.yml: support-chat: api/openai-api/gpt-5.4 -> self-host/...`.
 */
export async function flipsBetween(root: string, before: Catalog, after: Catalog, asOf: string): Promise<readonly Flip[]> {
  const paths = (await glob(EXAMPLES, { cwd: root })).sort();
  const flips = await Promise.all(
    paths.map(async (path) => {
      const text = await readFile(`${root}/${path}`, "utf8");
      return compare(path, outcomeOf(path, text, before, asOf), outcomeOf(path, text, after, asOf));
    }),
  );
  return flips.flat();
}

function outcomeOf(path: string, text: string, catalog: Catalog, asOf: string): Outcome {
  const result = evaluate({ path, text, base: null, catalog, asOf, engineVersion: "refresh" });
  if (result.kind === "invalid") return { kind: "invalid", problem: result.diagnostics[0]?.message ?? "invalid" };
  const { workloads } = result.evaluation.decision;
  return { kind: "decided", options: new Map(workloads.map((workload) => [workload.name, workload.option?.id ?? "none"])) };
}

function compare(policy: string, before: Outcome, after: Outcome): readonly Flip[] {
  if (before.kind === "invalid" || after.kind === "invalid") {
    if (before.kind === after.kind) return [];
    return [{ policy, text: after.kind === "invalid" ? `becomes invalid: ${after.problem}` : "becomes valid" }];
  }
  return [...before.options].flatMap(([workload, option]) => {
    const next = after.options.get(workload) ?? "none";
    return next === option ? [] : [{ policy, text: `${workload}: ${option} -> ${next}` }];
  });
}
