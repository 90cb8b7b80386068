import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { stringify } from "yaml";
import { loadCatalog } from "../../src/catalog/index.ts";
import { type JsonSchema, policyJsonSchema } from "../../src/policy/json-schema.ts";

/** Policies to throw at the core: some made from the language's own schema, some made by damaging good ones byte by byte. */

const catalog = loadCatalog();
const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);
const API_MODELS = ids(catalog.apiModels.filter(({ shutdownOn }) => shutdownOn === null));
const OPEN_MODELS = ids(catalog.openModels);

/** Keys whose words only the catalog knows, by the end of their path. */
const NAMED: readonly (readonly [end: RegExp, names: readonly string[]])[] = [
  [/^region$|gpu\.region$/, ids(catalog.regions)],
  [/candidates\.api$|prices\.api\.id$/, API_MODELS],
  [/candidates\.open$|measurements\.model$/, OPEN_MODELS],
  [/current\.model$/, [...API_MODELS, ...OPEN_MODELS]],
  [/gpu\.id$/, ids(catalog.instances)],
  [/measurements\.gpu$/, ids(catalog.gpus)],
];
/** An optional key is written in one policy of this many, so that most policies stay small and some are full. */
const ONE_IN_OPTIONAL = 4;
const MOST_ITEMS = 3;
const DATES = ["2024-02-29", "2026-01-01", "2026-11-20", "2026-11-21", "2027-06-30"];

/** A policy that the JSON Schema accepts; what it says need not make sense together. */
export function anyPolicyText(): fc.Arbitrary<string> {
  return fromSchema(policyJsonSchema(), "").map((value) => stringify(value));
}

function fromSchema(schema: JsonSchema, path: string): fc.Arbitrary<unknown> {
  const choices = (schema.anyOf ?? schema.oneOf)?.map(node);
  // "This key or that one" stands beside the properties; each choice then adds what it requires.
  if (choices !== undefined && schema.properties !== undefined)
    return fc.oneof(...choices.map((choice) => fromObject(without(schema, choice), path)));
  if (choices !== undefined) return fc.oneof(...choices.map((choice) => fromSchema(choice, path)));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case "object":
      return fromObject(schema, path);
    case "array":
      return fc.array(fromSchema(node(schema.items), path), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.max(schema.minItems ?? 0, Math.min(schema.maxItems ?? MOST_ITEMS, MOST_ITEMS)),
      });
    case "boolean":
      return fc.boolean();
    case "integer":
      return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 1e6, 1e9) });
    case "number":
      return numberOf(schema);
    default:
      return stringOf(schema, path);
  }
}

/** The object that one choice leaves: its required keys added, the keys that it excludes gone. */
function without(schema: JsonSchema, choice: JsonSchema): JsonSchema {
  const excluded = new Set(Object.entries(choice.properties ?? {}).flatMap(([key, part]) => (isNever(part) ? [key] : [])));
  const properties = Object.fromEntries(Object.entries(schema.properties ?? {}).filter(([key]) => !excluded.has(key)));
  return { type: "object", properties, required: [...(schema.required ?? []), ...(choice.required ?? [])] };
}

function isNever(part: JsonSchema | boolean): boolean {
  return part === false || (typeof part === "object" && part.not !== undefined);
}

/** JSON Schema allows `true` for "anything"; our language never says it. */
function node(schema: JsonSchema | boolean | (JsonSchema | boolean)[] | undefined): JsonSchema {
  if (typeof schema !== "object" || Array.isArray(schema)) throw new Error("the policy language has no open ends");
  return schema;
}

function fromObject(schema: JsonSchema, path: string): fc.Arbitrary<unknown> {
  const required = new Set(schema.required ?? []);
  const keys = Object.entries(schema.properties ?? {}).map(([key, part]) => {
    const value = fromSchema(node(part), path === "" ? key : `${path}.${key}`);
    return required.has(key)
      ? value.map((made) => [key, made] as const)
      : fc.option(value, { nil: undefined, freq: 1 }).chain((made) => sometimes([key, made] as const));
  });
  return fc
    .tuple(...keys)
    .map((entries) =>
      ordered(Object.fromEntries(entries.flatMap((entry) => (entry === undefined || entry[1] === undefined ? [] : [entry])))),
    );
}

/** A range in the order that the language asks for; anything else as it is. */
function ordered(value: Record<string, unknown>): Record<string, unknown> {
  const { low, expected, high } = value;
  if (typeof low !== "number" || typeof expected !== "number" || typeof high !== "number") return value;
  const [first, second, third] = [low, expected, high].sort((a, b) => a - b);
  return { low: first, expected: second, high: third };
}

function sometimes<T>(value: T): fc.Arbitrary<T | undefined> {
  return fc.integer({ min: 1, max: ONE_IN_OPTIONAL }).map((draw) => (draw === 1 ? value : undefined));
}

