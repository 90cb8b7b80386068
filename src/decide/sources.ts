/**
 * Where a figure comes from and when that was read, for people: `dated({ source: "AWS price list", checked: "2026-07-20" })` is
 * "AWS price list (2026-07-20)". A source that names its date already is left as it is.
 */
export function dated(row: { readonly source: string; readonly checked: string }): string {
  return row.source.includes(row.checked) ? row.source : `${row.source} (${row.checked})`;
}

/** How the source of a price begins that the policy declares itself. */
export const POLICY_SOURCE = "policy: ";

/** A source with the discount that was taken off its price: `lessDiscount("AWS price list", 0.57)` ends in "less the declared discount of 57 %". */
export function lessDiscount(source: string, ratio: number): string {
  // 0.57 * 100 is 56.99999999999999.
  return ratio === 0 ? source : `${source}; less the declared discount of ${Number((ratio * 100).toPrecision(12))} %`;
}
