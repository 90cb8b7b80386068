import { type BandFamily, bandFamily, confidenceClass } from "../../src/capacity/confidence.ts";
import type { ConfidenceClass } from "../../src/capacity/types.ts";
import { METRICS, type Measurement, type Metric } from "./measurements.ts";

/** A row with the figures that constants fitted without its group predict. */
export interface HeldOut {
  readonly row: Measurement;
  readonly fold: number;
  readonly predicted: Record<Metric, number>;
}

type Band = { readonly p10: number; readonly p90: number };
export type Bands = Record<BandFamily, Record<ConfidenceClass, Record<"throughput" | "tpot" | "ttft", Band>>>;

/**
 * Shares of the held-out rows of a class that may lie below and above its band. With a tenth on each side the bands of nine folds hold fewer than 80 % of
 * the tenth, since a source that nobody has seen lies further out than the spread among known ones; how much fewer depends on how many sources a class
 * has. So each class and figure takes the share with which nine folds hold nearest to 80 % of the tenth.
 */
const TAILS = [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 0.11, 0.12, 0.13, 0.14, 0.15] as const;
const COVERED = 0.8;

export function classOf({ question }: Measurement): ConfidenceClass {
  return confidenceClass(question.configuration, question.shape);
}

/** 80 % band of measured / predicted by engine family and class; the expected figure always lies inside. */
export function bandsOf(rows: readonly HeldOut[]): Bands {
  const metrics = (family: BandFamily, name: ConfidenceClass) => {
    const own = rows.filter(({ row }) => familyOf(row) === family && classOf(row) === name);
    return {
      throughput: bandOf(own, "outputTokensPerSecond", tailOf(own, "outputTokensPerSecond")),
      tpot: bandOf(own, "tpotMs", tailOf(own, "tpotMs")),
      ttft: bandOf(own, "ttftMs", tailOf(own, "ttftMs")),
    };
  };
  const classes = (family: BandFamily) => ({ A: metrics(family, "A"), B: metrics(family, "B"), C: metrics(family, "C") });
  return { vllm: classes("vllm"), other: classes("other") };
}

function bandOf(own: readonly HeldOut[], metric: Metric, tail: number): Band {
  const ratios = ratiosOf(own, metric);
  return { p10: round(Math.min(1, quantile(ratios, tail))), p90: round(Math.max(1, quantile(ratios, 1 - tail))) };
}

function tailOf(own: readonly HeldOut[], metric: Metric): number {
  const miss = TAILS.map((tail) => ({ tail, miss: Math.abs(coverageWith(own, own, metric, tail) - COVERED) }));
  return miss.reduce((best, next) => (next.miss < best.miss ? next : best)).tail;
}

/** Share of `selected`, rows of one class, inside the band that the rows of that class in the other folds give. */
function coverageWith(selected: readonly HeldOut[], own: readonly HeldOut[], metric: Metric, tail: number): number {
  const folds = [...new Set(selected.map(({ fold }) => fold))];
  const bands = new Map(
    folds.map((fold) => [
      fold,
      bandOf(
        own.filter((held) => held.fold !== fold),
        metric,
        tail,
      ),
    ]),
  );
  const scored = selected.filter(({ row, predicted }) => row.measured[metric] !== null && Number.isFinite(predicted[metric]));
  const inside = scored.filter(({ row, fold, predicted }) => {
    const band = bands.get(fold);
    const ratio = (row.measured[metric] ?? 0) / predicted[metric];
    return band !== undefined && ratio >= band.p10 && ratio <= band.p90;
  });
  return inside.length / scored.length;
}

function familyOf({ question }: Measurement): BandFamily {
  return bandFamily(question.engine);
}

function ratiosOf(rows: readonly HeldOut[], metric: Metric): number[] {
  return rows.flatMap(({ row, predicted }) => {
    const value = row.measured[metric];
    return value === null || !Number.isFinite(predicted[metric]) ? [] : [value / predicted[metric]];
  });
}

/** Constants are written with three digits: more would claim what no measurement shows. */
export function round(value: number): number {
  return Number(value.toPrecision(3));
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 1;
}

/** Share of rows inside the band of their class that the other folds give: what a band is worth on rows it has not seen. */
function coverage(selected: readonly HeldOut[], clean: readonly HeldOut[], metric: Metric): number {
  if (selected.some(({ fold }) => fold < 0)) return Number.NaN;
  const keys = [...new Set(selected.map(({ row }) => classKey(row)))];
  const inside = keys.map((key) => {
    const own = clean.filter(({ row }) => classKey(row) === key);
    const rows = selected.filter(({ row }) => classKey(row) === key);
    return rows.length * coverageWith(rows, own, metric, tailOf(own, metric));
  });
  return inside.reduce((sum, rows) => sum + rows, 0) / selected.length;
}

