import type { Decision } from "../decide/types.ts";
import type { Swing } from "../decide/why-types.ts";
import type { TitledTable } from "./build-up.ts";
import { percent, quantity, usd } from "./money.ts";
import { code, columns, type Line, line, strong } from "./spans.ts";
import { pathWords, shortName } from "./words.ts";

/** Swings that a comment shows; the rest stands in `explain` and on the page. */
const SHOWN = 3;

/** Every input moved alone to P10 and P90, the widest swing first. */
export function tornadoTable({ tornado }: Pick<Decision, "tornado">): TitledTable {
  const [widest] = tornado;
  const title = widest === undefined ? "" : `Widest swing: ${nameOf(widest)}, ${costs(widest)} a month`;
  return {
    title,
    table: {
      columns: columns("Input", "P10>", "P90>", "Cost at P10>", "Cost at P90>", "Flips to", "Chance>"),
      rows: tornado.map(cells),
    },
  };
}

/** The three widest swings, and only where they bear on the verdict: another path is within reach of one of them. */
export function decidingSwings(decision: Decision): TitledTable {
  const all = tornadoTable(decision);
  const matters = decision.tornado.some(({ flipRatio }) => flipRatio > 0);
  return { title: all.title, table: { ...all.table, rows: matters ? all.table.rows.slice(0, SHOWN) : [] } };
}

/** `Measure next: run vllm bench serve ...`, a command at its end as code to copy, or nothing. */
export function nextMeasurementLine({ nextMeasurement }: Pick<Decision, "nextMeasurement">): Line {
  if (nextMeasurement === null) return [];
  const command = nextMeasurement.indexOf(COMMAND);
  if (command < 0) return line(strong("Measure next:"), ` ${nextMeasurement}.`);
  return line(strong("Measure next:"), ` ${nextMeasurement.slice(0, command)}`, code(nextMeasurement.slice(command)));
}

/** How the command of a benchmark starts; see src/capacity/next-benchmark.ts. */
const COMMAND = "vllm bench serve --";

function cells(swing: Swing): readonly Line[] {
  return [
    line(nameOf(swing)),
    line(`${quantity(swing.low)} ${swing.unit}`),
    line(`${quantity(swing.high)} ${swing.unit}`),
    line(usd(swing.lowMonthlyUsd)),
    line(usd(swing.highMonthlyUsd)),
    line(swing.flipsTo === null ? "-" : pathWords[swing.flipsTo]),
    line(swing.flipRatio === 0 ? "-" : percent(swing.flipRatio)),
  ];
}

function nameOf({ input, workload }: Swing): string {
  return workload === null ? shortName(input) : `${shortName(input)} of ${shortName(workload)}`;
}

function costs({ lowMonthlyUsd, highMonthlyUsd }: Swing): string {
  const [least, most] = [Math.min(lowMonthlyUsd, highMonthlyUsd), Math.max(lowMonthlyUsd, highMonthlyUsd)];
  return `${usd(least)} to ${usd(most)}`;
}
