import type { Catalog } from "./catalog.ts";
import type { ApiModel, Certainty, Gpu, Instance, Licence, OpenModel, Region, Route } from "./schema.ts";

/**
 * Look-ups by exact id or declared alias. A prefix never matches: `claude-sonnet-5-5` is not `claude-sonnet-5`, and a
 * dated name that no row declares is unknown. All return undefined for unknown names; `explainName` says why.
 */
export function findApiModel(catalog: Catalog, name: string): ApiModel | undefined {
  return catalog.apiModels.find((row) => row.id === name || row.aliases.includes(name));
}

/** By id or alias, e.g. `llama-3.3-70b-instruct`, `llama-3.3-70b`, `meta-llama/Llama-3.3-70B-Instruct`. */
export function findOpenModel(catalog: Catalog, name: string): OpenModel | undefined {
  return catalog.openModels.find((row) => row.id === name || row.aliases.includes(name));
}

/** By id, name or alias, in any case: `h100`, `H100`, `NVIDIA H100` and `h100_sxm` are one card. */
export function findGpu(catalog: Catalog, name: string): Gpu | undefined {
  const wanted = name.toLowerCase();
  return catalog.gpus.find((row) => [row.id, row.name, ...row.aliases].some((known) => known.toLowerCase() === wanted));
}

/** By instance type, e.g. `p5.48xlarge`. */
export function findInstance(catalog: Catalog, id: string): Instance | undefined {
  return catalog.instances.find((row) => row.id === id);
}

/** By route id, e.g. `openai-api`, `bedrock`, `aws-self-host`. */
export function findRoute(catalog: Catalog, id: string): Route | undefined {
  return catalog.routes.find((row) => row.id === id);
}

/** By licence id, e.g. `llama-3.1-3.3`. */
export function findLicence(catalog: Catalog, id: string): Licence | undefined {
  return catalog.licences.find((row) => row.id === id);
}

/** By AWS region, e.g. `eu-central-1`. */
export function findRegion(catalog: Catalog, id: string): Region | undefined {
  return catalog.regions.find((row) => row.id === id);
}

/** A unit price in US dollars and where it comes from. */
export interface SourcedPrice {
  readonly usd: number;
  readonly source: string;
  readonly checked: string;
  readonly certainty: Certainty;
}

/**
 * Price of one thing around the instances in a region, in the unit of its row; undefined where no price is known.
 *
 * Example: `supportPriceUsd(catalog, "nat-hour", "eu-central-1")?.usd` is 0.052 (USD for each NAT gateway hour).
 */
export function supportPriceUsd(catalog: Catalog, id: string, region: string): SourcedPrice | undefined {
  const row = catalog.supportPrices.find((price) => price.id === id)?.usd[region];
  return row && { usd: row.usd, source: row.source, checked: row.checked, certainty: row.certainty };
}
