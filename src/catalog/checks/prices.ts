import type { Catalog } from "../catalog.ts";
import { findApiModel } from "../lookup.ts";
import { isShutDown } from "../pricing.ts";
import type { ApiModel, ApiPrice } from "../schema.ts";
import type { CatalogCheck, RowProblem } from "./check-type.ts";

/** A GPU's own memory may differ from what its instance type lists by what the driver keeps. */
const MEMORY_TOLERANCE = 0.05;

/** Checks on prices, their periods, and the rows that prices point to. */
export const priceChecks: readonly CatalogCheck[] = [
  { id: "price-periods", rule: "the prices of a model follow each other without overlap", find: (catalog) => eachModel(catalog, overlaps) },
  { id: "price-before-shutdown", rule: "a model has a price before it is shut down", find: (catalog) => eachModel(catalog, pricedTooLate) },
  { id: "no-zero-price", rule: "a price that does not exist is missing, never 0", find: (catalog) => zeroPrices(catalog) },
  {
    id: "batch-at-most-list",
    rule: "a batch price is at most the list price, and both halves are known",
    find: (catalog) => eachPrice(catalog, dearBatch),
  },
  { id: "cached-at-most-input", rule: "cached input costs at most as much as input", find: (catalog) => eachPrice(catalog, dearCache) },
  { id: "tiers-ascend", rule: "price tiers ascend in tokens and never become cheaper", find: (catalog) => eachPrice(catalog, mixedTiers) },
  {
    id: "tiers-within-window",
    rule: "a price tier begins inside the context window",
    find: (catalog) => eachModel(catalog, unreachableTiers),
  },
  {
    id: "successor-exists",
    rule: "a successor is another API model of the catalog, and no chain of them returns",
    find: (catalog) => missingSuccessors(catalog),
  },
  {
    id: "refused-names-help",
    rule: "a refused name points to API models that can be called",
    find: (catalog, asOf) => deadEnds(catalog, asOf),
  },
  {
    id: "references",
    rule: "routes, models, licences, GPUs and regions that a row names exist",
    find: (catalog) => danglingReferences(catalog),
  },
  {
    id: "managed-weights-are-open",
    rule: "an API model that names open weights is marked open",
    find: (catalog) => eachModel(catalog, closedHost),
  },
  { id: "gpu-memory", rule: "a GPU has the memory that its instance types list, within 5 %", find: (catalog) => memoryGaps(catalog) },
];

function eachModel(catalog: Catalog, find: (model: ApiModel) => readonly string[]): readonly RowProblem[] {
  return catalog.apiModels.flatMap((model) => find(model).map((problem) => ({ row: model.id, problem })));
}

function eachPrice(catalog: Catalog, find: (price: ApiPrice) => readonly string[]): readonly RowProblem[] {
  return eachModel(catalog, (model) =>
    model.prices.flatMap((price) => find(price).map((problem) => `from ${price.effectiveFrom}: ${problem}`)),
  );
}

function overlaps(model: ApiModel): readonly string[] {
  return model.prices.flatMap((price, i) => {
    const next = model.prices[i + 1];
    if (price.effectiveTo !== null && price.effectiveTo < price.effectiveFrom)
      return [`ends on ${price.effectiveTo}, before ${price.effectiveFrom}`];
    if (next === undefined) return [];
    if (next.effectiveFrom <= price.effectiveFrom) return [`${next.effectiveFrom} follows ${price.effectiveFrom}`];
    if (price.effectiveTo !== null && price.effectiveTo >= next.effectiveFrom)
      return [`ends on ${price.effectiveTo}, the next begins on ${next.effectiveFrom}`];
    return [];
  });
}

function pricedTooLate(model: ApiModel): readonly string[] {
  const first = model.prices[0]?.effectiveFrom;
  if (model.shutdownOn === null || first === undefined || first < model.shutdownOn) return [];
  return [`first price on ${first}, shut down on ${model.shutdownOn}`];
}

function zeroPrices(catalog: Catalog): readonly RowProblem[] {
  const api = catalog.apiModels.flatMap((model) =>
    model.prices
      .flatMap((price) => [price, ...price.tiers])
      .filter((price) => Object.entries(price).some(([key, value]) => key.endsWith("UsdPerMTok") && value === 0))
      .map(() => ({ row: model.id, problem: "a price is 0" })),
  );
  const support = catalog.supportPrices.flatMap((row) =>
    Object.entries(row.usd).flatMap(([region, price]) => (price.usd === 0 ? [{ row: row.id, problem: `price in ${region} is 0` }] : [])),
  );
  const hours = catalog.instances.flatMap((row) =>
    [...Object.values(row.usdPerHour).map((price) => price.onDemand), ...row.capacityBlock.map((price) => price.usdPerHour)]
      .filter((usd) => usd === 0)
      .map(() => ({ row: row.id, problem: "an hour costs 0" })),
  );
  return [...api, ...support, ...hours];
}

