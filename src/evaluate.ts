import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Catalog } from "./catalog/index.ts";
import { compare } from "./decide/compare.ts";
import { decide, type Trace } from "./decide/decide.ts";
import { findingsOf, oldestPriceUsed } from "./decide/findings.ts";
import { judgeGates } from "./decide/gates.ts";
import { nameBook } from "./decide/names.ts";
import type { Evaluation, PolicyIdentity } from "./decide/types.ts";
import type { Diagnostic } from "./policy/diagnostic.ts";
import { parsePolicy } from "./policy/parse.ts";
import type { PolicyDocument } from "./policy/policy.ts";

/** A policy as text. `path` is shown to people and never opened. */
export interface PolicySource {
  readonly path: string;
  readonly text: string;
}

export interface EvaluateInput extends PolicySource {
  /** The same policy on the base branch; null when there is none. */
  readonly base: PolicySource | null;
  readonly catalog: Catalog;
  /** The date that prices, shutdowns and waivers are read at, YYYY-MM-DD. */
  readonly asOf: string;
  readonly engineVersion: string;
}

export type EvaluateResult =
  | { readonly kind: "evaluated"; readonly evaluation: Evaluation; readonly document: PolicyDocument; readonly trace: Trace }
  | { readonly kind: "invalid"; readonly diagnostics: readonly Diagnostic[] };

/**
 * The core in one function: policy text in, decision out. Pure; the same input gives the same result.
 *
 * 1. Parse the policy; every problem is a `Diagnostic` with its line.
 * 2. Decide head and base with the same catalog and date. Waivers come from the base branch.
 * 3. Compare, judge the gates (the base branch's), and collect findings.
 *
 * A base policy that is invalid counts as no base, and says so.
 */
export function evaluate(input: EvaluateInput): EvaluateResult {
  const { catalog, asOf } = input;
  const names = nameBook(catalog, asOf);
  const head = parsePolicy(input.text, input.path, names);
  if (head.kind === "invalid") return head;
  const base = input.base === null ? null : parsePolicy(input.base.text, input.base.path, names);
  const baseDocument = base === null || base.kind === "invalid" ? null : base;
  const waivers = (baseDocument ?? head).policy.waivers ?? [];
  const trace = decide(head, catalog, asOf, waivers);
  const baseDecision = baseDocument === null ? null : decide(baseDocument, catalog, asOf, waivers).decision;
  const { gates, findings } = judgeGates(head, baseDocument, trace.decision, baseDecision, asOf);
  const evaluation: Evaluation = {
    engineVersion: input.engineVersion,
    asOf,
    catalog: { version: catalog.version, oldestPrice: oldestPriceUsed(trace, catalog, asOf) },
    policy: identityOf(input, head),
    base:
      baseDocument === null || baseDecision === null || input.base === null
        ? null
        : { policy: identityOf(input.base, baseDocument), decision: baseDecision },
    baseNote: baseNote(input.base, base?.kind ?? null),
    decision: trace.decision,
    delta: baseDecision === null ? null : compare(baseDecision, trace.decision),
    gates,
    findings: [...findings, ...findingsOf(trace, head, catalog, asOf)],
    diagnostics: head.warnings,
    horizonMonths: trace.facts.horizonMonths,
    region: trace.facts.region,
  };
  return { kind: "evaluated", evaluation, document: head, trace };
}

function identityOf(source: PolicySource, document: PolicyDocument): PolicyIdentity {
  const name =
    document.policy.name ??
    source.path
      .split("/")
      .at(-1)
      ?.replace(/\.ya?ml$/, "") ??
    source.path;
  return { path: source.path, name, sha256: bytesToHex(sha256(utf8ToBytes(source.text))) };
}

function baseNote(base: PolicySource | null, kind: "policy" | "invalid" | null): string | null {
  if (base === null) return "new policy or no base given";
  return kind === "invalid" ? "the policy on the base branch is invalid, so there is nothing to compare with" : null;
}
