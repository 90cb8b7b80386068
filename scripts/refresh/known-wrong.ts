/** A figure of a source that is known to be wrong, late or missing, and what proves it. */
export interface KnownWrong {
  readonly source: string;
  readonly id: string;
  readonly why: string;
}

/**
 * Models whose price the refresh does not take from a source. The report says of an entry when the source agrees by now,
 * so that the list stays short.
 */
export const knownWrong: readonly KnownWrong[] = [
  {
    source: "portkey",
    id: "deepseek-v4-pro",
    why: "has the price of before 2026-08-17 and no peak hours (api-docs.deepseek.com/quick_start/pricing)",
  },
];

const NEWER = "is newer than the library's data";
const NO_AZURE = "the library has no Data Zone prices of Azure: it would answer with OpenAI's own list";

/** Models that the pinned oracle cannot price under our name, with the reason. The test holds the list complete and true. */
export const unknownToOracle: readonly { readonly id: RegExp; readonly why: string }[] = [
  { id: /^azure-us\./, why: NO_AZURE },
  { id: /^amazon\.nova-2-lite-v1:0$/, why: "the library has the price of the worldwide profile alone, a tenth less" },
  { id: /^claude-haiku-5-5$/, why: NEWER },
  {
    id: /^(deepseek\.v3\.2|minimax\.minimax-m2\.5|qwen\.qwen3-235b-a22b-2507-v1:0|zai\.glm-5)$/,
    why: "the library has no price of it on Bedrock",
  },
  { id: /^(us|global)\.anthropic\.claude-(haiku|sonnet|opus)-5-5$/, why: NEWER },
  { id: /^claude-sonnet-5-5$/, why: `${NEWER}: by prefix it answers with claude-sonnet-5, whose cached price is twice as high` },
  { id: /^deepseek-flash$/, why: `${NEWER}: it has the older name deepseek-v4-flash, at 0.22 / 0.66` },
  { id: /^gemini-4-argon$/, why: NEWER },
  { id: /^grok-4\.7$/, why: NEWER },
  { id: /^gpt-6\.1-(sol|terra)$/, why: NEWER },
  { id: /^mistral-medium-2505$/, why: "it answers with mistral-medium-3-1, which is mistral-medium-2508" },
  { id: /^mistral-medium-2604$/, why: NEWER },
];
