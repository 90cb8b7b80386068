import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { alternatives, type JsonSchema, policyJsonSchema } from "../../src/policy/json-schema.ts";
import { type Path, pathText } from "../../src/policy/problem.ts";
import { EXAMPLE, problemsOf, RAW_WORDING, valid, whereIs } from "./support.ts";

/** A policy in which every key of the language stands somewhere: the example, and what excludes keys of the example. */
const WHOLE: unknown = (() => {
  const example = parse(EXAMPLE);
  const waiver = { owner: "ann", reason: "agreed", expires: "2027-01-31" };
  const range = { low: 1, expected: 2, high: 3 };
  const second = {
    name: "mail",
    volume: { requests_per_month: range, hourly_profile: { weights: Array(24).fill(1), weekend_ratio: 1 } },
    tokens: { input: range, output: range },
    compliance: example.compliance,
  };
  const power = { power_kw: 10.2, electricity_usd_per_kwh: 0.12, pue: 1.3, hosting_usd_per_month: 100 };
  const owned = { gpu: "h100", count: 8, machines: 2, purchase_usd: 250_000, bought: "2026-01-01", depreciation_months: 36, ...power };
  const training = { training_tokens: 1e6, examples: 500, epochs: 3, runs_per_year: 2, adapter_rank: 16, data_may_leave: false };
  const needs = { customization: "sft", fine_tuning: training };
  const third = { ...second, name: "form", volume: { requests_per_day: range }, needs };
  const price = {
    ...example.prices.api[0],
    effective_from: "2026-02-01",
    effective_to: "2026-03-01",
    batch_input_usd_per_mtok: 1,
    batch_output_usd_per_mtok: 1,
    batch_cached_input_usd_per_mtok: 0.5,
  };
  return {
    ...example,
    workloads: [...example.workloads, second, third],
    prices: { ...example.prices, api: [...example.prices.api, price] },
    purchase: { ...example.purchase, owned: [owned] },
    gates: { ...example.gates, forbid_paths: ["none"] },
    preferences: {
      budget_ratio: 0.1,
      weights: {
        capability: 1,
        privacy: 3,
        customization: 0,
        setup_speed: 1,
        operations: 2,
        lock_in: 1,
        features: 1,
        cost_predictability: 1,
        support: 1,
      },
    },
    waivers: [
      { gate: "max_monthly_usd", ...waiver },
      { rule: "capability", workload: "mail", ...waiver },
    ],
    deploy: {
      ...example.deploy,
      gateway: "litellm",
      reserved_capacity: true,
      warm_instances: 1,
      certificate_arn: "arn:aws:acm:us-east-1:123456789012:certificate/0a1b",
      backend: { s3: { bucket: "acme-tf", key: "llm.tfstate", region: "us-east-1" } },
    },
  };
})();

interface Key {
  /** With `[]` for any item, e.g. `workloads[].tokens.input`. */
  readonly pattern: string;
  readonly schema: JsonSchema;
}

function isSchema(schema: unknown): schema is JsonSchema {
  return typeof schema === "object" && schema !== null;
}

/** Every key and every kind of item that the schema describes. */
function keysOf(schema: JsonSchema, pattern: string): readonly Key[] {
  return alternatives(schema).flatMap((branch) => {
    const named = Object.entries(branch.properties ?? {}).map(
      ([key, inner]) => [pattern === "" ? key : `${pattern}.${key}`, inner] as const,
    );
    const items = [`${pattern}[]`, branch.items] as const;
    const scores = [`${pattern}.mmlu`, branch.additionalProperties] as const;
    return [...named, items, scores].flatMap(([at, inner]) => {
      return isSchema(inner) && !Array.isArray(inner) && Object.keys(inner).length > 0
        ? [{ pattern: at, schema: inner }, ...keysOf(inner, at)]
        : [];
    });
  });
}

/** The first place in a value that a pattern matches. */
function placeOf(value: unknown, pattern: string): Path | undefined {
  const steps = pattern.match(/\[\]|[^.[\]]+/g) ?? [];
  return find(value, steps, []);
}

function find(value: unknown, steps: readonly string[], path: Path): Path | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return path;
  if (step !== "[]") return isRecord(value) && step in value ? find(value[step], rest, [...path, step]) : undefined;
  if (!Array.isArray(value)) return undefined;
  return value.map((item, index) => find(item, rest, [...path, index])).find((found) => found !== undefined);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A copy of a value with another one at a path. */
