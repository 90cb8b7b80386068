import { describe, expect, it } from "vitest";
import { confidenceClass } from "../../src/capacity/confidence.ts";
import { VLLM } from "../../src/capacity/engine.ts";
import {
  addedByPrompt,
  batchP95,
  closedRate,
  dominantPart,
  largest,
  openPoint,
  operate,
  othersAtRate,
  othersWithin,
  type Serving,
  servingOf,
  slotWork,
  tailLatency,
  waitMs,
} from "../../src/capacity/operate.ts";
import { capacityAt } from "../../src/capacity/slo.ts";
import { besideMs, prefillMs, type StepParts, stepParts, type Timing } from "../../src/capacity/timing.ts";
import { a100, b200, deepseekV3, h100, l4, llama8b, plainReplica, plainTiming, qwen3Next, serving } from "./fixtures.ts";

/**
 * The formulas of the capacity model on figures that a person can follow with pencil and paper: triangles of 3, 4, 5 and of
 * 5, 12, 13 where parts overlap, round numbers elsewhere. Each expected figure is worked out in the comment beside it.
 */
const engine = {
  ...VLLM,
  stepMs: 1,
  sequenceMs: 1,
  serialShare: 0,
  expertDiversity: 1,
  mixesPrompts: false,
  requestMs: 2,
  ttftBaseMs: 10,
};

/** Reading 3 ms, multiplying 1 ms for each request, all-reduce 1 ms and 0.25 for each, layers 3 ms. */
const timing = (change: Partial<Timing> = {}) =>
  plainTiming({ engine, prefillTokenMs: 0.1, denseReadMs: 3, linkFixedMs: 1, linkTokenMs: 0.25, ...change });

/** Requests of 10 output tokens whose prompts take 5 ms each, with half a millisecond of cache in a step. */
const replica = (change: Partial<Serving> = {}) => plainReplica({ timing: timing(), ...change });

describe("one decode step", () => {
  it("overlaps reading with multiplying, adds cache, link and layers, and hides the processor behind the GPU", () => {
    // weights sqrt(3^2 + 4^2) = 5; cache 4 x 0.5 = 2; link 1 + 4 x 0.25 = 2; layers 3: the GPU works 12 ms.
    // processor 1 + 4 x 1 = 5: sqrt(12^2 + 5^2) = 13.
    expect(stepParts(timing(), 4, 0.5)).toEqual({
      totalMs: 13,
      weightsMs: 5,
      gpuMs: 12,
      processorMs: 5,
      computeMs: 4,
      memoryMs: 5, // 3 of weights + 2 of cache
      linkMs: 2,
      overheadMs: 8, // 3 of layers + 5 of the processor
    });
  });

  it("adds the processor where the engine waits for it", () => {
    expect(besideMs({ ...engine, serialShare: 1 }, 12, 5)).toBe(17);
    // half way: sqrt(144 + 25 + 2 x 0.5 x 12 x 5) = sqrt(229)
    expect(besideMs({ ...engine, serialShare: 0.5 }, 12, 5)).toBeCloseTo(Math.sqrt(229), 12);
  });

  it("reads the experts that somebody in the batch chose", () => {
    const half = { denseReadMs: 0, expertReadMs: 4, expertShare: 0.5, logUnchosen: Math.log(0.5), decodeTokenMs: 2 };
    // Two requests that choose half of the experts each leave 0.5^2 = 1/4 alone: 3 ms of reading, 4 of multiplying.
    expect(stepParts(timing(half), 2, 0).weightsMs).toBeCloseTo(5, 12);
    // Neighbours that choose alike leave one half alone: 2 ms of reading, 4 of multiplying.
    const alike = timing({ ...half, engine: { ...engine, expertDiversity: 0 } });
    expect(stepParts(alike, 2, 0).weightsMs).toBeCloseTo(Math.sqrt(20), 12);
  });
});

