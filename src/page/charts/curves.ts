import * as Plot from "@observablehq/plot";
import type { MonthCost, Outlook, VolumeCurve } from "../../decide/outlook.ts";
import { usd, volume } from "../../report/money.ts";
import { pathWords } from "../../report/words.ts";
import { whyText } from "../why.ts";
import { axisCount, axisUsd, BASE, type Chart, colorsOf, MARK, NARROW_PX } from "./frame.ts";
import { written } from "./labels.ts";

interface CurvePoint {
  readonly requests: number;
  readonly side: string;
  readonly usd: number;
  readonly p10: number;
  readonly p90: number;
  readonly why: string;
}

/** A point of a line that explains itself; it shows under the pointer and on focus alone. */
const POINT = { r: 5, className: MARK, ariaLabel: "why", stroke: "var(--paper)", strokeWidth: 1.5 } as const;

/**
 * Cost against one workload's volume: both sides with their bands, today, and every crossing. `sides` names the two, as
 * the own side may be a split; `basis` says where prices come from.
 */
export function volumeChart(curve: VolumeCurve, sides: { readonly api: string; readonly own: string }, basis: string): Chart {
  const pointOf = (requests: number, side: string, band: VolumeCurve["points"][number]["api"]): readonly CurvePoint[] => {
    if (band === null) return [];
    const formula = [
      `${side} at ${volume(requests)} requests a month: ${usd(band.expected)} a month`,
      "the least expensive plan of this side, priced again at this volume; all else as declared",
      `80% band ${usd(band.p10)} to ${usd(band.p90)}: ranges, throughput and people's hours at their ends`,
    ].join("\n");
    return [{ requests, side, usd: band.expected, p10: band.p10, p90: band.p90, why: whyText({ formula, source: basis }) }];
  };
  const points = [
    ...curve.points.flatMap(({ requestsPerMonth, api }) => pointOf(requestsPerMonth, sides.api, api)),
    ...curve.points.flatMap(({ requestsPerMonth, selfHost }) => pointOf(requestsPerMonth, sides.own, selfHost)),
  ];
  const crossings = curve.crossings.map((crossing) => ({
    ...crossing,
    why: whyText({
      formula: `break-even at ${volume(crossing.requestsPerMonth)} requests a month\nfrom here ${pathWords[crossing.to]} costs less: both sides ${usd(crossing.monthlyUsd)} a month\nfound by halving, between the steps of the servers`,
      source: basis,
    }),
  }));
  const today = [
    {
      requests: curve.requestsPerMonth,
      why: whyText({ formula: `today: ${volume(curve.requestsPerMonth)} requests a month, as declared`, source: "the policy" }),
    },
  ];
  const present = new Set(points.map(({ side }) => side));
  const colors = [
    { name: sides.api, color: "var(--api)" },
    { name: sides.own, color: "var(--own)" },
  ].filter(({ name }) => present.has(name));
  return (width) =>
    Plot.plot({
      ...BASE,
      width,
      height: 330,
      marginLeft: 58,
      marginTop: 28,
      marginBottom: 46,
      ariaLabel: `Monthly cost against requests a month of ${curve.workload}`,
      color: { domain: colors.map(({ name }) => name), range: colors.map(({ color }) => color), legend: true },
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
        Plot.text(today, { x: "requests", text: () => "today", ariaLabel: "why", className: MARK, frameAnchor: "top", dy: -12 }),
        Plot.dot(points, { x: "requests", y: "usd", fill: "side", ...POINT }),
        Plot.dot(crossings, {
          x: "requestsPerMonth",
          y: "monthlyUsd",
          r: 6,
          fill: "var(--paper)",
          stroke: "currentColor",
          strokeWidth: 2,
          ariaLabel: "why",
          className: `${MARK} shown`,
        }),
        Plot.text(written(curve.crossings, curve.requestsPerMonth), {
          x: "requestsPerMonth",
          y: "monthlyUsd",
          text: (d: VolumeCurve["crossings"][number]) => volume(d.requestsPerMonth),
          dy: -15,
          fontWeight: 600,
          stroke: "var(--paper)",
          strokeWidth: 4,
          fill: "currentColor",
        }),
      ],
    });
}

/** Cost of each path by month, with the month in which the order changes. */
export function growthChart(months: readonly MonthCost[], flip: Outlook["flip"], basis: string): Chart {
  const points = (["api", "self-host", "hybrid"] as const).flatMap((path) =>
    months.flatMap(({ month, usd: by }) => {
      const value = by[path];
      if (value === undefined) return [];
      const formula = `${pathWords[path]} in ${month}: ${usd(value)}\nthe average month with this month's tokens and instances in place of the averages`;
      return [{ month: dayOf(month), path: pathWords[path], usd: value, why: whyText({ formula, source: basis }) }];
    }),
  );
  const flips = flip === null ? [] : [{ month: dayOf(flip.month), text: `${flip.month}: ${pathWords[flip.to]} from here` }];
  return (width) =>
    Plot.plot({
      ...BASE,
      width,
      height: 270,
      marginLeft: 58,
      marginTop: 28,
      ariaLabel: "Monthly cost of each path over the horizon",
      color: colorsOf(points.map(({ path }) => path)),
      x: { type: "utc", label: null, ticks: width < NARROW_PX ? 4 : 8 },
      y: { label: "USD a month", zero: true, nice: true, grid: true, tickFormat: axisUsd, ticks: 5 },
      marks: [
        Plot.lineY(points, { x: "month", y: "usd", stroke: "path", strokeWidth: 2.5, curve: "step-after" }),
        Plot.ruleX(flips, { x: "month", stroke: "currentColor", strokeDasharray: "3 3" }),
        Plot.text(flips, { x: "month", text: "text", frameAnchor: "top", dy: -12, textAnchor: "start", dx: 4 }),
        Plot.dot(points, { x: "month", y: "usd", fill: "path", ...POINT }),
      ],
    });
}

function dayOf(month: string): Date {
  return new Date(`${month}-01T00:00:00Z`);
}
