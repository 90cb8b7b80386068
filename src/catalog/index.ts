export type { PriceAge, StalePrice } from "./age.ts";
export {
  API_PRICE_LIMIT_DAYS,
  allPrices,
  CAPACITY_BLOCK_LIMIT_DAYS,
  INSTANCE_PRICE_LIMIT_DAYS,
  oldestPrice,
  staleness,
  stalePrices,
} from "./age.ts";
export type { Catalog } from "./catalog.ts";
export { loadCatalog } from "./load.ts";
export type { SourcedPrice } from "./lookup.ts";
export {
  findApiModel,
  findGpu,
  findInstance,
  findLicence,
  findOpenModel,
  findRegion,
  findRoute,
  supportPriceUsd,
} from "./lookup.ts";
export type { NameKind, NameProblem } from "./names.ts";
export { explainName } from "./names.ts";
export { placeOf, pricedIn, regionalPrice } from "./regional.ts";
