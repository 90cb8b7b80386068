import apiModels from "./api-models.json" with { type: "json" };
import benchmarks from "./benchmarks.json" with { type: "json" };
import type { Catalog } from "./catalog.ts";
import gpus from "./gpus.json" with { type: "json" };
import instances from "./instances.json" with { type: "json" };
import licences from "./licences.json" with { type: "json" };
import openModels from "./open-models.json" with { type: "json" };
import refusedNames from "./refused-names.json" with { type: "json" };
import regions from "./regions.json" with { type: "json" };
import routes from "./routes.json" with { type: "json" };
import supportPrices from "./support-prices.json" with { type: "json" };
import version from "./version.json" with { type: "json" };

const rows = {
  apiModels,
  openModels,
  gpus,
  instances,
  routes,
  licences,
  benchmarks,
  supportPrices,
  regions,
  refusedNames,
};

/**
 * The bundled catalog. No network, no parsing: the rows are trusted here because `checkCatalog` holds them to their
 * schemas in the tests and in `catalog check`. The same object on every call.
 *
 * Example: `findApiModel(loadCatalog(), "gpt-4.1-mini")?.provider` is `"openai"`.
 */
export function loadCatalog(): Catalog {
  return catalog;
}

// JSON imports lose literal types ("api-model" becomes string), so the compiler cannot see what checkCatalog proves.
const catalog = { version, ...rows } as unknown as Catalog;
