/**
 * The words of a report before they become markdown or terminal text. A renderer decides how a span looks and makes
 * its text harmless; nothing here is escaped.
 */
export type Span =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "strong"; readonly text: string }
  /** An identifier or a command, to be shown letter by letter. */
  | { readonly kind: "code"; readonly text: string }
  /** A line of the policy file at the head commit. */
  | { readonly kind: "line"; readonly line: number }
  /** The page of the run, where the report was made; only a renderer knows its address. */
  | { readonly kind: "run"; readonly text: string };

/** A run of spans that is read as one line: a sentence, an item of a list, a cell of a table. */
export type Line = readonly Span[];

/** A column of a table; figures stand to the right. */
export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

/** A table of spans; every row has as many cells as there are columns. */
export interface TableView {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Line[])[];
}

/** Plain words. */
export function text(value: string): Span {
  return { kind: "text", text: value };
}

/** Words that a reader must not miss. */
export function strong(value: string): Span {
  return { kind: "strong", text: value };
}

/** An identifier or a command. */
export function code(value: string): Span {
  return { kind: "code", text: value };
}

/** A line from strings and spans. Example: `line("see ", code("gates"))`. */
export function line(...parts: readonly (string | Span)[]): Line {
  return parts.filter((part) => part !== "").map((part) => (typeof part === "string" ? text(part) : part));
}

/** ` (line 14)` where a line is known, nothing elsewhere. */
export function atLine(number: number | null): Line {
  return number === null ? [] : [text(" ("), { kind: "line", line: number }, text(")")];
}

/** Columns from titles; a title that ends in `>` is aligned right. Example: `columns("Path", "Monthly>")`. */
export function columns(...titles: readonly string[]): readonly Column[] {
  return titles.map((title) => (title.endsWith(">") ? { title: title.slice(0, -1), align: "right" } : { title, align: "left" }));
}