function classKey(row: Measurement): string {
  return `${familyOf(row)}/${classOf(row)}`;
}

/** Rows by name; every selection is printed for every metric. */
export const SELECTIONS: readonly (readonly [name: string, test: (row: Measurement) => boolean])[] = [
  ["all engines", () => true],
  ["vLLM >= 0.8", ({ question }) => question.engine === "vllm"],
  ["vLLM >= 0.8 dense", (row) => row.question.engine === "vllm" && !isSparse(row)],
  ["vLLM >= 0.8 MoE/hybrid", (row) => row.question.engine === "vllm" && isSparse(row)],
  ["MoE/hybrid, all engines", isSparse],
  ["small cards", ({ question }) => !LARGE_CARDS.has(question.configuration.gpu.id)],
  ["old vLLM", ({ question }) => question.engine.startsWith("vllm-")],
  ["TensorRT-LLM and NIM", ({ question }) => question.engine === "tensorrt-llm" || question.engine === "nim"],
  ["SGLang", ({ question }) => question.engine === "sglang"],
  ["vLLM >= 0.8 dense, closed loop or burst", (row) => row.question.engine === "vllm" && !isSparse(row) && row.load !== "rate"],
  ["closed loop", ({ load }) => load === "concurrency"],
  ["burst", ({ load }) => load === "burst"],
  ["Poisson or constant rate", ({ load }) => load === "rate"],
  ["vLLM >= 0.8 class A", (row) => familyOf(row) === "vllm" && classOf(row) === "A"],
  ["vLLM >= 0.8 class B", (row) => familyOf(row) === "vllm" && classOf(row) === "B"],
  ["vLLM >= 0.8 class C", (row) => familyOf(row) === "vllm" && classOf(row) === "C"],
  ["other engines class A", (row) => familyOf(row) === "other" && classOf(row) === "A"],
  ["other engines class B", (row) => familyOf(row) === "other" && classOf(row) === "B"],
  ["other engines class C", (row) => familyOf(row) === "other" && classOf(row) === "C"],
];

const LARGE_CARDS = new Set(["a100-80gb", "h100", "h200", "b200"]);

function isSparse({ question }: Measurement): boolean {
  const { moe, attentionLayers } = question.configuration.model.architecture;
  return moe !== null || attentionLayers.linear > 0;
}

/** Table of errors: n, mean, median, p90 of |predicted / measured - 1|, median bias, share inside the 80 % band of `clean` rows. */
export function scoreTable(heldOut: readonly HeldOut[], title: string, clean: readonly HeldOut[]): string {
  const lines = METRICS.flatMap((metric) => [
    `${`${title}: ${metric}`.padEnd(46)}    n   mean  median    p90    bias  in band`,
    ...SELECTIONS.flatMap(([name, test]) => {
      const selected = heldOut.filter(
        ({ row, predicted }) => test(row) && row.measured[metric] !== null && Number.isFinite(predicted[metric]),
      );
      return selected.length === 0 ? [] : [scoreLine(name, selected, clean, metric)];
    }),
    "",
  ]);
  return lines.join("\n");
}

function scoreLine(name: string, selected: readonly HeldOut[], clean: readonly HeldOut[], metric: Metric): string {
  const { n, mean, median, p90, bias, covered } = scoreOf(selected, clean, metric);
  return `  ${name.padEnd(44)}${String(n).padStart(5)}${[mean, median, p90, bias, covered].map((share) => percent(share).padStart(8)).join("")}`;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Errors |predicted / measured - 1| of rows that have the figure: shares, not percent. */
export interface Score {
  readonly n: number;
  readonly mean: number;
  readonly median: number;
  readonly p90: number;
  /** Median of predicted / measured - 1. */
  readonly bias: number;
  /** Share of the rows inside the 80 % band that the other folds give. */
  readonly covered: number;
}

export function scoreOf(selected: readonly HeldOut[], clean: readonly HeldOut[], metric: Metric): Score {
  const errors = ratiosOf(selected, metric).map((ratio) => 1 / ratio - 1);
  const sizes = errors.map(Math.abs);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  const covered = coverage(selected, clean, metric);
  return { n: sizes.length, mean, median: quantile(sizes, 0.5), p90: quantile(sizes, 0.9), bias: quantile(errors, 0.5), covered };
}
