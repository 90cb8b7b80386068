import { type Catalog, loadCatalog } from "../../src/catalog/index.ts";
import type { Evaluation } from "../../src/decide/evaluation-types.ts";
import { nameBook } from "../../src/decide/names.ts";
import type { WorkloadDecision } from "../../src/decide/types.ts";
import { evaluate } from "../../src/evaluate.ts";
import { parsePolicy } from "../../src/policy/parse.ts";
import type { PolicyDocument } from "../../src/policy/policy.ts";

export const AS_OF = "2026-11-21";
export const catalog: Catalog = loadCatalog();

/** For a property whose test counts at its end what its runs met: all of them, even where test/mutation.setup.ts has less time for one. */
export const EVERY_RUN = { interruptAfterTimeLimit: 60_000 } as const;

/** A policy as an object, written as JSON, which is YAML. */
export type PolicyObject = Readonly<Record<string, unknown>>;

/** The smallest workload: 1,000,000 requests a month of 500 / 200 tokens, one model on either side. */
export function workload(change: PolicyObject = {}): PolicyObject {
  return {
    name: "requests",
    volume: { requests_per_month: 1_000_000, hourly_profile: "flat", peak_to_average: 1.5 },
    tokens: { input: 500, output: 200, cached_input_ratio: 0 },
    candidates: { api: ["gpt-5.4-mini"], open: ["qwen3-32b"] },
    ...change,
  };
}

export function policy(workloads: readonly PolicyObject[], change: PolicyObject = {}): PolicyObject {
  return { version: 1, name: "test", workloads, ...change };
}

/** The key of a policy that declares its own prices of one model, in USD per million tokens. */
export function contractPrice(id: string, input_usd_per_mtok: number, output_usd_per_mtok: number): PolicyObject {
  const row = { id, effective_from: "2026-01-01", input_usd_per_mtok, output_usd_per_mtok, source: "contract", checked: "2026-11-01" };
  return { prices: { api: [row] } };
}

export function documentOf(value: PolicyObject): PolicyDocument {
  const parsed = parsePolicy(JSON.stringify(value, null, 1), "policy.yml", nameBook(catalog, AS_OF));
  if (parsed.kind === "invalid") throw new Error(JSON.stringify(parsed.diagnostics, null, 1));
  return parsed;
}

/** Evaluates a policy object, with a base when one is given; throws on diagnostics. */
export function evaluated(value: PolicyObject, base: PolicyObject | null = null, asOf: string = AS_OF): Evaluation {
  const text = (policyObject: PolicyObject) => JSON.stringify(policyObject, null, 1);
  const result = evaluate({
    path: "policy.yml",
    text: text(value),
    base: base === null ? null : { path: "policy.yml", text: text(base) },
    catalog,
    asOf,
    engineVersion: "test",
  });
  if (result.kind === "invalid") throw new Error(JSON.stringify(result.diagnostics, null, 1));
  return result.evaluation;
}

/** The decision on the only workload of a policy. */
export function only(evaluation: Evaluation): WorkloadDecision {
  const [first, second] = evaluation.decision.workloads;
  if (first === undefined || second !== undefined) throw new Error("the policy has not exactly one workload");
  return first;
}

/** Sum of the cost lines that have an amount. */
export function sumOf(decision: WorkloadDecision, ...ids: readonly string[]): number {
  return decision.costLines
    .filter((line) => ids.length === 0 || ids.includes(line.id))
    .reduce((sum, line) => sum + (line.monthlyUsd ?? 0), 0);
}
