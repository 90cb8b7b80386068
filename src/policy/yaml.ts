import {
  Composer,
  type CST,
  isAlias,
  isMap,
  isScalar,
  type ParsedNode,
  Parser,
  type Scalar,
  type YAMLError,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { type Position, positionsIn } from "./position.ts";
import { error, type Path, type Problem } from "./problem.ts";
import type { Entry, Place, ScalarNode, SourceNode } from "./tree.ts";
import { quote } from "./words.ts";

/** A text read as YAML. `root` is null when nothing in it can be used, and then `problems` says why. */
export interface Source {
  readonly root: SourceNode | null;
  readonly problems: readonly Problem[];
  /** Offset of the first syntax error, behind which keys may be misread; Infinity when there is none. */
  readonly soundUntil: number;
  /** Line and column of a character offset. */
  position(offset: number): Position;
}

/** Deepest nesting of maps and lists that is read; the policy language itself needs 7. */
const MAX_DEPTH = 32;

/** Most values that aliases may add to those written; 200 workloads that share 100 values each reach it. */
const MAX_ALIASED_VALUES = 20_000;

/** Keys that mean something to JavaScript objects; a policy has no use for them. */
const REFUSED_KEYS = new Set(["__proto__", "constructor", "prototype"]);

/** `uniqueKeys` is off because the library compares every pair of keys; `readMap` finds duplicates in one pass. */
const OPTIONS = { version: "1.2", schema: "core", resolveKnownTags: false, prettyErrors: false, uniqueKeys: false } as const;

/**
 * Reads text as YAML 1.2 with positions. Anchors and merge keys (`<<`) work; tags, further documents, deep nesting and
 * multiplying aliases are problems. Never throws on any text, and its time grows with the length of the text.
 * Example: `readYaml("a: 1")` has a map whose entry `a` has key offset 0 and the scalar 1 at offset 3.
 */
export function readYaml(text: string): Source {
  const position = positionsIn(text);
  const tokens = [...new Parser().parse(text)];
  const deep = firstTooDeep(tokens);
  if (deep !== undefined) return { root: null, problems: [tooDeep(deep)], soundUntil: deep, position };

  const documents = new Composer(OPTIONS).compose(tokens, true, text.length);
  const first = documents.next().value;
  if (first === undefined) throw new Error("the YAML library gave no document, not even an empty one");
  const syntax = first.errors.map((yamlError) => syntaxProblem(yamlError, tokens));
  const soundUntil = syntax.reduce((least, { offset }) => Math.min(least, offset), Number.POSITIVE_INFINITY);
  const reader: Reader = { anchors: new Map(), problems: [], aliased: 0 };
  const root = read(first.contents, [], 0, reader);
  const problems = [
    ...syntax,
    ...first.warnings.map((yamlWarning) => syntaxProblem(yamlWarning, tokens)),
    ...furtherDocument(tokens),
    ...reader.problems,
  ];
  if (root.kind === "scalar" && root.value === null) {
    return { root: null, problems: problems.length > 0 ? problems : [emptyFile()], soundUntil, position };
  }
  return { root: reader.aliased > MAX_ALIASED_VALUES ? null : root, problems, soundUntil, position };
}

interface Reader {
  readonly anchors: Map<string, SourceNode>;
  readonly problems: Problem[];
  /** Values that aliases have added so far. */
  aliased: number;
}

function read(node: ParsedNode | null, path: Path, keyOffset: number, reader: Reader): SourceNode {
  if (node === null) return { kind: "scalar", offset: keyOffset, size: 1, value: null, text: "" };
  if (isAlias(node)) return readAlias(node.source, { offset: node.range[0], path }, reader);
  const result = isScalar(node) ? readScalar(node, keyOffset) : isMap(node) ? readMap(node, path, reader) : readList(node, path, reader);
  if (node.anchor !== undefined) reader.anchors.set(node.anchor, result);
  return result;
}

/** An empty value has no place of its own, so it gets that of its key. */
function readScalar(node: Scalar.Parsed, keyOffset: number): ScalarNode {
  const { value, source: text } = node;
  if (text === "" && value === null) return { kind: "scalar", offset: keyOffset, size: 1, value, text };
  const isPlain = typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null;
  return { kind: "scalar", offset: node.range[0], size: 1, value: isPlain ? value : text, text };
}

function readList(node: YAMLSeq.Parsed, path: Path, reader: Reader): SourceNode {
  const items = node.items.map((item, index) => read(item, [...path, index], node.range[0], reader));
  return { kind: "list", offset: node.range[0], size: items.reduce((sum, { size }) => sum + size, 1), items };
}

function readMap(node: YAMLMap.Parsed, path: Path, reader: Reader): SourceNode {
  const entries = new Map<string, Entry>();
  const merged: { readonly node: SourceNode; readonly at: Pick<Place, "offset" | "path"> }[] = [];
  for (const { key, value } of node.items) {
    const offset = key.range[0];
    const name = isScalar(key) ? key.source : undefined;
    const at = { offset, path: [...path, name ?? "?"] };
    if (name === undefined) reader.problems.push(error("yaml-syntax", at, "a key is a list, a map or an alias; allowed: plain text"));
    else if (name === "<<" && isScalar(key) && key.type === "PLAIN") merged.push({ node: read(value, at.path, offset, reader), at });
    else if (REFUSED_KEYS.has(name)) reader.problems.push(error("unknown-key", at, `the key ${quote(name)} is never allowed`, "remove it"));
    else if (entries.has(name))
      reader.problems.push(error("duplicate-key", at, `the key ${quote(name)} stands twice here`, "remove one of them"));
    else entries.set(name, { keyOffset: offset, value: read(value, at.path, offset, reader) });
  }
  for (const { node: from, at } of merged) for (const map of listed(from)) merge(map, entries, at, reader);
  return { kind: "map", offset: node.range[0], size: [...entries.values()].reduce((sum, { value }) => sum + value.size, 1), entries };
}

function listed(node: SourceNode): readonly SourceNode[] {
  return node.kind === "list" ? node.items : [node];
}

/** Keys that stand in the map itself win over merged ones, and earlier merged ones over later. */
function merge(from: SourceNode, entries: Map<string, Entry>, at: Pick<Place, "offset" | "path">, reader: Reader): void {
  if (from.kind !== "map") {
    reader.problems.push(error("yaml-syntax", at, "the merge key << stands for no map; allowed: an alias of a map"));
    return;
  }
  for (const [key, entry] of from.entries) if (!entries.has(key)) entries.set(key, entry);
}

/** Once the limit is passed aliases stand for nothing, so that sizes stop growing. */
function readAlias(name: string, at: Pick<Place, "offset" | "path">, reader: Reader): SourceNode {
  const nothing = { kind: "scalar", offset: at.offset, size: 1, value: null, text: "" } as const;
  if (reader.aliased > MAX_ALIASED_VALUES) return nothing;
  const target = reader.anchors.get(name);
  if (target === undefined) {
    reader.problems.push(
      error("yaml-syntax", at, `the alias ${quote(`*${name}`)} has no anchor before it`, `write &${name} before the first use`),
    );
    return nothing;
  }
  reader.aliased += target.size;
  if (reader.aliased <= MAX_ALIASED_VALUES) return target;
  const message = `aliases up to here stand for ${reader.aliased} values; allowed: at most ${MAX_ALIASED_VALUES}`;
  reader.problems.push(error("alias-bomb", at, message, "write the values out instead of nesting aliases"));
  return nothing;
}

/** Offset of the first value nested deeper than `MAX_DEPTH`. */
function firstTooDeep(tokens: readonly CST.Token[]): number | undefined {
  let first: number | undefined;
  for (const { token, depth } of walk(tokens)) {
    if (depth > MAX_DEPTH && (first === undefined || token.offset < first)) first = token.offset;
  }
  return first;
}

/** Every token with its depth, down to one below the limit. Keeps a list of its own: recursion would overflow. */
function* walk(tokens: readonly CST.Token[]): Generator<{ readonly token: CST.Token; readonly depth: number }> {
  const open = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    yield next;
    const depth = next.token.type === "document" ? next.depth : next.depth + 1;
    if (next.depth <= MAX_DEPTH) for (const token of innerTokens(next.token)) open.push({ token, depth });
  }
}

