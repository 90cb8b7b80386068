/** Things of one kind that a report does not show, e.g. 12 of "cost build-up". */
export interface LeftOut {
  readonly count: number;
  readonly what: string;
}

/** One way to render a section, and what this way does not show. */
export interface Variant {
  readonly text: string;
  readonly leftOut: LeftOut | null;
}

/**
 * A part of a report that is shown whole, in a shorter way, or not at all; it is never cut. `variants` runs from the
 * fullest to the shortest and is asked for lazily: a short report renders only the first of each.
 */
export interface Section {
  /** Sections with a lower priority give way first. */
  readonly priority: number;
  readonly variants: readonly (() => Variant)[];
}

/** A limit and the unit it is counted in. */
export interface Limit {
  readonly max: number;
  readonly measure: (text: string) => number;
}

/** UTF-16 units: what GitHub counts in a comment. */
export function utf16Length(text: string): number {
  return text.length;
}

/** UTF-8 bytes: what GitHub counts in a job summary. */
export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

const SEPARATOR = "\n";

/**
 * The longest report within the limit: while the sections do not fit, the one with the lowest priority (of equals, the
 * last) is shortened by one step. What was left out is told by `note`, which stands before the last section.
 * Returns null when even the shortest variants together are too long.
 */
export function fitWithin(sections: readonly Section[], limit: Limit, note: (leftOut: readonly LeftOut[]) => string): string | null {
  const chosen = sections.map(() => 0);
  const texts = sections.map((section) => section.variants[0]?.());
  const sizes = texts.map((variant) => size(variant?.text ?? "", limit));
  let total = sizes.reduce((sum, length) => sum + length, 0);
  const order = sections.map((_, index) => index).sort((a, b) => priorityOf(sections, a) - priorityOf(sections, b) || b - a);
  const leftOutNote = () => note(texts.flatMap((variant) => variant?.leftOut ?? []));

  for (const index of order) {
    const variants = sections[index]?.variants ?? [];
    while (total + size(leftOutNote(), limit) > limit.max) {
      const next = (chosen[index] ?? 0) + 1;
      const shorter = variants[next]?.();
      if (shorter === undefined) break;
      total += size(shorter.text, limit) - (sizes[index] ?? 0);
      chosen[index] = next;
      texts[index] = shorter;
      sizes[index] = size(shorter.text, limit);
    }
  }
  const parts = texts.map((variant) => variant?.text ?? "");
  const report = [...parts.slice(0, -1), leftOutNote(), ...parts.slice(-1)].filter((part) => part !== "").join(SEPARATOR);
  return limit.measure(report) <= limit.max ? report : null;
}

function priorityOf(sections: readonly Section[], index: number): number {
  return sections[index]?.priority ?? 0;
}

function size(text: string, limit: Limit): number {
  return text === "" ? 0 : limit.measure(text) + SEPARATOR.length;
}
