import { type Catalog, findApiModel } from "../catalog/index.ts";
import type { PolicyDocument } from "../policy/policy.ts";
import type { Trace } from "./decide.ts";
import { usd } from "./describe.ts";
import type { Finding } from "./evaluation-types.ts";

/** Below this share of the policy's cost a reader has better things to check. Source: ours. */
const MATERIAL_RATIO = 0.01;

/**
 * Where a provider charges more for what is written to its prompt cache and the policy does not say how much that is, or has prices of its own: what
 * it can add at most, as if every input token that is not read from the cache were written to it.
 *
 * Example: 1,000 USD of uncached input tokens a month can become 1,250.
 */
export function cacheWriteFindings({ decision, facts }: Trace, document: PolicyDocument, catalog: Catalog): readonly Finding[] {
  const total = decision.monthlyCostUsd?.expected ?? 0;
  return decision.workloads.flatMap(({ name, costLines, option: whole }): Finding[] => {
    const workload = facts.workloads.find((one) => one.name === name);
    const option = whole?.overflow ?? whole;
    const markupRatio = option === null ? undefined : findApiModel(catalog, option.model)?.cacheWrite?.markupRatio;
    const usdOf = (id: string) => costLines.find((line) => line.id === id || line.id === `overflow-${id}`)?.monthlyUsd ?? 0;
    const writesUsd = usdOf("cache-write-tokens") + usdOf("batch-cache-write-tokens");
    if (workload === undefined || option === null || markupRatio === undefined || writesUsd > 0) return [];
    if (workload.cacheWriteRatio === 0) return [];
    // Only requests that read from a cache are taken to write to it.
    const inputUsd = (kind: string) => (usdOf(`${kind}cached-input-tokens`) === 0 ? 0 : usdOf(`${kind}input-tokens`));
    const most = (inputUsd("") + inputUsd("batch-")) * markupRatio;
    if (most === 0 || most < total * MATERIAL_RATIO) return [];
    const why =
      workload.cacheWriteRatio === null ? "the policy does not say tokens.cache_write_ratio" : "the policy has a price of its own";
    const text = `${name}: writing to the prompt cache of ${option.model} costs ${1 + markupRatio} x its input price and is not in this total, because ${why}: at most ${usd(most)} a month`;
    return [{ id: "cache-writes-unpriced", level: "notice", text, line: document.lineOf(`${workload.pointer}.tokens`) }];
  });
}
