import type { z } from "zod";
import { allowed, isKindAllowed, seen } from "./allowed.ts";
import type { PolicyCode } from "./diagnostic.ts";
import { unknownKeyFix, valueFix } from "./hints.ts";
import { type JsonSchema, keysOf, schemaAt } from "./json-schema.ts";
import { error, leafText, type Path, type Problem, pathText } from "./problem.ts";
import { PolicyFile } from "./schema.ts";
import { child, nearest, type Place, type SourceNode, toValue } from "./tree.ts";
import { listOf, quote } from "./words.ts";

type Issue = z.core.$ZodIssue;

/** Whether a policy has the shape of the language: its value, or every problem with keys, kinds and ranges. */
export type Shape =
  | { readonly kind: "fits"; readonly file: PolicyFile }
  | { readonly kind: "unfit"; readonly problems: readonly Problem[] };

/**
 * Checks the value against the schema. zod finds the problems; the words are ours, because zod speaks to programmers.
 * Example: `horizon_months: 99` gives `horizon_months is 99; allowed: a whole number from 1 to 60`.
 */
export function checkShape(root: SourceNode): Shape {
  const result = PolicyFile.safeParse(toValue(root));
  if (result.success) return { kind: "fits", file: result.data };
  return { kind: "unfit", problems: result.error.issues.flatMap(meantIssues).flatMap((issue) => problemsOf(issue, root)) };
}

/** A union fails once for each branch; only the branch that the author meant is worth reporting. */
function meantIssues(issue: Issue): readonly Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const meant = issue.errors.find((branch) => !branch.some(isAboutTheWholeValue));
  return meant === undefined ? [issue] : meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

function isAboutTheWholeValue({ code, path }: Issue): boolean {
  return path.length === 0 && (code === "invalid_type" || code === "invalid_value");
}

function problemsOf(issue: Issue, root: SourceNode): readonly Problem[] {
  const path = issue.path.filter((step) => typeof step !== "symbol");
  const place = nearest(root, path);
  const schema = schemaAt(path);
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(key, place, schema));
  if (schema === undefined) throw new Error(`the schema refuses ${pathText(path)}, which it does not describe`);
  if (place.path.length < path.length) return [missingKey(path, place, schema)];
  return [wrongValue(place, schema, issue)];
}

function unknownKey(key: string, place: Place, schema: JsonSchema | undefined): Problem {
  const at = child(place, key) ?? place;
  return error("unknown-key", at, `unknown key ${quote(key)}; allowed: ${listOf(keysOf(schema))}`, unknownKeyFix(key, schema));
}

function missingKey(path: Path, parent: Place, schema: JsonSchema): Problem {
  const key = leafText(path);
  const at = { offset: parent.offset, path };
  const fix = schema.const === undefined ? `add ${key}` : `add ${key}: ${schema.const}`;
  return error("missing-key", at, `${leafText(parent.path)} has no ${key}; needed: ${allowed(schema)}`, fix);
}

function wrongValue(place: Place, schema: JsonSchema, issue: Issue): Problem {
  const { node, path } = place;
  const code = codeOf(node, schema, issue);
  const form =
    code === "wrong-format" && issue.code === "invalid_format" && issue.format === "regex" ? issue.message : allowed(schema, node);
  return error(code, { offset: node.offset, path }, `${leafText(path)} is ${seen(node)}; allowed: ${form}`, valueFix(node, schema));
}

function codeOf(node: SourceNode, schema: JsonSchema, issue: Issue): PolicyCode {
  if (!isKindAllowed(schema, node)) return "wrong-type";
  if (issue.code === "invalid_format") return "wrong-format";
  return issue.code === "invalid_value" || issue.code === "invalid_union" ? "unknown-value" : "out-of-range";
}
