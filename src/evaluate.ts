import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Catalog } from "./catalog/index.ts";
import { causeOf } from "./decide/cause.ts";
import { compare } from "./decide/compare.ts";
import { decide, type Trace } from "./decide/decide.ts";
import type { Evaluation, Finding, PolicyIdentity } from "./decide/evaluation-types.ts";
import { findingsOf, oldestPriceUsed } from "./decide/findings.ts";
import { judgeGates } from "./decide/gates.ts";
import { type MeasurementFiles, type MeasurementReading, readMeasurements, unusedMeasurements } from "./decide/measurements.ts";
import { nameBook } from "./decide/names.ts";
import { planOf } from "./decide/plan.ts";
import { priceShare } from "./decide/price-share.ts";
import { sunkCostFindings } from "./decide/sunk-findings.ts";
import type { Diagnostic } from "./policy/diagnostic.ts";
import { parsePolicy } from "./policy/parse.ts";
import type { PolicyDocument } from "./policy/policy.ts";

/** A policy as text. `path` is shown to people and never opened. */
export interface PolicySource {
  readonly path: string;
  readonly text: string;
  /** Text of the files that the policy names under `measurements`, by path as written; a file that is not here was not found. */
  readonly files?: MeasurementFiles;
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
  | {
      readonly kind: "evaluated";
      readonly evaluation: Evaluation;
      readonly document: PolicyDocument;
      readonly trace: Trace;
      /** The base as it was read, where there is a valid one. */
      readonly base: { readonly document: PolicyDocument; readonly region: string } | null;
    }
  | { readonly kind: "invalid"; readonly diagnostics: readonly Diagnostic[] };

/**
 * The core in one function: policy text in, decision out. Pure; the same input gives the same result.
 *
 * 1. Parse the policy and its measurements; every problem is a `Diagnostic` with its line.
 * 2. Decide head and base with the same catalog and date. Waivers come from the base branch.
 * 3. Compare, judge the gates (the base branch's), and collect findings.
 *
 * A base policy that is invalid counts as no base, and says so. The base is decided with its own measurement files, the head's where it
 * has none; a measurement of the base that cannot be used is left out with a warning, because its gates must hold all the same.
 */
export function evaluate(input: EvaluateInput): EvaluateResult {
  const { catalog, asOf } = input;
  const names = nameBook(catalog, asOf);
  const head = parsePolicy(input.text, input.path, names);
  if (head.kind === "invalid") return head;
  const measured = readMeasurements(head, catalog, input.files ?? {});
  if (measured.diagnostics.length > 0) return { kind: "invalid", diagnostics: [...head.warnings, ...measured.diagnostics] };
  const base = input.base === null ? null : parsePolicy(input.base.text, input.base.path, names);
  const baseDocument = base === null || base.kind === "invalid" ? null : base;
  const waivers = (baseDocument ?? head).policy.waivers ?? [];
  const trace = decide(head, catalog, asOf, waivers, measured.calibrations);
  const baseMeasured = baseDocument && readMeasurements(baseDocument, catalog, { ...input.files, ...input.base?.files });
  const planned = baseDocument && planOf(baseDocument, catalog, asOf, waivers, baseMeasured?.calibrations, trace.known);
  const baseDecision = planned?.plan ?? null;
  const calibrations = { base: baseMeasured?.calibrations ?? [], head: measured.calibrations };
  const causeContext = { catalog, asOf, waivers, calibrations };
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
    delta:
      baseDocument === null || baseDecision === null
        ? null
        : { ...compare(baseDecision, trace.decision), cause: causeOf(baseDocument, baseDecision, head, trace, causeContext) },
    gates,
    findings: [
      ...findings,
      ...(baseDocument && baseDecision ? priceShare(baseDocument, baseDecision, head, catalog, asOf, calibrations.base) : []),
      ...findingsOf(trace, head, catalog, asOf),
      ...sunkCostFindings(trace, head, (other) => planOf(other, catalog, asOf, waivers, measured.calibrations).plan),
      ...unusedMeasurements(measured, trace.decision.fleets, head),
      ...unusedInBase(baseMeasured),
    ],
    diagnostics: head.warnings,
    horizonMonths: trace.facts.horizonMonths,
    region: trace.facts.region,
  };
  const comparedWith = baseDocument && planned ? { document: baseDocument, region: planned.facts.region } : null;
  return { kind: "evaluated", evaluation, document: head, trace, base: comparedWith };
}

function unusedInBase(measured: MeasurementReading | null): readonly Finding[] {
  return (measured?.diagnostics ?? []).map(({ message }) => ({
    id: "base-measurement",
    level: "warning",
    text: `on the base branch: ${message}; the base is decided without it`,
    line: null,
  }));
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