function innerTokens(token: CST.Token): readonly CST.Token[] {
  if (token.type === "document") return token.value === undefined ? [] : [token.value];
  if (!("items" in token)) return [];
  return token.items.flatMap((item) => [item.key, item.value]).filter((inner) => inner !== undefined && inner !== null);
}

function tooDeep(offset: number): Problem {
  const message = `maps and lists are nested more than ${MAX_DEPTH} deep here`;
  return error("too-deep", { offset, path: [] }, message, "remove brackets or indentation; a policy needs 7 levels");
}

function emptyFile(): Problem {
  const fix = "start with version: 1 and one entry under workloads, or run breakeven init";
  return error("empty-file", { offset: 0, path: [] }, "the file holds no policy", fix);
}

function furtherDocument(tokens: readonly CST.Token[]): readonly Problem[] {
  const further = tokens.filter(({ type }) => type === "document")[1];
  if (further === undefined) return [];
  const message = "a second document begins here; allowed: one policy for each file";
  return [
    error("yaml-syntax", { offset: further.offset, path: [] }, message, "remove the --- line, or move what follows into a file of its own"),
  ];
}

/** The errors of the YAML library in words for people who do not know its grammar, and what to do about them. */
const SYNTAX: Readonly<Record<string, readonly [message: string, fix: string]>> = {
  TAB_AS_INDENT: ["a tab indents this line; allowed: spaces", "indent with spaces"],
  BAD_INDENT: [
    "the indentation breaks here, or a bracket before it stays open",
    "close every bracket, and indent the keys of one map alike",
  ],
  BLOCK_AS_IMPLICIT_KEY: [
    "a map begins inside a value here",
    "put text that holds a colon in quotes, and indent the keys of one map alike",
  ],
  MULTILINE_IMPLICIT_KEY: ["this is no key with a value", "write key: value on one line, with a space behind the colon"],
  MISSING_CHAR: ["a bracket, a comma or a space is missing here", "close every bracket, and put a space behind each colon"],
  UNEXPECTED_TOKEN: ["this has no place here", "compare indentation, brackets and quotes with the lines before"],
  BAD_SCALAR_START: ["plain text cannot begin with this character", "put the value in quotes"],
  BAD_DQ_ESCAPE: ["the backslash begins no known escape", "write two backslashes, or use single quotes"],
  KEY_OVER_1024_CHARS: ["a key is longer than 1024 characters", "shorten it, or put text that holds a colon in quotes"],
  TAG_RESOLVE_FAILED: ["a tag stands here; a policy needs none", "remove the tag"],
  BAD_DIRECTIVE: ["a directive stands here; a policy needs none", "remove the line"],
};

function syntaxProblem({ code, message, pos }: YAMLError, tokens: readonly CST.Token[]): Problem {
  const [offset] = pos;
  if (/missing closing .?quote/i.test(message)) {
    const at = { offset: openingQuote(tokens, offset), path: [] };
    return error("yaml-syntax", at, "the quote that opens here is never closed", "close it on the same line");
  }
  const [said, fix] = SYNTAX[code] ?? [`this is not YAML (${code.toLowerCase().replaceAll("_", " ")})`, undefined];
  return error("yaml-syntax", { offset, path: [] }, said, fix);
}

/** The library points at the end of such a text, the author must look at its beginning. */
function openingQuote(tokens: readonly CST.Token[], end: number): number {
  for (const { token } of walk(tokens)) {
    const isQuoted = token.type === "double-quoted-scalar" || token.type === "single-quoted-scalar";
    if (isQuoted && token.offset < end && token.offset + token.source.length >= end) return token.offset;
  }
  return end;
}
