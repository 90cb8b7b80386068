import { readFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { capacityOne, capacityRows } from "../capacity/rows.ts";
import type { Banded } from "../capacity/types.ts";
import { loadCatalog } from "../catalog/index.ts";
import { UserError } from "../files.ts";
import { emit } from "./shell.ts";

interface CapacityCommandOptions {
  readonly csv?: string;
  readonly model?: string;
  readonly gpu?: string;
  readonly tp: string;
  readonly precision: string;
  readonly input?: string;
  readonly output?: string;
  readonly concurrency?: string;
  readonly format: "text" | "json";
}

/** `capacity`: one configuration as text or JSON, or one JSON line for each row of a CSV file, in its order. */
export async function capacityCommand(options: CapacityCommandOptions): Promise<void> {
  if (options.csv !== undefined) return capacityCsv(options.csv);
  const { model, gpu, input, output } = options;
  if (model === undefined || gpu === undefined || input === undefined || output === undefined) {
    throw new UserError("capacity needs --model, --gpu, --input and --output, or --csv FILE");
  }
  const answer = capacityOne(loadCatalog(), {
    model,
    gpu,
    tensorParallel: numberOf("--tp", options.tp),
    precision: options.precision,
    inputTokens: numberOf("--input", input),
    outputTokens: numberOf("--output", output),
    ...(options.concurrency === undefined ? {} : { load: { kind: "closed", concurrency: numberOf("--concurrency", options.concurrency) } }),
  });
  if (answer.kind === "invalid") throw new UserError(answer.text);
  const { memory, prediction, flags } = answer;
  if (options.format === "json") {
    const { model: row, gpu: card, ...configuration } = answer.configuration;
    return emit(`${JSON.stringify({ model: row.id, gpu: card.id, ...configuration, memory, prediction, flags }, null, 2)}\n`, undefined);
  }
  const rows: readonly (readonly [label: string, value: string])[] = [
    ["output tokens/s", banded(prediction.outputTokensPerSecond)],
    ["total tokens/s", banded(prediction.totalTokensPerSecond)],
    ["requests/s", banded(prediction.requestsPerSecond)],
    ["TTFT ms", banded(prediction.ttftMs)],
    ["TPOT ms", banded(prediction.tpotMs)],
    ["requests running", String(prediction.concurrency)],
    ["limited by", prediction.limitedBy],
    ["confidence class", prediction.confidence],
    ...(memory.fits ? [["KV cache", `${memory.kvCacheTokens} tokens (${memory.kvCacheGiB.toFixed(1)} GiB on each GPU)`] as const] : []),
    ["vLLM flags", flags.map(([flag, value]) => `${flag} ${value}`.trim()).join(" ")],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  await emit(`${rows.map(([label, value]) => `${label.padEnd(width)}  ${value}`).join("\n")}\n`, undefined);
}

async function capacityCsv(path: string): Promise<void> {
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw new UserError(`${path}: cannot be read: ${error.message}`);
  });
  const records = parseCsv(path, text);
  await emit(
    capacityRows(loadCatalog(), records)
      .map((row) => `${JSON.stringify(row)}\n`)
      .join(""),
    undefined,
  );
}

function parseCsv(path: string, text: string): Record<string, string>[] {
  try {
    return parse(text, { columns: true, bom: true, skip_empty_lines: true, trim: true, relax_column_count: true, relax_quotes: true });
  } catch (error) {
    throw new UserError(`${path}: is not a CSV table with a header line: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Expected value with its P10 to P90 band, three significant digits. */
function banded({ expected, p10, p90 }: Banded): string {
  const digits = (value: number) => String(Number(value.toPrecision(3)));
  return `${digits(expected)}  (P10 ${digits(p10)}, P90 ${digits(p90)})`;
}

function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new UserError(`${option} ${JSON.stringify(text)}: write a number above 0`);
  return value;
}
