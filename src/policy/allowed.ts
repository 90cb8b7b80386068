import { alternatives, type JsonSchema } from "./json-schema.ts";
import type { SourceNode } from "./tree.ts";
import { listOf, quote } from "./words.ts";

/** Limits from this size on only keep nonsense out; a message names them when they are the problem. */
const UNMENTIONED_LIMIT = 1e15;

/** Whether a value is of a kind that the schema allows at all, whatever its range or wording. */
export function isKindAllowed(schema: JsonSchema, node: SourceNode): boolean {
  return alternatives(schema).some(({ type }) => {
    if (type === "object") return node.kind === "map";
    if (type === "array") return node.kind === "list";
    if (type === undefined) return true;
    if (node.kind !== "scalar" || node.value === null) return false;
    return type === "integer" ? Number.isInteger(node.value) : typeof node.value === type;
  });
}

/** A value as messages show it: text in quotes, numbers as written, maps and lists by their size. */
export function seen(node: SourceNode): string {
  if (node.kind === "map") return node.entries.size === 0 ? "an empty map" : "a map";
  if (node.kind === "list") return node.items.length === 0 ? "an empty list" : `a list of ${node.items.length}`;
  if (node.value === null) return "empty";
  return typeof node.value === "string" ? quote(node.value) : quote(node.text).slice(1, -1);
}

/**
 * What may stand here, in words. Example: for `hourly_profile`
 * `one of flat, business_hours, consumer, global, or a map with weights, weekend_ratio`.
 */
export function allowed(schema: JsonSchema, node?: SourceNode): string {
  const branches = alternatives(schema).map((branch) => allowedByOne(branch, node));
  return branches.join(", or ");
}

function allowedByOne(schema: JsonSchema, node: SourceNode | undefined): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return `${schema.enum.length > 1 ? "one of " : ""}${listOf(schema.enum.map(String))}`;
  if (schema.type === "number" || schema.type === "integer") return allowedNumber(schema, node);
  if (schema.type === "array") return allowedList(schema);
  if (schema.type === "object") return allowedMap(schema);
  if (schema.type === "boolean") return "true or false";
  return schema.type === "string" ? allowedText(schema) : "anything";
}

function allowedNumber(schema: JsonSchema, node: SourceNode | undefined): string {
  const { minimum, exclusiveMinimum, maximum = Number.POSITIVE_INFINITY } = schema;
  const isTooLarge = node?.kind === "scalar" && typeof node.value === "number" && node.value > maximum;
  const most = maximum < UNMENTIONED_LIMIT || isTooLarge ? maximum : undefined;
  const noun = schema.type === "integer" ? "a whole number" : "a number";
  if (exclusiveMinimum !== undefined) return `${noun} above ${exclusiveMinimum}${most === undefined ? "" : ` and at most ${most}`}`;
  if (minimum === undefined) return noun;
  return most === undefined ? `${noun} of ${minimum} or more` : `${noun} from ${minimum} to ${most}`;
}

function allowedText(schema: JsonSchema): string {
  if (schema.format === "date") return "a date as YYYY-MM-DD";
  if (schema.format === "email") return "an e-mail address";
  const example = schema.examples?.[0];
  const size = schema.maxLength === undefined ? "" : ` of ${schema.minLength ?? 0} to ${schema.maxLength} characters`;
  return `text${size}${example === undefined ? "" : `, e.g. ${String(example)}`}`;
}

function allowedList(schema: JsonSchema): string {
  const { minItems = 0, maxItems, items } = schema;
  const count = minItems === maxItems ? minItems : minItems === 0 ? `at most ${maxItems}` : `${minItems} to ${maxItems}`;
  const size = maxItems === undefined ? "" : ` of ${count}`;
  const what = typeof items === "object" && !Array.isArray(items) && items.type !== undefined ? `, each ${allowed(items)}` : "";
  return `a list${size}${what}`;
}

function allowedMap(schema: JsonSchema): string {
  const keys = Object.keys(schema.properties ?? {});
  return keys.length === 0 ? "a map of names to numbers" : `a map with ${listOf(keys, 12)}`;
}
