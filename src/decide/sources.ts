/**
 * Where a figure comes from and when that was read, for people: `dated({ source: "AWS price list", checked: "2026-07-20" })` is
 * "AWS price list (2026-07-20)". A source that names its date already is left as it is.
 */
export function dated(row: { readonly source: string; readonly checked: string }): string {
  return row.source.includes(row.checked) ? row.source : `${row.source} (${row.checked})`;
}
