import type { Evaluation } from "../../decide/evaluation-types.ts";
import type { Outlook } from "../../decide/outlook.ts";
import { change, usd } from "../../report/money.ts";
import { pathWords, plural } from "../../report/words.ts";
import { growthChart } from "../charts/curves.ts";
import { folded, h, left, rawTable, right, section } from "../dom.ts";
import { basisOf, type Place, type Shown } from "./shown.ts";

/** Cost by month, and the month in which the order of the paths changes. */
export function growthSection({ outlook, evaluation }: Shown, place: Place): HTMLElement | null {
  const { months, flip } = outlook;
  if (months.length < 2) return null;
  const paths = (["api", "self-host", "hybrid"] as const).filter((path) => months[0]?.usd[path] !== undefined);
  const rows = months.map(({ month, usd: by }) => [[month], ...paths.map((path) => [usd(by[path] ?? null)])]);
  return section(
    "growth",
    "How it grows",
    h("p", { class: "lead" }, wordsOf(outlook, evaluation, paths.length)),
    place(growthChart(months, flip, basisOf(evaluation))),
    folded("Figures by month", rawTable("Cost by month", [left("Month"), ...paths.map((path) => right(pathWords[path]))], rows)),
  );
}

function wordsOf({ flip }: Outlook, { decision, horizonMonths }: Evaluation, paths: number): string {
  const { firstMonthUsd: first, lastMonthUsd: last } = decision;
  const own =
    first === null || last === null || usd(first) === usd(last)
      ? `The cost stays the same over ${plural(horizonMonths, "month")}.`
      : `From ${usd(first)} in the first month to ${usd(last)} in the last of ${horizonMonths}, ${change(last - first, first)}.`;
  if (flip !== null) return `${own} From ${flip.month} on ${pathWords[flip.to]} costs least, month by month.`;
  return paths > 1 ? `${own} The order of the paths does not change.` : own;
}
