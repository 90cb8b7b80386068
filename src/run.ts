import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadCatalog } from "./catalog/index.ts";
import { writeWhole } from "./files.ts";
import { type Uploaded, uploadReport } from "./github/artifact.ts";
import { type Author, authorOf } from "./github/author.ts";
import { type Client, createClient, defaultBounds } from "./github/client.ts";
import { type CommentStatus, longestComment, type WrittenComment, writeComment } from "./github/comment.ts";
import type { PolicyInput } from "./github/content.ts";
import { type Target, targetOf } from "./github/event.ts";
import { type FollowUp, followWithDrift, followWithSuggestions } from "./github/follow-ups.ts";
import { gatherPolicies } from "./github/gather.ts";
import { type Inputs, readInputs } from "./github/inputs.ts";
import { type Judged, judgePolicy, withInfrastructure } from "./github/judge.ts";
import { commentKey, type RunState } from "./github/marker.ts";
import { isCommentDue } from "./github/mode.ts";
import { outcomeOf } from "./github/outcome.ts";
import { pageOf } from "./github/page.ts";
import type { Note, Ports } from "./github/ports.ts";
import { publishAnnotations, type ResultFiles, resultFolder, setOutputs } from "./github/publish.ts";
import { type Runner, readRunner, runUrl } from "./github/runner.ts";
import { annotationsOf } from "./report/annotations.ts";
import { renderComment } from "./report/comment.ts";
import { renderJson } from "./report/json.ts";
import { renderSarif } from "./report/sarif.ts";
import { renderSummary } from "./report/summary.ts";
import { inert } from "./report/text.ts";
import type { PolicyResult, ReportContext } from "./report/types.ts";

/** What every step after the reading needs to know about the run. */
interface Run {
  readonly ports: Ports;
  readonly runner: Runner;
  readonly inputs: Inputs;
  readonly target: Target;
  readonly client: Client;
  readonly key: string;
  /** Commit that files are linked at; null where none has them all. */
  readonly linkSha: string | null;
}

/**
 * One run of the action, from the event to the job's result. What a person can put right fails the step with a
 * message that says how; a defect throws. Files and summary are written whatever becomes of the comment, which a token may be too weak for.
 */
export async function run(ports: Ports): Promise<void> {
  const runner = readRunner(ports.env);
  const read = readInputs(ports.env);
  if (read.kind === "rejected") return ports.fail(read.problems.join("; "));
  const event = targetOf(runner, JSON.parse(await readFile(runner.eventPath, "utf8")));
  if (event.kind === "refused") return ports.fail(event.message);

  const { inputs } = read;
  const { target } = event;
  const patience = { ...defaultBounds, sleep: ports.sleep, now: ports.now, note: ports.info };
  const client = createClient({ token: inputs.token, apiUrl: runner.apiUrl, fetch: ports.fetch, patience });
  const gathered = await gatherPolicies({ client, runner, target, patterns: inputs.policies });
  if (gathered.kind === "refused") return ports.fail(gathered.message);

  const { linkSha } = gathered;
  const self: Run = { ports, runner, inputs, target, client, key: commentKey(runner.workflow, inputs.policies), linkSha };
  const asOf = inputs.asOf ?? ports.now().toISOString().slice(0, "YYYY-MM-DD".length);
  const catalog = loadCatalog();
  const judged = gathered.policies.map((policy) => judgePolicy(policy, catalog, asOf));
  const results = await previewed(self, judged);
  const outcome = outcomeOf(results, inputs.failOn);
  const writing = publishComment(self, results);
  // What is left does not depend on the comment: it is done where that breaks down, and costs no time where it settles.
  await writing.catch(() => {});
  const [{ outcome: comment }, left] = await both(settled(writing), finish(self, { gathered, judged, results, catalog, asOf, writing }));

  const { files, uploaded, driftIssueUrl } = left;
  const late = [comment.warning, ...left.warnings, uploaded.warning].filter((warning) => warning !== null);
  const warnings = [...gathered.warnings, ...deletions(results), ...late];
  const notes: Note[] = [...warnings.map((message) => ({ level: "warning" as const, message })), ...annotationsOf(results)];
  publishAnnotations(ports, notes, outcome.failures.length > 0 ? 1 : 0);
  for (const warning of late) await ports.appendSummary(`\n> ${inert(warning, 1000)}\n`);
  setOutputs(ports, { outcome, comment, driftIssueUrl, files, htmlReportUrl: uploaded.url });
  if (outcome.failures.length > 0) ports.fail(outcome.failures.join("; "));
}

/** The comment of a run, and who wrote it. */
type Published = WrittenComment & { readonly author: Author };

