import { z } from "zod";
import type { Runner } from "./runner.ts";

/** What a run has to judge: one commit, against another where there is one. */
export interface Target {
  readonly headSha: string;
  /** Commit that the head is compared with, before the merge base is looked up; null when there is none. */
  readonly baseSha: string | null;
  /** Pull request to comment on; null outside pull requests. */
  readonly pullNumber: number | null;
  readonly fromFork: boolean;
  /** Reference that a run was started on by hand, where that is not the default branch, e.g. `refs/heads/try`; else null. */
  readonly otherRef: string | null;
  /** False when the workspace must not be read, because it holds or may hold something else than the head. */
  readonly mayReadWorkspace: boolean;
}

export type TargetResult = { readonly kind: "target"; readonly target: Target } | { readonly kind: "refused"; readonly message: string };

const sha = z.string().min(1);

const PullRequestEvent = z.object({
  pull_request: z.object({
    number: z.int().positive(),
    // The repository of a fork that was deleted since is null.
    head: z.object({ sha, repo: z.object({ full_name: z.string() }).nullable().optional() }),
    base: z.object({ sha }),
  }),
});
const MergeGroupEvent = z.object({ merge_group: z.object({ head_sha: sha, base_sha: sha }) });
const DispatchEvent = z.object({ ref: z.string(), repository: z.object({ default_branch: z.string() }) });
const PushEvent = z.object({ before: sha, after: sha });

const supported = "pull_request, pull_request_target without a checkout, merge_group, push, workflow_dispatch, schedule";

/**
 * Reads head, base and pull request from the event.
 *
 * Example: a `pull_request` event of pull request 7 from a fork gives
 * `{ headSha: "4f0c…", baseSha: "9b1d…", pullNumber: 7, fromFork: true, mayReadWorkspace: true }`.
 */
export function targetOf(runner: Pick<Runner, "eventName" | "sha" | "repository">, payload: unknown): TargetResult {
  switch (runner.eventName) {
    case "pull_request":
      return pullRequest(runner.repository, payload, true);
    case "pull_request_target":
      return pullRequest(runner.repository, payload, false);
    case "merge_group": {
      const { merge_group: group } = read(MergeGroupEvent, payload, "merge_group");
      return target({ headSha: group.head_sha, baseSha: group.base_sha });
    }
    case "push":
      return push(payload);
    case "workflow_dispatch": {
      const { data } = DispatchEvent.safeParse(payload);
      const isDefault = data === undefined || data.ref === `refs/heads/${data.repository.default_branch}`;
      return target({ headSha: runner.sha, otherRef: isDefault ? null : data.ref });
    }
    case "schedule":
      return target({ headSha: runner.sha });
    default:
      return { kind: "refused", message: `event "${runner.eventName}" has no commit to judge; run on one of: ${supported}` };
  }
}

function pullRequest({ owner, repo }: Runner["repository"], payload: unknown, mayReadWorkspace: boolean): TargetResult {
  const { pull_request: pull } = read(PullRequestEvent, payload, "pull_request");
  const headRepository = pull.head.repo;
  return target({
    headSha: pull.head.sha,
    baseSha: pull.base.sha,
    pullNumber: pull.number,
    fromFork: headRepository === null || (headRepository !== undefined && headRepository.full_name !== `${owner}/${repo}`),
    mayReadWorkspace,
  });
}

function push(payload: unknown): TargetResult {
  const { before, after } = read(PushEvent, payload, "push");
  if (isZero(after)) return { kind: "refused", message: "the push deleted a branch: there is no commit to judge" };
  return target({ headSha: after, baseSha: isZero(before) ? null : before });
}

function target(known: Pick<Target, "headSha"> & Partial<Target>): TargetResult {
  return { kind: "target", target: { baseSha: null, pullNumber: null, fromFork: false, otherRef: null, mayReadWorkspace: true, ...known } };
}

/** Git's way to say "no commit": a new or a deleted branch. */
function isZero(commit: string): boolean {
  return /^0+$/.test(commit);
}

function read<T extends z.ZodType>(schema: T, payload: unknown, event: string): z.output<T> {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`the ${event} event is not in GitHub's form: ${problems.join("; ")}`);
}
