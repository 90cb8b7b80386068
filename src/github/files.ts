import { open, readdir, realpath } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { z } from "zod";
import { UserError } from "../files.ts";
import type { Diagnostic } from "../policy/diagnostic.ts";
import { MAX_POLICY_BYTES } from "../policy/parse.ts";
import { apiErrorOf, type Client } from "./client.ts";
import { isForeign, matchesAny, reachOf } from "./glob.ts";
import type { Runner } from "./runner.ts";

/** A policy file as found: its text, why it cannot be read, or that it is not there. */
export type FileText =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "unreadable"; readonly diagnostic: Diagnostic }
  | { readonly kind: "absent" };

/** A place that holds the policies of one commit. */
export interface FileSource {
  list(patterns: readonly string[]): Promise<readonly string[]>;
  /** Text of a file. A checkout gives at most `maxBytes` and one more, by default those of a policy. */
  read(path: string, maxBytes?: number): Promise<FileText>;
}

/**
 * Files of a checkout. A path that leads out of the workspace, also through a symbolic link, is never read.
 *
 * Example: `workspaceSource("/home/runner/work/support/support").read(".github/breakeven.yml")`.
 */
export function workspaceSource(workspace: string): FileSource {
  return {
    list: async (patterns) => {
      const found = await Promise.all(patterns.map(reachOf).map(({ folder, levels }) => namesBelow(workspace, folder, levels)));
      return [...new Set(found.flat())].filter((name) => matchesAny(patterns, name));
    },
    read: (path, maxBytes = MAX_POLICY_BYTES) => readInside(workspace, path, maxBytes),
  };
}

/** Files of a commit, through the API: nothing is checked out, and nothing of the pull request runs. */
export function commitSource(client: Client, repository: Runner["repository"], sha: string): FileSource {
  return {
    list: (patterns) => listCommit(client, repository, sha, patterns),
    read: (path) => readCommit(client, repository, sha, path),
  };
}

/**
 * Names of the files below a folder, as git lists a commit: a link is a name and nothing is below it. To walk through a link would count
 * a policy twice, or leave the workspace.
 */
async function namesBelow(workspace: string, folder: string, levels: number): Promise<readonly string[]> {
  const entries = await readdir(join(workspace, folder), { withFileTypes: true }).catch(() => []);
  const names = entries.map(async (entry) => {
    const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isFile() || entry.isSymbolicLink()) return [name];
    return entry.isDirectory() && levels > 1 && !isForeign(`${name}/`) ? namesBelow(workspace, name, levels - 1) : [];
  });
  return (await Promise.all(names)).flat();
}

async function readInside(workspace: string, path: string, maxBytes: number): Promise<FileText> {
  const root = await realpath(workspace);
  const target = await realpath(resolve(root, path)).catch(() => null);
  if (target === null) return { kind: "absent" };
  if (!target.startsWith(root + sep)) {
    return unreadable(path, "outside-workspace", "leads out of the workspace", "replace the symbolic link by the file itself");
  }
  const file = await open(target);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) return unreadable(path, "not-a-file", "is not a file", "name a file or a glob");
    // One byte above the limit is enough for the parser to report the file as too large, and nothing large is held.
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytes + 1), 0, maxBytes + 1, 0);
    return asText(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

const Tree = z.object({ truncated: z.boolean(), tree: z.array(z.object({ path: z.string(), type: z.string() })) });

async function listCommit(client: Client, repository: Runner["repository"], sha: string, patterns: readonly string[]) {
  const { data } = await client.request("GET /repos/{owner}/{repo}/git/trees/{tree_sha}", { ...repository, tree_sha: sha, recursive: "1" });
  const { truncated, tree } = Tree.parse(data);
  // A partial list could miss a policy, and a policy that is missed is a gate that is not checked.
  if (truncated)
    throw new UserError(`the repository has too many files to list through the API; name each policy instead of ${patterns.join(", ")}`);
  return tree.filter((entry) => entry.type === "blob" && matchesAny(patterns, entry.path)).map((entry) => entry.path);
}

const Base64File = z.object({ type: z.literal("file"), encoding: z.literal("base64"), content: z.string() });

async function readCommit(client: Client, repository: Runner["repository"], sha: string, path: string): Promise<FileText> {
  // Octokit would write the slashes of the path as %2F, which proxies before Enterprise servers often refuse.
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  try {
    const { data } = await client.request(`GET /repos/{owner}/{repo}/contents/${encoded}`, {
      ...repository,
      ref: sha,
      headers: { accept: "application/vnd.github.raw+json" },
    });
    return contentOf(path, data);
  } catch (error) {
    const problem = apiErrorOf(error);
    if (problem === null) throw error;
    if (problem.status === 404) return { kind: "absent" };
    if (problem.limited || problem.status >= 500) throw error;
    throw new UserError(`cannot read ${path} at ${sha} (${problem.seen})${remedyFor(problem.status)}`);
  }
}

function remedyFor(status: number): string {
  if (status === 401) return '; the input "github-token" is no valid token, or has expired';
  return status === 403 ? '; give the job the permission "contents: read"' : "";
}

function contentOf(path: string, data: unknown): FileText {
  if (typeof data === "string") return { kind: "text", text: data };
  if (data instanceof ArrayBuffer) return asText(Buffer.from(data));
  const file = Base64File.safeParse(data);
  if (file.success) return asText(Buffer.from(file.data.content, "base64"));
  return unreadable(path, "not-a-file", "is not a file", "name a file or a glob");
}

/** Bytes that are not UTF-8 become U+FFFD, which the parser reports with its place. */
function asText(bytes: Buffer): FileText {
  return { kind: "text", text: bytes.toString("utf8") };
}

function unreadable(file: string, code: string, problem: string, fix: string): FileText {
  return {
    kind: "unreadable",
    diagnostic: { severity: "error", code, file, line: 1, column: 1, path: "", message: `the policy file ${problem}`, fix },
  };
}