describe("one prompt", () => {
  it("multiplies what is not in the prefix cache, each token against what stands before it", () => {
    const one = timing({ fullPairMs: 0.001, slidingPairMs: 0.01, slidingWindow: 50 });
    // 40 of 100 tokens computed, at 80 tokens of context on average: 40 x (0.1 + 0.25) = 14; full 0.001 x 40 x 80 = 3.2;
    // sliding 0.01 x 40 x 50 = 20.
    expect(prefillMs(one, 100, 40)).toBeCloseTo(37.2, 12);
    // A window of 90 holds the whole context: 0.01 x 40 x 80 = 32.
    expect(prefillMs({ ...one, slidingWindow: 90 }, 100, 40)).toBeCloseTo(49.2, 12);
  });

  it("costs less beside running requests, because one reading of the weights serves both", () => {
    const mixing = timing({ engine: { ...engine, mixesPrompts: true }, denseReadMs: 3 });
    const step: StepParts = { totalMs: 3, weightsMs: 3, gpuMs: 3, processorMs: 0, computeMs: 0, memoryMs: 3, linkMs: 0, overheadMs: 0 };
    // Alone it multiplies for 4 ms; beside a step that reads for 3 it adds sqrt(3^2 + 4^2) - 3 = 2: of 6 ms 4 are left.
    expect(addedByPrompt(replica({ timing: mixing, prefillMs: 6 }), 1, step)).toBeCloseTo(4, 12);
    // Running requests that multiply for 4 ms themselves, with prompts of 4: sqrt(6^2 + 8^2) - 6 = 4, nothing is saved.
    const reads6 = { ...step, totalMs: 6, weightsMs: 6, gpuMs: 6, computeMs: 4 };
    expect(addedByPrompt(replica({ timing: { ...mixing, denseReadMs: 6 }, prefillMs: 6 }), 1, reads6)).toBeCloseTo(6, 12);
    // 40 running requests of 10 tokens take 4 prompts a step; the budget holds 2: sqrt(6^2 + 8^2) - 6 = 4 for both, 2 each
    // instead of 4; only 10 x 2 of 40 requests share a step so: 6 - 0.5 x 2 = 5.
    const idle = { ...reads6, computeMs: 0 };
    expect(addedByPrompt(replica({ timing: { ...mixing, denseReadMs: 6 }, prefillMs: 6 }), 40, idle)).toBeCloseTo(5, 12);
    // Reading counts the experts as well: 2 + 4 of them make the same 6.
    expect(addedByPrompt(replica({ timing: { ...mixing, denseReadMs: 2, expertReadMs: 4 }, prefillMs: 6 }), 40, idle)).toBeCloseTo(5, 12);
    expect(addedByPrompt(replica({ prefillMs: 6 }), 40, idle), "an engine that gives prompts steps of their own").toBe(6);
  });
});

describe("a batch in steady state", () => {
  it("takes ten steps and the prompts of all four", () => {
    const point = operate(replica(), 4);
    // 10 x 13 + 4 x 5 = 150 of work, 10 of base; TPOT 13 + 3 x 5 / 10.
    expect(slotWork(replica(), point)).toBe(150);
    expect(point.cycleMs).toBe(160);
    expect(point.tpotMs).toBe(14.5);
    // The others' prompts are 15 of 15 + 5 + 130 ms: load 0.1; wait 13 / 2 + 0.1 x 5 / (2 x 0.9) = 6.7778.
    expect(waitMs(replica(), 4, 13)).toBeCloseTo(6.5 + 0.5 / 1.8, 12);
    expect(point.ttftMs).toBeCloseTo(10 + 5 + 13 + 6.5 + 0.5 / 1.8, 12);
    // Lengths that spread like an exponential double the queue.
    expect(waitMs(replica({ spread: 1 }), 4, 13)).toBeCloseTo(6.5 + 1 / 1.8, 12);
    // Four in 160 ms.
    expect(closedRate(point)).toBe(25);
  });

  it("is met by an arrival that adds itself", () => {
    // Three others and itself make the batch of four above; three leave in 160 ms.
    expect(openPoint(replica(), 3)).toMatchObject({ batch: 4, cycleMs: 160, requestsPerSecond: 18.75 });
    expect(othersAtRate(replica(), 18.75)).toBeCloseTo(3, 6);
    expect(othersAtRate(replica(), 18.76), "more than four at once do not run").toBeNull();
    expect(othersAtRate(replica({ maxBatch: 0.5 }), 0.1), "not even one fits").toBeNull();
  });

  it("has no queue with one request alone, and never less than none", () => {
    expect(waitMs(replica(), 1, 13)).toBe(6.5);
    expect(waitMs(replica(), 0.5, 13)).toBe(6.5);
    expect(operate(replica(), 0.5).tpotMs).toBe(stepParts(timing(), 0.5, 0.5).totalMs);
  });

  it("is named after the part that takes longest", () => {
    const parts = { totalMs: 0, weightsMs: 0, gpuMs: 0, processorMs: 0 };
    const name = (computeMs: number, memoryMs: number, linkMs: number, overheadMs: number) =>
      dominantPart(replica(), {
        ...operate(replica(), 4),
        promptMs: 5,
        parts: { ...parts, computeMs, memoryMs, linkMs, overheadMs },
      });
    // The prompts of four add 4 x 5 / 10 = 2 ms of multiplying to each step.
    expect(name(1, 2.9, 0, 0)).toBe("compute");
    expect(name(1, 3.1, 0, 0)).toBe("memory-bandwidth");
    expect(name(1, 3.1, 3.2, 0)).toBe("interconnect");
    expect(name(1, 3.1, 3.2, 3.3)).toBe("engine-overhead");
  });
});

