import type { PolicyDocument } from "../policy/policy.ts";
import type { Trace } from "./decide.ts";
import type { Finding } from "./evaluation-types.ts";

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
