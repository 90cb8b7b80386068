import type { RootContent } from "mdast";
import type { TitledTable } from "./build-up.ts";
import type { LeftOut, Section, Variant } from "./fit.ts";
import { details, fence, heading, list, markdown, paragraph, quote, table, type Writer } from "./markdown.ts";
import { rowTable } from "./rows.ts";
import { type Line, line, strong } from "./spans.ts";
import type { PolicyView } from "./view.ts";
import { enumerate, plural } from "./words.ts";

/** Rows of the workload table that stand open; more would push the reasons off the first screen. */
const OPEN_ROWS = 12;
const OPEN_CONDITIONS = 5;
/** How a section with many items is shortened, step by step. */
const STEPS = [100, 50, 20, 10, 5, 3, 1];

/** What gives way first when a report is too long: a lower number goes earlier. */
export const priorities = {
  head: 100,
  footer: 99,
  overview: 98,
  workloads: 95,
  gates: 92,
  findings: 90,
  problems: 88,
  reasons: 80,
  conditions: 75,
  tippingPoints: 70,
  nextMeasurement: 65,
  otherWorkloads: 60,
  paths: 55,
  breakEvens: 50,
  swings: 48,
  preferences: 47,
  costs: 45,
  fleets: 40,
  ruledOut: 35,
  advisory: 32,
  nearMisses: 33,
  assumptions: 30,
  charts: 25,
  infrastructure: 20,
} as const;

/** Sections from what is not part of an evaluation, at their places among the folded ones. */
export interface ExtraSections {
  readonly chart: readonly Section[];
  readonly infrastructure: readonly Section[];
}

/** The report of one policy as sections, in reading order: verdict, changes, reasons, then everything folded. */
export function policySections(
  view: PolicyView,
  writer: Writer,
  title: string,
  depth: 3 | 4,
  extras: ExtraSections = { chart: [], infrastructure: [] },
): readonly Section[] {
  const summary = view.summary.length === 0 ? [] : [paragraph(writer, ...view.summary)];
  return [
    whole(priorities.head, () => [heading(depth, writer, line(title)), ...summary]),
    stepped(priorities.gates, "gate", view.gates, (shown) => [list(writer, shown)]),
    stepped(priorities.findings, "finding", view.findings, (shown) => [quote([list(writer, shown)])]),
    ...workloadSections(view, writer),
    ...groundSections(view, writer),
    ...foldedSections(view, writer, extras),
  ];
}

function workloadSections({ workloads }: PolicyView, writer: Writer): readonly Section[] {
  const open = workloads.changed.slice(0, OPEN_ROWS);
  const folded = workloads.changed.slice(OPEN_ROWS);
  const { unchanged } = workloads;
  return [
    stepped(priorities.workloads, "workload row", open, (shown) => [table(writer, rowTable(workloads, shown, true))]),
    stepped(priorities.otherWorkloads, "workload row", folded, (shown) =>
      details(plural(folded.length, "more workload"), [table(writer, rowTable(workloads, shown, false))]),
    ),
    stepped(priorities.otherWorkloads, "workload row", unchanged, (shown) =>
      details(plural(unchanged.length, "unchanged workload"), [table(writer, rowTable(workloads, shown, open.length === 0))]),
    ),
  ];
}

function groundSections(view: PolicyView, writer: Writer): readonly Section[] {
  const why = line(strong("Why"), view.confidence === "" ? "" : ` (${view.confidence})`);
  const more = view.conditions.length - OPEN_CONDITIONS;
  return [
    stepped(priorities.reasons, "reason", view.reasons, (shown) => titled(writer, why, shown)),
    stepped(priorities.tippingPoints, "tipping point", view.tippingPoints, (shown) =>
      titled(writer, line(strong("What would change it")), shown),
    ),
    whole(priorities.nextMeasurement, () => (view.nextMeasurement.length === 0 ? [] : [paragraph(writer, view.nextMeasurement)])),
    stepped(priorities.conditions, "condition", view.conditions, (shown) => [
      ...titled(writer, line(strong("Conditions to meet")), shown.slice(0, OPEN_CONDITIONS)),
      ...(shown.length > OPEN_CONDITIONS ? details(plural(more, "more condition"), [list(writer, shown.slice(OPEN_CONDITIONS))]) : []),
    ]),
  ];
}

