import { describe, expect, it } from "vitest";
import type { SizedFleet } from "../../src/decide/fleet.ts";
import type { TokenOption } from "../../src/decide/options.ts";
import { Pricer } from "../../src/decide/portfolio.ts";
import { type Scenario, scenario } from "../../src/decide/scenario.ts";
import { solve } from "../../src/decide/solve.ts";
import { AS_OF, catalog, documentOf, policy, workload } from "./support.ts";

/** gpt-5.4-mini: 0.75 / 4.50 USD for a million tokens, half of that in a batch; 1,000,000 requests of 500 / 200 tokens, 10 % more every month. */
const { pricer } = solve(
  documentOf(
    policy(
      [
        workload({
          volume: { requests_per_month: 1_000_000, growth_ratio_per_month: 0.1, hourly_profile: "flat", peak_to_average: 1.5 },
          tokens: { input: { low: 250, expected: 500, high: 1000 }, output: 200, cached_input_ratio: 0, batch_ratio: 0.5 },
          candidates: { api: ["gpt-5.4-mini"] },
        }),
      ],
      { horizon_months: 3 },
    ),
  ),
  catalog,
  AS_OF,
  [],
);
const option = pricer.context.workloads[0]?.feasible[0] as TokenOption;
const billsIn = (what: Partial<Scenario>) => new Pricer({ ...pricer.context, what: scenario(what) }).bills;
/** 375 of input and 900 of output in the first month; what waits costs half. */
const [LIST, GROWN] = [1275, (1 + 1.1 + 1.21) / 3];
const MIXED = LIST * 0.75 * GROWN;

describe("what a workload buys by the token", () => {
  it("moves with volume and price, and with the tokens of a request", () => {
    const usd = (what: Partial<Scenario>) => billsIn(what).tokenUsd(0, option);
    expect(usd({})).toBeCloseTo(MIXED, 6);
    expect(usd({ volume: 2 })).toBeCloseTo(2 * MIXED, 6);
    expect(usd({ apiPrice: 0.5 })).toBeCloseTo(0.5 * MIXED, 6);
    expect(usd({ volumeOf: { requests: 3 }, apiPrice: 2 })).toBeCloseTo(6 * MIXED, 6);
    expect(usd({ volumeOf: { other: 3 }, gpuPrice: 9, hourlyRate: 9 })).toBeCloseTo(MIXED, 6);
    expect(usd({ tokens: "high" })).toBeCloseTo((750 + 900) * 0.75 * GROWN, 6);
    expect(usd({ tokens: "low" })).toBeCloseTo((187.5 + 900) * 0.75 * GROWN, 6);
    const bills = billsIn({ volume: 2 });
    expect([bills.tokenUsd(0, option), bills.tokenUsd(0, option)]).toEqual(Array(2).fill(bills.bill(0, option).monthlyUsd));
  });

  it("is a bill whose lines have the scenario's quantities and prices", () => {
    const bill = billsIn({ volume: 2, apiPrice: 0.5 }).bill(0, option);
    expect(bill.monthlyUsd).toBeCloseTo(MIXED, 6);
    expect(bill.byMonthUsd.map((usd) => Number(usd.toFixed(6)))).toEqual(
      [1, 1.1, 1.21].map((growth) => Number((LIST * 0.75 * growth).toFixed(6))),
    );
    // A million requests at once in the first month, and as many in a batch.
    expect(
      bill.lines.map(({ id, quantity, unitPriceUsd }) => [id, Number((quantity / GROWN).toFixed(6)), Number(unitPriceUsd?.toFixed(9))]),
    ).toEqual([
      ["input-tokens", 500, 0.375],
      ["output-tokens", 200, 2.25],
      ["batch-input-tokens", 500, 0.1875],
      ["batch-output-tokens", 200, 1.125],
    ]);
    for (const { quantity, unitPriceUsd, monthlyUsd } of bill.lines) expect(monthlyUsd).toBeCloseTo(quantity * (unitPriceUsd ?? 0), 6);
  });
});

describe("what overflows", () => {
  const fleet = (shares: readonly number[]) => ({ overflowShares: new Map([["requests", shares]]) }) as unknown as SizedFleet;

  it("never waits for a batch, and is a share of each month", () => {
    expect(pricer.overflowListUsd(0, option)).toBeCloseTo(LIST * GROWN, 6);
    const bill = billsIn({}).overflowBill(0, option, fleet([0.1, 0.2, 0]));
    expect(bill.byMonthUsd.map((usd) => Number(usd.toFixed(6)))).toEqual([127.5, Number((0.2 * 1.1 * LIST).toFixed(6)), 0]);
    expect(bill.monthlyUsd).toBeCloseTo(((0.1 + 0.2 * 1.1) * LIST) / 3, 6);
    expect(bill.lines.map(({ id, label }) => [id, label])).toEqual([
      ["overflow-input-tokens", "Overflow: input tokens"],
      ["overflow-output-tokens", "Overflow: output tokens"],
    ]);
    expect(bill.lines.reduce((sum, { monthlyUsd }) => sum + (monthlyUsd ?? 0), 0)).toBeCloseTo(bill.monthlyUsd, 6);
  });

  it("moves with volume and price, its lines as well", () => {
    const bill = billsIn({ volume: 3, apiPrice: 0.5 }).overflowBill(0, option, fleet([0.1, 0.2, 0]));
    expect(bill.monthlyUsd).toBeCloseTo((1.5 * (0.1 + 0.2 * 1.1) * LIST) / 3, 6);
    expect(bill.lines.reduce((sum, { monthlyUsd }) => sum + (monthlyUsd ?? 0), 0)).toBeCloseTo(bill.monthlyUsd, 6);
    expect(bill.lines[0]?.unitPriceUsd).toBeCloseTo(0.375, 9);
    expect(() => billsIn({}).overflowBill(0, option, { overflowShares: new Map() } as unknown as SizedFleet)).toThrow(
      "does not say what overflows",
    );
  });
});
