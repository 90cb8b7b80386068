import type { PageSource } from "../report/html.ts";
import { button, h } from "./dom.ts";

/** Who we are, for a reader who comes from nowhere. */
export function masthead(): HTMLElement {
  const pitch = "decides how each LLM workload is best served: through an API, on GPUs of your own, or both.";
  return h("header", {}, h("span", {}, h("strong", { class: "brand" }, "Breakeven"), ` ${pitch}`));
}

/** What to do on a page that came without a policy. */
export function invitation(): HTMLElement {
  return h("p", { class: "lead" }, "Pick an example, or paste a policy of yours; nothing leaves this page.");
}

/** Which policy is shown, where there are several. */
export function pickerOf(policies: readonly PageSource[], chosen: number, pick: (policy: number) => void): HTMLElement | null {
  if (policies.length < 2) return null;
  return h(
    "nav",
    { "aria-label": "Policies" },
    ...policies.map(({ path }, policy) => {
      const choice = button(path, () => pick(policy));
      if (policy === chosen) choice.setAttribute("aria-current", "true");
      return choice;
    }),
  );
}

/** The policy's text, to read and to change. */
export function policyText(title: string, text: string, decide: (text: string) => void): HTMLElement {
  const area = h("textarea", { rows: 18, spellcheck: false, "aria-label": "Policy" });
  area.value = text;
  return h(
    "details",
    { class: "policy-text" },
    h("summary", {}, title),
    area,
    h(
      "div",
      { class: "buttons" },
      button("Decide this policy", () => decide(area.value)),
    ),
  );
}
