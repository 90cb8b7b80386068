import { isMap, isScalar, isSeq, type ParsedNode, parseDocument, type YAMLMap } from "yaml";

/** One edit of one line of a policy that its owner could decide on. */
export interface Edit {
  readonly kind: "batch" | "caching" | "region" | "model" | "output";
  /** 1-based. */
  readonly line: number;
  /** What stands there instead; two lines where a key is added below. */
  readonly lines: readonly string[];
  /** The whole policy with the edit. */
  readonly text: string;
  /** What the edit is, as a sentence without its end: `cache 60% of the input tokens of chat`. */
  readonly what: string;
  /** What has to be true for it. */
  readonly holds: string;
}

/** Edits of one place, the smallest change first. */
export type Ladder = readonly Edit[];

/** A model and the list of candidates that it belongs to. */
export interface ModelChoice {
  readonly list: "api" | "open";
  readonly model: string;
}

/** What edits may choose from besides figures. */
export interface Choices {
  /** Regions other than the policy's. */
  readonly regions: readonly string[];
  /** By workload: the models that the search likes best where the workload does not restrict it. */
  readonly models: ReadonlyMap<string, readonly ModelChoice[]>;
}

/** Shares tried for prompt caching and for batches; beyond 80% few prompts are the same. */
const CACHED_RATIOS = [0.2, 0.4, 0.6, 0.8];
const BATCH_RATIOS = [0.25, 0.5, 1];
/** Output is suggested down to half: less is another product. */
const OUTPUT_RATIOS = [0.9, 0.8, 0.7, 0.6, 0.5];

/**
 * Edits on the lines that `mayEdit` allows: a share of cached input, a share of batches where nobody waits, fewer output tokens, another
 * region, one more candidate model. Never the volume, prices or gates: the first is not the owner's to choose, the others are not what a
 * service costs. Nothing of a policy that is not plain YAML.
 */
export function editsOf(text: string, mayEdit: (line: number) => boolean, choices: Choices): readonly Ladder[] {
  const root = parseDocument(text, { version: "1.2", schema: "core" }).contents;
  if (!isMap(root)) return [];
  const page = new Page(text, mayEdit);
  const region = nodeAt(root, "region");
  const regions = choices.regions.flatMap((name) =>
    page.replace(region, name, { kind: "region", what: `run in ${name}`, holds: `data may be processed in ${name}` }),
  );
  const workloads = nodeAt(root, "workloads");
  const ofWorkloads = isSeq(workloads) ? workloads.items.flatMap((item) => (isMap(item) ? workloadEdits(page, item, choices) : [])) : [];
  return [regions, ...ofWorkloads].filter((ladder) => ladder.length > 0);
}

function workloadEdits(page: Page, workload: YAMLMap, choices: Choices): readonly Ladder[] {
  const name = String(valueAt(workload, "name") ?? "");
  const tokens = nodeAt(workload, "tokens");
  if (!isMap(tokens)) return [];
  const cached = CACHED_RATIOS.flatMap((ratio) =>
    page.share(tokens, "cached_input_ratio", ratio, {
      kind: "caching",
      what: `cache ${ratio * 100}% of the input tokens of ${name}`,
      holds: "its prompts begin with the same text",
    }),
  );
  const waits = valueAt(workload, "use_case") === "bulk_processing" && nodeAt(workload, "latency") === undefined;
  const batched = (waits ? BATCH_RATIOS : []).flatMap((ratio) =>
    page.share(tokens, "batch_ratio", ratio, {
      kind: "batch",
      what: `send ${ratio * 100}% of the requests of ${name} in batches`,
      holds: "their answers may take up to 24 hours",
    }),
  );
  const output = valueAt(tokens, "output");
  const shorter = (typeof output === "number" ? OUTPUT_RATIOS : []).flatMap((ratio) => {
    const fewer = Math.floor(Number(output) * ratio);
    return page.replace(nodeAt(tokens, "output"), `${fewer}`, {
      kind: "output",
      what: `answer ${name} in ${fewer} output tokens instead of ${output}`,
      holds: "the limit on output tokens and the prompt are lowered with it",
    });
  });
  return [cached, batched, shorter, modelEdits(page, workload, name, choices)];
}

