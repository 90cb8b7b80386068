import { type Catalog, findApiModel } from "../catalog/index.ts";
import { priceRowOn } from "../catalog/pricing.ts";
import type { ApiModel } from "../catalog/schema.ts";
import type { PolicyDocument } from "../policy/policy.ts";
import { apiBill } from "./api-cost.ts";
import type { Trace } from "./decide.ts";
import { usd } from "./describe.ts";
import type { Finding } from "./evaluation-types.ts";
import { pricedFor } from "./prices.ts";
import { EXPECTED } from "./scenario.ts";
import { heirOf } from "./successor-prices.ts";
import { monthDate } from "./traffic.ts";

/**
 * Models that are chosen although they end inside the horizon, because the policy names them: what follows them, and at what later months are billed:
 * the successor's price where that is higher (`succeeded`), else the last one of the model itself, beside what the policy costs at the successor's.
 *
 * Example: a bill of 1,000 USD a month on a model that ends after one of twelve months, with a successor at a quarter of its price: 312.50 USD.
 */
export function shutdownFindings(trace: Trace, document: PolicyDocument, listed: Catalog, asOf: string): readonly Finding[] {
  const end = monthDate(asOf, trace.facts.horizonMonths);
  const catalog = pricedFor(listed, trace.facts);
  return trace.decision.workloads.flatMap(({ name, option: whole, line }, index): Finding[] => {
    const option = whole?.overflow ?? whole;
    const model = option === null || option.kind === "self-host" ? undefined : findApiModel(catalog, option.model);
    if (model === undefined || model.shutdownOn === null || model.shutdownOn > end) return [];
    const successor = model.successor === null ? "no successor is known" : `successor ${model.successor}`;
    const isBilled = model.prices.some(({ effectiveFrom }) => effectiveFrom === model.shutdownOn);
    const later = isBilled
      ? "later months are priced as that"
      : `later months are priced at its last price${atSuccessor(trace, index, model, catalog, asOf)}`;
    const text = `${name}: ${model.id} is shut down on ${model.shutdownOn}, inside the horizon; ${successor}; ${later}`;
    const at = document.lineOf(`workloads[${trace.facts.workloads.findIndex((workload) => workload.name === name)}].current`);
    return [{ id: "shutdown-in-horizon", level: "warning", text, line: at || line }];
  });
}

/** What the whole policy costs with the months from the end of a model on at the price of its successor; empty where nobody knows that. */
function atSuccessor({ facts, flips, decision }: Trace, index: number, model: ApiModel, catalog: Catalog, asOf: string): string {
  const successor = heirOf(model, catalog.apiModels);
  const bill = flips?.chosen.bills[index];
  const workload = facts.workloads[index];
  const policyUsd = decision.monthlyCostUsd?.expected;
  if (successor === undefined || priceRowOn(successor, asOf) === undefined) return "";
  if (bill === undefined || bill === null || workload === undefined || policyUsd === undefined) return "";
  const [own, next] = [model, successor].map((each) => apiBill(each, workload, facts, asOf, EXPECTED).byMonthUsd);
  if (monthDate(asOf, facts.horizonMonths - 1) < (model.shutdownOn ?? "")) return "";
  let addedUsd = 0;
  for (const [month, usdOfMonth] of bill.byMonthUsd.entries()) {
    if (monthDate(asOf, month) < (model.shutdownOn ?? "")) continue;
    // An overflow is a part of the requests, alike on both models.
    const ratio = (next?.[month] ?? 0) / (own?.[month] ?? 0);
    if (Number.isFinite(ratio)) addedUsd += usdOfMonth * (ratio - 1);
  }
  return `; at that of ${successor.id} the policy costs ${usd(policyUsd + addedUsd / facts.horizonMonths)} a month`;
}
