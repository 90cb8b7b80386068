import { type Catalog, findApiModel, findOpenModel } from "../catalog/index.ts";
import type { PolicyDocument } from "../policy/policy.ts";
import { standsApart } from "./apart.ts";
import { SWITCH_THRESHOLD_RATIO, TIE_RATIO } from "./defaults.ts";
import { fleetUnder, usd } from "./describe.ts";
import { isPromised } from "./facts.ts";
import type { Flips } from "./flips.ts";
import type { FeasibleOption, WorkloadOptions } from "./options.ts";
import { byText } from "./order.ts";
import { worthOf } from "./preferences.ts";
import { currentOption, endsInside, isServedBy } from "./recommend.ts";
import type { SearchResult } from "./search.ts";
import type { Choice } from "./split.ts";
import { simplerReason, splitReason } from "./split-reasons.ts";
import type { Reason } from "./types.ts";

/**
 * Why this workload takes this side, in the order a reader asks: which side the rules leave, what the sides cost, and
 * why the less expensive one was not taken when it was not. Every sentence carries the figures it compares.
 */
export function costReasons(
  entry: WorkloadOptions,
  index: number,
  search: SearchResult,
  flips: Flips,
  document: PolicyDocument,
): readonly Reason[] {
  const { workload } = entry;
  const volumeLine = document.lineOf(`${workload.pointer}.volume`);
  const api = flips.rival(index, "api");
  const own = flips.rival(index, "self-host");
  const chosen = flips.chosen.assignment[index];
  const reasons: Reason[] = currentReason(entry, index, search, flips, document);
  if (api === undefined || own === undefined) reasons.push(onlySide(entry, api === undefined ? "api" : "self-host", document));
  if (chosen?.kind === "split") reasons.push(splitReason(chosen, index, search, flips, volumeLine));
  if (chosen?.kind !== "split" && api !== undefined && own !== undefined) {
    const [mine, other] = chosen?.kind === "self-host" ? [{ option: chosen, monthlyUsd: flips.chosen.monthlyUsd }, api] : [api, own];
    const gap = other.monthlyUsd - mine.monthlyUsd;
    const word = gap >= 0 ? "less" : "more";
    reasons.push({
      rule: "cost",
      verdict: "info",
      text: `${wayOf(mine.option)} costs ${usd(Math.abs(gap))} a month ${word} than ${wayOf(other.option)}, people included`,
      line: volumeLine,
      source: null,
    });
  }
  reasons.push(...apartReason(entry, index, flips), ...preferenceReason(search, flips, document));
  if (search.tied) {
    reasons.push({
      rule: "tie",
      verdict: "info",
      text: `costs within ${TIE_RATIO * 100} % are a tie, which goes to the API`,
      line: null,
      source: null,
    });
  }
  if (search.simpler) reasons.push(simplerReason());
  return reasons;
}

/**
 * Why there are two fleets of one model: a server has one speed for all that it runs.
 *
 * Example: "has servers of its own, because on those of chat it would run no faster than chat's latency promise allows".
 */
function apartReason({ workload }: WorkloadOptions, index: number, { chosen }: Flips): Reason[] {
  const own = fleetUnder(workload, chosen.fleets);
  if (own === undefined || !standsApart(chosen.assignment[index])) return [];
  const beside = chosen.fleets.find(({ model, tenants }) => model === own.model && tenants.some((tenant) => isPromised(tenant.workload)));
  const other = beside?.tenants.find((tenant) => isPromised(tenant.workload))?.workload.name;
  if (other === undefined) return [];
  const text = `has servers of its own, because on those of ${other} it would run no faster than ${other}'s latency promise allows`;
  return [{ rule: "apart", verdict: "info", text, line: null, source: null }];
}

/** "gpt-5.4-mini by the token", "qwen3-32b on own instances with gpt-5.4-mini for the overflow". */
function wayOf(choice: Choice): string {
  const model = ({ candidate }: FeasibleOption) => candidate.model.id;
  if (choice.kind === "split") return `${model(choice.base)} on own instances with ${model(choice.overflow)} for the overflow`;
  return `${model(choice)} ${choice.kind === "self-host" ? "on own instances" : "by the token"}`;
}

