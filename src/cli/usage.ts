import { loadCatalog } from "../catalog/index.ts";
import { DAYS_PER_MONTH } from "../decide/defaults.ts";
import { asRange } from "../decide/facts.ts";
import { nameBook } from "../decide/names.ts";
import { readPolicyText, UserError } from "../files.ts";
import { parsePolicy } from "../policy/parse.ts";
import { quantity, usd } from "../report/money.ts";
import { columns, type Line, line, type TableView } from "../report/spans.ts";
import { tableText } from "../report/terminal.ts";
import { renderDiagnosticsText } from "../report/text-report.ts";
import { plural } from "../report/words.ts";
import { EXIT, emit, errorTerminal, PLAIN, raiseExitCode, terminalOf, today } from "./shell.ts";
import { formatOf, type ReadRow, USAGE_FORMATS, type UsageFormat, type UsageRow } from "./usage-formats.ts";
import { openUsage, type UsageSource } from "./usage-source.ts";

interface UsageOptions {
  readonly policy?: string;
  readonly workload?: string;
  readonly requests?: string;
  readonly model?: string;
}

const MS_PER_DAY = 86_400_000;
/** Wrong rows that are told one by one; the rest are counted. */
const TOLD_ROWS = 5;

/** Sums over an export. Nothing of a row is kept, so a file of any length takes the same memory. */
interface Totals {
  rows: number;
  requests: number;
  countsRequests: boolean;
  input: number;
  cached: number | null;
  written: number | null;
  output: number;
  batchTokens: number;
  costUsd: number | null;
  from: number;
  to: number;
  readonly byModel: Map<string, { requests: number; input: number; output: number; costUsd: number | null }>;
  readonly wrong: string[];
  wrongRows: number;
}

/** What the export says in a policy's words: means of one request, requests of a day. */
export interface MeasuredUsage {
  readonly days: number;
  readonly requestsPerDay: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** null where the export does not say. */
  readonly cachedInputRatio: number | null;
  /** Share of the input that was written to a prompt cache; null where the export does not say. */
  readonly cacheWriteRatio: number | null;
  readonly batchRatio: number;
}

/** `usage import`: volume and tokens of an export as YAML for a policy, and against a policy where one is given. */
export async function usageImportCommand(file: string, options: UsageOptions): Promise<void> {
  const { format, totals, isPart } = await readUsage(file, options.model);
  const usage = measuredOf(file, totals, options.requests);
  const terminal = terminalOf(process.stdout);
  const parts = [head(file, format, totals, usage), yamlOf(usage)];
  if (totals.byModel.size > 1) parts.push(tableText(modelTable(totals), terminal));
  if (totals.wrongRows > 0)
    process.stderr.write(`warning: ${plural(totals.wrongRows, "row")} left out:\n${totals.wrong.map((text) => `  ${text}\n`).join("")}`);
  if (isPart) process.stderr.write(`warning: ${file} says has_more: pages are missing at its end, so volume and cost are too low\n`);
  if (options.policy !== undefined) parts.push(await against(options.policy, options.workload, usage, totals));
  await emit(`${parts.filter((part) => part !== "").join("\n")}\n`, undefined);
}

/** Reads an export row by row. Throws a `UserError` when it is none, or holds no row that counts. */
export async function readUsage(
  file: string,
  model: string | undefined,
): Promise<{ readonly format: UsageFormat; readonly totals: Totals; readonly isPart: boolean }> {
  const totals: Totals = {
    rows: 0,
    requests: 0,
    countsRequests: true,
    input: 0,
    cached: 0,
    written: 0,
    output: 0,
    batchTokens: 0,
    costUsd: 0,
    from: Number.POSITIVE_INFINITY,
    to: Number.NEGATIVE_INFINITY,
    byModel: new Map(),
    wrong: [],
    wrongRows: 0,
  };
  const source = await opened(file);
  let format: UsageFormat | undefined;
  for await (const { line: at, row } of source.rows) {
    format ??= formatIn(file, at, row);
    // A header speaks for all rows; in JSON each row has its own keys, and one that is missing is no zero.
    const missing = source.isTable || row.results === "none" ? [] : format.needs.filter((name) => row[name] === undefined);
    const read: ReadRow = missing.length === 0 ? format.read(row) : { kind: "wrong", text: `it lacks ${missing.join(", ")}` };
    addRow(totals, read, model, `${file}:${at}`);
  }
  if (format === undefined) throw new UserError(`${file}: is empty or holds a header alone; an export with rows is needed`);
  if (totals.rows === 0) {
    const why = totals.wrong[0] === undefined ? "no row counts tokens" : totals.wrong[0];
    throw new UserError(`${file}: ${format.title}: ${model === undefined ? why : `no row of model ${JSON.stringify(model)}`}`);
  }
  return { format, totals, isPart: source.isPart() };
}

