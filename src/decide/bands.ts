import { allocate } from "./allocate.ts";
import type { CostSampler } from "./cost-draws.ts";
import { totalUsd } from "./cost-line.ts";
import { quantileOf } from "./draws.ts";
import type { PricedPortfolio } from "./portfolio.ts";
import { EXPECTED } from "./scenario.ts";
import type { Band } from "./types.ts";

/** Bands of a portfolio and of its workloads, in policy order. */
export interface PortfolioBands {
  readonly total: Band;
  readonly workloads: readonly Band[];
}

/**
 * P10, P50 and P90 of the monthly cost over the draws, beside the cost of the expected case. `expected` is what gates and
 * deltas compare: it moves only when the policy or the catalog does. It differs from P50 where ranges lean to one side
 * or a fleet stands just before its next instance; it can lie outside the band where nearly every draw needs that instance.
 *
 * Example: expected 10,438, P10 10,206, P50 10,510, P90 12,480: in four of five draws between 10,206 and 12,480 dollars.
 */
export function bandsOf(sampler: CostSampler, priced: PricedPortfolio): PortfolioBands {
  const { total, workloads } = sampler.costs(priced);
  const { facts, catalog } = sampler.context;
  const expected = allocate(priced, facts, catalog, EXPECTED).map(totalUsd);
  return {
    total: bandOf(total, priced.monthlyUsd),
    workloads: workloads.map((usd, index) => bandOf(usd, expected[index] ?? Number.NaN)),
  };
}

/** The band of a whole portfolio alone. */
export function totalBand(sampler: CostSampler, priced: PricedPortfolio): Band {
  return bandOf(sampler.costs(priced).total, priced.monthlyUsd);
}

/** The band of one workload's part of a portfolio. */
export function workloadBand(sampler: CostSampler, priced: PricedPortfolio, index: number): Band {
  const { facts, catalog } = sampler.context;
  const lines = allocate(priced, facts, catalog, EXPECTED, index)[index];
  if (lines === undefined) throw new Error(`defect: no workload ${index}`);
  return bandOf(sampler.workloadCosts(priced, index), totalUsd(lines));
}

function bandOf(usd: Float64Array, expected: number): Band {
  const sorted = usd.slice().sort();
  return { expected, p10: quantileOf(sorted, 0.1), p50: quantileOf(sorted, 0.5), p90: quantileOf(sorted, 0.9) };
}