function foldedSections(view: PolicyView, writer: Writer, extras: ExtraSections): readonly Section[] {
  const costNames = enumerate(view.costs.map((cost) => cost.workload));
  const fleetSizes = enumerate(view.fleets.map((fleet) => fleet.size));
  return [
    tableSection(priorities.paths, "path", view.paths, writer),
    tableSection(priorities.swings, "swing", view.decidingSwings, writer),
    tableSection(priorities.preferences, "preference", view.declaredPreferences, writer),
    stepped(priorities.costs, "cost build-up", view.costs, (shown) =>
      details(
        `Cost build-up of ${costNames}`,
        shown.flatMap((cost) => [paragraph(writer, cost.title), table(writer, cost.table)]),
      ),
    ),
    tableSection(priorities.breakEvens, "break-even", view.breakEvens, writer),
    stepped(priorities.breakEvens, "break-even note", view.breakEvenNotes, (shown) =>
      details("Break-even in detail: every crossing, the smallest unit, when to leave", [list(writer, shown)]),
    ),
    ...extras.chart,
    stepped(priorities.fleets, "fleet plan", view.fleets, (shown) =>
      details(
        `Fleet plan: ${fleetSizes}`,
        shown.flatMap((fleet) => [paragraph(writer, fleet.title), table(writer, fleet.table), fence("sh", fleet.command)]),
      ),
    ),
    // Where nothing fits, what stands in the way is the answer.
    stepped(priorities.ruledOut, "rejecting rule", view.ruledOut.items, (shown) =>
      details(view.ruledOut.title, [list(writer, shown)], view.costs.length === 0),
    ),
    tableSection(priorities.advisory, "rule of thumb", view.advisory, writer),
    stepped(priorities.nearMisses, "near miss", view.nearMisses, (shown) =>
      details(`Less expensive, but for one rule: ${plural(view.nearMisses.length, "option")}`, [list(writer, shown)]),
    ),
    tableSection(priorities.assumptions, "assumption", view.assumptions, writer),
    ...extras.infrastructure,
  ];
}

/** A section that is shown as it is. */
export function whole(priority: number, render: () => readonly RootContent[]): Section {
  return { priority, variants: [() => ({ text: markdown(render()), leftOut: null })] };
}

/** A section of a list of things, shortened by showing fewer of them; nothing at all when the list is empty. */
export function stepped<T>(
  priority: number,
  what: string,
  items: readonly T[],
  render: (shown: readonly T[]) => readonly RootContent[],
): Section {
  const counts = items.length === 0 ? [0] : [items.length, ...STEPS.filter((count) => count < items.length), 0];
  return { priority, variants: counts.map((count) => () => shortened(what, items, count, render)) };
}

function shortened<T>(what: string, items: readonly T[], count: number, render: (shown: readonly T[]) => readonly RootContent[]): Variant {
  const missing = items.length - count;
  const leftOut: LeftOut | null = missing === 0 ? null : { count: missing, what };
  return { text: count === 0 ? "" : markdown(render(items.slice(0, count))), leftOut };
}

function tableSection(priority: number, what: string, view: TitledTable, writer: Writer): Section {
  const { columns } = view.table;
  return stepped(priority, what, view.table.rows, (rows) => details(view.title, [table(writer, { columns, rows })]));
}

function titled(writer: Writer, title: Line, items: readonly Line[]): readonly RootContent[] {
  return [paragraph(writer, title), list(writer, items)];
}
