import { writeFileSync } from "node:fs";
import { fitConstants } from "./capacity/fit.ts";
import { cleanRow, type Measurement, predictFigures, readTable } from "./capacity/measurements.ts";
import { accuracyPage } from "./capacity/page.ts";
import { constantsAt } from "./capacity/parameters.ts";
import { bandsOf, type HeldOut, round, scoreTable } from "./capacity/score.ts";

/**
 * `npm run bench:capacity [-- --write] [-- --fitted]`: how well the capacity model predicts rows of sources that it has not seen.
 *
 * Whole groups (source + model) are held out in FOLDS folds. Excluded rows (eager mode, prefix-cache hits of unknown share, implied MFU above
 * 60 %, unknown parallelism, lengths or load; column `excluded`, set before scoring) are neither fitted nor in the first table, nor are latencies
 * that their source gives as medians of a run (column `latency_statistic`); the second table shows all rows that can be predicted. `--write` refits on all clean rows and writes src/capacity/calibration.json with the bands of
 * the held-out rows, and docs/accuracy.md. `--fitted` also prints errors on the rows that were fitted. Same table and seed, same bytes.
 */
const TABLE = new URL("./data/throughput.csv", import.meta.url);
const CALIBRATION = new URL("../src/capacity/calibration.json", import.meta.url);
const PAGE = new URL("../docs/accuracy.md", import.meta.url);
const SEED = 20_261_120;
const FOLDS = 10;

/** mulberry32: a 32-bit generator with a seed, so that folds do not depend on the machine. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function foldsOf(measurements: readonly Measurement[]): ReadonlyMap<string, number> {
  const next = random(SEED);
  const groups = [...new Set(measurements.map(({ group }) => group))].sort();
  const shuffled = groups.map((group) => ({ group, key: next() })).sort((a, b) => a.key - b.key);
  return new Map(shuffled.map(({ group }, index) => [group, index % FOLDS]));
}

function crossValidate(measurements: readonly Measurement[]): HeldOut[] {
  const folds = foldsOf(measurements);
  return Array.from({ length: FOLDS }).flatMap((_, fold) => {
    const constants = constantsAt(fitConstants(measurements.flatMap(cleanRow).filter(({ group }) => folds.get(group) !== fold)));
    process.stderr.write(`fold ${fold + 1} of ${FOLDS}\n`);
    const held = measurements.filter(({ group }) => folds.get(group) === fold);
    return held.map((row) => ({ row, fold, predicted: predictFigures(row, constants[row.question.engine]) }));
  });
}

function rounded(value: unknown): unknown {
  if (typeof value === "number") return round(value);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rounded(inner)]));
}

function main(flags: readonly string[]): void {
  const { measurements, unusable } = readTable(TABLE);
  const clean = measurements.flatMap(cleanRow);
  console.log(`${measurements.length} rows can be predicted, ${clean.length} of them are clean; not predicted:`);
  for (const [reason, count] of unusable) console.log(`  ${count} x ${reason}`);
  const heldOut = crossValidate(measurements);
  const cleanHeldOut = heldOut.flatMap((held) => cleanRow(held.row).map((row) => ({ ...held, row })));
  console.log(`\n${scoreTable(cleanHeldOut, "held out, clean rows", cleanHeldOut)}`);
  console.log(scoreTable(heldOut, "held out, all rows", cleanHeldOut));
  if (!flags.includes("--write") && !flags.includes("--fitted")) return;
  const constants = constantsAt(fitConstants(clean));
  const fitted = clean.map((row) => ({ row, fold: -1, predicted: predictFigures(row, constants[row.question.engine]) }));
  if (flags.includes("--fitted")) console.log(scoreTable(fitted, "fitted rows", cleanHeldOut));
  if (!flags.includes("--write")) return;
  const groups = new Set(clean.map(({ group }) => group)).size;
  const provenance = {
    fittedBy: "bench/capacity.ts --write",
    data: "bench/data/throughput.csv",
    rows: clean.length,
    groups,
    bands: `80 % of measured / predicted on sources not seen, ${FOLDS} folds of whole groups held out, seed ${SEED}`,
  };
  const bands = bandsOf(cleanHeldOut);
  writeFileSync(PAGE, accuracyPage(cleanHeldOut, heldOut));
  writeFileSync(CALIBRATION, `${JSON.stringify({ provenance, engines: rounded(constants), bands }, null, 2)}\n`);
}

main(process.argv.slice(2));
