import type { Path } from "./problem.ts";

/** A value of the policy with the place where it is written. Aliases share the node of their anchor. */
export type SourceNode = MapNode | ListNode | ScalarNode;

/** `size` counts the values inside, with aliases expanded; `offset` is where the value begins in the text. */
export interface MapNode {
  readonly kind: "map";
  readonly offset: number;
  readonly size: number;
  readonly entries: ReadonlyMap<string, Entry>;
}

export interface ListNode {
  readonly kind: "list";
  readonly offset: number;
  readonly size: number;
  readonly items: readonly SourceNode[];
}

export interface ScalarNode {
  readonly kind: "scalar";
  readonly offset: number;
  readonly size: 1;
  readonly value: string | number | boolean | null;
  /** As written, without quotes. */
  readonly text: string;
}

/** A value of a map and where its key stands. */
export interface Entry {
  readonly keyOffset: number;
  readonly value: SourceNode;
}

/** A node with its path and the offset to point at: that of its key, or of the item itself in a list. */
export interface Place {
  readonly path: Path;
  readonly offset: number;
  readonly node: SourceNode;
}

/** The plain value of a node: objects, arrays and scalars. */
export function toValue(node: SourceNode): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(toValue);
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, toValue(entry.value)]));
}

/** The place under a key or an index; undefined when nothing is written there. */
export function child(place: Place, step: string | number): Place | undefined {
  const { node } = place;
  if (node.kind === "list" && typeof step === "number") {
    const item = node.items[step];
    return item && { path: [...place.path, step], offset: item.offset, node: item };
  }
  if (node.kind !== "map" || typeof step !== "string") return undefined;
  const entry = node.entries.get(step);
  return entry && { path: [...place.path, step], offset: entry.keyOffset, node: entry.value };
}

/** Everything directly under a place, in the order of the text. */
export function children(place: Place): readonly Place[] {
  const { node } = place;
  if (node.kind === "scalar") return [];
  const steps = node.kind === "map" ? [...node.entries.keys()] : [...node.items.keys()];
  return steps.flatMap((step) => child(place, step) ?? []);
}

/** The place of a path, or of its nearest ancestor that is written: then the path of the result is shorter. */
export function nearest(root: SourceNode, path: Path): Place {
  let place: Place = { path: [], offset: root.offset, node: root };
  for (const step of path) {
    const next = child(place, step);
    if (next === undefined) return place;
    place = next;
  }
  return place;
}

/**
 * All places that a pattern matches, in the order of the text. `[]` stands for any item, `{}` for any key.
 * Example: `select(root, "workloads[].needs.min_benchmarks{}")`.
 */
export function select(root: SourceNode, pattern: string): readonly Place[] {
  const steps = pattern.match(/\[\]|\{\}|[^.[\]{}]+/g) ?? [];
  return steps.reduce<readonly Place[]>((places, step) => places.flatMap((place) => under(place, step)), [nearest(root, [])]);
}

function under(place: Place, step: string): readonly Place[] {
  if (step === "[]") return place.node.kind === "list" ? children(place) : [];
  if (step === "{}") return place.node.kind === "map" ? children(place) : [];
  const next = child(place, step);
  return next === undefined ? [] : [next];
}
