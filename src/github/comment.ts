import type { Endpoints } from "@octokit/types";
import { type Author, isBy, isSameLogin } from "./author.ts";
import { type ApiError, apiErrorOf, type Client, type Id } from "./client.ts";
import { hasMarker, isNewer, markerLine, type RunState, splitComment } from "./marker.ts";
import type { Runner } from "./runner.ts";

/**
 * What became of the comment. `skipped-stale`: a newer commit or a newer run has the word.
 * `failed`: GitHub refused or broke down; the job's result does not depend on it.
 */
export type CommentStatus =
  | "created"
  | "updated"
  | "unchanged"
  | "skipped-read-only"
  | "skipped-event"
  | "skipped-mode"
  | "skipped-stale"
  | "failed";

export interface CommentOutcome {
  readonly status: CommentStatus;
  readonly url: string | null;
  /** What a person should know or change; null when all is well. */
  readonly warning: string | null;
}

/** An outcome, and what is left to do about it. */
export interface WrittenComment {
  readonly outcome: CommentOutcome;
  /** Waits until older runs have done what they had begun, and puts the comment right after them; at once where this run wrote nothing. */
  settle(): Promise<void>;
}

/** An outcome with the id of the comment, when this run wrote it. */
type Written = CommentOutcome & { readonly written?: Id };

/** One comment to bring up to date on one pull request. */
export interface CommentJob {
  readonly client: Client;
  readonly repository: Runner["repository"];
  readonly pullNumber: number;
  readonly key: string;
  readonly run: RunState;
  readonly author: Author;
  /** False keeps an existing comment up to date but writes no first one. */
  readonly mayCreate: boolean;
  /** The text below the marker as the given run would write it, in at most so many UTF-16 units. */
  render(run: RunState, maxLength: number): string;
  sleep(ms: number): Promise<void>;
}

/** Longest comment that GitHub's API takes: 65,536 characters, marker included (REST docs, issue comments, 2026-11). */
export const longestComment = 65_536;
const pageSize = 100;
const rounds = 3;
const roundPauseMs = 1_000;
/** Longer than an older run needs between its last look and its write, so that the newer run sees what it wrote. */
const settleMs = 500;

type Comment = Endpoints["GET /repos/{owner}/{repo}/issues/{issue_number}/comments"]["response"]["data"][number];

/**
 * Brings the pull request to exactly one up-to-date comment of this key, written by this token's account.
 *
 * Simultaneous first runs converge: each looks again after creating, the oldest comment stays and is brought up
 * to date, each run deletes its own newer one. A run that is not the newest of its commit, or whose commit is
 * not the head any more, writes nothing. A comment that would say the same is left alone. GitHub has no conditional write, so a run looks
 * once more some time after its own (`settle`): what an older run wrote over it in the meantime is put right.
 */
export async function writeComment(job: CommentJob): Promise<WrittenComment> {
  let problem: ApiError | null = null;
  for (let round = 1; round <= rounds; round += 1) {
    if (round > 1) await job.sleep(roundPauseMs * round);
    try {
      const own = await ownComments(job);
      const { written, ...outcome } = own.length > 0 ? await refresh(job, own) : await create(job);
      return { outcome, settle: async () => (written === undefined ? undefined : settle(job, written)) };
    } catch (error) {
      problem = apiErrorOf(error);
      if (problem === null) throw error;
      if (!isLostWrite(problem)) break;
    }
  }
  return { outcome: failure(job, problem), settle: async () => {} };
}

/** Writes again where an older run was later to write; whatever goes wrong here leaves the outcome as it was. */
async function settle(job: CommentJob, id: Id): Promise<void> {
  for (let round = 1; round < rounds; round += 1) {
    await job.sleep(settleMs);
    try {
      const { data } = await job.client.request("GET /repos/{owner}/{repo}/issues/comments/{comment_id}", {
        ...job.repository,
        comment_id: id,
      });
      const seen = splitComment(data.body ?? "").run;
      if (seen === null || seen.runId === job.run.runId || isNewer(seen, job.run)) return;
      await refresh(job, [data]);
    } catch (error) {
      if (apiErrorOf(error) === null) throw error;
      return;
    }
  }
}

/** A create whose answer was lost may have worked; a comment that was deleted meanwhile needs a new one: look again. */
function isLostWrite(problem: ApiError): boolean {
  return (problem.method === "POST" && problem.status >= 500) || (problem.method === "PATCH" && problem.status === 404);
}