function modelEdits(page: Page, workload: YAMLMap, name: string, choices: Choices): Ladder {
  const candidates = nodeAt(workload, "candidates");
  if (!isMap(candidates)) return [];
  return (choices.models.get(name) ?? []).flatMap(({ list, model }) => {
    const models = nodeAt(candidates, list);
    if (!isSeq(models)) return [];
    const present = models.items.flatMap((item) => (isScalar(item) ? [String(item.value)] : []));
    if (present.length !== models.items.length || present.includes(model)) return [];
    return page.replace(models, `[${[...present, model].join(", ")}]`, {
      kind: "model",
      what: `let ${name} use ${model}`,
      holds: `${model} is good enough for it; it meets every rule of the policy`,
    });
  });
}

type About = Pick<Edit, "kind" | "what" | "holds">;

/** The text with its lines. An edit is an edit of one line that was changed anyway. */
class Page {
  readonly text: string;
  readonly mayEdit: (line: number) => boolean;

  constructor(text: string, mayEdit: (line: number) => boolean) {
    this.text = text;
    this.mayEdit = mayEdit;
  }

  /** A value in the place of a node that begins and ends on one line. */
  replace(node: ParsedNode | undefined, value: string, about: About): readonly Edit[] {
    if (node?.range == null) return [];
    return this.#splice(node.range[0], node.range[1], value, about);
  }

  /** A larger share in the place of the one that is there, or beside the output tokens where there is none. */
  share(tokens: YAMLMap, key: string, ratio: number, about: About): readonly Edit[] {
    const present = valueAt(tokens, key);
    if (typeof present === "number") return ratio > present ? this.replace(nodeAt(tokens, key), `${ratio}`, about) : [];
    const output = nodeAt(tokens, "output");
    if (present !== undefined || output?.range == null) return [];
    const end = output.range[1];
    if (tokens.flow === true) return this.#splice(end, end, `, ${key}: ${ratio}`, about);
    const pair = tokens.items.find((item) => isScalar(item.key) && item.key.value === "output");
    const start = isScalar(pair?.key) ? (pair.key.range?.[0] ?? 0) : 0;
    const indent = start - (this.text.lastIndexOf("\n", start - 1) + 1);
    // A comment behind the value stays with it.
    const lineEnd = this.text.indexOf("\n", end) === -1 ? this.text.length : this.text.indexOf("\n", end);
    return this.#splice(lineEnd, lineEnd, `\n${" ".repeat(indent)}${key}: ${ratio}`, about);
  }

  #splice(start: number, end: number, value: string, about: About): readonly Edit[] {
    const from = this.text.lastIndexOf("\n", start - 1) + 1;
    const after = this.text.indexOf("\n", end);
    const to = after === -1 ? this.text.length : after;
    const line = this.text.slice(0, start).split("\n").length;
    if (this.text.slice(start, end).includes("\n") || !this.mayEdit(line)) return [];
    const text = this.text.slice(0, start) + value + this.text.slice(end);
    const lines = text.slice(from, to + value.length - (end - start)).split("\n");
    return [{ ...about, line, lines, text }];
  }
}

function nodeAt(map: YAMLMap, key: string): ParsedNode | undefined {
  const found = map.get(key, true);
  return isParsed(found) ? found : undefined;
}

function valueAt(map: YAMLMap, key: string): unknown {
  const found = nodeAt(map, key);
  return isScalar(found) ? found.value : found;
}

function isParsed(node: unknown): node is ParsedNode {
  return isScalar(node) || isMap(node) || isSeq(node);
}

/** The policy without the lists of candidates of its workloads, to see what the search would take; null when it has none. */
export function withoutCandidates(text: string): string | null {
  const document = parseDocument(text, { version: "1.2", schema: "core" });
  const workloads = isMap(document.contents) ? nodeAt(document.contents, "workloads") : undefined;
  if (!isSeq(workloads)) return null;
  const removed = workloads.items.filter((item) => isMap(item) && item.delete("candidates"));
  return removed.length === 0 ? null : String(document);
}
