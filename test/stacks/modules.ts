import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StackConfig } from "../../src/stack-config.ts";
import { onMoto } from "./moto.ts";
import { type StackJson, synthesized, terraformText } from "./stack-json.ts";
import type { Workspace } from "./terraform.ts";

/**
 * Several stacks under one root, one module each, so that Terraform starts its provider once for all: most of a run's time is that start.
 * Each module is the stack as synthesized, but for backend and provider, which a root has.
 */
export interface Modules {
  /** By module name: letters, digits, underscores. */
  readonly stacks: Readonly<Record<string, StackConfig>>;
  /** Address of an AWS on loopback; null leaves the provider as it is and is enough to validate. */
  readonly moto: string | null;
  readonly certificate: string | null;
  /** Takes the protection against deletion off, for stacks that a test destroys. */
  readonly mortal?: boolean;
}

/** Values of variables that a policy left open; the newest machine image stands in a public parameter that moto does not have. */
function openValue(name: string, config: StackConfig, { certificate, mortal }: Modules): string | undefined {
  const arn = `arn:${config.partition}:acm:${config.region}:123456789012:certificate/1`;
  if (name === "certificate_arn") return certificate ?? arn;
  if (name === "gpu_image_id") return "ami-12c6146b";
  if (name === "anomaly_monitor_arn") return `arn:${config.partition}:ce::123456789012:anomalymonitor/1`;
  if (name === "deletion_protection" && mortal === true) return "false";
  if (name.startsWith("capacity_block_") || name.startsWith("reservation_")) return "cr-0123456789abcdef0";
  return undefined;
}

export function useModules(workspace: Workspace, modules: Modules): void {
  const stacks = Object.entries(modules.stacks).map(([name, config]) => ({ name, config, stack: synthesized(config) }));
  rmSync(join(workspace.folder, "modules"), { recursive: true, force: true });
  for (const { name, stack } of stacks) {
    const { provider: _provider, ...rest } = stack;
    const { backend: _backend, ...terraform } = stack.terraform;
    const folder = join(workspace.folder, "modules", name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "cdk.tf.json"), terraformText({ ...rest, terraform }));
  }
  const [first] = stacks;
  if (first === undefined) throw new Error("no stacks");
  const calls = Object.fromEntries(stacks.map(({ name, config, stack }) => [name, call(name, config, stack, modules)]));
  const { provider } = modules.moto === null ? first.stack : onMoto(first.stack, modules.moto);
  writeFileSync(
    join(workspace.folder, "cdk.tf.json"),
    JSON.stringify({ provider, module: calls, terraform: { required_version: ">= 1.11" } }),
  );
}

function call(name: string, config: StackConfig, stack: StackJson, modules: Modules): object {
  const values = Object.keys(stack.variable).flatMap((variable) => {
    const value = openValue(variable, config, modules);
    return value === undefined ? [] : [[variable, value]];
  });
  return { source: `./modules/${name}`, ...Object.fromEntries(values) };
}
