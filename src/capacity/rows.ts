import { type Gpu, type OpenModel, Precision } from "../catalog/schema.ts";
import { vllmFlags } from "./flags.ts";
import { canSplitHeads, weightFormat } from "./format.ts";
import { maxConcurrency, memoryFit } from "./memory.ts";
import { predict } from "./predict.ts";
import type { Banded, ConfidenceClass, Load, MemoryFit, Prediction, RequestShape, ServingConfiguration } from "./types.ts";

/** The part of the catalog that the capacity model reads. */
export interface CapacityCatalog {
  readonly openModels: readonly OpenModel[];
  readonly gpus: readonly Gpu[];
}

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
      readonly memory: MemoryFit;
      readonly prediction: Prediction;
      readonly flags: readonly (readonly [flag: string, value: string])[];
    }
  | { readonly kind: "invalid"; readonly text: string };

/**
 * Answers one `capacity` question. Names resolve by catalog id or alias, whatever their case.
 * Example: `{model: "llama-3.1-8b", gpu: "H100", tensorParallel: 1, precision: "bf16", inputTokens: 1000, outputTokens: 500, load: closed 32}`.
 * Errors name the value seen and what is allowed: `unknown GPU "H1000"; known: a10g, l4, ...`.
 */
export function capacityOne(catalog: CapacityCatalog, options: CapacityOptions): CapacityAnswer {
  const model = find(catalog.openModels, options.model);
  if (model === undefined)
    return { kind: "invalid", text: `unknown open model "${options.model}"; breakeven catalog list shows the known ones` };
  const gpu = find(catalog.gpus, options.gpu);
  if (gpu === undefined)
    return { kind: "invalid", text: `unknown GPU "${options.gpu}"; known: ${catalog.gpus.map(({ id }) => id).join(", ")}` };
  const precision = precisionOf(options.precision);
  if (precision === undefined)
    return { kind: "invalid", text: `unknown precision "${options.precision}"; allowed: ${Precision.options.join(", ")}` };
  const shape = { inputTokens: options.inputTokens, outputTokens: options.outputTokens, cachedInputRatio: options.cachedInputRatio ?? 0 };
  const kvPrecision = options.kvPrecision === "fp8" ? "fp8" : "bf16";
  const maxModelLen = Math.ceil(shape.inputTokens + shape.outputTokens);
  const configuration = { model, gpu, precision, kvPrecision, tensorParallel: options.tensorParallel, maxModelLen } as const;
  const problem = impossible(configuration, shape);
  if (problem !== null) return { kind: "invalid", text: problem };
  const load: Load = options.load ?? { kind: "closed", concurrency: maxConcurrency(configuration, shape) };
  const prediction = predict(configuration, shape, load);
  return { kind: "prediction", configuration, memory: memoryFit(configuration), prediction, flags: vllmFlags(configuration, prediction) };
}

function impossible(configuration: ServingConfiguration, shape: RequestShape): string | null {
  const { model, gpu, precision, tensorParallel } = configuration;
  if (!(shape.inputTokens > 0 && shape.outputTokens > 0))
    return `input and output must be positive numbers of tokens, not ${shape.inputTokens} and ${shape.outputTokens}`;
  if (!Number.isInteger(tensorParallel) || tensorParallel < 1)
    return `tensor parallel size must be a positive whole number, not ${tensorParallel}`;
  if (!canSplitHeads(model, tensorParallel)) {
    const { attentionHeads, kvHeads } = model.architecture;
    return `tensor parallel size ${tensorParallel} does not divide the heads of ${model.id} (${attentionHeads} attention, ${kvHeads} KV)`;
  }
  if (weightFormat(precision, gpu) === null) return `vLLM has no ${precision} kernel for ${gpu.name}`;
  const fit = memoryFit({ ...configuration, maxModelLen: Math.ceil(shape.inputTokens + shape.outputTokens) });
  return fit.fits ? null : fit.text;
}

interface Named {
  readonly id: string;
  readonly aliases: readonly string[];
}

