import { mkdir, open, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A mistake of the user that has nothing to do with a line of a policy: a missing file, a wrong option. */
export class UserError extends Error {}

/** Longest part of a file that is read at all; the parser refuses far smaller ones with the size that they have. */
const READ_LIMIT_BYTES = 16 * 1024 * 1024;

/** Text of a policy file. Bytes that are not UTF-8 become U+FFFD, which the parser reports. */
export async function readPolicyText(path: string): Promise<string> {
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(
      error.code === "ENOENT"
        ? `${path}: no such file; name an existing policy, or write one with "breakeven init"`
        : `${path}: ${error.message}`,
    );
  });
  if (info.isDirectory()) throw new UserError(`${path}: is a directory; name a policy file`);
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(info.size, READ_LIMIT_BYTES)), 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
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
