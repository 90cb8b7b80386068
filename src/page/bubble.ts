import { MARK } from "./charts/frame.ts";
import { h } from "./dom.ts";

/** A pointer this near to a point of a line means that point. */
const REACH_PX = 60;
const BUBBLE_GAP_PX = 6;

/** The one bubble that all figures and marks share; it follows focus and pointer and goes with Escape. */
export function installBubble(root: HTMLElement): void {
  const bubble = h("div", { id: "bubble", role: "tooltip", hidden: true });
  document.body.append(bubble);
  let owner: Element | null = null;
  const hide = () => {
    owner?.removeAttribute("aria-describedby");
    owner?.classList.remove("explained");
    owner = null;
    bubble.hidden = true;
  };
  const show = (target: Element | null) => {
    if (target === owner) return;
    hide();
    if (target === null) return;
    owner = target;
    fill(bubble, target);
    target.classList.add("explained");
    // A mark is named by its whole explanation already.
    if (!target.hasAttribute("aria-label")) target.setAttribute("aria-describedby", "bubble");
    bubble.hidden = false;
    place(bubble, target);
  };
  for (const kind of ["pointermove", "focusin", "click"]) root.addEventListener(kind, (event) => show(meant(event)));
  root.addEventListener("focusout", hide);
  root.addEventListener("pointerleave", hide);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
}

/** What an event is about: the figure or mark itself, or the nearest point of a line. */
function meant(event: Event): Element | null {
  const { target } = event;
  if (!(target instanceof Element)) return null;
  const self = target.closest("[data-formula]");
  if (self !== null || !(event instanceof MouseEvent)) return self;
  const points = [...(target.closest(".chart")?.querySelectorAll(`.${MARK} circle[data-formula]`) ?? [])];
  const near = points
    .map((point) => {
      const { left, top, width, height } = point.getBoundingClientRect();
      return { point, far: Math.hypot(left + width / 2 - event.clientX, top + height / 2 - event.clientY) };
    })
    .sort((a, b) => a.far - b.far)[0];
  return near !== undefined && near.far <= REACH_PX ? near.point : null;
}

function fill(bubble: HTMLElement, target: Element): void {
  const [first = "", ...rest] = (target.getAttribute("data-formula") ?? "").split("\n");
  const source = target.getAttribute("data-source");
  bubble.replaceChildren(
    h("span", { class: rest.length > 0 ? "what" : null }, first),
    ...rest.map((text) => h("span", {}, text)),
    ...(source === null || source === "" ? [] : [h("span", { class: "source" }, `Source: ${source}`)]),
  );
}

function place(bubble: HTMLElement, target: Element): void {
  const anchor = target.getBoundingClientRect();
  const { width, height } = bubble.getBoundingClientRect();
  const room = document.documentElement.clientWidth - width - BUBBLE_GAP_PX;
  const left = target instanceof SVGElement ? anchor.left + anchor.width / 2 - width / 2 : anchor.left;
  const below = anchor.bottom + BUBBLE_GAP_PX;
  const top = below + height > window.innerHeight ? anchor.top - height - BUBBLE_GAP_PX : below;
  bubble.style.left = `${Math.max(BUBBLE_GAP_PX, Math.min(left, room))}px`;
  bubble.style.top = `${Math.max(BUBBLE_GAP_PX, top)}px`;
}
