import { type Control, type Controls, parsed, positionOf, SLIDER_STEPS, shownValue, unitOf, valueAt, withEdit } from "./controls.ts";
import { button, h } from "./dom.ts";
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
  const groups = [...new Set(controls.list.map(({ group }) => group))].map((group, index) => {
    const own = fields.filter(({ control }) => control.group === group);
    const isEdited = own.some(({ control }) => start[control.key] !== undefined);
    return h("details", { open: (index === 0 && isWide) || isEdited }, h("summary", {}, group), ...own.map(({ element }) => element));
  });
  const verdict = h("p", { class: "live", role: "status" });
  const reset = () => {
    show({});
    actions.change({});
  };
  const element = h(
    "aside",
    { id: "what-if", "aria-labelledby": "what-if-title" },
    h("h2", { id: "what-if-title" }, "What if"),
    h("p", { class: "note" }, "Move a number: the decision is made again, here in the page."),
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

interface Field {
  readonly control: Control;
  readonly element: HTMLElement;
  readonly show: (edits: Edits) => void;
}

function fieldOf(control: Control, change: (value: number) => void): Field {
  const id = `control-${control.key}`;
  const number = h("input", { type: "text", id, inputmode: "decimal", autocomplete: "off", "data-key": control.key });
  const slider = h("input", {
    type: "range",
    min: 0,
    max: SLIDER_STEPS,
    "aria-label": `${control.group}: ${control.label}`,
    "data-slider": control.key,
  });
  const undo = h("button", { type: "button", class: "undo", hidden: true }, `was ${shownValue(control, control.declared)}`);
  const unit = unitOf(control);
  const element = h(
    "div",
    { class: "field" },
    h("label", { for: id }, control.label, unit === "" ? null : h("span", { class: "unit" }, ` ${unit}`)),
    undo,
    number,
    slider,
  );
  const mark = (value: number) => {
    const moved = value !== control.declared;
    slider.setAttribute("aria-valuetext", `${shownValue(control, value)} ${unit}`.trim());
    number.removeAttribute("aria-invalid");
    element.classList.toggle("moved", moved);
    undo.hidden = !moved;
  };
  const set = (value: number) => {
    number.value = shownValue(control, value);
    slider.value = String(positionOf(control, value));
    mark(value);
  };
  slider.addEventListener("input", () => {
    const value = valueAt(control, Number(slider.value));
    number.value = shownValue(control, value);
    mark(value);
    change(value);
  });
  number.addEventListener("input", () => {
    const value = parsed(control, number.value);
    if (value === null) return number.setAttribute("aria-invalid", "true");
    slider.value = String(positionOf(control, value));
    mark(value);
    change(value);
  });
  number.addEventListener("change", () => {
    const value = parsed(control, number.value);
    if (value !== null) number.value = shownValue(control, value);
  });
  undo.addEventListener("click", () => {
    set(control.declared);
    change(control.declared);
    number.focus();
  });
  return { control, element, show: (edits) => set(edits[control.key] ?? control.declared) };
}
