import { closest } from "fastest-levenshtein";
import { type Catalog, explainName, findGpu } from "../catalog/index.ts";
import type { NameBook } from "../policy/diagnostic.ts";
import { RULES } from "./rules/judge.ts";

/** Everything that a policy may name: the catalog's models, GPUs, regions, instances and benchmarks on a date, and the rules. */
export function nameBook(catalog: Catalog, asOf: string): NameBook {
  return {
    explain: (kind, name) => {
      if (kind === "rule") return explainRule(name);
      return kind === "gpu" ? explainGpu(catalog, name) : explainName(catalog, kind, name, asOf);
    },
  };
}

/** GPUs answer to their id, their full name and the short names that people use, e.g. h100. */
function explainGpu(catalog: Catalog, name: string): { readonly problem: string; readonly fix: string } | undefined {
  if (findGpu(catalog, name) !== undefined) return undefined;
  const ids = catalog.gpus.map(({ id }) => id);
  return { problem: `unknown GPU "${name}"; allowed: ${ids.join(", ")}`, fix: `did you mean "${closest(name.toLowerCase(), ids)}"?` };
}

/** A waiver may name rules by their id. A model that is shut down and an air gap cannot be waived. */
function explainRule(name: string): { readonly problem: string; readonly fix: string } | undefined {
  const rule = RULES.find(({ id }) => id === name);
  const ids = RULES.filter(({ waivable }) => waivable).map(({ id }) => id);
  if (rule === undefined)
    return { problem: `unknown rule "${name}"; allowed: ${ids.join(", ")}`, fix: `did you mean "${closest(name, ids)}"?` };
  return rule.waivable ? undefined : { problem: `the rule "${name}" cannot be waived`, fix: "remove the waiver" };
}
