import { describe, expect, it } from "vitest";
import { floorsOf, leastOf, savingSteps } from "../../src/decide/floors.ts";
import { choicesOf, pricerOf } from "./oracle-support.ts";

type Asked = Parameters<typeof pricerOf>[0];

/** Prices one workload with engineers at 100 USD an hour. */
function pricerOfOne(workload: Asked["workloads"][number], team: Asked["team"]) {
  return pricerOf({ workloads: [workload], team, hourlyRate: 100, discount: 0, owns: false });
}

describe("lower bounds of the joint search", () => {
  it("charge a stretch of busy hours with all that its instances cost", () => {
    const pricer = pricerOfOne({ shape: 3, magnitude: 8, options: [0], leaves: false }, "part_time");
    const floors = floorsOf(pricer, choicesOf(pricer), () => 0);
    const [whole = 0, ...stretches] = floors.byWorkload[0]?.floors[0]?.ownUsd ?? [];
    const fleet = pricer.alone(0, pricer.context.workloads[0]?.feasible[0] ?? never());

    // Business hours peak at three times the mean: the busiest hours say far more than the mean of the week.
    expect(Math.max(...stretches)).toBeGreaterThan(whole * 2);
    expect(Math.max(...stretches)).toBeGreaterThan((fleet ?? 0) * 0.7);
  });

  it("are tokens as they are billed, and what everybody pays around them", () => {
    const pricer = pricerOfOne({ shape: 0, magnitude: 6, options: [5, 6], leaves: false }, "part_time");
    const { byWorkload, shared } = floorsOf(pricer, choicesOf(pricer), () => 0.5);
    const [first, second] = byWorkload[0]?.floors ?? [];
    // 300 / 20 tokens a million times: 0.75 and 4.50 USD on gpt-5.4-mini, 0.20 and 1.25 on gpt-5.4-nano.
    expect(first).toMatchObject({
      tokensUsd: expect.closeTo(300 * 0.2 + 20 * 1.25, 6),
      host: null,
      usesApi: true,
      isSplit: false,
      score: 0.5,
    });
    expect(second?.tokensUsd).toBeCloseTo(300 * 0.75 + 20 * 4.5, 6);
    expect(new Set(first?.ownUsd)).toEqual(new Set([first?.tokensUsd]));
    // One key, 8.7 hours a month and one over twelve of them at 100 USD, a secret, an alarm and three metrics.
    expect(shared.common).toBeCloseTo(1, 9);
    expect(shared.api).toBeCloseTo((8.7 + 1 / 12) * 100 + 0.4 + 0.1 + 0.9, 6);
    // 173 hours instead of the 65 of a part-time team; no workload has servers to share.
    expect(shared).toMatchObject({ hosts: 0, both: 0, fullTime: 108 * 100 });
    // With few GPUs as well, all is bought.
    expect(shared.few).toBeCloseTo(shared.common + (first?.tokensUsd ?? Number.NaN), 6);
  });

  it("are of a split its servers or its tokens, and of servers alone the servers", () => {
    const pricer = pricerOfOne({ shape: 1, magnitude: 7.5, options: [0, 5], leaves: true }, "dedicated");
    const { byWorkload, shared } = floorsOf(pricer, choicesOf(pricer), () => 0);
    const [api, own, split] = ["api", "self-host", "split"].map((kind) => byWorkload[0]?.floors.find(({ choice }) => choice.kind === kind));
    // 500 / 200 tokens at 0.75 and 4.50 USD for a million, 31.6 million times.
    expect(split?.tokensUsd).toBeCloseTo(10 ** 1.5 * (500 * 0.75 + 200 * 4.5), 0);
    expect(own?.tokensUsd).toBeNull();
    expect([own?.usesApi, split?.usesApi, own?.isSplit, split?.isSplit]).toEqual([false, true, false, true]);
    expect([own?.host?.weights, own?.host?.besides, own?.host?.isPromised]).toEqual(["qwen3-32b", null, true]);
    for (const [at, usd] of (split?.ownUsd ?? []).entries()) {
      expect(usd).toBeLessThanOrEqual(Math.min(own?.ownUsd[at] ?? 0, api?.ownUsd[at] ?? 0) + 1e-6);
    }
    expect(shared.both).toBeGreaterThan(Math.max(shared.api, shared.hosts));
    // What fits on eight GPUs saves some of the tokens.
    expect(shared.few).toBeLessThan(shared.common + shared.hosts + (api?.tokensUsd ?? 0));
  });

  it("take the least of each stretch", () => {
    const of = (...ownUsd: readonly number[]) => ({ ownUsd }) as unknown as Parameters<typeof leastOf>[0][number];
    expect(leastOf([of(3, 1), of(2, 9)], 2)).toEqual([2, 1]);
    expect(leastOf([], 1)).toEqual([Number.POSITIVE_INFINITY]);
  });

  it("count GPUs where they save most first", () => {
    const hosted = [
      { usd: 9000, gpus: 2 },
      { usd: 7000, gpus: 10 },
      { usd: 9500, gpus: 4 },
      { usd: 11_000, gpus: 1 },
    ];

    // 1,000 for 2 GPUs, then 2,000 more for 8 more; what saves less or nothing is no step.
    expect(savingSteps(hosted, 10_000)).toEqual([
      { usd: 1000, gpus: 2 },
      { usd: 2000, gpus: 8 },
    ]);
    expect(savingSteps(hosted, 6000)).toEqual([]);
  });
});

function never(): never {
  throw new Error("the workload has an option");
}
