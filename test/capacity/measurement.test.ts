import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { impliedPeakRatio, measuredRatios } from "../../src/capacity/calibrate.ts";
import { MAX_MEASUREMENT_BYTES, type MeasuredRun, type MeasurementResult, readMeasurement } from "../../src/capacity/measurement.ts";
import { predict } from "../../src/capacity/predict.ts";
import { resolveConfiguration } from "../../src/capacity/question.ts";
import { searchServing } from "../../src/capacity/search.ts";
import type { ServingOption } from "../../src/capacity/types.ts";
import { loadCatalog } from "../../src/catalog/index.ts";

const catalog = loadCatalog();
const file = (name: string) => readFileSync(join(import.meta.dirname, "fixtures-measurements", name), "utf8");
const vllm = JSON.parse(file("vllm-bench.json"));
const guide = JSON.parse(file("guidellm-0.4.json"));

function changed(base: object, change: object): MeasurementResult {
  return readMeasurement(JSON.stringify({ ...base, ...change }));
}

function runOf(text: string): MeasuredRun {
  const result = readMeasurement(text);
  if (result.kind === "refused") throw new Error(result.text);
  return result.run;
}

function configuration() {
  const shape = { inputTokens: 500, outputTokens: 200, cachedInputRatio: 0 };
  const names = { model: "qwen3-32b", gpu: "h100", precision: "fp8", tensorParallel: 1, kvPrecision: "bf16", shape };
  const resolved = resolveConfiguration(catalog, names);
  if (resolved.kind === "invalid") throw new Error(resolved.text);
  return resolved.configuration;
}

