import { banded, bandFamily, confidenceClass } from "./confidence.ts";
import { ENGINES } from "./engine.ts";
import { vllmFlags } from "./flags.ts";
import { maxConcurrency, memoryFit } from "./memory.ts";
import { type Serving, servingOf } from "./operate.ts";
import { predict } from "./predict.ts";
import { type CapacityCatalog, type CapacityQuestion, type MeasurementRecord, readQuestion, resolveConfiguration } from "./question.ts";
import { measure, type RunResult } from "./run.ts";
import { timingOf } from "./timing.ts";
import type { ConfidenceClass, Load, MemoryFit, Prediction, ServingConfiguration } from "./types.ts";

/** One question to the capacity model in the words of the command line. Without a load the largest batch is predicted. */
export interface CapacityOptions {
  readonly model: string;
  readonly gpu: string;
  readonly tensorParallel: number;
  readonly precision: string;
  readonly kvPrecision?: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputRatio?: number;
  readonly load?: Load;
}

export type CapacityAnswer =
  | {
      readonly kind: "prediction";
      readonly configuration: ServingConfiguration;
      readonly memory: MemoryFit & { readonly fits: true };
      readonly prediction: Prediction;
      readonly flags: readonly (readonly [flag: string, value: string])[];
    }
  | { readonly kind: "invalid"; readonly text: string };

/**
 * Answers one `capacity` question for current vLLM: `prediction`, or `invalid`: a name or number that makes no sense (the text says
 * what is allowed), or a model that does not fit (the text names the bytes of both sides).
 * Example: `{model: "llama-3.1-8b", gpu: "H100", tensorParallel: 1, precision: "bf16", inputTokens: 1000, outputTokens: 500, load: closed 32}`.
 */
export function capacityOne(catalog: CapacityCatalog, options: CapacityOptions): CapacityAnswer {
  const shape = { inputTokens: options.inputTokens, outputTokens: options.outputTokens, cachedInputRatio: options.cachedInputRatio ?? 0 };
  const resolved = resolveConfiguration(catalog, { ...options, kvPrecision: options.kvPrecision ?? "bf16", shape });
  if (resolved.kind === "invalid") return resolved;
  const { configuration } = resolved;
  const memory = memoryFit(configuration);
  if (!memory.fits) return { kind: "invalid", text: memory.text };
  const load: Load = options.load ?? { kind: "closed", concurrency: maxConcurrency(configuration, shape) };
  const prediction = predict(configuration, shape, load);
  return { kind: "prediction", configuration, memory, prediction, flags: vllmFlags(configuration, prediction) };
}

/** One prediction in the column names of the measurement table, or why there is none. Units: tokens/s, requests/s, ms. */
export type CapacityRow = { readonly id: string; readonly error: string } | PredictedRow;

export interface PredictedRow {
  readonly id: string;
  /** False when the weights or one request exceed the memory by our count; the figures then hold for one request at a time. */
  readonly fits: boolean;
  readonly class: ConfidenceClass;
  readonly limited_by: string;
  readonly output_tok_s: number;
  readonly output_tok_s_p10: number;
  readonly output_tok_s_p90: number;
  readonly total_tok_s: number;
  readonly total_tok_s_p10: number;
  readonly total_tok_s_p90: number;
  readonly req_s: number;
  readonly req_s_p10: number;
  readonly req_s_p90: number;
  /** null: the queue of an overloaded server grows without end. */
  readonly ttft_ms: number | null;
  readonly ttft_ms_p10: number | null;
  readonly ttft_ms_p90: number | null;
  readonly tpot_ms: number;
  readonly tpot_ms_p10: number;
  readonly tpot_ms_p90: number;
}

/** One prediction for each record of a measurement table; a record that cannot be predicted says why. */
export function capacityRows(catalog: CapacityCatalog, records: readonly MeasurementRecord[]): CapacityRow[] {
  return records.map((record, index) => capacityRow(catalog, record, record.id || `row-${index + 1}`));
}

function capacityRow(catalog: CapacityCatalog, record: MeasurementRecord, id: string): CapacityRow {
  const question = readQuestion(catalog, record);
  if (question.kind === "invalid") return { id, error: question.text };
  return toRow(id, question, measure(servingOfQuestion(question), question.run));
}

/**
 * The serving that a question asks about. Someone measured it, so at least one request ran, whatever our memory count says.
 */
export function servingOfQuestion(question: CapacityQuestion, engine = ENGINES[question.engine]): Serving {
  const serving = servingOf(timingOf(question.configuration, engine), question.shape, question.detail);
  return serving.maxBatch >= 1 ? serving : { ...serving, maxBatch: 1 };
}

function toRow(id: string, { configuration, shape, engine }: CapacityQuestion, result: RunResult): PredictedRow {
  const confidence = confidenceClass(configuration, shape);
  const family = bandFamily(engine);
  const rate = result.requestsPerSecond;
  const output = banded(rate * shape.outputTokens, "throughput", confidence, family);
  const total = banded(rate * (shape.inputTokens + shape.outputTokens), "throughput", confidence, family);
  const requests = banded(rate, "throughput", confidence, family);
  const ttft = banded(result.ttftMs, "ttft", confidence, family);
  const tpot = banded(result.tpotMs, "tpot", confidence, family);
  return {
    id,
    fits: memoryFit(configuration).fits,
    class: confidence,
    limited_by: result.limitedBy,
    output_tok_s: output.expected,
    output_tok_s_p10: output.p10,
    output_tok_s_p90: output.p90,
    total_tok_s: total.expected,
    total_tok_s_p10: total.p10,
    total_tok_s_p90: total.p90,
    req_s: requests.expected,
    req_s_p10: requests.p10,
    req_s_p90: requests.p90,
    ttft_ms: finite(ttft.expected),
    ttft_ms_p10: finite(ttft.p10),
    ttft_ms_p90: finite(ttft.p90),
    tpot_ms: tpot.expected,
    tpot_ms_p10: tpot.p10,
    tpot_ms_p90: tpot.p90,
  };
}

/** JSON knows no infinity. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
