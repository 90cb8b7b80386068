import { describe, expect, it } from "vitest";
import { vllmFlags } from "../../src/capacity/flags.ts";
import { canSplitHeads } from "../../src/capacity/format.ts";
import { searchServing } from "../../src/capacity/search.ts";
import type { ServingRequest } from "../../src/capacity/types.ts";
import { deepseekV3, gptOss120b, gpus, h100, h200, llama8b, llama70b, serving, t4 } from "./fixtures.ts";

const question: ServingRequest = {
  model: llama70b,
  gpus: gpus.map((gpu) => ({ gpu, tensorParallelSizes: [1, 2, 4, 8] })),
  shape: { inputTokens: 1000, outputTokens: 500, cachedInputRatio: 0 },
  promise: { ttftMsP95: 1500, tpotMsP95: 60 },
  contextWindowTokens: 8192,
};

describe("search", () => {
  it("answers for every precision, card and tensor parallel size exactly once", () => {
    const { served, unservable } = searchServing(question);
    const ids = [
      ...served
        .filter(({ configuration }) => configuration.kvPrecision === "bf16")
        .map(({ configuration: c }) => `${c.precision}/${c.gpu.id}/${c.tensorParallel}`),
      ...unservable.map((u) => `${u.precision}/${u.gpu}/${u.tensorParallel}`),
    ];

    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(3 * gpus.length * 4);
  });

  it("serves only what fits and keeps the promise", () => {
    const { served } = searchServing(question);

    expect(served.length).toBeGreaterThan(5);
    for (const { memory, capacity } of served) {
      expect(memory.kvCacheTokens).toBeGreaterThanOrEqual(8192);
      expect(capacity.ttftMsP95).toBeLessThanOrEqual(1500);
      expect(capacity.tpotMsP95).toBeLessThanOrEqual(60);
      expect(capacity.requestsPerSecond.expected).toBeGreaterThan(0);
    }
  });

  it("names memory, latency or the missing kernel as the reason why not", () => {
    const { unservable } = searchServing({ ...question, model: { ...llama70b } });
    const why = (precision: string, gpu: string, tensorParallel: number) =>
      unservable.find((u) => u.precision === precision && u.gpu === gpu && u.tensorParallel === tensorParallel);

    expect(why("bf16", "h100", 1)?.reason).toBe("memory");
    expect(why("fp8", "t4", 8)).toMatchObject({
      reason: "unsupported-precision",
      text: "vLLM has no fp8 kernel for T4 (turing); bf16, int8 and int4 run there",
    });
    expect(why("int4", "l4", 4)?.reason).toBe("latency");
  });

  it("offers an fp8 KV cache beside bf16 on Hopper alone, where it serves more, with its flag", () => {
    const { served } = searchServing(question);
    const fp8 = served.filter(({ configuration }) => configuration.kvPrecision === "fp8");

    expect(new Set(fp8.map(({ configuration }) => configuration.gpu.architecture))).toEqual(new Set(["hopper"]));
    for (const option of fp8) {
      const { precision, gpu, tensorParallel } = option.configuration;
      const plain = served.find(
        ({ configuration: c }) =>
          c.kvPrecision === "bf16" && c.precision === precision && c.gpu.id === gpu.id && c.tensorParallel === tensorParallel,
      );
      expect(option.flags).toContainEqual(["--kv-cache-dtype", "fp8"]);
      expect(option.capacity.confidence).not.toBe("A");
      expect(option.capacity.requestsPerSecond.expected).toBeGreaterThan(plain?.capacity.requestsPerSecond.expected ?? 0);
      expect(option.memory.kvCacheTokens).toBeGreaterThanOrEqual(2 * (plain?.memory.kvCacheTokens ?? 0));
    }
    for (const model of [deepseekV3, gptOss120b])
      expect(searchServing({ ...question, model }).served.every(({ configuration }) => configuration.kvPrecision === "bf16")).toBe(true);
  });

  it("does not set a measured configuration aside for a predicted fp8 cache", () => {
    const loose = { ...question, promise: { ttftMsP95: null, tpotMsP95: null } };
    const configuration = serving(llama70b, h100, "fp8", { tensorParallel: 2 });
    const measured = { configuration, ratios: { rate: 0.5, ttft: null, tpot: null }, file: "a.json" };
    const caches = (calibrations: readonly (typeof measured)[]) =>
      searchServing(loose, calibrations)
        .served.filter(({ configuration: c }) => c.gpu.id === "h100" && c.tensorParallel === 2 && c.precision === "fp8")
        .map((option) => option.configuration.kvPrecision);
    const smaller = { ...measured, configuration: { ...configuration, kvPrecision: "fp8" as const } };

    expect(caches([])).toEqual(["bf16", "fp8"]);
    expect(caches([measured])).toEqual(["bf16"]);
    expect(caches([measured, { ...smaller, ratios: { rate: 1, ttft: null, tpot: null } }])).toEqual(["bf16", "fp8"]);
  });

  it("gives the same answer twice", () => {
    expect(JSON.stringify(searchServing(question))).toBe(JSON.stringify(searchServing(question)));
  });

  it("remembers a question by all that it asks, and no other one by it", () => {
    const model = { ...llama70b };
    const asked = { ...question, model };
    const first = searchServing(asked);
    expect(
      searchServing({ ...asked, gpus: question.gpus.map((row) => ({ ...row, tensorParallelSizes: [...row.tensorParallelSizes] })) }),
    ).toBe(first);

    const others: ServingRequest[] = [
      { ...asked, shape: { ...asked.shape, inputTokens: 1001 } },
      { ...asked, shape: { ...asked.shape, outputTokens: 501 } },
      { ...asked, shape: { ...asked.shape, cachedInputRatio: 0.5 } },
      { ...asked, promise: { ...asked.promise, ttftMsP95: 1501 } },
      { ...asked, promise: { ...asked.promise, tpotMsP95: 61 } },
      { ...asked, contextWindowTokens: 8193 },
    ];
    for (const other of others) expect(searchServing(other)).not.toBe(first);
    expect(searchServing(asked)).toBe(first);
  });

  it("knows questions about other cards or sizes apart, however many were asked before", () => {
    const model = { ...llama8b };
    const sizes = (...tensorParallelSizes: number[]) => ({
      ...question,
      model,
      gpus: [{ gpu: h100, tensorParallelSizes }],
      promise: { ttftMsP95: null, tpotMsP95: null },
    });
    const placesOf = (request: ServingRequest) =>
      new Set(searchServing(request).served.map(({ configuration: c }) => `${c.gpu.id} x ${c.tensorParallel}`));
    const asked: readonly (readonly [ServingRequest, string[]])[] = [
      [sizes(1), ["h100 x 1"]],
      [sizes(1, 2), ["h100 x 1", "h100 x 2"]],
      [sizes(2), ["h100 x 2"]],
      [sizes(1, 4), ["h100 x 1", "h100 x 4"]],
      [{ ...sizes(1), gpus: [{ gpu: h200, tensorParallelSizes: [1] }] }, ["h200 x 1"]],
      [{ ...sizes(1), gpus: [] }, []],
    ];
    for (const [request, places] of [...asked, ...asked.toReversed()]) expect(placesOf(request)).toEqual(new Set(places));
    // More questions than are remembered.
    const lengths = Array.from({ length: 40 }, (_, index) => 100 * (index + 1));
    const ratesOf = () =>
      lengths.map(
        (inputTokens) =>
          searchServing({ ...sizes(1), shape: { ...question.shape, inputTokens } }).served[0]?.capacity.requestsPerSecond.expected,
      );
    const rates = ratesOf();
    expect(ratesOf()).toEqual(rates);
    expect(new Set(rates).size).toBe(lengths.length);
  });

  it("splits heads only where they divide", () => {
    const odd = { ...llama8b, architecture: { ...llama8b.architecture, attentionHeads: 28, kvHeads: 4 } };

    expect([1, 2, 4, 7, 8].filter((n) => canSplitHeads(odd, n))).toEqual([1, 2, 4]);
    expect(canSplitHeads(deepseekV3, 8)).toBe(true);
    expect(canSplitHeads(gptOss120b, 16)).toBe(true);
  });
});

describe("vLLM flags", () => {
  it("state size, length, requests and memory share", () => {
    const flags = vllmFlags(serving(llama70b, h100, "fp8", { tensorParallel: 2, maxModelLen: 8192 }), { concurrency: 64 });

    expect(flags).toEqual([
      ["--tensor-parallel-size", "2"],
      ["--max-model-len", "8192"],
      ["--max-num-seqs", "79"],
      ["--gpu-memory-utilization", "0.9"],
    ]);
  });

  it("add the cache type and, on Turing, half precision", () => {
    const flags = vllmFlags(serving(llama8b, t4, "bf16", { kvPrecision: "fp8" }), { concurrency: 1 });

    expect(flags).toContainEqual(["--kv-cache-dtype", "fp8"]);
    expect(flags).toContainEqual(["--dtype", "half"]);
    const names = (configuration: Parameters<typeof vllmFlags>[0]) => vllmFlags(configuration, { concurrency: 1 }).map(([flag]) => flag);
    expect(names(serving(llama8b, t4, "int8")), "only where the weights are in bf16, which Turing lacks").not.toContain("--dtype");
    expect(names(serving(llama8b, h100, "bf16"))).not.toContain("--dtype");
  });
});
