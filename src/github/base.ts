import { z } from "zod";
import { UserError } from "../files.ts";
import type { Checkout } from "./checkout.ts";
import { apiErrorOf, type Client } from "./client.ts";
import type { Target } from "./event.ts";
import type { Runner } from "./runner.ts";

/** The commit to compare with, and the files that moved or went since. */
export interface Base {
  readonly sha: string;
  /** New path -> old path of renamed files. */
  readonly renamedFrom: ReadonlyMap<string, string>;
  /** Paths that the head no longer has: removed, or renamed to something else. */
  readonly gone: readonly string[];
  /** False when more files differ than GitHub lists, so that renames and removals may be missing above. */
  readonly complete: boolean;
  /** The tip of the branch that a pull request goes to, where the branch has moved on since `sha`; else null. */
  readonly tip: string | null;
  /** What could not be looked up; null when all was. */
  readonly warning: string | null;
}

const Comparison = z.object({
  merge_base_commit: z.object({ sha: z.string() }),
  files: z.array(z.object({ filename: z.string(), status: z.string(), previous_filename: z.string().optional() })).default([]),
});

/**
 * Finds the commit that shows what this change does, and nothing that others did meanwhile.
 *
 * A head by itself is compared with its merge base. A checkout of the test merge (what `actions/checkout` gives on
 * `pull_request`) already holds the base branch, so it is compared with the base commit that went into the merge.
 * Null when the event has no base.
 */
export async function findBase(options: {
  readonly client: Client;
  readonly runner: Pick<Runner, "repository" | "sha" | "eventName">;
  readonly target: Target;
  readonly checkout: Checkout;
}): Promise<Base | null> {
  const { client, runner, target, checkout } = options;
  if (target.baseSha === null) return null;
  const merged = checkout.kind === "commit" && checkout.sha === runner.sha && runner.sha !== target.headSha;
  const mergedBase = merged ? await firstParentOf(client, runner) : null;
  const from = mergedBase ?? target.baseSha;
  try {
    const { warning, ...comparison } = await compare(client, runner.repository, `${from}...${target.headSha}`);
    const moved = comparison.files.flatMap(({ status, filename, previous_filename: old }) =>
      status === "renamed" && old !== undefined ? [[filename, old] as const] : [],
    );
    const removed = comparison.files.filter((file) => file.status === "removed").map((file) => file.filename);
    const sha = merged ? from : comparison.merge_base_commit.sha;
    return {
      sha,
      renamedFrom: new Map(moved),
      gone: [...removed, ...moved.map(([, old]) => old)],
      complete: warning === null && comparison.files.length < MOST_COMPARED_FILES,
      tip: target.pullNumber !== null && sha !== from ? from : null,
      warning,
    };
  } catch (error) {
    const problem = apiErrorOf(error);
    if (problem === null || problem.status >= 500 || problem.limited) throw error;
    // After a forced push the commit before it may be gone; that of a pull request is there, or the token must not see it.
    if (problem.status === 404 && runner.eventName !== "push") await mustBeReadable(client, runner.repository, from);
    const warning =
      `cannot compare ${from} with ${target.headSha} (${problem.seen}); the base is taken as ${from} itself ` +
      'and renames are not followed; give the job the permission "contents: read"';
    return { sha: from, renamedFrom: new Map(), gone: [], complete: true, tip: null, warning };
  }
}

/** Files that GitHub lists of a comparison (docs.github.com, compare two commits, read 2026-11-29). */
const MOST_COMPARED_FILES = 300;

/**
 * The list of files is on the first page alone; one commit a page keeps the rest of the answer small. For a very large change GitHub answers
 * 500, "this diff is taking too long to generate", each time; the next page has the merge base without a diff.
 */
async function compare(client: Client, repository: Runner["repository"], basehead: string) {
  const read = async (page: number) => {
    const { data } = await client.request("GET /repos/{owner}/{repo}/compare/{basehead}", { ...repository, basehead, per_page: 1, page });
    return Comparison.parse(data);
  };
  try {
    return { ...(await read(1)), warning: null };
  } catch (error) {
    const problem = apiErrorOf(error);
    if (problem === null || problem.status < 500) throw error;
    const warning = `GitHub does not list what changes in ${basehead} (${problem.seen}); renames are not followed`;
    return { ...(await read(2)), files: [], warning };
  }
}

/** Throws when a commit cannot be seen: its files would read as absent, and a policy whose base is absent has no gate of the base. */
async function mustBeReadable(client: Client, repository: Runner["repository"], sha: string): Promise<void> {
  try {
    await client.request("GET /repos/{owner}/{repo}/git/commits/{commit_sha}", { ...repository, commit_sha: sha });
  } catch (error) {
    if (apiErrorOf(error)?.status !== 404) throw error;
    const { owner, repo } = repository;
    throw new UserError(
      `the token cannot see the base commit ${sha} of ${owner}/${repo} (HTTP 404), so its gates cannot be checked; ` +
        'give the job the permission "contents: read", or a github-token that may read this repository',
    );
  }
}

/** The commit that a commit was made on, for a merge the one that was merged into; null when it cannot be told. */
export async function firstParentOf(client: Client, runner: Pick<Runner, "repository" | "sha">): Promise<string | null> {
  try {
    const { data } = await client.request("GET /repos/{owner}/{repo}/git/commits/{commit_sha}", {
      ...runner.repository,
      commit_sha: runner.sha,
    });
    return data.parents[0]?.sha ?? null;
  } catch (error) {
    const problem = apiErrorOf(error);
    if (problem === null || problem.status >= 500) throw error;
    return null;
  }
}
