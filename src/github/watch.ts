import type { Endpoints } from "@octokit/types";
import { type Author, isBy, isSameLogin } from "./author.ts";
import { apiErrorOf, type Client } from "./client.ts";
import { carriedOver, type DriftState, driftBody, flipsBetween, readRecord } from "./drift.ts";
import type { Runner } from "./runner.ts";

/**
 * What became of the issue of the drift watch. `recorded`: the first run, which has nothing to compare with. `skipped-ref`: a run on
 * another branch than the default one.
 */
export type WatchStatus = "recorded" | "opened" | "updated" | "unchanged" | "closed" | "skipped-ref" | "failed";

export interface WatchOutcome {
  readonly status: WatchStatus;
  readonly url: string | null;
  readonly warning: string | null;
}

export interface WatchJob {
  readonly client: Client;
  readonly repository: Runner["repository"];
  readonly key: string;
  readonly author: Author;
  readonly now: DriftState;
}

const pageSize = 100;
const title = "Breakeven: decisions that prices have changed";

type Issue = Endpoints["GET /repos/{owner}/{repo}/issues"]["response"]["data"][number];

/**
 * Compares today's decisions with the record in the one issue of this key. The issue is open exactly while a decision or a gate differs
 * from the accepted one although its policy does not; closing it by hand accepts what it says. The first run writes the record and closes it.
 */
export async function watchDrift(job: WatchJob): Promise<WatchOutcome> {
  try {
    const [issue, ...others] = await ownIssues(job, job.author);
    for (const other of others) if (other.state === "open") await close(job, other.number, other.body ?? "");
    return issue === undefined ? await record(job) : await refresh(job, issue);
  } catch (error) {
    const problem = apiErrorOf(error);
    if (problem === null) throw error;
    const remedy = [403, 404].includes(problem.status) && !problem.limited ? '; give the job the permission "issues: write"' : "";
    const { seen } = problem;
    return { status: "failed", url: null, warning: `the drift watch could not keep its issue (${seen})${remedy}` };
  }
}

/** Own issues of this key, oldest first: only those that this author wrote are asked for, and checked again. */
async function ownIssues(job: WatchJob, author: Author): Promise<readonly Issue[]> {
  const found: Issue[] = [];
  for (let page = 1; ; page += 1) {
    const query = { ...job.repository, creator: author.login, state: "all" as const, per_page: pageSize, page };
    const { data } = await job.client.request("GET /repos/{owner}/{repo}/issues", query);
    const own = (issue: Issue) => isBy(author, issue.user) && issue.body?.startsWith(`<!-- breakeven:${job.key} drift `) === true;
    found.push(...data.filter((issue) => issue.pull_request === undefined && own(issue)));
    if (data.length < pageSize) return found.sort((a, b) => a.number - b.number);
  }
}

async function record(job: WatchJob): Promise<WatchOutcome> {
  const body = driftBody(job.key, { accepted: job.now, seen: job.now });
  const { data } = await job.client.request("POST /repos/{owner}/{repo}/issues", { ...job.repository, title, body });
  await close(job, data.number, body);
  const login = data.user?.login ?? job.author.login;
  const warning = isSameLogin(login, job.author.login)
    ? null
    : `the token writes as "${login}"; set comment-author: "${login}", or each run makes a record of its own`;
  return { status: "recorded", url: data.html_url, warning };
}

async function refresh(job: WatchJob, issue: Issue): Promise<WatchOutcome> {
  const known = readRecord(job.key, issue.body ?? "");
  const open = issue.state === "open";
  // Closed by a person: what the issue told last is accepted. Unreadable: begin again.
  const last = known === null ? job.now : open ? known.accepted : known.seen;
  const accepted = carriedOver(last, job.now);
  const flips = flipsBetween(accepted, job.now);
  const outcome = (status: WatchStatus): WatchOutcome => ({ status, url: issue.html_url, warning: null });
  if (flips.length === 0) {
    const body = driftBody(job.key, { accepted, seen: accepted });
    if (open) await close(job, issue.number, body);
    else if (known === null || edited(last, job.now)) await update(job, issue.number, { body });
    return outcome(open ? "closed" : "unchanged");
  }
  const body = driftBody(job.key, { accepted, seen: job.now });
  if (open && known !== null && sameFlips(flips, flipsBetween(known.accepted, known.seen))) return outcome("unchanged");
  await update(job, issue.number, { body, state: "open" });
  return outcome(open ? "updated" : "opened");
}

/** True when a policy appeared, went or was edited since the state was taken. */
function edited(state: DriftState, now: DriftState): boolean {
  const texts = ({ policies }: DriftState) =>
    policies
      .map(({ file, sha256 }) => `${file} ${sha256}`)
      .sort()
      .join("\n");
  return texts(state) !== texts(now);
}

function sameFlips(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

async function close(job: WatchJob, number: number, body: string): Promise<void> {
  await update(job, number, { body, state: "closed" });
}

async function update(job: WatchJob, number: number, change: { readonly body: string; readonly state?: "open" | "closed" }): Promise<void> {
  await job.client.request("PATCH /repos/{owner}/{repo}/issues/{issue_number}", { ...job.repository, issue_number: number, ...change });
}
