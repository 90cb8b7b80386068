import type { Evaluation, WorkloadDelta } from "../decide/evaluation-types.ts";
import type { OptionSummary, WorkloadDecision } from "../decide/types.ts";
import { change, NO_CHANGE, usd, usdChange } from "./money.ts";
import { type Column, columns, type Line, line, strong, type TableView } from "./spans.ts";
import { allWorkloads, pathWord, pathWords, placeOf, servedBy, shortName, sideOf } from "./words.ts";

/** The workload table: rows that the pull request changes, and rows that it leaves alone. */
export interface WorkloadRows {
  readonly columns: readonly Column[];
  /** Largest change first; without a base branch every row, highest cost first. */
  readonly changed: readonly (readonly Line[])[];
  readonly unchanged: readonly (readonly Line[])[];
  /** Sum over all workloads; null for a single one. */
  readonly total: readonly Line[] | null;
}

/** A table of some of the rows, closed by the total where there is one. */
export function rowTable(rows: WorkloadRows, shown: readonly (readonly Line[])[], withTotal: boolean): TableView {
  return { columns: rows.columns, rows: withTotal && rows.total !== null ? [...shown, rows.total] : shown };
}

interface Row {
  readonly cells: readonly Line[];
  readonly changed: boolean;
  readonly weight: number;
}

/** Rows of every workload at head, and of those that the pull request removes. */
export function rowsOf(evaluation: Evaluation): WorkloadRows {
  const compared = evaluation.delta !== null;
  const deltas = new Map(evaluation.delta?.workloads.map((delta) => [delta.name, delta]));
  const before = new Map(evaluation.base?.decision.workloads.map((workload) => [workload.name, workload.option]));
  const { workloads, monthlyCostUsd } = evaluation.decision;
  const policyUsd = workloads.length > 1 ? (monthlyCostUsd?.expected ?? null) : null;
  const present = workloads.map((workload) => headRow(workload, deltas.get(workload.name), before, compared, policyUsd));
  const removed = (evaluation.delta?.workloads ?? []).filter((delta) => delta.kind === "removed").map(removedRow);
  const rows = [...present, ...removed].sort((a, b) => b.weight - a.weight);
  return {
    columns: columns("Workload", "Path", "Monthly>", ...(compared ? ["Change>"] : []), "Served by", "Runner-up"),
    changed: rows.filter((row) => row.changed).map((row) => row.cells),
    unchanged: rows.filter((row) => !row.changed).map((row) => row.cells),
    total: workloads.length > 1 ? totalCells(evaluation, compared) : null,
  };
}

function headRow(
  workload: WorkloadDecision,
  delta: WorkloadDelta | undefined,
  before: ReadonlyMap<string, OptionSummary | null>,
  compared: boolean,
  policyUsd: number | null,
): Row {
  const monthly = workload.monthlyCostUsd?.expected ?? null;
  const changed = !compared || delta === undefined || delta.kind !== "unchanged";
  const cells = [
    line(shortName(workload.name)),
    line(pathCell(workload, delta)),
    line(monthly === null ? "-" : usd(monthly)),
    ...(compared ? [line(changeCell(delta))] : []),
    line(servedByCell(workload, before.get(workload.name))),
    line(runnerUpCell(workload, policyUsd)),
  ];
  const weight = compared ? (delta?.deltaUsd ?? Number.MAX_VALUE) : (monthly ?? Number.MAX_VALUE);
  return { cells, changed, weight: Math.abs(weight) };
}

function pathCell(workload: WorkloadDecision, delta: WorkloadDelta | undefined): string {
  const from = delta?.from?.path;
  return from === undefined || from === workload.path ? pathWords[workload.path] : `${pathWord(from)} → ${pathWords[workload.path]}`;
}

function changeCell(delta: WorkloadDelta | undefined): string {
  if (delta === undefined || delta.kind === "added") return "new";
  if (delta.deltaUsd === null) return "not comparable";
  return change(delta.deltaUsd, delta.from?.monthlyUsd ?? null);
}

function servedByCell(workload: WorkloadDecision, before: OptionSummary | null | undefined): string {
  const now = servedBy(workload.option, workload.split);
  if (before === undefined || before === null || workload.option === null) return now;
  if (before.model !== workload.option.model) return `${now}, was ${shortName(before.model)}`;
  const [was, is] = [placeOf(before), placeOf(workload.option)];
  return was === is ? now : `${now}, was ${was}`;
}

/** `qwen3-32b, $39,400`; of the model that was chosen its route, `gemini-2.5-flash on vertex-gemini, $900`; among several workloads what the whole policy would pay more, because they share servers and people. */
function runnerUpCell(workload: WorkloadDecision, policyUsd: number | null): string {
  const next = workload.runnersUp[0];
  if (next === undefined) return "none";
  const { model, overflow, kind, route } = next.option;
  const side = sideOf(next.option);
  const isSame = kind !== "self-host" && model === workload.option?.model && route !== workload.option.route;
  const name = overflow === undefined ? shortName(model) : `${shortName(model)} + ${shortName(overflow.model)}`;
  const cost = policyUsd === null ? usd(next.monthlyCostUsd.expected) : policyChange(next.policyMonthlyUsd - policyUsd);
  return `${name}${isSame ? ` on ${shortName(route)}` : ""}${side === workload.path ? "" : ` (${pathWords[side]})`}, ${cost}`;
}

function policyChange(deltaUsd: number): string {
  const text = usdChange(deltaUsd);
  return text === NO_CHANGE ? "same policy cost" : `policy ${text}`;
}

function removedRow(delta: WorkloadDelta): Row {
  const from = delta.from?.monthlyUsd ?? null;
  const cells = [
    line(shortName(delta.name)),
    line("removed"),
    line("-"),
    line(from === null ? "-" : change(delta.deltaUsd ?? -from, from)),
    line("-"),
    line("-"),
  ];
  return { cells, changed: true, weight: Math.abs(delta.deltaUsd ?? from ?? 0) };
}

function totalCells(evaluation: Evaluation, compared: boolean): readonly Line[] {
  const monthly = evaluation.decision.monthlyCostUsd?.expected ?? null;
  const before = evaluation.base?.decision.monthlyCostUsd?.expected ?? null;
  const delta = evaluation.delta?.deltaMonthlyUsd ?? null;
  return [
    line(strong(allWorkloads(evaluation.decision.workloads.length))),
    line(pathWords[evaluation.decision.path]),
    line(monthly === null ? "-" : strong(usd(monthly))),
    ...(compared ? [line(delta === null ? "not comparable" : strong(change(delta, before)))] : []),
    [],
    [],
  ];
}
