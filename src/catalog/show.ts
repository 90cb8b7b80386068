import { staleness } from "./age.ts";
import type { Catalog } from "./catalog.ts";
import { isShutDown, priceRowOn } from "./pricing.ts";
import type { ApiModel, Gpu, Instance, Licence, OpenModel, Route, SupportPrice } from "./schema.ts";

/** Kinds of row that `catalog list` and `catalog show` print, in the order in which an id is looked up. */
export const rowKinds = ["api-model", "open-model", "gpu", "instance", "route", "licence", "support-price"] as const;
export type RowKind = (typeof rowKinds)[number];

/** A row of the catalog with its kind. */
export type CatalogRow =
  | ApiModel
  | OpenModel
  | Gpu
  | Instance
  | Route
  | ({ readonly kind: "licence" } & Licence)
  | ({ readonly kind: "support-price" } & SupportPrice);

/**
 * All rows, or those of one kind, each sorted by id: the JSON of `catalog list --format json`.
 * Example: `listRows(catalog, "gpu").length` is 12.
 */
export function listRows(catalog: Catalog, kind?: RowKind): readonly CatalogRow[] {
  return kind === undefined ? rowKinds.flatMap((each) => rowsOf(catalog, each)) : rowsOf(catalog, kind);
}

/**
 * The row of an id or declared alias: the JSON of `catalog show ID --format json`. An id that two kinds share
 * (deepseek-v4-pro is sold by the token and has open weights) gives the first kind unless `kind` names another.
 * Undefined when no row has the name.
 */
export function showRow(catalog: Catalog, id: string, kind?: RowKind): CatalogRow | undefined {
  const rows = listRows(catalog, kind);
  return rows.find((row) => row.id === id) ?? rows.find((row) => "aliases" in row && row.aliases.includes(id));
}

function rowsOf(catalog: Catalog, kind: RowKind): readonly CatalogRow[] {
  switch (kind) {
    case "api-model":
      return catalog.apiModels;
    case "open-model":
      return catalog.openModels;
    case "gpu":
      return catalog.gpus;
    case "instance":
      return catalog.instances;
    case "route":
      return catalog.routes;
    case "licence":
      return catalog.licences.map((row) => ({ kind, ...row }));
    case "support-price":
      return catalog.supportPrices.map((row) => ({ kind, ...row }));
  }
}

/**
 * Rows as aligned lines for people: kind, id, the figure that matters most, its age, its source.
 * Example line: `api-model  gpt-4.1-mini  0.4 / 1.6 USD per MTok  58 days  genai-prices 0.1.8 (2026-09-23), ...`.
 */