describe("the busiest twentieth of the time", () => {
  it("is met by 1 + B + 1.645 sqrt(B) requests, and back", () => {
    // 1 + 64 + 1.645 x 8
    expect(batchP95(64)).toBeCloseTo(78.16, 10);
    expect(othersWithin(78.16)).toBeCloseTo(64, 10);
    expect(othersWithin(1)).toBe(0);
    expect(othersWithin(0.2)).toBe(0);
  });

  it("triples the wait and meets a crowded server", () => {
    // Three others: everything of the four above, the wait of 6.7778 ms 2.996 times.
    expect(tailLatency(replica(), 3).ttftMsP95).toBeCloseTo(10 + 5 + 13 + 2.996 * (6.5 + 0.5 / 1.8), 10);
    // With nobody else the crowd is one: the step of one request, sqrt(10) + 0.5 + 1.25 + 3 beside 2 ms of processor.
    expect(tailLatency(replica(), 0).tpotMsP95).toBeCloseTo(Math.hypot(Math.sqrt(10) + 4.75, 2), 12);
  });
});

describe("counting a shape in", () => {
  const detail = { spread: 1, longestOutput: null, maxBatchedTokens: 1000, maxNumSeqs: 64 };
  const shape = { inputTokens: 500, outputTokens: 100, cachedInputRatio: 0.5 };
  const slow = timing({ linkTokenMs: 0.02, decodePairMs: 0.01 });

  it("splits a prompt into its computed half, and holds the mean context", () => {
    // 250 tokens computed x (0.1 + 0.02) = 30 ms; + 2 for the request; 25 of them on the compute units.
    // Four prompts of 250 in a step of 1000 tokens. Context 500 + 100 x (1 + 1) / 2 = 600 at 0.01 ms each.
    expect(servingOf(slow, shape, detail)).toMatchObject({
      prefillMs: 32,
      promptComputeMs: expect.closeTo(25, 9),
      promptsPerStep: 4,
      requestCacheMs: 6,
      longestOutput: 500,
      maxBatch: 64,
      cacheBound: false,
    });
    // Outputs that are all equal are half done on average: 550.
    expect(servingOf(slow, shape, { ...detail, spread: 0, longestOutput: 300 })).toMatchObject({ requestCacheMs: 5.5, longestOutput: 300 });
  });

  it("is limited by the prompts that enter and by the cache", () => {
    // Two output tokens and four prompts a step: 8 requests at once.
    expect(servingOf(slow, { ...shape, outputTokens: 2 }, detail).maxBatch).toBe(8);
    // Prompts of 250 tokens in steps of 100, one token each: less than one request, but one runs.
    expect(servingOf(slow, { ...shape, outputTokens: 1 }, { ...detail, maxBatchedTokens: 100 }).maxBatch).toBe(1);
    const long = servingOf(slow, { inputTokens: 8000, outputTokens: 100, cachedInputRatio: 0 }, { ...detail, maxBatchedTokens: 100_000 });
    expect(long.cacheBound).toBe(true);
    expect(long.maxBatch).toBeLessThan(64);
  });

  it("reads the cache or multiplies over it, whichever takes longer", () => {
    // 131,072 bytes a token x 600 tokens x 1e-7 ms = 7.86 ms beats 6 ms of mathematics.
    expect(servingOf(timing({ decodePairMs: 0.01, cacheByteMs: 1e-7 }), shape, detail).requestCacheMs).toBeCloseTo(7.864_32, 8);
  });
});

describe("the largest load within a margin", () => {
  it("is where the margin ends, the whole range, or nothing", () => {
    const within4 = (x: number) => 4 - x * x;
    expect(largest(10, within4)).toBeCloseTo(2, 6);
    expect(within4(largest(10, within4))).toBeGreaterThanOrEqual(0);
    expect(largest(2, within4)).toBe(2);
    expect(largest(10, (x) => -1 - x)).toBe(0);
    // A margin that hardly falls at first, and one that falls off a cliff.
    expect(largest(1, (x) => 0.5 - x ** 9)).toBeCloseTo(0.5 ** (1 / 9), 6);
    expect(largest(100, (x) => (x < 37 ? 1 : -1e6))).toBeCloseTo(37, 4);
  });
});

