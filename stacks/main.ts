import { readFile } from "node:fs/promises";
import { z } from "zod";
import { UserError } from "../src/files.ts";
import { renderDiagnosticsText } from "../src/report/text-report.ts";
import { stackConfigOf } from "./config-from-policy.ts";
import { synthesize } from "./synthesize.ts";

const DEFAULT_POLICY = ".github/breakeven.yml";
const DEFAULT_OUTPUT = "cdktf.out";
/** Diagnostics stand on one line each. */
const ONE_LINE = { width: 10_000, color: false };

/** What cdktf.json says; the cdktf command line passes it on, and without it the file is read. */
const Context = z.looseObject({ policy: z.string().optional(), asOf: z.iso.date().optional() });

/**
 * The CDKTF app: policy in, Terraform JSON out. The first argument, `BREAKEVEN_POLICY` or the context key `policy` of cdktf.json name the
 * policy, `BREAKEVEN_AS_OF` or `asOf` the date of prices (today otherwise). Exit code 2 where the policy is invalid, 3 where there is nothing to build.
 */
async function main(): Promise<void> {
  const context = await readContext();
  const policy = process.argv[2] ?? process.env.BREAKEVEN_POLICY ?? context.policy ?? DEFAULT_POLICY;
  const asOf = process.env.BREAKEVEN_AS_OF ?? context.asOf ?? new Date().toISOString().slice(0, "YYYY-MM-DD".length);
  const result = await stackConfigOf(policy, asOf);
  if (result.kind === "invalid") return fail(renderDiagnosticsText(result.diagnostics, ONE_LINE), 2);
  if (result.kind === "not-built") return fail(result.text, 3);
  const { stackName, file } = synthesize(result.config, process.env.CDKTF_OUTDIR ?? DEFAULT_OUTPUT);
  process.stdout.write(`${policy}: path ${result.config.path}, stack ${stackName}, ${file}\n`);
}

async function readContext(): Promise<z.infer<typeof Context>> {
  const given = process.env.CDKTF_CONTEXT_JSON;
  if (given !== undefined) return Context.parse(JSON.parse(given));
  const text = await readFile("cdktf.json", "utf8").catch(() => "{}");
  return z.object({ context: Context.default({}) }).parse(JSON.parse(text)).context;
}

function fail(text: string, exitCode: number): void {
  process.stderr.write(`${text}\n`);
  process.exitCode = exitCode;
}

main().catch((error: unknown) =>
  fail(error instanceof UserError ? error.message : String(error instanceof Error ? error.stack : error), 3),
);
