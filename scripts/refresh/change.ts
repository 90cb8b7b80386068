import type { Catalog } from "../../src/catalog/catalog.ts";

/**
 * A change of a price by this share of the old one or more needs a second source that says the same. Our choice; a rise
 * by exactly half, which the vendor had cancelled, stood in a public feed in 2026-09 (pydantic/genai-prices issue 703).
 */
const NEEDS_SECOND_SOURCE = 0.5;
/** 3.3 / 2.2 - 1 is 0.4999999999999998 in binary. */
const ROUNDING = 1e-9;
/** Two sources agree when their prices differ by less than this share: rounding in their files. */
const AGREEMENT = 0.001;

/** What one line of the report is about, in the order in which the kinds are printed. */
export const lineKinds = ["refused", "changed", "filled", "differs", "held", "unknown-id", "note", "confirmed"] as const;
export type LineKind = (typeof lineKinds)[number];

/** One line of the report: what happened, or did not, to a row. */
export interface Line {
  readonly kind: LineKind;
  readonly source: string;
  readonly id: string;
  readonly text: string;
}

/** A catalog after a source was applied, and what was done to it. */
export interface Applied {
  readonly catalog: Catalog;
  readonly lines: readonly Line[];
}

/** Whether two figures are the same but for rounding. Example: 0.6 and 0.6000000000000001. */
export function agree(a: number | null, b: number | null): boolean {
  if (a === null || b === null) return a === b;
  return Math.abs(a - b) <= AGREEMENT * Math.max(a, b);
}

/** Largest change among pairs of old and new figures, as a share of the old one: 2 -> 3.2 is 0.6. Unknown ones do not count. */
function largestChange(pairs: readonly (readonly [before: number | null, after: number | null])[]): number {
  return pairs.reduce(
    (most, [before, after]) => (before === null || after === null ? most : Math.max(most, Math.abs(after / before - 1))),
    0,
  );
}

/** Whether a change is so large that one source alone is not enough. Example: 2 -> 3.2 is, 2 -> 2.9 is not. */
export function needsSecondSource(pairs: readonly (readonly [before: number | null, after: number | null])[]): boolean {
  return largestChange(pairs) >= NEEDS_SECOND_SOURCE - ROUNDING;
}

/** Old and new figure for people, e.g. `2 -> 3.2 (+60.0 %)`. */
export function shift(before: number | null, after: number | null): string {
  if (before === null || after === null) return `${before ?? "unknown"} -> ${after ?? "unknown"}`;
  const ratio = (after / before - 1) * 100;
  return `${before} -> ${after} (${ratio >= 0 ? "+" : ""}${ratio.toFixed(1)} %)`;
}

/** A statement's source with the name of one that confirms it, once. */
export function confirmedSource(source: string, label: string): string {
  return source.includes(label) ? source : `${source}; confirmed by ${label}`;
}

/** The later of two days. */
export function later(a: string, b: string): string {
  return a > b ? a : b;
}
