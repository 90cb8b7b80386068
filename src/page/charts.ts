import * as Plot from "@observablehq/plot";
import type { FleetDay, MonthCost, Outlook, PathBill, VolumeCurve } from "../decide/outlook.ts";
import type { CostLine } from "../decide/types.ts";
import { quantity, unitPrice, usd, volume } from "../report/money.ts";
import { pathWords, plural, sourceText } from "../report/words.ts";

/** A picture drawn for a width in pixels. */
export type Chart = (width: number) => HTMLElement | SVGElement;

const WORDS = pathWords;
const PATH_COLORS = { domain: [WORDS.api, WORDS["self-host"], WORDS.hybrid], range: ["var(--api)", "var(--own)", "var(--hybrid)"] };
/** Below this width axes get fewer ticks. */
const NARROW_PX = 480;

/** Colours of the paths that a chart holds, so that its legend names no other. */
function colorsOf(paths: readonly string[]) {
  const shown = PATH_COLORS.domain.flatMap((name, index) => (paths.includes(name) ? [index] : []));
  return { domain: shown.map((index) => PATH_COLORS.domain[index]), range: shown.map((index) => PATH_COLORS.range[index]), legend: true };
}

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

/** `1,217 million tokens x $0.40 = $487`: how a line's amount came about. */
export function formulaOf({ quantity: count, unit, unitPriceUsd, monthlyUsd }: CostLine): string {
  return `${quantity(count)} ${unit} × ${unitPrice(unitPriceUsd)} = ${usd(monthlyUsd)} a month`;
}

/** Money on an axis: $0, $500, $2k, $1.5M. */
function axisUsd(value: number): string {
  if (value >= 1e9) return `$${Number((value / 1e9).toPrecision(3))}B`;
  if (value >= 1e6) return `$${Number((value / 1e6).toPrecision(3))}M`;
  return value >= 1e3 ? `$${Number((value / 1e3).toPrecision(3))}k` : `$${Number(value.toPrecision(3))}`;
}

function axisCount(value: number): string {
  return axisUsd(value).slice(1);
}

const BASE = { style: { background: "transparent", color: "inherit", fontSize: "13px", overflow: "visible" } } as const;

/** Bills of the paths as stacked bars, one segment for each cost line. */
export function costChart(bills: readonly PathBill[]): Chart {
  const segments = bills.flatMap(({ path, lines }) =>
    [...lines]
      .sort((a, b) => GROUPS.indexOf(groupOf(a)) - GROUPS.indexOf(groupOf(b)))
      .map((line) => ({
        path: WORDS[path],
        usd: line.monthlyUsd ?? 0,
        group: groupOf(line),
        why: `${line.label}\n${formulaOf(line)}\n${sourceText(line.source)}`,
      })),
  );
  const totals = bills.map(({ path, lines }) => ({ path: WORDS[path], usd: lines.reduce((sum, line) => sum + (line.monthlyUsd ?? 0), 0) }));
  return (width) =>
    Plot.plot({
      ...BASE,
      width,
      height: 70 + bills.length * 52,
      marginLeft: 74,
      marginRight: 64,
      ariaLabel: "Monthly cost of each path by kind of cost",
      color: { ...GROUP_COLORS, legend: true },
      x: { label: null, grid: true, tickFormat: axisUsd, ticks: width < NARROW_PX ? 4 : 8 },
      y: { label: null, domain: bills.map(({ path }) => WORDS[path]) },
      marks: [
        Plot.barX(segments, {
          x: "usd",
          y: "path",
          fill: "group",
          title: "why",
          tip: { lineWidth: 30 },
          stroke: "var(--paper)",
          strokeWidth: 1,
        }),
        Plot.text(totals, {
          x: "usd",
          y: "path",
          text: (row: { usd: number }) => usd(row.usd),
          textAnchor: "start",
          dx: 6,
          fontWeight: 600,
        }),
      ],
    });
}

interface CurvePoint {
  readonly requests: number;
  readonly side: string;
  readonly usd: number;
  readonly p10: number;
  readonly p90: number;
}

