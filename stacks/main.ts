import { z } from "zod";
import { UserError } from "../src/files.ts";
import { renderDiagnosticsText } from "../src/report/text-report.ts";
import { stackConfigOf } from "./config-from-policy.ts";
import { synthesize } from "./synthesize.ts";

const DEFAULT_POLICY = ".github/breakeven.yml";
const DEFAULT_OUTPUT = "cdktf.out";
/** Diagnostics stand on one line each. */
const ONE_LINE = { width: 10_000, color: false };

/** What the cdktf command line passes on from cdktf.json. */
const Context = z.looseObject({ policy: z.string().optional(), asOf: z.iso.date().optional() });

/**
 * The CDKTF app: policy in, Terraform JSON out. `BREAKEVEN_POLICY` or the context key `policy` name the policy, `BREAKEVEN_AS_OF` or
 * `asOf` the date of prices (today otherwise). Exit code 2 where the policy is invalid, 3 where there is nothing to build.
 */
async function main(): Promise<void> {
  const context = Context.parse(JSON.parse(process.env.CDKTF_CONTEXT_JSON ?? "{}"));
  const policy = process.env.BREAKEVEN_POLICY ?? context.policy ?? DEFAULT_POLICY;
  const asOf = process.env.BREAKEVEN_AS_OF ?? context.asOf ?? new Date().toISOString().slice(0, "YYYY-MM-DD".length);
  const result = await stackConfigOf(policy, asOf);
  if (result.kind === "invalid") return fail(renderDiagnosticsText(result.diagnostics, ONE_LINE), 2);
  if (result.kind === "not-built") return fail(result.text, 3);
  const { stackName, file } = synthesize(result.config, process.env.CDKTF_OUTDIR ?? DEFAULT_OUTPUT);
  process.stdout.write(`${policy}: path ${result.config.path}, stack ${stackName}, ${file}\n`);
}

function fail(text: string, exitCode: number): void {
  process.stderr.write(`${text}\n`);
  process.exitCode = exitCode;
}

main().catch((error: unknown) =>
  fail(error instanceof UserError ? error.message : String(error instanceof Error ? error.stack : error), 3),
);
