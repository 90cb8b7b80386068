import type { Catalog } from "../catalog/index.ts";
import { supportPriceUsd } from "../catalog/index.ts";
import { dated } from "./sources.ts";
import type { CostLine } from "./types.ts";

/** Makes a line of a quantity and the id of its price. */
export type LineMaker = (id: string, label: string, quantity: number, unit: string, price: string) => CostLine;

/** A line at the price of the catalog in a region; without an amount where none is known. */
export function priced(
  catalog: Catalog,
  region: string,
  id: string,
  label: string,
  quantity: number,
  unit: string,
  priceId: string,
): CostLine {
  const price = supportPriceUsd(catalog, priceId, region);
  if (price === undefined)
    return { id, label, quantity, unit, unitPriceUsd: null, monthlyUsd: null, source: `no price of ${priceId} is known in ${region}` };
  return {
    id,
    label,
    quantity,
    unit,
    unitPriceUsd: price.usd,
    monthlyUsd: quantity * price.usd,
    source: dated(price),
  };
}

/** Lines of things that this stack does not build (quantity 0) are left out. */
export function present(lines: readonly CostLine[]): CostLine[] {
  return lines.filter((line) => line.quantity > 0);
}

/** Sum of the lines that have an amount. */
export function totalUsd(lines: readonly CostLine[]): number {
  return lines.reduce((sum, line) => sum + (line.monthlyUsd ?? 0), 0);
}
