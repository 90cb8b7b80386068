import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

/** Markdown as GitHub's parser turns it into HTML, before GitHub's own look for mentions and references. */
export function html(markdown: string): string {
  return micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true });
}

/** Names of the tags in order: what the reader's browser builds from the text. */
export function skeleton(rendered: string): string {
  return [...rendered.matchAll(/<(\/?[a-z][a-z0-9]*)[^>]*>|<!/gi)].map(([tag, name]) => name ?? tag).join(" ");
}

/** What GitHub searches for mentions and references: text outside code, links and comments. */
export function prose(rendered: string): string {
  return rendered
    .replace(/<!--[\s\S]*?-->/g, "\n")
    .replace(/<(code|pre|a)\b[^>]*>[\s\S]*?<\/\1>/g, "\n")
    .replace(/<[^>]*>/g, "\n")
    .replaceAll("&#39;", "'");
}

/** Everything in rendered HTML that links, loads or pings and is not at an address of ours; none when the text is inert. */
export function inertProblems(rendered: string, ours: RegExp): readonly string[] {
  const links = [...rendered.matchAll(/(?:href|src)="([^"]*)"/g)].flatMap(([, address = ""]) =>
    ours.test(new URL(address).href) ? [] : [`links to ${address}`],
  );
  const loads = /<(img|iframe|video|audio|object|embed|script|style|form|input)\b/i.test(rendered) ? ["loads something"] : [];
  const pings = /@[\w-]|#\d|GH-\d|:\/\/|www\.|\b[0-9a-f]{7,}\b|\$(?!\d)/i.exec(prose(rendered));
  return [...links, ...loads, ...(pings === null ? [] : [`is recognised: ${pings[0]}`])];
}
