/**
 * What makes foreign text harmless. A policy is written by whoever opens the pull request, so its names, notes and
 * sources, and the sentences built from them, must not ping people, link anywhere, open a tag or hide a character.
 *
 * Escaping of markdown is the serialiser's work (markdown.ts). This file handles what GitHub does after markdown:
 * mentions, references, bare addresses, emoji, math. Entities and backslashes do not stop those; a zero-width space does.
 */

const ZERO_WIDTH_SPACE = "\u200b";
const DEFAULT_MAX_LENGTH = 400;

/** Control, format (bidi, zero-width, tags), private-use and blank-looking characters, and halves of surrogate pairs. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}\u2800]/gu;
/** More than two combining marks on one letter paint over the lines around it. */
const STACKED_MARKS = /(\p{M}{2})\p{M}+/gu;

/** Places at which a zero-width space stops GitHub from recognising something. */
const TRIGGERS: readonly RegExp[] = [
  /@/g, // mentions, mail addresses, owner/name@sha
  /#/g, // #123, owner/name#123
  /GH-/gi, // GH-123
  /:(?=\/\/)/g, // any scheme://
  /www(?=\.)/gi, // www.example.com
  /[0-9a-f]{6}(?=[0-9a-f])/gi, // commit ids, seven hexadecimal digits or more
  /:(?=[\w+-]+:)/g, // :emoji:
  /-(?=!?>)/g, // the end of an HTML comment, the arrow of a diagram
  /\](?=\()/g, // [text](target), which SARIF viewers read too
];

/** A dollar sign can end a formula only when no digit follows; amounts keep theirs. */
const MATH_DOLLAR = /\$(?!\d)/g;
const FULL_WIDTH_DOLLAR = "\uff04";

/**
 * One line of visible characters, at most `maxLength` UTF-16 units, cut at a whole character with an ellipsis. `##[`, which a runner of
 * GitHub Actions takes for a command wherever it stands in a line of its log, is parted.
 * Enough for a terminal, an annotation or a code span; markdown text needs `inert`.
 *
 * Example: `clean("a\u202eb\n\u001b[31mc")` is `ab [31mc`.
 */
export function clean(value: string, maxLength = DEFAULT_MAX_LENGTH): string {
  const line = value
    .replace(/\s+/g, oneSpace)
    .replace(INVISIBLE, "")
    .replace(STACKED_MARKS, "$1")
    .replaceAll("##[", "## [")
    .replace(/ +/g, " ")
    .trim();
  if (line.length <= maxLength) return line;
  let cut = "";
  for (const character of line) {
    if (cut.length + character.length >= maxLength) break;
    cut += character;
  }
  return `${cut.trimEnd()}…`;
}

/** A no-break space holds a figure and its unit together; every other blank, and every run of blanks, is a space. */
function oneSpace(blank: string): string {
  return blank === "\u00a0" ? blank : " ";
}

/**
 * `clean`, and nothing in it is recognised by GitHub as a mention, reference, address, emoji or formula.
 * Applying it twice changes nothing.
 *
 * Example: `inert("@team see #12")` reads the same and holds a zero-width space after `@` and after `#`.
 */
export function inert(value: string, maxLength = DEFAULT_MAX_LENGTH): string {
  const line = clean(value, maxLength).replace(MATH_DOLLAR, FULL_WIDTH_DOLLAR);
  return TRIGGERS.reduce((text, trigger) => text.replace(trigger, `$&${ZERO_WIDTH_SPACE}`), line);
}

/**
 * `inert` with HTML's five special characters as entities, for text between tags that we write ourselves.
 *
 * Example: `htmlText("<b>")` is `&lt;b&gt;`.
 */
export function htmlText(value: string, maxLength = DEFAULT_MAX_LENGTH): string {
  return inert(value, maxLength)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** A file path as one word of a shell command: `a b.yml` is `'a b.yml'`, `.github/breakeven.yml` stays as it is. */
export function shellWord(value: string): string {
  const line = clean(value, Number.POSITIVE_INFINITY);
  return /^[\w./@%+=:,-]+$/.test(line) && !line.startsWith("-") ? line : `'${line.replaceAll("'", "'\\''")}'`;
}

/** A line of a command, cleaned; the blanks before it are its layout and stay. */
export function commandLine(value: string): string {
  return `${/^ */.exec(value)?.[0] ?? ""}${clean(value, Number.POSITIVE_INFINITY)}`;
}

/** A file path as the path of an address: `a b/c#.yml` is `a%20b/c%23.yml`. Halves of surrogate pairs have no encoding. */
export function urlPath(file: string): string {
  return file
    .replace(/\p{Cs}/gu, "\ufffd")
    .split("/")
    .map(encodeURIComponent)
    .join("/");
}
