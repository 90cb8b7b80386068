import { z } from "zod";
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
  readonly runner: Pick<Runner, "repository" | "sha">;
  readonly target: Target;
  readonly checkout: Checkout;
}): Promise<Base | null> {
  const { client, runner, target, checkout } = options;
  if (target.baseSha === null) return null;
  const merged = checkout.kind === "commit" && checkout.sha === runner.sha && runner.sha !== target.headSha;
  const mergedBase = merged ? await firstParentOf(client, runner) : null;
  const from = mergedBase ?? target.baseSha;
  try {
    const comparison = await compare(client, runner.repository, `${from}...${target.headSha}`);
    const moved = comparison.files.flatMap(({ status, filename, previous_filename: old }) =>
      status === "renamed" && old !== undefined ? [[filename, old] as const] : [],
    );
    const removed = comparison.files.filter((file) => file.status === "removed").map((file) => file.filename);
    return {
      sha: merged ? from : comparison.merge_base_commit.sha,
      renamedFrom: new Map(moved),
      gone: [...removed, ...moved.map(([, old]) => old)],
      warning: null,
    };
  } catch (error) {
    const problem = apiErrorOf(error);
    if (problem === null || problem.status >= 500 || problem.limited) throw error;
    const warning =
      `cannot compare ${from} with ${target.headSha} (HTTP ${problem.status}: ${problem.message}); the base is taken as ${from} itself ` +
      'and renames are not followed; give the job the permission "contents: read"';
    return { sha: from, renamedFrom: new Map(), gone: [], warning };
  }
}

/** The list of files (at most 300) is on the first page; one commit a page keeps the rest of the answer small. */
async function compare(client: Client, repository: Runner["repository"], basehead: string) {
  const { data } = await client.request("GET /repos/{owner}/{repo}/compare/{basehead}", { ...repository, basehead, per_page: 1, page: 1 });
  return Comparison.parse(data);
}

async function firstParentOf(client: Client, runner: Pick<Runner, "repository" | "sha">): Promise<string | null> {
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