export function listText(rows: readonly CatalogRow[], asOf: string): string {
  const lines = rows.map((row) => {
    const { text, stated } = headline(row, asOf);
    return [row.kind, row.id, text, `${staleness(stated.checked, asOf)} days`, stated.source];
  });
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

interface Headline {
  readonly text: string;
  readonly stated: { readonly checked: string; readonly source: string };
}

function headline(row: CatalogRow, asOf: string): Headline {
  switch (row.kind) {
    case "api-model":
      return apiHeadline(row, asOf);
    case "open-model":
      return { text: `${row.parameters.totalB} billion parameters, ${row.nativePrecision}, ${row.licence}`, stated: row };
    case "gpu":
      return { text: `${row.memoryGiB} GiB, ${row.bandwidthGBPerSecond} GB/s, ${row.bf16Tflops} bf16 TFLOPS`, stated: row };
    case "instance": {
      const [region, price] = homePrice(row.usdPerHour);
      const text = price ? `${price.onDemand} USD/h in ${region}` : "no on-demand price";
      return { text: `${row.gpuCount} x ${row.gpu}, ${text}`, stated: price ?? row };
    }
    case "route":
      return { text: row.label, stated: oldest(Object.values(row.facts)) };
    case "licence":
      return { text: `${row.name}, commercial use: ${row.commercialUse}`, stated: row };
    case "support-price": {
      const [region, price] = homePrice(row.usd);
      if (!price) throw new Error(`catalog defect: ${row.id} has no price in any region`);
      return { text: `${row.item}, ${price.usd} USD per ${row.unit} in ${region}`, stated: price };
    }
  }
}

function apiHeadline(row: ApiModel, asOf: string): Headline {
  const price = priceRowOn(row, asOf);
  if (price) return { text: `${price.inputUsdPerMTok} / ${price.outputUsdPerMTok} USD per MTok`, stated: price };
  return { text: isShutDown(row, asOf) ? `shut down on ${row.shutdownOn}` : `no price on ${asOf}`, stated: oldest(row.prices) };
}

/** The price in us-east-1, or in the first region that has one. */
function homePrice<P>(prices: Readonly<Record<string, P>>): readonly [region: string, price: P | undefined] {
  const region = "us-east-1" in prices ? "us-east-1" : (Object.keys(prices)[0] ?? "");
  return [region, prices[region]];
}

function oldest(statements: readonly Headline["stated"][]): Headline["stated"] {
  const [first] = [...statements].sort((a, b) => (a.checked < b.checked ? -1 : a.checked > b.checked ? 1 : 0));
  if (!first) throw new Error("catalog defect: a row without a source");
  return first;
}

/** Keys whose null says that there is none, not that nobody knows. */
const NONE_KEYS: ReadonlySet<string> = new Set([
  "effectiveTo",
  "peak",
  "moe",
  "mla",
  "slidingWindowTokens",
  "shutdownOn",
  "successor",
  "openModel",
  "sameModelAs",
  "fp8Tflops",
  "fp4Tflops",
  "int8Tops",
  "monthlyActiveUsersCap",
  "monthlyRevenueCapUsd",
]);

/**
 * One row as an indented tree for people, keys as in the JSON; every statement ends with its source, age and certainty.
 * Example line: `us-east-1: onDemand 55.04; aws/karpenter-provider-aws@6fc13b523 ... (checked 2026-11-09, 11 days ago, high certainty)`.
 */
export function showText(row: CatalogRow, asOf: string): string {
  const { kind, id, ...rest } = row;
  return `${id} (${kind})\n${tree(rest, asOf, "  ")}`;
}

type Scalar = string | number | boolean | null;
type Leaf = Scalar | readonly Scalar[];
type Branch = { readonly [key: string]: Json | undefined };
type Json = Leaf | Branch | readonly Branch[];

function tree(value: Branch, asOf: string, indent: string): string {
  const lines = statements(value).map(([key, child]) => `${indent}${key}:${branch(key, child, asOf, indent)}`);
  const stated = provenance(value, asOf);
  return `${lines.join("")}${stated && `${indent}source: ${stated}\n`}`;
}

function branch(key: string, child: Json, asOf: string, indent: string): string {
  if (isLeaf(child)) return ` ${plain(key, child)}\n`;
  if (isList(child)) return `\n${child.map((each) => `${indent}  - ${line(each, asOf)}\n`).join("")}`;
  if (Object.values(child).every(isLeaf)) return ` ${line(child, asOf)}\n`;
  return `\n${tree(child, asOf, `${indent}  `)}`;
}

/** A nested statement on one line: its figures, then where they come from. */
function line(value: Branch, asOf: string): string {
  const figures = statements(value).map(([key, child]) => `${key} ${isLeaf(child) ? plain(key, child) : nested(child, asOf)}`);
  return [figures.join(", "), provenance(value, asOf)].filter((part) => part !== "").join("; ");
}

function nested(child: Branch | readonly Branch[], asOf: string): string {
  return `(${(isList(child) ? child : [child]).map((each) => line(each, asOf)).join("; ")})`;
}

/** What a branch says, without where it comes from. */
function statements(value: Branch): readonly (readonly [key: string, child: Json])[] {
  return Object.entries(value).flatMap(([key, child]) =>
    child === undefined || ["source", "checked", "certainty", "basis"].includes(key) ? [] : [[key, child] as const],
  );
}

function provenance({ source, checked, certainty }: Branch, asOf: string): string {
  if (typeof source !== "string") return "";
  if (typeof checked !== "string") return source;
  return `${source} (checked ${checked}, ${staleness(checked, asOf)} days ago${typeof certainty === "string" ? `, ${certainty} certainty` : ""})`;
}

function isList(value: Branch | readonly Branch[]): value is readonly Branch[] {
  return Array.isArray(value);
}

function isLeaf(value: Json | undefined): value is Leaf {
  return (
    value === undefined ||
    value === null ||
    typeof value !== "object" ||
    (Array.isArray(value) && value.every((each) => typeof each !== "object"))
  );
}

function plain(key: string, value: Leaf): string {
  if (value === null) return NONE_KEYS.has(key) ? "none" : "unknown";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "object") return String(value);
  return value.length === 0 ? "none" : value.join(", ");
}
