import { describe, expect, it } from "vitest";
import type { Measured } from "../../src/decide/contest.ts";
import { nextMeasurementOf } from "../../src/decide/next-measurement.ts";

type Kind = Measured["input"]["kind"];

/** An input of a workload called chat, with the share of its values that flip the verdict and how far it moves the gap between two paths. */
function row(kind: Kind, flipRatio: number, gapUsd: number, change: Partial<Measured["input"]> = {}): Measured {
  const range = { low: 1, expected: 2, high: 3 };
  return {
    gapUsd,
    input: {
      id: kind,
      kind,
      workload: "chat",
      label: kind,
      unit: "",
      range,
      key: `key.of_${kind}`,
      declared: false,
      measure: null,
      ...change,
    },
    swing: { input: kind, workload: "chat", unit: "", low: 1, high: 3, lowMonthlyUsd: 1, highMonthlyUsd: 3, flipsTo: null, flipRatio },
  };
}

describe("what to find out next", () => {
  it.each<[kind: Kind, text: string]>([
    ["requests", "read last month's requests of chat from the usage page or the gateway log and narrow key.of_requests"],
    ["tokens", "read last month's token counts of chat from the usage page and narrow key.of_tokens"],
    ["growth", "compare the requests of chat in the last three months and correct key.of_growth"],
    ["people", "note the hours spent on serving for four weeks and correct key.of_people"],
  ])("about %s is said in words", (kind, text) => {
    expect(nextMeasurementOf([row(kind, 0.2, 10)], 0.95)).toBe(text);
  });

  it("about throughput is the benchmark, with its command where there is one", () => {
    const measure = { model: "qwen3-32b", instance: "p5.4xlarge", command: "vllm bench serve --model x" };
    const text = "run vllm bench serve for qwen3-32b on p5.4xlarge and list the file under measurements";
    expect(nextMeasurementOf([row("throughput", 0.2, 10, { measure })], 0.5)).toBe(`${text}: vllm bench serve --model x`);
    expect(nextMeasurementOf([row("throughput", 0.2, 10, { measure: { ...measure, command: null } })], 0.5)).toBe(text);
  });

  it("is the input that flips the verdict most often, the wider gap among equals, whatever its place", () => {
    const rows = [row("people", 0.1, 900), row("growth", 0.3, 50), row("tokens", 0.3, 70), row("requests", 0, 5000)];
    for (const order of [rows, rows.toReversed()]) expect(nextMeasurementOf(order, 0.95)).toContain("token counts");
  });

  it("is nothing where no input flips the verdict and nine of ten draws agree; below that the input that moves the gap most", () => {
    const rows = [row("people", 0, 100), row("tokens", 0, 300), row("growth", 0, 200)];
    expect(nextMeasurementOf(rows, 0.9)).toBeNull();
    for (const order of [rows, rows.toReversed()]) expect(nextMeasurementOf(order, 0.89)).toContain("token counts");
    expect(nextMeasurementOf([], 0.5)).toBeNull();
  });
});