/** Everything after the decision but the comment: summary, files, suggestions, the drift watch and the upload. */
async function finish(
  self: Run,
  run: Pick<FollowUp, "judged" | "catalog" | "asOf"> & {
    readonly gathered: { readonly policies: readonly PolicyInput[] };
    readonly results: readonly PolicyResult[];
    readonly writing: Promise<Published>;
  },
) {
  const { ports, inputs } = self;
  const { gathered, judged, results, catalog, asOf } = run;
  const summary = renderSummary(results, contextOf(self, runStateOf(self), longestComment));
  const page = inputs.htmlReport === "false" ? null : await pageOf(gathered.policies, results, asOf);
  const files = await writeFiles(self, results, summary, page);
  await ports.appendSummary(summary);
  const { author } = await run.writing;
  const followUp: FollowUp = { ...self, author, judged, catalog, asOf };
  const suggested = await followWithSuggestions(followUp);
  const drift = await followWithDrift(followUp);
  // Last, because a service that does not answer must not keep the rest waiting.
  const uploaded = await uploadedPage(self, files);
  return { files, uploaded, warnings: [suggested, drift?.warning ?? null], driftIssueUrl: drift?.url ?? null };
}

async function settled(writing: Promise<Published>): Promise<Published> {
  const published = await writing;
  await published.settle();
  return published;
}

/** Both results; where one fails, the other is waited for all the same, so that nothing runs on after the step has failed. */
async function both<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}

/** The results with their infrastructure, where there is a base to compare with. */
async function previewed({ ports, runner, target, key }: Run, judged: readonly Judged[]): Promise<readonly PolicyResult[]> {
  if (target.baseSha === null) return judged.map(({ result }) => result);
  return withInfrastructure(judged, join(resultFolder(runner, key), "synth"), () => ports.loadSynth());
}

/** The page as an artifact, with a link in the summary; nothing unless it was asked for and there is a page. */
async function uploadedPage({ ports, runner, inputs, key }: Run, { html }: ResultFiles): Promise<Uploaded> {
  if (inputs.htmlReport !== "upload" || html === "") return { url: null, warning: null };
  const uploaded = await uploadReport(ports, runner, key, html);
  if (uploaded.url !== null) await ports.appendSummary(`\n[Open the report with charts and a what-if](${uploaded.url})\n`);
  return uploaded;
}

/** Who the token writes as, asked only where something may be written. */
async function authorIn({ client, inputs, target }: Run): Promise<Author> {
  const writes = target.pullNumber === null ? inputs.driftIssue : inputs.commentMode !== "never" || inputs.suggestions;
  return writes ? authorOf(client, inputs.token, inputs.commentAuthor) : { login: "", certain: false };
}

function runStateOf({ runner, target }: Run): RunState {
  return { head: target.headSha, runId: runner.runId, runNumber: runner.runNumber, runAttempt: runner.runAttempt };
}

function contextOf({ runner, linkSha }: Run, run: RunState, maxLength: number): ReportContext {
  const { owner, repo } = runner.repository;
  return {
    serverUrl: runner.serverUrl,
    repository: `${owner}/${repo}`,
    headSha: linkSha === null ? null : run.head,
    runUrl: runUrl(runner, run.runId),
    maxLength,
  };
}

async function writeFiles(self: Run, results: readonly PolicyResult[], summary: string, page: string | null): Promise<ResultFiles> {
  const folder = resultFolder(self.runner, self.key);
  const write = async (name: string, text: string) => {
    const path = join(folder, name);
    await writeWhole(path, text);
    return path;
  };
  const evaluations = results.flatMap((result) => (result.kind === "evaluated" ? [result.evaluation] : []));
  const [only] = evaluations;
  return {
    // Without a single valid policy there is no decision, and an empty one could be taken for a good one.
    decision: only === undefined ? "" : await write("decision.json", renderJson(evaluations.length === 1 ? only : evaluations)),
    report: await write("report.md", summary),
    sarif: await write("breakeven.sarif", renderSarif(results)),
    html: page === null ? "" : await write("report.html", page),
  };
}

async function publishComment(self: Run, results: readonly PolicyResult[]): Promise<Published> {
  const { ports, runner, inputs, target, client, key } = self;
  const author = await authorIn(self);
  const skipped = (status: CommentStatus) => ({ author, outcome: { status, url: null, warning: null }, settle: async () => {} });
  if (target.pullNumber === null) return skipped("skipped-event");
  if (inputs.commentMode === "never") return skipped("skipped-mode");
  const written = await writeComment({
    client,
    repository: runner.repository,
    pullNumber: target.pullNumber,
    key,
    run: runStateOf(self),
    author,
    mayCreate: isCommentDue(inputs.commentMode, results, inputs.commentMinDeltaUsd),
    render: (run, maxLength) => renderComment(results, { ...contextOf(self, run, maxLength), quietBelowUsd: inputs.commentMinDeltaUsd }),
    sleep: ports.sleep,
  });
  return { ...written, author };
}

function deletions(results: readonly PolicyResult[]): readonly string[] {
  return results.filter((result) => result.kind === "deleted").map(({ file }) => `${file} is deleted; its gates hold no longer`);
}
