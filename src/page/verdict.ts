import { DRAWS } from "../decide/draws.ts";
import type { Evaluation } from "../decide/evaluation-types.ts";
import type { Band, Decision, Path, WorkloadDecision } from "../decide/types.ts";
import { change, percent, quantity, usd } from "../report/money.ts";
import type { PolicyView } from "../report/view.ts";
import { causeLine } from "../report/why.ts";
import { bestWord, pathWords, plural, servedBy, shortName } from "../report/words.ts";
import { figure, folded, h, listOf, nodesOf } from "./dom.ts";
import type { Live } from "./live.ts";
import { needsWords } from "./sections/conflict.ts";
import { basisOf } from "./sections/shown.ts";
import { chip } from "./sections/workloads.ts";
import { tippingsOf } from "./tipping.ts";

const HEADLINES: Readonly<Record<Path, string>> = {
  api: "Use an API",
  "self-host": "Run open-weight models on your own GPUs",
  hybrid: "Use both: an API and your own GPUs",
  none: "Nothing satisfies every requirement",
};

/** Workloads and changes that a card names; sections below have the rest. */
const NAMED = 4;
/** Notes that stand open; more of them are folded. */
const OPEN_NOTES = 2;

interface Answer {
  readonly evaluation: Evaluation;
  readonly view: PolicyView;
}

/** The answer to read first: what is recommended, what it costs, what would change it. */
export function verdictBlock({ evaluation, view }: Answer): HTMLElement {
  const { decision } = evaluation;
  return h(
    "section",
    { id: "verdict", "aria-labelledby": "verdict-title" },
    h("p", { class: "policy" }, `${view.name} · ${view.file} · prices as of ${evaluation.asOf}`),
    h("h1", { id: "verdict-title", "data-path": decision.path }, HEADLINES[decision.path]),
    ...changeLines(evaluation),
    view.gates.length === 0 ? null : h("div", { class: "gates" }, listOf(view.gates)),
    h(
      "div",
      { class: "cards" },
      card("Recommended", ...recommended(evaluation, view)),
      card("What it costs", ...(decision.monthlyCostUsd === null ? noCost(decision) : costs(decision.monthlyCostUsd, evaluation))),
      card("What would change it", ...changes(evaluation, view)),
    ),
    notes(view),
  );
}

function card(title: string, ...content: readonly (HTMLElement | null)[]): HTMLElement {
  return h("div", { class: "card" }, h("h2", {}, title), ...content);
}

/** What the pull request changes, and why; nothing where there is no base. */
function changeLines({ base, delta }: Evaluation): readonly HTMLElement[] {
  if (base === null || delta === null) return [];
  const { path, monthlyCostUsd } = base.decision;
  const at = monthlyCostUsd === null ? "" : ` at ${usd(monthlyCostUsd.expected)} a month`;
  return [h("p", { class: "lead change" }, `Was ${pathWords[path]}${at} on the base branch. `, ...nodesOf(causeLine(delta.cause)))];
}

function notes({ findings }: PolicyView): HTMLElement | null {
  const list = listOf(findings);
  if (list === null) return null;
  const inside = findings.length <= OPEN_NOTES ? list : folded(`${findings.length} notes on these figures`, list);
  return h("div", { class: "notes" }, inside);
}

function recommended({ decision }: Evaluation, view: PolicyView): readonly HTMLElement[] {
  const { workloads } = decision;
  const ranked = [...workloads].sort((a, b) => (b.monthlyCostUsd?.expected ?? 0) - (a.monthlyCostUsd?.expected ?? 0));
  const more = workloads.length - NAMED;
  return [
    h("ul", { class: "serving" }, ...ranked.slice(0, NAMED).map((workload) => serving(workload, workloads.length > 1))),
    ...(more > 0 ? [h("p", { class: "note" }, `and ${plural(more, "more workload")}, below`)] : []),
    ...(view.confidence === "" ? [] : [h("p", { class: "note" }, view.confidence)]),
  ];
}

