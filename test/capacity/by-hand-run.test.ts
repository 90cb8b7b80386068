import { describe, expect, it } from "vitest";
import { VLLM } from "../../src/capacity/engine.ts";
import type { Serving } from "../../src/capacity/operate.ts";
import { measure, type Run } from "../../src/capacity/run.ts";
import type { Timing } from "../../src/capacity/timing.ts";
import { plainReplica, plainTiming } from "./fixtures.ts";

/**
 * Whole runs of a benchmark on figures that a person can follow: a step of B requests with a context of C tokens takes B x (1 + C / 1000) + 3 ms.
 * Requests have 1000 tokens in and 10 out, each prompt takes 5 ms in a step of its own, two fit into one step, four requests run at once.
 */
const engine = { ...VLLM, stepMs: 0, sequenceMs: 0, serialShare: 0, mixesPrompts: false, ttftBaseMs: 10, lockstep: 0.5 };

const timing = (change: Partial<Timing> = {}) => plainTiming({ engine, decodePairMs: 0.001, ...change });
const replica = (change: Partial<Serving> = {}) =>
  plainReplica({
    timing: timing(),
    shape: { inputTokens: 1000, outputTokens: 10, cachedInputRatio: 0 },
    requestCacheMs: 1,
    ...change,
  });

/** Every step takes 3 ms, whoever runs. */
const even = { timing: timing({ decodeTokenMs: 0, decodePairMs: 0 }), requestCacheMs: 0 };

function run(change: Partial<Run>): Run {
  return { concurrency: null, requestsPerSecond: null, requests: null, ...change };
}

/** TTFT of one that takes the place of a finished one: base 10, prompts of one and a half 7.5, step 11, wait 5.5 + 15 / 115 x 5 / 2. */
const REFILL_4 = 10 + 7.5 + 11 + 5.5 + 75 / 230;

describe("a run with a limit of requests in flight", () => {
  it("without an end is a tenth first wave and the steady state", () => {
    const result = measure(replica(), run({ concurrency: 4 }));

    // Step 4 x 2 + 3 = 11; cycle 10 + 10 x 11 + 4 x 5 = 140; TPOT 11 + 3 x 5 / 10.
    expect(result.requestsPerSecond).toBeCloseTo(4000 / 140, 9);
    expect(result.tpotMs).toBeCloseTo(12.5, 9);
    // First wave: 10 + (4 + 2) / 2 prompts of 5 ms + one and a half steps of two requests, 7 ms each = 35.5.
    expect(result.ttftMs).toBeCloseTo(0.1 * 35.5 + 0.9 * REFILL_4, 9);
    expect(result).toMatchObject({ batch: 4, limitedBy: "compute" });
  });

  it("takes what runs at once where nobody sets a limit", () => {
    expect(measure(replica(), run({}))).toEqual(measure(replica(), run({ concurrency: 4 })));
  });

  it("lets those wait that do not fit, and says that the cache is why", () => {
    const asked = run({ concurrency: 10, requests: 20 });
    const result = measure(replica({ cacheBound: true }), asked);

    // 10 of 20 are the first wave; 6 wait for 140 / 4 ms each, a quarter of them less: 6 x 35 x 0.75 = 157.5.
    expect(result.ttftMs).toBeCloseTo(0.5 * 35.5 + 0.5 * REFILL_4 + 157.5, 9);
    // The last four run 10 steps of 4 x 2.005 + 3 = 11.02; before them 16 slots of 130 / 4, 4 prompts and the base.
    expect(result.requestsPerSecond).toBeCloseTo(20_000 / (10 + 520 + 20 + 110.2), 9);
    // The first four meet half a later step of 2 prompts in 10 tokens: 0.05 x 10 ms.
    expect(result.tpotMs).toBeCloseTo((16 * 12.5 + 4 * (11.02 + 0.5)) / 20, 9);
    expect(result.limitedBy).toBe("kv-cache");
    expect(measure(replica(), asked).limitedBy, "where the scheduler is the limit").toBe("compute");
    expect(measure(replica({ cacheBound: true }), run({ concurrency: 4 })).limitedBy, "where nobody waits").toBe("compute");
  });

  it("of fewer requests than the limit has no more in flight than there are", () => {
    expect(measure(replica(), run({ concurrency: 10, requests: 3 }))).toMatchObject({ batch: 3, limitedBy: "compute" });
    // All of them are the first wave, and nobody waits: as three at once.
    expect(measure(replica(), run({ concurrency: 10, requests: 3 })).ttftMs).toBeCloseTo(30, 9);
  });
});