function replaced(value: unknown, [step, ...rest]: Path, by: unknown): unknown {
  if (step === undefined) return by;
  if (Array.isArray(value)) return value.map((item, index) => (index === step ? replaced(item, rest, by) : item));
  return isRecord(value)
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, key === step ? replaced(inner, rest, by) : inner]))
    : value;
}

/** One value of each kind, as written and as meant; each text occurs nowhere else in the policy. */
const WRONG = [
  { kind: "array", written: "[ zz ]", meant: ["zz"] },
  { kind: "object", written: "{ zz: 1 }", meant: { zz: 1 } },
  { kind: "string", written: "zz", meant: "zz" },
  { kind: "number", written: "987654321", meant: 987_654_321 },
  { kind: "boolean", written: "True", meant: true },
  { kind: "null", written: "~", meant: null },
];

/** Values whose kind no branch of the schema allows. */
function wrongValues(schema: JsonSchema): typeof WRONG {
  const allowed = alternatives(schema).map(({ type }) => (type === "integer" ? "number" : type));
  return WRONG.filter(({ kind }) => !allowed.some((type) => type === kind));
}

const KEYS = keysOf(policyJsonSchema(), "");
const isAccepted = addFormats
  .default(new Ajv.default({ strict: true, strictRequired: false, strictTypes: false }))
  .compile(policyJsonSchema());

describe("the policy with every key", () => {
  it("is valid, and the JSON Schema agrees", () => {
    expect(valid(JSON.stringify(WHOLE)).warnings).toEqual([]);
    expect(isAccepted(WHOLE), JSON.stringify(isAccepted.errors)).toBe(true);
  });

  it("has every key of the language", () => {
    expect(KEYS.length).toBeGreaterThan(100);
    expect(KEYS.filter(({ pattern }) => placeOf(WHOLE, pattern) === undefined).map(({ pattern }) => pattern)).toEqual([]);
  });
});

describe("a wrong type gives one diagnostic, at the value, in our words", () => {
  it.each(KEYS)("$pattern", ({ pattern, schema }) => {
    const path = placeOf(WHOLE, pattern);
    if (path === undefined) throw new Error(`${pattern} is in no test policy`);
    const wrong = wrongValues(schema);
    expect(wrong.length).toBeGreaterThanOrEqual(4);
    for (const { written, meant } of wrong) {
      const text = JSON.stringify(replaced(WHOLE, path, "MARK"), null, 1).replace('"MARK"', written);
      const problems = problemsOf(text);
      expect(problems, `${written}\n${JSON.stringify(problems)}`).toHaveLength(1);
      expect(problems[0]).toMatchObject({ severity: "error", code: "wrong-type", path: pathText(path), ...whereIs(text, written) });
      expect(problems[0]?.message).toMatch(/^[a-z_0-9]+(\[\d+\])* is .+; allowed: \S/);
      expect(`${problems[0]?.message} ${problems[0]?.fix}`).not.toMatch(RAW_WORDING);
      expect(isAccepted(replaced(WHOLE, path, meant)), "the JSON Schema refuses it too").toBe(false);
    }
  });
});

it("any value at any key gets an answer, and what is accepted the JSON Schema accepts too", () => {
  const anyValue = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.double(),
    fc.constantFrom({ low: 2, expected: 1, high: 3 }, [[]], [{}], "1e6", "yes"),
  );
  const property = fc.property(fc.constantFrom(...KEYS), anyValue, ({ pattern }, value) => {
    const path = placeOf(WHOLE, pattern);
    if (path === undefined) throw new Error(`${pattern} is in no test policy`);
    const changed: unknown = JSON.parse(JSON.stringify(replaced(WHOLE, path, value)));
    const errors = problemsOf(JSON.stringify(changed)).filter(({ severity }) => severity === "error");
    for (const { message, fix } of errors) expect(`${message} ${fix}`).not.toMatch(RAW_WORDING);
    if (errors.length === 0) expect(isAccepted(changed), JSON.stringify(isAccepted.errors)).toBe(true);
  });
  fc.assert(property, { numRuns: 300 });
});