function serving(workload: WorkloadDecision, several: boolean): HTMLElement {
  const { name, path, option, split, monthlyCostUsd } = workload;
  const amount = several && monthlyCostUsd !== null ? h("span", { class: "aside" }, usd(monthlyCostUsd.expected)) : null;
  return h(
    "li",
    {},
    h("div", { class: "who" }, h("strong", {}, shortName(name)), chip(path), amount),
    h("div", {}, servedBy(option, split)),
  );
}

function noCost({ workloads }: Decision): readonly HTMLElement[] {
  const ways = workloads.flatMap(({ relaxations }) => relaxations).sort((a, b) => a.monthlyUsd - b.monthlyUsd);
  const [least] = ways;
  const text =
    least === undefined
      ? "Nothing is chosen, so nothing is priced."
      : `Nothing is chosen. The least expensive way out costs ${usd(least.monthlyUsd)} a month.`;
  return [h("p", {}, text)];
}

function changes(evaluation: Evaluation, view: PolicyView): readonly HTMLElement[] {
  const { decision } = evaluation;
  if (decision.path === "none") return waysOut(decision);
  const several = decision.workloads.length > 1;
  const tippings = tippingsOf(evaluation);
  const items = tippings
    .slice(0, NAMED)
    .map(({ workload, when, flipsTo, reachedOn }) =>
      h(
        "li",
        {},
        ...(several ? [h("strong", {}, `${workload}: `)] : []),
        when,
        h("span", { class: "then" }, ` → ${flipsTo}`),
        reachedOn === null ? "" : `, by ${reachedOn}`,
      ),
    );
  const near = view.nearMisses.map((line) => h("li", {}, ...nodesOf(line)));
  const more = tippings.length > NAMED ? [h("p", { class: "note" }, `and ${tippings.length - NAMED} more under What matters most`)] : [];
  if (items.length + near.length === 0) return [h("p", {}, nothingFlips(decision))];
  return [
    ...(items.length === 0 ? [h("p", {}, nothingFlips(decision))] : [h("ul", {}, ...items), ...more]),
    ...(near.length === 0 ? [] : [h("p", { class: "note" }, "Less expensive, but for one rule:"), h("ul", {}, ...near)]),
  ];
}

function waysOut({ workloads }: Decision): readonly HTMLElement[] {
  const items = workloads.flatMap(({ name, relaxations, conflict }) =>
    relaxations.length > 0
      ? relaxations
          .slice(0, NAMED)
          .map((way) => `${workloads.length > 1 ? `${shortName(name)}: ` : ""}give up ${needsWords(way)}: ${usd(way.monthlyUsd)} a month`)
      : conflict === null
        ? []
        : [`${workloads.length > 1 ? `${shortName(name)}: ` : ""}${conflict.text}`],
  );
  const list = items.length === 0 ? ["Another requirement, provider or region: no single one that can be dropped opens an option."] : items;
  return [h("ul", {}, ...list.map((text) => h("li", {}, text)))];
}

/** `API, $1,441 a month`: the answer while a slider moves. */
export function liveWords({ path, monthlyUsd }: Live): string {
  return monthlyUsd === null ? HEADLINES.none : `${pathWords[path]}, ${usd(monthlyUsd)} a month`;
}

/** Writes a live answer into the block that stands there, until the whole is worked out. */
export function showLive(block: HTMLElement, { path, monthlyUsd }: Live): void {
  const title = block.querySelector("h1");
  title?.replaceChildren(HEADLINES[path]);
  title?.setAttribute("data-path", path);
  const amount = block.querySelector("#amount");
  if (monthlyUsd === null || amount === null) return;
  amount.setAttribute("data-usd", monthlyUsd.toFixed(2));
  amount.querySelector(".figure")?.replaceChildren(usd(monthlyUsd));
}

function nothingFlips({ confidence }: Decision): string {
  if (confidence === "forced") return "Only a requirement: the rules leave one path, so no price or volume can.";
  return "Nothing near: no single change of volume, price, throughput or hourly rate within a factor of ten.";
}

