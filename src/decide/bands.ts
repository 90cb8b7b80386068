import { allocate } from "./allocate.ts";
import type { PricedPortfolio } from "./portfolio.ts";
import { Pricer, totalUsd } from "./portfolio.ts";
import { EXPECTED, type Scenario, scenario } from "./scenario.ts";
import type { Band } from "./types.ts";

/** Inputs that are uncertain, each with its low and high end: declared ranges, capacity model, people. */
const SWINGS: readonly (readonly [low: Partial<Scenario>, high: Partial<Scenario>])[] = [
  [{ requests: "low" }, { requests: "high" }],
  [{ tokens: "low" }, { tokens: "high" }],
  [{ throughput: "p90" }, { throughput: "p10" }],
  [{ people: "low" }, { people: "high" }],
];

/** Bands of a portfolio and of its workloads, in policy order. */
export interface PortfolioBands {
  readonly total: Band;
  readonly workloads: readonly Band[];
}

/**
 * P10 and P90 of the monthly cost of one portfolio. Each uncertain input is moved to its ends alone; swings of one
 * direction add up as independent errors, the root of the sum of their squares.
 *
 * Example: 10,000 USD expected, people +1,500, throughput +2,000 gives a P90 of 10,000 + sqrt(1,500^2 + 2,000^2) = 12,500.
 */
export function bandsOf(base: Pricer, priced: PricedPortfolio): PortfolioBands {
  const expected = costs(base, priced, EXPECTED);
  const low = expected.map(() => 0);
  const high = expected.map(() => 0);
  for (const ends of SWINGS) {
    const moved = ends.map((change) => {
      const what = scenario(change);
      const pricer = new Pricer({ ...base.context, what });
      const again = pricer.price(priced.assignment);
      return again === undefined ? expected : costs(pricer, again, what);
    });
    expected.forEach((usd, index) => {
      const values = moved.map((list) => (list[index] ?? usd) - usd);
      low[index] = (low[index] ?? 0) + Math.min(0, ...values) ** 2;
      high[index] = (high[index] ?? 0) + Math.max(0, ...values) ** 2;
    });
  }
  const [total, ...workloads] = expected.map((usd, index) => ({
    expected: usd,
    p10: Math.max(0, usd - Math.sqrt(low[index] ?? 0)),
    p90: usd + Math.sqrt(high[index] ?? 0),
  }));
  if (total === undefined) throw new Error("defect: a portfolio has a total");
  return { total, workloads };
}

/** The total first, then each workload. */
function costs(pricer: Pricer, priced: PricedPortfolio, what: Scenario): readonly number[] {
  const byWorkload = allocate(priced, pricer.context.facts, pricer.context.catalog, what).map(totalUsd);
  return [priced.monthlyUsd, ...byWorkload];
}
