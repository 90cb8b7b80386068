/** A figure of a source that is known to be wrong or late, and what proves it. */
export interface KnownWrong {
  readonly source: string;
  readonly id: string;
  readonly why: string;
}

/**
 * Models whose price the refresh does not take from a source, and the oracle test does not hold against ours. One that
 * is right by now is reported by `cross-check`, so that the list stays short.
 */
export const knownWrong: readonly KnownWrong[] = [
  {
    source: "portkey",
    id: "gemini-3.1-pro-preview",
    why: "its cached price of 4.50 is the storage of a cache for an hour (ai.google.dev/gemini-api/docs/pricing)",
  },
  {
    source: "portkey",
    id: "deepseek-v4-pro",
    why: "has the price of before 2026-08-17 and no peak hours (api-docs.deepseek.com/quick_start/pricing)",
  },
];
