import { candidatesFor } from "./candidates.ts";
import { summaryOf, usd } from "./describe.ts";
import { type OptionContext, realise, type WorkloadOptions } from "./options.ts";
import { byText } from "./order.ts";
import type { PricedPortfolio, Pricer } from "./portfolio.ts";
import type { Judgement } from "./rules/judge.ts";
import type { Relaxation } from "./why-types.ts";

const SHOWN = 3;
/**
 * Rules that no paper changes: a model that is shut down, a request that is too long, a score that is published and too low. A missing
 * score counts as one of them too, or the smallest model of the catalog would head every list.
 */
const NO_PAPER = new Set(["lifecycle", "context-window", "capability", "features"]);

/**
 * Options that one rule alone keeps out and that would cost less than the chosen portfolio: the answer to "why not the other one". For
 * each rule the option that would save most, all other workloads as chosen; at most three, the largest saving first.
 *
 * Example: "gemini-3.5-flash-lite would save $310 a month, if hipaa were proven: Gemini API: BAA for HIPAA is not known".
 */
export function singleRuleRelaxations(
  entry: WorkloadOptions,
  index: number,
  chosen: PricedPortfolio,
  pricer: Pricer,
  context: OptionContext,
): readonly Relaxation[] {
  const alone = new Map(entry.judged.flatMap(({ option, judgement }) => onlyRule(option, judgement)));
  const { facts, catalog, asOf, ownKeys } = context;
  const rules = { facts, workload: entry.workload, catalog, asOf, ownKeys };
  const best = new Map<string, Relaxation>();
  for (const candidate of candidatesFor(entry.workload, facts.region, catalog)) {
    const against = alone.get(candidate.id);
    if (against === undefined) continue;
    const option = realise(candidate, { reasons: [], conditions: [], against: [] }, rules, context);
    if (!("kind" in option)) continue;
    const monthlyUsd = pricer.standing(chosen.assignment).with(index, option);
    if (monthlyUsd === undefined) continue;
    const savingUsd = chosen.monthlyUsd - monthlyUsd;
    if (savingUsd < 1 || savingUsd <= (best.get(against.rule)?.savingUsd ?? 0)) continue;
    const priced = pricer.price(chosen.assignment.with(index, option));
    if (priced === undefined) continue;
    // The others stay as chosen here, and could move too.
    const least = chosen.assignment.length > 1 ? "at least " : "";
    const would = `${candidate.model.id} would save ${least}${usd(savingUsd)} a month`;
    const text =
      against.verdict === "unknown"
        ? `${would} if ${against.rule} were proven: ${against.text}`
        : `${would}, but ${against.rule} alone rules it out: ${against.text}`;
    const summary = summaryOf(option, entry.workload, priced.fleets);
    best.set(against.rule, { needs: [], rule: against.rule, option: summary, monthlyUsd: priced.monthlyUsd, savingUsd, text });
  }
  return [...best.values()].sort((a, b) => a.monthlyUsd - b.monthlyUsd || byText(a.text, b.text)).slice(0, SHOWN);
}

function onlyRule(option: string, { against }: Judgement): readonly (readonly [string, Judgement["against"][number]])[] {
  const [first, second] = against;
  return first === undefined || second !== undefined || NO_PAPER.has(first.rule) ? [] : [[option, first]];
}
