/**
 * Where a figure comes from and when that was read, for people: `dated({ source: "AWS price list", checked: "2026-07-20" })` is
 * "AWS price list (2026-07-20)". A source that names its date already is left as it is.
 */
export function dated(row: { readonly source: string; readonly checked: string }): string {
  return row.source.includes(row.checked) ? row.source : `${row.source} (${row.checked})`;
}

/** What a declared discount adds to the source of a price: `lessDiscount(0.29)` is "; less the declared discount of 29 %", and 0 adds nothing. */
export function lessDiscount(ratio: number): string {
  // To a hundredth of a percent: 0.29 x 100 is 28.999999999999996.
  return ratio === 0 ? "" : `; less the declared discount of ${Math.round(ratio * 10_000) / 100} %`;
}
