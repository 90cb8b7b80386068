import type { ApiModel, BenchmarkScore, Gpu, Instance, Licence, OpenModel, RefusedName, Region, Route, SupportPrice } from "./schema.ts";

/**
 * The dated facts that every decision stands on. Rows are sorted by id and never change at run time; a changed price
 * is a new row with a later `effectiveFrom`.
 */
export interface Catalog {
  /** Date of the last change to any row. */
  readonly version: string;
  readonly apiModels: readonly ApiModel[];
  readonly openModels: readonly OpenModel[];
  readonly gpus: readonly Gpu[];
  readonly instances: readonly Instance[];
  readonly routes: readonly Route[];
  readonly licences: readonly Licence[];
  readonly benchmarks: readonly BenchmarkScore[];
  readonly supportPrices: readonly SupportPrice[];
  readonly regions: readonly Region[];
  /** Names that people write and that stand for no priced model. */
  readonly refusedNames: readonly RefusedName[];
}
