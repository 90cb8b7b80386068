import { describe, expect, it } from "vitest";
import { cleanRow, type Measurement, predictFigures, readTable } from "../../bench/capacity/measurements.ts";
import { ENGINES } from "../../src/capacity/engine.ts";

const table = readTable(new URL("../../bench/data/throughput.csv", import.meta.url));
const clean = table.measurements.flatMap(cleanRow);

/** Medians on the rows that the constants were fitted to; `npm run bench:capacity` prints those on sources held out. */
function medianError(rows: readonly Measurement[], metric: "outputTokensPerSecond" | "tpotMs" | "ttftMs"): number {
  const errors = rows.flatMap((row) => {
    const measured = row.measured[metric];
    return measured === null ? [] : [Math.abs(predictFigures(row, ENGINES[row.question.engine])[metric] / measured - 1)];
  });
  return errors.sort((a, b) => a - b)[Math.floor(errors.length / 2)] ?? Number.NaN;
}

function isDense({ question }: Measurement): boolean {
  const { moe, attentionLayers } = question.configuration.model.architecture;
  return moe === null && attentionLayers.linear === 0;
}

describe("shipped constants against the measured rows", () => {
  it("predict every row of the table that names model, lengths and parallelism", () => {
    expect([...table.unusable.keys()].every((reason) => reason.startsWith("no value in "))).toBe(true);
    expect(clean.length).toBeGreaterThan(800);
  });

  it("keep the median error of throughput that the bench reports", () => {
    const current = clean.filter(({ question }) => question.engine === "vllm");

    expect(medianError(clean, "outputTokensPerSecond")).toBeLessThan(0.12);
    expect(medianError(current.filter(isDense), "outputTokensPerSecond")).toBeLessThan(0.07);
    expect(
      medianError(
        current.filter((row) => !isDense(row)),
        "outputTokensPerSecond",
      ),
    ).toBeLessThan(0.15);
  });

  it("keep the median error of latency that the bench reports", () => {
    expect(
      medianError(
        clean.filter(({ load }) => load === "concurrency"),
        "tpotMs",
      ),
    ).toBeLessThan(0.12);
    expect(
      medianError(
        clean.filter(({ load }) => load === "rate"),
        "ttftMs",
      ),
    ).toBeLessThan(0.25);
  });
});
