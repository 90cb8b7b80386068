import { Precision } from "../catalog/precision.ts";
import type { Gpu, OpenModel } from "../catalog/schema.ts";
import { type EngineId, engineNamed } from "./engine.ts";
import { canSplitHeads, weightFormat } from "./format.ts";
import { cell, gpuNamed, modelNamed, numberIn, precisionNamed, storedPrecision } from "./names.ts";
import type { ServingDetail } from "./operate.ts";
import type { Run } from "./run.ts";
import type { RequestShape, ServingConfiguration } from "./types.ts";

/** The part of the catalog that the capacity model reads. */
export interface CapacityCatalog {
  readonly openModels: readonly OpenModel[];
  readonly gpus: readonly Gpu[];
}

/** A row of a measurement table by column name, as text. */
export type MeasurementRecord = Readonly<Record<string, string>>;

/** Everything that a prediction needs to know about one row. */
export interface CapacityQuestion {
  readonly kind: "question";
  readonly engine: EngineId;
  readonly configuration: ServingConfiguration;
  readonly shape: RequestShape;
  readonly detail: ServingDetail;
  readonly run: Run;
}

export type QuestionResult = CapacityQuestion | { readonly kind: "invalid"; readonly text: string };

const NEEDED = ["model", "gpu", "precision", "tp", "input_len", "output_len"] as const;

/**
 * Reads a row of a measurement table: `model, gpu, precision, tp, input_len, output_len` are needed (the precision may stand in the model's name);
 * `engine, engine_version, kv_precision, length_dist, load, concurrency, request_rate, num_prompts, cached_input_ratio` and the server's command line
 * in `server` or `notes` are used where they are filled. Other columns are not read. Errors name the columns without a value, the number that
 * is none, or the value that nothing in the catalog answers to.
 */
export function readQuestion(catalog: CapacityCatalog, raw: MeasurementRecord): QuestionResult {
  const record = cleaned(raw);
  const missing = NEEDED.filter((column) => !record[column]);
  if (missing.length > 0) return invalid(`no value in ${missing.join(", ")}; a prediction needs them`);
  const wrong = NUMBERS.find((column) => record[column] && !(numberIn(record[column]) >= 0));
  if (wrong !== undefined) return invalid(`${wrong} must be a number, not "${record[wrong]}"`);
  const engine = engineNamed(record.engine ?? "", record.engine_version ?? "");
  if (engine === undefined) return invalid(`unknown engine "${record.engine}"; known: vLLM, SGLang, TensorRT-LLM, NIM`);
  const shape = {
    inputTokens: numberIn(record.input_len ?? ""),
    outputTokens: numberIn(record.output_len ?? ""),
    cachedInputRatio: Math.min(LARGEST_CACHED_RATIO, numberIn(record.cached_input_ratio || "0")),
  };
  const server = record.server || record.notes || "";
  const kvPrecision = record.kv_precision || (/kv-cache-dtype[= ]fp8/.test(server) ? "fp8" : "bf16");
  const resolved = resolveConfiguration(catalog, {
    model: record.model ?? "",
    gpu: record.gpu ?? "",
    precision: record.precision ?? "",
    tensorParallel: numberIn(record.tp ?? ""),
    kvPrecision,
    shape,
  });
  if (resolved.kind === "invalid") return resolved;
  const { configuration } = resolved;
  return { kind: "question", engine, configuration, shape, detail: detailOf(record, server, engine), run: runOf(record) };
}

/** Columns that hold numbers. */
const NUMBERS = ["tp", "input_len", "output_len", "concurrency", "request_rate", "num_prompts", "cached_input_ratio"] as const;

/** A prompt of which nothing is computed takes no time; the last token always is. */
const LARGEST_CACHED_RATIO = 0.999;

/** Words for "as fast as they can be sent". */
const NO_LIMIT = /^(inf(inity)?|unlimited|max)$/i;

/** The record with its columns in lower case, empty cells empty, and the precision filled in where only the model's name states it. */
function cleaned(raw: MeasurementRecord): Record<string, string | undefined> {
  const record = Object.fromEntries(Object.entries(raw).map(([column, text]) => [plainColumn(column), cell(text)]));
  const limits = ["concurrency", "request_rate", "num_prompts"].filter(
    (column) => NO_LIMIT.test(record[column] ?? "") || Number(record[column]) === 0,
  );
  const precision = record.precision || storedPrecision(record.model ?? "");
  return { ...record, ...(precision === undefined ? {} : { precision }), ...Object.fromEntries(limits.map((column) => [column, ""])) };
}

function plainColumn(column: string): string {
  return column
    .replace("\uFEFF", "")
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, "_");
}

export interface ConfigurationNames {
  readonly model: string;
  readonly gpu: string;
  readonly precision: string;
  readonly tensorParallel: number;
  readonly kvPrecision: string;
  readonly shape: RequestShape;
}

