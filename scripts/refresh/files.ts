import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { type NewFile, writeAllWhole } from "../../src/files.ts";

/** File of each list of the catalog, and of its date. */
const FILES = {
  version: "version",
  apiModels: "api-models",
  openModels: "open-models",
  gpus: "gpus",
  instances: "instances",
  routes: "routes",
  licences: "licences",
  benchmarks: "benchmarks",
  supportPrices: "support-prices",
  regions: "regions",
  refusedNames: "refused-names",
} as const;
/** The files that a refresh may write; the date last, so that one that is killed never claims to be newer than its rows. */
const WRITTEN = ["apiModels", "openModels", "instances", "version"] as const;

/** Widest line that a row's fields are packed into. */
const WIDTH = 137;

/** The catalog as it stands in a folder. */
export async function readCatalog(folder: string): Promise<Catalog> {
  const lists = await Promise.all(
    Object.entries(FILES).map(
      async ([key, name]): Promise<[string, unknown]> => [key, JSON.parse(await readFile(join(folder, `${name}.json`), "utf8"))],
    ),
  );
  // The rows are held to their schemas by checkCatalog, before and after a refresh.
  return Object.fromEntries(lists) as unknown as Catalog;
}

/** Writes the changed lists, all or none. Returns the names of the files that changed. */
export async function writeCatalog(folder: string, catalog: Catalog): Promise<readonly string[]> {
  const changed: NewFile[] = [];
  for (const key of WRITTEN) {
    const path = join(folder, `${FILES[key]}.json`);
    const value = catalog[key];
    const content = typeof value === "string" ? `${JSON.stringify(value)}\n` : formatRows(value);
    if (content !== (await readFile(path, "utf8"))) changed.push({ path, content });
  }
  await writeAllWhole(changed);
  return changed.map(({ path }) => path);
}

/**
 * Rows as the catalog's files hold them: fields packed into lines, a list of objects with one object on each line, so
 * that a changed price is a changed line. The same rows give the same bytes.
 */
export function formatRows(rows: readonly object[]): string {
  return `[\n${rows.map(formatRow).join(",\n")}\n]\n`;
}

function formatRow(row: object): string {
  const lines: string[] = [];
  let open = "";
  for (const [key, value] of Object.entries(row)) {
    const block = isBlock(value);
    const piece = block ? formatBlock(key, value) : `${JSON.stringify(key)}: ${inline(value)}`;
    if (open !== "" && (block || "    ".length + open.length + ", ".length + piece.length + ",".length > WIDTH)) {
      lines.push(open);
      open = "";
    }
    if (block) lines.push(piece);
    else open = open === "" ? piece : `${open}, ${piece}`;
  }
  if (open !== "") lines.push(open);
  return `  {\n${lines.map((line) => `    ${line}`).join(",\n")}\n  }`;
}

function isBlock(value: unknown): value is object {
  if (Array.isArray(value)) return value.some(isObject);
  return isObject(value) && Object.values(value).length > 0 && Object.values(value).every(isObject);
}

function formatBlock(key: string, value: object): string {
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const children = Array.isArray(value)
    ? value.map(inline)
    : Object.entries(value).map(([name, child]) => `${JSON.stringify(name)}: ${inline(child)}`);
  return `${JSON.stringify(key)}: ${open}\n${children.map((child) => `      ${child}`).join(",\n")}\n    ${close}`;
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, child]) => `${JSON.stringify(key)}: ${inline(child)}`)
    .join(", ")}}`;
}

function isObject(value: unknown): value is object {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
