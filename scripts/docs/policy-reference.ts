import { allowed } from "../../src/policy/allowed.ts";
import { alternatives, type JsonSchema, policyJsonSchema } from "../../src/policy/json-schema.ts";

/**
 * Every key of the policy language as a page: what it means, what it takes and whether it must be there. Written from the
 * schema that also judges policies, so the page cannot say anything else.
 */
export function policyReference(): string {
  const rows = rowsOf(policyJsonSchema(), "", new Set());
  return `# Policy reference

<!-- Written by "npm run docs" from src/policy/; do not edit. -->

A policy is one YAML file, by default \`.github/breakeven.yml\`. Unknown keys are errors, and every problem is reported at
once with its line. \`[]\` marks a list, \`*\` a name of your choice. Keys in bold must be there. The examples under
[policies/](../policies) are whole policies; [defaults](defaults.md) lists what is assumed when a key is missing.

| Key | Takes | Meaning |
| --- | --- | --- |
${rows.join("\n")}
`;
}

/** One line for each key, depth first, in the order of the schema; a key that several alternatives share stands once. */
function rowsOf(schema: JsonSchema, path: string, seen: Set<string>): readonly string[] {
  return alternatives(schema).flatMap((choice) => [
    ...Object.entries(choice.properties ?? {}).flatMap(([key, part]) =>
      keyRows(node(part), path === "" ? key : `${path}.${key}`, choice, key, seen),
    ),
    ...(isNode(choice.items) ? rowsOf(choice.items, `${path}[]`, seen) : []),
    ...(isNode(choice.additionalProperties) && choice.propertyNames !== undefined
      ? rowsOf(choice.additionalProperties, `${path}.*`, seen)
      : []),
  ]);
}

function keyRows(schema: JsonSchema, path: string, parent: JsonSchema, key: string, seen: Set<string>): readonly string[] {
  const required = parent.required?.includes(key) === true;
  const name = required ? `**\`${path}\`**` : `\`${path}\``;
  // low, expected and high explain themselves once, at the top of the language.
  const isRange = alternatives(schema).some((choice) => choice.properties?.expected !== undefined && choice.properties.low !== undefined);
  const line = `| ${name} | ${cell(allowed(schema))} | ${cell(schema.description ?? "")} |`;
  if (seen.has(path)) return [];
  seen.add(path);
  return [line, ...(isRange ? [] : rowsOf(schema, path, seen))];
}

function isNode(part: unknown): part is JsonSchema {
  return typeof part === "object" && part !== null && !Array.isArray(part);
}

function node(part: JsonSchema | boolean): JsonSchema {
  if (typeof part === "boolean") throw new Error("the policy language has no open ends");
  return part;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll(/\s+/g, " ").trim();
}
