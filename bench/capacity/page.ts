import { METRICS, type Metric } from "./measurements.ts";
import { type HeldOut, percent, SELECTIONS, scoreOf } from "./score.ts";

/** Day on which the table of measurements was last extended. */
const DATA_DATE = "2026-11-20";

const TITLES: Readonly<Record<Metric, string>> = {
  outputTokensPerSecond: "Output tokens per second",
  tpotMs: "Time per output token (TPOT)",
  ttftMs: "Time to first token (TTFT)",
};

const NAMES: Readonly<Record<Metric, string>> = { outputTokensPerSecond: "throughput", tpotMs: "TPOT", ttftMs: "TTFT" };

/**
 * Published figures of other planners on measurements of vLLM on H100: mean of |error| per stage. Computed on 2026-11-20 from
 * inference-sim/sim-to-real-accuracy-validation, results_trainval/error_records.csv of 2026-06-17.
 */
const OTHERS = [
  ["Vidur (2 of 13 experiments)", "10.4 %", "11.1 %", "16.3 %"],
  ["AIConfigurator 0.9 (7 of 13)", "18.2 %", "21.1 %", "793 %"],
  ["BLIS, trained (13 of 13)", "24.0 %", "21.8 %", "22.8 %"],
  ["BLIS, roofline alone (13 of 13)", "44.6 %", "51.8 %", "362 %"],
  ["llm-optimizer (9 of 13)", "41.3 %", "54.4 %", "678 %"],
] as const;

/** `docs/accuracy.md`: errors on sources held out of the fit, and what other planners publish. */
export function accuracyPage(clean: readonly HeldOut[], all: readonly HeldOut[]): string {
  const groups = new Set(clean.map(({ row }) => row.group)).size;
  return [
    "# How accurate the capacity model is",
    "",
    `Written by \`npm run bench:capacity -- --write\`; measurements of ${DATA_DATE}: ${clean.length} rows in ${groups} groups (source and model). Whole groups are held out in ten folds, so`,
    "nothing of a group was seen before it is scored. Rows in eager mode, with prefix-cache hits of unknown share, above 60 % of peak or of unknown parallelism are left out by a rule set before scoring.",
    "Latencies that a source gives as medians of a run are left out the same way, because the model predicts means;",
    `with every row that can be predicted ${METRICS.map((metric) => `${NAMES[metric]} has a median error of ${percent(scoreOf(finite(all, metric), clean, metric).median)} (${finite(all, metric).length} rows)`).join(", ")}.`,
    "Error: |predicted / measured - 1|. In band: share of rows inside the 80 % band (P10 to P90) that the other folds give.",
    "",
    ...METRICS.flatMap((metric) => tableOf(clean, metric)),
    "## Other planners",
    "",
    "Mean errors on vLLM on H100, from inference-sim/sim-to-real-accuracy-validation (results_trainval/error_records.csv, 2026-06-17). Other rows than ours: a hint of the size, not a race.",
    "",
    ...table(["planner", "end to end", "time between tokens", "TTFT"], OTHERS),
    "",
    "## What remains",
    "",
    "- TPOT of bursts is the weakest, and most of it is the speed of the machine: output tokens/s x TPOT is the mean number of requests in decode, which needs no speed, and that is predicted within a median of",
    `  ${percent(concurrencyError(clean, "burst"))} in bursts and ${percent(concurrencyError(clean, "concurrency"))} in closed loops (part of whose rates are derived from the latencies). The rest moves with the rate: some machines are off by more than half for every figure`,
    "  (gpt-oss on A100 twice as fast as its experts on Hopper suggest, Qwen3 32B 1.7 times slower than predicted on the H100s of one lab with each engine, old releases bound by the processor of their host).",
    "- TTFT in closed loops of equal lengths depends on how far requests stay in step; plan with TTFT under a request rate.",
    "- Old releases of vLLM depend on the processor of the host: a model of 8 B parameters in bf16 takes 9.5 ms a token on an H100 and 14 to 27 ms on H200s of other hosts at the same 5 requests/s.",
    "- TensorRT-LLM and SGLang have constants of their own but fewer sources; plans are made for vLLM.",
    "",
  ].join("\n");
}

function tableOf(clean: readonly HeldOut[], metric: Metric): string[] {
  const rows = SELECTIONS.flatMap(([name, test]) => {
    const selected = finite(clean, metric).filter(({ row }) => test(row));
    if (selected.length === 0) return [];
    const { n, mean, median, p90, bias, covered } = scoreOf(selected, clean, metric);
    return [[name, String(n), ...[median, mean, p90, bias, covered].map(percent)]];
  });
  return [`## ${TITLES[metric]}`, "", ...table(["rows", "n", "median", "mean", "p90", "bias", "in band"], rows), ""];
}

/** Median error of output tokens/s x TPOT: the mean number of requests in decode. */
function concurrencyError(clean: readonly HeldOut[], load: string): number {
  const errors = finite(finite(clean, "tpotMs"), "outputTokensPerSecond")
    .filter(({ row }) => row.load === load)
    .map(({ row: { measured }, predicted }) =>
      Math.abs((predicted.tpotMs * predicted.outputTokensPerSecond) / ((measured.tpotMs ?? 0) * (measured.outputTokensPerSecond ?? 0)) - 1),
    )
    .sort((a, b) => a - b);
  return errors[Math.floor(errors.length / 2)] ?? Number.NaN;
}

function finite(rows: readonly HeldOut[], metric: Metric): readonly HeldOut[] {
  return rows.filter(({ row, predicted }) => row.measured[metric] !== null && Number.isFinite(predicted[metric]));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? "---" : "---:"))), ...rows.map(line)];
}
