import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gitHubDescription, type Operation, operations } from "./openapi.ts";
import { type ReviewState, reviewHandlers } from "./server-reviews.ts";

/** A comment as the server keeps it. */
export interface StoredComment {
  readonly id: number;
  readonly issue: number;
  readonly login: string;
  readonly type: "User" | "Bot";
  body: string;
}

/** One commit: its files, and the commits that it was made from. */
export interface StoredCommit {
  readonly files: Readonly<Record<string, string>>;
  readonly parents?: readonly string[];
}

/** How the server misbehaves for the next `times` calls of an operation. */
export type Fault = { readonly operation: Operation; readonly times?: number } & (
  | { readonly kind: "status"; readonly status: number; readonly message?: string; readonly headers?: Readonly<Record<string, string>> }
  /** The connection breaks in the middle of the body; `afterwards` says whether the call has taken effect. */
  | { readonly kind: "cut"; readonly effect: boolean }
  | { readonly kind: "slow"; readonly ms: number }
);

export interface Call {
  readonly operation: Operation;
  readonly status: number;
  readonly body: unknown;
}

/** A GitHub on loopback: state, what was asked, and ways to misbehave. */
export interface FakeGitHub {
  readonly url: string;
  readonly repository: { readonly owner: string; readonly repo: string };
  readonly comments: StoredComment[];
  readonly commits: Map<string, StoredCommit>;
  /** Head of each pull request. */
  readonly pulls: Map<number, string>;
  /** `base...head` -> merge base and the files that differ. */
  readonly comparisons: Map<
    string,
    { readonly mergeBase: string; readonly files?: readonly { filename: string; status: string; previous_filename?: string }[] }
  >;
  readonly pullFiles: ReviewState["pullFiles"];
  readonly reviewComments: ReviewState["reviewComments"];
  readonly issues: ReviewState["issues"];
  mayWriteIssues: boolean;
  readonly calls: Call[];
  /** Where a request or a response was not as GitHub describes it; every test expects none. */
  readonly violations: string[];
  /** Who the token writes as, and whether it may ask `GET /user`. */
  identity: { readonly login: string; readonly type: "User" | "Bot"; readonly maySayWho: boolean };
  /** False for the token of a pull request from a fork. */
  mayWrite: boolean;
  fail(fault: Fault): void;
  /** Runs before an operation takes effect; used to bring two runs to the same point. */
  before(operation: Operation, action: () => Promise<void> | void): void;
  callsOf(operation: Operation): readonly Call[];
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Question {
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly accept: string;
  readonly body: unknown;
}

type State = Omit<FakeGitHub, "url" | "fail" | "before" | "callsOf" | "close"> & {
  url: string;
  nextId: number;
  readonly faults: (Fault & { left: number })[];
  readonly hooks: Map<Operation, () => Promise<void> | void>;
};

const routes = Object.entries(operations).map(([operation, route]) => {
  const [method = "", template = ""] = route.split(" ");
  const names = [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  const pattern = template.replace(/\{path\}/, "(.+)").replace(/\{\w+\}/g, "([^/]+)");
  return { operation: toOperation(operation), method, names, pattern: new RegExp(`^/api/v3${pattern}$`) };
});

/** Starts the server on a free port, below `/api/v3` as an Enterprise server has it. */
export async function startGitHub(): Promise<FakeGitHub> {
  const state: State = {
    url: "",
    repository: { owner: "acme", repo: "support" },
    comments: [],
    commits: new Map(),
    pulls: new Map(),
    comparisons: new Map(),
    pullFiles: new Map(),
    reviewComments: [],
    issues: [],
    mayWriteIssues: true,
    calls: [],
    violations: [],
    identity: { login: "github-actions[bot]", type: "Bot", maySayWho: false },
    mayWrite: true,
    nextId: 1001,
    faults: [],
    hooks: new Map(),
  };
  const server = createServer((request, response) => {
    serve(state, request, response).catch((error: unknown) => {
      state.violations.push(`the test server broke down: ${String(error)}`);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  state.url = `http://127.0.0.1:${portOf(server.address())}/api/v3`;
  return Object.assign(state, {
    fail: (fault: Fault) => state.faults.push({ ...fault, left: fault.times ?? 1 }),
    before: (operation: Operation, action: () => Promise<void> | void) => state.hooks.set(operation, action),
    callsOf: (operation: Operation) => state.calls.filter((call) => call.operation === operation),
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}

async function serve(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://loopback");
  const body = await bodyOf(request);
  const route = routes.find((candidate) => candidate.method === request.method && candidate.pattern.test(url.pathname));
  if (route === undefined) {
    state.violations.push(`no such call in use: ${request.method} ${url.pathname}`);
    return send(response, { status: 404, body: errorBody("Not Found") });
  }
  const { operation } = route;
  const values = route.pattern.exec(url.pathname)?.slice(1) ?? [];
  const parameters = Object.fromEntries(route.names.map((name, index) => [name, decodeURIComponent(values[index] ?? "")]));
  const question = { parameters, query: url.searchParams, accept: request.headers.accept ?? "", body };
  state.violations.push(...gitHubDescription().request(operation, parameters, url.searchParams, body));
  if (!request.headers.authorization?.startsWith("token ")) state.violations.push(`${operation}: no token`);
  await state.hooks.get(operation)?.();
  const fault = takeFault(state, operation);
  if (fault?.kind === "slow") await new Promise((resolve) => setTimeout(resolve, fault.ms));
  if (fault?.kind === "cut" && !fault.effect) return cut(state, operation, response);
  const answer = fault?.kind === "status" ? refusal(fault) : handlers[operation](state, question);
  if (fault?.kind === "cut") return cut(state, operation, response);
  state.calls.push({ operation, status: answer.status, body });
  if (answer.raw === undefined) state.violations.push(...gitHubDescription().response(operation, answer.status, answer.body));
  send(response, answer);
}

function takeFault(state: State, operation: Operation): Fault | undefined {
  const fault = state.faults.find((candidate) => candidate.operation === operation && candidate.left > 0);
  if (fault !== undefined) fault.left -= 1;
  return fault;
}

function cut(state: State, operation: Operation, response: ServerResponse): void {
  state.calls.push({ operation, status: 0, body: null });
  response.writeHead(200, { "content-type": "application/json; charset=utf-8", "content-length": "1000" });
  response.write('{"id": 1, "bo', () => response.destroy());
}

function refusal(fault: Extract<Fault, { kind: "status" }>): Answer {
  return { status: fault.status, body: errorBody(fault.message ?? "Server Error"), ...(fault.headers ? { headers: fault.headers } : {}) };
}

function errorBody(message: string) {
  return { message, documentation_url: "https://docs.github.com/rest" };
}

const notFound: Answer = { status: 404, body: errorBody("Not Found") };
const readOnly: Answer = { status: 403, body: errorBody("Resource not accessible by integration") };
const longestBody = 65_536;

type Handler = (state: State, question: Question) => Answer;

const handlers: Readonly<Record<Operation, Handler>> = {
  ...reviewHandlers,
  getUser(state) {
    if (!state.identity.maySayWho) return readOnly;
    const user = gitHubDescription().example("private-user-response-with-public-profile-information");
    return { status: 200, body: { ...user, ...state.identity, user_view_type: "public" } };
  },
  getPull(state, { parameters }) {
    const head = state.pulls.get(Number(parameters.pull_number));
    if (head === undefined) return notFound;
    const pull = gitHubDescription().example("pull-request");
    const filled = { number: Number(parameters.pull_number), head: { ...Object(pull.head), sha: head }, requested_teams: [] };
    return { status: 200, body: { ...pull, ...filled } };
  },
  listComments(state, { parameters, query }) {
    const issue = Number(parameters.issue_number);
    const size = Math.min(Number(query.get("per_page") ?? 30), 100);
    const page = Number(query.get("page") ?? 1);
    const all = state.comments.filter((comment) => comment.issue === issue);
    const pages = Math.max(1, Math.ceil(all.length / size));
    const here = `${state.url}/repositories/1/issues/${issue}/comments?per_page=${size}`;
    const link = [
      ...(page < pages ? [`<${here}&page=${page + 1}>; rel="next"`, `<${here}&page=${pages}>; rel="last"`] : []),
      ...(page > 1 ? [`<${here}&page=1>; rel="first"`, `<${here}&page=${page - 1}>; rel="prev"`] : []),
    ].join(", ");
    const body = all.slice((page - 1) * size, page * size).map((comment) => toJson(state, comment));
    return { status: 200, body, ...(link === "" ? {} : { headers: { link } }) };
  },
  createComment(state, { parameters, body }) {
    if (!state.mayWrite) return readOnly;
    const text = textOf(body);
    if (text.length > longestBody) return { status: 422, body: errorBody("Validation Failed") };
    const { login, type } = state.identity;
    const comment: StoredComment = { id: state.nextId, issue: Number(parameters.issue_number), login, type, body: text };
    state.nextId += 1;
    state.comments.push(comment);
    return { status: 201, body: toJson(state, comment) };
  },
  getComment(state, { parameters }) {
    const comment = state.comments.find((candidate) => candidate.id === Number(parameters.comment_id));
    return comment === undefined ? notFound : { status: 200, body: toJson(state, comment) };
  },
  updateComment(state, { parameters, body }) {
    if (!state.mayWrite) return readOnly;
    const comment = state.comments.find((candidate) => candidate.id === Number(parameters.comment_id));
    if (comment === undefined) return notFound;
    const text = textOf(body);
    if (text.length > longestBody) return { status: 422, body: errorBody("Validation Failed") };
    comment.body = text;
    return { status: 200, body: toJson(state, comment) };
  },
  deleteComment(state, { parameters }) {
    if (!state.mayWrite) return readOnly;
    const index = state.comments.findIndex((candidate) => candidate.id === Number(parameters.comment_id));
    if (index < 0) return notFound;
    state.comments.splice(index, 1);
    return { status: 204 };
  },
  getContent(state, { parameters, query, accept }) {
    const text = state.commits.get(query.get("ref") ?? "")?.files[parameters.path ?? ""];
    if (text === undefined) return notFound;
    if (!accept.includes("raw")) throw new Error(`only raw content is served here, not ${accept}`);
    return { status: 200, raw: text, headers: { "content-type": "application/vnd.github.raw+json; charset=utf-8" } };
  },
  compare(state, { parameters, query }) {
    const known = state.comparisons.get(parameters.basehead ?? "");
    if (known === undefined) return notFound;
    const example = gitHubDescription().example("commit-comparison");
    const commit = Object(example.merge_base_commit);
    const files = (known.files ?? []).map((file) => ({ ...Object(Object(example.files)[0]), ...file }));
    // The files are on the first page alone.
    const { files: _, ...rest } = example;
    const first = Number(query.get("page") ?? 1) === 1;
    return { status: 200, body: { ...rest, merge_base_commit: { ...commit, sha: known.mergeBase }, ...(first ? { files } : {}) } };
  },
  getCommit(state, { parameters }) {
    const commit = state.commits.get(parameters.commit_sha ?? "");
    if (commit === undefined) return notFound;
    const example = gitHubDescription().example("git-commit-2");
    const parent = Object(Object(example.parents)[0]);
    return { status: 200, body: { ...example, parents: (commit.parents ?? []).map((sha) => ({ ...parent, sha })) } };
  },
  getTree(state, { parameters }) {
    const commit = state.commits.get(parameters.tree_sha ?? "");
    if (commit === undefined) return notFound;
    const tree = Object.keys(commit.files).map((path) => ({ path, mode: "100644", type: "blob", sha: "0".repeat(40), size: 1 }));
    return { status: 200, body: { sha: parameters.tree_sha, url: state.url, tree, truncated: false } };
  },
};

function toJson(state: State, comment: StoredComment) {
  const example = gitHubDescription().example("issue-comment");
  return {
    ...example,
    id: comment.id,
    body: comment.body,
    user: { ...Object(example.user), login: comment.login, type: comment.type },
    html_url: `https://github.com/acme/support/pull/${comment.issue}#issuecomment-${comment.id}`,
    url: `${state.url}/repos/acme/support/issues/comments/${comment.id}`,
  };
}

function send(response: ServerResponse, answer: Answer): void {
  const text = answer.raw ?? (answer.body === undefined ? "" : JSON.stringify(answer.body));
  response.writeHead(answer.status, { "content-type": "application/json; charset=utf-8", ...answer.headers });
  response.end(text);
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const text = Buffer.concat(parts).toString("utf8");
  return text === "" ? undefined : JSON.parse(text);
}

function textOf(body: unknown): string {
  const text = Object(body).body;
  if (typeof text !== "string") throw new Error("the body of a comment is not a text");
  return text;
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}

function toOperation(name: string): Operation {
  const found = (Object.keys(operations) as Operation[]).find((operation) => operation === name);
  if (found === undefined) throw new Error(`no operation ${name}`);
  return found;
}
