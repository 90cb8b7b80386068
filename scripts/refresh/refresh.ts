import type { Catalog } from "../../src/catalog/catalog.ts";
import { type CatalogProblem, checkCatalog } from "../../src/catalog/check.ts";
import { applyFacts } from "./apply-facts.ts";
import { applyPrices, type Witness } from "./apply-prices.ts";
import type { Applied, Line, LineKind } from "./change.ts";
import { SourceError } from "./download.ts";
import type { Seen } from "./seen.ts";
import type { Fetcher, Source } from "./source.ts";
import { sources, witnessGroups } from "./sources.ts";

/** What to refresh from, and how to reach it. */
export interface RefreshOptions {
  readonly sources: readonly Source[];
  readonly fetcher: Fetcher;
  /** Where a source is read from instead of its own address. */
  readonly urls: Readonly<Record<string, string>>;
  readonly asOf: string;
}

export interface SourceFailure {
  readonly source: string;
  readonly message: string;
}

/** A refreshed catalog, what happened to its rows, and which sources could not be read. */
export interface Refreshed {
  readonly catalog: Catalog;
  readonly lines: readonly Line[];
  readonly failures: readonly SourceFailure[];
}

/**
 * Reads every source and lays each over the catalog in turn, whole or not at all: one that cannot be read, or that would
 * break a check of the catalog, changes no row. When a change above 50 % was refused, the sources that could confirm it
 * are read too and the source is applied again; a witness that cannot be read confirms nothing.
 */
export async function refresh(catalog: Catalog, options: RefreshOptions): Promise<Refreshed> {
  const failures: SourceFailure[] = [];
  const loaded = new Map<string, readonly Seen[] | null>();
  const load = async (source: Source): Promise<readonly Seen[] | null> => {
    const before = loaded.get(source.name);
    if (before !== undefined) return before;
    const seen = await read(source, catalog, options);
    loaded.set(source.name, seen instanceof SourceError ? null : seen);
    if (!(seen instanceof SourceError)) return seen;
    if (options.sources.includes(source)) failures.push({ source: source.name, message: seen.message });
    return null;
  };
  for (const source of options.sources) await load(source);
  let state = catalog;
  const lines: Line[] = [];
  for (const source of options.sources) {
    const seen = loaded.get(source.name);
    if (seen === undefined || seen === null) continue;
    const alone = apply(state, source, seen, witnessesOf(source, loaded), options.asOf);
    const refused = alone.lines.some(({ kind }) => kind === "refused");
    if (refused) for (const witness of sources.filter(({ name }) => mayConfirm(source.name, name))) await load(witness);
    const applied = refused ? apply(state, source, seen, witnessesOf(source, loaded), options.asOf) : alone;
    const kept = withoutBroken(state, applied, source.name, options.asOf);
    if (kept === undefined) {
      failures.push({ source: source.name, message: "its rows would break the catalog; see catalog check" });
      continue;
    }
    state = kept.catalog;
    lines.push(...kept.lines);
  }
  const changed = JSON.stringify(state) !== JSON.stringify(catalog);
  return { catalog: changed ? { ...state, version: options.asOf } : catalog, lines, failures };
}

async function read(source: Source, catalog: Catalog, { fetcher, urls }: RefreshOptions): Promise<readonly Seen[] | SourceError> {
  try {
    return await source.load(fetcher, urls[source.name] ?? source.url, catalog);
  } catch (error) {
    if (error instanceof SourceError) return error;
    throw error;
  }
}

function apply(catalog: Catalog, source: Source, seen: readonly Seen[], witnesses: readonly Witness[], asOf: string) {
  const run = { source: source.name, label: source.label, asOf, witnesses };
  const prices = applyPrices(catalog, seen, run);
  const facts = applyFacts(prices.catalog, seen, run);
  return { catalog: facts.catalog, lines: [...prices.lines, ...facts.lines] };
}

function mayConfirm(source: string, witness: string): boolean {
  return witness !== source && witnessGroups.some((group) => group.includes(source) && group.includes(witness));
}

function witnessesOf(source: Source, loaded: ReadonlyMap<string, readonly Seen[] | null>): readonly Witness[] {
  return [...loaded].flatMap(([name, seen]) => (seen !== null && mayConfirm(source.name, name) ? [{ name, seen }] : []));
}

/**
 * What a source did without the rows that would break a check of the catalog: those stay as they were and are refused.
 * Undefined when a check is broken by no single row.
 */
function withoutBroken(before: Catalog, applied: Applied, source: string, asOf: string): Applied | undefined {
  const broken = newProblems(before, applied.catalog, asOf);
  if (broken.length === 0) return applied;
  const rows = new Set(broken.map(({ row }) => row));
  const restore = <R extends { readonly id: string }>(old: readonly R[], now: readonly R[]) =>
    now.map((row) => (rows.has(row.id) ? (old.find(({ id }) => id === row.id) ?? row) : row));
  const catalog: Catalog = {
    ...applied.catalog,
    apiModels: restore(before.apiModels, applied.catalog.apiModels),
    openModels: restore(before.openModels, applied.catalog.openModels),
    instances: restore(before.instances, applied.catalog.instances),
  };
  if (newProblems(before, catalog, asOf).length > 0) return undefined;
  const refused = broken.map(
    ({ check, row, problem }): Line => ({ kind: "refused", source, id: row, text: `would break ${check}: ${problem}` }),
  );
  const did: readonly LineKind[] = ["changed", "filled", "confirmed"];
  return { catalog, lines: [...applied.lines.filter(({ id, kind }) => !(rows.has(id) && did.includes(kind))), ...refused] };
}

/** Checks that the new catalog breaks and the old one keeps. */
function newProblems(before: Catalog, after: Catalog, asOf: string): readonly CatalogProblem[] {
  const key = ({ check, row, problem }: CatalogProblem) => `${check} ${row} ${problem}`;
  const old = new Set(checkCatalog(before, asOf).map(key));
  return checkCatalog(after, asOf).filter((each) => !old.has(key(each)));
}
