import { TARGET_UTILISATION_RATIO } from "../decide/defaults.ts";
import type { Outlook, PathBill, VolumeCurve } from "../decide/outlook.ts";
import type { CostLine, Evaluation, RejectedOption, Swing } from "../decide/types.ts";
import { percent, quantity, unitPrice, usd, volume } from "../report/money.ts";
import type { PolicyView } from "../report/view.ts";
import { pathWords, plural, reachedWords, servedBy, shortName, sourceText } from "../report/words.ts";
import {
  type Chart,
  costChart,
  fleetChart,
  formulaOf,
  groupOf,
  growthChart,
  type RuleCount,
  ruledOutChart,
  type SwingBar,
  tornadoChart,
  volumeChart,
} from "./charts.ts";
import { type Child, figure, folded, h, listOf, rawTable, tableOf } from "./dom.ts";

/** Everything that the page shows of one scenario. */
export interface Shown {
  readonly evaluation: Evaluation;
  readonly view: PolicyView;
  readonly outlook: Outlook;
}

/** Charts wait for their place to have a width; `main.ts` draws them again when it changes. */
export type Place = (chart: Chart) => HTMLElement;

function section(id: string, title: string, ...content: readonly Child[]): HTMLElement {
  return h("section", { id, "aria-labelledby": `${id}-title` }, h("h2", { id: `${id}-title` }, title), ...content);
}

const right = (title: string) => ({ title, right: true });
const left = (title: string) => ({ title, right: false });

/** Bills of the paths: one bar each, and every line with its formula in the tables behind. */
export function costSection({ outlook, view }: Shown, place: Place): HTMLElement | null {
  const { paths } = outlook;
  if (paths.length === 0) return null;
  const least = [...paths].sort((a, b) => a.monthlyUsd - b.monthlyUsd);
  const [first, second] = least;
  const lead =
    first === undefined || second === undefined
      ? "The rules leave one path."
      : `${pathName(first)} costs least; ${pathWords[second.path]} would cost ${usd(second.monthlyUsd - first.monthlyUsd)} a month more.`;
  return section(
    "cost",
    "What each path costs",
    h("p", { class: "lead" }, lead),
    place(costChart(paths)),
    ...paths.map((bill) => folded(`${pathName(bill)}: ${plural(bill.lines.length, "cost line")}`, billTable(bill))),
    folded(view.paths.title, tableOf(view.paths.table, "Paths compared")),
  );
}

function pathName({ path, models }: PathBill): string {
  const name = pathWords[path];
  return `${name.charAt(0).toUpperCase()}${name.slice(1)} (${models})`;
}

function billTable({ path, lines, monthlyUsd }: PathBill): HTMLElement {
  const rows = lines.map((line) => [
    [line.label],
    [groupOf(line)],
    [`${quantity(line.quantity)} ${line.unit}`],
    [unitPrice(line.unitPriceUsd)],
    [costFigure(line)],
    [sourceText(line.source)],
  ]);
  const sum = figure(usd(monthlyUsd), { formula: `sum of ${plural(lines.length, "line")}, average month of the horizon`, source: null });
  return rawTable(
    `Bill of the path ${pathWords[path]}`,
    [left("Cost line"), left("Kind"), right("Quantity"), right("Unit price"), right("Monthly"), left("Source")],
    [...rows, [[h("strong", {}, "Total")], [], [], [], [sum], []]],
  );
}

function costFigure(line: CostLine): HTMLElement {
  return figure(usd(line.monthlyUsd), { formula: formulaOf(line), source: sourceText(line.source) });
}

