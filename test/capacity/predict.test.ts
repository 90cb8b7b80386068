import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { weightFormat } from "../../src/capacity/format.ts";
import { memoryFit } from "../../src/capacity/memory.ts";
import { predict } from "../../src/capacity/predict.ts";
import { latencyAtRate, replicaCapacity } from "../../src/capacity/slo.ts";
import type { RequestShape } from "../../src/capacity/types.ts";
import { gpus, h100, h200, l4, llama8b, llama70b, models, serving } from "./fixtures.ts";

const chat: RequestShape = { inputTokens: 1000, outputTokens: 500, cachedInputRatio: 0 };

describe("prediction", () => {
  it("puts Llama 3.1 8B on one H100 where measurements put it", () => {
    const { outputTokensPerSecond, tpotMs, ttftMs } = predict(serving(llama8b, h100, "bf16"), chat, { kind: "closed", concurrency: 1 });

    expect(tpotMs.expected).toBeGreaterThan(5);
    expect(tpotMs.expected).toBeLessThan(9);
    expect(ttftMs.expected).toBeLessThan(100);
    expect(outputTokensPerSecond.expected).toBeGreaterThan(110);
    expect(outputTokensPerSecond.expected).toBeLessThan(200);
  });

  it("keeps the band around the figure", () => {
    const { outputTokensPerSecond: tokens } = predict(serving(llama8b, h100, "bf16"), chat, { kind: "closed", concurrency: 32 });

    expect(tokens.p10).toBeLessThan(tokens.expected);
    expect(tokens.p90).toBeGreaterThan(tokens.expected);
  });

  it("lets requests beyond the cache wait and not run", () => {
    const long = { inputTokens: 8000, outputTokens: 1000, cachedInputRatio: 0 };
    const configuration = serving(llama8b, h100, "bf16");
    const full = predict(configuration, long, { kind: "closed", concurrency: 60 });
    const over = predict(configuration, long, { kind: "closed", concurrency: 120 });

    expect(over.limitedBy).toBe("kv-cache");
    expect(over.outputTokensPerSecond.expected).toBeCloseTo(full.outputTokensPerSecond.expected, 6);
    expect(over.ttftMs.expected).toBeGreaterThan(full.ttftMs.expected + 1000);
  });

  it("serves an open load that it can carry at the rate offered", () => {
    const light = predict(serving(llama8b, h100, "bf16"), chat, { kind: "open", requestsPerSecond: 1 });

    expect(light.requestsPerSecond.expected).toBe(1);
    expect(light.limitedBy).toBe("load");
    expect(Number.isFinite(light.ttftMs.expected)).toBe(true);
  });

  it("says that the queue of an overloaded replica never ends", () => {
    const flood = predict(serving(llama8b, l4, "fp8"), chat, { kind: "open", requestsPerSecond: 1000 });

    expect(flood.ttftMs.expected).toBe(Number.POSITIVE_INFINITY);
    expect(flood.requestsPerSecond.expected).toBeLessThan(100);
  });

  it("is none for a model without room for one request: ask memoryFit before", () => {
    expect(() => predict(serving(llama70b, h100, "bf16"), chat, { kind: "closed", concurrency: 1 })).toThrow(
      "no room for one request of llama-3.1-70b-instruct; ask memoryFit before predict",
    );
  });

  it("gains from the prefix cache", () => {
    const configuration = serving(llama8b, h100, "bf16");
    const load = { kind: "closed", concurrency: 64 } as const;
    const cold = predict(configuration, chat, load);
    const warm = predict(configuration, { ...chat, cachedInputRatio: 0.8 }, load);

    expect(warm.outputTokensPerSecond.expected).toBeGreaterThan(cold.outputTokensPerSecond.expected);
  });
});

describe("capacity within a promise", () => {
  it("says which limit one request alone already misses", () => {
    const result = replicaCapacity(serving(llama8b, l4, "bf16"), chat, { ttftMsP95: null, tpotMsP95: 20 });

    expect(result.kind).toBe("misses-promise");
    expect(result.kind === "misses-promise" && result.text).toMatch(
      /^too slow even for one request alone: TPOT p95 is \d+\.\d ms, promised 20 ms$/,
    );
  });

  it("takes throughput work at the largest batch", () => {
    const result = replicaCapacity(serving(llama70b, h200, "fp8", { maxModelLen: 8192 }), chat, { ttftMsP95: null, tpotMsP95: null });
    const promised = replicaCapacity(serving(llama70b, h200, "fp8", { maxModelLen: 8192 }), chat, { ttftMsP95: 800, tpotMsP95: 50 });
    if (result.kind !== "capacity" || promised.kind !== "capacity") throw new Error("both can be served");

    expect(result.capacity.limitedBy).toBe("kv-cache");
    expect(result.capacity.requestsPerSecond.expected).toBeGreaterThan(promised.capacity.requestsPerSecond.expected);
  });
});

