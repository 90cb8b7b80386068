/**
 * Order of ids and names, by code unit and so the same on every machine: the last word where everything else is equal, so that no result depends on the
 * order of the catalog or the policy. `["b", "a", "B"].sort(byText)` is `["B", "a", "b"]`.
 */
export function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
