import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import type { EngineConstants } from "../../src/capacity/engine.ts";
import { type CapacityQuestion, readQuestion } from "../../src/capacity/question.ts";
import { servingOfQuestion } from "../../src/capacity/rows.ts";
import { measure } from "../../src/capacity/run.ts";
import { loadCatalog } from "../../src/catalog/index.ts";

/** Figures of a run that measurements and predictions share; null where the source gives none. */
export interface Figures {
  readonly outputTokensPerSecond: number | null;
  readonly tpotMs: number | null;
  readonly ttftMs: number | null;
}

export const METRICS = ["outputTokensPerSecond", "tpotMs", "ttftMs"] as const;
export type Metric = (typeof METRICS)[number];

/** One measured row with the question that a prediction answers. */
export interface Measurement {
  readonly id: string;
  /** Source and model: rows of one group share a machine and a method, so they are held out together. */
  readonly group: string;
  readonly load: string;
  readonly question: CapacityQuestion;
  readonly measured: Figures;
  /** Why the row is not scored or fitted; empty for a clean row. Set before any scoring, by rule, in the table. */
  readonly excluded: string;
  /** Whether the source gives the median of its latencies: the model predicts means, so they are neither fitted nor scored. By rule, in the table. */
  readonly medianLatency: boolean;
}

export interface Table {
  readonly measurements: readonly Measurement[];
  /** Rows that no prediction can be made for, counted by reason. */
  readonly unusable: ReadonlyMap<string, number>;
}

/** Reads the table; a row that cannot be predicted is counted with its reason. */
export function readTable(url: URL): Table {
  const catalog = loadCatalog();
  const records: Record<string, string>[] = parse(readFileSync(url), { columns: true });
  const measurements: Measurement[] = [];
  const unusable = new Map<string, number>();
  for (const record of records) {
    const question = readQuestion(catalog, record);
    if (question.kind === "invalid") {
      unusable.set(question.text, (unusable.get(question.text) ?? 0) + 1);
      continue;
    }
    const { id = "", group = "", load = "", excluded = "", latency_statistic = "" } = record;
    const measured = { outputTokensPerSecond: figure(record.output_tok_s), tpotMs: figure(record.tpot_ms), ttftMs: figure(record.ttft_ms) };
    measurements.push({ id, group, load, question, measured, excluded, medianLatency: latency_statistic === "median" });
  }
  return { measurements, unusable };
}

/** The row as it is fitted and scored, or none: excluded rows fall out, and medians of a latency from the others. */
export function cleanRow(row: Measurement): readonly Measurement[] {
  if (row.excluded !== "") return [];
  return [row.medianLatency ? { ...row, measured: { ...row.measured, tpotMs: null, ttftMs: null } } : row];
}

function figure(text: string | undefined): number | null {
  return text ? Number(text) : null;
}

/** What the model says about a row with the given constants. */
export function predictFigures({ question }: Measurement, engine: EngineConstants): Record<Metric, number> {
  const result = measure(servingOfQuestion(question, engine), question.run);
  return {
    outputTokensPerSecond: result.requestsPerSecond * question.shape.outputTokens,
    tpotMs: result.tpotMs,
    ttftMs: result.ttftMs,
  };
}
