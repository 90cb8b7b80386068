import type { z } from "zod";
import type { Catalog } from "../catalog.ts";
import { ApiModel, BenchmarkScore, Gpu, Instance, Licence, OpenModel, RefusedName, Region, Route, SupportPrice } from "../schema.ts";
import { UNREAD_SOURCE } from "../unread.ts";
import { type CatalogCheck, listsWithId, type RowProblem } from "./check-type.ts";

/** A source names something that the public can look up: no number of a private index, no path of one machine. */
const PRIVATE_SOURCE = /\bindex ids?\b|(^|[\s(])(\/|~\/|\.\.?\/)\w|[A-Z]:\\|\blocalhost\b|\bfile:/;

/** Checks on the rows as such: shape, names, provenance, dates. */
export const rowChecks: readonly CatalogCheck[] = [
  { id: "schema", rule: "every row keeps its schema", find: (catalog) => schemaProblems(catalog) },
  { id: "unique-ids", rule: "no list holds an id twice", find: (catalog) => repeatedIds(catalog) },
  { id: "sorted-by-id", rule: "every list is sorted by id", find: (catalog) => unsorted(catalog) },
  { id: "unique-names", rule: "an id or alias means one row of its kind, and no refused name", find: (catalog) => sharedNames(catalog) },
  {
    id: "stated-somewhere",
    rule: "every row states a source with its date; a refused name without a date of shutdown is our own words",
    find: (catalog) => unsourced(catalog),
  },
  { id: "public-source", rule: "every source can be looked up by anybody", find: (catalog) => privateSources(catalog) },
  { id: "checked-in-the-past", rule: "nothing was checked after today", find: (catalog, asOf) => futureChecks(catalog, asOf) },
  {
    id: "version-follows-rows",
    rule: "the version of the catalog is no older than what was last checked",
    find: (catalog) => futureChecks(catalog, catalog.version),
  },
  { id: "unique-scores", rule: "a model has one score for each benchmark and group", find: (catalog) => repeatedScores(catalog) },
  {
    id: "guesses-are-low",
    rule: "general knowledge that nobody read has low certainty, in facts of routes at most medium",
    find: (catalog) => confidentGuesses(catalog),
  },
];

function schemaProblems(catalog: Catalog): readonly RowProblem[] {
  return [
    ...parse(ApiModel, catalog.apiModels),
    ...parse(OpenModel, catalog.openModels),
    ...parse(Gpu, catalog.gpus),
    ...parse(Instance, catalog.instances),
    ...parse(Route, catalog.routes),
    ...parse(Licence, catalog.licences),
    ...parse(BenchmarkScore, catalog.benchmarks),
    ...parse(SupportPrice, catalog.supportPrices),
    ...parse(Region, catalog.regions),
    ...parse(RefusedName, catalog.refusedNames),
  ];
}

function parse(schema: z.ZodType, rows: readonly object[]): readonly RowProblem[] {
  return rows.flatMap((row) => {
    const result = schema.safeParse(row);
    if (result.success) return [];
    return result.error.issues.map((issue) => ({ row: labelOf(row), problem: `${issue.path.join(".") || "row"}: ${issue.message}` }));
  });
}

function labelOf(row: object): string {
  for (const key of ["id", "model", "name"]) {
    const value: unknown = Reflect.get(row, key);
    if (typeof value === "string") return value;
  }
  return JSON.stringify(row).slice(0, 60);
}

function repeatedIds(catalog: Catalog): readonly RowProblem[] {
  return Object.entries(listsWithId(catalog)).flatMap(([list, rows]) =>
    repeated(rows.map((row) => row.id)).map((id) => ({ row: id, problem: `stands twice in ${list}` })),
  );
}

function unsorted(catalog: Catalog): readonly RowProblem[] {
  return Object.entries(listsWithId(catalog)).flatMap(([list, rows]) =>
    rows.flatMap((row, i) => {
      const before = rows[i - 1];
      return before !== undefined && before.id > row.id ? [{ row: row.id, problem: `stands after ${before.id} in ${list}` }] : [];
    }),
  );
}

function sharedNames(catalog: Catalog): readonly RowProblem[] {
  const apiNames = catalog.apiModels.flatMap((row) => [row.id, ...row.aliases]);
  return [
    ...repeated(apiNames).map((row) => ({ row, problem: "names two API models" })),
    ...repeated(catalog.openModels.flatMap((row) => [row.id, ...row.aliases])).map((row) => ({ row, problem: "names two open models" })),
    ...repeated(catalog.gpus.flatMap((row) => [...new Set([row.id, row.name, ...row.aliases].map((name) => name.toLowerCase()))])).map(
      (row) => ({
        row,
        problem: "names two GPUs",
      }),
    ),
    ...catalog.refusedNames
      .filter(({ name }) => apiNames.includes(name))
      .map(({ name }) => ({ row: name, problem: "is refused and an API model" })),
    ...repeated(catalog.refusedNames.map(({ name }) => name)).map((row) => ({ row, problem: "is refused twice" })),
  ];
}

function unsourced(catalog: Catalog): readonly RowProblem[] {
  const { version: _version, refusedNames: _words, ...lists } = catalog;
  return Object.values(lists)
    .flatMap((rows: readonly object[]) => rows)
    .filter((row) => !stated(row, "").some(({ source, checked }) => source !== "" && checked !== ""))
    .map((row) => ({ row: labelOf(row), problem: "states no source with a date" }));
}

function privateSources(catalog: Catalog): readonly RowProblem[] {
  return provenances(catalog)
    .filter(({ source }) => PRIVATE_SOURCE.test(source))
    .map(({ row, source }) => ({ row, problem: `source "${source}" cannot be looked up` }));
}

function futureChecks(catalog: Catalog, asOf: string): readonly RowProblem[] {
  return provenances(catalog)
    .filter(({ checked }) => checked > asOf)
    .map(({ row, checked }) => ({ row, problem: `checked on ${checked}, after ${asOf}` }));
}

function confidentGuesses(catalog: Catalog): readonly RowProblem[] {
  const routes = new Set(catalog.routes.map((row) => row.id));
  const isSure = ({ row, source, certainty }: Stated) =>
    (source === UNREAD_SOURCE && certainty !== "low" && !routes.has(row)) || (source.includes(UNREAD_SOURCE) && certainty === "high");
  return provenances(catalog)
    .filter(isSure)
    .map(({ row, certainty }) => ({ row, problem: `${certainty} certainty for something that nobody read` }));
}

function repeatedScores(catalog: Catalog): readonly RowProblem[] {
  return repeated(catalog.benchmarks.map((row) => `${row.model} ${row.benchmark} ${row.group}`)).map((row) => ({
    row,
    problem: "has two scores",
  }));
}

interface Stated {
  readonly row: string;
  readonly source: string;
  readonly checked: string;
  readonly certainty: string;
}

/** Everything in the catalog that has a source and a date, wherever it sits in its row. */
function provenances(catalog: Catalog): readonly Stated[] {
  const { version: _version, ...lists } = catalog;
  return Object.values(lists).flatMap((rows: readonly object[]) => rows.flatMap((row) => stated(row, labelOf(row))));
}

function stated(value: unknown, row: string): readonly Stated[] {
  if (value === null || typeof value !== "object") return [];
  const source: unknown = Reflect.get(value, "source");
  const checked: unknown = Reflect.get(value, "checked");
  const certainty: unknown = Reflect.get(value, "certainty");
  const here =
    typeof source === "string"
      ? [{ row, source, checked: typeof checked === "string" ? checked : "", certainty: String(certainty ?? "low") }]
      : [];
  return [...here, ...Object.values(value).flatMap((child) => stated(child, row))];
}

function repeated(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, i) => names.indexOf(name) !== i))];
}
