import type { Catalog } from "../catalog.ts";

/** One row that breaks a rule, with the values that break it. */
export interface RowProblem {
  readonly row: string;
  readonly problem: string;
}

/** One rule that every row of the catalog keeps. `id` is kebab-case; `rule` is the sentence that people read. */
export interface CatalogCheck {
  readonly id: string;
  readonly rule: string;
  find(catalog: Catalog, asOf: string): readonly RowProblem[];
}

/** Rows with an id, as most lists of the catalog have them. */
export type WithId = { readonly id: string };

/** The lists of the catalog whose rows have an id, by their name. */
export function listsWithId(catalog: Catalog): Readonly<Record<string, readonly WithId[]>> {
  const { apiModels, openModels, gpus, instances, routes, licences, supportPrices, regions } = catalog;
  return { apiModels, openModels, gpus, instances, routes, licences, supportPrices, regions };
}
