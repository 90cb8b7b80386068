import type { Endpoints } from "@octokit/types";
import { fence, markdown, paragraph, type Writer } from "../report/markdown.ts";
import { change, usd } from "../report/money.ts";
import { code, line, strong } from "../report/spans.ts";
import { commandLine } from "../report/text.ts";
import { type Author, isBy } from "./author.ts";
import { apiErrorOf, type Client, type Id } from "./client.ts";
import { hasMarker } from "./marker.ts";
import type { Runner } from "./runner.ts";
import type { Suggestion } from "./suggest.ts";

/** The review comments of one run on one pull request. */
export interface ReviewJob {
  readonly client: Client;
  readonly repository: Runner["repository"];
  readonly pullNumber: number;
  readonly headSha: string;
  readonly key: string;
  readonly author: Author;
  readonly suggestions: readonly Suggestion[];
}

const pageSize = 100;

/** False when the pull request has moved on, so that another run has the word. */
export async function isCurrent(job: Pick<ReviewJob, "client" | "repository" | "pullNumber" | "headSha">): Promise<boolean> {
  try {
    const { data } = await job.client.request("GET /repos/{owner}/{repo}/pulls/{pull_number}", {
      ...job.repository,
      pull_number: job.pullNumber,
    });
    return data.head.sha === job.headSha;
  } catch (error) {
    if (apiErrorOf(error) === null) throw error;
    return false;
  }
}

/** Lines that a pull request adds or alters, by file: line number to text, as the head has them. */
export type ChangedLines = ReadonlyMap<string, ReadonlyMap<number, string>>;

/** Asks GitHub which lines of which files the pull request changes; a comment can stand on no other line. */
export async function changedLines(job: Pick<ReviewJob, "client" | "repository" | "pullNumber">): Promise<ChangedLines> {
  const changed = new Map<string, ReadonlyMap<number, string>>();
  for (let page = 1; ; page += 1) {
    const { data } = await job.client.request("GET /repos/{owner}/{repo}/pulls/{pull_number}/files", {
      ...job.repository,
      pull_number: job.pullNumber,
      per_page: pageSize,
      page,
    });
    for (const file of data) changed.set(file.filename, addedLines(file.patch ?? ""));
    if (data.length < pageSize) return changed;
  }
}

/**
 * The added lines of a patch with their numbers in the new file.
 *
 * Example: `@@ -1,2 +1,2 @@\n a: 1\n-b: 2\n+b: 3` gives line 2, `b: 3`.
 */
export function addedLines(patch: string): ReadonlyMap<number, string> {
  const added = new Map<number, string>();
  let number = 0;
  for (const row of patch.split("\n")) {
    const start = /^@@ -\d+(?:,\d+)? \+(\d+)/.exec(row)?.[1];
    if (start !== undefined) number = Number(start);
    else if (row.startsWith("+")) added.set(number++, row.slice(1));
    else if (row.startsWith(" ")) number += 1;
  }
  return added;
}

/**
 * Brings the suggestions on the pull request in line with those of this run: missing ones are posted, those that no longer hold are
 * deleted, one that is there stays as it is. Two runs at once end with one of each, because the older of two equal ones stays.
 */
export async function syncSuggestions(job: ReviewJob): Promise<void> {
  const wanted = job.suggestions.map((suggestion) => wantedComment(job.key, suggestion)).filter((comment) => comment !== null);
  const own = await ownReviewComments(job, job.author);
  const missing = wanted.filter((comment) => !own.some((other) => isSame(comment, other)));
  let { author } = job;
  for (const comment of missing) {
    const { data } = await job.client.request("POST /repos/{owner}/{repo}/pulls/{pull_number}/comments", {
      ...job.repository,
      pull_number: job.pullNumber,
      commit_id: job.headSha,
      side: "RIGHT",
      ...comment,
    });
    author = { login: data.user?.login ?? author.login, certain: true };
  }
  const all = missing.length === 0 ? own : await ownReviewComments(job, author);
  const kept = wanted.flatMap((comment) => all.find((other) => isSame(comment, other))?.id ?? []);
  for (const { id } of all.filter((comment) => !kept.includes(comment.id))) await removeReviewComment(job, id);
}

/** Another run may have been faster; gone is gone. */
async function removeReviewComment(job: ReviewJob, id: Id): Promise<void> {
  try {
    await job.client.request("DELETE /repos/{owner}/{repo}/pulls/comments/{comment_id}", { ...job.repository, comment_id: id });
  } catch (error) {
    if (apiErrorOf(error)?.status !== 404) throw error;
  }
}

interface Wanted {
  readonly path: string;
  readonly line: number;
  readonly body: string;
}

type ReviewComment = Endpoints["GET /repos/{owner}/{repo}/pulls/{pull_number}/comments"]["response"]["data"][number];

function isSame(wanted: Wanted, comment: ReviewComment): boolean {
  // GitHub takes the line away from a comment whose line has changed since.
  return (
    comment.path === wanted.path &&
    comment.line === wanted.line &&
    comment.body.replaceAll("\r\n", "\n").trimEnd() === wanted.body.trimEnd()
  );
}

/** Own suggestions of this key, oldest first. */
async function ownReviewComments(job: ReviewJob, author: Author): Promise<readonly ReviewComment[]> {
  const found: ReviewComment[] = [];
  for (let page = 1; ; page += 1) {
    const { data } = await job.client.request("GET /repos/{owner}/{repo}/pulls/{pull_number}/comments", {
      ...job.repository,
      pull_number: job.pullNumber,
      per_page: pageSize,
      page,
    });
    found.push(...data.filter((comment) => isBy(author, comment.user) && hasMarker(job.key, comment.body)));
    if (data.length < pageSize) return found.sort((a, b) => Number(a.id) - Number(b.id));
  }
}

/** The comment of a suggestion; null where its line holds what a reader would not see. */
function wantedComment(key: string, suggestion: Suggestion): Wanted | null {
  const { edit, file, gates, fromUsd, toUsd } = suggestion;
  if (edit.lines.some((text) => commandLine(text) !== text)) return null;
  const writer: Writer = { context: { serverUrl: "", repository: "", headSha: null, runUrl: null, maxLength: 0 }, file };
  const names = gates.flatMap((gate, index) => (index === 0 ? [code(gate)] : line(" and ", code(gate))));
  const cost =
    toUsd === null ? "" : fromUsd === null ? `: ${usd(toUsd)} a month` : `: ${usd(toUsd)} a month, ${change(toUsd - fromUsd, fromUsd)}`;
  const blocks = [
    paragraph(writer, line(strong(`Passes the ${gates.length === 1 ? "gate" : "gates"}`), " ", ...names, `: ${edit.what}${cost}.`)),
    fence("suggestion", edit.lines),
    paragraph(writer, line(`It was evaluated and no gate fails. It holds if ${edit.holds}.`)),
  ];
  return { path: file, line: edit.line, body: `<!-- breakeven:${key} suggestion -->\n${markdown(blocks)}` };
}