/** Cost against one workload's volume: both sides with their bands, today, and every crossing. */
export function volumeChart(curve: VolumeCurve): Chart {
  const points = curve.points.flatMap(({ requestsPerMonth: requests, api, selfHost }): CurvePoint[] => [
    ...(api === null ? [] : [{ requests, side: WORDS.api, usd: api.expected, p10: api.p10, p90: api.p90 }]),
    ...(selfHost === null ? [] : [{ requests, side: WORDS["self-host"], usd: selfHost.expected, p10: selfHost.p10, p90: selfHost.p90 }]),
  ]);
  const today = [{ requests: curve.requestsPerMonth, text: "today" }];
  return (width) =>
    Plot.plot({
      ...BASE,
      width,
      height: 320,
      marginLeft: 58,
      marginBottom: 46,
      ariaLabel: `Monthly cost against requests a month of ${curve.workload}`,
      color: colorsOf(points.map(({ side }) => side)),
      x: { type: "log", label: "requests a month", tickFormat: axisCount, ticks: width < NARROW_PX ? 3 : 6 },
      y: { type: "log", label: "USD a month", tickFormat: axisUsd, grid: true, ticks: 5 },
      marks: [
        Plot.areaY(points, {
          x: "requests",
          y1: (d: CurvePoint) => Math.max(1, d.p10),
          y2: "p90",
          z: "side",
          fill: "side",
          fillOpacity: 0.16,
        }),
        Plot.lineY(points, { x: "requests", y: "usd", z: "side", stroke: "side", strokeWidth: 2.5 }),
        Plot.ruleX(today, { x: "requests", stroke: "currentColor", strokeDasharray: "3 3" }),
        Plot.text(today, { x: "requests", text: "text", frameAnchor: "top", dx: 4, dy: -12, textAnchor: "start" }),
        Plot.dot(curve.crossings, {
          x: "requestsPerMonth",
          y: "monthlyUsd",
          r: 5,
          fill: "var(--paper)",
          stroke: "currentColor",
          strokeWidth: 2,
        }),
        Plot.text(curve.crossings, {
          x: "requestsPerMonth",
          y: "monthlyUsd",
          text: (d: VolumeCurve["crossings"][number]) => `${volume(d.requestsPerMonth)}`,
          dy: -14,
          fontWeight: 600,
          stroke: "var(--paper)",
          strokeWidth: 4,
          fill: "currentColor",
        }),
        Plot.tip(
          points,
          Plot.pointer({
            x: "requests",
            y: "usd",
            title: (d: CurvePoint) =>
              `${d.side} at ${volume(d.requests)} requests a month\n${usd(d.usd)} a month, 80% band ${usd(d.p10)} to ${usd(d.p90)}`,
          }),
        ),
      ],
    });
}

/** Cost of each path by month, with the month in which the order changes. */
export function growthChart(months: readonly MonthCost[], flip: Outlook["flip"]): Chart {
  const points = months.flatMap(({ month, usd: by }) =>
    (["api", "self-host", "hybrid"] as const).flatMap((path) => {
      const value = by[path];
      return value === undefined ? [] : [{ month: dayOf(month), label: month, path: WORDS[path], usd: value }];
    }),
  );
  type Point = (typeof points)[number];
  const flips = flip === null ? [] : [{ month: dayOf(flip.month), text: `${flip.month}: ${WORDS[flip.to]} from here` }];
  return (width) =>
    Plot.plot({
      ...BASE,
      width,
      height: 280,
      marginLeft: 58,
      ariaLabel: "Monthly cost of each path over the horizon",
      color: colorsOf(points.map(({ path }) => path)),
      x: { type: "utc", label: null, ticks: width < NARROW_PX ? 4 : 8 },
      y: { label: "USD a month", zero: true, grid: true, tickFormat: axisUsd, ticks: 5 },
      marks: [
        Plot.lineY(points, { x: "month", y: "usd", stroke: "path", strokeWidth: 2.5, curve: "step-after" }),
        Plot.ruleX(flips, { x: "month", stroke: "currentColor", strokeDasharray: "3 3" }),
        Plot.text(flips, { x: "month", text: "text", frameAnchor: "top", dy: -12, textAnchor: "start", dx: 4 }),
        Plot.tip(points, Plot.pointer({ x: "month", y: "usd", title: (d: Point) => `${d.path} in ${d.label}\n${usd(d.usd)}` })),
      ],
    });
}

function dayOf(month: string): Date {
  return new Date(`${month}-01T00:00:00Z`);
}

/** One bar of the tornado: cost of the decision with one input at each end. */
export interface SwingBar {
  readonly label: string;
  readonly low: number;
  readonly high: number;
  readonly why: string;
}

