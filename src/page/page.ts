import type { Catalog } from "../catalog/index.ts";
import { outlookOf } from "../decide/outlook.ts";
import { type EvaluateResult, evaluate } from "../evaluate.ts";
import type { Diagnostic } from "../policy/diagnostic.ts";
import type { PageInput, PageSource } from "../report/html.ts";
import { renderJson } from "../report/json.ts";
import { verdictOf, viewOf } from "../report/view.ts";
import type { Chart } from "./charts.ts";
import { compareSection } from "./compare.ts";
import { type Controls, controlsOf } from "./controls.ts";
import { h, installBubble } from "./dom.ts";
import { applyEdits, type Edits, hashOf, type LinkState, stateFrom } from "./edits.ts";
import { liveOf } from "./live.ts";
import { costSection, fleetSection, groundSections, growthSection, ruledOutSection, tornadoSection, volumeSection } from "./sections.ts";
import { liveWords, showLive, verdictBlock } from "./verdict.ts";
import { button, type Panel, panelOf } from "./what-if.ts";

type Evaluated = Extract<EvaluateResult, { readonly kind: "evaluated" }>;

/** Everything else is worked out again this long after the last move of a slider; the verdict follows every move. */
const REST_AFTER_MS = 150;

/** The page: one policy at a time, its what-if, and everything drawn from them. */
export class Page {
  readonly #input: PageInput;
  readonly #isSite: boolean;
  readonly #catalog: Catalog;
  #state: LinkState = { policy: 0, text: null, edits: {}, pinned: null };
  #controls: Controls = { list: [], rows: {} };
  #panel: Panel | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #charts = new Map<HTMLElement, Chart>();
  readonly #verdict = h("div", { id: "top" });
  readonly #side = h("div", { id: "side" });
  readonly #body = h("div", { id: "body" });
  readonly #source = h("div", { id: "source" });
  readonly #resize = new ResizeObserver((entries) => {
    for (const { target } of entries) if (target instanceof HTMLElement) this.#draw(target);
  });

  constructor(input: PageInput, isSite: boolean, catalog: Catalog) {
    this.#input = input;
    this.#isSite = isSite;
    this.#catalog = catalog;
  }

  start(): void {
    const main = h("main", {}, this.#source, this.#verdict, h("div", { id: "columns" }, this.#side, this.#body));
    document.getElementById("plain")?.replaceWith(main);
    installBubble(main);
    addEventListener("hashchange", () => this.#open(stateFrom(location.hash)));
    addEventListener("beforeprint", () => {
      for (const details of document.querySelectorAll("#body details")) details.setAttribute("open", "");
    });
    this.#open(stateFrom(location.hash));
  }

  /** Shows a state that a link or the picker asks for. */
  #open(state: LinkState): void {
    if (hashOf(state) === hashOf(this.#state) && this.#panel !== null) return;
    this.#state = state.policy < this.#input.policies.length ? state : { ...state, policy: 0 };
    this.#source.replaceChildren(...this.#sourceParts());
    const declared = this.#evaluate({});
    this.#panel = null;
    if (declared.kind === "evaluated") {
      const outlook = outlookOf(declared.trace, this.#input.asOf);
      this.#controls = controlsOf(declared.document.policy, declared.trace, outlook, this.#catalog, this.#input.asOf);
      this.#panel = panelOf(this.#controls, this.#state.edits, {
        change: (edits) => this.#change(edits),
        pin: () => this.#pin(),
        copyPolicy: () => this.#show("The scenario as a policy", applyEdits(this.#text(), this.#state.edits, this.#controls.rows)),
        copyLink: () => this.#show("A link to this scenario", location.href),
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
    const live = liveOf(this.#edited(edits), this.#catalog, this.#input.asOf);
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

  #evaluate(edits: Edits): EvaluateResult {
    const { engineVersion, asOf } = this.#input;
    return evaluate({ ...this.#edited(edits), catalog: this.#catalog, asOf, engineVersion });
  }

  #render(): void {
    clearTimeout(this.#timer);
    const result = this.#evaluate(this.#state.edits);
    if (result.kind === "invalid") {
      this.#verdict.replaceChildren(problems(result.diagnostics));
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
    const shown = { evaluation, view: viewOf(evaluation), outlook: outlookOf(trace, this.#input.asOf) };
    const place = (chart: Chart) => this.#place(chart);
    const open = new Set([...this.#body.querySelectorAll("details[open] > summary")].map((summary) => summary.textContent));
    this.#clear();
    const sections = [
      this.#comparison(evaluation),
      costSection(shown, place),
      volumeSection(shown, place),
      growthSection(shown, place),
      tornadoSection(shown, place),
      fleetSection(shown, place),
      ruledOutSection(shown, place),
      ...groundSections(shown),
    ];
    const json = button("Show the decision as JSON", () => this.#show("The decision for machines", renderJson(evaluation)));
    this.#body.append(...sections.filter((section) => section !== null), h("footer", {}, json));
    for (const summary of this.#body.querySelectorAll("summary")) {
      if (open.has(summary.textContent)) summary.parentElement?.setAttribute("open", "");
    }
  }

  #clear(): void {
    this.#resize.disconnect();
    this.#charts.clear();
    this.#body.replaceChildren();
  }

  #comparison(after: Evaluated["evaluation"]): HTMLElement | null {
    const { edits, pinned } = this.#state;
    if (pinned === null && Object.keys(edits).length === 0) return null;
    const before = this.#evaluate(pinned ?? {});
    if (before.kind === "invalid") return null;
    const first = pinned === null || Object.keys(pinned).length === 0 ? "As written" : "Kept scenario";
    return compareSection([first, "Now"], before.evaluation, after);
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
    const drawn = this.#charts.get(frame)?.(width);
    if (drawn === undefined) return;
    for (const svg of [drawn, ...drawn.querySelectorAll("svg")]) {
      if (svg.hasAttribute("aria-label")) svg.setAttribute("role", "img");
    }
    // Names on groups inside a picture are read by nobody and forbidden there.
    for (const group of drawn.querySelectorAll("g[aria-label]")) group.removeAttribute("aria-label");
    frame.replaceChildren(drawn);
  }

  /** Text to take away, in a dialog from which it can also be copied by hand. */
  #show(title: string, text: string): void {
    const area = h("textarea", { readonly: true, rows: 16, spellcheck: false, "aria-label": title });
    area.value = text;
    const status = h("span", { role: "status" });
    const copy = button("Copy", () => {
      navigator.clipboard.writeText(text).then(
        () => status.replaceChildren(" copied"),
        () => {
          area.select();
          status.replaceChildren(" press Ctrl+C to copy");
        },
      );
    });
    const dialog = h(
      "dialog",
      { "aria-label": title },
      h("h2", {}, title),
      area,
      h(
        "div",
        { class: "buttons" },
        copy,
        button("Close", () => dialog.close()),
        status,
      ),
    );
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    area.select();
  }

  /** The picker of several policies, and the policy's text, to read and to change. */
  #sourceParts(): readonly HTMLElement[] {
    const { policies } = this.#input;
    const go = (state: LinkState) => {
      this.#open(state);
      this.#saveLink();
    };
    const picker = h(
      "nav",
      { "aria-label": "Policies" },
      ...policies.map(({ path }, policy) => {
        const pick = button(path, () => go({ policy, text: null, edits: {}, pinned: null }));
        if (policy === this.#state.policy) pick.setAttribute("aria-current", "true");
        return pick;
      }),
    );
    const area = h("textarea", { rows: 18, spellcheck: false, "aria-label": "Policy" });
    area.value = this.#text();
    const apply = button("Decide this policy", () => go({ policy: this.#state.policy, text: area.value, edits: {}, pinned: null }));
    const intro = h(
      "p",
      { class: "intro" },
      "Breakeven decides how LLM workloads are best served: through an API, on your own GPUs, or both. Pick an example, or paste a policy of yours; nothing leaves this page.",
    );
    const title = this.#isSite ? "Read, change or paste the policy" : "The policy";
    return [
      ...(this.#isSite ? [intro] : []),
      ...(policies.length > 1 ? [picker] : []),
      h("details", { class: "policy-text" }, h("summary", {}, title), area, h("div", { class: "buttons" }, apply)),
    ];
  }
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
