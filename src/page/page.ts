import type { Catalog } from "../catalog/index.ts";
import type { Trace } from "../decide/decide.ts";
import { Known } from "../decide/known.ts";
import { type Outlook, outlookOf } from "../decide/outlook.ts";
import { type EvaluateResult, evaluate } from "../evaluate.ts";
import type { Diagnostic } from "../policy/diagnostic.ts";
import type { PageInput, PageSource } from "../report/html.ts";
import { renderJson } from "../report/json.ts";
import { verdictOf, viewOf } from "../report/view.ts";
import { installBubble } from "./bubble.ts";
import { type Chart, drawInto } from "./charts/frame.ts";
import { compareSection } from "./compare.ts";
import { type Controls, controlsOf, nameOf, shownIn } from "./controls.ts";
import { showText } from "./dialog.ts";
import { button, h } from "./dom.ts";
import { applyEdits, type Edits, hashOf, type LinkState, stateFrom } from "./edits.ts";
import { liveOf } from "./live.ts";
import { sectionsOf } from "./sections/all.ts";
import { sourcesSection } from "./sections/grounds.ts";
import { invitation, masthead, pickerOf, policyText } from "./source.ts";
import { liveWords, showLive, verdictBlock } from "./verdict.ts";
import { type Panel, panelOf } from "./what-if.ts";

type Evaluated = Extract<EvaluateResult, { readonly kind: "evaluated" }>;

/** Everything else is worked out again this long after the last move of a slider; the verdict follows every move. */
const REST_AFTER_MS = 150;
/** Time for a browser to paint before a long calculation. */
const FIRST_PAINT_MS = 20;
/** A policy whose answer takes longer is not decided on every move of a slider but when it rests. */
const SLOW_MS = 1000;
/** As declared, the scenario to compare with, and a step back from the one that stands. */
const KEPT_RESULTS = 4;

