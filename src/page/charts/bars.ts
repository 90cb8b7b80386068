import * as Plot from "@observablehq/plot";
import type { PathBill } from "../../decide/outlook.ts";
import type { CostLine } from "../../decide/types.ts";
import { quantity, unitPrice, usd } from "../../report/money.ts";
import { pathWords, plural, sourceText } from "../../report/words.ts";
import { whyText } from "../why.ts";
import { axisUsd, BASE, type Chart, MARK, NARROW_PX, rowLayout } from "./frame.ts";

/** Kinds of cost that a bar is stacked from. */
const GROUPS = ["Tokens", "GPU instances", "Platform", "People"] as const;
type Group = (typeof GROUPS)[number];
const GROUP_COLORS = { domain: [...GROUPS], range: ["var(--tokens)", "var(--gpu)", "var(--platform)", "var(--people)"] };

/** Which of the four kinds a cost line belongs to. */
export function groupOf(line: CostLine): Group {
  if (line.unit === "engineer-hour") return "People";
  if (line.id === "gpu-instances") return "GPU instances";
  return line.unit === "million tokens" ? "Tokens" : "Platform";
}

/** `1,217 million tokens × $0.40 = $487 a month`: how a line's amount came about. */
export function formulaOf({ quantity: count, unit, unitPriceUsd, monthlyUsd }: CostLine): string {
  return `${quantity(count)} ${unit} × ${unitPrice(unitPriceUsd)} = ${usd(monthlyUsd)} a month`;
}

/** Bills of the paths as stacked bars, one segment for each cost line; `basis` says where prices come from. */
export function costChart(bills: readonly PathBill[], basis: string): Chart {
  const segments = bills.flatMap(({ path, lines }) =>
    [...lines]
      .sort((a, b) => GROUPS.indexOf(groupOf(a)) - GROUPS.indexOf(groupOf(b)))
      .map((line) => ({
        path: pathWords[path],
        usd: line.monthlyUsd ?? 0,
        group: groupOf(line),
        why: whyText({ formula: `${pathWords[path]}: ${line.label}\n${formulaOf(line)}`, source: sourceText(line.source) }),
      })),
  );
  const totals = bills.map(({ path, models, lines, monthlyUsd }) => ({
    path: pathWords[path],
    usd: lines.reduce((sum, line) => sum + (line.monthlyUsd ?? 0), 0),
    text: usd(monthlyUsd),
    why: whyText({
      formula: `${pathWords[path]}: ${usd(monthlyUsd)} a month\nsum of ${plural(lines.length, "cost line")}, served by ${models}`,
      source: basis,
    }),
  }));
  return (width) =>
    Plot.plot({
      ...BASE,
      width,
      height: 44 + bills.length * 46,
      marginTop: 8,
      marginLeft: 74,
      marginRight: 78,
      ariaLabel: "Monthly cost of each path by kind of cost",
      color: { ...GROUP_COLORS, legend: true },
      x: { label: null, grid: true, tickFormat: axisUsd, ticks: width < NARROW_PX ? 4 : 8 },
      y: { label: null, domain: bills.map(({ path }) => pathWords[path]), tickSize: 0, padding: 0.25 },
      marks: [
        Plot.barX(segments, {
          x: "usd",
          y: "path",
          fill: "group",
          ariaLabel: "why",
          className: MARK,
          stroke: "var(--paper)",
          strokeWidth: 1,
        }),
        Plot.text(totals, {
          x: "usd",
          y: "path",
          text: "text",
          ariaLabel: "why",
          className: MARK,
          textAnchor: "start",
          dx: 6,
          fontWeight: 600,
        }),
      ],
    });
}

/** One bar of the tornado: cost of the decision with one input at each end. */
export interface SwingBar {
  readonly label: string;
  readonly low: number;
  readonly high: number;
  readonly why: string;
}

/** What moves the cost most, widest first; the line is the expected cost. */
export function tornadoChart(swings: readonly SwingBar[], expected: number): Chart {
  const names = swings.map(({ label }) => label);
  return (width) => {
    const { marginLeft, rowHeight, insetTop, tickFormat, labels } = rowLayout(names, width);
    return Plot.plot({
      ...BASE,
      width,
      height: 62 + swings.length * rowHeight,
      marginLeft,
      marginTop: 26,
      marginRight: 24,
      ariaLabel: "Change of the monthly cost when one input moves",
      x: { label: null, grid: true, tickFormat: axisUsd, ticks: width < NARROW_PX ? 3 : 6 },
      y: { label: null, domain: names, tickFormat, tickSize: 0, padding: 0.25 },
      marks: [
        Plot.barX(swings, { x1: "low", x2: "high", y: "label", fill: "var(--own)", insetTop, ariaLabel: "why", className: MARK }),
        ...labels,
        Plot.ruleX([expected], { stroke: "currentColor", strokeWidth: 1.5 }),
        Plot.text([expected], {
          x: (value: number) => value,
          text: (value: number) => `expected ${usd(value)}`,
          frameAnchor: "top",
          dy: -14,
        }),
      ],
    });
  };
}

/** How many options each requirement took out. */
export interface RuleCount {
  /** The requirement in words. */
  readonly title: string;
  readonly verdict: string;
  readonly count: number;
  readonly why: string;
}

/** Requirements and the options that they ruled out. */
export function ruledOutChart(counts: readonly RuleCount[]): Chart {
  const titles = [...new Set(counts.map(({ title }) => title))];
  const most = Math.max(...counts.map(({ count }) => count));
  const verdicts = ["fails", "not proven"].filter((verdict) => counts.some((count) => count.verdict === verdict));
  const colors: Readonly<Record<string, string>> = { fails: "var(--own)", "not proven": "var(--platform)" };
  return (width) => {
    const { marginLeft, rowHeight, insetTop, tickFormat, labels } = rowLayout(titles, width);
    return Plot.plot({
      ...BASE,
      width,
      height: 40 + titles.length * rowHeight,
      marginTop: 8,
      marginLeft,
      marginRight: 40,
      ariaLabel: "Options that each requirement ruled out",
      color: { domain: verdicts, range: verdicts.map((verdict) => colors[verdict]), legend: verdicts.length > 1 },
      x: { label: null, grid: true, ticks: Math.min(5, most), tickFormat: "d" },
      y: { label: null, domain: titles, tickFormat, tickSize: 0, padding: 0.25 },
      marks: [Plot.barX(counts, { x: "count", y: "title", fill: "verdict", insetTop, ariaLabel: "why", className: MARK }), ...labels],
    });
  };
}