/** What moves the cost most, widest first. */
export function tornadoChart(swings: readonly SwingBar[], expected: number): Chart {
  return (width) =>
    Plot.plot({
      ...BASE,
      width,
      height: 50 + swings.length * 30,
      marginLeft: width < NARROW_PX ? 130 : 250,
      marginBottom: 46,
      marginRight: 24,
      ariaLabel: "Change of the monthly cost when one input moves",
      x: { label: "USD a month", grid: true, tickFormat: axisUsd, ticks: width < NARROW_PX ? 3 : 6 },
      y: { label: null, domain: swings.map(({ label }) => label), tickFormat: (label: string) => shortened(label, width) },
      marks: [
        Plot.barX(swings, { x1: "low", x2: "high", y: "label", fill: "var(--own)", title: "why", tip: { lineWidth: 30 } }),
        Plot.ruleX([expected], { stroke: "currentColor", strokeWidth: 1.5 }),
      ],
    });
}

/** Characters of a label on the left of a narrow and of a wide chart. */
const LABEL_LENGTH = { narrow: 16, wide: 36 };

function shortened(label: string, width: number): string {
  const longest = width < NARROW_PX ? LABEL_LENGTH.narrow : LABEL_LENGTH.wide;
  return label.length <= longest ? label : `${label.slice(0, longest - 1)}…`;
}

/** How many options each requirement took out. */
export interface RuleCount {
  readonly rule: string;
  readonly verdict: string;
  readonly count: number;
  readonly why: string;
}

/** Requirements and the options that they ruled out. */
export function ruledOutChart(counts: readonly RuleCount[]): Chart {
  const rules = [...new Set(counts.map(({ rule }) => rule))];
  return (width) =>
    Plot.plot({
      ...BASE,
      width,
      height: 70 + rules.length * 28,
      marginLeft: width < NARROW_PX ? 130 : 170,
      marginBottom: 46,
      marginRight: 40,
      ariaLabel: "Options that each requirement ruled out",
      color: { domain: ["fails", "not proven"], range: ["var(--own)", "var(--platform)"], legend: true },
      x: { label: "options", grid: true, ticks: 5, tickFormat: (count: number) => (Number.isInteger(count) ? String(count) : "") },
      y: { label: null, domain: rules, tickFormat: (rule: string) => shortened(rule, width) },
      marks: [Plot.barX(counts, { x: "count", y: "rule", fill: "verdict", title: "why", tip: { lineWidth: 34 } })],
    });
}

/** A fleet through a weekday: mean load, the worst minute of each hour, and what the instances can carry. */
export function fleetChart(day: FleetDay, targetUtilisation: number): Chart {
  const lines = day.hours.flatMap(({ hour, mean, worstMinute }) => [
    { hour, servers: mean, line: "mean of the hour" },
    { hour, servers: worstMinute, line: "worst minute" },
  ]);
  type Point = (typeof lines)[number];
  const limits = [
    { servers: day.servers, text: `${plural(day.servers, "server")} on ${plural(day.instances, "instance")}` },
    { servers: day.servers * targetUtilisation, text: `sized to ${targetUtilisation * 100}%` },
  ];
  return (width) =>
    Plot.plot({
      ...BASE,
      width,
      height: 240,
      marginLeft: 44,
      marginTop: 30,
      marginBottom: 46,
      ariaLabel: `Load of ${day.id} through a weekday against its servers`,
      color: { domain: ["mean of the hour", "worst minute"], range: ["var(--api)", "var(--own)"], legend: true },
      x: { label: "hour of a weekday", ticks: width < NARROW_PX ? 6 : 12 },
      y: { label: "servers busy", zero: true, grid: true, ticks: 4 },
      marks: [
        Plot.areaY(day.hours, { x: "hour", y: "mean", fill: "var(--api)", fillOpacity: 0.18, curve: "step" }),
        Plot.lineY(lines, { x: "hour", y: "servers", stroke: "line", strokeWidth: 2, curve: "step" }),
        Plot.ruleY(limits, { y: "servers", stroke: "currentColor", strokeDasharray: "4 3" }),
        Plot.text(limits, {
          y: "servers",
          text: "text",
          frameAnchor: "right",
          textAnchor: "end",
          dy: -7,
          stroke: "var(--paper)",
          strokeWidth: 4,
          fill: "currentColor",
        }),
        Plot.tip(
          lines,
          Plot.pointer({ x: "hour", y: "servers", title: (d: Point) => `${d.hour}:00, ${d.line}\n${quantity(d.servers)} servers busy` }),
        ),
      ],
    });
}
