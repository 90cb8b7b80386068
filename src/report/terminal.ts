import stringWidth from "fast-string-width";
import type { Line, Span, TableView } from "./spans.ts";
import { clean } from "./text.ts";

/** A terminal: its width in columns, and whether it understands colours. */
export interface Terminal {
  readonly width: number;
  /** A window that somebody looks at: paragraphs stay readable, and a table that does not fit becomes blocks instead of wrapping. */
  readonly isWindow?: boolean;
  readonly color: boolean;
}

type Style = "plain" | "strong" | "dim" | "alert";

/** One character with its look; wrapping works on these, so that no escape sequence is ever cut. */
interface Glyph {
  readonly character: string;
  readonly style: Style;
}

const GAP = "  ";
/** Narrower than this a column of words is not read but deciphered. */
const MIN_COLUMN = 12;
const MIN_WIDTH = 40;
/** In a wider window the eye loses the line. Tables take what there is. */
const MAX_PROSE = 110;
const escapes = {
  strong: ["\u001b[1m", "\u001b[22m"],
  dim: ["\u001b[2m", "\u001b[22m"],
  alert: ["\u001b[1;31m", "\u001b[22;39m"],
} as const;
/** What has to be seen first. The word says it as well, so nobody needs the colour. */
const ALERT = /^(Gate failed|Gates: \d+ failed|Warning|error)\b/;

/** A paragraph wrapped at the terminal's width; `indent` goes before every line, `bullet` replaces it on the first. */
export function paragraphText(content: Line, terminal: Terminal, indent = "", bullet = indent): string {
  const width = Math.max(MIN_WIDTH, terminal.isWindow === true ? Math.min(MAX_PROSE, terminal.width) : terminal.width);
  const rows = wrap(glyphs(content), width - indent.length);
  return rows.map((row, index) => `${index === 0 ? bullet : indent}${draw(row, terminal)}`).join("\n");
}

/** A list with hanging indents. */
export function listText(items: readonly Line[], terminal: Terminal): string {
  return items.map((item) => paragraphText(item, terminal, "    ", "  - ")).join("\n");
}

/**
 * A table in aligned columns. Where it is wider than the terminal, its widest columns of words are wrapped; figures
 * never are. Where even that is too wide for a window, each row stands as a block of its own, one cell a line.
 */
export function tableText(view: TableView, terminal: Terminal): string {
  const head = view.columns.map((column) => glyphs([{ kind: "strong", text: column.title }]));
  const body = view.rows.map((row) => row.map(glyphs));
  const available = Math.max(MIN_WIDTH, terminal.width);
  const widths = columnWidths(view, [head, ...body], available);
  const isTooWide = widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length) > available;
  if (isTooWide && terminal.isWindow === true) return blocksText(view, terminal);
  const rule = widths.map((width) => "-".repeat(width)).join(GAP);
  const rows = [head, ...body].map((cells) => rowText(cells, widths, view, terminal));
  return [rows[0], rule, ...rows.slice(1)].join("\n");
}

/** Rows as blocks: the first cell on top, the others below it under their titles; empty cells and dashes are left out. */
function blocksText(view: TableView, terminal: Terminal): string {
  const [, ...titles] = view.columns;
  const longest = Math.max(...titles.map(({ title }) => title.length));
  return view.rows
    .map(([first = [], ...cells]) => {
      const lines = cells.flatMap((cell, index) => {
        const said = glyphs(cell);
        if (said.length === 0 || (said.length === 1 && said[0]?.character === "-")) return [];
        const title = `  ${(titles[index]?.title ?? "").padEnd(longest)}  `;
        return [paragraphText(cell, terminal, " ".repeat(title.length), title)];
      });
      const name = first.map((span): Span => (span.kind === "text" ? { kind: "strong", text: span.text } : span));
      return [paragraphText(name, terminal), ...lines].join("\n");
    })
    .join("\n");
}

function columnWidths(view: TableView, rows: readonly (readonly (readonly Glyph[])[])[], available: number): readonly number[] {
  const widths = view.columns.map((_, index) => Math.max(1, ...rows.map((row) => widthOf(row[index] ?? []))));
  const room = available - GAP.length * (widths.length - 1);
  let excess = widths.reduce((sum, width) => sum + width, 0) - room;
  while (excess > 0) {
    const words = widths.flatMap((width, index) => (view.columns[index]?.align === "left" && width > MIN_COLUMN ? [index] : []));
    const widest = words.reduce<number | undefined>(
      (best, index) => (best === undefined || at(widths, index) > at(widths, best) ? index : best),
      undefined,
    );
    if (widest === undefined) break;
    widths[widest] = at(widths, widest) - 1;
    excess -= 1;
  }
  return widths;
}