describe("a benchmark file", () => {
  it("of vllm bench serve gives means of a request, the load and the rate", () => {
    expect(runOf(file("vllm-bench.json"))).toEqual({
      tool: "vllm_bench",
      requestsPerSecond: 8.601,
      inputTokens: 500,
      outputTokens: 200,
      outputTokensPerSecond: 1720.2,
      ttftMs: 512.4,
      tpotMs: 34.7,
      concurrency: 64,
      requestRate: null,
      requests: 640,
    });
  });

  it("of GuideLLM 0.4 counts with its fastest benchmark in which no request failed", () => {
    expect(runOf(file("guidellm-0.4.json"))).toMatchObject({
      tool: "guidellm",
      requestsPerSecond: 8.5,
      inputTokens: 500,
      outputTokens: 200,
      outputTokensPerSecond: 1734,
      tpotMs: 34.9,
      concurrency: 64,
      requests: null,
    });
  });

  it("of GuideLLM 0.3 has its load in args; a constant rate that was kept up with does not count", () => {
    expect(runOf(file("guidellm-0.3.json"))).toMatchObject({ requestsPerSecond: 9.6, concurrency: 579, requestRate: null });
  });

  it("of GuideLLM says its load in the words of its strategy", () => {
    const [benchmark] = guide.benchmarks;
    const totals = (request_totals: object, strategy: object) => {
      const changed = { ...benchmark, config: { strategy }, metrics: { ...benchmark.metrics, request_totals } };
      return runOf(JSON.stringify({ benchmarks: [changed] }));
    };
    const counts = { successful: 500, errored: 0, incomplete: 20 };

    expect(totals(counts, { type_: "synchronous", streams: 7 }).concurrency).toBe(1);
    expect(totals(counts, { type_: "concurrent", streams: 7 }).concurrency).toBe(7);
    expect(totals(counts, { type_: "throughput", max_concurrency: 9 }).concurrency).toBe(9);
    // All sent at once: the 20 that the end of the run cut off were in flight as well.
    expect(totals(counts, { type_: "throughput" }).concurrency).toBe(520);
    expect(totals({ successful: 500 }, { type_: "throughput" }).concurrency).toBe(500);
    expect(totals(counts, { type_: "constant", rate: 1000 })).toMatchObject({ concurrency: null, requestRate: 1000 });
  });

  it("of GuideLLM counts the tokens of cut off requests where it states them", () => {
    const [benchmark] = guide.benchmarks;
    const rate = (output_tokens_per_second: object) =>
      runOf(JSON.stringify({ benchmarks: [{ ...benchmark, metrics: { ...benchmark.metrics, output_tokens_per_second } }] }))
        .outputTokensPerSecond;

    expect(rate({ successful: { mean: 900 }, total: { mean: 950 } })).toBe(950);
    expect(rate({ successful: { mean: 900 } })).toBe(900);
  });

  it("shows what the server can do where it answered less than nine tenths of what was sent", () => {
    const at = (request_rate: number) => changed(vllm, { request_rate, max_concurrency: null });
    // 8.601 of 9.5 are 0.905, of 9.6 are 0.896.
    expect(at(9.5).kind).toBe("refused");
    expect(at(9.6)).toMatchObject({ kind: "measured", run: { requestRate: 9.6, concurrency: null } });
    expect(changed(vllm, { request_rate: "inf" })).toMatchObject({ kind: "measured", run: { requestRate: null } });
  });

  it.each(["request_throughput", "output_throughput", "total_input_tokens"])("without %s says nothing", (key) => {
    expect(changed(vllm, { [key]: 0 })).toMatchObject({
      kind: "refused",
      text: "it lacks the request rate, the tokens of a request, or the output tokens per second",
    });
  });

  it.each<[says: string, read: () => MeasurementResult, text: RegExp]>([
    ["without a completed request", () => changed(vllm, { completed: 0 }), /no request of the run completed/],
    ["with failed requests", () => changed(vllm, { completed: 630, failed: 10 }), /10 of its 640 requests failed/],
    ["with requests missing", () => changed(vllm, { completed: 630, failed: undefined }), /10 of its 640 requests failed/],
    ["that kept up with its rate", () => changed(vllm, { request_rate: 8.8, max_concurrency: null }), /kept up with the 8\.8 requests\/s/],
    ["without output tokens", () => changed(vllm, { total_output_tokens: 0 }), /lacks/],
    ["of another tool", () => changed({}, { throughput: 5 }), /keys of any known tool/],
    ["that is no JSON", () => readMeasurement("request_throughput: 5"), /not JSON/],
    ["that is a list", () => readMeasurement("[]"), /keys of any known tool/],
    ["without a benchmark", () => readMeasurement('{"benchmarks": []}'), /holds no benchmark/],
    ["in which every benchmark failed", () => changed(guide, { benchmarks: [guide.benchmarks[2]] }), /12 of its 606 requests failed/],
    ["of another tool than declared", () => readMeasurement(JSON.stringify(vllm), "guidellm"), /keys of GuideLLM/],
    [
      "of vLLM declared, but of GuideLLM",
      () => readMeasurement(JSON.stringify(guide), "vllm_bench"),
      /keys of "vllm bench serve --save-result"/,
    ],
    ["that is too large", () => readMeasurement(" ".repeat(MAX_MEASUREMENT_BYTES + 1)), /larger than the allowed 5242880 bytes/],
  ])("%s is refused, with what to do", (_, read, text) => {
    expect(read()).toMatchObject({ kind: "refused", text: expect.stringMatching(text), fix: expect.stringMatching(/./) });
  });

  it("says how to write one that can be read", () => {
    expect(readMeasurement("{}")).toEqual({
      kind: "refused",
      text: "it does not have the keys of any known tool",
      fix: 'write it with "vllm bench serve --save-result", or with GuideLLM as JSON',
    });
    expect(changed(vllm, {}).kind, "declared or not").toBe("measured");
    expect(readMeasurement(JSON.stringify(vllm), "vllm_bench").kind).toBe("measured");
    expect(readMeasurement(JSON.stringify(guide), "guidellm").kind).toBe("measured");
  });

  it("of GuideLLM without counts has completed nothing", () => {
    const [benchmark] = guide.benchmarks;
    const bare = { ...benchmark, run_stats: undefined, metrics: { ...benchmark.metrics, request_totals: undefined } };
    expect(readMeasurement(JSON.stringify({ benchmarks: [bare] }))).toMatchObject({
      kind: "refused",
      text: "no request of the run completed",
    });
  });

  it("of GuideLLM without a word on its load was sent at once", () => {
    const [benchmark] = guide.benchmarks;
    const bare = { ...benchmark, config: undefined, args: undefined };
    expect(runOf(JSON.stringify({ benchmarks: [bare] }))).toMatchObject({ requestRate: null, requests: null });
  });

  it("of GuideLLM without latencies says nothing about them", () => {
    const [benchmark] = guide.benchmarks;
    for (const missing of [undefined, {}, { successful: null }]) {
      const metrics = { ...benchmark.metrics, inter_token_latency_ms: missing, time_to_first_token_ms: missing };
      expect(runOf(JSON.stringify({ benchmarks: [{ ...benchmark, metrics }] }))).toMatchObject({ tpotMs: null, ttftMs: null });
    }
  });

  it("of any content is measured with finite figures above 0, or refused", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(vllm)), fc.jsonValue()), (change) => {
        const result = changed(vllm, change);
        if (result.kind === "refused") return result.text.length > 0;
        const { requestsPerSecond, inputTokens, outputTokens, outputTokensPerSecond } = result.run;
        return [requestsPerSecond, inputTokens, outputTokens, outputTokensPerSecond].every((x) => Number.isFinite(x) && x > 0);
      }),
    );
  });
});

