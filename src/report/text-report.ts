import type { Evaluation } from "../decide/evaluation-types.ts";
import type { Diagnostic } from "../policy/diagnostic.ts";
import { rowTable } from "./rows.ts";
import { code, type Line, line, strong } from "./spans.ts";
import { listText, paragraphText, type Terminal, tableText } from "./terminal.ts";
import { shellWord } from "./text.ts";
import { viewOf } from "./view.ts";
import { plural } from "./words.ts";

/**
 * The decision for someone at a terminal: verdict, workloads, reasons, tipping points, conditions, paths, break-even
 * and how many options were ruled out. `explain` has the rest, and `program` says how to ask for it. Ends in a newline; no escape sequence when `color` is false.
 */
export function renderText(evaluation: Evaluation, terminal: Terminal, program = "node dist/cli.js"): string {
  const view = viewOf(evaluation);
  const { workloads, provenance } = view;
  const rows = rowTable(workloads, [...workloads.changed, ...workloads.unchanged], true);
  const why = line(strong("Why"), view.confidence === "" ? "" : ` (${view.confidence})`);
  const foot = `Breakeven ${provenance.engineVersion}, catalog ${provenance.catalogVersion}, prices as of ${provenance.asOf}`;
  const blocks = [
    paragraphText(line(strong(`${view.name}: ${view.verdict}`)), terminal),
    view.summary.map((sentence) => paragraphText(sentence, terminal)).join("\n"),
    listText([...view.gates, ...view.findings], terminal),
    tableText(rows, terminal),
    section(why, view.reasons, terminal),
    section(line(strong("What would change it")), view.tippingPoints, terminal),
    section(line(strong("Break-even in detail")), view.breakEvenNotes, terminal),
    section(line(strong("Less expensive, but for one rule")), view.nearMisses, terminal),
    view.cause.table.rows.length === 0 ? "" : titled(view.cause.title, tableText(view.cause.table, terminal), terminal),
    view.nextMeasurement.length === 0 ? "" : paragraphText(view.nextMeasurement, terminal),
    section(line(strong("Conditions to meet")), view.conditions, terminal),
    titled(view.paths.title, tableText(view.paths.table, terminal), terminal),
    view.decidingSwings.table.rows.length === 0
      ? ""
      : titled(view.decidingSwings.title, tableText(view.decidingSwings.table, terminal), terminal),
    view.breakEvens.table.rows.length === 0 ? "" : titled(view.breakEvens.title, tableText(view.breakEvens.table, terminal), terminal),
    section(line(strong(view.ruledOut.title)), view.ruledOut.items, terminal),
    paragraphText(
      line(foot, provenance.oldestPrice === null ? "" : `, ${provenance.oldestPrice}`, ", input ", code(provenance.inputHash)),
      terminal,
    ),
    paragraphText(line("Every option, rule and figure: ", code(`${program} explain ${shellWord(view.file)}`)), terminal),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

/**
 * The problems of a policy, one paragraph each, for stderr.
 *
 * Example: `.github/breakeven.yml:14:7 error: unknown key "token"; did you mean "tokens"?`.
 */
export function renderDiagnosticsText(diagnostics: readonly Diagnostic[], terminal: Terminal): string {
  const lines = diagnostics.map(({ file, line: row, column, severity, message, fix }) =>
    paragraphText(
      line(`${file}:${row}:${column} `, strong(`${severity}:`), ` ${message}`, fix === undefined ? "" : `; ${fix}`),
      terminal,
      "  ",
      "",
    ),
  );
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error").length;
  const warnings = diagnostics.length - errors;
  const counts = [errors > 0 ? plural(errors, "error") : "", warnings > 0 ? plural(warnings, "warning") : ""].filter(
    (count) => count !== "",
  );
  return [...lines, ...(counts.length === 0 ? [] : [counts.join(", ")]), ""].join("\n");
}

function section(title: Line, items: readonly Line[], terminal: Terminal): string {
  return items.length === 0 ? "" : `${paragraphText(title, terminal)}\n${listText(items, terminal)}`;
}

function titled(title: string, body: string, terminal: Terminal): string {
  return `${paragraphText(line(strong(title)), terminal)}\n${body}`;
}