async function opened(file: string): Promise<UsageSource> {
  try {
    return await openUsage(file);
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw new UserError(`${file}: ${isMissing ? "no such file" : error instanceof Error ? error.message : String(error)}`);
  }
}

function formatIn(file: string, line: number, row: Readonly<Record<string, string>>): UsageFormat {
  const found = row.results === "none" ? USAGE_FORMATS[0] : formatOf(Object.keys(row));
  if (found === undefined || "problem" in found) throw new UserError(`${file}:${line}: ${found?.problem}`);
  return found;
}

function addRow(totals: Totals, read: ReadRow, model: string | undefined, place: string): void {
  switch (read.kind) {
    case "refused":
      throw new UserError(`${place}: ${read.text}`);
    case "wrong":
      totals.wrongRows += 1;
      if (totals.wrong.length < TOLD_ROWS) totals.wrong.push(`${place}: ${read.text}`);
      return;
    case "idle":
      span(totals, read);
      return;
    case "usage":
      // A mean is over all days of the export, those on which only other models were asked included.
      span(totals, read.usage);
      if (model === undefined || read.usage.model === model) add(totals, read.usage);
      return;
    case "other":
      return;
  }
}

function span(totals: Totals, { from, to }: { readonly from: number; readonly to: number }): void {
  totals.from = Math.min(totals.from, from);
  totals.to = Math.max(totals.to, to);
}

function add(totals: Totals, row: UsageRow): void {
  totals.rows += 1;
  if (row.requests === null) totals.countsRequests = false;
  totals.requests += row.requests ?? 0;
  totals.input += row.inputTokens;
  totals.output += row.outputTokens;
  // One row that does not say makes the whole unknown: a share of some rows would be taken for the share of all.
  totals.cached = row.cachedInputTokens === null || totals.cached === null ? null : totals.cached + row.cachedInputTokens;
  totals.written = row.cacheWriteTokens === null || totals.written === null ? null : totals.written + row.cacheWriteTokens;
  totals.costUsd = row.costUsd === null || totals.costUsd === null ? null : totals.costUsd + row.costUsd;
  if (row.isBatch) totals.batchTokens += row.inputTokens + row.outputTokens;
  const known = totals.byModel.get(row.model) ?? { requests: 0, input: 0, output: 0, costUsd: 0 };
  known.requests += row.requests ?? 0;
  known.input += row.inputTokens;
  known.output += row.outputTokens;
  known.costUsd = row.costUsd === null || known.costUsd === null ? null : known.costUsd + row.costUsd;
  totals.byModel.set(row.model, known);
}

function measuredOf(file: string, totals: Totals, declaredRequests: string | undefined): MeasuredUsage {
  const days = Math.max(1, (totals.to - totals.from) / MS_PER_DAY);
  const requests = totals.countsRequests ? totals.requests : Number(declaredRequests);
  if (declaredRequests === undefined && !totals.countsRequests) {
    throw new UserError(
      `${file}: a bill does not count requests; it has ${quantity(totals.input)} input and ${quantity(totals.output)} output tokens in ${days === 1 ? "1 day" : `${quantity(days)} days`}; give the requests of that time with --requests`,
    );
  }
  if (!Number.isFinite(requests) || requests <= 0)
    throw new UserError(`${file}: ${JSON.stringify(declaredRequests ?? requests)} requests; a number above 0 is needed`);
  return {
    days,
    requestsPerDay: requests / days,
    inputTokens: totals.input / requests,
    outputTokens: totals.output / requests,
    cachedInputRatio: totals.cached === null ? null : totals.input === 0 ? 0 : totals.cached / totals.input,
    cacheWriteRatio: totals.written === null ? null : totals.input === 0 ? 0 : totals.written / totals.input,
    batchRatio: totals.input + totals.output === 0 ? 0 : totals.batchTokens / (totals.input + totals.output),
  };
}

const dayOf = (time: number) => new Date(time).toISOString().slice(0, "YYYY-MM-DD".length);

function head(file: string, format: UsageFormat, totals: Totals, usage: MeasuredUsage): string {
  const cost = totals.costUsd === null ? "" : `, ${usd(totals.costUsd)} spent`;
  return `# ${file}: ${format.title}, ${totals.rows === 1 ? "1 row" : `${quantity(totals.rows)} rows`} from ${dayOf(totals.from)} to ${dayOf(totals.to)} (${days(usage)})${cost}`;
}

