import { z } from "zod";
import type { Catalog } from "../../src/catalog/catalog.ts";
import type { ApiModel, PriceTier } from "../../src/catalog/schema.ts";
import { SourceError } from "./download.ts";
import { genaiNames, namesOf } from "./names.ts";
import type { Note, Seen, SeenPrice, UnknownId } from "./seen.ts";
import type { Fetcher, Source } from "./source.ts";

/** Our providers by the name that the data file gives them. */
export const genaiProviders: Readonly<Record<string, string>> = {
  anthropic: "anthropic",
  bedrock: "aws",
  cohere: "cohere",
  deepseek: "deepseek",
  google: "google",
  mistral: "mistral",
  openai: "openai",
  xai: "x-ai",
};

const Price = z.union([z.number(), z.object({ base: z.number(), tiers: z.array(z.object({ start: z.number(), price: z.number() })) })]);
type Price = z.infer<typeof Price>;
const Prices = z.looseObject({ input_mtok: Price.optional(), output_mtok: Price.optional(), cache_read_mtok: Price.optional() });
type Prices = z.infer<typeof Prices>;
/** Version 2 tells the kinds of constraint apart by their keys, not by a `type`. */
const Constraint = z.object({ start_date: z.string().optional(), start_time: z.string().optional(), end_time: z.string().optional() });
const Conditional = z.object({ constraint: Constraint.nullish(), prices: Prices });
const Model = z.object({ id: z.string(), prices: z.union([z.array(Conditional), Prices]) });
const File = z.array(z.object({ id: z.string(), models: z.array(Model) }));
type Model = z.infer<typeof Model>;

/** Data v2 of pydantic/genai-prices: the main source of input, output and cached prices, tiers and dated prices. */
export const genaiPrices: Source = {
  name: "genai-prices",
  url: "https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json",
  label: "genai-prices data v2",
  async load(fetcher: Fetcher, url: string, catalog: Catalog): Promise<readonly Seen[]> {
    const providers = read(url, await fetcher.text(url));
    return Object.entries(genaiProviders).flatMap(([ours, theirs]) => {
      const provider = providers.find(({ id }) => id === theirs);
      if (provider === undefined)
        throw new SourceError(`${url}: has no provider "${theirs}"; its shape has changed, adapt scripts/refresh`);
      const models = catalog.apiModels.filter((row) => row.provider === ours);
      return [...seen(models, provider.models), ...unknown(catalog, models, provider.models, theirs)];
    });
  },
};

function read(url: string, text: string): z.infer<typeof File> {
  const parsed = File.safeParse(parseJson(url, text));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new SourceError(`${url}: ${issue?.path.join(".")}: ${issue?.message}; its shape has changed, adapt scripts/refresh`);
}

/** JSON or a SourceError that names the address. */
export function parseJson(url: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SourceError(`${url}: is no JSON (${error instanceof Error ? error.message : "?"}); nothing was changed, run again later`);
  }
}

function seen(models: readonly ApiModel[], listed: readonly Model[]): readonly Seen[] {
  return models.flatMap((row) => {
    const names = namesOf(row, genaiNames);
    const found = listed.find(({ id }) => names.includes(id));
    return found === undefined ? [] : pricesOf(row.id, found);
  });
}

function pricesOf(id: string, model: Model): readonly (SeenPrice | Note)[] {
  const all = Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }];
  const byDate = all.filter(({ constraint }) => constraint?.start_time === undefined);
  const rows = byDate.flatMap(({ constraint, prices }) => {
    const row = priceOf(id, constraint?.start_date ?? null, prices);
    return row === undefined ? [] : [row];
  });
  if (byDate.length === all.length) return rows;
  return [...rows, { kind: "note", id, text: "has prices by time of day: compare its peak hours by hand" }];
}

function priceOf(id: string, from: string | null, prices: Prices): SeenPrice | undefined {
  if (prices.input_mtok === undefined || prices.output_mtok === undefined) return undefined;
  return {
    kind: "price",
    id,
    from,
    inputUsdPerMTok: base(prices.input_mtok),
    outputUsdPerMTok: base(prices.output_mtok),
    cachedInputUsdPerMTok: prices.cache_read_mtok === undefined ? null : base(prices.cache_read_mtok),
    batchInputUsdPerMTok: null,
    batchOutputUsdPerMTok: null,
    tiers: tiersOf(prices.input_mtok, prices.output_mtok, prices.cache_read_mtok),
  };
}

function base(price: Price): number {
  return typeof price === "number" ? price : price.base;
}

/** A tier of one meter is a tier of the request: the other meters keep their base price or their own highest tier so far. */
function tiersOf(input: Price, output: Price, cached: Price | undefined): readonly PriceTier[] {
  const starts = new Set(
    [input, output, cached ?? 0].flatMap((price) => (typeof price === "number" ? [] : price.tiers.map((tier) => tier.start))),
  );
  return [...starts]
    .sort((a, b) => a - b)
    .map((start) => ({
      aboveInputTokens: start,
      inputUsdPerMTok: at(input, start),
      outputUsdPerMTok: at(output, start),
      cachedInputUsdPerMTok: cached === undefined ? null : at(cached, start),
    }));
}

function at(price: Price, start: number): number {
  if (typeof price === "number") return price;
  const reached = price.tiers.filter((tier) => tier.start <= start).sort((a, b) => a.start - b.start);
  return reached.at(-1)?.price ?? price.base;
}

function unknown(catalog: Catalog, models: readonly ApiModel[], listed: readonly Model[], where: string): readonly UnknownId[] {
  const known = new Set([...models.flatMap((row) => namesOf(row, genaiNames)), ...catalog.refusedNames.map(({ name }) => name)]);
  return listed.filter(({ id }) => !known.has(id)).map(({ id }) => ({ kind: "unknown-id", id, where }));
}
