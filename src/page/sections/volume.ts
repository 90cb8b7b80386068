import type { Evaluation } from "../../decide/evaluation-types.ts";
import type { VolumeCurve } from "../../decide/outlook.ts";
import type { WorkloadDecision } from "../../decide/types.ts";
import { quantity, usd, volume } from "../../report/money.ts";
import { pathWords, reachedWords, shortName, sideBeyond } from "../../report/words.ts";
import { volumeChart } from "../charts/curves.ts";
import { folded, h, left, rawTable, right, section, tableOf } from "../dom.ts";
import { basisOf, type Place, type Shown } from "./shown.ts";

/** Charts that stand open; of a longer policy the others are folded, those with the largest bills first. */
const OPEN_CHARTS = 3;

/** Cost against volume, one chart for each workload that can take both sides. */
export function volumeSection({ outlook, evaluation, view }: Shown, place: Place): HTMLElement | null {
  const curves = outlook.volumes.filter(({ points }) => points.some(({ api }) => api) && points.some(({ selfHost }) => selfHost));
  if (curves.length === 0) return null;
  const { workloads } = evaluation.decision;
  const several = workloads.length > 1;
  const basis = basisOf(evaluation);
  const billOf = ({ workload }: VolumeCurve) => workloads.find(({ name }) => name === workload)?.monthlyCostUsd?.expected ?? 0;
  const ranked = [...curves].sort((a, b) => billOf(b) - billOf(a));
  const charts = ranked.map((curve, index) => {
    const sides = { api: pathWords.api, own: isSplit(workloads, curve) ? "own servers with API overflow" : pathWords["self-host"] };
    const parts = [
      place(volumeChart(curve, sides, basis)),
      folded(`Figures of ${shortName(curve.workload)}`, curveTable(curve, sides.own)),
    ];
    if (several && index >= OPEN_CHARTS) return folded(`Cost against volume of ${shortName(curve.workload)}`, ...parts);
    return h("figure", {}, several ? h("figcaption", {}, shortName(curve.workload)) : null, ...parts);
  });
  const whole = several ? " Each chart moves one workload and shows the cost of the whole policy; the others stay as decided." : "";
  return section(
    "volume",
    "Where the break-even lies",
    breakEvenWords(evaluation),
    h("p", { class: "note" }, `Both axes are logarithmic; the shaded area is the 80% band.${whole}`),
    ...charts,
    variantsTable(evaluation),
    view.breakEvens.table.rows.length === 0 ? null : folded(view.breakEvens.title, tableOf(view.breakEvens.table, "Break-even volumes")),
  );
}

function isSplit(workloads: readonly WorkloadDecision[], { workload }: VolumeCurve): boolean {
  return workloads.find(({ name }) => name === workload)?.path === "hybrid";
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
          "none within 100×",
      ],
      [reachedOn ?? "-"],
    ]),
  );
  if (rows.length === 0) return null;
  const head = [left("Workload"), left("Against"), left("Crossings, requests a month"), left("Growth reaches the next one")];
  return folded("Every crossing, against each kind of API", rawTable("Every crossing", head, rows));
}

function breakEvenWords({ decision }: Evaluation): HTMLElement {
  const several = decision.workloads.length > 1;
  const sentences = decision.workloads.flatMap((workload) => {
    const sentence = sentenceOf(workload);
    return sentence === null ? [] : [several ? `${shortName(workload.name)}: ${sentence}` : upper(sentence)];
  });
  if (sentences.length === 0) return h("p", { class: "lead" }, "No volume within a hundredfold changes which side costs less.");
  if (sentences.length === 1) return h("p", { class: "lead" }, sentences[0] ?? "");
  return h("ul", { class: "lead" }, ...sentences.map((sentence) => h("li", {}, sentence)));
}

function sentenceOf({ breakEven, requestsPerMonth }: WorkloadDecision): string | null {
  if (breakEven === null) return null;
  const other = sideBeyond(breakEven, requestsPerMonth) === "self-host" ? "self-hosting" : "an API";
  const when = reachedWords(breakEven, requestsPerMonth);
  const reached =
    when === "passed"
      ? ""
      : breakEven.reachedOn === null
        ? "; growth does not reach it within 60 months"
        : `; growth reaches it in ${when}`;
  const isAbove = breakEven.requestsPerMonth > requestsPerMonth;
  const times = isAbove ? breakEven.requestsPerMonth / requestsPerMonth : requestsPerMonth / breakEven.requestsPerMonth;
  const far = `${quantity(Number(times.toPrecision(2)))} times ${isAbove ? "as many as today" : "as many today"} (${volume(requestsPerMonth)})`;
  return `${other} costs less ${isAbove ? "above" : "below"} ${volume(breakEven.requestsPerMonth)} requests a month; ${far}${reached}.`;
}

function upper(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** Every how many points of the curve the table shows one. */
const TABLE_STEP = 3;

function curveTable(curve: VolumeCurve, own: string): HTMLElement {
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
  const head = [right("Requests a month"), right("API"), right("80% band"), right(upper(own)), right("80% band")];
  return rawTable(`Cost against volume of ${curve.workload}`, head, [...rows, ...crossings]);
}
