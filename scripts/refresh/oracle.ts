import { calcPrice, findProvider, type Provider } from "@pydantic/genai-prices";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { requestCostUsd, unitPrices } from "../../src/catalog/pricing.ts";
import type { ApiModel } from "../../src/catalog/schema.ts";
import { genaiProviders } from "./genai-prices.ts";
import { genaiNames, namesOf } from "./names.ts";

/** Version of the oracle, as pinned in package.json, and the day of its data. */
export const ORACLE = "@pydantic/genai-prices 0.1.8 (2026-09-23)";

/** A request that is priced both ways: tokens in, of which cached, and tokens out. */
export interface Probe {
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
}

/** Requests that touch input, output, cache, and both sides of the long-prompt limits (100K, 128K, 200K, 272K). */
export const probes: readonly Probe[] = [
  { inputTokens: 1000, cachedTokens: 0, outputTokens: 0 },
  { inputTokens: 1000, cachedTokens: 0, outputTokens: 500 },
  { inputTokens: 1000, cachedTokens: 400, outputTokens: 500 },
  { inputTokens: 99_999, cachedTokens: 0, outputTokens: 1000 },
  { inputTokens: 150_000, cachedTokens: 0, outputTokens: 1000 },
  { inputTokens: 199_999, cachedTokens: 0, outputTokens: 1000 },
  { inputTokens: 250_000, cachedTokens: 100_000, outputTokens: 1000 },
  { inputTokens: 271_000, cachedTokens: 0, outputTokens: 1000 },
  { inputTokens: 300_000, cachedTokens: 0, outputTokens: 1000 },
];

/** What our calculator and the library's say about one model on one day. */
export type Verdict =
  | { readonly kind: "agrees"; readonly id: string; readonly probes: number }
  | { readonly kind: "differs"; readonly id: string; readonly text: string }
  | { readonly kind: "not-listed"; readonly id: string };

/**
 * Prices the same requests with our calculator and with the library's, for every model that both hold under the same
 * name and that can be called on the day. The library's prefix match is undone: its model must bear our id, one of our
 * aliases or a declared spelling. Prices by the hour are compared at noon UTC, off-peak.
 *
 * Example: gpt-6-sol, 300,000 tokens in and 1,000 out on 2026-11-20: 1.2 + 0.015 = 1.215 USD on both sides.
 */
export function crossCheck(catalog: Catalog, day: string): readonly Verdict[] {
  return catalog.apiModels.filter((model) => unitPrices(model, day, 0)?.shutDown === false).map((model) => verdictOn(model, day));
}

function verdictOn(model: ApiModel, day: string): Verdict {
  const provider = findProvider({ providerId: genaiProviders[model.provider] ?? "" });
  const names = namesOf(model, genaiNames);
  const listed = provider?.models.find(({ id }) => names.includes(id));
  if (provider === undefined || listed === undefined) return { kind: "not-listed", id: model.id };
  const offPeak = { ...model, prices: model.prices.map((row) => ({ ...row, peak: null })) };
  const within = probes.filter(({ inputTokens }) => inputTokens < (model.contextWindowTokens ?? Number.POSITIVE_INFINITY));
  const wrong = within.flatMap((probe) => {
    const ours = ourUsd(offPeak, day, probe);
    const theirs = theirUsd(listed.id, names, provider, day, probe);
    return ours !== null && theirs !== null && Math.abs(ours - theirs) <= 1e-9 + 1e-6 * theirs
      ? []
      : [`${spell(probe)}: ours ${ours}, library ${theirs}`];
  });
  return wrong.length === 0
    ? { kind: "agrees", id: model.id, probes: within.length }
    : { kind: "differs", id: model.id, text: wrong[0] ?? "" };
}

function ourUsd(model: ApiModel, day: string, { inputTokens, cachedTokens, outputTokens }: Probe): number | null {
  const prices = unitPrices(model, day, inputTokens);
  if (prices === undefined) return null;
  return requestCostUsd(prices, { inputTokens, outputTokens, cachedInputRatio: cachedTokens / inputTokens, batchRatio: 0 }).usd;
}

/** The library finds some of its models by one of their names only; whatever it answers for another model is dropped. */
function theirUsd(id: string, names: readonly string[], provider: Provider, day: string, probe: Probe): number | null {
  const usage = { input_tokens: probe.inputTokens, cache_read_tokens: probe.cachedTokens, output_tokens: probe.outputTokens };
  const timestamp = new Date(`${day}T12:00:00Z`);
  const answers = [id, ...names].map((name) => calcPrice(usage, name, { provider, timestamp }));
  return answers.find((answer) => answer?.model.id === id)?.total_price ?? null;
}

function spell({ inputTokens, cachedTokens, outputTokens }: Probe): string {
  return `${inputTokens} tokens in (${cachedTokens} cached), ${outputTokens} out`;
}