/** Names -> catalog rows. Names resolve by id or alias, whatever their case. `unknown GPU "H1000"; known: a10g, l4, ...`. */
export function resolveConfiguration(
  catalog: CapacityCatalog,
  names: ConfigurationNames,
): { readonly kind: "resolved"; readonly configuration: ServingConfiguration } | { readonly kind: "invalid"; readonly text: string } {
  const { tensorParallel, shape } = names;
  const model = modelNamed(catalog.openModels, names.model);
  if (model === undefined) return invalid(`unknown open model "${names.model}"; catalog list shows the known ones`);
  const gpu = gpuNamed(catalog.gpus, names.gpu);
  if (gpu === undefined) return invalid(`unknown GPU "${names.gpu}"; known: ${catalog.gpus.map(({ id }) => id).join(", ")}`);
  const precision = precisionNamed(names.precision);
  if (precision === undefined) return invalid(`unknown precision "${names.precision}"; allowed: ${Precision.options.join(", ")}`);
  if (!(shape.inputTokens > 0 && shape.outputTokens > 0))
    return invalid(`input and output must be positive numbers of tokens, not ${shape.inputTokens} and ${shape.outputTokens}`);
  if (!Number.isInteger(tensorParallel) || tensorParallel < 1)
    return invalid(`tensor parallel size must be a positive whole number, not ${tensorParallel}`);
  if (!canSplitHeads(model, tensorParallel)) {
    const { attentionHeads, kvHeads } = model.architecture;
    return invalid(
      `tensor parallel size ${tensorParallel} does not divide the heads of ${model.id} (${attentionHeads} attention, ${kvHeads} KV)`,
    );
  }
  if (weightFormat(precision, gpu) === null) return invalid(`vLLM has no ${precision} kernel for ${gpu.name}`);
  const kvPrecision = names.kvPrecision.toLowerCase().startsWith("fp8") ? "fp8" : "bf16";
  const maxModelLen = Math.ceil(shape.inputTokens + shape.outputTokens);
  return { kind: "resolved", configuration: { model, gpu, precision, kvPrecision, tensorParallel, maxModelLen } };
}

function invalid(text: string): { readonly kind: "invalid"; readonly text: string } {
  return { kind: "invalid", text };
}

/**
 * Spread and cap of output lengths by the name of the distribution. ShareGPT: standard deviation / mean near 1, benchmark tools keep outputs
 * below 1024 tokens; capped at 512 most of the spread is gone; "uniform 0.8 to 1.0" has 0.2 / sqrt(12) / 0.9.
 */
const LENGTHS: readonly (readonly [name: RegExp, detail: Pick<ServingDetail, "spread" | "longestOutput">])[] = [
  [/^(fixed)?$/, { spread: 0, longestOutput: null }],
  [/^uniform0\.8-1\.0$/, { spread: 0.06, longestOutput: null }],
  [/^sharegpt-cap512$/, { spread: 0.4, longestOutput: 512 }],
  [/^sharegpt/, { spread: 1, longestOutput: 1024 }],
  [/^variable/, { spread: 0.6, longestOutput: null }],
];

/** Lengths that spread in a way that nobody described. */
const OTHER_LENGTHS = { spread: 0.8, longestOutput: null } as const;

/** Default limit of running requests in other engines: vLLM before 0.8 and its documented 256; TensorRT-LLM's documented `max_batch_size` 2048. */
const ENGINE_MAX_SEQS: Partial<Readonly<Record<EngineId, number>>> = { "vllm-0.5": 256, "vllm-0.6": 256, "tensorrt-llm": 2048 };

function detailOf(record: Record<string, string | undefined>, server: string, engine: EngineId): ServingDetail {
  const lengths = LENGTHS.find(([name]) => name.test((record.length_dist ?? "").toLowerCase()))?.[1] ?? OTHER_LENGTHS;
  const maxNumSeqs = flagOf(server, /max-num-seqs[= ](\d+)/) ?? ENGINE_MAX_SEQS[engine];
  const maxBatchedTokens = flagOf(server, /(?:max-num-batched-tokens|max_num_tokens)[= ](\d+)/);
  return {
    ...lengths,
    ...(maxNumSeqs === undefined ? {} : { maxNumSeqs }),
    ...(maxBatchedTokens === undefined ? {} : { maxBatchedTokens }),
  };
}

function flagOf(server: string, pattern: RegExp): number | undefined {
  const match = pattern.exec(server);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

function runOf(record: Record<string, string | undefined>): Run {
  const number = (text: string | undefined) => (text ? numberIn(text) : null);
  const run = {
    concurrency: number(record.concurrency),
    requestsPerSecond: number(record.request_rate),
    requests: number(record.num_prompts),
  };
  // A concurrency beside a rate is measured, not set; a rate beside a concurrency is what came out.
  if (record.load === "rate" && run.requestsPerSecond !== null) return { ...run, concurrency: null };
  if (record.load === "concurrency" && run.concurrency !== null) return { ...run, requestsPerSecond: null };
  return run;
}
