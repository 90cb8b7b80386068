import { type Catalog, findApiModel } from "../catalog/index.ts";
import { priceRowOn } from "../catalog/pricing.ts";
import type { PolicyDocument } from "../policy/policy.ts";
import type { Trace } from "./decide.ts";
import { HOURS_PER_MONTH } from "./defaults.ts";
import { usd } from "./describe.ts";
import type { Finding } from "./evaluation-types.ts";
import { pricedFor } from "./prices.ts";

/**
 * Prices of own servers that the policy declares for later: tokens are priced month by month, instances at one price over the horizon, so such a row
 * counts from the day on which the policy is judged after it.
 * Example: `{ id: g6e.xlarge, effective_from: 2027-03-01, ... }` judged on 2026-11-28 changes nothing yet, and says so.
 */
export function laterGpuPrices({ facts }: Trace, document: PolicyDocument, asOf: string): readonly Finding[] {
  return (facts.prices.gpu ?? []).flatMap(({ id, region, effectiveFrom }, index): Finding[] => {
    if (region !== facts.region || effectiveFrom <= asOf) return [];
    const text = `the price of ${id} from ${effectiveFrom} on is not counted before that day: servers have one price over the horizon`;
    return [{ id: "gpu-price-later", level: "notice", text, line: document.lineOf(`prices.gpu[${index}]`) || null }];
  });
}

/**
 * Prices that depend on the hour are billed as if requests came evenly over the week, because a policy says nothing of its time zone. Says how far
 * the bill can be from that: with all requests in the dear hours, and with none.
 *
 * Example: 1,000 USD of tokens that cost twice as much in 35 of 168 hours are between 828 and 1,655 USD.
 */
export function peakPrices({ decision, facts }: Trace, document: PolicyDocument, catalog: Catalog, asOf: string): readonly Finding[] {
  const priced = pricedFor(catalog, facts);
  return decision.workloads.flatMap(({ name, option: whole, costLines }): Finding[] => {
    const option = whole?.overflow ?? whole;
    const model = option === null ? undefined : findApiModel(priced, option.model);
    const peak = model === undefined || option?.kind === "self-host" ? null : (priceRowOn(model, asOf)?.peak ?? null);
    const workload = facts.workloads.find((one) => one.name === name);
    if (model === undefined || peak === null || workload === undefined) return [];
    const tokensUsd = costLines.filter(({ unit }) => unit === "million tokens").reduce((sum, { monthlyUsd }) => sum + (monthlyUsd ?? 0), 0);
    const least = tokensUsd / (1 + peak.shareOfWeek * (peak.multiplier - 1));
    const text = `${name}: tokens of ${model.id} cost ${peak.multiplier} x as much in some hours (${peak.note}); ${usd(tokensUsd)} a month take requests as even over the week, between ${usd(least)} with none and ${usd(least * peak.multiplier)} with all of them in those hours`;
    return [{ id: "peak-price", level: "notice", text, line: document.lineOf(`${workload.pointer}.volume`) }];
  });
}

/**
 * A savings plan is a promise to pay for some hours for a year or three, so a fleet that shrinks has its discount on fewer hours than it runs, or pays
 * for some that it does not. Says what the second costs: a growing fleet commits to more as it grows.
 *
 * Example: 36 instances that become 9, 20.4 on average, at 2.018 USD: 15.6 x 730 x 2.018 are 22,981 USD a month more.
 */
export function commitments({ decision, facts }: Trace, document: PolicyDocument): readonly Finding[] {
  if (facts.purchase.gpu !== "savings_plan") return [];
  return decision.fleets.flatMap(({ instances: { first, last }, instanceType, usdPerInstanceHour, owned, workloads }): Finding[] => {
    if (owned === true || first <= last) return [];
    const hours = decision.workloads
      .filter(({ name }) => workloads.includes(name))
      .flatMap(({ costLines }) => costLines.filter(({ id }) => id === "gpu-instances"))
      .reduce((sum, { quantity }) => sum + quantity, 0);
    const more = usd((first * HOURS_PER_MONTH - hours) * usdPerInstanceHour);
    const text = `a savings plan is paid whether ${instanceType} runs or not, and the fleet goes from ${first} to ${last} instances; this total takes the discount on what runs in each month: committed to the first month's it is ${more} a month more`;
    return [{ id: "commitment-shrinks", level: "warning", text, line: document.lineOf("purchase.gpu") || null }];
  });
}
