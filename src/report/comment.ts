import type { Evaluation } from "../decide/evaluation-types.ts";
import type { Diagnostic } from "../policy/diagnostic.ts";
import { chartSection } from "./chart.ts";
import { fitWithin, type LeftOut, type Limit, type Section, utf16Length } from "./fit.ts";
import { infrastructureSections } from "./infrastructure.ts";
import { details, heading, markdown, paragraph, smallPrint, table, type Writer } from "./markdown.ts";
import { change, usd } from "./money.ts";
import { anyMoved, type Evaluated, isQuiet, quietLine } from "./quiet.ts";
import { policySections, priorities, stepped, whole } from "./sections.ts";
import { code, columns, type Line, line, strong } from "./spans.ts";
import { clean, inert, shellWord } from "./text.ts";
import type { PolicyResult, ReportContext } from "./types.ts";
import { baseMonthlyUsd, gateBadge, provenanceOf, verdictOf, viewOf } from "./view.ts";
import { enumerate, pathWords, plural, shortName } from "./words.ts";

/** The command that prints the report again on any machine. */
const PROGRAM = "node dist/cli.js";
/** Files that a command line names before it says FILE. */
const NAMED_FILES = 4;

/**
 * The comment of a run: verdict first, then what changes, why, and what would change it; everything else folded.
 * Never longer than `context.maxLength` UTF-16 units: whole sections give way, and a line says which. The hidden
 * marker of the comment is not part of it: whoever posts the comment adds it and lowers `maxLength` by its length.
 */
export function renderComment(results: readonly PolicyResult[], context: ReportContext): string {
  return renderReport(results, context, { max: context.maxLength, measure: utf16Length });
}

/** A report in markdown within a limit; the comment and the job summary differ in the limit alone. */
export function renderReport(results: readonly PolicyResult[], context: ReportContext, limit: Limit): string {
  const writer: Writer = { context, file: results[0]?.file ?? "" };
  const quiet = quietOnes(results, context);
  if (results.length > 0 && quiet.length === results.length) return markdown([paragraph(writer, quietLine(quiet, context))]);
  const sections = [...headSections(results, quiet, context), footer(results, writer)];
  const report = fitWithin(sections, limit, (leftOut) => leftOutNote(leftOut, writer));
  return report ?? lastResort(results, limit);
}

function headSections(results: readonly PolicyResult[], quiet: readonly Evaluated[], context: ReportContext): readonly Section[] {
  const [only] = results;
  if (only === undefined)
    return [whole(priorities.head, () => [heading(3, { context, file: "" }, line("Breakeven: no policy file found"))])];
  if (results.length === 1) return resultSections(only, context, 3, "Breakeven");
  const loud = results.filter((result) => !quiet.some((other) => other === result));
  return [...overview(results, quiet, context), ...loud.flatMap((result) => resultSections(result, context, 4, resultName(result)))];
}

function quietOnes(results: readonly PolicyResult[], { quietBelowUsd }: ReportContext): readonly Evaluated[] {
  if (quietBelowUsd === undefined) return [];
  return results.filter((result) => result.kind === "evaluated").filter((result) => isQuiet(result, quietBelowUsd));
}

function resultSections(result: PolicyResult, context: ReportContext, depth: 3 | 4, name: string): readonly Section[] {
  const writer: Writer = { context, file: result.file };
  const title = `${name}: ${resultVerdict(result)}`;
  if (result.kind === "evaluated") {
    const curves = result.extras?.curves ?? [];
    const change = result.extras?.infrastructure;
    const extras = {
      chart: curves.length === 0 ? [] : [chartSection(curves, writer)],
      infrastructure: change === undefined ? [] : infrastructureSections(change, writer),
    };
    return policySections(viewOf(result.evaluation), writer, title, depth, extras);
  }
  if (result.kind === "deleted") {
    return [
      whole(priorities.head, () => [
        heading(depth, writer, line(title)),
        paragraph(writer, line(code(result.file), " no longer exists; its workloads are not evaluated.")),
      ]),
    ];
  }
  return [
    whole(priorities.head, () => [
      heading(depth, writer, line(title)),
      paragraph(writer, line("Nothing was decided for ", code(result.file), ".")),
    ]),
    stepped(priorities.problems, "problem", result.diagnostics, (shown) => [
      table(writer, { columns: columns("Line", "Problem", "What to change"), rows: shown.map(problemCells) }),
    ]),
  ];
}

function problemCells(diagnostic: Diagnostic): readonly Line[] {
  return [
    [{ kind: "line", line: diagnostic.line }],
    line(diagnostic.severity === "warning" ? "warning: " : "", diagnostic.message),
    line(diagnostic.fix ?? "-"),
  ];
}

function resultVerdict(result: PolicyResult): string {
  if (result.kind === "evaluated") return verdictOf(result.evaluation);
  if (result.kind === "deleted") return "policy deleted";
  return `policy is invalid, ${plural(result.diagnostics.filter((diagnostic) => diagnostic.severity === "error").length, "error")}`;
}

function resultName(result: PolicyResult): string {
  return shortName(result.kind === "evaluated" ? result.evaluation.policy.name : result.file);
}

function overview(results: readonly PolicyResult[], quiet: readonly Evaluated[], context: ReportContext): readonly Section[] {
  const writer: Writer = { context, file: "" };
  const view = (rows: readonly (readonly Line[])[]) =>
    table(writer, { columns: columns("Policy", "Path", "Monthly>", "Change>", "Gates"), rows });
  const open = results.filter((result) => !quiet.some((other) => other === result)).map(overviewCells);
  const folded = quiet.map(overviewCells);
  return [
    whole(priorities.head, () => [heading(3, writer, line(`Breakeven: ${overallVerdict(results)}`))]),
    stepped(priorities.overview, "policy", open, (shown) => [view(shown)]),
    stepped(priorities.otherWorkloads, "policy", folded, (shown) => details(foldedTitle(quiet, context), [view(shown)])),
  ];
}

