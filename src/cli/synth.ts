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
  await emit(
    `wrote ${file} (stack ${stackName}, path ${stack.config.path})\nnext: terraform -chdir=${file.replace(/\/[^/]+$/, "")} init && terraform -chdir=${file.replace(/\/[^/]+$/, "")} plan\n`,
    undefined,
  );
}
