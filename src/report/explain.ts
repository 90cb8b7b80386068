import type { Evaluation } from "../decide/evaluation-types.ts";
import type { OptionSummary, WorkloadDecision } from "../decide/types.ts";
import type { PolicyDocument } from "../policy/policy.ts";
import { costViews, fleetViews } from "./build-up.ts";
import { distance } from "./grounds.ts";
import { band, quantity, usd, volume } from "./money.ts";
import { preferenceFlips } from "./preferences.ts";
import { code, columns, type Line, line, strong, type TableView } from "./spans.ts";
import { paragraphText, type Terminal, tableText } from "./terminal.ts";
import { clean, commandLine } from "./text.ts";
import { viewOf } from "./view.ts";
import { breakEvenLines } from "./why.ts";
import { pathWords, plural, reachedWords, requestsWords, servedBy, sourceText } from "./words.ts";

/** A trace is a text to read and to search; it is as wide as its widest table needs, within reason. */
const terminal: Terminal = { width: 160, color: false };
const DASH = "-";

/**
 * The whole trace of a decision as text: for each workload what was declared, every rule that decided, every cost line
 * with its source, every runner-up, tipping point and ruled-out option; then fleets, assumptions and gates.
 *
 * `document` adds the declared values with their lines; `workload` restricts the trace to one workload.
 */
export function renderExplain(evaluation: Evaluation, document?: PolicyDocument, workload?: string): string {
  const view = viewOf(evaluation);
  const chosen = evaluation.decision.workloads.filter(({ name }) => workload === undefined || name === workload);
  if (chosen.length === 0) return unknownWorkload(evaluation, workload ?? "");
  const blocks = [
    paragraphText(line(strong(`${view.name}: ${view.verdict}`)), terminal),
    view.summary.map((content) => paragraphText(content, terminal)).join("\n"),
    titled("Evaluated", { columns: columns("What", "Value"), rows: contextRows(evaluation) }),
    titled(view.cause.title, view.cause.table),
    titled(view.paths.title, view.paths.table),
    titled(view.tornado.title, view.tornado.table),
    titled(view.preferences.title, view.preferences.table),
    ...chosen.flatMap((decided) => workloadBlocks(decided, document)),
    ...fleetViews(evaluation.decision).flatMap((fleet) => [
      `${paragraphText(fleet.title, terminal)}\n${tableText(fleet.table, terminal)}`,
      fleet.command.map(commandLine).join("\n"),
    ]),
    titled(view.advisory.title, view.advisory.table),
    titled(view.assumptions.title, view.assumptions.table),
    titled("Gates", { columns: columns("Gate", "Status", "Because", "Read from"), rows: gateRows(evaluation) }),
    titled("Findings", { columns: columns("Level", "Finding", "Line>"), rows: findingRows(evaluation) }),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function unknownWorkload(evaluation: Evaluation, name: string): string {
  const names = evaluation.decision.workloads.map((workload) => clean(workload.name, 64)).join(", ");
  return `no workload is named "${clean(name, 64)}"; the policy has: ${names}\n`;
}

function workloadBlocks(workload: WorkloadDecision, document: PolicyDocument | undefined): readonly string[] {
  const { considered } = workload;
  const monthly = workload.monthlyCostUsd;
  const title = line(
    strong(`Workload ${clean(workload.name, 64)}`),
    ` (line ${workload.line}): ${pathWords[workload.path]}, ${servedBy(workload.option, workload.split)}`,
  );
  const facts = [
    `${requestsWords(workload).replace(/requests$/, "requests a month")}; ${plural(considered.total, "option")} considered, ${considered.feasible} feasible`,
    monthly === null ? "no cost: nothing fits" : `${usd(monthly.expected)} a month, 80% band ${band(monthly)}`,
    ...breakEvenFact(workload),
    ...breakEvenLines([workload]),
    ...workload.conditions.map((condition) => `condition: ${condition}`),
  ];
  return [
    [title, ...facts.map((fact) => (typeof fact === "string" ? line(fact) : fact))]
      .map((content) => paragraphText(content, terminal))
      .join("\n"),
    titled("Declared", { columns: columns("Key", "Value", "Line>"), rows: declaredRows(workload.name, document) }),
    titled("Chosen option", { columns: columns("What", "Value"), rows: optionRows(workload.option) }),
    ...costViews([workload]).map((cost) => titled("Cost lines", cost.table)),
    titled("Rules", { columns: columns("Rule", "Verdict", "Because", "Line>", "Source"), rows: reasonRows(workload) }),
    titled("Runners-up", { columns: columns("Option", "Monthly>", "80% band>", "Policy>"), rows: runnerUpRows(workload) }),
    titled("Tipping points", { columns: columns("Parameter", "From>", "To>", "Flips to", "In words"), rows: tippingRows(workload) }),
    titled("Conflict", { columns: columns("Need", "Line>", "Waiver", "Takes out", "For example"), rows: conflictRows(workload) }),
    titled("Relaxations", { columns: columns("What if", "Option", "Monthly>"), rows: relaxationRows(workload) }),
    titled("Ruled out", { columns: columns("Option", "Rule", "Verdict", "Because", "Line>"), rows: rejectedRows(workload) }),
  ];
}

/** The nearest volume at which the other side takes over; crossings of another kind stand in the lines that follow. */
function breakEvenFact({ breakEven, breakEvens, requestsPerMonth }: WorkloadDecision): readonly string[] {
  if (breakEven !== null)
    return [
      `break-even with ${breakEven.versus} at ${volume(breakEven.requestsPerMonth)} requests a month, reached: ${reachedWords(breakEven, requestsPerMonth)}`,
    ];
  return breakEvens.some(({ crossings }) => crossings.length > 0) ? [] : ["no break-even volume"];
}

function titled(title: string, table: TableView): string {
  return table.rows.length === 0 ? "" : `${title}\n${tableText(table, terminal)}`;
}

function contextRows({
  policy,
  base,
  baseNote,
  asOf,
  catalog,
  horizonMonths,
  region,
  engineVersion,
  decision,
}: Evaluation): readonly (readonly Line[])[] {
  const oldest = catalog.oldestPrice;
  const search = decision.exact ? "every assignment that could win was compared" : "not every assignment was compared (see findings)";
  return pairs([
    ["policy", `${policy.path}, sha256 ${policy.sha256}`],
    ["base", base === null ? (baseNote ?? "none") : `${base.policy.path}, sha256 ${base.policy.sha256}`],
    ["engine, catalog", `${engineVersion}, ${catalog.version}`],
    ["prices as of", asOf],
    ["oldest price", oldest === null ? "none used" : `${oldest.id}, checked ${oldest.checked}, ${plural(oldest.ageDays, "day")} old`],
    ["horizon, region", `${plural(horizonMonths, "month")}, ${region}`],
    ["confidence", decision.confidenceText === "" ? decision.confidence : `${decision.confidence}: ${decision.confidenceText}`],
    ...decision.confidenceSteps.map(({ text }) => ["one step down", text] as const),
    ...(decision.nextMeasurement === null ? [] : [["measure next", decision.nextMeasurement] as const]),
    ...preferenceFlips(decision),
    ["search", search],
  ]);
}

function pairs(rows: readonly (readonly [string, string])[]): readonly (readonly Line[])[] {
  return rows.map(([label, value]) => [line(label), line(value)]);
}

function optionRows(option: OptionSummary | null): readonly (readonly Line[])[] {
  return option === null
    ? []
    : pairs(Object.entries(option).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)] as const])));
}

