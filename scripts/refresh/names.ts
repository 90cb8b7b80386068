import type { ApiModel } from "../../src/catalog/schema.ts";

/**
 * Names of one model in our catalog (`ours`) and in a source (`theirs`) that differ in spelling alone. Everything else
 * is matched by exact id or declared alias: a prefix would take `claude-sonnet-5-5` for `claude-sonnet-5`.
 */
interface SameModel {
  readonly ours: string;
  readonly theirs: string;
}

/** Spellings of `@pydantic/genai-prices` 0.1.8 (2026-09-23). Its regional rows hold for the `us.` and `eu.` profiles. */
export const genaiNames: readonly SameModel[] = [
  { ours: "claude-3-5-haiku-20241022", theirs: "claude-3-5-haiku-latest" },
  { ours: "command-a-03-2025", theirs: "command-a" },
  { ours: "command-r-08-2024", theirs: "command-r" },
  { ours: "command-r-plus-08-2024", theirs: "command-r-plus" },
  { ours: "command-r7b-12-2024", theirs: "command-r7b" },
  { ours: "global.anthropic.claude-sonnet-5", theirs: "global.anthropic.claude-sonnet-5-v1:0" },
  { ours: "us.anthropic.claude-haiku-4-5-20251001-v1:0", theirs: "regional.anthropic.claude-haiku-4-5-20251001-v1:0" },
  { ours: "us.anthropic.claude-opus-5", theirs: "regional.anthropic.claude-opus-5" },
  { ours: "us.anthropic.claude-sonnet-5", theirs: "regional.anthropic.claude-sonnet-5-v1:0" },
];

/** Every name under which a source may list a model: its id, its declared aliases, its declared other spelling. */
export function namesOf(model: ApiModel, others: readonly SameModel[] = []): readonly string[] {
  return [model.id, ...model.aliases, ...others.filter(({ ours }) => ours === model.id).map(({ theirs }) => theirs)];
}
