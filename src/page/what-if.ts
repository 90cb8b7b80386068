import { type Control, type Controls, positionOf, SLIDER_STEPS, valueAt, withEdit } from "./controls.ts";
import { h } from "./dom.ts";
import type { Edits } from "./edits.ts";

/** What the panel asks of the page. */
export interface PanelActions {
  readonly change: (edits: Edits) => void;
  readonly pin: () => void;
  readonly copyPolicy: () => void;
  readonly copyLink: () => void;
}

/** The what-if panel: a slider and a field for each number. `show` sets all of them to the edits of a scenario. */
export interface Panel {
  readonly element: HTMLElement;
  readonly show: (edits: Edits) => void;
  /** Where the page says the verdict beside the sliders. */
  readonly verdict: HTMLElement;
}

/** Builds the panel of one policy. */
export function panelOf(controls: Controls, start: Edits, actions: PanelActions): Panel {
  let edits = start;
  const change = (control: Control, value: number) => {
    edits = withEdit(edits, control, value);
    actions.change(edits);
  };
  const fields = controls.list.map((control) => fieldOf(control, (value) => change(control, value)));
  const show = (next: Edits) => {
    edits = next;
    for (const field of fields) field.show(next);
  };
  show(start);
  // On a phone the panel stands between the verdict and the charts, so it starts folded.
  const isWide = matchMedia("(min-width: 1000px)").matches;
  const groups = [...new Set(controls.list.map(({ group }) => group))].map((group, index) =>
    h(
      "details",
      { open: index === 0 && isWide },
      h("summary", {}, group),
      ...fields.filter(({ control }) => control.group === group).map(({ element }) => element),
    ),
  );
  const verdict = h("p", { class: "live", role: "status" });
  const reset = () => {
    show({});
    actions.change({});
  };
  const element = h(
    "aside",
    { id: "what-if", "aria-labelledby": "what-if-title" },
    h("h2", { id: "what-if-title" }, "What if"),
    verdict,
    ...groups,
    h(
      "div",
      { class: "buttons" },
      button("Reset", reset),
      button("Compare with this", actions.pin),
      button("Copy as policy", actions.copyPolicy),
      button("Copy link", actions.copyLink),
    ),
  );
  return { element, show, verdict };
}

/** A button with its action. */
export function button(text: string, act: () => void): HTMLButtonElement {
  const element = h("button", { type: "button" }, text);
  element.addEventListener("click", act);
  return element;
}

interface Field {
  readonly control: Control;
  readonly element: HTMLElement;
  readonly show: (edits: Edits) => void;
}

function fieldOf(control: Control, change: (value: number) => void): Field {
  const id = `control-${control.key}`;
  const number = h("input", { type: "number", id, step: "any", inputmode: "decimal", "data-key": control.key });
  const slider = h("input", {
    type: "range",
    min: 0,
    max: SLIDER_STEPS,
    "aria-label": `${control.group}: ${control.label}`,
    "data-slider": control.key,
  });
  const element = h(
    "div",
    { class: "field" },
    h("label", { for: id }, control.label, control.unit === "" ? null : h("span", { class: "unit" }, ` ${control.unit}`)),
    number,
    slider,
  );
  const mark = (value: number) => {
    slider.setAttribute("aria-valuetext", String(value));
    element.classList.toggle("moved", value !== control.declared);
  };
  slider.addEventListener("input", () => {
    const value = valueAt(control, Number(slider.value));
    number.value = String(value);
    mark(value);
    change(value);
  });
  number.addEventListener("input", () => {
    const value = Number(number.value);
    if (number.value === "" || !Number.isFinite(value)) return;
    slider.value = String(positionOf(control, value));
    mark(value);
    change(value);
  });
  const show = (edits: Edits) => {
    const value = edits[control.key] ?? control.declared;
    number.value = String(value);
    slider.value = String(positionOf(control, value));
    mark(value);
  };
  return { control, element, show };
}