function costs(monthly: Band, evaluation: Evaluation): readonly (HTMLElement | null)[] {
  const { decision, horizonMonths } = evaluation;
  const lines = decision.workloads.flatMap(({ costLines }) => costLines);
  const basis = basisOf(evaluation);
  const amount = figure(usd(monthly.expected), {
    formula: `sum of ${plural(lines.length, "cost line")} of ${plural(decision.workloads.length, "workload")}, average of ${plural(horizonMonths, "month")}`,
    source: basis,
  });
  const band = figure(`${usd(monthly.p10)} to ${usd(monthly.p90)}`, {
    formula: `P10 to P90 of ${quantity(DRAWS)} draws: declared ranges, error of the capacity model, people's hours`,
    source: "declared in the policy, measured by the benchmark of the capacity model",
  });
  return [
    h("p", { class: "amount", id: "amount", "data-usd": monthly.expected.toFixed(2) }, amount, " a month"),
    h("p", {}, "80% band ", band),
    peopleLine(lines, basis),
    growthLine(evaluation, basis),
    deltaLine(evaluation, basis),
    nextPath(decision, basis),
  ];
}

/** What will stand on invoices and what is people's time: the two are paid from different pockets. */
function peopleLine(lines: readonly WorkloadDecision["costLines"][number][], basis: string): HTMLElement | null {
  const people = lines.filter(({ unit }) => unit === "engineer-hour");
  if (people.length === 0) return null;
  const usdOf = (list: typeof lines) => list.reduce((sum, { monthlyUsd }) => sum + (monthlyUsd ?? 0), 0);
  const hours = people.reduce((sum, { quantity: count }) => sum + count, 0);
  const invoices = lines.length - people.length;
  return h(
    "p",
    {},
    "Invoices ",
    figure(usd(usdOf(lines) - usdOf(people)), { formula: `sum of the ${invoices} cost lines that are no people's time`, source: basis }),
    ", people's time ",
    figure(usd(usdOf(people)), {
      formula: `${quantity(hours)} engineer hours a month, set-up spread over the horizon`,
      source: people[0]?.source ?? null,
    }),
  );
}

function growthLine({ decision: { firstMonthUsd, lastMonthUsd } }: Evaluation, basis: string): HTMLElement | null {
  if (firstMonthUsd === null || lastMonthUsd === null || usd(firstMonthUsd) === usd(lastMonthUsd)) return null;
  const why = (which: string) => ({ formula: `the ${which} month of the horizon, at its own volume, tokens and instances`, source: basis });
  return h("p", {}, "First month ", figure(usd(firstMonthUsd), why("first")), ", last ", figure(usd(lastMonthUsd), why("last")));
}

function deltaLine({ base, delta }: Evaluation, basis: string): HTMLElement | null {
  if (delta === null || base === null) return null;
  const before = base.decision.monthlyCostUsd?.expected ?? null;
  const formula = `this policy − the base branch's${before === null ? "" : ` ${usd(before)}`}, both with the same catalog on the same date`;
  return h("p", {}, "Against the base branch ", figure(change(delta.deltaMonthlyUsd, before), { formula, source: basis }));
}

function nextPath(decision: Decision, basis: string): HTMLElement | null {
  const { path: chosen, paths, monthlyCostUsd, probabilityCheapest } = decision;
  const rivals = paths.flatMap(({ path, monthlyCostUsd: band }) =>
    path === chosen || band === null ? [] : [{ path, usd: band.expected }],
  );
  const [next] = rivals.sort((a, b) => a.usd - b.usd);
  if (next === undefined || monthlyCostUsd === null) return null;
  const more = change(next.usd - monthlyCostUsd.expected, monthlyCostUsd.expected);
  const sure =
    probabilityCheapest === null ? "" : `\nthe chosen path is ${bestWord(decision)} in ${percent(probabilityCheapest)} of the draws`;
  const name = pathWords[next.path];
  const formula = `the least expensive plan of the path ${name}, all costs included${sure}`;
  return h("p", { class: "note" }, `Next best path, ${name}: `, figure(usd(next.usd), { formula, source: basis }), `, ${more}`);
}
