import { stalePrices } from "../catalog/age.ts";
import { checkCatalog } from "../catalog/check.ts";
import { loadCatalog } from "../catalog/index.ts";
import { listRows, listText, type RowKind, showRow, showText } from "../catalog/show.ts";
import { UserError } from "../files.ts";
import { checkDate, EXIT, emit, raiseExitCode } from "./shell.ts";

interface CatalogOptions {
  readonly format: "text" | "json";
  readonly asOf: string;
  readonly kind?: RowKind;
}

/** `catalog list`: every row, or those of one kind. */
export async function catalogList(options: CatalogOptions): Promise<void> {
  const rows = listRows(loadCatalog(), options.kind);
  await emit(options.format === "json" ? json(rows) : listText(rows, checkDate(options.asOf)), undefined);
}

/** `catalog show`: one row with every field, its source and its age. */
export async function catalogShow(id: string, options: CatalogOptions): Promise<void> {
  const row = showRow(loadCatalog(), id, options.kind);
  if (row === undefined) throw new UserError(`no row ${JSON.stringify(id)} in the catalog; "breakeven catalog list" shows all ids`);
  await emit(options.format === "json" ? json(row) : showText(row, checkDate(options.asOf)), undefined);
}

/** `catalog check`: exit code 1 when an invariant is broken. */
export async function catalogCheck(options: CatalogOptions): Promise<void> {
  const catalog = loadCatalog();
  const problems = checkCatalog(catalog, checkDate(options.asOf));
  const text =
    problems.length === 0
      ? `${listRows(catalog).length} rows, every check holds\n`
      : problems.map(({ check, row, problem }) => `${check}: ${row}: ${problem}\n`).join("");
  await emit(options.format === "json" ? json(problems) : text, undefined);
  const stale = stalePrices(catalog, options.asOf);
  if (stale.length > 0) process.stderr.write(staleText(stale));
  if (problems.length > 0) raiseExitCode(EXIT.gateFailed);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Prices past their limit, as one warning for each way to refresh them. */
function staleText(stale: ReturnType<typeof stalePrices>): string {
  const commands = [...new Set(stale.map(({ refresh }) => refresh))].sort();
  return commands
    .map((refresh) => {
      const rows = stale.filter((row) => row.refresh === refresh);
      const oldest = Math.max(...rows.map(({ ageDays }) => ageDays));
      return `warning: ${rows.length} prices are older than ${rows[0]?.limitDays ?? 0} days, the oldest ${oldest} days; refresh with ${refresh}\n`;
    })
    .join("");
}
