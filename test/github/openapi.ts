import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv, type ValidateFunction } from "ajv";
import formats from "ajv-formats";

/**
 * GitHub's own description of its REST API (package @octokit/openapi), cut down to the calls that the action
 * makes. The test server is held to it in both directions.
 */
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

export const operations = {
  listComments: "GET /repos/{owner}/{repo}/issues/{issue_number}/comments",
  createComment: "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
  getComment: "GET /repos/{owner}/{repo}/issues/comments/{comment_id}",
  updateComment: "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}",
  deleteComment: "DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}",
  getContent: "GET /repos/{owner}/{repo}/contents/{path}",
  compare: "GET /repos/{owner}/{repo}/compare/{basehead}",
  getPull: "GET /repos/{owner}/{repo}/pulls/{pull_number}",
  getCommit: "GET /repos/{owner}/{repo}/git/commits/{commit_sha}",
  getTree: "GET /repos/{owner}/{repo}/git/trees/{tree_sha}",
  getUser: "GET /user",
  listFiles: "GET /repos/{owner}/{repo}/pulls/{pull_number}/files",
  listReviewComments: "GET /repos/{owner}/{repo}/pulls/{pull_number}/comments",
  createReviewComment: "POST /repos/{owner}/{repo}/pulls/{pull_number}/comments",
  deleteReviewComment: "DELETE /repos/{owner}/{repo}/pulls/comments/{comment_id}",
  listIssues: "GET /repos/{owner}/{repo}/issues",
  createIssue: "POST /repos/{owner}/{repo}/issues",
  updateIssue: "PATCH /repos/{owner}/{repo}/issues/{issue_number}",
} as const;
export type Operation = keyof typeof operations;

export interface Description {
  /** Problems of a request; none when it is as described. */
  request(operation: Operation, parameters: Readonly<Record<string, string>>, query: URLSearchParams, body: unknown): readonly string[];
  /** Problems of a JSON response. A status that the description does not name is a problem, 5xx and 429 apart. */
  response(operation: Operation, status: number, body: unknown): readonly string[];
  /** GitHub's own example of a component, to be filled in. */
  example(name: string): Record<string, unknown>;
}

let loaded: Description | undefined;

/** Loads the description once for each test process. */
export function gitHubDescription(): Description {
  loaded ??= load();
  return loaded;
}

function load(): Description {
  const file = createRequire(import.meta.url).resolve("@octokit/openapi/generated/api.github.com.json");
  const document = asObject(JSON.parse(readFileSync(file, "utf8")));
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false, logger: false, coerceTypes: false });
  formats.default(ajv);
  const used = Object.values(operations).map((route) => operationAt(document, route));
  ajv.addSchema(asObject(withNull(reachable(document, used))), "github");
  const compiled = new Map<string, ValidateFunction>();
  const problemsOf = (id: string, schema: Json, value: unknown): readonly string[] => {
    const validate = compiled.get(id) ?? ajv.compile(asObject(withNull(absolute(schema))));
    compiled.set(id, validate);
    return validate(value) ? [] : (validate.errors ?? []).slice(0, 5).map((error) => `${id}: ${error.instancePath} ${error.message}`);
  };
  const describe = (operation: Operation) => operationAt(document, operations[operation]);
  return {
    request(operation, parameters, query, body) {
      const described = asArray(describe(operation).parameters ?? []).map((parameter) => deref(document, parameter));
      const given = { ...parameters, ...Object.fromEntries(query) };
      const unknown = Object.keys(given).filter((name) => !described.some((parameter) => parameter.name === name));
      const problems = described.flatMap((parameter) => {
        const name = String(parameter.name);
        const value = given[name];
        if (value === undefined) return parameter.required === true ? [`${operation}: ${name} is missing`] : [];
        const schema = deref(document, parameter.schema ?? {});
        return problemsOf(`${operation} ${name}`, schema, schema.type === "integer" ? Number(value) : value);
      });
      const media = asObject(asObject(deref(document, describe(operation).requestBody ?? {}).content ?? {})["application/json"] ?? {});
      const ofBody = media.schema === undefined ? [] : problemsOf(`${operation} body`, media.schema, body);
      return [...unknown.map((name) => `${operation}: unknown parameter ${name}`), ...problems, ...ofBody];
    },
    response(operation, status, body) {
      if (status >= 500 || status === 429) return [];
      const described = asObject(describe(operation).responses ?? {})[String(status)];
      // 401, 403 and 409 can meet every call; the description names them only here and there.
      if (described === undefined)
        return [401, 403, 404, 409, 422].includes(status) ? [] : [`${operation}: status ${status} is not described`];
      const media = asObject(asObject(deref(document, described).content ?? {})["application/json"] ?? {});
      return media.schema === undefined ? [] : problemsOf(`${operation} ${status}`, media.schema, body);
    },
    example(name) {
      const examples = asObject(asObject(document.components ?? {}).examples ?? {});
      const value = asObject(examples[name] ?? {}).value;
      if (value === undefined) throw new Error(`no example ${name}`);
      return structuredClone(asObject(value));
    },
  };
}

