import type { Calibration } from "../capacity/calibrate.ts";
import type { Catalog } from "../catalog/index.ts";
import type { PolicyDocument } from "../policy/policy.ts";
import { expectedUsd } from "./decide.ts";
import { usd } from "./describe.ts";
import type { Finding } from "./evaluation-types.ts";
import { solve } from "./solve.ts";
import type { Plan } from "./types.ts";

/**
 * How much of a change comes from prices that the policy itself declares: the base policy is decided once more with the
 * head's prices and its own measurements (`calibrations`). Empty when the prices are the same or a cost is not known.
 *
 * Example: a new contract in `prices.api` that takes 400 dollars off gives "of the change, -$400 a month comes from the
 * prices that the policy declares".
 */
export function priceShare(
  base: PolicyDocument,
  baseDecision: Plan,
  head: PolicyDocument,
  catalog: Catalog,
  asOf: string,
  calibrations: readonly Calibration[],
): readonly Finding[] {
  if (JSON.stringify(base.policy.prices ?? {}) === JSON.stringify(head.policy.prices ?? {})) return [];
  const { prices: _, ...rest } = base.policy;
  const repriced = { ...base, policy: head.policy.prices === undefined ? rest : { ...rest, prices: head.policy.prices } };
  const before = expectedUsd(baseDecision.monthlyCostUsd);
  const after = solve(repriced, catalog, asOf, base.policy.waivers ?? [], calibrations).search.chosen?.monthlyUsd ?? null;
  if (before === null || after === null) return [];
  const change = after - before;
  const sign = change < 0 ? "-" : "+";
  const text = `of the change, ${sign}${usd(Math.abs(change))} a month comes from the prices that the policy declares`;
  return [{ id: "price-share", level: "notice", text, line: head.lineOf("prices") }];
}
