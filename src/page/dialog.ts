import { button, h } from "./dom.ts";

/** Text to take away, in a dialog from which it can also be copied by hand. */
export function showText(title: string, hint: string, text: string): void {
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
    h("p", { class: "note" }, hint),
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