/** Cost against volume, one chart for each workload that can take both sides. */
export function volumeSection({ outlook, evaluation, view }: Shown, place: Place): HTMLElement | null {
  const curves = outlook.volumes.filter(({ points }) => points.some(({ api }) => api) && points.some(({ selfHost }) => selfHost));
  if (curves.length === 0) return null;
  const several = evaluation.decision.workloads.length > 1;
  const note = several
    ? "The cost of the whole policy; the other workloads stay as decided."
    : "Both axes are logarithmic; the shaded area is the 80% band.";
  return section(
    "volume",
    "Where the break-even lies",
    h("p", { class: "lead" }, breakEvenWords(evaluation)),
    ...curves.map((curve) =>
      h(
        "figure",
        {},
        several ? h("figcaption", {}, curve.workload) : null,
        place(volumeChart(curve)),
        folded(`Figures of ${curve.workload}`, curveTable(curve)),
      ),
    ),
    h("p", { class: "note" }, note),
    variantsTable(evaluation),
    view.breakEvens.table.rows.length === 0 ? null : folded(view.breakEvens.title, tableOf(view.breakEvens.table, "Break-even volumes")),
  );
}

const ROLES = { used: "the API in use", cheapest: "the least expensive API", dearest: "the most expensive API" } as const;

/** Every crossing against the API in use and against the ends of what the rules let through. */
function variantsTable({ decision }: Evaluation): HTMLElement | null {
  const rows = decision.workloads.flatMap(({ name, breakEvens }) =>
    breakEvens.map(({ role, versus, crossings, reachedOn }) => [
      [shortName(name)],
      [`${ROLES[role]}: `, h("code", {}, versus)],
      [
        crossings.map(({ requestsPerMonth, above }) => `${volume(requestsPerMonth)} (above: ${pathWords[above]})`).join(", ") ||
          "none within 100 x",
      ],
      [reachedOn ?? "-"],
    ]),
  );
  if (rows.length === 0) return null;
  const head = [left("Workload"), left("Against"), left("Crossings, requests a month"), left("Growth reaches the next one")];
  return folded("Every crossing, against each kind of API", rawTable("Every crossing", head, rows));
}

function breakEvenWords({ decision }: Evaluation): string {
  const sentences = decision.workloads.flatMap(({ name, breakEven, requestsPerMonth, path }) => {
    if (breakEven === null) return [];
    const other = pathWords[path === "api" ? "self-host" : "api"];
    const when = reachedWords(breakEven, requestsPerMonth);
    const reached =
      when === "passed" ? "" : breakEven.reachedOn === null ? ", which growth does not reach within 60 months" : `, reached in ${when}`;
    const beyond = breakEven.requestsPerMonth > requestsPerMonth ? "above" : "below";
    return [
      `${shortName(name)}: ${beyond} ${volume(breakEven.requestsPerMonth)} requests a month ${other} costs less (today ${volume(requestsPerMonth)})${reached}.`,
    ];
  });
  return sentences.length === 0 ? "No volume within a hundredfold changes which side costs less." : sentences.join(" ");
}

/** Every how many points of the curve the table shows one. */
const TABLE_STEP = 3;

function curveTable(curve: VolumeCurve): HTMLElement {
  const rows = curve.points
    .filter((_, index) => index % TABLE_STEP === 0)
    .map(({ requestsPerMonth, api, selfHost }) => [
      [volume(requestsPerMonth)],
      ...[api, selfHost].flatMap((band) => [
        [band === null ? "not feasible" : usd(band.expected)],
        [band === null ? "-" : `${usd(band.p10)} to ${usd(band.p90)}`],
      ]),
    ]);
  const crossings = curve.crossings.map(({ requestsPerMonth, monthlyUsd, to }) => [
    [h("strong", {}, volume(requestsPerMonth))],
    [h("strong", {}, usd(monthlyUsd))],
    [`from here ${pathWords[to]} costs less`],
    [],
    [],
  ]);
  const head = [right("Requests a month"), right("API"), right("80% band"), right("Self-host"), right("80% band")];
  return rawTable(`Cost against volume of ${curve.workload}`, head, [...rows, ...crossings]);
}

