import { type Document, isMap, isSeq, parseDocument } from "yaml";

/**
 * What a what-if changes: numbers by key, e.g. `workloads/0/tokens/input` or `prices/gpu/g6e.xlarge/usd_per_hour`.
 * Keys are those of the policy with `/` between them, because names of models and instances hold dots.
 */
export type Edits = Readonly<Record<string, number>>;

/** What a row of `prices` needs besides the edited number, by key up to the model or instance. */
export type PriceRows = Readonly<Record<string, Readonly<Record<string, string | number>>>>;

/**
 * The policy's text with the edits in it, comments kept. A range keeps its shape: low and high move with expected.
 * Without edits it is the text itself, to the byte.
 *
 * Example: `applyEdits("tokens: { input: 1000 } # mean\n", { "tokens/input": 2000 }, {})` is `tokens: { input: 2000 } # mean\n`.
 */
export function applyEdits(text: string, edits: Edits, rows: PriceRows): string {
  const entries = Object.entries(edits);
  if (entries.length === 0) return text;
  const document = parseDocument(text);
  for (const [key, value] of entries) {
    const path = key.split("/").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    if (path[0] === "prices") setPrice(document, path, value, rows);
    else setNumber(document, path, value);
  }
  return document.toString({ lineWidth: 0 });
}

type Path = readonly (string | number)[];

function setNumber(document: Document, path: Path, value: number): void {
  // A link may name a workload that this policy does not have.
  if (path[0] === "workloads" && !document.hasIn(path.slice(0, 2))) return;
  const node = document.getIn(path, true);
  if (!isMap(node)) {
    document.setIn(path, value);
    return;
  }
  const factor = value / Number(node.get("expected"));
  for (const end of ["low", "high"]) node.set(end, rounded(Number(node.get(end)) * factor));
  node.set("expected", value);
}

/** The last row of a model or instance wins on its date; where there is none, one is added with everything that a row needs. */
function setPrice(document: Document, path: Path, value: number, rows: PriceRows): void {
  const [, kind, id, field] = path;
  const list = document.getIn(["prices", kind], true);
  const index = isSeq(list) ? list.items.findLastIndex((item) => isMap(item) && item.get("id") === id) : -1;
  if (index >= 0) {
    document.setIn(["prices", kind, index, field], value);
    return;
  }
  const row = { ...rows[`prices/${kind}/${id}`], [String(field)]: value };
  if (isSeq(list)) list.add(document.createNode(row));
  else document.setIn(["prices", kind], document.createNode([row]));
}

/** Digits that a moved number keeps: what a person would write. */
const SIGNIFICANT_DIGITS = 4;

/** `rounded(12345.678)` is 12350. */
export function rounded(value: number): number {
  return Number(value.toPrecision(SIGNIFICANT_DIGITS));
}

/** What a link holds. `text` is null where the page's own policy is meant. */
export interface LinkState {
  readonly policy: number;
  readonly text: string | null;
  readonly edits: Edits;
  /** The scenario to compare with; null when there is none. */
  readonly pinned: Edits | null;
}

const PINNED = "pinned.";

/** A link's fragment: `#workloads/0/tokens/input=2000`. Empty for the page as it was made. */
export function hashOf({ policy, text, edits, pinned }: LinkState): string {
  const parameters = new URLSearchParams();
  if (policy !== 0) parameters.set("policy", String(policy));
  if (text !== null) parameters.set("text", text);
  for (const [key, value] of Object.entries(edits)) parameters.set(key, String(value));
  if (pinned !== null) parameters.set("pinned", "1");
  for (const [key, value] of Object.entries(pinned ?? {})) parameters.set(`${PINNED}${key}`, String(value));
  return parameters.toString().replaceAll("%2F", "/");
}

/** Reads a fragment; what is not a known key with a finite number is left out, because anybody may write a link. */
export function stateFrom(hash: string): LinkState {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  const entries = [...parameters].flatMap(([key, value]): [string, number][] =>
    EDITABLE.test(key.replace(PINNED, "")) && value !== "" && Number.isFinite(Number(value)) ? [[key, Number(value)]] : [],
  );
  const pinned = entries
    .filter(([key]) => key.startsWith(PINNED))
    .map(([key, value]): [string, number] => [key.slice(PINNED.length), value]);
  const policy = Number(parameters.get("policy") ?? 0);
  return {
    policy: Number.isInteger(policy) && policy >= 0 ? policy : 0,
    text: parameters.get("text"),
    edits: Object.fromEntries(entries.filter(([key]) => !key.startsWith(PINNED))),
    pinned: parameters.has("pinned") || pinned.length > 0 ? Object.fromEntries(pinned) : null,
  };
}

/** Keys that a link may set. */
const EDITABLE =
  /^(workloads\/\d{1,3}\/(volume|tokens)\/[a-z_]{1,40}|team\/hourly_rate_usd|purchase\/(gpu|api)_discount_ratio|prices\/(api|gpu)\/[\w.:-]{1,80}\/[a-z_]{1,40})$/;
