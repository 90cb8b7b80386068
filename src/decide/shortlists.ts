import { withApart } from "./apart.ts";
import { answersTo } from "./candidates.ts";
import type { FeasibleOption, WorkloadOptions } from "./options.ts";
import { byText } from "./order.ts";
import { accessOf, type Pricer } from "./portfolio.ts";
import { scoreOf } from "./preferences.ts";
import type { PricingContext } from "./pricing-context.ts";

/** How many of the least expensive options of each side a workload brings into the joint search. */
const SHORTLIST_API = 3;
const SHORTLIST_SELF_HOST = 3;

/**
 * The options worth searching for each workload: the best few of each side when priced alone, those that preferences may be worth their price, what
 * runs today, and what may share with another workload's best few: a model on own instances, and the least expensive option behind the same key or
 * permission.
 */
export function shortlistsOf(pricer: Pricer): readonly (readonly FeasibleOption[])[] {
  const { workloads, memo } = pricer.context;
  const alone = workloads.map((entry, index) => {
    const ranked = memo.ranked.get(entry) ?? rankAlone(pricer, entry, index);
    memo.ranked.set(entry, ranked);
    return ranked;
  });
  const shared = new Set(alone.flatMap((ranked) => take(ranked, "self-host", SHORTLIST_SELF_HOST)).map((option) => option.candidate.id));
  const keys = new Set(alone.flatMap((ranked) => take(ranked, "token", SHORTLIST_API)).flatMap(keyOf));
  const shortlists = alone.map((ranked, index) => {
    const current = pricer.context.workloads[index]?.workload.current ?? null;
    const keep = new Set([
      ...take(ranked, "token", SHORTLIST_API),
      ...take(ranked, "self-host", SHORTLIST_SELF_HOST),
      ...preferred(ranked, pricer.context),
    ]);
    for (const key of keys) {
      const [best] = ranked.filter((option) => keyOf(option)[0] === key);
      if (best !== undefined) keep.add(best);
    }
    return ranked.filter(
      (option) =>
        keep.has(option) || shared.has(option.candidate.id) || (current !== null && answersTo(option.candidate.model, current.model)),
    );
  });
  return withApart(workloads, shortlists);
}

/**
 * Where preferences are declared, each option of a side that no less expensive one of it scores as well as: a better score of one workload can be
 * worth more than all that this workload costs.
 */
function preferred(ranked: readonly FeasibleOption[], { facts, catalog }: PricingContext): readonly FeasibleOption[] {
  if ((facts.preferences?.budgetRatio ?? 0) === 0) return [];
  const best = { token: -1, "self-host": -1 };
  return ranked.filter((option) => {
    const side = option.kind === "self-host" ? "self-host" : "token";
    const score = scoreOf([option], facts, catalog);
    if (score <= best[side]) return false;
    best[side] = score;
    return true;
  });
}

/** What an option by the token shares with others; nothing for own instances. */
function keyOf(option: FeasibleOption): readonly string[] {
  return option.kind === "self-host" ? [] : [accessOf(option)];
}

function take(ranked: readonly FeasibleOption[], side: "token" | "self-host", count: number): readonly FeasibleOption[] {
  return ranked.filter((option) => (option.kind === "self-host") === (side === "self-host")).slice(0, count);
}

/** Options of one workload by the cost of serving it alone, least first; ties by id. */
export function rankAlone(pricer: Pricer, entry: WorkloadOptions, index: number): readonly FeasibleOption[] {
  return entry.feasible
    .map((option) => ({ option, usd: pricer.alone(index, option) }))
    .filter((row): row is { option: FeasibleOption; usd: number } => row.usd !== undefined)
    .sort((a, b) => a.usd - b.usd || byText(a.option.candidate.id, b.option.candidate.id))
    .map(({ option }) => option);
}
