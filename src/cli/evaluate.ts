import { costCurves, MOST_CURVES } from "../decide/curve.ts";
import type { Evaluation } from "../decide/evaluation-types.ts";
import { UserError } from "../files.ts";
import { renderComment } from "../report/comment.ts";
import { renderExplain } from "../report/explain.ts";
import { renderJson } from "../report/json.ts";
import { clean } from "../report/text.ts";
import { renderDiagnosticsText, renderText } from "../report/text-report.ts";
import { renderTrace } from "../report/trace.ts";
import type { PolicyResult } from "../report/types.ts";
import { htmlReport } from "./html.ts";
import { program } from "./program.ts";
import { EXIT, emit, errorTerminal, evaluateFile, PLAIN, raiseExitCode, terminalOf } from "./shell.ts";
import { chartText } from "./terminal-chart.ts";

interface EvaluateOptions {
  readonly base?: string;
  readonly format: "text" | "markdown" | "json" | "html";
  readonly out?: string;
  readonly asOf: string;
}

/** Longest path that the progress names. */
const MAX_PATH = 200;

/** Longest markdown that is printed; a comment of GitHub ends at 65,536. */
const MARKDOWN_LIMIT = 65_536;

/** `evaluate`: results on standard output, diagnostics on standard error, the exit code by the worst of them. */
export async function evaluateCommand(policies: string[], options: EvaluateOptions): Promise<void> {
  if (options.base !== undefined && policies.length > 1)
    throw new UserError("--base goes with one policy; evaluate the policies one by one");
  const results: PolicyResult[] = [];
  const charts: string[] = [];
  const draws = options.format === "text" && options.out === undefined && process.stdout.isTTY === true;
  for (const [index, file] of policies.entries()) {
    showProgress(index, policies);
    const result = await evaluateFile(file, options.base, options.asOf);
    // Curves cost time and stand in markdown alone.
    const extras = options.format === "markdown" && result.kind === "evaluated" ? { curves: costCurves(result.trace, MOST_CURVES) } : {};
    if (result.kind === "evaluated") results.push({ kind: "evaluated", file, evaluation: result.evaluation, extras });
    else results.push({ kind: "invalid", file, diagnostics: result.diagnostics });
    if (result.kind === "evaluated") charts.push(draws ? chartText(result.trace, options.asOf, terminalOf(process.stdout)) : "");
  }
  showProgress(policies.length, policies);
  for (const result of results) report(result);
  const evaluations = results.flatMap((result) => (result.kind === "evaluated" ? [result.evaluation] : []));
  if (evaluations.length > 0) await emit(await render(evaluations, results, options, charts), options.out);
}

function report(result: PolicyResult): void {
  const diagnostics = result.kind === "invalid" ? result.diagnostics : result.kind === "evaluated" ? result.evaluation.diagnostics : [];
  if (diagnostics.length > 0) process.stderr.write(`${renderDiagnosticsText(diagnostics, errorTerminal())}\n`);
  if (result.kind === "invalid") raiseExitCode(EXIT.invalidPolicy);
  if (result.kind === "evaluated" && result.evaluation.gates.some((gate) => gate.status === "fail")) raiseExitCode(EXIT.gateFailed);
}

async function render(
  evaluations: readonly Evaluation[],
  results: readonly PolicyResult[],
  options: EvaluateOptions,
  charts: readonly string[],
): Promise<string> {
  if (options.format === "json") return renderJson(evaluations.length === 1 && evaluations[0] !== undefined ? evaluations[0] : evaluations);
  if (options.format === "markdown") {
    return renderComment(results, {
      serverUrl: "https://github.com",
      repository: "",
      headSha: null,
      runUrl: null,
      maxLength: MARKDOWN_LIMIT,
    });
  }
  if (options.format === "html") {
    const files = results.flatMap((result) => (result.kind === "evaluated" ? [result.file] : []));
    return htmlReport(files, options.base, options.asOf, evaluations.map((evaluation) => renderText(evaluation, PLAIN)).join("\n"));
  }
  const terminal = options.out === undefined ? terminalOf(process.stdout) : PLAIN;
  return evaluations
    .map((evaluation, index) => [renderText(evaluation, terminal, program()), charts[index] ?? ""].filter((part) => part !== "").join("\n"))
    .join("\n");
}

/** Columns where the terminal does not say how many it has. */
const USUAL_COLUMNS = 80;

/** One line on the terminal that says how far it is, and goes when it is done; nothing in a pipe or a log. */
function showProgress(done: number, policies: readonly string[]): void {
  if (process.stderr.isTTY !== true) return;
  const count = policies.length > 1 ? ` ${done + 1} of ${policies.length}` : "";
  const text = done < policies.length ? `deciding${count}: ${clean(policies[done] ?? "", MAX_PATH)}` : "";
  // A line that wraps could not be taken back.
  process.stderr.write(`\r\u001b[K${text.slice(0, (process.stderr.columns ?? USUAL_COLUMNS) - 1)}`);
}

/** `explain`: the whole trace of one policy. */
export async function explainCommand(policy: string, options: { readonly workload?: string; readonly asOf: string }): Promise<void> {
  const result = await evaluateFile(policy, undefined, options.asOf);
  if (result.kind === "invalid") {
    process.stderr.write(`${renderDiagnosticsText(result.diagnostics, errorTerminal())}\n`);
    return raiseExitCode(EXIT.invalidPolicy);
  }
  const names = result.evaluation.decision.workloads.map(({ name }) => name);
  if (options.workload !== undefined && !names.includes(options.workload)) {
    throw new UserError(`no workload ${JSON.stringify(options.workload)} in ${policy}; it has: ${names.join(", ")}`);
  }
  const explained = renderExplain(result.evaluation, result.document, options.workload);
  await emit(`${explained}\n${renderTrace(result.trace.options, options.workload)}`, undefined);
}
