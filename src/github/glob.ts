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

/** Folders that hold other people's files; a policy in one has to be spelled out. */
const foreign = /(^|\/)(node_modules|\.git)\//;

/** True when one of the patterns matches the path. `matchesAny(["**\/llm.yml"], "a/b/llm.yml")` is true. */
export function matchesAny(patterns: readonly string[], path: string): boolean {
  return patterns.some((pattern) => !(isDynamic(pattern) && isForeign(path)) && toRegExp(normalPattern(pattern)).test(path));
}

/** True for a path in a folder that no pattern looks into. */
export function isForeign(path: string): boolean {
  return foreign.test(path);
}

/**
 * The folder below which a pattern can match, and how many levels below it.
 *
 * Example: `reachOf("apps/{a,b}/*.yml")` is `{ folder: "apps", levels: 2 }`; with a `**` the levels are without end.
 */
export function reachOf(pattern: string): { readonly folder: string; readonly levels: number } {
  const segments = normalPattern(pattern).split("/");
  const first = Math.max(0, segments.findIndex(isDynamic));
  return {
    folder: segments.slice(0, first).join("/"),
    levels: pattern.includes("**") ? Number.POSITIVE_INFINITY : segments.length - first,
  };
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
  return new RegExp(`^${parts.join("")}${")".repeat(depth)}$`, "s");
}
