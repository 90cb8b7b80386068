import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { InfrastructureChange, ResourceChange } from "../report/infrastructure.ts";
import type { StackConfig, StackConfigResult } from "../stack-config.ts";

/** The bundle that holds cdktf; loaded only when there is something to synthesize. */
export interface SynthModule {
  synthesize(config: StackConfig, outDir: string): { readonly file: string };
}

const Attributes = z.record(z.string(), z.unknown());
const Stack = z.object({ resource: z.record(z.string(), z.record(z.string(), Attributes)).default({}) });
type Resources = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/**
 * What merging would do to the infrastructure: both stacks are synthesized offline into `folder` and compared resource by resource.
 * Two equal configurations are not synthesized at all. Whatever goes wrong is a value: a preview never fails a run.
 *
 * Example: a base on the API path and a head on own instances give load balancer, network and fleet as `added`.
 */
export async function previewInfrastructure(options: {
  readonly head: StackConfigResult;
  /** Null when there is no policy on the base branch. */
  readonly base: StackConfigResult | null;
  readonly folder: string;
  load(): Promise<SynthModule>;
}): Promise<InfrastructureChange> {
  const { head, base, folder } = options;
  if (head.kind === "not-built") return { kind: "not-built", text: head.text };
  const before = base?.kind === "stack" ? base.config : null;
  if (isDeepStrictEqual(before, head.config)) return { kind: "compared", changes: [], unchanged: 0, fresh: false };
  try {
    const synth = await options.load();
    const after = await resourcesOf(synth, head.config, join(folder, "head"));
    const from: Resources = before === null ? new Map() : await resourcesOf(synth, before, join(folder, "base"));
    return { kind: "compared", ...compareResources(from, after), fresh: before === null };
  } catch (error) {
    return { kind: "failed", text: error instanceof Error ? error.message : String(error) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function resourcesOf(synth: SynthModule, config: StackConfig, folder: string): Promise<Resources> {
  const { file } = synth.synthesize(config, folder);
  const { resource } = Stack.parse(JSON.parse(await readFile(file, "utf8")));
  const entries = Object.entries(resource).flatMap(([type, named]) =>
    Object.entries(named).map(([name, { "//": _, ...attributes }]) => [`${type}.${name}`, attributes] as const),
  );
  return new Map(entries);
}

function compareResources(from: Resources, to: Resources): { readonly changes: readonly ResourceChange[]; readonly unchanged: number } {
  const addresses = [...new Set([...from.keys(), ...to.keys()])].sort();
  const changes = addresses.flatMap((address) => changeOf(address, from.get(address), to.get(address)));
  return { changes, unchanged: addresses.length - changes.length };
}

function changeOf(
  address: string,
  from: Readonly<Record<string, unknown>> | undefined,
  to: Readonly<Record<string, unknown>> | undefined,
): readonly ResourceChange[] {
  if (from === undefined) return [{ kind: "added", address, attributes: [] }];
  if (to === undefined) return [{ kind: "removed", address, attributes: [] }];
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  const attributes = names.filter((name) => !isDeepStrictEqual(from[name], to[name]));
  return attributes.length === 0 ? [] : [{ kind: "changed", address, attributes }];
}
