/**
 * One problem in a policy file, precise enough to put a cursor on and to fix without reading docs.
 *
 * `line` and `column` are 1-based and point into `file`. `path` is the policy key in snake_case with
 * indices, e.g. `workloads[0].tokens.input`. Example text:
 * `.github/breakeven.yml:14:7 unknown key "token"; allowed: name, volume, tokens, ...; did you mean "tokens"?`
 */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  /** Stable kebab-case id, e.g. `unknown-key`, `wrong-type`, `unknown-model`, `not-supported-yet`. */
  readonly code: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  /** What is wrong, with the value seen. Lower case, no final period. */
  readonly message: string;
  /** What to change; absent only when the message already says it. */
  readonly fix?: string;
}

/** Kinds of name that a policy may use and that only the catalog can vouch for. */
export type NameKind = "api-model" | "open-model" | "region" | "instance" | "benchmark";

/**
 * Answers whether the catalog knows a name. Returns undefined when it does; otherwise the problem in words
 * and the fix, e.g. `{ problem: 'unknown API model "gpt-4.1-mni"', fix: 'did you mean "gpt-4.1-mini"?' }`.
 */
export interface NameBook {
  explain(kind: NameKind, name: string): { readonly problem: string; readonly fix: string } | undefined;
}
