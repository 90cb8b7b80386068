import type { Catalog } from "./catalog.ts";
import type { CatalogCheck } from "./checks/check-type.ts";
import { type KnownException, knownExceptions } from "./checks/exceptions.ts";
import { priceChecks } from "./checks/prices.ts";
import { rowChecks } from "./checks/rows.ts";
import { shapeChecks } from "./checks/shapes.ts";

/** A broken rule of the catalog: which check, which row, and the values that break it. */
export interface CatalogProblem {
  readonly check: string;
  readonly row: string;
  readonly problem: string;
}

/** Every rule that the catalog keeps, in the order in which they are reported. */
export const catalogChecks: readonly CatalogCheck[] = [...rowChecks, ...priceChecks, ...shapeChecks];

/**
 * Holds every row to every check on a date (`YYYY-MM-DD`). Empty when all is well. A known exception silences its
 * finding; one that silences nothing is reported, so that the list stays true.
 *
 * Example: a batch price of 3 beside an input price of 2 gives `{ check: "batch-at-most-list", row: "gpt-4.1",
 * problem: "from 2025-09-01: batch 3 / 4 above list 2 / 8" }`.
 */
export function checkCatalog(
  catalog: Catalog,
  asOf: string,
  exceptions: readonly KnownException[] = knownExceptions,
): readonly CatalogProblem[] {
  const broken = catalogChecks.flatMap((check) => check.find(catalog, asOf).map((each) => ({ check: check.id, ...each })));
  const excused = (each: CatalogProblem) => exceptions.some(({ check, row }) => check === each.check && row === each.row);
  const idle = exceptions.filter(({ check, row }) => !broken.some((each) => each.check === check && each.row === row));
  return [
    ...broken.filter((each) => !excused(each)),
    ...idle.map(({ check, row }) => ({ check: "exceptions", row, problem: `is excused from ${check} and does not break it` })),
  ];
}