describe("a promise", () => {
  // One request alone: prompt 100 x (0.1 + 0.25) + 2 = 37 ms; step hypot(sqrt(10) + 1.25 + 3, 2) = 7.666 ms;
  // TTFT p95 10 + 37 + 7.666 + 2.996 x 3.833 = 66.15 ms.
  const shape = { inputTokens: 100, outputTokens: 10, cachedInputRatio: 0 };
  const at = (ttftMsP95: number | null, tpotMsP95: number | null, measured = { ttft: 1, tpot: 1 }) =>
    capacityAt(timing(), shape, { ttftMsP95, tpotMsP95 }, measured);

  it("that one request alone already breaks is named with the latency that breaks it, and only that one", () => {
    const miss = (text: string) => ({ kind: "misses-promise", text: `too slow even for one request alone: ${text}` });
    expect(at(66, null)).toEqual(miss("TTFT p95 is 66 ms, promised 66 ms"));
    expect(at(null, 7.6)).toEqual(miss("TPOT p95 is 7.7 ms, promised 7.6 ms"));
    expect(at(60, 7)).toEqual(miss("TTFT p95 is 66 ms, promised 60 ms; TPOT p95 is 7.7 ms, promised 7 ms"));
    expect(at(60, 50)).toEqual(miss("TTFT p95 is 66 ms, promised 60 ms"));
    expect(at(500, 7)).toEqual(miss("TPOT p95 is 7.7 ms, promised 7 ms"));
    expect(at(67, 8).kind).toBe("capacity");
  });

  it("is kept at the rate that is found, by the latency that is closer to breaking it", () => {
    const capacity = (ttft: number | null, tpot: number | null, measured?: { ttft: number; tpot: number }) => {
      const result = at(ttft, tpot, measured);
      if (result.kind !== "capacity") throw new Error(result.text);
      return result.capacity;
    };
    const byTpot = capacity(100_000, 40);
    expect(byTpot.tpotMsP95).toBeCloseTo(40, 2);
    expect(byTpot.ttftMsP95).toBeLessThan(100_000);
    const byTtft = capacity(100, 100_000);
    expect(byTtft.ttftMsP95).toBeCloseTo(100, 2);
    // Both together: what the tighter of the two allows.
    const both = capacity(100, 40);
    expect(both.concurrency).toBeCloseTo(Math.min(byTpot.concurrency, byTtft.concurrency), 4);
    // Measured TPOT of twice the prediction: 40 ms are kept where the model says 20, and 40 are reported.
    const slower = capacity(null, 40, { ttft: 1, tpot: 2 });
    expect(slower.concurrency).toBeCloseTo(capacity(null, 20).concurrency, 4);
    expect(slower.tpotMsP95).toBeCloseTo(40, 2);
    const quicker = capacity(100, null, { ttft: 0.5, tpot: 1 });
    expect(quicker.concurrency).toBeCloseTo(capacity(200, null).concurrency, 4);
    expect(quicker.ttftMsP95).toBeCloseTo(100, 2);
  });
});

describe("how well a figure is measured", () => {
  const chat = { inputTokens: 1000, outputTokens: 500, cachedInputRatio: 0 };

  it.each([
    ["A", "a dense model on an H100", serving(llama8b, h100, "bf16"), chat],
    ["A", "a prompt of 16,384 tokens in all", serving(llama8b, h100, "bf16"), { ...chat, inputTokens: 15_884 }],
    ["C", "one token more", serving(llama8b, h100, "bf16"), { ...chat, inputTokens: 15_885 }],
    ["A", "fp8, which Hopper multiplies itself", serving(llama8b, h100, "fp8"), chat],
    ["C", "fp8 on Ampere, which unpacks it first", serving(llama8b, a100, "fp8"), chat],
    ["B", "experts", serving(deepseekV3, h100, "fp8", { tensorParallel: 8 }), chat],
    ["B", "recurrent layers", serving(qwen3Next, h100, "bf16", { tensorParallel: 4 }), chat],
    ["B", "a cache in fp8", serving(llama8b, h100, "bf16", { kvPrecision: "fp8" }), chat],
    ["B", "a small card", serving(llama8b, l4, "bf16"), chat],
    ["C", "two small cards over PCIe", serving(llama8b, l4, "bf16", { tensorParallel: 2 }), chat],
    ["B", "Blackwell", serving(llama8b, b200, "bf16"), chat],
    ["A", "two cards over NVLink", serving(llama8b, h100, "bf16", { tensorParallel: 2 }), chat],
  ] as const)("is class %s for %s", (expected, _, configuration, shape) => {
    expect(confidenceClass(configuration, shape)).toBe(expected);
  });
});
