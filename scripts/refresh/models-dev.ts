import { z } from "zod";
import type { Catalog } from "../../src/catalog/catalog.ts";
import type { ApiModel } from "../../src/catalog/schema.ts";
import { SourceError } from "./download.ts";
import { parseJson } from "./genai-prices.ts";
import { namesOf } from "./names.ts";
import type { Seen } from "./seen.ts";
import type { Fetcher, Source } from "./source.ts";

/** Our providers by the name that models.dev gives them. */
const PROVIDERS: Readonly<Record<string, string>> = {
  anthropic: "anthropic",
  bedrock: "amazon-bedrock",
  cohere: "cohere",
  deepseek: "deepseek",
  google: "google",
  mistral: "mistral",
  openai: "openai",
  xai: "xai",
};

const Cost = z.object({
  input: z.number(),
  output: z.number(),
  cache_read: z.number().optional(),
  tiers: z
    .array(z.object({ tier: z.object({ size: z.number() }), input: z.number(), output: z.number(), cache_read: z.number().optional() }))
    .optional(),
});
const Model = z.object({
  cost: Cost.optional(),
  limit: z.object({ context: z.number().optional(), output: z.number().optional() }).optional(),
  modalities: z.object({ input: z.array(z.string()) }).optional(),
  tool_call: z.boolean().optional(),
  structured_output: z.boolean().optional(),
});
type Model = z.infer<typeof Model>;
const Provider = z.object({ models: z.record(z.string(), Model) });

/** models.dev: limits and features, and a second opinion on prices. Its `context_over_200k` is a rounded tier: not read. */
export const modelsDev: Source = {
  name: "models-dev",
  url: "https://models.dev/api.json",
  label: "models.dev",
  async load(fetcher: Fetcher, url: string, catalog: Catalog): Promise<readonly Seen[]> {
    const file = z.record(z.string(), z.unknown()).safeParse(parseJson(url, await fetcher.text(url)));
    if (!file.success) throw new SourceError(`${url}: is no list of providers; its shape has changed, adapt scripts/refresh`);
    return Object.entries(PROVIDERS).flatMap(([ours, theirs]) => {
      const provider = Provider.safeParse(file.data[theirs]);
      if (!provider.success) {
        const issue = provider.error.issues[0];
        throw new SourceError(
          `${url}: ${theirs}.${issue?.path.join(".")}: ${issue?.message}; its shape has changed, adapt scripts/refresh`,
        );
      }
      return catalog.apiModels.filter((row) => row.provider === ours).flatMap((row) => seen(row, provider.data.models));
    });
  },
};

function seen(row: ApiModel, models: Readonly<Record<string, Model>>): readonly Seen[] {
  const name = namesOf(row).find((each) => models[each] !== undefined);
  const model = name === undefined ? undefined : models[name];
  if (model === undefined) return [];
  const limits: Seen = {
    kind: "limits",
    id: row.id,
    contextWindowTokens: model.limit?.context || null,
    maxOutputTokens: model.limit?.output || null,
    toolUse: model.tool_call ?? null,
    jsonSchema: model.structured_output ?? null,
    vision: model.modalities?.input.includes("image") ?? null,
  };
  return model.cost === undefined ? [limits] : [limits, priceOf(row.id, model.cost)];
}

function priceOf(id: string, cost: z.infer<typeof Cost>): Seen {
  return {
    kind: "price",
    id,
    from: null,
    inputUsdPerMTok: cost.input,
    outputUsdPerMTok: cost.output,
    cachedInputUsdPerMTok: cost.cache_read ?? null,
    batchInputUsdPerMTok: null,
    batchOutputUsdPerMTok: null,
    tiers:
      cost.tiers?.map(({ tier, input, output, cache_read }) => ({
        aboveInputTokens: tier.size,
        inputUsdPerMTok: input,
        outputUsdPerMTok: output,
        cachedInputUsdPerMTok: cache_read ?? null,
      })) ?? null,
  };
}
