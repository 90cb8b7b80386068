import { lstat, readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";

/**
 * Which commit a folder has checked out, read from git's own files: the action starts no process.
 * `none`: no repository; `unknown`: a repository whose commit cannot be told.
 */
export type Checkout = { readonly kind: "none" } | { readonly kind: "unknown" } | CommitCheckout;

export interface CommitCheckout {
  readonly kind: "commit";
  readonly sha: string;
  /** True when some of the commit's files may not be on disk. */
  readonly sparse: boolean;
}

/** The commit checked out in a folder. After `actions/checkout` of a pull request it is the test merge. */
export async function checkoutOf(folder: string): Promise<Checkout> {
  const gitFolder = await gitFolderOf(folder);
  if (gitFolder === null) return { kind: "none" };
  const head = await textOf(join(gitFolder, "HEAD"));
  const reference = head?.match(/^ref: (refs\/[^\s]+)$/)?.[1];
  const sha = reference === undefined ? head : await resolveReference(gitFolder, reference);
  if (sha === null || !/^[0-9a-f]{40,64}$/.test(sha)) return { kind: "unknown" };
  // The file stays when a sparse checkout is widened again; then the commit is asked for once too often.
  return { kind: "commit", sha, sparse: (await textOf(join(gitFolder, "info", "sparse-checkout"))) !== null };
}

/**
 * A folder of the workspace that holds a commit other than the trusted ones, or null.
 * Looks at the workspace and the folders in it, where `actions/checkout` puts what it fetches.
 */
export async function foreignCheckout(workspace: string, trusted: readonly string[]): Promise<string | null> {
  const children = await readdir(workspace, { withFileTypes: true }).catch(() => []);
  const folders = [workspace, ...children.filter((child) => child.isDirectory()).map((child) => join(workspace, child.name))];
  for (const folder of folders) {
    const checkout = await checkoutOf(folder);
    if (checkout.kind === "unknown" || (checkout.kind === "commit" && !trusted.includes(checkout.sha))) return folder;
  }
  return null;
}

async function gitFolderOf(folder: string): Promise<string | null> {
  const path = join(folder, ".git");
  const stats = await lstat(path).catch(() => null);
  if (stats === null) return null;
  if (stats.isDirectory()) return path;
  // A worktree or a submodule has a file that points to its folder.
  const pointer = (await textOf(path))?.match(/^gitdir: (.+)$/)?.[1];
  return pointer === undefined ? path : resolve(folder, pointer);
}

async function resolveReference(gitFolder: string, reference: string): Promise<string | null> {
  const loose = await textOf(join(gitFolder, reference));
  if (loose !== null) return loose;
  const packed = await textOf(join(gitFolder, "packed-refs"));
  const line = packed?.split("\n").find((entry) => entry.endsWith(` ${reference}`));
  return line?.split(" ")[0] ?? null;
}

async function textOf(path: string): Promise<string | null> {
  return readFile(path, "utf8").then(
    (text) => text.trim(),
    () => null,
  );
}