/** Every value that the policy declares for a workload, by key, with the line that declares it. */
function declaredRows(name: string, document: PolicyDocument | undefined): readonly (readonly Line[])[] {
  if (document === undefined) return [];
  const index = document.policy.workloads.findIndex((workload) => workload.name === name);
  const path = `workloads[${index}]`;
  return leaves(document.policy.workloads[index], path).map(([key, value]) => [
    line(code(key.slice(path.length + 1))),
    line(value),
    line(String(document.lineOf(key))),
  ]);
}

function leaves(value: unknown, path: string): readonly (readonly [string, string])[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return [[path, value.map(String).join(", ")]];
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) =>
      leaves(inner, `${path}.${key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`),
    );
  }
  return [[path, String(value)]];
}

function reasonRows({ reasons }: WorkloadDecision): readonly (readonly Line[])[] {
  return reasons.map((reason) => [
    line(code(reason.rule)),
    line(reason.certainty === undefined ? reason.verdict : `${reason.verdict} (certainty ${reason.certainty})`),
    line(reason.text),
    line(lineText(reason.line)),
    line(reason.source === null ? DASH : sourceText(reason.source)),
  ]);
}

function runnerUpRows({ runnersUp }: WorkloadDecision): readonly (readonly Line[])[] {
  return runnersUp.map(({ option, monthlyCostUsd, policyMonthlyUsd }) => [
    line(code(option.id)),
    line(usd(monthlyCostUsd.expected)),
    line(band(monthlyCostUsd)),
    line(usd(policyMonthlyUsd)),
  ]);
}

function tippingRows({ tippingPoints }: WorkloadDecision): readonly (readonly Line[])[] {
  return [...tippingPoints]
    .sort((a, b) => distance(a) - distance(b))
    .map((point) => [
      line(code(point.parameter)),
      line(quantity(point.from)),
      line(quantity(point.to)),
      line(pathWords[point.flipsTo]),
      line(point.text),
    ]);
}

function conflictRows({ conflict }: WorkloadDecision): readonly (readonly Line[])[] {
  return (conflict?.steps ?? []).map((step) => [
    line(code(step.pointer), ` ${step.says}`),
    line(lineText(step.line)),
    line(step.waivable ? "possible" : "no waiver can lift it"),
    line(step.out),
    line(step.example),
  ]);
}

function relaxationRows({ relaxations }: WorkloadDecision): readonly (readonly Line[])[] {
  return relaxations.map(({ text, option, monthlyUsd }) => [line(text), line(code(option.id)), line(usd(monthlyUsd))]);
}

function rejectedRows({ rejected }: WorkloadDecision): readonly (readonly Line[])[] {
  return rejected.map(({ option, rule, verdict, text, line: row }) => [
    line(code(option)),
    line(code(rule)),
    line(verdict === "unknown" ? "not proven" : verdict),
    line(text),
    line(lineText(row)),
  ]);
}

function gateRows({ gates }: Evaluation): readonly (readonly Line[])[] {
  return gates.map((gate) => [
    line(code(gate.id)),
    line(gate.status),
    line(gate.text),
    line(gate.line === null ? gate.from : `${gate.from}, line ${gate.line}`),
  ]);
}

function findingRows({ findings }: Evaluation): readonly (readonly Line[])[] {
  return findings.map((finding) => [line(finding.level), line(finding.text), line(lineText(finding.line))]);
}

function lineText(row: number | null): string {
  return row === null ? DASH : String(row);
}
