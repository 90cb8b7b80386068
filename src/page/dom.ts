import type { Line, TableView } from "../report/spans.ts";
import type { Explanation } from "./why.ts";

/** What a child may be; text becomes a text node, so nothing that a policy says is ever read as markup. */
export type Child = Node | string | null;

/** An element with attributes (true is present without a value, false and null are absent) and children. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | number | boolean | null>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A figure that says how it came about on hover, focus and tap. */
export function figure(text: string, { formula, source }: Explanation): HTMLElement {
  return h("button", { type: "button", class: "figure", "data-formula": formula, "data-source": source }, text);
}

/** A line of the report as nodes. */
export function nodesOf(line: Line): readonly Node[] {
  return line.map((span) => {
    if (span.kind === "strong") return h("strong", {}, span.text);
    if (span.kind === "code") return h("code", {}, span.text);
    if (span.kind === "line") return h("span", { class: "line" }, `line ${span.line}`);
    return document.createTextNode(span.text);
  });
}

/** A table of the report. */
export function tableOf(view: TableView, caption: string): HTMLElement {
  return rawTable(
    caption,
    view.columns.map(({ title, align }) => ({ title, right: align === "right" })),
    view.rows.map((row) => row.map((cell) => nodesOf(cell))),
  );
}

export interface HeadCell {
  readonly title: string;
  readonly right: boolean;
}

/** A table in a frame that scrolls sideways by itself, so that the page never does. */
export function rawTable(caption: string, head: readonly HeadCell[], rows: readonly (readonly (readonly Child[])[])[]): HTMLElement {
  const side = (index: number) => (head[index]?.right === true ? "right" : null);
  return h(
    "div",
    { class: "table", role: "region", "aria-label": caption, tabindex: 0 },
    h(
      "table",
      {},
      h("caption", {}, caption),
      h("thead", {}, h("tr", {}, ...head.map((cell, index) => h("th", { scope: "col", class: side(index) }, cell.title)))),
      h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map((cell, index) => h("td", { class: side(index) }, ...cell))))),
    ),
  );
}

/** A bulleted list of report lines; nothing when there are none. */
export function listOf(lines: readonly Line[]): HTMLElement | null {
  return lines.length === 0 ? null : h("ul", {}, ...lines.map((line) => h("li", {}, ...nodesOf(line))));
}

/** Something folded under its own title. */
export function folded(title: string, ...content: readonly Child[]): HTMLElement {
  return h("details", {}, h("summary", {}, title), ...content);
}

/** A section of the page under its own title; `id` names it for links and tests. */
export function section(id: string, title: string, ...content: readonly Child[]): HTMLElement {
  return h("section", { id, "aria-labelledby": `${id}-title` }, h("h2", { id: `${id}-title`, tabindex: -1 }, title), ...content);
}

/** A column of figures. */
export const right = (title: string): HeadCell => ({ title, right: true });
/** A column of words. */
export const left = (title: string): HeadCell => ({ title, right: false });

/** A button with its action. */
export function button(text: string, act: () => void): HTMLButtonElement {
  const element = h("button", { type: "button" }, text);
  element.addEventListener("click", act);
  return element;
}
