import { alternatives, homesOf, type JsonSchema, keysOf } from "./json-schema.ts";
import type { SourceNode } from "./tree.ts";
import { nearestWord, quote } from "./words.ts";

/** How a key that is not known here should be spelled or where it belongs. */
export function unknownKeyFix(key: string, schema: JsonSchema | undefined): string {
  if (/^\d{3}$/.test(key)) return "write numbers without commas; inside braces a comma begins a new key";
  const near = nearestWord(key, keysOf(schema));
  if (near !== undefined) return `write ${near}`;
  const homes = homesOf(key);
  return homes.length === 1 || homes.length === 2 ? `move it to ${homes.join(" or ")}` : "remove it";
}

/** What to write instead of a value; undefined when "allowed" already says all there is to say. */
export function valueFix(node: SourceNode, schema: JsonSchema): string | undefined {
  const branches = alternatives(schema);
  const takes = (type: string) => branches.some((branch) => branch.type === type);
  if (node.kind === "scalar") return scalarFix(node.value, node.text, branches);
  if (node.kind === "list" && branches.some((branch) => keysOf(branch).includes("weights"))) {
    return "write { weights: [24 numbers], weekend_ratio: 1 }";
  }
  if (node.kind === "map" && takes("array")) return "begin each entry of the list with a hyphen";
  return undefined;
}

function scalarFix(value: string | number | boolean | null, text: string, branches: readonly JsonSchema[]): string | undefined {
  const takes = (...types: string[]) => branches.some(({ type }) => typeof type === "string" && types.includes(type));
  if (value === null) return "write a value, or remove the key";
  if (typeof value === "number" && takes("number")) return percentFix(value, branches);
  if (typeof value === "string" && takes("number", "integer")) {
    const number = readNumber(value);
    if (number !== undefined) return `write ${number}`;
  }
  if (typeof value === "string" && takes("boolean")) return booleanFix(value);
  const words = branches.flatMap(({ enum: options = [] }) => options.map(String));
  const near = nearestWord(text, words);
  if (near !== undefined) return `write ${near}`;
  if (takes("array")) return listFix(text, branches);
  return typeof value !== "string" && takes("string") && words.length === 0 ? `write ${quote(text)} in quotes` : undefined;
}

/** Shares are written 0.4, yet people think 40. */
function percentFix(value: number, branches: readonly JsonSchema[]): string | undefined {
  const isShare = branches.some(({ maximum }) => maximum !== undefined && maximum <= 1);
  return isShare && value > 1 && value <= 100 ? `write ${trimmed(value / 100)} for ${value} %` : undefined;
}

function booleanFix(text: string): string | undefined {
  if (/^(y|yes|on|true)$/i.test(text)) return "write true";
  return /^(n|no|off|false)$/i.test(text) ? "write false" : undefined;
}

function listFix(text: string, branches: readonly JsonSchema[]): string | undefined {
  const { items } = branches.find(({ type }) => type === "array") ?? {};
  const isListOfText = typeof items === "object" && !Array.isArray(items) && items.type === "string";
  return isListOfText && /^[\w., :-]{1,60}$/.test(text) ? `write [${text.split(/[ ,]+/).filter(Boolean).join(", ")}]` : undefined;
}

const MULTIPLES: Readonly<Record<string, number>> = { "": 1, "%": 0.01, k: 1e3, K: 1e3, M: 1e6, B: 1e9 };

/**
 * A number that people write and YAML 1.2 reads as text: `1e6` in quotes, `100_000`, `100,000`, `$20 000`, `40%`, `2M`, `0,4`.
 * Undefined for anything else, so that a guess is never wrong.
 */
export function readNumber(text: string): number | undefined {
  if (text.length > 40) return undefined;
  const match = /^[$€£]?\s*(-?[\d][\d_]*|-?\d{1,3}(?:[, ]\d{3})+|-?\d+,\d{1,2})(\.\d+)?(e[+-]?\d{1,2})?\s*([%kKMB]?)$/i.exec(text.trim());
  if (match === null) return undefined;
  const [, whole = "", fraction = "", exponent = "", unit = ""] = match;
  const digits = /^-?\d+,\d{1,2}$/.test(whole) ? whole.replace(",", ".") : whole.replace(/[_, ]/g, "");
  const factor = MULTIPLES[unit];
  const number = Number(`${digits}${fraction}${exponent}`);
  return factor === undefined || !Number.isFinite(number) ? undefined : trimmed(number * factor);
}

/** Without the noise of binary fractions: 7 / 100 is 0.07. */
function trimmed(value: number): number {
  return Number(value.toPrecision(12));
}
