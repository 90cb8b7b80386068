import type { Policy, PolicyDocument } from "../policy/policy.ts";
import { snakeKey } from "./solve.ts";

/** One thing that two versions of a policy say differently. */
export interface Edit {
  /** Key as in the file, the workload by name: `visit-notes: compliance.data_may_leave`, or `workloads[chat]` for a whole one. */
  readonly key: string;
  /** Values on both sides; undefined where nothing is written. A word of a list is either there (true) or not. */
  readonly from: unknown;
  readonly to: unknown;
  /** Line in the head policy, or of the nearest key that is still there. */
  readonly line: number;
  readonly changes: readonly Change[];
}

interface Change {
  readonly path: readonly string[];
  /** Set for a word of a list: the path leads to the list. */
  readonly word: string | null;
  readonly from: unknown;
}

type Tree = Readonly<Record<string, unknown>>;

/** Keys that never change a decision: names, gates. Waivers are read from the base branch on both sides. */
const NO_MATTER = new Set(["version", "name", "gates", "waivers"]);
/** Keys of `deploy` that the bill depends on; the others name what is built. */
const BILLED = new Set(["gateway", "vpc", "domain", "warmInstances"]);
/** Values that mean something only as a whole: half of one is another thing. */
const WHOLE = new Set(["candidates", "current", "hourlyProfile", "prices", "vpc"]);
/** Two spellings of one value. */
const SAME_VALUE: Readonly<Record<string, string>> = { requestsPerDay: "requestsPerMonth" };

/**
 * What the head policy says differently from the base, key by key: each number, each word of a list, each workload that came
 * or went. Order of keys, comments and gates are no difference. Requests by day and by month are one value.
 *
 * Example: `data_may_leave: false` and a volume of 100,000 instead of 20,000 are two edits.
 */
export function editsBetween(base: PolicyDocument, head: PolicyDocument): readonly Edit[] {
  const names = new Map(head.policy.workloads.map((workload, index) => [workload.name, index]));
  const found = differences(treeOf(base.policy), treeOf(head.policy), []);
  const grouped = new Map<string, Edit>();
  for (const { change, to } of found) {
    const edit = { key: keyOf(change), from: change.from, to, line: head.lineOf(pointerOf(change.path, names)), changes: [change] };
    const value = keyOf({ ...change, path: change.path.map((key) => SAME_VALUE[key] ?? key) });
    const other = grouped.get(value);
    grouped.set(value, other === undefined ? edit : respelled(other, edit));
  }
  return [...grouped.values()];
}

/** One value under two keys: the old spelling carries the old value, the new one the new. */
function respelled(one: Edit, other: Edit): Edit {
  const [gone, come] = one.to === undefined ? [one, other] : [other, one];
  return { ...come, from: `${String(gone.from)} (${gone.key.split(".").at(-1)})`, changes: [...gone.changes, ...come.changes] };
}

/**
 * The head policy with some edits taken back. The result is a policy by construction: each value comes from one of two valid
 * ones, and what means something only as a whole is taken back as a whole.
 */
export function takenBack(head: PolicyDocument, edits: readonly Edit[]): PolicyDocument {
  let tree = treeOf(head.policy);
  for (const { changes } of edits) for (const change of changes) tree = withValue(tree, change.path, change);
  const { workloads, ...rest } = tree;
  const policy: unknown = { ...rest, workloads: Object.values(asTree(workloads)) };
  return { ...head, policy: policy as Policy };
}

interface Difference {
  readonly change: Change;
  readonly to: unknown;
}

function differences(from: unknown, to: unknown, path: readonly string[]): readonly Difference[] {
  if (JSON.stringify(from) === JSON.stringify(to)) return [];
  if (isWordList(from) && isWordList(to)) {
    const words = [...new Set([...from, ...to])].filter((word) => from.includes(word) !== to.includes(word));
    if (words.length > 0 && from.length > 0 && to.length > 0)
      return words.map((word) => ({ change: { path, word, from: from.includes(word) }, to: to.includes(word) }));
    return words.length === 0 ? [] : [{ change: { path, word: null, from }, to }];
  }
  if (isLeaf(from, to, path)) return [{ change: { path, word: null, from }, to }];
  const [before, after] = [asTree(from), asTree(to)];
  return [...new Set([...Object.keys(after), ...Object.keys(before)])]
    .filter((key) => matters(path, key))
    .flatMap((key) => differences(before[key], after[key], [...path, key]));
}

function matters(path: readonly string[], key: string): boolean {
  if (path.length === 0) return !NO_MATTER.has(key);
  return path.length > 1 || path[0] !== "deploy" || BILLED.has(key);
}

function isLeaf(from: unknown, to: unknown, path: readonly string[]): boolean {
  const last = path.at(-1) ?? "";
  const isWorkload = path.length === 2 && path[0] === "workloads";
  if (isWorkload && (from === undefined || to === undefined)) return true;
  if (Object.keys(asTree(from ?? to)).length === 0 && isMap(from ?? to)) return true;
  if (WHOLE.has(last) || !isMap(from ?? to) || !isMap(to ?? from)) return true;
  // A range, or a list of other things than words.
  return "expected" in asTree(from ?? to) || "expected" in asTree(to ?? from);
}

/** Workloads by name, so that their order is no difference and one that came or went is one key. */
function treeOf(policy: Policy): Tree {
  return { ...policy, workloads: Object.fromEntries(policy.workloads.map((workload) => [workload.name, workload])) };
}

function withValue(tree: Tree, [key, ...rest]: readonly string[], change: Change): Tree {
  if (key === undefined) return tree;
  const inner = rest.length > 0 ? withValue(asTree(tree[key]), rest, change) : newValue(tree[key], change);
  const { [key]: _, ...others } = tree;
  // A map that an edit alone had filled goes with it: `min_benchmarks: {}` says something that no key at all does not.
  const isEmptied = rest.length > 0 && Object.keys(asTree(inner)).length === 0;
  return inner === undefined || isEmptied ? others : { ...tree, [key]: inner };
}

function newValue(value: unknown, { word, from }: Change): unknown {
  if (word === null) return from;
  const words = isWordList(value) ? value : [];
  return from === true ? [...words, word] : words.filter((other) => other !== word);
}

function keyOf({ path, word }: Change): string {
  const [top, name, ...rest] = path;
  const keys = top === "workloads" ? rest : path;
  const text = keys.map(snakeKey).join(".");
  const listed = word === null ? text : `${text}[${word}]`;
  if (top !== "workloads") return listed;
  return rest.length === 0 ? `workloads[${name}]` : `${name}: ${listed}`;
}

function pointerOf(path: readonly string[], names: ReadonlyMap<string, number>): string {
  const [top, name = "", ...rest] = path;
  if (top !== "workloads") return path.map(snakeKey).join(".");
  const index = names.get(name);
  return index === undefined ? "workloads" : [`workloads[${index}]`, ...rest.map(snakeKey)].join(".");
}

function isMap(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asTree(value: unknown): Tree {
  return isMap(value) ? Object.fromEntries(Object.entries(value ?? {})) : {};
}

function isWordList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
