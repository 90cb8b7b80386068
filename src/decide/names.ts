import { closest } from "fastest-levenshtein";
import { type Catalog, explainName } from "../catalog/index.ts";
import type { NameBook } from "../policy/diagnostic.ts";
import { RULES } from "./rules/judge.ts";

/** Everything that a policy may name: the catalog's models, regions, instances and benchmarks on a date, and the rules. */
export function nameBook(catalog: Catalog, asOf: string): NameBook {
  return { explain: (kind, name) => (kind === "rule" ? explainRule(name) : explainName(catalog, kind, name, asOf)) };
}

/** A waiver may name rules by their id. A model that is shut down and an air gap cannot be waived. */
function explainRule(name: string): { readonly problem: string; readonly fix: string } | undefined {
  const rule = RULES.find(({ id }) => id === name);
  const ids = RULES.filter(({ waivable }) => waivable).map(({ id }) => id);
  if (rule === undefined)
    return { problem: `unknown rule "${name}"; allowed: ${ids.join(", ")}`, fix: `did you mean "${closest(name, ids)}"?` };
  return rule.waivable ? undefined : { problem: `the rule "${name}" cannot be waived`, fix: "remove the waiver" };
}