const days = (usage: MeasuredUsage) => (usage.days === 1 ? "1 day" : `${quantity(usage.days)} days`);
const whole = (value: number) => Math.max(1, Math.round(value));
/** Whole requests from a hundred on, three digits below: ten in a month are 0.333 a day, not one. */
const perDay = (value: number) => (value < 100 ? Number(value.toPrecision(3)) : Math.round(value));
const share = (value: number) => Number(value.toFixed(3));

function yamlOf(usage: MeasuredUsage): string {
  const cached = usage.cachedInputRatio === null ? "" : `, cached_input_ratio: ${share(usage.cachedInputRatio)}`;
  // Rounded, the two may not be more than all input.
  const written = Math.min(share(usage.cacheWriteRatio ?? 0), share(1 - share(usage.cachedInputRatio ?? 0)));
  const writes = written === 0 ? "" : `, cache_write_ratio: ${written}`;
  const batch = usage.batchRatio === 0 ? "" : `, batch_ratio: ${share(usage.batchRatio)}`;
  const unknown = usage.cachedInputRatio === null ? ` # the export does not say what came from the prompt cache` : "";
  return `volume:\n  requests_per_day: ${perDay(usage.requestsPerDay)}\ntokens: { input: ${whole(usage.inputTokens)}, output: ${whole(usage.outputTokens)}${cached}${writes}${batch} }${unknown}`;
}

function modelTable({ byModel }: Totals): TableView {
  const rows = [...byModel].sort((a, b) => b[1].input + b[1].output - (a[1].input + a[1].output) || (a[0] < b[0] ? -1 : 1));
  return {
    columns: columns("Model", "Requests>", "Input tokens>", "Output tokens>", "Spent>"),
    rows: rows.map(([model, { requests, input, output, costUsd }]) => [
      line(model),
      line(requests === 0 ? "not counted" : quantity(requests)),
      line(quantity(input)),
      line(quantity(output)),
      line(costUsd === null ? "not exported" : usd(costUsd)),
    ]),
  };
}

async function against(path: string, name: string | undefined, usage: MeasuredUsage, totals: Totals): Promise<string> {
  const read = parsePolicy(await readPolicyText(path), path, nameBook(loadCatalog(), today()));
  if (read.kind === "invalid") {
    process.stderr.write(`${renderDiagnosticsText(read.diagnostics, errorTerminal())}\n`);
    raiseExitCode(EXIT.invalidPolicy);
    return "";
  }
  const { workloads } = read.policy;
  const names = workloads.map((workload) => workload.name);
  const workload = name === undefined && workloads.length === 1 ? workloads[0] : workloads.find((entry) => entry.name === name);
  if (workload === undefined)
    throw new UserError(`name the workload that the export is of with --workload; ${path} has: ${names.join(", ")}`);
  const { volume, tokens } = workload;
  const declared =
    volume.requestsPerDay === undefined
      ? asRange(volume.requestsPerMonth ?? 0).expected / DAYS_PER_MONTH
      : asRange(volume.requestsPerDay).expected;
  const rows: readonly (readonly Line[])[] = [
    compared("requests a day", declared, usage.requestsPerDay),
    compared("input tokens", asRange(tokens.input).expected, usage.inputTokens),
    compared("output tokens", asRange(tokens.output).expected, usage.outputTokens),
    compared("cached share of input", tokens.cachedInputRatio ?? null, usage.cachedInputRatio),
    ...((usage.cacheWriteRatio ?? 0) > 0 || tokens.cacheWriteRatio !== undefined
      ? [compared("share of input written to a cache", tokens.cacheWriteRatio ?? null, usage.cacheWriteRatio)]
      : []),
    compared("batch share", tokens.batchRatio ?? 0, usage.batchRatio),
  ];
  const view: TableView = { columns: columns(`Workload ${workload.name}`, "Declared>", "Actual>", "Actual against declared>"), rows };
  const spent = totals.costUsd === null ? "" : `\nspent: ${usd((totals.costUsd / usage.days) * DAYS_PER_MONTH)} a month of 730 hours`;
  return `${tableText(view, process.stdout.isTTY ? terminalOf(process.stdout) : PLAIN)}${spent}`;
}

function compared(label: string, declared: number | null, actual: number | null): readonly Line[] {
  const ratio = declared === null || actual === null || declared === 0 ? "-" : `×${quantity(actual / declared)}`;
  return [
    line(label),
    line(declared === null ? "not declared" : quantity(declared)),
    line(actual === null ? "not exported" : quantity(actual)),
    line(ratio),
  ];
}