describe("a measured run", () => {
  const run = runOf(file("vllm-bench.json"));

  it("is compared with the prediction at its own shape and load", () => {
    const steady = { ...run, requests: null };
    const shape = { inputTokens: 500, outputTokens: 200, cachedInputRatio: 0 };
    const predicted = predict(configuration(), shape, { kind: "closed", concurrency: 64 }).outputTokensPerSecond.expected;
    expect(measuredRatios(configuration(), steady, 0).rate).toBeCloseTo(1720.2 / predicted, 9);
    expect(measuredRatios(configuration(), { ...steady, outputTokensPerSecond: predicted }, 0).rate).toBeCloseTo(1, 9);
  });

  it("with a limit of concurrency is a closed loop, whatever rate was asked for", () => {
    expect(measuredRatios(configuration(), { ...run, requestRate: 500 }, 0)).toEqual(measuredRatios(configuration(), run, 0));
  });

  it("implies 2 x parameters x tokens of work; cached tokens take none", () => {
    const { parameters } = configuration().model;
    const tokens = 1720.2 * (1 + 500 / 200);
    expect(impliedPeakRatio(configuration(), run, 0)).toBeCloseTo((2 * parameters.activeB * 1e9 * tokens) / 1979e12, 3);
    expect(impliedPeakRatio(configuration(), run, 1)).toBeCloseTo(impliedPeakRatio(configuration(), run, 0) / 3.5, 9);
  });

  const shape = { inputTokens: 500, outputTokens: 200, cachedInputRatio: 0 };
  const promise = { ttftMsP95: 2000, tpotMsP95: 60 };
  const gpus = catalog.gpus.map((gpu) => ({ gpu, tensorParallelSizes: [1, 2] }));
  const request = { model: configuration().model, gpus, shape, promise, contextWindowTokens: 4096 };
  const calibration = (ratios: { rate: number; ttft: number | null; tpot: number | null }, name = "0.json") => ({
    configuration: configuration(),
    ratios,
    file: name,
  });
  const measuredOption = (served: readonly ServingOption[]) => {
    const found = served.find(
      ({ configuration: c }) => c.gpu.id === "h100" && c.precision === "fp8" && c.tensorParallel === 1 && c.kvPrecision === "bf16",
    );
    if (found === undefined) throw new Error("the measured configuration is not served");
    return found;
  };

  it("rescales its own configuration alone, narrows its band and makes it class A", () => {
    const halves = [0.25, 1].map((rate, index) => calibration({ rate, ttft: null, tpot: null }, `${index}.json`));
    const before = searchServing(request).served;
    const after = searchServing(request, halves).served;
    const moved = after.filter((option) => !before.some((other) => JSON.stringify(other) === JSON.stringify(option)));
    expect(moved).toEqual([measuredOption(after)]);
    const expected = measuredOption(before).capacity.requestsPerSecond.expected / 2;
    const { capacity } = measuredOption(after);
    expect(capacity).toMatchObject({ confidence: "A", measured: "rescaled x0.50 by 0.json and 1.json" });
    expect(capacity.requestsPerSecond.expected).toBeCloseTo(expected, 9);
    expect(capacity.requestsPerSecond.p10).toBeCloseTo(0.9 * expected, 9);
    expect(capacity.requestsPerSecond.p90).toBeCloseTo(1.1 * expected, 9);
  });

  it("moves the latencies along the model's own curve, and the promise holds for the measured ones", () => {
    const before = measuredOption(searchServing(request).served).capacity;
    const slow = measuredOption(searchServing(request, [calibration({ rate: 1, ttft: null, tpot: 2 })]).served).capacity;
    expect(slow.tpotMsP95).toBeLessThanOrEqual(60 * (1 + 1e-6));
    expect(slow.concurrency).toBeLessThan(before.concurrency);
    expect(slow.requestsPerSecond.expected).toBeLessThan(before.requestsPerSecond.expected);
    const relaxed = { ...request, promise: { ttftMsP95: null, tpotMsP95: null } };
    const predicted = measuredOption(searchServing(relaxed).served).capacity;
    const seen = measuredOption(searchServing(relaxed, [calibration({ rate: 1, ttft: 3, tpot: 2 })]).served).capacity;
    expect(seen.tpotMsP95).toBeCloseTo(2 * predicted.tpotMsP95, 9);
    expect(seen.ttftMsP95).toBeCloseTo(3 * predicted.ttftMsP95, 9);
  });

  it("too slow for the promise rules its configuration out with the measured figure, and a fast one lets it in", () => {
    const out = searchServing(request, [calibration({ rate: 1, ttft: null, tpot: 100 })]);
    expect(out.unservable).toContainEqual(
      expect.objectContaining({
        gpu: "h100",
        precision: "fp8",
        tensorParallel: 1,
        reason: "latency",
        text: expect.stringMatching(/TPOT p95 is \d{3,}/),
      }),
    );
    const strict = { ...request, promise: { ttftMsP95: null, tpotMsP95: 2 } };
    expect(searchServing(strict).served).toEqual([]);
    expect(searchServing(strict, [calibration({ rate: 1, ttft: null, tpot: 0.1 })]).served).toHaveLength(1);
  });

  it("tells TPOT at any load and TTFT of one request at a time alone", () => {
    const crowd = measuredRatios(configuration(), { ...run, ttftMs: 500, tpotMs: 30 }, 0);
    const alone = measuredRatios(configuration(), { ...run, concurrency: 1, ttftMs: 500, tpotMs: 30 }, 0);
    expect(crowd.ttft).toBeNull();
    expect(crowd.tpot).toBeGreaterThan(0);
    expect(alone.ttft).toBeGreaterThan(0);
    expect(measuredRatios(configuration(), { ...run, tpotMs: null }, 0).tpot).toBeNull();
  });
});
