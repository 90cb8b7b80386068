import { describe, expect, it } from "vitest";
import { type Calibration, impliedPeakRatio, measuredOf, measuredRatios, rescaled } from "../../src/capacity/calibrate.ts";
import { engineNamed, VLLM } from "../../src/capacity/engine.ts";
import type { MeasuredRun } from "../../src/capacity/measurement.ts";
import { servingOf } from "../../src/capacity/operate.ts";
import { measure } from "../../src/capacity/run.ts";
import { timingOf } from "../../src/capacity/timing.ts";
import type { ReplicaCapacity, ServingConfiguration } from "../../src/capacity/types.ts";
import { h100, h200, llama8b, llama70b, serving } from "./fixtures.ts";

const configuration = serving(llama8b, h100, "bf16");
const run: MeasuredRun = {
  tool: "vllm_bench",
  requestsPerSecond: 10,
  inputTokens: 1000,
  outputTokens: 200,
  outputTokensPerSecond: 2000,
  ttftMs: 100,
  tpotMs: 12,
  concurrency: 16,
  requestRate: null,
  requests: null,
};

function predicted(asked: { concurrency?: number; requestsPerSecond?: number; requests?: number }) {
  const shape = { inputTokens: 1000, outputTokens: 200, cachedInputRatio: 0 };
  const one = servingOf(timingOf(configuration, VLLM), shape, { spread: 0, longestOutput: null });
  return measure(one, { concurrency: null, requestsPerSecond: null, requests: null, ...asked });
}

function calibration(rate: number, ttft: number | null, tpot: number | null, change: Partial<ServingConfiguration> = {}): Calibration {
  return { configuration: { ...configuration, ...change }, ratios: { rate, ttft, tpot }, file: `${rate}.json` };
}

describe("a run against its prediction", () => {
  it("at a rate of arrivals is an open one, at a limit a closed one", () => {
    const open = { ...run, concurrency: null, requestRate: 2, requests: 100 };
    expect(measuredRatios(configuration, open, 0).rate).toBeCloseTo(
      10 / predicted({ requestsPerSecond: 2, requests: 100 }).requestsPerSecond,
      9,
    );
    expect(measuredRatios(configuration, run, 0).rate).toBeCloseTo(10 / predicted({ concurrency: 16 }).requestsPerSecond, 9);
    expect(measuredRatios(configuration, run, 0).tpot).toBeCloseTo(12 / predicted({ concurrency: 16 }).tpotMs, 9);
    const alone = { ...run, concurrency: 1 };
    expect(measuredRatios(configuration, alone, 0).ttft).toBeCloseTo(100 / predicted({ concurrency: 1 }).ttftMs, 9);
  });

  it("has no ratio of a latency that was measured as nothing", () => {
    expect(measuredRatios(configuration, { ...run, tpotMs: 0 }, 0).tpot).toBeNull();
  });

  it("implies its share of the peak over all cards of the replica", () => {
    // 2 x 8.03e9 x (10 x 1000 x 0.5 + 2000) / (989e12 x 2)
    const two = { ...configuration, tensorParallel: 2 };
    expect(impliedPeakRatio(two, run, 0.5)).toBeCloseTo((2 * 8.03e9 * 7000) / (989e12 * 2), 12);
  });
});

describe("several runs of one configuration", () => {
  it("count with their geometric means, each latency over the runs that tell it", () => {
    const runs = [calibration(0.5, null, 1), calibration(2, 1.5, 4), calibration(1, null, null)];
    const joined = measuredOf(configuration, runs);

    // (0.5 x 2 x 1)^(1/3); TTFT of one run; sqrt(1 x 4).
    expect(joined).toEqual({
      rate: expect.closeTo(1, 12),
      latency: { ttft: expect.closeTo(1.5, 12), tpot: expect.closeTo(2, 12) },
      files: ["0.5.json", "2.json", "1.json"],
    });
    expect(measuredOf(configuration, [calibration(0.5, null, null)])?.latency).toEqual({ ttft: 1, tpot: 1 });
  });

  it.each<[what: string, change: Partial<ServingConfiguration>]>([
    ["model", { model: llama70b }],
    ["GPU", { gpu: h200 }],
    ["tensor parallel size", { tensorParallel: 2 }],
    ["precision", { precision: "fp8" }],
    ["cache type", { kvPrecision: "fp8" }],
  ])("say nothing about another %s", (_, change) => {
    expect(measuredOf({ ...configuration, ...change }, [calibration(1, 1, 1)])).toBeUndefined();
    // The context length does not matter: nobody measures the longest request.
    expect(measuredOf({ ...configuration, maxModelLen: 8 }, [calibration(1, 1, 1)])).toBeDefined();
  });

  it("rescale the rate and its band, and are named", () => {
    const capacity = { requestsPerSecond: { expected: 4, p10: 2.9, p90: 5.2 }, confidence: "C", measured: null } as ReplicaCapacity;

    expect(rescaled(capacity, { rate: 0.82, latency: { ttft: 1, tpot: 1 }, files: ["a.json", "b.json"] })).toMatchObject({
      requestsPerSecond: { expected: 3.28, p10: expect.closeTo(2.952, 12), p90: expect.closeTo(3.608, 12) },
      confidence: "A",
      measured: "rescaled x0.82 by a.json and b.json",
    });
  });
});

describe("the engine of a measurement", () => {
  it.each([
    ["vLLM", "0.8.0", "vllm"],
    ["vLLM", "0.7.3", "vllm-0.6"],
    ["vLLM", "0.6.0", "vllm-0.6"],
    ["vLLM", "0.5.5", "vllm-0.5"],
    ["vLLM", "1.2.0", "vllm"],
    ["vLLM", "nm-vllm 0.2.0", "vllm-0.5"],
    ["DJL vLLM", "DJL 0.29", "vllm-0.5"],
    ["vLLM", "nightly 2024-05", "vllm-0.5"],
    ["Red Hat AI Inference Server", "3.2", "vllm"],
    ["RHAIIS", "", "vllm"],
    ["", "", "vllm"],
    ["  NIM/TensorRT-LLM ", "", "nim"],
    ["animate", "", undefined],
  ])("%s %s is %s", (name, version, id) => {
    expect(engineNamed(name, version)).toBe(id);
  });
});