function rowText(cells: readonly (readonly Glyph[])[], widths: readonly number[], view: TableView, terminal: Terminal): string {
  const wrapped = cells.map((cell, index) => wrap(cell, at(widths, index)));
  const height = Math.max(1, ...wrapped.map((cell) => cell.length));
  return Array.from({ length: height }, (_, line) =>
    wrapped
      .map((cell, index) => {
        const content = cell[line] ?? [];
        const padding = " ".repeat(Math.max(0, at(widths, index) - widthOf(content)));
        return view.columns[index]?.align === "right" ? padding + draw(content, terminal) : draw(content, terminal) + padding;
      })
      .join(GAP)
      .trimEnd(),
  ).join("\n");
}

function at(widths: readonly number[], index: number): number {
  return widths[index] ?? 1;
}

function glyphs(content: Line): readonly Glyph[] {
  return content.flatMap((span) => {
    const { text, style } = spoken(span);
    const before = /^\s/.test(text) ? " " : "";
    const after = /\s$/.test(text) ? " " : "";
    return [...`${before}${clean(text, 1000)}${after}`].map((character) => ({ character, style }));
  });
}

function spoken(span: Span): { readonly text: string; readonly style: Style } {
  switch (span.kind) {
    case "line":
      return { text: `line ${span.line}`, style: "dim" };
    case "strong":
      return { text: span.text, style: ALERT.test(span.text) ? "alert" : "strong" };
    case "text":
    case "code":
    case "run":
      return { text: span.text, style: "plain" };
  }
}

/** Breaks at blanks, and inside a word only when the word alone is too long. */
function wrap(content: readonly Glyph[], width: number): readonly (readonly Glyph[])[] {
  const rows: Glyph[][] = [];
  let row: Glyph[] = [];
  for (const word of wordsOf(content)) {
    const blank = row.length === 0 ? [] : word.blank;
    if (widthOf(row) + widthOf(blank) + widthOf(word.glyphs) <= width) {
      row.push(...blank, ...word.glyphs);
      continue;
    }
    if (row.length > 0) rows.push(row);
    row = [];
    for (const part of partsOf(word.glyphs, width)) {
      if (row.length > 0 && widthOf(row) + widthOf(part) > width) {
        rows.push(row);
        row = [];
      }
      row.push(...part);
    }
  }
  return row.length > 0 || rows.length === 0 ? [...rows, row] : rows;
}

/** Where a word that fits breaks: nowhere. One that does not: after its hyphens and slashes, else after any character. */
function partsOf(word: readonly Glyph[], width: number): readonly (readonly Glyph[])[] {
  if (widthOf(word) <= width) return [word];
  const parts: Glyph[][] = [[]];
  for (const glyph of word) {
    parts.at(-1)?.push(glyph);
    if ("-/,".includes(glyph.character)) parts.push([]);
  }
  return parts.flatMap((part) => (widthOf(part) <= width ? [part] : part.map((glyph) => [glyph])));
}

interface Word {
  readonly blank: readonly Glyph[];
  readonly glyphs: Glyph[];
}

function wordsOf(content: readonly Glyph[]): readonly Word[] {
  const words: Word[] = [{ blank: [], glyphs: [] }];
  for (const glyph of content) {
    if (glyph.character === " ") words.push({ blank: [glyph], glyphs: [] });
    else words.at(-1)?.glyphs.push(glyph);
  }
  return words.filter((word) => word.glyphs.length > 0);
}

function widthOf(content: readonly Glyph[]): number {
  return content.reduce((sum, { character }) => sum + (character <= "~" ? 1 : stringWidth(character)), 0);
}

function draw(content: readonly Glyph[], terminal: Terminal): string {
  let text = "";
  let style: Style = "plain";
  for (const glyph of terminal.color ? content : content.map(({ character }): Glyph => ({ character, style: "plain" }))) {
    if (glyph.style !== style) text += `${closing(style)}${opening(glyph.style)}`;
    style = glyph.style;
    text += glyph.character;
  }
  return text + closing(style);
}

function opening(style: Style): string {
  return style === "plain" ? "" : escapes[style][0];
}

function closing(style: Style): string {
  return style === "plain" ? "" : escapes[style][1];
}
