import { METRICS, type Metric } from "./measurements.ts";
import { type HeldOut, percent, SELECTIONS, scoreOf } from "./score.ts";

/** Day on which the table of measurements was last extended. */
const DATA_DATE = "2026-11-20";

const TITLES: Readonly<Record<Metric, string>> = {
  outputTokensPerSecond: "Output tokens per second",
  tpotMs: "Time per output token (TPOT)",
  ttftMs: "Time to first token (TTFT)",
};

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
export function accuracyPage(clean: readonly HeldOut[]): string {
  const groups = new Set(clean.map(({ row }) => row.group)).size;
  return [
    "# How accurate the capacity model is",
    "",
    `Written by \`npm run bench:capacity -- --write\`; measurements of ${DATA_DATE}: ${clean.length} rows in ${groups} groups (source and model). Whole groups are held out in ten folds, so`,
    "nothing of a group was seen before it is scored. Rows in eager mode, with prefix-cache hits of unknown share, above 60 % of peak or of unknown parallelism are left out by a rule set before scoring.",
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
    "- TPOT of bursts is the weakest. Repeats of one burst with other flags differ by a median of 4 % (48 % at the 90th percentile), so most of the error is the model's and not noise; part of it is that",
    "  sources report means and medians under one name, and that the rate of some machines is off by more than half for every figure.",
    "- TTFT in closed loops of equal lengths depends on how far requests stay in step; plan with TTFT under a request rate.",
    "- Old releases of vLLM depend on the processor of the host: a model of 8 B parameters in bf16 takes 9.5 ms a token on an H100 and 14 to 27 ms on H200s of other hosts at the same 5 requests/s.",
    "- TensorRT-LLM and SGLang have constants of their own but fewer sources; plans are made for vLLM.",
    "",
  ].join("\n");
}

function tableOf(clean: readonly HeldOut[], metric: Metric): string[] {
  const rows = SELECTIONS.flatMap(([name, test]) => {
    const selected = clean.filter(({ row, predicted }) => test(row) && row.measured[metric] !== null && Number.isFinite(predicted[metric]));
    if (selected.length === 0) return [];
    const { n, mean, median, p90, bias, covered } = scoreOf(selected, clean, metric);
    return [[name, String(n), ...[median, mean, p90, bias, covered].map(percent)]];
  });
  return [`## ${TITLES[metric]}`, "", ...table(["rows", "n", "median", "mean", "p90", "bias", "in band"], rows), ""];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? "---" : "---:"))), ...rows.map(line)];
}
