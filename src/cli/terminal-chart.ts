import { blue, plot, yellow } from "asciichart";
import type { Trace } from "../decide/decide.ts";
import { outlookOf, type VolumeCurve } from "../decide/outlook.ts";
import { volume } from "../report/money.ts";
import { type Line, line, strong } from "../report/spans.ts";
import { paragraphText, type Terminal } from "../report/terminal.ts";
import { pathWords, shortName } from "../report/words.ts";

const HEIGHT = 9;
/** Columns of the labels on the left; the axis follows. */
const LABEL = 11;
/** Narrower than this a curve is a scribble, wider it says no more. */
const [NARROWEST, WIDEST] = [24, 90];

/**
 * Cost against volume on both sides of the workloads that could take either, drawn with characters: both axes in powers,
 * today and every break-even under them. Empty where no workload has two sides, or the terminal is too narrow.
 */
export function chartText(trace: Trace, asOf: string, terminal: Terminal): string {
  const width = Math.min(WIDEST, terminal.width - LABEL - 2);
  if (width < NARROWEST) return "";
  const split = new Set(trace.decision.workloads.flatMap(({ name, path }) => (path === "hybrid" ? [name] : [])));
  return outlookOf(trace, asOf)
    .volumes.flatMap((curve) =>
      drawn(curve, split.has(curve.workload) ? "own servers with API overflow" : pathWords["self-host"], width, terminal),
    )
    .join("\n");
}

interface Point {
  readonly power: number;
  readonly api: number;
  readonly own: number;
}

function drawn(curve: VolumeCurve, own: string, width: number, terminal: Terminal): readonly string[] {
  const points = curve.points.flatMap(({ requestsPerMonth, api, selfHost }): Point[] =>
    api === null || selfHost === null
      ? []
      : [{ power: Math.log10(requestsPerMonth), api: Math.log10(api.expected), own: Math.log10(selfHost.expected) }],
  );
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || points.length < 2) return [];
  const columns = Array.from({ length: width }, (_, column) => between(points, (column * (points.length - 1)) / (width - 1)));
  const picture = plot([columns.map(({ api }) => api), columns.map((point) => point.own)], {
    height: HEIGHT,
    format: (power) => `$${volume(10 ** power)}`.padStart(LABEL - 1),
    ...(terminal.color ? { colors: [blue, yellow] } : {}),
  });
  const columnOf = (requests: number) => ((Math.log10(requests) - first.power) / (last.power - first.power)) * (width - 1);
  const marks = [
    { column: columnOf(curve.requestsPerMonth), text: `today ${volume(curve.requestsPerMonth)}` },
    ...curve.crossings.map(({ requestsPerMonth, to }) => ({
      column: columnOf(requestsPerMonth),
      text: `${volume(requestsPerMonth)}: ${to === "api" ? pathWords.api : pathWords["self-host"]} from here`,
    })),
  ];
  return [title(curve, own, points, terminal), picture, ...axis(marks, width), ""];
}

/** The point at a place between two points, on the line that joins them. */
function between(points: readonly Point[], place: number): Point {
  const [low, high] = [points[Math.floor(place)], points[Math.ceil(place)]];
  if (low === undefined || high === undefined) throw new Error("defect: a column beyond the curve");
  const share = place - Math.floor(place);
  const mix = (key: keyof Point) => low[key] * (1 - share) + high[key] * share;
  return { power: mix("power"), api: mix("api"), own: mix("own") };
}

/** Which curve is which: by colour where there is one, else by where they start. */
function title(curve: VolumeCurve, own: string, points: readonly Point[], terminal: Terminal): string {
  const [first, last] = [points[0], points.at(-1)];
  const start = (power: number | undefined) => (terminal.color ? "" : ` (starts at $${volume(10 ** (power ?? 0))})`);
  const range = `${volume(10 ** (first?.power ?? 0))} to ${volume(10 ** (last?.power ?? 0))} requests a month`;
  const words: Line = line(
    strong(`${shortName(curve.workload)}: USD a month`),
    ` at ${range}; ${pathWords.api}${start(first?.api)} and ${own}${start(first?.own)}`,
  );
  const text = paragraphText(words, terminal);
  if (!terminal.color) return text;
  return text.replace(`; ${pathWords.api} and`, `; ${blue}${pathWords.api}\u001b[39m and`).replace(` ${own}`, ` ${yellow}${own}\u001b[39m`);
}

interface Mark {
  readonly column: number;
  readonly text: string;
}

/** The line under the picture with a notch for each mark, and their words below, as many to a row as fit. */
function axis(marks: readonly Mark[], width: number): readonly string[] {
  const notches = new Set(marks.map(({ column }) => Math.round(column)));
  const rule = Array.from({ length: width }, (_, column) => (notches.has(column) ? "┬" : "─")).join("");
  const rows: string[] = [];
  for (const { column, text } of [...marks].sort((a, b) => a.column - b.column)) {
    const at = Math.max(0, Math.min(Math.round(column - text.length / 2), width - text.length));
    const index = rows.findIndex((row) => row.length < at);
    const row = index < 0 ? "" : (rows[index] ?? "");
    rows[index < 0 ? rows.length : index] = row.padEnd(at) + text;
  }
  const left = " ".repeat(LABEL);
  return [`${left}${rule}`, ...rows.map((row) => `${left}${row}`)];
}