/** Cost by month, and the month in which the order of the paths changes. */
export function growthSection({ outlook, evaluation }: Shown, place: Place): HTMLElement | null {
  const { months, flip } = outlook;
  if (months.length < 2) return null;
  const words =
    flip === null
      ? `The order of the paths stays the same over ${plural(evaluation.horizonMonths, "month")}.`
      : `From ${flip.month} on ${pathWords[flip.to]} costs least, month by month.`;
  const paths = (["api", "self-host", "hybrid"] as const).filter((path) => months[0]?.usd[path] !== undefined);
  const rows = months.map(({ month, usd: by }) => [[month], ...paths.map((path) => [usd(by[path] ?? null)])]);
  return section(
    "growth",
    "How it grows",
    h("p", { class: "lead" }, words),
    place(growthChart(months, flip)),
    folded("Figures by month", rawTable("Cost by month", [left("Month"), ...paths.map((path) => right(pathWords[path]))], rows)),
  );
}

/** What moves the cost most, and which of it would change the decision. */
export function tornadoSection({ evaluation }: Shown, place: Place): HTMLElement | null {
  const { tornado, monthlyCostUsd, probabilityCheapest, nextMeasurement } = evaluation.decision;
  const [widest] = tornado;
  if (monthlyCostUsd === null || widest === undefined) return null;
  const bars: readonly SwingBar[] = tornado.map((swing) => ({
    label: swing.workload === null ? swing.input : `${swing.input}, ${swing.workload}`,
    low: swing.lowMonthlyUsd,
    high: swing.highMonthlyUsd,
    why: `${swing.input}: ${swingEnds(swing)}\n${usd(swing.lowMonthlyUsd)} to ${usd(swing.highMonthlyUsd)} a month, expected ${usd(monthlyCostUsd.expected)}`,
  }));
  const ends = [widest.lowMonthlyUsd, widest.highMonthlyUsd];
  const sure =
    probabilityCheapest === null ? "" : ` The chosen path is the least expensive in ${percent(probabilityCheapest)} of the draws.`;
  const rows = tornado.map((swing, index) => [
    [bars[index]?.label ?? ""],
    [swingEnds(swing)],
    [usd(swing.lowMonthlyUsd)],
    [usd(swing.highMonthlyUsd)],
    [swing.flipsTo === null ? "no" : pathWords[swing.flipsTo]],
  ]);
  const head = [left("Input"), left("P10 to P90"), right("At the low end"), right("At the high end"), left("Changes the path to")];
  return section(
    "tornado",
    "What matters most",
    h(
      "p",
      { class: "lead" },
      `What moves the cost most is ${bars[0]?.label ?? ""}: ${usd(Math.min(...ends))} to ${usd(Math.max(...ends))} a month.${sure}`,
    ),
    place(tornadoChart(bars, monthlyCostUsd.expected)),
    nextMeasurement === null ? null : h("p", { class: "lead" }, `Next: ${nextMeasurement}`),
    folded("Figures of each input", rawTable("What moves the cost", head, rows)),
  );
}

function swingEnds({ low, high, unit }: Swing): string {
  return `${quantity(low)} to ${quantity(high)}${unit === "" ? "" : ` ${unit}`}`;
}

/** Which requirement took out which options. */
export function ruledOutSection({ evaluation, view }: Shown, place: Place): HTMLElement | null {
  const { workloads } = evaluation.decision;
  const rejected = workloads.flatMap(({ name, rejected: list }) => list.map((option) => ({ ...option, workload: name })));
  if (rejected.length === 0) return null;
  const keyOf = ({ rule, verdict }: RejectedOption) => `${rule}|${verdict}`;
  const counts: readonly RuleCount[] = [...new Set(rejected.map(keyOf))]
    .map((key) => countOf(rejected.filter((option) => keyOf(option) === key)))
    .sort((a, b) => b.count - a.count);
  const rows = rejected.map(({ workload, option, rule, verdict, text, line }) => [
    [workload],
    [h("code", {}, option)],
    [rule],
    [verdict === "unknown" ? "not proven" : "fails"],
    [line === null ? text : `${text} (line ${line})`],
  ]);
  return section(
    "ruled-out",
    "What the requirements ruled out",
    h("p", { class: "lead" }, `${view.ruledOut.title}.`),
    place(ruledOutChart(counts)),
    folded("By requirement", listOf(view.ruledOut.items)),
    folded(
      `Each of them: ${plural(rejected.length, "option")}`,
      rawTable("Options ruled out", [left("Workload"), left("Option"), left("Requirement"), left("Verdict"), left("Because")], rows),
    ),
  );
}

