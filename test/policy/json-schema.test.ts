import { readdirSync, readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { alternatives, type JsonSchema, POLICY_SCHEMA_URL, policyJsonSchema } from "../../src/policy/json-schema.ts";
import { parsePolicy } from "../../src/policy/parse.ts";
import { EXAMPLE, MINIMAL, names, problemsOf } from "./support.ts";

const schema = policyJsonSchema();
const isAccepted = addFormats.default(new Ajv.default({ strict: true, strictRequired: false, strictTypes: false })).compile(schema);
const examples = readdirSync("policies").filter((file) => file.endsWith(".yml"));

/** Maps of the schema that describe no key of their own. */
function undescribed(node: JsonSchema, path: string): readonly string[] {
  return alternatives(node).flatMap((branch) => {
    const own = Object.entries(branch.properties ?? {}).flatMap(([key, inner]) => {
      if (typeof inner !== "object") return [];
      const at = `${path}.${key}`;
      const isSentence = /^\S.*[.]$/.test(inner.description ?? "");
      return [...(isSentence ? [] : [at]), ...undescribed(inner, at)];
    });
    const { items } = branch;
    return typeof items === "object" && !Array.isArray(items) ? [...own, ...undescribed(items, `${path}[]`)] : own;
  });
}

describe("the JSON Schema of the policy", () => {
  it("is draft 2020-12, with an address and a title", () => {
    expect(schema).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $id: POLICY_SCHEMA_URL,
      title: "Breakeven policy",
      additionalProperties: false,
      required: ["version", "workloads"],
    });
  });

  it("describes every key in a sentence", () => {
    expect(undescribed(schema, "")).toEqual([]);
  });

  it("is plain data, the same on every call", () => {
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
    expect(JSON.stringify(policyJsonSchema())).toBe(JSON.stringify(schema));
  });

  it("stands beside the example policies as it is here", () => {
    const file = readFileSync("policies/policy.schema.json", "utf8");
    expect(JSON.parse(file), "run npm run docs and commit the result").toEqual(schema);
  });

  it("says which keys exclude each other", () => {
    const refused = [
      MINIMAL.replace("100000", "100000, requests_per_day: 5"),
      MINIMAL.replace("requests_per_month: 100000", "peak_to_average: 2"),
      MINIMAL.replace("chat", "chat\n    data_class: [none, pii]"),
      MINIMAL.replace("chat", "chat\n    candidates: { api: [] }"),
      `${MINIMAL}measurements: [a]\n`,
      `${MINIMAL}waivers: [{ gate: forbid_paths, rule: a, owner: a, reason: a, expires: 2027-01-01 }]\n`,
      `${MINIMAL}__proto__: 1\n`,
    ];
    for (const text of refused) {
      expect(isAccepted(parse(text)), text).toBe(false);
      expect(parsePolicy(text, "", names).kind, text).toBe("invalid");
    }
  });

  it("accepts what the parser accepts", () => {
    for (const text of [MINIMAL, EXAMPLE]) {
      expect(parsePolicy(text, "", names).kind).toBe("policy");
      expect(isAccepted(parse(text)), JSON.stringify(isAccepted.errors)).toBe(true);
    }
  });
});

describe("the example policies", () => {
  const anyName = { explain: () => undefined };

  it("show every outcome", () => {
    expect(examples).toEqual(expect.arrayContaining(["api.yml", "hybrid.yml", "none-feasible.yml", "self-host.yml"]));
  });

  it.each(examples)("%s names the schema and follows it", (file) => {
    const text = readFileSync(`policies/${file}`, "utf8");
    expect(text).toMatch(/^# yaml-language-server: \$schema=policy\.schema\.json\n/);
    const result = parsePolicy(text, file, anyName);
    expect(result).toMatchObject({ kind: "policy", warnings: [] });
    expect(isAccepted(parse(text)), JSON.stringify(isAccepted.errors)).toBe(true);
  });
});

it("the parser and the schema refuse the same shapes", () => {
  const shapes = [
    "stage: prod",
    "horizon_months: 61",
    "name: a b",
    "team: []",
    "gates: { max_monthly_usd: 0 }",
    "organisation: { domicile: USA }",
    "key: 1",
  ];
  for (const line of shapes) {
    const text = `${MINIMAL}${line}\n`;
    expect(problemsOf(text), line).toHaveLength(1);
    expect(isAccepted(parse(text)), line).toBe(false);
  }
});
