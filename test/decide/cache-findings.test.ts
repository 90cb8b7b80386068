import { describe, expect, it } from "vitest";
import { paysToWait } from "../../src/decide/api-cost.ts";
import { contractPrice, evaluated, only, type PolicyObject, policy, workload } from "./support.ts";

const READ = 0.4;

const evaluatedWith = (tokens: PolicyObject, model = "claude-haiku-4-5", change: PolicyObject = {}, own: PolicyObject = {}) =>
  evaluated(
    policy(
      [
        workload({
          volume: { requests_per_month: 10_000_000, hourly_profile: "flat", peak_to_average: 1.5 },
          tokens: { input: 1000, output: 10, cached_input_ratio: READ, ...tokens },
          candidates: { api: [model] },
          ...own,
        }),
      ],
      change,
    ),
  );
const said = (tokens: PolicyObject, model?: string, change?: PolicyObject) =>
  evaluatedWith(tokens, model, change).findings.filter(({ id }) => id === "cache-writes-unpriced");
const writes = (tokens: PolicyObject, model?: string, change?: PolicyObject, own?: PolicyObject) =>
  only(evaluatedWith(tokens, model, change, own)).costLines.filter(({ id }) => id === "cache-write-tokens");

describe("cache writes", () => {
  it("are said to be left out where the policy does not say them, with the most that they can add: a quarter of the input that is not read", () => {
    // 10 million requests of 1,000 tokens, 40 % of them read: 6,000 million at 1 USD are 6,000 USD.
    expect(said({})).toEqual([
      expect.objectContaining({
        level: "notice",
        text: "requests: writing to the prompt cache of claude-haiku-4-5 costs 1.25 x its input price and is not in this total, because the policy does not say tokens.cache_write_ratio: at most $1,500 a month",
      }),
    ]);
    expect(writes({})).toEqual([]);
  });

  it("are no matter where nothing is read from a cache, nor where they are less than a hundredth of the cost, nor where they cost nothing more", () => {
    expect(said({ cached_input_ratio: 0 })).toEqual([]);
    expect(said({ cached_input_ratio: 0.99, output: 5000 })).toEqual([]);
    expect(said({}, "gpt-5.4-mini")).toEqual([]);
    expect(said({ cache_write_ratio: 0 })).toEqual([]);
  });

  it("of batches cost a quarter of what a batch pays for input, where batches read from the cache", () => {
    expect(said({ batch_ratio: 1 })[0]?.text).toMatch(/at most \$750 a month$/);
    expect(said({ batch_ratio: 0.5 })[0]?.text).toMatch(/at most \$1,125 a month$/);
    expect(said({ batch_ratio: 1, cache_write_ratio: 0.2 })).toEqual([]);
    // A batch on Bedrock reads from no cache.
    expect(said({ batch_ratio: 1, cached_input_ratio: 0.1 }, "global.anthropic.claude-haiku-4-5-20251001-v1:0")).toEqual([]);
  });

  it("are billed where the policy says how many there are, at a quarter of the input price above it", () => {
    // A fifth of 10,000 million tokens at a quarter of 1 USD: 2,000 x 0.25.
    const [line, ...more] = writes({ cache_write_ratio: 0.2 });
    expect(more).toEqual([]);
    expect(line).toMatchObject({ quantity: 2000, monthlyUsd: expect.closeTo(500, 9), unitPriceUsd: expect.closeTo(0.25, 12) });
    expect(line?.source).toContain("1.25 x the input price");
    expect(said({ cache_write_ratio: 0.2 })).toEqual([]);
    const usdOf = (tokens: PolicyObject) => evaluatedWith(tokens).decision.monthlyCostUsd?.expected ?? Number.NaN;
    expect(usdOf({ cache_write_ratio: 0.2 }) - usdOf({})).toBeCloseTo(500, 6);
    expect(writes({ cache_write_ratio: 0.2 }, "gpt-5.4-mini")).toEqual([]);
    // What a use case reads by default is not written.
    const agent = { use_case: "code_generation", tokens: { input: 1000, output: 10, cache_write_ratio: 0.9 } };
    expect(writes({}, "claude-haiku-4-5", {}, agent)[0]?.quantity).toBeCloseTo(2000, 9);
  });

  it("cost more for one place of processing and less with a discount, as the input does", () => {
    const kept = { region: "us-east-1", compliance: { data_residency: ["us"] }, purchase: { api_discount_ratio: 0.1 } };
    const [line] = writes({ cache_write_ratio: 0.2 }, "claude-sonnet-5", kept);
    // 2,000 million at a quarter of 2 USD, 10 % more and 10 % less.
    expect(line?.monthlyUsd).toBeCloseTo(2000 * 0.5 * 1.1 * 0.9, 6);
  });

  it("are not billed on top of a price of the policy's own, and said", () => {
    const own = contractPrice("claude-haiku-4-5", 1, 5);
    const price = { prices: { api: [{ ...(own.prices as { api: PolicyObject[] }).api[0], cached_input_usd_per_mtok: 0.1 }] } };
    expect(writes({ cache_write_ratio: 0.2 }, undefined, price)).toEqual([]);
    expect(said({ cache_write_ratio: 0.2 }, undefined, price)[0]?.text).toMatch(
      /because the policy has a price of its own: at most \$1,500 a month$/,
    );
  });

  it("decide with the rest of the input whether requests that may wait do, in the bill and in what is said of it", () => {
    // 600 of 1,000 tokens read and one written out: 465 millionths of a dollar at once, 502.5 in a batch; 400 tokens written to the cache add 100.
    const bedrock = "global.anthropic.claude-haiku-4-5-20251001-v1:0";
    const at = (tokens: PolicyObject) => {
      const evaluation = evaluatedWith({ output: 1, cached_input_ratio: 0.6, batch_ratio: 0.5, ...tokens }, bedrock);
      const batches = only(evaluation).costLines.some(({ id }) => id === "batch-input-tokens");
      return [batches, evaluation.findings.some(({ id }) => id === "batch-dearer")];
    };
    expect(at({})).toEqual([false, true]);
    expect(at({ cache_write_ratio: 0.4 })).toEqual([true, false]);
  });

  it("let a batch win where they cost more than the cache spares", () => {
    const unit = {
      inputUsdPerMTok: 1,
      cachedInputUsdPerMTok: 0.1,
      outputUsdPerMTok: 0,
      batchInputUsdPerMTok: 0.5,
      batchOutputUsdPerMTok: 0,
      batchCachedInputUsdPerMTok: null,
    };
    const at = (writeRatio: number) => paysToWait({ ...unit }, { input: 1000, output: 1, cachedRatio: 0.6, writeRatio });
    // At once 0.4 + 0.06 = 0.46, with writes for a tenth of the input price 0.56, against 0.5 in a batch.
    expect([at(0), at(0.1)]).toEqual([false, true]);
    const request = { input: 1000, output: 1, cachedRatio: 0.6, batchCachedRatio: 0.6 };
    // With hits at 0.05 a batch costs 0.2 + 0.03; with hits at 0.44 0.2 + 0.264, more than 0.46.
    const hitsAt = (usd: number) => paysToWait({ ...unit, batchCachedInputUsdPerMTok: usd }, request);
    expect([hitsAt(0.05), hitsAt(0.44)]).toEqual([true, false]);
  });
});
