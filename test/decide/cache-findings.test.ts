import { describe, expect, it } from "vitest";
import { evaluated, policy, workload } from "./support.ts";

const said = (cached_input_ratio: number, output = 10) =>
  evaluated(
    policy([
      workload({
        volume: { requests_per_month: 10_000_000, hourly_profile: "flat", peak_to_average: 1.5 },
        tokens: { input: 1000, output, cached_input_ratio },
        candidates: { api: ["claude-haiku-4-5"] },
      }),
    ]),
  ).findings.filter(({ id }) => id === "cache-writes-unpriced");

describe("cache writes", () => {
  it("are said to be left out, with the most that they can add: a quarter of the input that is not read from the cache", () => {
    // 10 million requests of 1,000 tokens, 40 % of them read: 6,000 million at 1 USD are 6,000 USD.
    expect(said(0.4)).toEqual([
      expect.objectContaining({
        level: "notice",
        text: "requests: writing to the prompt cache is not priced; where claude-haiku-4-5 charges 1.25 x the input price for it, that adds up to $1,500 a month",
      }),
    ]);
  });

  it("are no matter where nothing is read from a cache, nor where they are less than a hundredth of the cost", () => {
    expect(said(0)).toEqual([]);
    expect(said(0.99, 5000)).toEqual([]);
  });
});
