import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MAX_POLICY_BYTES } from "./policy/parse.ts";

/** A mistake of the user that has nothing to do with a line of a policy: a missing file, a wrong option. */
export class UserError extends Error {}

/**
 * Text of a policy file. Bytes that are not UTF-8 become U+FFFD, which the parser reports; a file above the limit is
 * cut just beyond it, so the parser reports that too and nothing large is ever held.
 */
export async function readPolicyText(path: string): Promise<string> {
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(
      error.code === "ENOENT"
        ? `${path}: no such file; name an existing policy, or write one with "breakeven init"`
        : `${path}: ${error.message}`,
    );
  });
  if (info.isDirectory()) throw new UserError(`${path}: is a directory; name a policy file`);
  const bytes = await readFile(path);
  return bytes.subarray(0, MAX_POLICY_BYTES + 1).toString("utf8");
}

/** Writes a file whole or not at all: beside the target first, then renamed over it. */
export async function writeWhole(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const beside = join(dirname(path), `.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`);
  try {
    await writeFile(beside, content, "utf8");
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
