import type { Diagnostic, NameBook } from "./diagnostic.ts";
import { checkNames } from "./names.ts";
import type { Camel, InvalidPolicy, PolicyDocument } from "./policy.ts";
import { positionsIn } from "./position.ts";
import { error, type Problem, parsePath, pathText, warning } from "./problem.ts";
import { checkRules } from "./rules.ts";
import { checkShape } from "./shape.ts";
import { repositoryFile } from "./terms.ts";
import { nearest, select } from "./tree.ts";
import { oneLine } from "./words.ts";
import { readYaml, type Source } from "./yaml.ts";

/** Largest policy in bytes of UTF-8: 256 KiB. 200 workloads with comments take about 200 KiB. */
export const MAX_POLICY_BYTES = 256 * 1024;

/** Problems that one run reports; who has more than this fixes those first. */
const MAX_PROBLEMS = 100;

/**
 * Reads the text of a policy. Either a `Policy` with its warnings and the way back to lines, or every problem found:
 * YAML, keys, kinds, ranges, names that the catalog does not know (`names`), and keys that do not fit together.
 * Never throws on any text. `file` is only repeated in the diagnostics.
 *
 * Behind a syntax error keys may be misread, so from its line on nothing but syntax is reported.
 *
 * Example: `parsePolicy("version: 2", ".github/breakeven.yml", names)` is invalid with `unknown-value` at 1:10 and
 * `missing-key` (workloads) at 1:1.
 */
export function parsePolicy(text: string, file: string, names: NameBook): PolicyDocument | InvalidPolicy {
  const unreadable = unreadableText(text);
  if (unreadable !== undefined) return { kind: "invalid", diagnostics: toDiagnostics([unreadable], file, positionsIn(text)) };
  const content = withoutByteOrderMark(text);
  const source = readYaml(content);
  const { root, position } = source;
  if (root === null) return { kind: "invalid", diagnostics: toDiagnostics(source.problems, file, position) };

  const shape = checkShape(root);
  const found = [...(shape.kind === "fits" ? [] : shape.problems), ...checkNames(root, names), ...checkRules(root)];
  const problems = [...source.problems, ...found.filter((problem) => isSound(problem, source))];
  const diagnostics = toDiagnostics(problems, file, position);
  if (shape.kind !== "fits" || problems.some(({ severity }) => severity === "error")) return { kind: "invalid", diagnostics };
  // Asked for the same few keys by every rule of every option.
  const lines = new Map<string, number>();
  const lineOf = (path: string) => {
    const line = lines.get(path) ?? position(nearest(root, parsePath(path)).offset).line;
    lines.set(path, line);
    return line;
  };
  return { kind: "policy", file, policy: camel(shape.file), warnings: diagnostics, lineOf };
}

/** Most policies name no file, and reading one twice is a tenth of what it costs. A key may be written with escapes. */
const MAY_NAME_FILES = /measurements|\\/;

/**
 * Measurement files that a policy names, each once, as written: what the shell reads before `evaluate`. Only names that the
 * language allows; a text that is no policy names none.
 * Example: `measurements: [{ file: bench/h100.json, ... }]` gives `["bench/h100.json"]`.
 */
export function measurementFilesIn(text: string): readonly string[] {
  if (unreadableText(text) !== undefined || !MAY_NAME_FILES.test(text)) return [];
  const { root } = readYaml(withoutByteOrderMark(text));
  const named = root === null ? [] : select(root, "measurements[].file").map(({ node }) => (node.kind === "scalar" ? node.value : null));
  const allowed = named.flatMap((name) => {
    const file = repositoryFile.safeParse(name);
    return file.success ? [file.data] : [];
  });
  return [...new Set(allowed)];
}

function unreadableText(text: string): Problem | undefined {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > MAX_POLICY_BYTES) {
    const message = `the file has ${bytes} bytes; allowed: at most ${MAX_POLICY_BYTES}`;
    return error("too-large", { offset: 0, path: [] }, message, "split the policy into several files, one for each group of workloads");
  }
  const strange = /(?![\t\n\r\u0085])\p{Cc}|[\uFFFD-\uFFFF]/u.exec(text);
  if (strange === null) return undefined;
  const character = strange[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  const message = `the character U+${character} does not occur in a text file; allowed: YAML in UTF-8`;
  const fix = character === "0000" ? "save the file as UTF-8; it looks like UTF-16 or a binary file" : "save the file as UTF-8";
  return error("not-text", { offset: strange.index, path: [] }, message, fix);
}

function withoutByteOrderMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

/** Behind a syntax error keys may be misread or lost, so only what stands on earlier lines is certain. */
function isSound(problem: Problem, { soundUntil, position }: Source): boolean {
  if (soundUntil === Number.POSITIVE_INFINITY) return true;
  if (problem.code === "missing-key" || problem.code === "exactly-one") return false;
  return position(problem.offset).line < position(soundUntil).line;
}

/** Sorted by position, each once, and cut to a number that somebody can read. */
function toDiagnostics(problems: readonly Problem[], file: string, position: Source["position"]): readonly Diagnostic[] {
  const sorted = problems.toSorted((a, b) => a.offset - b.offset || compare(a.code, b.code) || compare(a.message, b.message));
  const distinct = sorted.filter((problem, index) => !isSame(problem, sorted[index - 1]));
  const shown = distinct.slice(0, MAX_PROBLEMS);
  const cut = distinct[MAX_PROBLEMS];
  if (cut !== undefined) {
    const report = distinct.some(({ severity }) => severity === "error") ? error : warning;
    shown.push(report("more-problems", { offset: cut.offset, path: [] }, `and ${distinct.length - MAX_PROBLEMS} more`));
  }
  return shown.map((problem) => toDiagnostic(problem, file, position));
}

/** An alias repeats the problems of its anchor, with the same words in the same place. */
function isSame(a: Problem, b: Problem | undefined): boolean {
  return a.offset === b?.offset && a.code === b.code && a.message === b.message;
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function toDiagnostic({ severity, code, offset, path, message, fix }: Problem, file: string, position: Source["position"]): Diagnostic {
  const base = { severity, code, file, ...position(offset), path: oneLine(pathText(path)), message: oneLine(message) };
  return fix === undefined ? base : { ...base, fix: oneLine(fix) };
}

/** The map whose keys are names of benchmarks, not words of the language. */
const MAP_OF_NAMES = "min_benchmarks";

function camel<T>(value: T): Camel<T> {
  return toCamel(value) as Camel<T>;
}

function toCamel(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toCamel);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [camelKey(key), key === MAP_OF_NAMES ? inner : toCamel(inner)]));
}

function camelKey(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