/** The asymptotic series of the harmonic number that the model uses for any number of requests. */
const LONGEST_OF_FOUR = Math.log(4) + 0.5772 + 1 / 8 - 1 / 192;

describe("all requests at once", () => {
  it("of one request take its own time, and each of its tokens a step", () => {
    // 10 + one prompt of 5 ms + its 10 tokens of 3 ms each: the longest of one is its mean, to 0.6 %.
    const alone = measure(replica({ ...even, spread: 1 }), run({ requests: 1 }));
    expect(1000 / alone.requestsPerSecond / (10 + 5 + 30)).toBeCloseTo(1, 2);
    expect(alone.tpotMs).toBeCloseTo(3, 2);
  });

  it("are one wave, which ends when the last has finished", () => {
    const result = measure(replica(), run({ requests: 3 }));

    // 10 + 2.5 prompts of 5 ms + 1.25 steps of one and a half requests, 6 ms each.
    expect(result.ttftMs).toBeCloseTo(30, 9);
    // 10 + 3 prompts + 10 steps of 3 x 2.005 + 3.
    expect(result.requestsPerSecond).toBeCloseTo(3000 / (10 + 15 + 90.15), 9);
    // A quarter of a later step of 2 prompts, in 10 tokens.
    expect(result.tpotMs).toBeCloseTo(9.015 + 0.25, 9);
  });

  it("of unequal length run on until the longest has finished", () => {
    // Exponential lengths: the longest of four has 1 + 1/2 + 1/3 + 1/4 means of 10 tokens, 3 ms each.
    const tail = LONGEST_OF_FOUR;
    expect(tail).toBeCloseTo(1 + 1 / 2 + 1 / 3 + 1 / 4, 3);
    const result = measure(replica({ ...even, spread: 1 }), run({ requests: 4 }));
    expect(result.requestsPerSecond).toBeCloseTo(4000 / (10 + 20 + 30 * tail), 9);
    // Tokens weigh by who still runs, and each takes 3 ms: sum of h exp(-u) over 12 middles over 1 - exp(-tail) = (h / 2) / sinh(h / 2). The prompts of the
    // crowd fall into 0.05 means: 1 - exp(-x) + x E1(x), E1 = exp(-x) (ln(1 + 1/x) + ln(1 + 2/x) / 2) / 2.
    const h = tail / 12;
    const e1 = (Math.exp(-0.05) * (Math.log(21) + Math.log(41) / 2)) / 2;
    const slower = 10 * (1 - Math.exp(-0.05) + 0.05 * e1);
    expect(result.tpotMs).toBeCloseTo((3 * (h / 2)) / Math.sinh(h / 2) + slower, 9);

    // No output is longer than 12 tokens: 1.2 means.
    const capped = measure(replica({ ...even, spread: 1, longestOutput: 12 }), run({ requests: 4 }));
    expect(capped.requestsPerSecond).toBeCloseTo(4000 / (10 + 20 + 36), 9);
    // Half fixed, half exponential: 5 tokens and the longest of four with a mean of 5.
    const half = measure(replica({ ...even, spread: 0.5 }), run({ requests: 4 }));
    expect(half.requestsPerSecond).toBeCloseTo(4000 / (10 + 20 + 15 + 15 * tail), 9);
    // ... of which 45 are left below a cap of 50: nine means; below a cap of 7 only 2 tokens are.
    const short = measure(replica({ ...even, spread: 0.5, longestOutput: 7 }), run({ requests: 4 }));
    expect(short.requestsPerSecond).toBeCloseTo(4000 / (10 + 20 + 15 + 6), 9);
  });

  it("hold half of the fixed part of their output while all run", () => {
    // 4 x (1 + 1002.5 / 1000) + 3 ms for each of 5 fixed tokens; then twelve looks at 1005 + 5 u tokens of context.
    const h = LONGEST_OF_FOUR / 12;
    const rest = Array.from({ length: 12 }, (_, i) => (i + 0.5) * h).map(
      (u) => 5 * h * (Math.max(1, 4 * Math.exp(-u)) * (1 + (1005 + 5 * u) / 1000) + 3),
    );
    const drained = 5 * (4 * 2.0025 + 3) + rest.reduce((sum, ms) => sum + ms, 0);
    expect(measure(replica({ spread: 0.5 }), run({ requests: 4 })).requestsPerSecond).toBeCloseTo(4000 / (10 + 20 + drained), 9);
  });

  it("get faster as the others finish and slower as the context grows", () => {
    // Twelve looks at u = (i + 0.5) h: max(1, 4 exp(-u)) requests at 1000 + 10 u tokens.
    const h = LONGEST_OF_FOUR / 12;
    const steps = Array.from({ length: 12 }, (_, i) => (i + 0.5) * h).map(
      (u) => Math.max(1, 4 * Math.exp(-u)) * (1 + (1000 + 10 * u) / 1000) + 3,
    );
    const drained = steps.reduce((sum, step) => sum + 10 * h * step, 0);
    const result = measure(replica({ spread: 1 }), run({ requests: 4 }));

    expect(result.requestsPerSecond).toBeCloseTo(4000 / (10 + 20 + drained), 9);
  });
});

