import type { Author } from "../../src/github/author.ts";
import { type Client, createClient, defaultBounds } from "../../src/github/client.ts";
import { type CommentJob, type CommentOutcome, writeComment } from "../../src/github/comment.ts";
import type { RunState } from "../../src/github/marker.ts";
import { type FakeGitHub, startGitHub } from "./server.ts";

export const pullNumber = 7;
export const key = "0123456789ab";

/** A commit id that reads like its name: `commit("a1")` is `a1a1…`, 40 digits. */
export function commit(digits: string): string {
  return digits.repeat(40).slice(0, 40);
}

/** Where a repository keeps its policy. */
export const policyPath = ".github/breakeven.yml";

/** A policy of one workload that only an API may serve; `extra` stands below it. */
export function smallPolicy(requests: number, extra = ""): string {
  return `version: 1
name: support
workloads:
  - name: chat
    volume: { requests_per_month: ${requests} }
    tokens: { input: 500, output: 200 }
    candidates: { api: [gpt-4.1-mini] }
${extra}`;
}

/** A GitHub with one pull request from `base` to `head`, and the small policy at 100,000 requests on the base. */
export async function startGitHubWithPull(head: string, base: string): Promise<FakeGitHub> {
  const github = await startGitHub();
  github.pulls.set(pullNumber, head);
  github.commits.set(base, { files: { [policyPath]: smallPolicy(100_000) } });
  github.comparisons.set(`${base}...${head}`, { mergeBase: base });
  return github;
}

/** A client that records its waits instead of waiting. */
export function testClient(github: FakeGitHub, changes: { responseMs?: number; now?: Date } = {}) {
  const waits: number[] = [];
  const notes: string[] = [];
  const client = createClient({
    token: "ghs_test",
    apiUrl: github.url,
    fetch,
    patience: {
      ...defaultBounds,
      ...(changes.responseMs === undefined ? {} : { responseMs: changes.responseMs }),
      now: () => changes.now ?? new Date("2026-11-20T12:00:00Z"),
      note: (text) => notes.push(text),
      sleep: async (ms) => {
        waits.push(ms);
      },
    },
  });
  return { client, waits, notes };
}

export function runState(changes: Partial<RunState> = {}): RunState {
  return { head: commit("a1"), runId: "9001", runNumber: 5, runAttempt: 1, ...changes };
}

export const jobToken: Author = { login: "github-actions[bot]", certain: false };

/** A comment job whose text is `text`, with the head in it as a link would have it. */
export function commentJob(github: FakeGitHub, text: string, changes: Partial<CommentJob> & { client?: Client } = {}): CommentJob {
  return {
    client: changes.client ?? testClient(github).client,
    repository: github.repository,
    pullNumber,
    key,
    run: runState(),
    author: jobToken,
    mayCreate: true,
    render: (run, maxLength) => `${text}\n\nPolicy at ${run.head}, run ${run.runId}.`.slice(0, maxLength),
    sleep: async () => {},
    ...changes,
  };
}

/** Writes the comment and stays until it has settled, as a run does. */
export async function upsertComment(job: CommentJob): Promise<CommentOutcome> {
  const { outcome, settle } = await writeComment(job);
  await settle();
  return outcome;
}

/** Resolves once `count` callers wait at the same point. */
export function barrier(count: number): () => Promise<void> {
  let waiting = 0;
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return async () => {
    waiting += 1;
    if (waiting >= count) open();
    await opened;
  };
}
