import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kvBytesPerSequence, maxConcurrency, memoryFit } from "../../src/capacity/memory.ts";
import { weightBytes } from "../../src/capacity/work.ts";
import { a100, deepseekV3, gptOss120b, gpus, h100, h200, llama8b, llama70b, llama405b, models, qwen3Next, serving } from "./fixtures.ts";

describe("memory of one GPU", () => {
  it("does not fit Llama 3.1 70B in bf16 on one 80 GB card and names the bytes of both sides", () => {
    const fit = memoryFit(serving(llama70b, h100, "bf16"));

    expect(fit.fits).toBe(false);
    expect(fit).toMatchObject({ usableGiB: 79.65 * 0.9 });
    expect(!fit.fits && fit.text).toBe(
      "llama-3.1-70b-instruct in bf16 needs 135.2 GiB on one H100 (weights 131.4, KV cache of one request of 4096 tokens 1.3, runtime 2.6); usable are 71.7 GiB (79.65 x 0.9)",
    );
  });

  it("fits Llama 3.1 405B on 8 x 80 GB in fp8 but not in bf16", () => {
    const eight = { tensorParallel: 8 };

    expect(memoryFit(serving(llama405b, h100, "bf16", eight)).fits).toBe(false);
    expect(memoryFit(serving(llama405b, h100, "fp8", eight)).fits).toBe(true);
  });

  it("leaves 4k to 5k tokens beside Llama 3.1 70B in fp8 on one 80 GB card", () => {
    const fit = memoryFit(serving(llama70b, h100, "fp8", { maxModelLen: 4096 }));

    expect(fit).toMatchObject({ fits: true });
    expect(fit.fits && fit.kvCacheTokens).toBeGreaterThan(4000);
    expect(fit.fits && fit.kvCacheTokens).toBeLessThan(5000);
    expect(memoryFit(serving(llama70b, h100, "fp8", { maxModelLen: 8192 })).fits).toBe(false);
  });

  it("fits DeepSeek V3 in fp8 on 8 x H200 and not on 8 x H100", () => {
    const eight = { tensorParallel: 8, maxModelLen: 32_768 };

    expect(memoryFit(serving(deepseekV3, h200, "fp8", eight)).fits).toBe(true);
    expect(memoryFit(serving(deepseekV3, h100, "fp8", eight)).fits).toBe(false);
  });

  it("counts the published checkpoint sizes", () => {
    const gb = (bytes: number) => bytes / 1e9;

    expect(gb(weightBytes(llama70b, "bf16"))).toBeCloseTo(141.1, 1);
    expect(gb(weightBytes(llama70b, "fp8"))).toBeCloseTo(72.65, 1);
    expect(gb(weightBytes(gptOss120b, "mxfp4"))).toBeCloseTo(65.2, 0);
    expect(gb(weightBytes(deepseekV3, "fp8"))).toBeCloseTo(672.9, 1);
  });

  it("splits KV heads over GPUs until one is left on each, and never splits a latent cache", () => {
    const at = (tensorParallel: number) => kvBytesPerSequence(serving(llama70b, h100, "fp8", { tensorParallel }), 1000);
    const latent = (tensorParallel: number) => kvBytesPerSequence(serving(deepseekV3, h200, "fp8", { tensorParallel }), 1000);

    expect(at(1)).toBe(327_680_000);
    expect(at(8)).toBe(40_960_000);
    expect(at(16)).toBe(40_960_000);
    expect(latent(8)).toBe(70_272_000);
  });

  it("stops counting a sliding window at the window and counts recurrent state once", () => {
    const oss = serving(gptOss120b, h100, "mxfp4");
    const next = serving(qwen3Next, h200, "fp8");

    expect(kvBytesPerSequence(oss, 64)).toBe(36_864 * 64 + 4_718_592 / 2);
    expect(kvBytesPerSequence(oss, 1280)).toBe(36_864 * 1280 + 4_718_592);
    expect(kvBytesPerSequence(next, 0)).toBe(75_497_472);
  });

  it("halves the cache in fp8", () => {
    const bf16 = kvBytesPerSequence(serving(llama8b, h100, "bf16"), 2048);

    expect(kvBytesPerSequence(serving(llama8b, h100, "bf16", { kvPrecision: "fp8" }), 2048)).toBe(bf16 / 2);
  });

  it("limits running requests by the cache, and by the scheduler's default where the cache is ample", () => {
    const short = { inputTokens: 10, outputTokens: 10, cachedInputRatio: 0 };
    const long = { inputTokens: 8000, outputTokens: 1000, cachedInputRatio: 0 };

    expect(maxConcurrency(serving(llama8b, h100, "bf16"), short)).toBe(1024);
    expect(maxConcurrency(serving(llama8b, a100, "bf16"), short)).toBe(256);
    expect(maxConcurrency(serving(llama8b, h100, "bf16"), long)).toBeCloseTo(51.5, 0);
  });
});

describe("laws of memory", () => {
  const setting = fc.record({
    model: fc.constantFrom(...models),
    gpu: fc.constantFrom(...gpus),
    precision: fc.constantFrom("bf16" as const, "fp8" as const, "int4" as const),
    tensorParallel: fc.constantFrom(1, 2, 4, 8),
    tokens: fc.integer({ min: 1, max: 200_000 }),
    more: fc.integer({ min: 1, max: 200_000 }),
  });

  it("longer context never needs less memory", () => {
    fc.assert(
      fc.property(setting, ({ model, gpu, precision, tensorParallel, tokens, more }) => {
        const configuration = serving(model, gpu, precision, { tensorParallel });

        expect(kvBytesPerSequence(configuration, tokens + more)).toBeGreaterThanOrEqual(kvBytesPerSequence(configuration, tokens));
        const long = memoryFit({ ...configuration, maxModelLen: tokens + more });
        if (long.fits) expect(memoryFit({ ...configuration, maxModelLen: tokens }).fits).toBe(true);
      }),
    );
  });

  it("a larger model of the same shape never needs less memory", () => {
    fc.assert(
      fc.property(setting, fc.double({ min: 1, max: 10, noNaN: true }), ({ model, precision }, factor) => {
        const parameters = { totalB: model.parameters.totalB * factor, activeB: model.parameters.activeB * factor };

        expect(weightBytes({ ...model, parameters }, precision)).toBeGreaterThanOrEqual(weightBytes(model, precision));
      }),
    );
  });

  it("a fit accounts for every usable byte", () => {
    fc.assert(
      fc.property(setting, ({ model, gpu, precision, tensorParallel, tokens }) => {
        const fit = memoryFit(serving(model, gpu, precision, { tensorParallel, maxModelLen: tokens }));

        if (fit.fits) expect(fit.weightsGiB + fit.reserveGiB + fit.kvCacheGiB).toBeCloseTo(fit.usableGiB, 9);
        else expect(fit.neededGiB).toBeGreaterThan(fit.usableGiB);
      }),
    );
  });
});