function dearBatch(price: ApiPrice): readonly string[] {
  const { batchInputUsdPerMTok: input, batchOutputUsdPerMTok: output } = price;
  if ((input === null) !== (output === null)) return ["only one half of the batch price is known"];
  const cached = price.batchCachedInputUsdPerMTok;
  if (cached !== undefined && (input === null || price.cachedInputUsdPerMTok === null))
    return ["a price of cached tokens in a batch without those that it lowers"];
  if (cached !== undefined && cached > (input ?? 0)) return [`cached ${cached} above ${input}, both in a batch`];
  const above = (input ?? 0) > price.inputUsdPerMTok || (output ?? 0) > price.outputUsdPerMTok;
  return above ? [`batch ${input} / ${output} above list ${price.inputUsdPerMTok} / ${price.outputUsdPerMTok}`] : [];
}

function dearCache(price: ApiPrice): readonly string[] {
  return [price, ...price.tiers]
    .filter((each) => (each.cachedInputUsdPerMTok ?? 0) > each.inputUsdPerMTok)
    .map((each) => `cached ${each.cachedInputUsdPerMTok} above input ${each.inputUsdPerMTok}`);
}

function mixedTiers(price: ApiPrice): readonly string[] {
  const steps = [{ ...price, aboveInputTokens: 0 }, ...price.tiers];
  return price.tiers.flatMap((tier, i) => {
    const before = steps[i];
    if (before === undefined) return [];
    if (tier.aboveInputTokens <= before.aboveInputTokens) return [`tier above ${tier.aboveInputTokens} follows ${before.aboveInputTokens}`];
    const cheaper = tier.inputUsdPerMTok < before.inputUsdPerMTok || tier.outputUsdPerMTok < before.outputUsdPerMTok;
    return cheaper ? [`tier above ${tier.aboveInputTokens} is cheaper than the one before`] : [];
  });
}

function unreachableTiers(model: ApiModel): readonly string[] {
  const window = model.contextWindowTokens;
  if (window === null) return [];
  return model.prices
    .flatMap((price) => price.tiers)
    .filter((tier) => tier.aboveInputTokens >= window)
    .map((tier) => `tier above ${tier.aboveInputTokens}, window of ${window}`);
}

function missingSuccessors(catalog: Catalog): readonly RowProblem[] {
  return eachModel(catalog, (model) => {
    const chain = [model.id];
    for (let next = model.successor; next !== null; ) {
      if (chain.includes(next)) return [`succeeds itself: ${[...chain, next].join(" -> ")}`];
      const row = catalog.apiModels.find(({ id }) => id === next);
      if (row === undefined) return [`unknown successor "${next}"`];
      chain.push(next);
      next = row.successor;
    }
    return [];
  });
}

function deadEnds(catalog: Catalog, asOf: string): readonly RowProblem[] {
  return catalog.refusedNames.flatMap(({ name, use }) =>
    use.flatMap((id) => {
      const model = findApiModel(catalog, id);
      if (model === undefined) return [{ row: name, problem: `points to the unknown "${id}"` }];
      return isShutDown(model, asOf) ? [{ row: name, problem: `points to "${id}", shut down on ${model.shutdownOn}` }] : [];
    }),
  );
}

function danglingReferences(catalog: Catalog): readonly RowProblem[] {
  const ids = (rows: readonly { readonly id: string }[]) => new Set(rows.map((row) => row.id));
  const routes = ids(catalog.routes);
  const open = ids(catalog.openModels);
  const models = new Set([...open, ...ids(catalog.apiModels)]);
  const licences = ids(catalog.licences);
  const gpus = ids(catalog.gpus);
  const regions = ids(catalog.regions);
  const missing = (known: ReadonlySet<string>, row: string, what: string, names: readonly string[]): readonly RowProblem[] =>
    names.filter((name) => !known.has(name)).map((name) => ({ row, problem: `unknown ${what} "${name}"` }));
  return [
    ...catalog.apiModels.flatMap((row) => missing(routes, row.id, "route", row.routes)),
    ...catalog.apiModels.flatMap((row) => missing(open, row.id, "open model", row.openModel === null ? [] : [row.openModel])),
    ...catalog.apiModels.flatMap((row) => missing(models, row.id, "model", row.sameModelAs === null ? [] : [row.sameModelAs])),
    ...catalog.openModels.flatMap((row) => missing(licences, row.id, "licence", [row.licence])),
    ...catalog.instances.flatMap((row) => missing(gpus, row.id, "GPU", [row.gpu])),
    ...catalog.instances.flatMap((row) => missing(regions, row.id, "region", Object.keys(row.usdPerHour))),
    ...catalog.supportPrices.flatMap((row) => missing(regions, row.id, "region", Object.keys(row.usd))),
    ...catalog.benchmarks.flatMap((row) => missing(models, row.model, "model", [row.model])),
  ];
}

function closedHost(model: ApiModel): readonly string[] {
  return model.openModel !== null && model.weights === "closed" ? [`names ${model.openModel} and is marked closed`] : [];
}

function memoryGaps(catalog: Catalog): readonly RowProblem[] {
  return catalog.gpus.flatMap((gpu) => {
    const listed = catalog.instances.filter((row) => row.gpu === gpu.id).map((row) => row.gpuMemoryGiB);
    const worst = listed.find((memory) => Math.abs(memory - gpu.memoryGiB) > MEMORY_TOLERANCE * memory);
    return worst === undefined ? [] : [{ row: gpu.id, problem: `${gpu.memoryGiB} GiB, its instances list ${worst} GiB` }];
  });
}
