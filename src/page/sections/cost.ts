import type { PathBill } from "../../decide/outlook.ts";
import type { CostLine } from "../../decide/types.ts";
import { quantity, unitPrice, usd } from "../../report/money.ts";
import { pathWords, plural, sourceText } from "../../report/words.ts";
import { costChart, formulaOf, groupOf } from "../charts/bars.ts";
import { figure, folded, h, left, rawTable, right, section, tableOf } from "../dom.ts";
import { basisOf, type Place, type Shown } from "./shown.ts";

/** Bills of the paths: one bar each, and every line with its formula in the tables behind. */
export function costSection({ outlook, view, evaluation }: Shown, place: Place): HTMLElement | null {
  const { paths } = outlook;
  if (paths.length === 0) return null;
  const basis = basisOf(evaluation);
  return section(
    "cost",
    "What each path costs",
    h("p", { class: "lead" }, leadOf(paths)),
    place(costChart(paths, basis)),
    ...paths.map((bill) => folded(`${pathName(bill)}: ${plural(bill.lines.length, "cost line")}`, billTable(bill, basis))),
    folded(view.paths.title, tableOf(view.paths.table, "Paths compared")),
  );
}

function leadOf(paths: readonly PathBill[]): string {
  const [first, second] = [...paths].sort((a, b) => a.monthlyUsd - b.monthlyUsd);
  if (first === undefined) return "";
  const people = first.lines.filter((line) => groupOf(line) === "People").reduce((sum, line) => sum + (line.monthlyUsd ?? 0), 0);
  const share = people > 0 ? ` ${usd(people)} of it is people's time.` : "";
  if (second === undefined) return `The rules leave one path, ${pathName(first, false)}.${share}`;
  const more = usd(second.monthlyUsd - first.monthlyUsd);
  return `${pathName(first)} costs least; ${pathWords[second.path]} would cost ${more} a month more.${share}`;
}

function pathName({ path, models }: PathBill, isStart = true): string {
  const name = pathWords[path];
  return `${isStart ? name.charAt(0).toUpperCase() : name.charAt(0)}${name.slice(1)} (${models})`;
}

function billTable({ path, lines, monthlyUsd }: PathBill, basis: string): HTMLElement {
  const rows = lines.map((line) => [
    [line.label],
    [groupOf(line)],
    [`${quantity(line.quantity)} ${line.unit}`],
    [unitPrice(line.unitPriceUsd)],
    [costFigure(line)],
    [sourceText(line.source)],
  ]);
  const sum = figure(usd(monthlyUsd), { formula: `sum of ${plural(lines.length, "line")}, average month of the horizon`, source: basis });
  return rawTable(
    `Bill of the path ${pathWords[path]}`,
    [left("Cost line"), left("Kind"), right("Quantity"), right("Unit price"), right("Monthly"), left("Source")],
    [...rows, [[h("strong", {}, "Total")], [], [], [], [sum], []]],
  );
}

function costFigure(line: CostLine): HTMLElement {
  return figure(usd(line.monthlyUsd), { formula: `${line.label}\n${formulaOf(line)}`, source: sourceText(line.source) });
}
