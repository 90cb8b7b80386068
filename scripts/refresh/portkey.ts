import { z } from "zod";
import type { Catalog } from "../../src/catalog/catalog.ts";
import type { ApiModel } from "../../src/catalog/schema.ts";
import { SourceError } from "./download.ts";
import { parseJson } from "./genai-prices.ts";
import { namesOf } from "./names.ts";
import type { Seen } from "./seen.ts";
import type { Fetcher, Source } from "./source.ts";

/** Our providers by the name of their file. Bedrock is left out: its file misses the premium of regional profiles. */
const FILES: Readonly<Record<string, string>> = {
  anthropic: "anthropic",
  cohere: "cohere",
  deepseek: "deepseek",
  google: "google",
  mistral: "mistral-ai",
  openai: "openai",
  xai: "x-ai",
};

/** Prices stand in US cents for one token: 0.00025 is 2.50 US dollars per million tokens. */
const USD_PER_MTOK_OF_CENTS_PER_TOKEN = 10_000;
/** 0.00006 x 10,000 is 0.6000000000000001 in binary: nine digits are more than any price list has. */
const DIGITS = 9;

const Unit = z.object({ price: z.number() });
const Meters = z.looseObject({ request_token: Unit.optional(), response_token: Unit.optional(), cache_read_input_token: Unit.optional() });
const Entry = z.object({
  pricing_config: z
    .object({ currency: z.string().optional(), pay_as_you_go: Meters.optional(), batch_config: Meters.optional() })
    .optional(),
});
const File = z.record(z.string(), Entry);
type Entry = z.infer<typeof Entry>;

/** Portkey-AI/models: batch prices, and a second opinion on the others. */
export const portkey: Source = {
  name: "portkey",
  url: "https://raw.githubusercontent.com/Portkey-AI/models/main/pricing",
  label: "Portkey-AI/models",
  async load(fetcher: Fetcher, url: string, catalog: Catalog): Promise<readonly Seen[]> {
    const all: Seen[] = [];
    for (const [provider, name] of Object.entries(FILES)) {
      const address = `${url}/${name}.json`;
      const file = File.safeParse(parseJson(address, await fetcher.text(address)));
      if (!file.success) {
        const issue = file.error.issues[0];
        throw new SourceError(`${address}: ${issue?.path.join(".")}: ${issue?.message}; its shape has changed, adapt scripts/refresh`);
      }
      all.push(...catalog.apiModels.filter((row) => row.provider === provider).flatMap((row) => seen(row, file.data)));
    }
    return all;
  },
};

function seen(row: ApiModel, file: Readonly<Record<string, Entry>>): readonly Seen[] {
  const name = namesOf(row).find((each) => file[each] !== undefined);
  const config = name === undefined ? undefined : file[name]?.pricing_config;
  const now = config?.pay_as_you_go;
  const input = usdPerMTok(now?.request_token);
  const output = usdPerMTok(now?.response_token);
  if (input === null || output === null) return [];
  return [
    {
      kind: "price",
      id: row.id,
      from: null,
      inputUsdPerMTok: input,
      outputUsdPerMTok: output,
      cachedInputUsdPerMTok: usdPerMTok(now?.cache_read_input_token),
      batchInputUsdPerMTok: usdPerMTok(config?.batch_config?.request_token),
      batchOutputUsdPerMTok: usdPerMTok(config?.batch_config?.response_token),
      tiers: null,
    },
  ];
}

/** Zero stands for "not stated" in these files. */
function usdPerMTok(unit: z.infer<typeof Unit> | undefined): number | null {
  if (unit === undefined || unit.price === 0) return null;
  return Number((unit.price * USD_PER_MTOK_OF_CENTS_PER_TOKEN).toPrecision(DIGITS));
}
