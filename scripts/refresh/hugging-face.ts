import { z } from "zod";
import type { Catalog } from "../../src/catalog/catalog.ts";
import type { OpenModel } from "../../src/catalog/schema.ts";
import { SourceError } from "./download.ts";
import { parseJson } from "./genai-prices.ts";
import type { Seen } from "./seen.ts";
import type { Fetcher, Source } from "./source.ts";

const count = z.number().int().positive().nullish();
/** Keys of a config.json as transformers names them; models of several parts keep the language model in `text_config`. */
const TextConfig = z.looseObject({
  num_hidden_layers: count,
  hidden_size: count,
  num_attention_heads: count,
  num_key_value_heads: count,
  head_dim: count,
  vocab_size: count,
  intermediate_size: count,
  tie_word_embeddings: z.boolean().nullish(),
});
const Config = TextConfig.extend({ text_config: TextConfig.nullish() });

/** `config.json` of each open-weight model: its shape, to hold against the row. HF_TOKEN opens gated repositories. */
export const huggingFace: Source = {
  name: "hugging-face",
  url: "https://huggingface.co",
  label: "config.json on Hugging Face",
  async load(fetcher: Fetcher, url: string, catalog: Catalog): Promise<readonly Seen[]> {
    const token = fetcher.environment.HF_TOKEN;
    const all: Seen[] = [];
    for (const model of catalog.openModels) {
      if (model.gatedDownload && token === undefined) {
        all.push({ kind: "note", id: model.id, text: "is gated and was not read; set HF_TOKEN" });
        continue;
      }
      all.push(await readShape(fetcher, `${url}/${model.hubRepo}/resolve/main/config.json`, token, model));
    }
    const unread = all.flatMap((each) => (each.kind === "note" ? [each.text] : []));
    if (unread.length > 0 && unread.length === all.length) throw new SourceError(`${url}: no configuration could be read: ${unread[0]}`);
    return all;
  },
};

/** Repositories come and go one by one: one that cannot be read is a note, not the end of the source. */
async function readShape(fetcher: Fetcher, address: string, token: string | undefined, model: OpenModel): Promise<Seen> {
  try {
    const text = await fetcher.text(address, token === undefined ? {} : { authorization: `Bearer ${token}` });
    return shapeOf(address, text, model);
  } catch (error) {
    if (error instanceof SourceError) return { kind: "note", id: model.id, text: error.message };
    throw error;
  }
}

function shapeOf(address: string, text: string, model: OpenModel): Seen {
  const parsed = Config.safeParse(parseJson(address, text));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new SourceError(`${address}: ${issue?.path.join(".")}: ${issue?.message}; its shape has changed, adapt scripts/refresh`);
  }
  const inner = parsed.data.text_config ?? parsed.data;
  const heads = inner.num_attention_heads ?? null;
  return {
    kind: "shape",
    id: model.id,
    shape: {
      layers: inner.num_hidden_layers ?? null,
      hiddenSize: inner.hidden_size ?? null,
      attentionHeads: heads,
      kvHeads: inner.num_key_value_heads ?? null,
      headDim: inner.head_dim ?? null,
      vocabSize: inner.vocab_size ?? null,
      // The width of experts is another key: only a dense model's MLP is compared.
      intermediateSize: model.architecture.moe === null ? (inner.intermediate_size ?? null) : null,
      tiedEmbeddings: inner.tie_word_embeddings ?? parsed.data.tie_word_embeddings ?? null,
    },
  };
}