/** Own comments of this key, oldest first, from all pages. */
async function ownComments(job: CommentJob, author: Author = job.author): Promise<Comment[]> {
  const found: Comment[] = [];
  for (let page = 1; ; page += 1) {
    const { data, headers } = await job.client.request("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", {
      ...job.repository,
      issue_number: job.pullNumber,
      per_page: pageSize,
      page,
    });
    found.push(...data.filter((comment) => isBy(author, comment.user) && hasMarker(job.key, comment.body ?? "")));
    // Octokit's own pager reads a 409 as the end of the list, which would create a second comment.
    if (!headers.link?.includes('rel="next"') && data.length < pageSize) return found.sort((a, b) => Number(a.id) - Number(b.id));
  }
}

async function refresh(job: CommentJob, own: readonly Comment[]): Promise<Written> {
  const [oldest, ...duplicates] = own;
  if (oldest === undefined) throw new Error("refresh needs a comment");
  const before = splitComment(oldest.body ?? "");
  const runs = own.map((comment) => splitComment(comment.body ?? "").run);
  // Rendered before the last look: what lies between look and write is the time in which a newer run can be overwritten.
  const same = before.run !== null && before.text.trimEnd() === textFor(job, before.run).trimEnd();
  const body = same ? null : bodyFor(job);
  if (await isOvertaken(job, runs)) return { status: "skipped-stale", url: oldest.html_url, warning: null };
  if (body !== null)
    await job.client.request("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", {
      ...job.repository,
      comment_id: oldest.id,
      body,
    });
  for (const duplicate of duplicates) await removeComment(job, duplicate.id);
  const url = oldest.html_url;
  return same ? { status: "unchanged", url, warning: null } : { status: "updated", url, warning: null, written: oldest.id };
}

async function create(job: CommentJob): Promise<Written> {
  if (!job.mayCreate) return { status: "skipped-mode", url: null, warning: null };
  const body = bodyFor(job);
  if (await isOvertaken(job, [])) return { status: "skipped-stale", url: null, warning: null };
  const { data: created } = await job.client.request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", {
    ...job.repository,
    issue_number: job.pullNumber,
    body,
  });
  const author: Author = { login: created.user?.login ?? job.author.login, certain: true };
  const own = await ownComments(job, author);
  const oldest = own[0];
  const warning = isSameLogin(author.login, job.author.login)
    ? null
    : `the token comments as "${author.login}"; set comment-author: "${author.login}"`;
  // Nobody can have looked at it before it was there, so no older run can be about to write over it: nothing to settle.
  if (oldest === undefined || oldest.id === created.id) return { status: "created", url: created.html_url, warning };
  await removeComment(job, created.id);
  const others = own.filter((comment) => comment.id !== created.id);
  return { ...(await refresh(job, others)), warning };
}

/** True when the pull request has moved on, or a newer run has already commented. */
async function isOvertaken(job: CommentJob, runs: readonly (RunState | null)[]): Promise<boolean> {
  if (runs.some((run) => run !== null && isNewer(run, job.run))) return true;
  const head = await headOf(job);
  return head !== null && head !== job.run.head;
}

/** Head of the pull request right now; null when the token may not read it, and then the run numbers decide. */
async function headOf(job: CommentJob): Promise<string | null> {
  try {
    const { data } = await job.client.request("GET /repos/{owner}/{repo}/pulls/{pull_number}", {
      ...job.repository,
      pull_number: job.pullNumber,
    });
    return data.head.sha;
  } catch (error) {
    if (apiErrorOf(error) === null) throw error;
    return null;
  }
}

/** A duplicate that cannot be deleted is left to the next run. */
async function removeComment(job: CommentJob, id: Id): Promise<void> {
  try {
    await job.client.request("DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}", { ...job.repository, comment_id: id });
  } catch (error) {
    if (apiErrorOf(error) === null) throw error;
  }
}

function textFor(job: CommentJob, run: RunState): string {
  return job.render(run, longestComment - markerLine(job.key, run).length - 1);
}

function bodyFor(job: CommentJob): string {
  const body = `${markerLine(job.key, job.run)}\n${textFor(job, job.run)}`;
  if (body.length > longestComment) throw new Error(`the comment has ${body.length} characters; at most ${longestComment} are allowed`);
  return body;
}

function failure(job: CommentJob, problem: ApiError | null): CommentOutcome {
  const start = `no comment on pull request ${job.pullNumber}:`;
  if (problem === null) throw new Error(`${start} no round ran`);
  const { seen } = problem;
  const forbidden = (problem.status === 403 && !problem.limited && !/locked/i.test(problem.message)) || problem.status === 404;
  if (!forbidden) return { status: "failed", url: null, warning: `${start} ${seen}; the job summary has the whole report` };
  const remedy =
    'give the job the permission "pull-requests: write"; pull requests from forks and from Dependabot get a read-only token, docs/recipes.md has a way for them';
  return { status: "skipped-read-only", url: null, warning: `${start} the token may not write there (${seen}); ${remedy}` };
}