/** `3 unchanged policies`; where a small amount moves, the bound that it stays under: a change of $1.64 is none of "unchanged". */
function foldedTitle(quiet: readonly Evaluated[], { quietBelowUsd = 0 }: ReportContext): string {
  if (!anyMoved(quiet)) return plural(quiet.length, "unchanged policy", "unchanged policies");
  return `${plural(quiet.length, "policy", "policies")} with the same decision, each change under ${usd(quietBelowUsd)}`;
}

function overviewCells(result: PolicyResult): readonly Line[] {
  const name = line(resultName(result));
  if (result.kind !== "evaluated") return [name, line(strong(result.kind)), line("-"), line("-"), line("-")];
  const { decision, delta, gates } = result.evaluation;
  const monthly = decision.monthlyCostUsd?.expected ?? null;
  const badge = gateBadge([result.evaluation]);
  return [
    name,
    line(pathWords[decision.path]),
    line(monthly === null ? "-" : usd(monthly)),
    line(
      delta === null
        ? "new"
        : delta.deltaMonthlyUsd === null
          ? "not comparable"
          : change(delta.deltaMonthlyUsd, baseMonthlyUsd(result.evaluation)),
    ),
    badge === null ? line(gates.length === 0 ? "none" : "passed") : line(strong(badge)),
  ];
}

function overallVerdict(results: readonly PolicyResult[]): string {
  const evaluations = evaluationsOf(results);
  const invalid = results.filter((result) => result.kind === "invalid").length;
  const everyCost = sum(evaluations.map((evaluation) => evaluation.decision.monthlyCostUsd?.expected ?? null));
  const before = sum(evaluations.map(baseMonthlyUsd));
  const delta = sum(evaluations.map((evaluation) => evaluation.delta?.deltaMonthlyUsd ?? null));
  const figures = [
    plural(results.length, "policy", "policies"),
    everyCost === null || invalid > 0 ? null : `${usd(everyCost)} a month`,
    delta === null || invalid > 0 ? null : change(delta, before),
    invalid > 0 ? `${invalid} invalid` : null,
    gateBadge(evaluations),
  ];
  return figures.filter((figure) => figure !== null).join(", ");
}

/** A sum over values that are all known; one unknown makes the sum unknown. */
function sum(values: readonly (number | null)[]): number | null {
  return values.length === 0
    ? null
    : values.reduce<number | null>((total, value) => (total === null || value === null ? null : total + value), 0);
}

function footer(results: readonly PolicyResult[], writer: Writer): Section {
  return whole(priorities.footer, () => {
    const content = footerLine(evaluationsOf(results), writer.context);
    return content.length === 0 ? [] : [smallPrint(writer, content)];
  });
}

function footerLine(evaluations: readonly Evaluation[], context: ReportContext): Line {
  const run: Line = context.runUrl === null ? [] : [{ kind: "run", text: "Open the run" }, ...line(".")];
  const [first] = evaluations;
  if (first === undefined) return run;
  const { engineVersion, asOf, catalogVersion, oldestPrice } = provenanceOf(first);
  const files = evaluations.length > NAMED_FILES ? ["FILE"] : evaluations.map((evaluation) => shellWord(evaluation.policy.path));
  const hashes = evaluations.map((evaluation) => provenanceOf(evaluation).inputHash);
  const prices = oldestPrice === null ? "" : `, ${oldestPrice}`;
  return line(
    `Breakeven ${engineVersion}, catalog ${catalogVersion}, prices as of ${asOf}${prices}. Input `,
    code(enumerate(hashes, NAMED_FILES)),
    ". Reproduce in a clone of that version: ",
    code(`${PROGRAM} evaluate ${files.join(" ")} --as-of ${asOf}`),
    run.length === 0 ? "." : ". ",
    ...run,
  );
}

function leftOutNote(leftOut: readonly LeftOut[], writer: Writer): string {
  if (leftOut.length === 0) return "";
  const counts = new Map<string, number>();
  for (const { count, what } of leftOut) counts.set(what, (counts.get(what) ?? 0) + count);
  const words = [...counts].map(([what, count]) => (what === "policy" ? plural(count, what, "policies") : plural(count, what)));
  const where: Line =
    writer.context.runUrl === null
      ? line("the full report is in the run's summary.")
      : line("the full report is in ", { kind: "run", text: "the summary of the run" }, ".");
  return markdown([paragraph(writer, [...line(`Left out to stay within the size limit: ${enumerate(words, words.length)}; `), ...where])]);
}

/** For a limit that not even the shortest sections keep: the verdict alone, cut to length. */
function lastResort(results: readonly PolicyResult[], limit: Limit): string {
  const [only] = results;
  const words = results.length === 1 && only !== undefined ? resultVerdict(only) : overallVerdict(results);
  const verdict = `Breakeven: ${words}`;
  const characters = [...inert(clean(verdict))].filter((character) => !/[<>&`*_[\]|~\\]/.test(character));
  while (limit.measure(characters.join("")) > limit.max) characters.pop();
  return characters.join("");
}

function evaluationsOf(results: readonly PolicyResult[]): readonly Evaluation[] {
  return results.flatMap((result) => (result.kind === "evaluated" ? [result.evaluation] : []));
}
