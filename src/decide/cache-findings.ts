import type { PolicyDocument } from "../policy/policy.ts";
import type { Trace } from "./decide.ts";
import { usd } from "./describe.ts";
import type { Finding } from "./evaluation-types.ts";

/**
 * What a token written to a prompt cache costs above an input token, as a share of it, where a provider charges for that. Source: cache write prices of
 * Claude and of GPT-5.6 and 6 are 1.25 x input, genai-prices 0.1.8 (2026-09-23).
 */
const CACHE_WRITE_MARKUP_RATIO = 0.25;
/** Below this share of the policy's cost a reader has better things to check. Source: ours. */
const MATERIAL_RATIO = 0.01;

/**
 * Cache writes are not priced, because how often a prompt is written and not read again is not known. Says what they can add at most: as if every
 * input token that is not read from the cache were written to it.
 *
 * Example: 1,000 USD of uncached input tokens a month can become 1,250.
 */
export function cacheWriteFindings({ decision, facts }: Trace, document: PolicyDocument): readonly Finding[] {
  const total = decision.monthlyCostUsd?.expected ?? 0;
  return decision.workloads.flatMap(({ name, costLines, option: whole }): Finding[] => {
    const workload = facts.workloads.find((one) => one.name === name);
    const usdOf = (id: string) => costLines.find((line) => line.id === id || line.id === `overflow-${id}`)?.monthlyUsd ?? 0;
    const most = usdOf("input-tokens") * CACHE_WRITE_MARKUP_RATIO;
    if (workload === undefined || usdOf("cached-input-tokens") === 0 || most < total * MATERIAL_RATIO) return [];
    const model = (whole?.overflow ?? whole)?.model ?? "";
    const text = `${name}: writing to the prompt cache is not priced; where ${model} charges 1.25 x the input price for it, that adds up to ${usd(most)} a month`;
    return [{ id: "cache-writes-unpriced", level: "notice", text, line: document.lineOf(`${workload.pointer}.tokens`) }];
  });
}
