import { describe, expect, it } from "vitest";
import { largestGrowth } from "../../src/decide/traffic.ts";
import { evaluated, only, policy, workload } from "../decide/support.ts";

/** A split: a base that is too large for an API and peaks that are too high for servers alone; 8 % more every month. */
function peaks(growth: number) {
  return policy(
    [
      workload({
        data_class: ["none"],
        volume: { requests_per_day: 500_000, hourly_profile: "business_hours", peak_to_average: 2.2, growth_ratio_per_month: growth },
        tokens: { input: 1500, output: 400, cached_input_ratio: 0 },
        candidates: { api: ["gpt-5.4-mini"], open: ["qwen3-32b"] },
      }),
    ],
    { team: { ml_ops: "dedicated" }, purchase: { gpu_discount_ratio: 0.4 } },
  );
}

const rateLimit = (value: ReturnType<typeof policy>) =>
  only(evaluated(value)).conditions.find((text) => text.includes("agree the rate limit"));

describe("what is asked of a provider's limits", () => {
  it("is what the last month asks, not the first alone", () => {
    const steady = rateLimit(peaks(0));
    expect(steady).toMatch(/take (\d+) requests\/s of requests while/);
    const rate = Number(steady?.match(/take (\d+)/)?.[1]);
    const growing = rateLimit(peaks(0.08));
    const [, first, last] = growing?.match(/take (\d+) requests\/s \((\d+) by the end of the horizon\)/) ?? [];
    expect(Number(first)).toBe(rate);
    expect(Number(last) / rate).toBeCloseTo(1.08 ** 11, 1);
  });

  it("warns of a limit that only growth reaches, and never of one that was passed on the way down", () => {
    const notice = (growth: number) => {
      const volume = { requests_per_day: 800_000, hourly_profile: "flat", peak_to_average: 1.5, growth_ratio_per_month: growth };
      const value = policy([workload({ volume, candidates: { api: ["gpt-5.4-mini"] } })]);
      return evaluated(value).findings.find(({ id }) => id === "api-rate-limit-unproven")?.text;
    };
    // 800,000 a day x 1.5 / 1,440 minutes x 700 tokens = 583,333 tokens a minute; x 1.15^11 = 2.71 million.
    expect(notice(0)).toBeUndefined();
    expect(notice(-0.1)).toBeUndefined();
    expect(notice(0.15)).toContain("the busiest minute at the end of the horizon holds 2,710,000 tokens");
  });

  it("spreads requests that may wait", () => {
    const volume = { requests_per_month: 5_000_000_000, peak_to_average: 100, hourly_profile: "flat" };
    const value = (batch_ratio: number) =>
      evaluated(policy([workload({ volume, tokens: { input: 30, output: 10, batch_ratio }, candidates: { api: ["gpt-5.4-mini"] } })]));
    const notice = (batch: number) => value(batch).findings.find(({ id }) => id === "api-rate-limit-unproven")?.text;
    // 5 billion x 40 tokens in 43,800 minutes: 4.57 million a minute; 100 times as many where none may wait.
    expect(notice(1)).toContain("holds 4,570,000 tokens");
    expect(notice(0)).toContain("holds 457,000,000 tokens");
  });

  it("looks at the first month where requests shrink", () => {
    expect(largestGrowth(-0.1, 12)).toBe(1);
    expect(largestGrowth(0.05, 12)).toBeCloseTo(1.7103, 4);
    expect(largestGrowth(0.05, 1)).toBe(1);
  });
});

describe("when to leave own servers", () => {
  it("names the first month where the requests grow, because the rest of the horizon grows from there", () => {
    const texts = (growth: number) =>
      only(evaluated(peaks(growth))).leaveWhen.flatMap(({ parameter, text }) => (parameter === "requests_per_month" ? [text] : []));
    expect(texts(0)[0]).toMatch(/^requests fall below/);
    expect(texts(0.08)[0]).toMatch(/^requests of the first month fall below/);
  });
});
