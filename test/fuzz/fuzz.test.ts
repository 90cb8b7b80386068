import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadCatalog } from "../../src/catalog/index.ts";
import { nameBook } from "../../src/decide/names.ts";
import { evaluate } from "../../src/evaluate.ts";
import type { Diagnostic } from "../../src/policy/diagnostic.ts";
import { parsePolicy } from "../../src/policy/parse.ts";
import { renderComment } from "../../src/report/comment.ts";
import { renderJson } from "../../src/report/json.ts";
import { renderText } from "../../src/report/text-report.ts";
import { toStackConfig } from "../../src/stack-config.ts";
import { anyPolicyText, damagedPolicyText, examplePolicies } from "./policies.ts";

/**
 * Throws policies at the core and looks at everything that a person would see. Reading one costs 3 ms, deciding one a hundred
 * times that, so they are counted apart: `BREAKEVEN_FUZZ_RUNS` policies are read, `BREAKEVEN_FUZZ_DECISIONS` valid ones decided
 * and reported (a few here, more in the long leg of .ci/run, most of all every night); `BREAKEVEN_FUZZ_SEED` repeats a run
 * that failed. What was once found lies in corpus/ and is tried every time.
 */
const RUNS = Number(process.env.BREAKEVEN_FUZZ_RUNS ?? 500);
const DECISIONS = Number(process.env.BREAKEVEN_FUZZ_DECISIONS ?? 12);
const SEED = Number(process.env.BREAKEVEN_FUZZ_SEED ?? 20_261_121);
/** Of the policies that are read, one in this many is made from the schema and nearly always valid; the others are damaged examples. */
const ONE_IN_FROM_SCHEMA = 12;
const AS_OF = "2026-11-21";
const CORPUS = join(import.meta.dirname, "corpus");
const HOURS = 3_600_000;

const catalog = loadCatalog();
const names = nameBook(catalog, AS_OF);
const context = {
  serverUrl: "https://github.com",
  repository: "acme/support",
  headSha: "0123456789abcdef0123456789abcdef01234567",
  runUrl: null,
  maxLength: 65_536,
};
const NOT_FOR_PEOPLE = /\b(undefined|NaN|Infinity|\[object)\b|\bat [\w.]+ \(/;

function isValid(text: string): boolean {
  return parsePolicy(text, "policy.yml", names).kind === "policy";
}

/** What a person is told about an invalid policy: at least one mistake, each with its place, in words. */
function judgeMistakes(diagnostics: readonly Diagnostic[]): void {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  expect(errors.length, "an invalid policy names what is wrong").toBeGreaterThan(0);
  for (const { line, column, message } of errors) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(withoutQuotes(message)).not.toMatch(NOT_FOR_PEOPLE);
  }
}

/** Evaluates one policy and judges the answer; throws when it is not one that we would show. */
function judge(text: string): void {
  const result = evaluate({ path: "policy.yml", text, base: null, catalog, asOf: AS_OF, engineVersion: "0.0.0-fuzz" });
  if (result.kind === "invalid") {
    judgeMistakes(result.diagnostics);
    return;
  }
  const { evaluation, document } = result;
  const declared = Object.keys(document.policy.gates ?? {}).length;
  expect(evaluation.gates.length, "every declared gate is judged").toBeGreaterThanOrEqual(declared === 0 ? 0 : 1);
  expect(evaluation.decision.workloads.map(({ name }) => name)).toEqual(document.policy.workloads.map(({ name }) => name));
  expectSound(evaluation, "evaluation");
  const json = renderJson(evaluation);
  expect(() => JSON.parse(json)).not.toThrow();
  const comment = renderComment([{ kind: "evaluated", file: "policy.yml", evaluation }], context);
  expect(comment.length).toBeLessThanOrEqual(context.maxLength);
  expect(withoutQuotes(comment)).not.toMatch(NOT_FOR_PEOPLE);
  expect(withoutQuotes(renderText(evaluation, { width: 100, color: false }))).not.toMatch(NOT_FOR_PEOPLE);
  expectSound(toStackConfig(evaluation, document.policy), "stack config");
}

/** Text that the policy itself wrote may say anything. */
function withoutQuotes(text: string): string {
  return text.replaceAll(/"[^"\n]*"|`[^`\n]*`/g, '""');
}

/** Every number is a number, and no cost of a decision is below zero. */
function expectSound(value: unknown, path: string): void {
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new Error(`${path} is ${value}`);
    if (value < 0 && /Usd$|expected$|p10$|p50$|p90$|quantity$/.test(path) && !/delta|change|saving|effect|swing/i.test(path))
      throw new Error(`${path} is ${value}`);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, item] of Object.entries(value)) expectSound(item, `${path}.${key}`);
}

describe("whatever the policy says", () => {
  it.each(readdirSync(CORPUS).sort())("%s gets an answer", (name) => {
    judge(readFileSync(join(CORPUS, name), "utf8"));
  });

  it(
    `${RUNS} made-up and damaged policies are read, or their mistakes are named`,
    () => {
      const policies = fc.oneof(
        { weight: 1, arbitrary: anyPolicyText() },
        { weight: ONE_IN_FROM_SCHEMA - 1, arbitrary: damagedPolicyText() },
      );
      let valid = 0;
      const read = (text: string) => {
        const result = parsePolicy(text, "policy.yml", names);
        if (result.kind === "invalid") judgeMistakes(result.diagnostics);
        else valid += 1;
      };
      fc.assert(fc.property(policies, read), { numRuns: RUNS, seed: SEED });
      expect(valid, "some of them are valid, or only the first check was tried").toBeGreaterThan(RUNS / 20);
      expect(valid, "most of them are not").toBeLessThan(RUNS / 2);
      process.stdout.write(`fuzzing: ${RUNS} policies read, ${valid} of them valid\n`);
    },
    HOURS,
  );

  it(
    `${DECISIONS} valid ones are decided and reported, never with a breakdown`,
    () => {
      const policies = fc.oneof(anyPolicyText().filter(isValid), damagedPolicyText().filter(isValid));
      fc.assert(fc.property(policies, judge), { numRuns: DECISIONS, seed: SEED, examples: examplePolicies().map((text) => [text]) });
      process.stdout.write(`fuzzing: ${DECISIONS} policies decided\n`);
    },
    10 * HOURS,
  );
});
