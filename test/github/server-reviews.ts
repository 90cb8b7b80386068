import { addedLines } from "../../src/github/review.ts";
import { gitHubDescription } from "./openapi.ts";

/** Review comments, files of pull requests and issues of the test server. */

export interface StoredReviewComment {
  readonly id: number;
  readonly pull: number;
  readonly login: string;
  readonly type: "User" | "Bot";
  readonly path: string;
  /** Null once the line has changed. */
  line: number | null;
  readonly body: string;
}

export interface StoredIssue {
  readonly number: number;
  readonly login: string;
  readonly type: "User" | "Bot";
  state: "open" | "closed";
  body: string;
  readonly isPull?: boolean;
}

export interface ReviewState {
  readonly url: string;
  readonly identity: { readonly login: string; readonly type: "User" | "Bot" };
  readonly mayWrite: boolean;
  /** Files that a pull request changes, with their patches. */
  readonly pullFiles: Map<number, readonly { readonly filename: string; readonly patch: string }[]>;
  readonly reviewComments: StoredReviewComment[];
  readonly issues: StoredIssue[];
  /** False for a token without `issues: write`. */
  readonly mayWriteIssues: boolean;
  nextId: number;
}

interface Question {
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

const refused = (status: number, message: string) => ({ status, body: { message, documentation_url: "https://docs.github.com/rest" } });
const readOnly = refused(403, "Resource not accessible by integration");

function page<T>(items: readonly T[], query: URLSearchParams): readonly T[] {
  const size = Number(query.get("per_page") ?? 30);
  const number = Number(query.get("page") ?? 1);
  return items.slice((number - 1) * size, number * size);
}

function reviewJson(comment: StoredReviewComment) {
  const example = gitHubDescription().example("pull-request-review-comment");
  const user = { ...Object(example.user), login: comment.login, type: comment.type };
  const { line: _, ...others } = example;
  const place = comment.line === null ? {} : { line: comment.line };
  return { ...others, ...place, id: comment.id, path: comment.path, body: comment.body, user };
}

function issueJson(state: ReviewState, issue: StoredIssue) {
  const { pull_request: pull, pinned_comment: _, ...example } = gitHubDescription().example("issue");
  const user = { ...Object(example.user), login: issue.login, type: issue.type };
  const html_url = `https://github.com/acme/support/issues/${issue.number}`;
  const common = { ...example, number: issue.number, state: issue.state, body: issue.body, user, html_url, url: state.url };
  return issue.isPull === true ? { ...common, pull_request: pull } : common;
}

export const reviewHandlers = {
  listFiles(state: ReviewState, { parameters, query }: Question) {
    const address = "https://github.com/acme/support";
    const counts = { additions: 1, deletions: 1, changes: 2 };
    const urls = { blob_url: address, raw_url: address, contents_url: address };
    const files = state.pullFiles.get(Number(parameters.pull_number)) ?? [];
    return {
      status: 200,
      body: page(files, query).map((file) => ({ sha: "0".repeat(40), status: "modified", ...counts, ...urls, ...file })),
    };
  },
  listReviewComments(state: ReviewState, { parameters, query }: Question) {
    const all = state.reviewComments.filter(({ pull }) => pull === Number(parameters.pull_number));
    return { status: 200, body: page(all, query).map(reviewJson) };
  },
  createReviewComment(state: ReviewState, { parameters, body }: Question) {
    if (!state.mayWrite) return readOnly;
    const pull = Number(parameters.pull_number);
    const { path, line, body: text } = Object(body);
    const patch = (state.pullFiles.get(pull) ?? []).find(({ filename }) => filename === path)?.patch ?? "";
    if (!addedLines(patch).has(line)) return refused(422, "Validation Failed: line must be part of the diff");
    const comment = { id: state.nextId++, pull, ...state.identity, path, line, body: text };
    state.reviewComments.push(comment);
    return { status: 201, body: reviewJson(comment) };
  },
  deleteReviewComment(state: ReviewState, { parameters }: Question) {
    if (!state.mayWrite) return readOnly;
    const index = state.reviewComments.findIndex(({ id }) => id === Number(parameters.comment_id));
    if (index < 0) return refused(404, "Not Found");
    state.reviewComments.splice(index, 1);
    return { status: 204 };
  },
  listIssues(state: ReviewState, { query }: Question) {
    const wanted = query.get("state") ?? "open";
    const creator = query.get("creator");
    const found = state.issues.filter(
      (issue) => (wanted === "all" || issue.state === wanted) && (creator === null || issue.login === creator),
    );
    return { status: 200, body: page(found, query).map((issue) => issueJson(state, issue)) };
  },
  createIssue(state: ReviewState, { body }: Question) {
    if (!state.mayWriteIssues) return readOnly;
    const issue: StoredIssue = { number: state.issues.length + 1, ...state.identity, state: "open", body: String(Object(body).body) };
    state.issues.push(issue);
    return { status: 201, body: issueJson(state, issue) };
  },
  updateIssue(state: ReviewState, { parameters, body }: Question) {
    if (!state.mayWriteIssues) return readOnly;
    const issue = state.issues.find(({ number }) => number === Number(parameters.issue_number));
    if (issue === undefined) return refused(404, "Not Found");
    const change = Object(body);
    if (change.body !== undefined) issue.body = change.body;
    if (change.state !== undefined) issue.state = change.state;
    return { status: 200, body: issueJson(state, issue) };
  },
};
