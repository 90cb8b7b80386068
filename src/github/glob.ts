/**
 * Path patterns of the `policy` input: `*` and `?` inside one path segment, `**` across segments, `{a,b}`
 * for either. A small language on purpose: the same pattern must mean the same on a checkout and on a list
 * of names from the API.
 */
const dynamic = /[*?{}]/;
const unsupported = /[[\]()!\\+@]/;

/** True when a pattern can match more than the one path it spells. `isDynamic("llm/*.yml")` is true. */
export function isDynamic(pattern: string): boolean {
  return dynamic.test(pattern);
}

/**
 * What is wrong with a pattern, or undefined.
 *
 * Example: `patternProblem("../secrets.yml")` is
 * `"../secrets.yml" leaves the repository; give a path from its root`.
 */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.startsWith("/") || /^[A-Za-z]:/.test(pattern)) return `"${pattern}" is absolute; give a path from the root of the repository`;
  if (pattern.split("/").includes("..")) return `"${pattern}" leaves the repository; give a path from its root`;
  if (unsupported.test(pattern) && isDynamic(pattern)) return `"${pattern}" uses more than * ** ? and {a,b}; write it with these`;
  if (pattern.includes("\\")) return `"${pattern}" has a backslash; separate folders with "/"`;
  return undefined;
}

/** The pattern without a leading `./`, so that it compares with paths as git spells them. */
export function normalPattern(pattern: string): string {
  return pattern.replace(/^(\.\/+)+/, "").replace(/\/{2,}/g, "/");
}

/** True when one of the patterns matches the path. `matchesAny(["**\/llm.yml"], "a/b/llm.yml")` is true. */
export function matchesAny(patterns: readonly string[], path: string): boolean {
  return patterns.some((pattern) => toRegExp(normalPattern(pattern)).test(path));
}

const tokens = /\*\*\/|\*\*|\*|\?|[{},]|[^*?{},]+/g;

function toRegExp(pattern: string): RegExp {
  let depth = 0;
  const parts = (pattern.match(tokens) ?? []).map((token) => {
    if (token === "**/") return "(?:[^/]+/)*";
    if (token === "**") return ".*";
    if (token === "*") return "[^/]*";
    if (token === "?") return "[^/]";
    if (token === "{") {
      depth += 1;
      return "(?:";
    }
    if (token === "}" && depth > 0) {
      depth -= 1;
      return ")";
    }
    if (token === "," && depth > 0) return "|";
    return token.replace(/[.+^$|()[\]\\{}]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}${")".repeat(depth)}$`);
}
