/** A row that breaks a check for a known reason. One that breaks nothing any more is itself a problem. */
export interface KnownException {
  readonly check: string;
  readonly row: string;
  readonly why: string;
}

const SHARED_CACHES = "its last layers reuse the KV cache of earlier ones";
const LAYER_EMBEDDINGS = "embeddings of each layer are counted in the total; its effective size is in its name";
const WIDE_GLOBAL_HEADS = "its full layers have other heads than its windowed ones";
const COMPRESSED_CACHE = "its cache is compressed over 4 or 128 tokens and kept in mixed precision";
const HYBRID_BLOCKS = "its layers hold either a mixer or an MLP, never both";

/** Every row that a check may pass over, each with the reason. */
export const knownExceptions: readonly KnownException[] = [
  { check: "parameters-match-shape", row: "gemma-3n-e4b-it", why: LAYER_EMBEDDINGS },
  { check: "parameters-match-shape", row: "gemma-4-e2b-it", why: LAYER_EMBEDDINGS },
  { check: "parameters-match-shape", row: "gemma-4-e4b-it", why: LAYER_EMBEDDINGS },
  { check: "active-at-most-total", row: "gemma-3n-e4b-it", why: LAYER_EMBEDDINGS },
  { check: "active-at-most-total", row: "gemma-4-e2b-it", why: LAYER_EMBEDDINGS },
  { check: "active-at-most-total", row: "gemma-4-e4b-it", why: LAYER_EMBEDDINGS },
  {
    check: "parameters-match-shape",
    row: "llama-3.3-nemotron-super-49b-v1",
    why: "searched architecture: the MLP width differs from block to block",
  },
  { check: "active-matches-shape", row: "qwen3-next-80b-a3b-instruct", why: "its name rounds 3.9 billion active parameters down to 3" },
  { check: "layers-add-up", row: "nemotron-3-nano-30b-a3b", why: HYBRID_BLOCKS },
  { check: "layers-add-up", row: "nemotron-3-super-120b-a12b", why: HYBRID_BLOCKS },
  { check: "layers-add-up", row: "nemotron-3-ultra-550b-a55b", why: HYBRID_BLOCKS },
  { check: "kv-cache-matches-shape", row: "deepseek-v4-flash", why: COMPRESSED_CACHE },
  { check: "kv-cache-matches-shape", row: "deepseek-v4-pro", why: COMPRESSED_CACHE },
  { check: "kv-cache-matches-shape", row: "gemma-3n-e4b-it", why: SHARED_CACHES },
  { check: "kv-cache-matches-shape", row: "gemma-4-e2b-it", why: SHARED_CACHES },
  { check: "kv-cache-matches-shape", row: "gemma-4-e4b-it", why: SHARED_CACHES },
  { check: "kv-cache-matches-shape", row: "gemma-4-26b-a4b-it", why: WIDE_GLOBAL_HEADS },
  { check: "kv-cache-matches-shape", row: "gemma-4-31b-it", why: WIDE_GLOBAL_HEADS },
  { check: "kv-cache-matches-shape", row: "mimo-v2-flash", why: WIDE_GLOBAL_HEADS },
  { check: "gpu-memory", row: "t4", why: "error correction takes 1 of its 16 GiB" },
];
