import { blue, plot, yellow } from "asciichart";
import type { Trace } from "../decide/decide.ts";
import { outlookOf, type VolumeCurve } from "../decide/outlook.ts";
import { usd, volume } from "../report/money.ts";
import type { Terminal } from "../report/terminal.ts";

const HEIGHT = 9;
/** Columns that the axis takes on the left. */
const AXIS = 12;
/** Narrower than this a curve is a scribble. */
const NARROWEST = 24;

/**
 * Cost against volume on both sides of the workloads that could take either, drawn with characters: both axes in powers.
 * Empty where no workload has two sides, or the terminal is too narrow.
 */
export function chartText(trace: Trace, asOf: string, terminal: Terminal): string {
  const room = terminal.width - AXIS;
  if (room < NARROWEST) return "";
  return outlookOf(trace, asOf)
    .volumes.flatMap((curve) => drawn(curve, room, terminal))
    .join("\n");
}

function drawn(curve: VolumeCurve, room: number, { color }: Terminal): readonly string[] {
  const points = curve.points.flatMap(({ requestsPerMonth, api, selfHost }) =>
    api === null || selfHost === null ? [] : [{ requestsPerMonth, api: Math.log10(api.expected), own: Math.log10(selfHost.expected) }],
  );
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || points.length < 2) return [];
  const width = Math.min(room, points.length);
  const at = (column: number) => points[Math.round((column * (points.length - 1)) / (width - 1))] ?? last;
  const columns = Array.from({ length: width }, (_, column) => at(column));
  const picture = plot([columns.map(({ api }) => api), columns.map(({ own }) => own)], {
    height: HEIGHT,
    format: (power) => `$${volume(10 ** power)}`.padStart(AXIS - 2),
    ...(color ? { colors: [blue, yellow] } : {}),
  });
  const crossings = curve.crossings.map(
    ({ requestsPerMonth, to }) => `${to === "api" ? "API" : "self-host"} above ${volume(requestsPerMonth)}`,
  );
  const names = color
    ? `${blue}API\u001b[0m and ${yellow}self-host\u001b[0m`
    : `API (starts at ${usd(10 ** first.api)}) and self-host (at ${usd(10 ** first.own)})`;
  const range = `${volume(first.requestsPerMonth)} to ${volume(last.requestsPerMonth)} requests a month, today ${volume(curve.requestsPerMonth)}`;
  return [
    `${curve.workload}: USD a month of ${names}`,
    picture,
    `${" ".repeat(AXIS - 2)}${range}`,
    ...(crossings.length === 0 ? [] : [`${" ".repeat(AXIS - 2)}break-even: ${crossings.join(", ")}`]),
    "",
  ];
}