function operationAt(document: JsonObject, route: string): JsonObject {
  const [method = "", path = ""] = route.split(" ");
  const operation = asObject(asObject(document.paths ?? {})[path] ?? {})[method.toLowerCase()];
  if (operation === undefined) throw new Error(`the description has no ${route}`);
  return asObject(operation);
}

/** Only the components that the used operations reach, to keep the schema small. */
function reachable(document: JsonObject, roots: readonly Json[]): JsonObject {
  const schemas: Record<string, Json> = {};
  const visit = (node: Json): void => {
    if (typeof node !== "object" || node === null) return;
    if (!Array.isArray(node)) {
      const reference = asObject(node).$ref;
      if (typeof reference === "string") {
        const name = reference.split("/").at(-1) ?? "";
        const target = at(document, reference);
        if (!reference.startsWith("#/components/schemas/")) visit(target);
        else if (!(name in schemas)) {
          schemas[name] = target;
          visit(target);
        }
      }
    }
    for (const [key, child] of Object.entries(node)) if (key !== "examples" && key !== "example") visit(child);
  };
  for (const root of roots) visit(root);
  return { components: { schemas } };
}

/** OpenAPI 3.0 says `nullable`, which a JSON Schema validator reads only beside `type`. */
function withNull(node: Json): Json {
  if (typeof node !== "object" || node === null) return node;
  if (Array.isArray(node)) return node.map(withNull);
  const { nullable, discriminator: _, ...rest } = asObject(node);
  const inner = Object.fromEntries(Object.entries(rest).map(([key, child]) => [key, withNull(child)]));
  if (nullable !== true) return inner;
  return { anyOf: [{ type: "null" }, inner] };
}

/** References inside an operation point into the document that is registered as `github`. */
function absolute(node: Json): Json {
  if (typeof node !== "object" || node === null) return node;
  if (Array.isArray(node)) return node.map(absolute);
  return Object.fromEntries(
    Object.entries(asObject(node)).map(([key, child]) =>
      key === "$ref" && typeof child === "string" ? [key, `github${child}`] : [key, absolute(child)],
    ),
  );
}

function deref(document: JsonObject, node: Json): JsonObject {
  const reference = asObject(node).$ref;
  return typeof reference === "string" ? asObject(at(document, reference)) : asObject(node);
}

function at(document: JsonObject, reference: string): Json {
  let node: Json = document;
  for (const key of reference.slice(2).split("/")) node = asObject(node)[key] ?? null;
  return node;
}

function asObject(value: unknown): JsonObject {
  if (!isObject(value)) throw new Error(`not an object: ${JSON.stringify(value)}`);
  return value;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asArray(value: Json): readonly Json[] {
  if (!Array.isArray(value)) throw new Error("not an array");
  return value;
}
