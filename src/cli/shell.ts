import packageJson from "../../package.json" with { type: "json" };
import { loadCatalog } from "../catalog/index.ts";
import { type EvaluateResult, evaluate, type PolicySource } from "../evaluate.ts";
import { readMeasurementFiles, readPolicyText, UserError, writeWhole } from "../files.ts";
import type { Terminal } from "../report/terminal.ts";

export const ENGINE_VERSION = packageJson.version;

/** Exit codes of the command line. */
export const EXIT = { fine: 0, gateFailed: 1, invalidPolicy: 2, defect: 3 } as const;

/** Today's date in UTC; the shell may read the clock, the core may not. */
export function today(): string {
  return new Date().toISOString().slice(0, "YYYY-MM-DD".length);
}

/** Checks a date given on the command line. */
export function checkDate(date: string): string {
  const valid = /^\d{4}-\d{2}-\d{2}$/.test(date) && !Number.isNaN(Date.parse(date)) && new Date(date).toISOString().startsWith(date);
  if (!valid) throw new UserError(`--as-of ${JSON.stringify(date)} is not a date; write it as YYYY-MM-DD`);
  return date;
}

/** Reads and evaluates one policy file, against a base file when one is given. */
export async function evaluateFile(path: string, base: string | undefined, asOf: string): Promise<EvaluateResult> {
  return evaluate({
    ...(await sourceOf(path)),
    base: base === undefined ? null : await sourceOf(base),
    catalog: loadCatalog(),
    asOf: checkDate(asOf),
    engineVersion: ENGINE_VERSION,
  });
}

/** A policy file with the measurement files that it names. */
export async function sourceOf(path: string): Promise<PolicySource> {
  const text = await readPolicyText(path);
  return { path, text, files: await readMeasurementFiles(path, text) };
}

/** Prints a result, or writes it whole to a file. */
export async function emit(text: string, out: string | undefined): Promise<void> {
  if (out !== undefined) {
    await writeWhole(out, text);
    return;
  }
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** The worst exit code seen so far wins: a broken policy outranks a failed gate. */
export function raiseExitCode(code: number): void {
  process.exitCode = Math.max(Number(process.exitCode ?? EXIT.fine), code);
}

/** Form of text that is piped or written to a file. */
export const PLAIN = { width: 100, color: false } as const;

/** Width and colour of an output stream; plain when it is no terminal, without colour when NO_COLOR is set or the terminal is dumb. */
export function terminalOf(stream: NodeJS.WriteStream): Terminal {
  if (stream.isTTY !== true) return PLAIN;
  const color = (process.env.NO_COLOR ?? "") === "" && process.env.TERM !== "dumb";
  return { width: stream.columns ?? PLAIN.width, color, isWindow: true };
}

/** Diagnostics in a log stand on one line each, so that tools can find and count them. */
const UNWRAPPED = 10_000;

/** Form of diagnostics on standard error. */
export function errorTerminal(): Terminal {
  return process.stderr.isTTY === true ? terminalOf(process.stderr) : { width: UNWRAPPED, color: false };
}
