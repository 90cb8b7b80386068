import type { Line, TableView } from "../report/spans.ts";

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

/** Why a figure is what it is. */
export interface Explanation {
  /** What was multiplied or added, in words and numbers. */
  readonly formula: string;
  /** Where the inputs come from, with their dates. */
  readonly source: string | null;
}

/** A figure that says how it came about on hover, focus and tap. */
export function figure(text: string, { formula, source }: Explanation): HTMLElement {
  return h("button", { type: "button", class: "figure", "data-formula": formula, "data-source": source }, text);
}

/** The one bubble that all figures share; it follows focus and pointer and goes with Escape. */
export function installBubble(root: HTMLElement): void {
  const bubble = h("div", { id: "bubble", role: "tooltip", hidden: true });
  document.body.append(bubble);
  let owner: Element | null = null;
  const hide = () => {
    owner?.removeAttribute("aria-describedby");
    owner = null;
    bubble.hidden = true;
  };
  const show = (event: Event) => {
    const target = event.target instanceof Element ? event.target.closest("[data-formula]") : null;
    if (target === owner) return;
    hide();
    if (target === null) return;
    owner = target;
    const source = target.getAttribute("data-source");
    bubble.replaceChildren(
      h("span", {}, target.getAttribute("data-formula") ?? ""),
      ...(source === null ? [] : [h("span", { class: "source" }, `Source: ${source}`)]),
    );
    target.setAttribute("aria-describedby", "bubble");
    bubble.hidden = false;
    place(bubble, target.getBoundingClientRect());
  };
  for (const kind of ["pointerover", "focusin", "click"]) root.addEventListener(kind, show);
  root.addEventListener("focusout", hide);
  root.addEventListener("pointerleave", hide);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
}

const BUBBLE_GAP_PX = 6;

function place(bubble: HTMLElement, anchor: DOMRect): void {
  const { width, height } = bubble.getBoundingClientRect();
  const room = document.documentElement.clientWidth - width - BUBBLE_GAP_PX;
  const below = anchor.bottom + BUBBLE_GAP_PX;
  const top = below + height > window.innerHeight ? anchor.top - height - BUBBLE_GAP_PX : below;
  bubble.style.left = `${Math.max(BUBBLE_GAP_PX, Math.min(anchor.left, room))}px`;
  bubble.style.top = `${Math.max(BUBBLE_GAP_PX, top)}px`;
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
