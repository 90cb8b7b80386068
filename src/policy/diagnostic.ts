/**
 * One problem in a policy file, precise enough to put a cursor on and to fix without reading docs.
 *
 * `line` and `column` are 1-based and point into `file`; a column counts UTF-16 units, as editors do. `path` is the
 * policy key in snake_case with indices, e.g. `workloads[0].tokens.input`; empty for the file as a whole.
 * `formatDiagnostic` shows how one reads.
 */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  /** Stable kebab-case id, e.g. `unknown-key`; those of the parser are the keys of `policyCodes`. */
  readonly code: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  /** What is wrong, with the value seen. Lower case, no final period, on one line. */
  readonly message: string;
  /** What to change; absent only when the message already says it. */
  readonly fix?: string;
}

/** Every code that the policy parser gives, with its meaning. */
export const policyCodes = {
  "too-large": "the file is larger than 256 KiB",
  "not-text": "the file holds bytes that are not UTF-8 text",
  "empty-file": "the file holds no key at all",
  "yaml-syntax": "the text is not YAML, or uses a part of YAML that a policy has no use for",
  "too-deep": "maps and lists are nested deeper than any policy needs",
  "alias-bomb": "aliases multiply a small file into a huge one",
  "duplicate-key": "a key stands twice in one map",
  "unknown-key": "the policy language has no such key here",
  "missing-key": "a key that is needed is absent",
  "wrong-type": "a value of another kind is needed, e.g. a number instead of text",
  "unknown-value": "the value is none of the words that are allowed here",
  "out-of-range": "a number is too small or too large, a list or a text too short or too long",
  "wrong-format": "the text has not the form that is needed, e.g. a date",
  "unknown-model": "the catalog has no such model",
  "unknown-region": "the catalog has no such AWS region",
  "unknown-instance": "the catalog has no such instance type",
  "unknown-gpu": "the catalog has no such GPU",
  "unknown-benchmark": "the catalog has no such benchmark",
  retired: "the catalog knows that the model is no longer served",
  "unknown-workload": "a waiver names a workload that the policy does not have",
  "duplicate-name": "two workloads, two prices or two measurements cannot be told apart",
  "exactly-one": "one of two keys is needed, and not both",
  "wrong-order": "numbers or dates contradict each other, e.g. low above high",
  contradiction: "two statements of the policy cannot both hold",
  "needs-price": "a price that no public list has must be stated",
  "not-waivable": "no waiver may lift this rule",
  unusual: "a warning: possible, but far outside what is common",
  "more-problems": "the list was cut; fix the first problems and look again",
} as const;
export type PolicyCode = keyof typeof policyCodes;

/**
 * A diagnostic as terminals and logs show it: one line that editors can jump to, and the fix on a second.
 *
 * Example:
 * ```
 * .github/breakeven.yml:14:7 error unknown-key: unknown key "token"; allowed: name, volume, tokens
 *   fix: write "tokens"
 * ```
 */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, severity, code, message, fix } = diagnostic;
  const head = `${file}:${line}:${column} ${severity} ${code}: ${message}`;
  return fix === undefined ? head : `${head}\n  fix: ${fix}`;
}

/** Kinds of name that a policy may use and that only the catalog, or the list of rules, can vouch for. */
export type NameKind = "api-model" | "open-model" | "gpu" | "region" | "instance" | "benchmark" | "rule";

/**
 * Answers whether the catalog knows a name. Returns undefined when it does; otherwise the problem in words
 * and the fix, e.g. `{ problem: 'unknown API model "gpt-4.1-mni"', fix: 'did you mean "gpt-4.1-mini"?' }`.
 * `retired` marks a name that was right once; its diagnostic gets the code `retired`.
 */
export interface NameBook {
  explain(kind: NameKind, name: string): { readonly problem: string; readonly fix: string; readonly retired?: boolean } | undefined;
}
