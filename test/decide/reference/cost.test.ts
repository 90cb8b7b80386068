import { describe, expect, it } from "vitest";
import {
  REFERENCE_FIXED_USD,
  REFERENCE_PRICES,
  type ReferenceModel,
  referenceApiEstimate,
  referenceApiMonthlyUsd,
  referenceBreakEvenPerDay,
  referenceComparison,
  referenceGpuBill,
} from "../../../src/decide/reference/cost.ts";
import { impliedGpuHourUsd, monthlyHours, REFERENCE_EFFORT, REFERENCE_INFRASTRUCTURE } from "../../../src/decide/reference/tables.ts";

const SMALL = { inputTokens: 500, outputTokens: 200 };
const LARGE = { inputTokens: 1000, outputTokens: 500 };
const at = (usdPerMonth: number, models: readonly ReferenceModel[]) =>
  models.map((model) => referenceBreakEvenPerDay(usdPerMonth, LARGE, REFERENCE_PRICES[model]));
const COLUMNS = ["gpt-4.1-mini", "gpt-4.1", "claude-sonnet-4"] as const;
const cents = (value: number) => Number(value.toFixed(2));

describe("the framework's API formulas", () => {
  it("give 0.20, 5.85 and 71.17 USD for 1,000 requests a day of gpt-4o-mini", () => {
    expect(referenceApiEstimate(1000, SMALL, "gpt-4o-mini")).toEqual({ dailyUsd: 0.2, monthlyUsd: 5.85, yearlyUsd: 71.17 });
  });

  it("give 3.25, 97.50 and 1,186.25 USD for gpt-4o", () => {
    expect(referenceApiEstimate(1000, SMALL, "gpt-4o")).toEqual({ dailyUsd: 3.25, monthlyUsd: 97.5, yearlyUsd: 1186.25 });
  });

  it("have a year that is not twelve of its months (C7)", () => {
    const { monthlyUsd, yearlyUsd } = referenceApiEstimate(1000, SMALL, "gpt-4o-mini");
    expect([cents(12 * monthlyUsd), yearlyUsd]).toEqual([70.2, 71.17]);
  });

  it("give 3,600, 8,400, 18,000 and 31,500 USD at 100,000 requests a day, whatever the framework printed (C2)", () => {
    const bills = (["gpt-4.1-mini", "claude-haiku-3.5", "gpt-4.1", "claude-sonnet-4"] as const).map((model) =>
      cents(referenceApiMonthlyUsd(100_000, LARGE, REFERENCE_PRICES[model])),
    );
    expect(bills).toEqual([3600, 8400, 18_000, 31_500]);
  });

  it("round ties to the even digit", () => {
    expect(referenceApiEstimate(1, { inputTokens: 50_000, outputTokens: 0 }, "gpt-4o").dailyUsd).toBe(0.12);
    expect(referenceApiEstimate(3, { inputTokens: 50_000, outputTokens: 0 }, "gpt-4o").dailyUsd).toBe(0.38);
  });

  it("round what is only just above a tie up", () => {
    // 50,001 input tokens of gpt-4o at 2.50 USD a million: 0.1250025, which begins like the tie 0.125 and is none.
    const of = (inputTokens: number) => referenceApiEstimate(1, { inputTokens, outputTokens: 0 }, "gpt-4o").dailyUsd;
    expect([of(50_000), of(50_001)]).toEqual([0.12, 0.13]);
  });
});

describe("the framework's first break-even", () => {
  it("compares 195.00 with 9,500.00 USD and meets at 48,717,949 requests a month", () => {
    expect(referenceComparison(1_000_000, SMALL)).toEqual({
      apiMonthlyUsd: 195,
      selfHostMonthlyUsd: 9500,
      savingsUsd: 9305,
      says: "api",
      breakEvenRequestsPerMonth: 48_717_949,
    });
  });

  it("contradicts its own 500,000 requests a month by a factor of 97 with gpt-4o-mini and 6 with gpt-4o (C5)", () => {
    expect(referenceComparison(500_000, SMALL)).toMatchObject({ apiMonthlyUsd: 97.5, says: "api" });
    const large = referenceComparison(500_000, SMALL, REFERENCE_PRICES["gpt-4o"]);
    expect(large).toMatchObject({ apiMonthlyUsd: 1625, says: "api", breakEvenRequestsPerMonth: 2_923_077 });
  });

  it("adds 8,000 of infrastructure, 500 of set-up and 1,000 of people", () => {
    expect(Object.values(REFERENCE_FIXED_USD).reduce((sum, usd) => sum + usd, 0)).toBe(9500);
  });

  it("gives a tie to the API", () => {
    const price = { inputUsdPerMTok: 9.5, outputUsdPerMTok: 0, source: "made up" };
    const tokens = { inputTokens: 1000, outputTokens: 0 };
    expect(referenceComparison(1_000_000, tokens, price)).toMatchObject({ apiMonthlyUsd: 9500, savingsUsd: 0, says: "api" });
    expect(referenceComparison(1_000_001, tokens, price).says).toBe("self-host");
  });

  it("has no break-even for requests that cost nothing, where the framework divides by zero (C23)", () => {
    expect(referenceComparison(1000, { inputTokens: 0, outputTokens: 0 }).breakEvenRequestsPerMonth).toBeNull();
  });
});

