import { describe, expect, it } from "vitest";
import { TRAFFIC_SPREAD } from "../../src/capacity/constants.ts";
import { VLLM } from "../../src/capacity/engine.ts";
import { servingOf, tailLatency } from "../../src/capacity/operate.ts";
import { latencyAtRate, replicaCapacity } from "../../src/capacity/slo.ts";
import { timingOf } from "../../src/capacity/timing.ts";
import type { LatencyPromise } from "../../src/capacity/types.ts";
import { h100, llama8b, serving } from "./fixtures.ts";

const configuration = serving(llama8b, h100, "bf16");
const chat = { inputTokens: 500, outputTokens: 200, cachedInputRatio: 0 };
const documents = { inputTokens: 6000, outputTokens: 200, cachedInputRatio: 0 };
const aloneMs = (shape: typeof chat) =>
  tailLatency(servingOf(timingOf(configuration, VLLM), shape, { spread: TRAFFIC_SPREAD, longestOutput: null }), 0).ttftMsP95;

function capacityOf(shape: typeof chat, promise: Partial<LatencyPromise>) {
  const result = replicaCapacity(configuration, shape, { ttftMsP95: null, tpotMsP95: null, ...promise });
  if (result.kind !== "capacity") throw new Error(result.text);
  return result.capacity;
}

describe("requests beside others that were promised a fast start", () => {
  const waitMs = 100;
  const beside = { shape: chat, ttftMsP95: aloneMs(chat) + waitMs };

  it("wait no longer than those may, however long their own prompts take", () => {
    const capacity = capacityOf(documents, { beside });

    // A TTFT promise of the chat itself could never be kept: one document alone starts later than that.
    expect(aloneMs(documents)).toBeGreaterThan(beside.ttftMsP95);
    expect(capacity.ttftMsP95 - aloneMs(documents)).toBeLessThanOrEqual(waitMs + 1e-6);
    expect(capacity.requestsPerSecond.expected).toBeLessThan(capacityOf(documents, {}).requestsPerSecond.expected);
    // It is the highest such rate: a hundredth more waits longer.
    const more = latencyAtRate(configuration, documents, capacity.requestsPerSecond.expected * 1.01);
    expect((more?.ttftMsP95 ?? Number.POSITIVE_INFINITY) - aloneMs(documents)).toBeGreaterThan(waitMs);
  });

  it("of the same shape keep the promise of those, and their own where it is stricter", () => {
    const promised = (ttftMsP95: number) => capacityOf(chat, { ttftMsP95 }).requestsPerSecond.expected;

    expect(capacityOf(chat, { beside }).requestsPerSecond.expected).toBeCloseTo(promised(beside.ttftMsP95), 9);
    expect(capacityOf(chat, { ttftMsP95: beside.ttftMsP95 - 50, beside }).requestsPerSecond.expected).toBeCloseTo(
      promised(beside.ttftMsP95 - 50),
      9,
    );
  });

  it("are not served where those cannot start in time even alone", () => {
    const hopeless = { shape: chat, ttftMsP95: aloneMs(chat) / 2 };
    expect(replicaCapacity(configuration, documents, { ttftMsP95: null, tpotMsP95: null, beside: hopeless }).kind).toBe("misses-promise");
  });
});