/** Options that a bar's explanation names. */
const NAMED = 3;

function countOf(list: readonly (RejectedOption & { readonly workload: string })[]): RuleCount {
  const [first] = list;
  const verdict = first?.verdict === "unknown" ? "not proven" : "fails";
  const names = [...new Set(list.map(({ option }) => option))];
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
  const why = `${first?.rule}: ${plural(list.length, "option")}\n${first?.text ?? ""}\n${names.slice(0, NAMED).join(", ")}${more}`;
  return { rule: first?.rule ?? "", verdict, count: list.length, why };
}

/** The servers: how many, how full through the day, and the command that starts one. */
export function fleetSection({ evaluation, outlook, view }: Shown, place: Place): HTMLElement | null {
  const { fleets } = evaluation.decision;
  if (fleets.length === 0) return null;
  const parts = view.fleets.map((fleet, index) => {
    const day = outlook.days[index];
    const facts = fleets[index];
    return h(
      "figure",
      {},
      h("figcaption", {}, `${fleet.size}, ${fleets[index]?.model ?? ""}`),
      facts === undefined
        ? null
        : h(
            "p",
            { class: "lead" },
            `${percent(facts.utilisationRatio.mean)} of capacity in the mean hour, ${percent(facts.utilisationRatio.peak)} in the busiest minute.`,
          ),
      day === undefined ? null : place(fleetChart(day, TARGET_UTILISATION_RATIO)),
      folded("The plan", tableOf(fleet.table, fleet.size), h("pre", {}, fleet.command.join("\n"))),
      day === undefined
        ? null
        : folded(
            "Load by hour",
            rawTable(
              "Servers busy by hour of a weekday",
              [right("Hour"), right("Mean"), right("Worst minute")],
              day.hours.map(({ hour, mean, worstMinute }) => [[`${hour}:00`], [quantity(mean)], [quantity(worstMinute)]]),
            ),
          ),
    );
  });
  return section("fleet", "The servers through the day", ...parts);
}

/** Why, what must be met, what was assumed and where the figures come from. */
export function groundSections({ view, evaluation }: Shown): readonly (HTMLElement | null)[] {
  const sources = [...new Set(evaluation.decision.workloads.flatMap(({ costLines }) => costLines.map(({ source }) => source)))].sort();
  const { provenance } = view;
  const lists: readonly (readonly [string, string, Child])[] = [
    ["why", "Why", listOf(view.reasons)],
    ["conditions", "Conditions to meet", listOf(view.conditions)],
  ];
  return [
    ...lists.map(([id, title, list]) => (list === null ? null : section(id, title, list))),
    section(
      "sources",
      "Sources",
      folded(view.assumptions.title, tableOf(view.assumptions.table, "Assumptions")),
      folded(
        plural(sources.length, "source of prices", "sources of prices"),
        h("ul", {}, ...sources.map((source) => h("li", {}, sourceText(source)))),
      ),
      h(
        "p",
        { class: "note" },
        `Breakeven ${provenance.engineVersion}, catalog ${provenance.catalogVersion}, prices as of ${provenance.asOf}`,
        provenance.oldestPrice === null ? "" : `, ${provenance.oldestPrice}`,
        `, input ${provenance.inputHash}.`,
      ),
    ),
  ];
}

/** What serves each workload, in words: `support-bot: gpt-5.4-mini (openai)`. */
export function servingLines({ decision }: Evaluation): readonly string[] {
  return decision.workloads.map(({ name, option }) => `${shortName(name)}: ${servedBy(option)}`);
}
