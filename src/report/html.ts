import { clean } from "./text.ts";

/** A policy as the page evaluates it again: what `evaluate` was given, no more. */
export interface PageSource {
  readonly path: string;
  readonly text: string;
  readonly files: Readonly<Record<string, string>>;
  readonly base: { readonly path: string; readonly text: string; readonly files: Readonly<Record<string, string>> } | null;
}

/** What is written into the page: inputs, not results, so that the page can answer what-if questions with the same core. */
export interface PageInput {
  readonly engineVersion: string;
  /** YYYY-MM-DD. */
  readonly asOf: string;
  readonly policies: readonly PageSource[];
}

/** Places in the template; each occurs once, or the template is not ours. */
const INPUT_PLACE = '<script type="application/json" id="input">null</script>';
const PLAIN_PLACE = '<pre id="plain"></pre>';
const TITLE_PLACE = "<title>Breakeven</title>";

/**
 * The page with its policies inside: one file that needs no network. `plain` is the report as text; readers without
 * scripts see it, all others until the page has drawn itself.
 *
 * The inputs stand in a data block that no browser runs; `<` is written as an escape there, so that no text of a policy
 * can end it. Throws when the template lacks a place: a defect of the build.
 */
export function renderHtml(template: string, input: PageInput, plain: string): string {
  const names = input.policies.map(({ path }) => clean(path, 200)).join(", ");
  const json = JSON.stringify(input).replace(
    /[<\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const filled: readonly (readonly [place: string, content: string])[] = [
    [TITLE_PLACE, `<title>Breakeven: ${escaped(names)}</title>`],
    [PLAIN_PLACE, `<pre id="plain">${escaped(plain)}</pre>`],
    [INPUT_PLACE, INPUT_PLACE.replace("null", () => json)],
  ];
  return filled.reduce((page, [place, content]) => {
    if (!page.includes(place)) throw new Error(`defect: the page template lacks ${place}`);
    return page.replace(place, () => content);
  }, template);
}

/** Text between tags. The plain report keeps its line breaks, which is why this is not `htmlText`. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