/** What becomes of the option that serves the workload today: kept for too small a saving, or left for how much. */
function currentReason(entry: WorkloadOptions, index: number, search: SearchResult, flips: Flips, document: PolicyDocument): Reason[] {
  const { current, name, pointer } = entry.workload;
  if (current === null) return [];
  const line = document.lineOf(`${pointer}.current`);
  const threshold = `${SWITCH_THRESHOLD_RATIO * 100} %`;
  const keep = search.kept.find((row) => row.index === index);
  if (keep !== undefined) {
    const text = `${current.model} stays: leaving it ${lesserGain(keep.savingUsd, flips, `under the ${threshold} of ${name}'s bill that a migration must earn`)}`;
    return [{ rule: "switch-threshold", verdict: "info", text, line, source: null }];
  }
  const today = currentOption(flips.base, index, search.shortlists[index] ?? []);
  const chosen = flips.chosen.assignment[index];
  if (today === undefined) return ruledOutToday(entry, flips.base.context.catalog, line);
  if (isServedBy(chosen, today)) return [];
  const stay = flips.base.price(flips.chosen.assignment.with(index, today));
  if (stay === undefined) return [];
  const { facts, catalog } = flips.base.context;
  const saved = usd(worthOf(stay, facts, catalog) - worthOf(flips.chosen, facts, catalog));
  const gain = isValued(flips) ? `is worth ${saved} a month by the preferences` : `saves ${saved} a month`;
  const endsOn = endsInside(today, flips.base.context);
  const why =
    endsOn === null
      ? `more than the ${threshold} that a migration must earn`
      : `and it has to be left anyway: it is shut down on ${endsOn}, so that saving ends then`;
  const text = `leaving ${current.model} ${gain}, ${why}`;
  return [{ rule: "switch", verdict: "info", text, line, source: null }];
}

/** "would save $65 a month, under the 10 % ...", or what it would cost; with preferences, what it would be worth. */
function lesserGain(usdSaved: number, flips: Flips, under: string): string {
  const amount = usd(Math.abs(usdSaved));
  if (isValued(flips))
    return usdSaved < 0
      ? `would lose ${amount} a month by the preferences`
      : `would be worth ${amount} a month by the preferences, ${under}`;
  return usdSaved < 0 ? `would cost ${amount} a month more` : `would save ${amount} a month, ${under}`;
}

/** Whether the policy pays for soft advantages, so that the decision is not by cost alone. */
function isValued({ base }: Flips): boolean {
  return (base.context.facts.preferences?.budgetRatio ?? 0) > 0;
}

/** What serves the workload today breaks a rule, on every route that it is sold on: the reader must hear it, not only that something else was chosen. */
function ruledOutToday({ workload, rejected }: WorkloadOptions, catalog: Catalog, line: number): Reason[] {
  const { current } = workload;
  if (current === null) return [];
  const id = (current.path === "api" ? findApiModel : findOpenModel)(catalog, current.model)?.id ?? current.model;
  const isToday = (option: string) => option.startsWith("self-host/") === (current.path === "self-host") && option.endsWith(`/${id}`);
  const row = rejected.find(({ option }) => isToday(option));
  if (row === undefined) return [];
  const word = row.verdict === "unknown" ? "is not proven to satisfy" : "is ruled out by";
  return [
    {
      rule: "switch",
      verdict: "info",
      text: `${current.model}, which serves it today, ${word} ${row.rule}: ${row.text}`,
      line,
      source: null,
    },
  ];
}

/** One side has no option left: the rule that took out most of it, with its policy line. */
function onlySide(entry: WorkloadOptions, gone: "api" | "self-host", document: PolicyDocument): Reason {
  const prefix = (id: string) => id.startsWith("self-host/");
  const rejected = entry.rejected.filter((row) => prefix(row.option) === (gone === "self-host"));
  const counts = new Map<string, number>();
  for (const { rule } of rejected) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  const top = [...counts].sort((a, b) => b[1] - a[1] || byText(a[0], b[0]))[0];
  const what = gone === "api" ? "API" : "self-hosted";
  if (top === undefined) {
    return {
      rule: "candidates",
      verdict: "info",
      text: `the policy names no ${what} candidate`,
      line: document.lineOf(`${entry.workload.pointer}.candidates`),
      source: null,
    };
  }
  const [rule, count] = top;
  const example = rejected.find((row) => row.rule === rule);
  return {
    rule,
    verdict: "info",
    text: `no ${what} option is left: ${count} of ${rejected.length} fall to ${rule} (${example?.text ?? ""})`,
    line: example?.line ?? null,
    source: null,
  };
}

/** A path that costs more was taken because its soft advantages are worth it to the policy. */
function preferenceReason({ byPath, kept, tied }: SearchResult, { base, chosen }: Flips, document: PolicyDocument): Reason[] {
  const { preferences } = base.context.facts;
  const least = Math.min(...Object.values(byPath).map(({ monthlyUsd }) => monthlyUsd));
  if (preferences === null || tied || kept.length > 0 || chosen.monthlyUsd <= least) return [];
  const budget = Math.round(preferences.budgetRatio * 1000) / 10;
  const text = `its soft advantages are worth the ${usd(chosen.monthlyUsd - least)} a month more: the policy pays up to ${budget} % for a perfect fit`;
  return [{ rule: "preferences", verdict: "info", text, line: document.lineOf("preferences"), source: null }];
}
