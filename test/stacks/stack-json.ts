import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { StackConfig } from "../../src/stack-config.ts";
import { synthesize } from "../../stacks/synthesize.ts";

const Block = z.record(z.string(), z.unknown());
const Blocks = z.record(z.string(), z.record(z.string(), Block));

/** Terraform JSON as far as tests look into it: resources by type and logical id. */
export const StackJson = z.looseObject({
  terraform: Block,
  provider: z.object({ aws: z.array(Block).length(1) }),
  resource: Blocks,
  data: Blocks,
  variable: z.record(z.string(), Block).default({}),
  output: z.record(z.string(), Block).default({}),
  locals: z.record(z.string(), z.unknown()).optional(),
  ephemeral: Blocks.optional(),
});
export type StackJson = z.infer<typeof StackJson>;
export type Resource = z.infer<typeof Block>;

/** Synthesizes into a folder that is gone afterwards; returns the exact text of the file. */
export function synthesizedText(config: StackConfig): string {
  const folder = mkdtempSync(join(tmpdir(), "breakeven-synth-"));
  try {
    return readFileSync(synthesize(config, folder).file, "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function synthesized(config: StackConfig): StackJson {
  return withoutComments(StackJson.parse(JSON.parse(synthesizedText(config))));
}

/** Without the `//` members, in which cdktf notes construct paths. */
export function withoutComments<T>(value: T): T {
  return JSON.parse(JSON.stringify(value, (key, member) => (key === "//" ? undefined : member)));
}

/** All resources of one type with their ids; empty where the stack has none. */
export function resourcesOf(stack: StackJson, type: string): readonly (readonly [id: string, resource: Resource])[] {
  return Object.entries(stack.resource[type] ?? {});
}

/** Paths of the secrets that a stack uses, below its prefix, e.g. `provider/openai`. */
export function secretPaths(stack: StackJson): readonly string[] {
  return Object.keys(z.record(z.string(), z.string()).parse(stack.locals?.secrets_in_use)).sort();
}

/**
 * A stack as a file for Terraform. An empty block map (`"variable": {}`, which `StackJson` puts where the stack asks for nothing) is left
 * out, as cdktf does: Terraform reads it as one block without a label and refuses the file.
 */
export function terraformText(stack: Readonly<Record<string, unknown>>): string {
  const full = Object.entries(stack).filter(([, blocks]) => !isEmpty(blocks));
  return JSON.stringify(withoutComments(Object.fromEntries(full)), null, 2);
}

/** Names of the top-level block maps without a block. */
export function emptyBlocks(text: string): readonly string[] {
  return Object.entries(z.record(z.string(), z.unknown()).parse(JSON.parse(text))).flatMap(([name, blocks]) =>
    isEmpty(blocks) ? [name] : [],
  );
}

function isEmpty(blocks: unknown): boolean {
  return typeof blocks === "object" && blocks !== null && Object.keys(blocks).length === 0;
}
