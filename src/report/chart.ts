import type { CostCurve, CurvePoint } from "../decide/curve.ts";
import type { Section } from "./fit.ts";
import { details, fence, paragraph, table, type Writer } from "./markdown.ts";
import { usd, volume } from "./money.ts";
import { priorities, stepped } from "./sections.ts";
import { columns, line, strong } from "./spans.ts";
import { enumerate, ownWord, shortName } from "./words.ts";

type Drawn = CurvePoint & { readonly apiUsd: number; readonly selfHostUsd: number };

/**
 * A chart as text for mermaid: bars are the API, the line is the own servers (with their overflow where there is one), so that it reads without colours. It holds
 * nothing but figures and words of our own; the name of the workload stands outside. Empty when fewer than two volumes can be
 * served on both sides.
 *
 * Example: `x-axis "requests a month" ["2.55M", "7.65M"]`, `bar [2640, 7010]`, `line [6980, 7010]`.
 */
export function chartLines(curve: CostCurve): readonly string[] {
  const points = curve.points.filter((point): point is Drawn => point.apiUsd !== null && point.selfHostUsd !== null);
  if (points.length < 2) return [];
  const top = Math.max(...points.flatMap(({ apiUsd, selfHostUsd }) => [apiUsd, selfHostUsd]));
  const list = (amounts: readonly number[]) => `[${amounts.map((amount) => plainAmount(amount)).join(", ")}]`;
  return [
    // The keyword with "-beta" is the one that every version of mermaid with this chart knows.
    "xychart-beta",
    `    title "US dollars a month: bars are API, the line is ${ownWord(curve.isSplit)}"`,
    `    x-axis "requests a month" [${points.map(({ requestsPerMonth }) => `"${compact(requestsPerMonth)}"`).join(", ")}]`,
    `    y-axis "US dollars a month" 0 --> ${plainAmount(Math.max(1, top))}`,
    `    bar ${list(points.map(({ apiUsd }) => apiUsd))}`,
    `    line ${list(points.map(({ selfHostUsd }) => selfHostUsd))}`,
  ];
}

/** Folded chart and table of each curve; the table has every figure of the chart. Nothing where there is no curve. */
export function chartSection(curves: readonly CostCurve[], writer: Writer): Section {
  return stepped(priorities.charts, "chart", curves, (shown) =>
    details(
      `Cost against volume of ${enumerate(shown.map(({ workload }) => shortName(workload)))}`,
      shown.flatMap((curve) => {
        const lines = chartLines(curve);
        const amounts = curve.alone ? "" : ", the other workloads as decided and included";
        return [
          paragraph(writer, line(strong(shortName(curve.workload)), `: monthly cost of the policy on either side${amounts}`)),
          ...(lines.length === 0 ? [] : [fence("mermaid", lines)]),
          table(writer, {
            columns: columns("Requests/month>", "API>", `${sentence(ownWord(curve.isSplit))}>`, "Less expensive", "Mark"),
            rows: curve.points.map((point) => cells(point, ownWord(curve.isSplit))),
          }),
        ];
      }),
    ),
  );
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function cells({ requestsPerMonth, apiUsd, selfHostUsd, mark }: CurvePoint, own: string) {
  const amount = (value: number | null) => line(value === null ? "not possible" : usd(value));
  return [
    line(volume(requestsPerMonth)),
    amount(apiUsd),
    amount(selfHostUsd),
    line(lessExpensive(apiUsd, selfHostUsd, own)),
    line(mark ?? "-"),
  ];
}

function lessExpensive(apiUsd: number | null, selfHostUsd: number | null, own: string): string {
  if (apiUsd === null || selfHostUsd === null) return apiUsd === selfHostUsd ? "-" : apiUsd === null ? own : "API";
  if (usd(apiUsd) === usd(selfHostUsd)) return "equal";
  return selfHostUsd < apiUsd ? own : "API";
}

/** Dollars for a drawing: whole from 100 up, never in the form 1e21. */
function plainAmount(amount: number): string {
  return amount.toFixed(amount >= 100 ? 0 : 2);
}

const SCALES = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
] as const;

/** A volume with three digits: `compact(7_650_000)` is `7.65M`. */
function compact(value: number): string {
  const rounded = Number(value.toPrecision(3));
  const [scale, unit] = SCALES.find(([least]) => rounded >= least) ?? [1, ""];
  return `${Number((rounded / scale).toPrecision(3))}${unit}`;
}
