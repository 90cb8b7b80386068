import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { formatDiagnostic } from "../../src/policy/diagnostic.ts";
import { policyJsonSchema } from "../../src/policy/json-schema.ts";
import { parsePolicy } from "../../src/policy/parse.ts";
import { shortened } from "../shortened.ts";
import { EXAMPLE, FILE, MINIMAL, names, RAW_WORDING, valid } from "./support.ts";

const isAccepted = addFormats.default(new Ajv.default({ strict: false })).compile(policyJsonSchema());

/** Pieces of YAML that parsers stumble over, and of the language. */
const pieces = fc.array(
  fc.constantFrom(
    ..."\n|\n  |\n    |\t| |: |- |? |, |[|]|{|}|&a |*a|<<: |!x |'|\"|#|--- |...|%|@|\\|>|0|-1|1e9|.nan|null|true|yes|\u0000|\r\n|\uFEFF|é".split(
      "|",
    ),
    ..."version: 1\n|workloads:\n|  - name: a\n|name|volume|requests_per_month|tokens|input|low|hourly_profile|candidates|__proto__|gates|region: mars".split(
      "|",
    ),
  ),
  { maxLength: 60 },
);

/** A valid policy after some careless editing. */
const edited = fc
  .tuple(
    fc.constantFrom<string>(EXAMPLE, MINIMAL),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.nat(12),
        fc.oneof(
          pieces.map((parts) => parts.slice(0, 2).join("")),
          fc.string({ maxLength: 6 }),
          fc.integer().map(String),
        ),
      ),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
  )
  .map(([text, edits]) =>
    edits.reduce((current, [at, length, insert]) => {
      const start = at % (current.length + 1);
      return current.slice(0, start) + insert + current.slice(start + length);
    }, text),
  );

/** What holds for the answer to any text. */
function holds(text: string): void {
  const result = parsePolicy(text, FILE, names);
  const diagnostics = result.kind === "policy" ? result.warnings : result.diagnostics;
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  expect(diagnostics.some(({ severity }) => severity === "error")).toBe(result.kind === "invalid");
  expect(diagnostics.length).toBeLessThanOrEqual(101);
  for (const [index, diagnostic] of diagnostics.entries()) {
    const { line, column, message, fix = "", path } = diagnostic;
    const before = diagnostics[index - 1];
    if (before !== undefined)
      expect([before.line, line, before.column <= column || before.line < line]).toEqual([before.line, Math.max(before.line, line), true]);
    expect(line).toBeLessThanOrEqual(lines.length);
    expect(column).toBeLessThanOrEqual((lines[line - 1] ?? "").length + 1);
    expect(`${message}${fix}${path}`).not.toMatch(/[\p{Cc}\p{Cs}]/u);
    expect(message).not.toMatch(RAW_WORDING);
    expect(message).toMatch(/^[^A-Z].*[^.]$/u);
    expect(formatDiagnostic(diagnostic).split("\n").length).toBe(diagnostic.fix === undefined ? 1 : 2);
  }
  if (result.kind === "policy") expect(result.lineOf("workloads[0].name")).toBeGreaterThan(0);
}

describe("whatever the text, parsing gives a policy or problems with a place", () => {
  it("for random characters", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), holds), { numRuns: 300 });
  });

  it("for random pieces of YAML", () => {
    fc.assert(
      fc.property(pieces, (parts) => holds(parts.join(""))),
      { numRuns: 600 },
    );
  });

  it("for valid policies after careless editing", () => {
    fc.assert(fc.property(edited, holds), { numRuns: 300 });
  });
});

it("what the parser accepts the JSON Schema accepts", () => {
  fc.assert(
    fc.property(edited, (text) => {
      const result = parsePolicy(text, FILE, { explain: () => undefined });
      fc.pre(result.kind === "policy");
      expect(isAccepted(parse(text.replace(/^\uFEFF/, ""), { merge: true })), JSON.stringify(isAccepted.errors)).toBe(true);
    }),
    { numRuns: shortened(40, 15, "accepted policies against the JSON Schema"), maxSkipsPerRun: 100 },
  );
});

it("the order of keys means nothing", () => {
  const value = parse(EXAMPLE);
  const { policy } = valid(EXAMPLE);
  const order = fc.shuffledSubarray(Object.keys(value), { minLength: Object.keys(value).length });
  fc.assert(
    fc.property(order, (keys) => {
      const text = JSON.stringify(Object.fromEntries(keys.map((key) => [key, value[key]])));
      expect(valid(text).policy).toEqual(policy);
    }),
    { numRuns: 30 },
  );
});

it("an unknown key is shown at its place, wherever it stands", () => {
  const lines = MINIMAL.split("\n");
  fc.assert(
    fc.property(fc.constantFrom(0, 1, 3), fc.stringMatching(/^[a-z]{3,8}zz$/), (after, key) => {
      const indent = after === 3 ? "    " : "";
      const index = after === 1 ? lines.length - 1 : after;
      const text = [
        ...lines.slice(0, index + (after === 1 ? 0 : 1)),
        `${indent}${key}: 1`,
        ...lines.slice(index + (after === 1 ? 0 : 1)),
      ].join("\n");
      const result = parsePolicy(text, FILE, names);
      if (result.kind !== "invalid") throw new Error("an unknown key was accepted");
      const [problem] = result.diagnostics;
      expect(problem).toMatchObject({ code: "unknown-key", column: indent.length + 1 });
      expect(text.split("\n")[(problem?.line ?? 0) - 1]).toBe(`${indent}${key}: 1`);
    }),
    { numRuns: 40 },
  );
});
