import * as Plot from "@observablehq/plot";
import { pathWords } from "../../report/words.ts";
import { whyOf } from "../why.ts";

/** A picture drawn for a width in pixels. */
export type Chart = (width: number) => HTMLElement | SVGElement;

/** Below this width axes get fewer ticks and shorter labels. */
export const NARROW_PX = 480;

/** Class of the marks that explain themselves; each needs an `ariaLabel` made by `whyText`. */
export const MARK = "mark";

/** Colour of each path, by its word. */
const PATH_COLORS: Readonly<Record<string, string>> = {
  [pathWords.api]: "var(--api)",
  [pathWords["self-host"]]: "var(--own)",
  [pathWords.hybrid]: "var(--hybrid)",
};

/** Colours of the paths that a chart holds, so that its legend names no other. */
export function colorsOf(paths: readonly string[]) {
  const domain = Object.keys(PATH_COLORS).filter((name) => paths.includes(name));
  return { domain, range: domain.map((name) => PATH_COLORS[name]), legend: true };
}

/** What every chart has in common. */
export const BASE = { style: { background: "transparent", color: "inherit", fontSize: "13px", overflow: "visible" } } as const;

/** Money on an axis: $0, $500, $2k, $1.5M. */
export function axisUsd(value: number): string {
  if (value >= 1e9) return `$${Number((value / 1e9).toPrecision(3))}B`;
  if (value >= 1e6) return `$${Number((value / 1e6).toPrecision(3))}M`;
  return value >= 1e3 ? `$${Number((value / 1e3).toPrecision(3))}k` : `$${Number(value.toPrecision(3))}`;
}

/** A count on an axis: 500, 2k, 1.5M. */
export function axisCount(value: number): string {
  return axisUsd(value).slice(1);
}

/** Characters of a label that stands on the left of a wide chart. */
const LABEL_LENGTH = 36;

/** A row's name: on the left where there is room, above its bar on a phone. */
export interface RowLayout {
  readonly marginLeft: number;
  readonly rowHeight: number;
  /** What to leave free above a bar. */
  readonly insetTop: number;
  readonly tickFormat: (label: string) => string;
  /** Labels above the bars; empty where they stand on the left. */
  readonly labels: readonly Plot.Markish[];
}

/** Where the names of rows stand at a width; a name that is cut stands whole in the explanation of its bar. */
export function rowLayout(names: readonly string[], width: number): RowLayout {
  if (width >= NARROW_PX) return { marginLeft: 250, rowHeight: 30, insetTop: 0, tickFormat: shortened, labels: [] };
  const labels = Plot.text(names, {
    y: (name: string) => name,
    text: (name: string) => name,
    frameAnchor: "left",
    lineAnchor: "bottom",
    dy: -6,
  });
  return { marginLeft: 8, rowHeight: 52, insetTop: 18, tickFormat: () => "", labels: [labels] };
}

function shortened(label: string): string {
  return label.length <= LABEL_LENGTH ? label : `${label.slice(0, LABEL_LENGTH - 1)}…`;
}

/**
 * Draws a chart into its frame. Its marks become one stop of the Tab key: the arrows go from mark to mark, and each says
 * on focus, as under the pointer, how it came about.
 */
export function drawInto(frame: HTMLElement, chart: Chart, width: number): void {
  const drawn = chart(width);
  for (const svg of [drawn, ...drawn.querySelectorAll("svg")]) {
    if (svg.hasAttribute("aria-label")) svg.setAttribute("role", "group");
  }
  for (const group of drawn.querySelectorAll("svg > g")) {
    group.removeAttribute("aria-label");
    // Axes and lines say nothing that the marks do not say in words.
    if (!group.classList.contains(MARK)) group.setAttribute("aria-hidden", "true");
  }
  const marks = marksIn(drawn);
  for (const [index, mark] of marks.entries()) {
    const { formula, source } = whyOf(mark.getAttribute("aria-label") ?? "");
    mark.setAttribute("role", "img");
    mark.setAttribute("tabindex", index === 0 ? "0" : "-1");
    mark.setAttribute("data-formula", formula);
    if (source !== null) mark.setAttribute("data-source", source);
  }
  drawn.addEventListener("keydown", (event) => {
    if (event instanceof KeyboardEvent) move(marksIn(drawn), event);
  });
  frame.replaceChildren(drawn);
}

function marksIn(drawn: Element): readonly SVGElement[] {
  return [...drawn.querySelectorAll<SVGElement>(`.${MARK} [aria-label]`)];
}

function move(marks: readonly SVGElement[], event: KeyboardEvent): void {
  const from = event.target instanceof SVGElement ? marks.indexOf(event.target) : -1;
  const next = from < 0 ? undefined : target(marks, from, event.key);
  if (next === undefined) return;
  event.preventDefault();
  marks[from]?.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
}

/** Left and right go along a line or a bar, up and down to the nearest mark that lies there. */
function target(marks: readonly SVGElement[], from: number, key: string): SVGElement | undefined {
  switch (key) {
    case "ArrowRight":
      return marks[from + 1];
    case "ArrowLeft":
      return marks[from - 1];
    case "Home":
      return marks[0];
    case "End":
      return marks.at(-1);
    case "ArrowDown":
    case "ArrowUp":
      return nearest(marks, from, key === "ArrowDown" ? 1 : -1);
    default:
      return undefined;
  }
}

/** How much more a step aside weighs than a step up or down. */
const ASIDE = 3;

function nearest(marks: readonly SVGElement[], from: number, down: 1 | -1): SVGElement | undefined {
  const start = marks[from];
  if (start === undefined) return undefined;
  const [x, y] = centreOf(start);
  const ranked = marks
    .map((mark) => {
      const [toX, toY] = centreOf(mark);
      return { mark, ahead: (toY - y) * down, far: Math.abs(toX - x) * ASIDE + Math.abs(toY - y) };
    })
    .filter(({ ahead }) => ahead > 1)
    .sort((a, b) => a.far - b.far);
  return ranked[0]?.mark;
}

function centreOf(mark: SVGElement): readonly [x: number, y: number] {
  const { left, top, width, height } = mark.getBoundingClientRect();
  return [left + width / 2, top + height / 2];
}