const setting = fc
  .record({
    model: fc.constantFrom(...models),
    gpu: fc.constantFrom(...gpus),
    precision: fc.constantFrom("bf16" as const, "fp8" as const, "int4" as const),
    tensorParallel: fc.constantFrom(1, 2, 4, 8),
    inputTokens: fc.integer({ min: 1, max: 16_000 }),
    outputTokens: fc.integer({ min: 1, max: 4000 }),
    cachedInputRatio: fc.double({ min: 0, max: 0.9, noNaN: true }),
    concurrency: fc.integer({ min: 1, max: 300 }),
  })
  .map(({ model, gpu, precision, tensorParallel, concurrency, ...shape }) => ({
    configuration: serving(model, gpu, precision, { tensorParallel, maxModelLen: shape.inputTokens + shape.outputTokens }),
    shape,
    concurrency,
  }))
  .filter(({ configuration }) => weightFormat(configuration.precision, configuration.gpu) !== null && memoryFit(configuration).fits);

/** Floating-point slack of a law that is exact on paper. */
const SLACK = 1e-9;

describe("laws of throughput", () => {
  it("more bandwidth or more compute never lowers throughput", () => {
    fc.assert(
      fc.property(setting, fc.double({ min: 1, max: 4, noNaN: true }), ({ configuration, shape, concurrency }, factor) => {
        const { gpu } = configuration;
        const load = { kind: "closed", concurrency } as const;
        const before = predict(configuration, shape, load).outputTokensPerSecond.expected;
        const wider = predict({ ...configuration, gpu: { ...gpu, bandwidthGBPerSecond: gpu.bandwidthGBPerSecond * factor } }, shape, load);
        const scaled = (peak: number | null) => (peak === null ? null : peak * factor);
        const peaks = {
          bf16Tflops: gpu.bf16Tflops * factor,
          fp8Tflops: scaled(gpu.fp8Tflops),
          fp4Tflops: scaled(gpu.fp4Tflops),
          int8Tops: scaled(gpu.int8Tops),
        };
        const faster = predict({ ...configuration, gpu: { ...gpu, ...peaks } }, shape, load);

        expect(wider.outputTokensPerSecond.expected).toBeGreaterThanOrEqual(before * (1 - SLACK));
        expect(faster.outputTokensPerSecond.expected).toBeGreaterThanOrEqual(before * (1 - SLACK));
      }),
    );
  });

  it("more GPUs over NVLink never lower the throughput of a model whose weights outweigh an all-reduce", () => {
    const cards = fc.constantFrom(h100, h200);
    fc.assert(
      fc.property(cards, fc.constantFrom(2, 4), fc.integer({ min: 1, max: 300 }), (gpu, tensorParallel, concurrency) => {
        const load = { kind: "closed", concurrency } as const;
        const few = predict(serving(llama70b, gpu, "fp8", { tensorParallel }), chat, load);
        const many = predict(serving(llama70b, gpu, "fp8", { tensorParallel: 2 * tensorParallel }), chat, load);

        expect(many.outputTokensPerSecond.expected).toBeGreaterThan(few.outputTokensPerSecond.expected);
      }),
    );
  });

  it("TPOT never falls and throughput never falls as concurrency grows", () => {
    fc.assert(
      fc.property(setting, fc.integer({ min: 1, max: 300 }), ({ configuration, shape, concurrency }, more) => {
        const light = predict(configuration, shape, { kind: "closed", concurrency });
        const heavy = predict(configuration, shape, { kind: "closed", concurrency: concurrency + more });

        expect(heavy.tpotMs.expected).toBeGreaterThanOrEqual(light.tpotMs.expected * (1 - SLACK));
        expect(heavy.outputTokensPerSecond.expected).toBeGreaterThanOrEqual(light.outputTokensPerSecond.expected * (1 - SLACK));
      }),
    );
  });

  it("TPOT never falls as the request rate grows", () => {
    fc.assert(
      fc.property(
        setting,
        fc.double({ min: 0.01, max: 20, noNaN: true }),
        fc.double({ min: 1, max: 3, noNaN: true }),
        ({ configuration, shape }, rate, factor) => {
          const light = predict(configuration, shape, { kind: "open", requestsPerSecond: rate });
          const heavy = predict(configuration, shape, { kind: "open", requestsPerSecond: rate * factor });

          expect(heavy.tpotMs.expected).toBeGreaterThanOrEqual(light.tpotMs.expected * (1 - SLACK));
        },
      ),
    );
  });

  it("the rate found keeps the promise and one percent more does not", () => {
    const promise = fc.record({ ttftMsP95: fc.constantFrom(200, 500, 1000, 3000), tpotMsP95: fc.constantFrom(15, 30, 50, 100) });
    fc.assert(
      fc.property(setting, promise, ({ configuration, shape }, limits) => {
        const result = replicaCapacity(configuration, shape, limits);
        if (result.kind !== "capacity" || result.capacity.concurrency === 0) return;
        const rate = result.capacity.requestsPerSecond.expected;
        const at = latencyAtRate(configuration, shape, rate * (1 - SLACK));
        const above = latencyAtRate(configuration, shape, rate * 1.01);

        expect(at?.ttftMsP95).toBeLessThanOrEqual(limits.ttftMsP95 * (1 + 1e-6));
        expect(at?.tpotMsP95).toBeLessThanOrEqual(limits.tpotMsP95 * (1 + 1e-6));
        if (above !== null) expect(above.ttftMsP95 > limits.ttftMsP95 || above.tpotMsP95 > limits.tpotMsP95).toBe(true);
      }),
    );
  });
});
