import type { BlockContent, List, PhrasingContent, RootContent, Table, TableRow } from "mdast";
import { gfmTableToMarkdown } from "mdast-util-gfm-table";
import { type Options, toMarkdown } from "mdast-util-to-markdown";
import type { Line, Span, TableView } from "./spans.ts";
import { clean, commandLine, htmlText, inert, urlPath } from "./text.ts";
import type { ReportContext } from "./types.ts";

/** Longest table cell; a sentence of the engine fits, an attack does not. */
const MAX_CELL = 240;
const MAX_TEXT = 600;

/** Turns spans into markdown nodes for one policy file: the file that its line numbers point into. */
export interface Writer {
  readonly context: ReportContext;
  readonly file: string;
}

/** `~` is escaped because GitHub strikes through where plain CommonMark does not. */
const OPTIONS: Options = {
  bullet: "-",
  extensions: [gfmTableToMarkdown({ tablePipeAlign: false })],
  unsafe: [{ character: "~", inConstruct: "phrasing" }],
};

/** Markdown text of some blocks, ending in a newline. Escaping is the serialiser's. */
export function markdown(nodes: readonly RootContent[]): string {
  return toMarkdown({ type: "root", children: [...nodes] }, OPTIONS);
}

/** A paragraph; each further line of it starts after a hard break. */
export function paragraph(writer: Writer, ...rows: readonly Line[]): RootContent {
  const children = rows.flatMap((row, index): PhrasingContent[] => [
    ...(index === 0 ? [] : [{ type: "break" } as const]),
    ...phrasing(writer, row, MAX_TEXT),
  ]);
  return { type: "paragraph", children };
}

/** A paragraph in small print. */
export function smallPrint(writer: Writer, content: Line): RootContent {
  const children = phrasing(writer, content, MAX_TEXT);
  return { type: "paragraph", children: [{ type: "html", value: "<sub>" }, ...children, { type: "html", value: "</sub>" }] };
}

/** A heading: level 3 opens a report, level 4 one of its policies. */
export function heading(depth: 3 | 4, writer: Writer, content: Line): RootContent {
  return { type: "heading", depth, children: phrasing(writer, content, MAX_TEXT) };
}

/** A bulleted list without blank lines between its items. */
export function list(writer: Writer, items: readonly Line[]): List {
  return {
    type: "list",
    ordered: false,
    spread: false,
    children: items.map((item) => ({
      type: "listItem",
      spread: false,
      children: [{ type: "paragraph", children: phrasing(writer, item, MAX_TEXT) }],
    })),
  };
}

/** A block quote. */
export function quote(children: readonly BlockContent[]): RootContent {
  return { type: "blockquote", children: [...children] };
}

/** A GFM table with the alignment of its columns; a cell is at most 240 units long. */
export function table(writer: Writer, view: TableView): Table {
  const head: TableRow = {
    type: "tableRow",
    children: view.columns.map((column) => ({
      type: "tableCell",
      children: phrasing(writer, [{ kind: "text", text: column.title }], MAX_CELL),
    })),
  };
  const rows: TableRow[] = view.rows.map((row) => ({
    type: "tableRow",
    children: row.map((cell) => ({ type: "tableCell", children: phrasing(writer, cell, MAX_CELL) })),
  }));
  return { type: "table", align: view.columns.map((column) => column.align), children: [head, ...rows] };
}

/** A code block; the serialiser makes its fence longer than any run of backticks inside. */
export function fence(language: string, lines: readonly string[]): RootContent {
  return { type: "code", lang: language, value: lines.map(commandLine).join("\n") };
}

/** A folded block. The blank lines around its content are the serialiser's; without them GitHub shows raw markdown. */
export function details(summary: string, children: readonly RootContent[], open = false): RootContent[] {
  return [
    { type: "html", value: `<details${open ? " open" : ""}><summary>${htmlText(summary)}</summary>` },
    ...children,
    { type: "html", value: "</details>" },
  ];
}

/**
 * Address of a line at the head commit, or null where there is no commit to point at. A path with `..` gets none: a
 * browser would walk up and out of the repository.
 *
 * Example: `https://github.com/acme/support/blob/4f0c…/.github/breakeven.yml#L14`.
 */
function lineUrl(context: ReportContext, file: string, line: number): string | null {
  if (context.headSha === null || /(^|\/)\.{1,2}(\/|$)/.test(file)) return null;
  return `${context.serverUrl}/${context.repository}/blob/${context.headSha}/${urlPath(file)}#L${line}`;
}

function phrasing(writer: Writer, content: Line, maxLength: number): PhrasingContent[] {
  return joinTexts(content).map((span) => phrase(writer, span, maxLength));
}

function phrase(writer: Writer, span: Span, maxLength: number): PhrasingContent {
  switch (span.kind) {
    case "text":
      return { type: "text", value: edged(span.text, maxLength) };
    case "strong":
      return { type: "strong", children: [{ type: "text", value: inert(span.text, maxLength) }] };
    case "code":
      return { type: "inlineCode", value: codeText(span.text, maxLength) };
    case "line": {
      const url = lineUrl(writer.context, writer.file, span.line);
      const label: PhrasingContent = { type: "text", value: `line\u00a0${span.line}` };
      return url === null ? label : { type: "link", url, children: [label] };
    }
    case "run": {
      const label: PhrasingContent = { type: "text", value: span.text };
      return writer.context.runUrl === null ? label : { type: "link", url: writer.context.runUrl, children: [label] };
    }
  }
}

/** A backslash before a pipe would end the table cell, code or not: a zero-width space stands between them. */
function codeText(value: string, maxLength: number): string {
  return clean(value, maxLength).replace(/\\(?=\|)/g, "\\\u200b") || "-";
}

/** Cleaning trims; the blank between two spans has to stay. */
function edged(value: string, maxLength: number): string {
  const before = /^\s/.test(value) ? " " : "";
  const after = /\s$/.test(value) ? " " : "";
  const body = inert(value, maxLength);
  return body === "" ? before : `${before}${body}${after}`;
}

/** Neighbouring texts are one text: what GitHub would recognise across their border is seen by the sanitiser. */
function joinTexts(content: Line): readonly Span[] {
  const joined: Span[] = [];
  for (const span of content) {
    const last = joined.at(-1);
    if (last?.kind === "text" && span.kind === "text") joined.splice(-1, 1, { kind: "text", text: last.text + span.text });
    else joined.push(span);
  }
  return joined;
}
