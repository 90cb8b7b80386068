import type { Diagnostic } from "./diagnostic.ts";
import type { PolicyFile } from "./schema.ts";

type CamelKey<S> = S extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<CamelKey<Tail> & string>}` : S;

/** Keys in camelCase, deeply. Maps whose keys are the user's own words (`string` index) keep them. */
export type Camel<T> = T extends readonly (infer Item)[]
  ? readonly Camel<Item>[]
  : T extends object
    ? string extends keyof T
      ? Readonly<T>
      : { readonly [Key in keyof T as CamelKey<Key>]: Camel<T[Key]> }
    : T;

/** A valid policy as TypeScript reads it: the keys of `PolicyFile` in camelCase, nothing filled in yet. */
export type Policy = Camel<PolicyFile>;
export type PolicyWorkload = Policy["workloads"][number];

/** A policy that cannot be used, with every problem found; sorted by position, at least one is an error. */
export interface InvalidPolicy {
  readonly kind: "invalid";
  readonly diagnostics: readonly Diagnostic[];
}

/** A valid policy with the way back to its text. */
export interface PolicyDocument {
  readonly kind: "policy";
  readonly file: string;
  readonly policy: Policy;
  /** What is allowed but worth a look; never errors. Sorted by position. */
  readonly warnings: readonly Diagnostic[];
  /**
   * 1-based line of a policy key, or of its nearest written ancestor.
   * Example: `lineOf("workloads[0].tokens.input")`; keys are spelled as in the file.
   */
  lineOf(path: string): number;
}