/** The page: one policy at a time, its what-if, and everything drawn from them. */
export class Page {
  readonly #input: PageInput;
  readonly #isSite: boolean;
  readonly #catalog: Catalog;
  readonly #known = new Known();
  #state: LinkState = { policy: 0, text: null, edits: {}, pinned: null };
  #controls: Controls = { list: [], rows: {} };
  #panel: Panel | null = null;
  #isSlow = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #results = new Map<string, EvaluateResult>();
  readonly #outlooks = new WeakMap<Trace, Outlook>();
  readonly #charts = new Map<HTMLElement, Chart>();
  readonly #verdict = h("div", { id: "top" });
  readonly #side = h("div", { id: "side" });
  readonly #body = h("div", { id: "body" });
  readonly #source = h("div", { id: "source" });
  readonly #contents = h("nav", { id: "contents", "aria-label": "Sections" });
  readonly #resize = new ResizeObserver((entries) => {
    for (const { target } of entries) if (target instanceof HTMLElement) this.#draw(target);
  });

  constructor(input: PageInput, isSite: boolean, catalog: Catalog) {
    this.#input = input;
    this.#isSite = isSite;
    this.#catalog = catalog;
  }

  start(): void {
    const columns = h("div", { id: "columns" }, this.#side, this.#body);
    const main = h("main", {}, this.#source, this.#verdict, this.#contents, columns);
    document.getElementById("plain")?.replaceWith(masthead(), main);
    installBubble(main);
    addEventListener("hashchange", () => this.#open(stateFrom(location.hash)));
    addEventListener("beforeprint", () => {
      for (const details of document.querySelectorAll("#body details")) details.setAttribute("open", "");
    });
    this.#verdict.append(h("p", { class: "note", role: "status" }, "Working out the decision…"));
    // The first decision takes a moment; a timeout lets the browser say so first.
    setTimeout(() => this.#open(stateFrom(location.hash)), FIRST_PAINT_MS);
  }

  /** Shows a state that a link or the picker asks for. */
  #open(state: LinkState): void {
    if (hashOf(state) === hashOf(this.#state) && this.#panel !== null) return;
    this.#state = state.policy < this.#input.policies.length ? state : { ...state, policy: 0 };
    this.#source.replaceChildren(...this.#sourceParts());
    const declared = this.#evaluate({});
    this.#panel = null;
    this.#isSlow = false;
    if (declared.kind === "evaluated") {
      const outlook = this.#outlook(declared.trace);
      this.#controls = controlsOf(declared.document.policy, declared.trace, outlook, this.#catalog, this.#input.asOf);
      this.#panel = panelOf(this.#controls, this.#state.edits, {
        change: (edits) => this.#change(edits),
        pin: () => this.#pin(),
        copyPolicy: () =>
          showText(
            "The scenario as a policy",
            "Save it in place of the policy: the command line gives the same cents.",
            applyEdits(this.#text(), this.#state.edits, this.#controls.rows),
          ),
        copyLink: () => showText("A link to this scenario", "Whoever opens it sees the same numbers.", location.href),
      });
    }
    this.#side.replaceChildren(...(this.#panel === null ? [] : [this.#panel.element]));
    this.#render();
  }

  #change(edits: Edits): void {
    this.#state = { ...this.#state, edits };
    this.#saveLink();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#render(), REST_AFTER_MS);
    if (this.#isSlow) {
      this.#panel?.verdict.replaceChildren("Deciding again…");
      return;
    }
    const start = performance.now();
    const live = liveOf(this.#edited(edits), this.#catalog, this.#input.asOf, this.#known);
    this.#isSlow = performance.now() - start > SLOW_MS;
    if (live === null) return;
    this.#panel?.verdict.replaceChildren(liveWords(live));
    showLive(this.#verdict, live);
  }

  #pin(): void {
    this.#state = { ...this.#state, pinned: this.#state.edits };
    this.#saveLink();
    this.#render();
  }

  #saveLink(): void {
    const hash = hashOf(this.#state);
    history.replaceState(null, "", hash === "" ? location.pathname + location.search : `#${hash}`);
  }

  #policy(): PageSource {
    const policy = this.#input.policies[this.#state.policy] ?? this.#input.policies[0];
    if (policy === undefined) throw new Error("defect: the page holds no policy");
    return policy;
  }

  #text(): string {
    return this.#state.text ?? this.#policy().text;
  }

  #edited(edits: Edits): PageSource {
    const { path, files, base } = this.#policy();
    const text = applyEdits(this.#text(), edits, this.#controls.rows);
    return { path, text, files, base: this.#state.text === null ? base : null };
  }

  /** The decision on a scenario; the last few are kept, because comparing asks for the same two again and again. */
  #evaluate(edits: Edits): EvaluateResult {
    const { engineVersion, asOf } = this.#input;
    const source = this.#edited(edits);
    const key = `${this.#state.policy} ${source.base === null} ${source.text}`;
    const known = this.#results.get(key);
    if (known !== undefined) return known;
    const result = evaluate({ ...source, catalog: this.#catalog, asOf, engineVersion });
    const [oldest] = this.#results.keys();
    if (oldest !== undefined && this.#results.size >= KEPT_RESULTS) this.#results.delete(oldest);
    this.#results.set(key, result);
    return result;
  }

  #outlook(trace: Trace): Outlook {
    const known = this.#outlooks.get(trace) ?? outlookOf(trace, this.#input.asOf);
    this.#outlooks.set(trace, known);
    return known;
  }

  #render(): void {
    clearTimeout(this.#timer);
    const result = this.#evaluate(this.#state.edits);
    if (result.kind === "invalid") {
      // Without the text at hand nobody could put it right.
      const text = this.#isSite ? this.#source.querySelector("details.policy-text") : this.#policyText("The policy");
      text?.setAttribute("open", "");
      this.#verdict.replaceChildren(problems(result.diagnostics), ...(this.#isSite || text === null ? [] : [text]));
      this.#panel?.verdict.replaceChildren("The policy has problems; see above.");
      this.#clear();
      return;
    }
    const { evaluation } = result;
    this.#verdict.replaceChildren(verdictBlock({ evaluation, view: viewOf(evaluation) }));
    this.#panel?.verdict.replaceChildren(verdictOf(evaluation));
    this.#renderBody(result);
  }

  #renderBody(result: Evaluated): void {
    const { evaluation, trace } = result;
    const shown = { evaluation, view: viewOf(evaluation), outlook: this.#outlook(trace), trace };
    const open = new Set([...this.#body.querySelectorAll("details[open] > summary")].map((summary) => summary.textContent));
    this.#clear();
    const text = this.#isSite ? null : this.#policyText("The policy");
    const parts = [this.#comparison(evaluation), ...sectionsOf(shown, (chart) => this.#place(chart)), sourcesSection(shown, text)];
    const sections = parts.filter((part) => part !== null);
    const json = button("Show the decision as JSON", () =>
      showText("The decision for machines", "As evaluate --format json prints it.", renderJson(evaluation)),
    );
    this.#body.append(...sections, h("footer", {}, json));
    this.#contents.replaceChildren(...sections.map((section) => linkTo(section)));
    for (const summary of this.#body.querySelectorAll("summary")) {
      if (open.has(summary.textContent)) summary.parentElement?.setAttribute("open", "");
    }
  }

  #clear(): void {
    this.#resize.disconnect();
    this.#charts.clear();
    this.#body.replaceChildren();
    this.#contents.replaceChildren();
  }

  #comparison(after: Evaluated["evaluation"]): HTMLElement | null {
    const { edits, pinned } = this.#state;
    if (pinned === null && Object.keys(edits).length === 0) return null;
    const before = this.#evaluate(pinned ?? {});
    if (before.kind === "invalid") return null;
    const first = pinned === null || Object.keys(pinned).length === 0 ? "As written" : "Kept scenario";
    const [was, is] = [pinned ?? {}, edits];
    const moved = this.#controls.list
      .filter(({ key }) => was[key] !== is[key])
      .map((control) => ({ label: nameOf(control), values: [shownIn(control, was), shownIn(control, is)] as const }));
    return compareSection([first, "Now"], moved, before.evaluation, after);
  }

  /** A frame for a chart, drawn as soon as its width is known and again when it changes. */
  #place(chart: Chart): HTMLElement {
    const frame = h("div", { class: "chart" });
    this.#charts.set(frame, chart);
    this.#resize.observe(frame);
    return frame;
  }

  #draw(frame: HTMLElement): void {
    const width = Math.floor(frame.clientWidth);
    if (width === 0 || frame.dataset.width === String(width)) return;
    frame.dataset.width = String(width);
    const chart = this.#charts.get(frame);
    if (chart !== undefined) drawInto(frame, chart, width);
  }

  #go(state: LinkState): void {
    this.#open(state);
    this.#saveLink();
  }

  /** The picker of several policies; on a site also the text, which is where a reader starts. */
  #sourceParts(): readonly HTMLElement[] {
    const pick = (policy: number) => this.#go({ policy, text: null, edits: {}, pinned: null });
    const picker = pickerOf(this.#input.policies, this.#state.policy, pick);
    const text = this.#isSite ? this.#policyText("Read, change or paste the policy") : null;
    return [this.#isSite ? invitation() : null, picker, text].filter((part) => part !== null);
  }

  #policyText(title: string): HTMLElement {
    return policyText(title, this.#text(), (text) => this.#go({ policy: this.#state.policy, text, edits: {}, pinned: null }));
  }
}

/** A button that brings a section into view; not a link, because the address keeps the scenario. */
function linkTo(section: HTMLElement): HTMLElement {
  const title = section.querySelector("h2");
  return button(title?.textContent ?? "", () => {
    section.scrollIntoView();
    title?.focus({ preventScroll: true });
  });
}

function problems(diagnostics: readonly Diagnostic[]): HTMLElement {
  return h(
    "section",
    { id: "verdict", "aria-labelledby": "verdict-title" },
    h("h1", { id: "verdict-title", "data-path": "invalid" }, "The policy cannot be read"),
    h(
      "ul",
      { class: "problems" },
      ...diagnostics.map(({ line, column, message, fix }) =>
        h("li", {}, `line ${line}, column ${column}: ${message}${fix === undefined ? "" : `; ${fix}`}`),
      ),
    ),
  );
}
