import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { networkFetcher } from "./fetcher.ts";
import { readCatalog, writeCatalog } from "./files.ts";
import { flipsBetween } from "./flips.ts";
import { refresh } from "./refresh.ts";
import { reportText } from "./report.ts";
import type { Source } from "./source.ts";
import { sources } from "./sources.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const USAGE = `npm run catalog:refresh -- --source NAME[,NAME]|all [--dry-run] [--as-of YYYY-MM-DD]
  [--report FILE] [--catalog FOLDER] [--parts FOLDER] [--url NAME=ADDRESS]...
sources: ${sources.map(({ name }) => name).join(", ")}
exit codes: 0 done; 1 a source could not be read, its rows did not change; 3 a wrong option`;

const EXIT = { done: 0, sourceFailed: 1, wrongOption: 3 } as const;

/** Reads the sources, prints the diff and the flips, and writes the catalog unless it is a dry run. Gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      source: { type: "string" },
      "dry-run": { type: "boolean", default: false },
      "as-of": { type: "string", default: new Date().toISOString().slice(0, "YYYY-MM-DD".length) },
      report: { type: "string" },
      catalog: { type: "string", default: join(ROOT, "src/catalog") },
      parts: { type: "string", default: join(tmpdir(), "breakeven-refresh") },
      url: { type: "string", multiple: true, default: [] },
    },
  });
  const chosen = sourcesNamed(values.source);
  const folder = values.catalog;
  const asOf = values["as-of"];
  const before = await readCatalog(folder);
  const fetcher = networkFetcher({ partsFolder: values.parts, environment: process.env });
  const { catalog, lines, failures } = await refresh(before, { sources: chosen, fetcher, urls: addresses(values.url), asOf });
  const flips = catalog === before ? [] : await flipsBetween(ROOT, before, catalog, asOf);
  const written = values["dry-run"] ? [] : await writeCatalog(folder, catalog);
  const names = written.map((path) => path.slice(folder.length + 1));
  const text = reportText({ asOf, lines, failures, flips, written: names, dryRun: values["dry-run"] });
  process.stdout.write(text);
  if (values.report !== undefined) await writeFile(values.report, text);
  return failures.length > 0 ? EXIT.sourceFailed : EXIT.done;
}

class OptionError extends Error {}

function sourcesNamed(list: string | undefined): readonly Source[] {
  if (list === undefined) throw new OptionError("--source is missing");
  if (list === "all") return sources;
  return list.split(",").map((name) => {
    const source = sources.find((each) => each.name === name);
    if (source === undefined) throw new OptionError(`--source ${JSON.stringify(name)} is none of the sources`);
    return source;
  });
}

function addresses(list: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    list.map((each) => {
      const at = each.indexOf("=");
      if (at < 1) throw new OptionError(`--url ${JSON.stringify(each)} is not NAME=ADDRESS`);
      return [each.slice(0, at), each.slice(at + 1)];
    }),
  );
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const wrong = error instanceof OptionError || (error instanceof TypeError && "code" in error);
    process.stderr.write(`${wrong ? `${error.message}\n${USAGE}` : error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = EXIT.wrongOption;
  },
);