/** Ordinary figures, the bounds themselves, and the extremes between them. */
function numberOf(schema: JsonSchema): fc.Arbitrary<number> {
  const above = schema.exclusiveMinimum;
  const min = schema.minimum ?? (typeof above === "number" ? above + Number.EPSILON : -1);
  const max = schema.maximum ?? 1e15;
  return fc.oneof(
    {
      weight: 12,
      arbitrary: max <= 1 ? fc.double({ min, max, noNaN: true }) : fc.integer({ min: Math.ceil(min), max: Math.min(max, 50_000) }),
    },
    { weight: 2, arbitrary: fc.constantFrom(min, max, Math.min(1, max)) },
    { weight: 1, arbitrary: fc.double({ min, max, noNaN: true }) },
  );
}

function stringOf(schema: JsonSchema, path: string): fc.Arbitrary<string> {
  const named = NAMED.find(([end]) => end.test(path));
  if (named !== undefined) return fc.constantFrom(...named[1]);
  if (schema.format === "date") return fc.constantFrom(...DATES);
  const examples = (schema.examples ?? []).filter((example) => typeof example === "string");
  if (schema.pattern !== undefined && /name$/.test(path)) return fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/);
  if (examples.length > 0) return fc.constantFrom(...examples);
  return fc.string({ minLength: Math.max(1, schema.minLength ?? 1), maxLength: Math.min(schema.maxLength ?? 60, 60), unit: "grapheme" });
}

/** What people and accidents put in place of a value. */
const NASTY = [
  ...[
    "",
    "null",
    "~",
    "NaN",
    ".nan",
    ".inf",
    "-.inf",
    "-1",
    "0",
    "-0",
    "1e309",
    "1e-320",
    "9007199254740993",
    "0x10",
    "0o17",
    "1_000",
    "12:30:45",
  ],
  ...["[]", "{}", "[[[[[[]]]]]]", "{a: {b: {c: {}}}}", "&a [*a]", "*missing", "<<: *a", "!!binary aGk=", "!!js/function 'x'", "? x\n: y"],
  ...[
    "'",
    '"',
    "|",
    ">",
    "%YAML 1.1",
    "---",
    "...",
    "\t",
    "\r",
    "\u0000",
    "\u202e",
    "\u{1f600}",
    "\ufeff",
    "yes",
    "on",
    "2026-13-45",
    "__proto__",
    "constructor",
  ],
];

const EXAMPLES = join(import.meta.dirname, "..", "..", "policies");

/** The example policies, whole. */
export function examplePolicies(): readonly string[] {
  return readdirSync(EXAMPLES)
    .filter((name) => name.endsWith(".yml"))
    .sort()
    .map((name) => readFileSync(join(EXAMPLES, name), "utf8"));
}

interface Damage {
  readonly kind: "flip" | "cut" | "insert" | "value" | "repeat" | "truncate" | "indent";
  readonly at: number;
  readonly size: number;
  readonly word: string;
}

/** A good policy after one to six accidents: bytes flipped, spans lost, lines doubled, values replaced, the end cut off. */
export function damagedPolicyText(): fc.Arbitrary<string> {
  const damage: fc.Arbitrary<Damage> = fc.record({
    kind: fc.constantFrom("flip", "cut", "insert", "value", "repeat", "truncate", "indent"),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    size: fc.integer({ min: 1, max: 40 }),
    word: fc.oneof(fc.constantFrom(...NASTY), fc.string({ maxLength: 12, unit: "binary" })),
  });
  return fc
    .tuple(fc.constantFrom(...examplePolicies()), fc.array(damage, { minLength: 1, maxLength: 6 }))
    .map(([text, accidents]) => accidents.reduce(damaged, text));
}

function damaged(text: string, { kind, at, size, word }: Damage): string {
  const offset = Math.floor(at * text.length);
  const lines = text.split("\n");
  const index = Math.min(Math.floor(at * lines.length), lines.length - 1);
  const line = lines[index] ?? "";
  switch (kind) {
    case "flip":
      return text.slice(0, offset) + String.fromCharCode((text.charCodeAt(offset) || 0) ^ (1 << (size % 8))) + text.slice(offset + 1);
    case "cut":
      return text.slice(0, offset) + text.slice(offset + size);
    case "insert":
      return text.slice(0, offset) + word + text.slice(offset);
    case "value":
      return lines.with(index, line.replace(/:.*/, `: ${word}`)).join("\n");
    case "repeat":
      return lines.toSpliced(index, 0, line).join("\n");
    case "truncate":
      return text.slice(0, Math.max(offset, 1));
    case "indent":
      return lines.with(index, `${" ".repeat(size % 5)}${line}`).join("\n");
  }
}
