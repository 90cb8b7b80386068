/** Why a figure is what it is. */
export interface Explanation {
  /** What was multiplied or added, in words and numbers; lines are kept. */
  readonly formula: string;
  /** Where the inputs come from, with their dates. */
  readonly source: string | null;
}

const SOURCE = "\nSource: ";

/**
 * An explanation as one text: what a screen reader says of a mark.
 *
 * Example: `whyText({ formula: "2 × $3 = $6", source: "vendor.com (2026-11-01)" })` is `2 × $3 = $6\nSource: vendor.com (2026-11-01)`.
 */
export function whyText({ formula, source }: Explanation): string {
  return source === null || source === "" ? formula : `${formula}${SOURCE}${source}`;
}

/** The explanation that a text of `whyText` was made of. */
export function whyOf(text: string): Explanation {
  const at = text.lastIndexOf(SOURCE);
  return at < 0 ? { formula: text, source: null } : { formula: text.slice(0, at), source: text.slice(at + SOURCE.length) };
}
