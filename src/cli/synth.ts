import { readdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { UserError } from "../files.ts";
import { renderDiagnosticsText } from "../report/text-report.ts";
import { type StackConfig, toStackConfig } from "../stack-config.ts";
import { EXIT, emit, errorTerminal, evaluateFile, raiseExitCode } from "./shell.ts";

interface SynthModule {
  synthesize(config: StackConfig, outDir: string): { readonly stackName: string; readonly file: string };
}

/** `synth`: Terraform JSON of the chosen path. cdktf lives in a bundle of its own, loaded only here. */
export async function synthCommand(policy: string, options: { readonly out: string; readonly asOf: string }): Promise<void> {
  const result = await evaluateFile(policy, undefined, options.asOf);
  if (result.kind === "invalid") {
    process.stderr.write(`${renderDiagnosticsText(result.diagnostics, errorTerminal())}\n`);
    return raiseExitCode(EXIT.invalidPolicy);
  }
  const stack = toStackConfig(result.evaluation, result.document.policy);
  if (stack.kind === "not-built") throw new UserError(stack.text);
  const bundle: SynthModule = await import(new URL("./synth.js", import.meta.url).href);
  const { stackName, file } = bundle.synthesize(stack.config, options.out);
  const folder = dirname(file);
  const others = await othersBeside(folder);
  const left =
    others.length === 0 ? "" : `beside it: ${others.join(", ")}; a stack whose policy was renamed or removed runs until it is destroyed\n`;
  await emit(
    `wrote ${file} (stack ${stackName}, path ${stack.config.path})\n${left}next: terraform -chdir=${folder} init && terraform -chdir=${folder} plan\n`,
    undefined,
  );
}

/** Stacks that an earlier synthesis left in the same output: a new name makes a new stack, and nobody takes the old one away. */
async function othersBeside(folder: string): Promise<readonly string[]> {
  const entries = await readdir(dirname(folder), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && entry.name !== basename(folder))
    .map(({ name }) => name)
    .sort();
}