describe("the framework's GPU bill", () => {
  it("adds 5,110 + 200 + 204.40 + 5,000 to 10,514.40 USD for four GPUs at 2.50 USD an hour (C1)", () => {
    const bill = referenceGpuBill(4, 2.5);
    expect(Object.values(bill).map(cents)).toEqual([5110, 200, 204.4, 5000, 10_514.4]);
  });

  it("is 12,792 USD when rented GPUs bill every hour (C8)", () => {
    const bill = referenceGpuBill(4, 2.5, 1);
    expect([bill.computeUsd, bill.networkUsd, bill.totalUsd].map(cents)).toEqual([7300, 292, 12_792]);
    expect(cents(referenceGpuBill(4, 2.5).computeUsd + 5000)).toBe(10_110);
  });

  it("is 16,028.80 or 20,584.00 USD for eight GPUs (C4)", () => {
    expect(cents(referenceGpuBill(8, 2.5).totalUsd)).toBe(16_028.8);
    expect(cents(referenceGpuBill(8, 2.5, 1).totalUsd)).toBe(20_584);
  });

  it("meets the API at 292,067, 58,413 and 33,379 requests a day with four GPUs (C3)", () => {
    expect(at(referenceGpuBill(4, 2.5).totalUsd, COLUMNS)).toEqual([292_067, 58_413, 33_379]);
    expect(at(referenceGpuBill(4, 2.5).totalUsd, ["claude-haiku-3.5"])).toEqual([125_171]);
    expect(at(referenceGpuBill(4, 2.5, 1).totalUsd, COLUMNS)).toEqual([355_333, 71_067, 40_610]);
    expect(at(15_400, COLUMNS)).toEqual([427_778, 85_556, 48_889]);
  });

  it("meets the API at 445,244, 89,049 and 50,885 requests a day with eight GPUs (C4)", () => {
    expect(at(referenceGpuBill(8, 2.5).totalUsd, COLUMNS)).toEqual([445_244, 89_049, 50_885]);
    expect(at(referenceGpuBill(8, 2.5, 1).totalUsd, COLUMNS)).toEqual([571_778, 114_356, 65_346]);
  });
});

describe("the framework's tables", () => {
  it("imply 2.74 USD a GPU hour for the A100 and 5.14 for the H100, twice the other document's 2.50 (C11)", () => {
    expect(REFERENCE_INFRASTRUCTURE.map((row) => cents(impliedGpuHourUsd(row)))).toEqual([2.74, 2.74, 5.14]);
    expect(impliedGpuHourUsd({ id: "", gpus: 8, monthlyUsd: 30_000, requestsPerSecond: 0, source: "" }) / 2.5).toBeCloseTo(2.05, 2);
  });

  it("claim 35,000, 140,000 and 700,000 tokens a second at 500 / 200 tokens (C10)", () => {
    expect(REFERENCE_INFRASTRUCTURE.map(({ requestsPerSecond }) => requestsPerSecond * 700)).toEqual([35_000, 140_000, 700_000]);
  });

  it("take 8.7 hours a month on the API side and 43 to 87 on the other, so 1,000 USD pays 11.5 to 23 USD an hour (C9)", () => {
    const own = REFERENCE_EFFORT["self-host"].hoursPerWeek;
    expect(monthlyHours(REFERENCE_EFFORT.api.hoursPerWeek.from)).toBeCloseTo(8.7, 1);
    expect([monthlyHours(own.from), monthlyHours(own.to)].map(Math.round)).toEqual([43, 87]);
    expect(1000 / monthlyHours(own.to)).toBeCloseTo(11.5, 1);
    expect(5000 / monthlyHours(own.from)).toBeCloseTo(115, 0);
  });
});
