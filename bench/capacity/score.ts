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

const BAND_NAME = { outputTokensPerSecond: "throughput", tpotMs: "tpot", ttftMs: "ttft" } as const;

/**
 * Share of the held-out rows of a class that lie below and above its band. Below 0.1, since a source that nobody has seen lies further out than
 * the spread among known ones: with 0.1 the bands of nine folds hold 73 to 75 % of the tenth, with 0.07 about 80 %.
 */
const TAIL = 0.07;

export function classOf({ question }: Measurement): ConfidenceClass {
  return confidenceClass(question.configuration, question.shape);
}

/** 80 % band of measured / predicted by engine family and class; the expected figure always lies inside. */
export function bandsOf(rows: readonly HeldOut[]): Bands {
  const band = (family: BandFamily, name: ConfidenceClass, metric: Metric): Band => {
    const ratios = ratiosOf(
      rows.filter(({ row }) => familyOf(row) === family && classOf(row) === name),
      metric,
    );
    return { p10: round(Math.min(1, quantile(ratios, TAIL))), p90: round(Math.max(1, quantile(ratios, 1 - TAIL))) };
  };
  const metrics = (family: BandFamily, name: ConfidenceClass) => ({
    throughput: band(family, name, "outputTokensPerSecond"),
    tpot: band(family, name, "tpotMs"),
    ttft: band(family, name, "ttftMs"),
  });
  const classes = (family: BandFamily) => ({ A: metrics(family, "A"), B: metrics(family, "B"), C: metrics(family, "C") });
  return { vllm: classes("vllm"), other: classes("other") };
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

/** Share of rows inside the band that the other folds give: what a band is worth on rows it has not seen. */
function coverage(selected: readonly HeldOut[], clean: readonly HeldOut[], metric: Metric): number {
  if (selected.some(({ fold }) => fold < 0)) return Number.NaN;
  const folds = [...new Set(clean.map(({ fold }) => fold))];
  const bandsWithout = new Map(folds.map((fold) => [fold, bandsOf(clean.filter((held) => held.fold !== fold))]));
  const inside = selected.filter(({ row, fold, predicted }) => {
    const band = bandsWithout.get(fold)?.[familyOf(row)][classOf(row)][BAND_NAME[metric]];
    const ratio = (row.measured[metric] ?? 0) / predicted[metric];
    return band !== undefined && ratio >= band.p10 && ratio <= band.p90;
  });
  return inside.length / selected.length;
}

/** Rows by name; every selection is printed for every metric. */
const SELECTIONS: readonly (readonly [name: string, test: (row: Measurement) => boolean])[] = [
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
];

const LARGE_CARDS = new Set(["a100-80gb", "h100", "h200", "b200"]);

function isSparse({ question }: Measurement): boolean {
  const { moe, attentionLayers } = question.configuration.model.architecture;
  return moe !== null || attentionLayers.linear > 0;
}

/** Table of errors: n, mean, median, p90 of |predicted / measured - 1|, median bias, share inside the 80 % band. */
export function scoreTable(heldOut: readonly HeldOut[], title: string): string {
  const clean = heldOut.filter(({ row }) => row.excluded === "");
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
  const errors = ratiosOf(selected, metric).map((ratio) => 1 / ratio - 1);
  const sizes = errors.map(Math.abs);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  const shares = [mean, quantile(sizes, 0.5), quantile(sizes, 0.9), quantile(errors, 0.5), coverage(selected, clean, metric)];
  return `  ${name.padEnd(44)}${String(sizes.length).padStart(5)}${shares.map((share) => `${(100 * share).toFixed(1)} %`.padStart(8)).join("")}`;
}