function find<T extends Named>(rows: readonly T[], name: string): T | undefined {
  const wanted = name.trim().toLowerCase();
  return rows.find(({ id, aliases }) => id.toLowerCase() === wanted || aliases.some((alias) => alias.toLowerCase() === wanted));
}

/** Other spellings of a precision in measurement tables. */
const PRECISION_ALIASES: Readonly<Record<string, Precision>> = { fp16: "bf16", fp4: "nvfp4", awq: "int4", gptq: "int4", "int8-wo": "int8" };

function precisionOf(name: string): Precision | undefined {
  const wanted = name.trim().toLowerCase();
  const parsed = Precision.safeParse(PRECISION_ALIASES[wanted] ?? wanted);
  return parsed.success ? parsed.data : undefined;
}

/** One prediction in the column names of the measurement table, or why there is none. Units: tokens/s, requests/s, ms. */
export type CapacityRow = { readonly id: string; readonly error: string } | PredictedRow;

export interface PredictedRow {
  readonly id: string;
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
  readonly ttft_ms: number | null;
  readonly ttft_ms_p10: number | null;
  readonly ttft_ms_p90: number | null;
  readonly tpot_ms: number;
  readonly tpot_ms_p10: number;
  readonly tpot_ms_p90: number;
}

/** One prediction for each record of a measurement table; a record that cannot be predicted says why. */
export function capacityRows(catalog: CapacityCatalog, records: readonly Readonly<Record<string, string>>[]): CapacityRow[] {
  return records.map((record, index) => capacityRow(catalog, record, record.id || `row-${index + 1}`));
}

function capacityRow(catalog: CapacityCatalog, record: Readonly<Record<string, string>>, id: string): CapacityRow {
  const missing = ["model", "gpu", "precision", "tp", "input_len", "output_len"].filter((column) => !record[column]);
  if (missing.length > 0) return { id, error: `no value in ${missing.join(", ")}; a prediction needs them` };
  const answer = capacityOne(catalog, {
    model: record.model ?? "",
    gpu: record.gpu ?? "",
    tensorParallel: Number(record.tp),
    precision: record.precision ?? "",
    kvPrecision: record.kv_precision ?? "",
    inputTokens: Number(record.input_len),
    outputTokens: Number(record.output_len),
    ...loadOf(record),
  });
  if (answer.kind === "invalid") return { id, error: answer.text };
  return toRow(id, answer.memory.fits, answer.prediction);
}

function loadOf({ load, concurrency, request_rate, num_prompts }: Readonly<Record<string, string>>): { readonly load?: Load } {
  if (load === "rate" && request_rate) return { load: { kind: "open", requestsPerSecond: Number(request_rate) } };
  if (concurrency) return { load: { kind: "closed", concurrency: Number(concurrency) } };
  if (num_prompts) return { load: { kind: "burst", requests: Number(num_prompts) } };
  return {};
}

function toRow(id: string, fits: boolean, prediction: Prediction): PredictedRow {
  return {
    id,
    fits,
    class: prediction.confidence,
    limited_by: prediction.limitedBy,
    ...columns("output_tok_s", prediction.outputTokensPerSecond),
    ...columns("total_tok_s", prediction.totalTokensPerSecond),
    ...columns("req_s", prediction.requestsPerSecond),
    ...latencyColumns(prediction.ttftMs),
    ...columns("tpot_ms", prediction.tpotMs),
  };
}

type Columns<K extends string> = { readonly [key in K | `${K}_p10` | `${K}_p90`]: number };

function columns<K extends string>(name: K, band: Banded): Columns<K>;
function columns(name: string, { expected, p10, p90 }: Banded): Readonly<Record<string, number>> {
  return { [name]: expected, [`${name}_p10`]: p10, [`${name}_p90`]: p90 };
}

/** An endless queue has no mean: null, since JSON knows no infinity. */
function latencyColumns({ expected, p10, p90 }: Banded): Pick<PredictedRow, "ttft_ms" | "ttft_ms_p10" | "ttft_ms_p90"> {
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  return { ttft_ms: finite(expected), ttft_ms_p10: finite(p10), ttft_ms_p90: finite(p90) };
}