describe("requests that arrive at a rate", () => {
  it("below capacity take the time in which they arrive, and the last one's own", () => {
    const result = measure(replica(), run({ requestsPerSecond: 1, requests: 10 }));

    // Little: others = (65 + 25 others) / 1000, so 65 / 975 run; step 2 x 1.0667 + 3.
    const others = 65 / 975;
    const step = 2 * (1 + others) + 3;
    const load = (5 * others) / (5 * others + 5 + 10 * step);
    expect(result.batch).toBeCloseTo(others, 6);
    expect(result.tpotMs).toBeCloseTo(step + (others * 5) / 10, 6);
    expect(result.ttftMs).toBeCloseTo(10 + 5 + step + step / 2 + (load * 5) / (2 * (1 - load)), 6);
    // Ten seconds, a prompt, and ten steps of one request: 2.005 + 3.
    expect(result.requestsPerSecond).toBeCloseTo(10_000 / (10_000 + 5 + 50.05), 9);
    expect(result.limitedBy).toBe("load");
  });

  it("above capacity without an end queue for ever at the full rate", () => {
    expect(measure(replica(), run({ requestsPerSecond: 100 }))).toMatchObject({
      requestsPerSecond: expect.closeTo(4000 / 140, 9),
      ttftMs: Number.POSITIVE_INFINITY,
      tpotMs: 12.5,
      batch: 4,
    });
    // Between an arrival that meets three others (3 per 140 ms) and a queue that never empties (4 per 140 ms) all are served.
    expect(measure(replica(), run({ requestsPerSecond: 25 })).requestsPerSecond).toBe(25);
  });

  it("above capacity, but only a few of them, are a burst that came in one after the other", () => {
    const result = measure(replica(), run({ requestsPerSecond: 1000, requests: 8 }));

    // All at once they take 10 + 4 x 130 / 4 + 20 + 110.2 = 270.2; they arrive within 8 ms.
    expect(result.requestsPerSecond).toBeCloseTo(8000 / 270.2, 9);
    // Half of them wait for half of 262.2 ms; a prompt of 5 ms each ms puts them off by 8 x 4 / 2.
    expect(result.ttftMs).toBeCloseTo(REFILL_4 + 65.55 + 16, 9);
    // As a burst ((4 x 12.5 + 4 x 11.52) / 8), of whose crowd a fifth is apart: 0.2 x 4 x 0.5 / 8.
    expect(result.tpotMs).toBeCloseTo(12.01 - 0.05, 9);
    expect(result.batch).toBe(4);
  });

  it("as fast as the server, but fewer than would run, end with the last arrival", () => {
    // At 20 requests/s 65 / 25 = 2.6 others would run, more than the two that there are: one each 50 ms, the last takes 10 x 5.005.
    const result = measure(replica(), run({ requestsPerSecond: 20, requests: 2 }));

    expect(result.requestsPerSecond).toBeCloseTo(2000 / (100 + 50.05), 9);
    // Two run, none waits for a slot, and no prompt for another: 10 + prompt and a half 7.5 + step 7 + 3.5 + 5 / 75 x 5 / 2.
    expect(result.ttftMs).toBeCloseTo(10 + 7.5 + 7 + 3.5 + 25 / 150, 9);
    // Nothing of a crowd is left: the burst's own 2 x 2.005 + 3, whose prompts fit into one step.
    expect(result.tpotMs).toBeCloseTo(7.01, 9);
  });
});
