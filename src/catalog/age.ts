import type { Catalog } from "./catalog.ts";

const MS_PER_DAY = 86_400_000;

/**
 * Ages in days from which a price deserves a warning. API vendors changed a price or a model about every two weeks in
 * July to October 2026; AWS changed no on-demand GPU price in us-east-1 between June 2025 and November 2026; capacity
 * blocks are repriced every quarter.
 */
export const API_PRICE_LIMIT_DAYS = 30;
export const CAPACITY_BLOCK_LIMIT_DAYS = 30;
export const INSTANCE_PRICE_LIMIT_DAYS = 180;

/**
 * Whole days between the day on which a row was checked and `asOf`, both `YYYY-MM-DD`; negative when checked later.
 *
 * Example: `staleness("2026-09-23", "2026-11-20")` is 58: past the 30 days of an API price.
 */
export function staleness(checked: string, asOf: string): number {
  return Math.round((Date.parse(asOf) - Date.parse(checked)) / MS_PER_DAY);
}

/** A row and how long ago it was checked. */
export interface PriceAge {
  readonly id: string;
  readonly checked: string;
  readonly ageDays: number;
}

/**
 * The price with the oldest check among those given; ties go to the first id. Null when none is given.
 *
 * Example: of gpt-4.1-mini (2026-09-23) and p5.48xlarge (2026-11-09) on 2026-11-20 it is
 * `{ id: "gpt-4.1-mini", checked: "2026-09-23", ageDays: 58 }`.
 */
export function oldestPrice(prices: readonly { readonly id: string; readonly checked: string }[], asOf: string): PriceAge | null {
  const [oldest] = [...prices].sort((a, b) => compare(a.checked, b.checked) || compare(a.id, b.id));
  return oldest === undefined ? null : { id: oldest.id, checked: oldest.checked, ageDays: staleness(oldest.checked, asOf) };
}

/** Every price of the catalog with the day it was checked, for `oldestPrice` over the whole catalog. */
export function allPrices(catalog: Catalog): readonly { readonly id: string; readonly checked: string }[] {
  return [
    ...catalog.apiModels.flatMap((row) => row.prices.map((price) => ({ id: row.id, checked: price.checked }))),
    ...catalog.instances.flatMap((row) =>
      [...Object.values(row.usdPerHour), ...row.capacityBlock].map(({ checked }) => ({ id: row.id, checked })),
    ),
    ...catalog.supportPrices.flatMap((row) => Object.values(row.usd).map(({ checked }) => ({ id: row.id, checked }))),
  ];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A row with a price older than its kind may be, and the command that reads it anew. */
export interface StalePrice extends PriceAge {
  readonly limitDays: number;
  readonly refresh: string;
}

const REFRESH_API = "npm run catalog:refresh -- --source genai-prices,models-dev,portkey";
const REFRESH_HOURS = "npm run catalog:refresh -- --source karpenter,skypilot,aws-price-list";

/**
 * Rows whose newest price is past its age limit on a date, sorted by id; of an instance, its oldest region counts. A model
 * that is shut down has no price to refresh. Age warns and never fails.
 *
 * Example: gpt-4.1-mini, checked on 2026-09-23, is 58 days old on 2026-11-20, with a limit of 30.
 */
export function stalePrices(catalog: Catalog, asOf: string): readonly StalePrice[] {
  const api = catalog.apiModels
    .filter((row) => row.shutdownOn === null || asOf < row.shutdownOn)
    .map((row) => aged(row.id, row.prices.slice(-1), asOf, API_PRICE_LIMIT_DAYS, REFRESH_API));
  const hours = catalog.instances.map((row) => aged(row.id, Object.values(row.usdPerHour), asOf, INSTANCE_PRICE_LIMIT_DAYS, REFRESH_HOURS));
  const blocks = catalog.instances.map((row) => aged(row.id, row.capacityBlock.slice(-1), asOf, CAPACITY_BLOCK_LIMIT_DAYS, REFRESH_HOURS));
  return [...api, ...hours, ...blocks]
    .flat()
    .filter(({ ageDays, limitDays }) => ageDays > limitDays)
    .sort((a, b) => compare(a.id, b.id));
}

function aged(
  id: string,
  prices: readonly { readonly checked: string }[],
  asOf: string,
  limitDays: number,
  refresh: string,
): readonly StalePrice[] {
  const oldest = oldestPrice(
    prices.map(({ checked }) => ({ id, checked })),
    asOf,
  );
  return oldest === null ? [] : [{ ...oldest, limitDays, refresh }];
}
