import { DRAWS } from "../../decide/draws.ts";
import type { Swing } from "../../decide/why-types.ts";
import { percent, quantity, usd } from "../../report/money.ts";
import { bestWord, pathWords, shortName } from "../../report/words.ts";
import { type SwingBar, tornadoChart } from "../charts/bars.ts";
import { folded, h, left, rawTable, right, section } from "../dom.ts";
import { tippingsOf } from "../tipping.ts";
import { whyText } from "../why.ts";
import { basisOf, type Place, type Shown } from "./shown.ts";

/** What moves the cost most, and which of it would change the decision. */
export function tornadoSection({ evaluation }: Shown, place: Place): HTMLElement | null {
  const { tornado, monthlyCostUsd, probabilityCheapest, nextMeasurement } = evaluation.decision;
  const [widest] = tornado;
  if (monthlyCostUsd === null || widest === undefined) return null;
  const { expected } = monthlyCostUsd;
  const bars: readonly SwingBar[] = tornado.map((swing) => {
    const label = swing.workload === null ? swing.input : `${swing.input}, ${shortName(swing.workload)}`;
    return { label, low: swing.lowMonthlyUsd, high: swing.highMonthlyUsd, why: whyOf(swing, label, expected, basisOf(evaluation)) };
  });
  const ends = [widest.lowMonthlyUsd, widest.highMonthlyUsd];
  const sure =
    probabilityCheapest === null
      ? ""
      : ` The chosen path is ${bestWord(evaluation.decision)} in ${percent(probabilityCheapest)} of ${quantity(DRAWS)} draws.`;
  const rows = tornado.map((swing, index) => [
    [bars[index]?.label ?? ""],
    [swingEnds(swing)],
    [usd(swing.lowMonthlyUsd)],
    [usd(swing.highMonthlyUsd)],
    [swing.flipsTo === null ? "no" : pathWords[swing.flipsTo]],
  ]);
  const head = [left("Input"), left("P10 to P90"), right("At the low end"), right("At the high end"), left("Changes the path to")];
  const tipping = tippingsOf(evaluation).map(({ workload, when, flipsTo, reachedOn }) => [
    [workload],
    [when],
    [flipsTo],
    [reachedOn ?? "-"],
  ]);
  return section(
    "tornado",
    "What matters most",
    h(
      "p",
      { class: "lead" },
      `What moves the cost most: ${bars[0]?.label ?? ""}, ${usd(Math.min(...ends))} to ${usd(Math.max(...ends))} a month.${sure}`,
    ),
    place(tornadoChart(bars, expected)),
    nextMeasurement === null ? null : h("p", { class: "lead" }, h("strong", {}, "Measure next: "), nextMeasurement),
    folded("Figures of each input", rawTable("What moves the cost", head, rows)),
    tipping.length === 0
      ? null
      : folded(
          "Every single change that flips the path",
          rawTable("Tipping points", [left("Workload"), left("Changes when"), left("Then"), left("Growth reaches it")], tipping),
        ),
  );
}

function whyOf(swing: Swing, label: string, expected: number, basis: string): string {
  const { lowMonthlyUsd: low, highMonthlyUsd: high, flipsTo } = swing;
  const flips = flipsTo === null ? [] : [`at one end ${pathWords[flipsTo]} would be recommended`];
  const formula = [
    `${label}: ${swingEnds(swing)}`,
    `${usd(Math.min(low, high))} to ${usd(Math.max(low, high))} a month, expected ${usd(expected)}`,
    "the chosen path priced again with this input alone at its P10 and P90",
    ...flips,
  ].join("\n");
  return whyText({ formula, source: basis });
}

function swingEnds({ low, high, unit }: Swing): string {
  return `${quantity(low)} to ${quantity(high)}${unit === "" ? "" : ` ${unit}`}`;
}
