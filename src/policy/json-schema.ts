import { z } from "zod";
import type { Path } from "./problem.ts";
import { PolicyFile } from "./schema.ts";

/** Where editors find the schema; the first line of a policy names it. */
export const POLICY_SCHEMA_URL = "https://raw.githubusercontent.com/breakeven/breakeven/main/policies/policy.schema.json";

/** One node of a JSON Schema, as plain data. */
export type JsonSchema = z.core.JSONSchema.JSONSchema;

/**
 * The policy language as JSON Schema (draft 2020-12), for editors and for `breakeven schema`. What `parsePolicy` accepts
 * it accepts too; it cannot ask the catalog for names nor compare two numbers, so it accepts some more.
 * Example: `policyJsonSchema().properties.horizon_months` has `type: "integer"`, `minimum: 1` and `maximum: 60`.
 */
export function policyJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(PolicyFile, { io: "input", target: "draft-2020-12" });
  return { ...pruned(schema), $id: POLICY_SCHEMA_URL, title: "Breakeven policy" };
}

/** Plain JSON data without the standard-schema methods that zod attaches. */
function pruned(schema: object): JsonSchema {
  return JSON.parse(JSON.stringify(schema));
}

/** Only a policy with a problem needs the schema: it names what is allowed instead. A twelfth of the start-up, so it is made then. */
let madeOnce: JsonSchema | undefined;

function language(): JsonSchema {
  madeOnce ??= policyJsonSchema();
  return madeOnce;
}

/** The part of the language that describes a path; undefined behind an unknown key. Unions stay whole until a key leads into them. */
export function schemaAt(path: Path): JsonSchema | undefined {
  return path.reduce<JsonSchema | undefined>((schema, step) => schema && into(schema, step), language());
}

function into(schema: JsonSchema, step: string | number): JsonSchema | undefined {
  if (typeof step === "number") return one(schema.items);
  const holder = alternatives(schema).find(({ type }) => type === "object");
  const { properties = {}, additionalProperties } = holder ?? {};
  return Object.hasOwn(properties, step) ? one(properties[step]) : one(additionalProperties);
}

function one(schema: JsonSchema["items"]): JsonSchema | undefined {
  return typeof schema === "object" && !Array.isArray(schema) ? schema : undefined;
}

/** The branches of a union; any other schema is its only branch. */
export function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  return schema.type === undefined && schema.anyOf !== undefined ? schema.anyOf : [schema];
}

/** Keys that a map may have here; none for anything but a map of fixed keys. */
export function keysOf(schema: JsonSchema | undefined): readonly string[] {
  return schema === undefined ? [] : alternatives(schema).flatMap(({ properties = {} }) => Object.keys(properties));
}

/** Every place of the language that has a key, e.g. `growth_ratio_per_month` has `workloads[].volume` and `workloads[].tokens`. */
export function homesOf(key: string): readonly string[] {
  homes ??= collectHomes(language(), "", new Map());
  return (homes.get(key) ?? []).map((home) => (home === "" ? "the top of the file" : home));
}

let homes: ReadonlyMap<string, readonly string[]> | undefined;

function collectHomes(schema: JsonSchema, path: string, found: Map<string, string[]>): ReadonlyMap<string, readonly string[]> {
  for (const branch of alternatives(schema)) {
    for (const [key, value] of Object.entries(branch.properties ?? {})) {
      found.set(key, [...(found.get(key) ?? []), path]);
      const inner = one(value);
      if (inner !== undefined) collectHomes(inner, path === "" ? key : `${path}.${key}`, found);
    }
    const items = one(branch.items);
    if (items !== undefined) collectHomes(items, `${path}[]`, found);
  }
  return found;
}
