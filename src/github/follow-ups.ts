import type { Catalog } from "../catalog/index.ts";
import type { Author } from "./author.ts";
import { apiErrorOf, type Client } from "./client.ts";
import { driftState } from "./drift.ts";
import type { Target } from "./event.ts";
import type { Inputs } from "./inputs.ts";
import type { Judged } from "./judge.ts";
import { type ChangedLines, changedLines, isCurrent, type ReviewJob, syncSuggestions } from "./review.ts";
import type { Runner } from "./runner.ts";
import { suggestionsFor } from "./suggest.ts";
import { type WatchOutcome, watchDrift } from "./watch.ts";

/** What the opt-in steps after the comment need to know about the run. */
export interface FollowUp {
  readonly client: Client;
  readonly runner: Pick<Runner, "repository" | "eventName">;
  readonly inputs: Pick<Inputs, "suggestions" | "driftIssue">;
  readonly target: Target;
  readonly key: string;
  readonly author: Author;
  readonly judged: readonly Judged[];
  readonly catalog: Catalog;
  readonly asOf: string;
}

const noLines: ReadonlyMap<number, string> = new Map();

/**
 * Suggests edits for failing gates on the lines that the pull request changes, and takes back those that no longer hold. Nothing without
 * the input, without a pull request, or when a newer commit has the word. Returns a warning, or null.
 */
export async function followWithSuggestions(run: FollowUp): Promise<string | null> {
  const { client, target, key, author } = run;
  if (!run.inputs.suggestions || target.pullNumber === null) return null;
  const job = { client, repository: run.runner.repository, pullNumber: target.pullNumber, headSha: target.headSha, key, author };
  try {
    if (await isCurrent(job)) await suggest(run, job);
    return null;
  } catch (error) {
    const problem = apiErrorOf(error);
    if (problem === null) throw error;
    const { seen } = problem;
    const remedy = [403, 404].includes(problem.status) && !problem.limited ? '; they need the permission "pull-requests: write"' : "";
    return `suggestions on pull request ${job.pullNumber} are not up to date (${seen})${remedy}`;
  }
}

async function suggest(run: FollowUp, job: Omit<ReviewJob, "suggestions">): Promise<void> {
  const failing = run.judged.some(
    ({ result }) => result.kind === "evaluated" && result.evaluation.gates.some(({ status }) => status === "fail"),
  );
  const lines = failing ? await changedLines(job) : new Map();
  await syncSuggestions({ ...job, suggestions: run.judged.flatMap((entry) => suggestionsOf(entry, lines, run.catalog)) });
}

function suggestionsOf({ result, text, judge }: Judged, changed: ChangedLines, catalog: Catalog) {
  if (result.kind !== "evaluated" || text === null) return [];
  const { file, evaluation } = result;
  const rows = text.split("\n");
  const added = changed.get(file) ?? noLines;
  // A checkout of the test merge can hold lines of the base branch as well: only a line that is the same in both has one number.
  const mayEdit = (line: number) => added.get(line) !== undefined && added.get(line) === rows[line - 1];
  return suggestionsFor({ file, text, evaluation, catalog, mayEdit, judge });
}

/** Keeps the issue of the drift watch on schedule and workflow_dispatch; null on other events, without the input, or with a policy that is not valid. */
export async function followWithDrift(run: FollowUp): Promise<WatchOutcome | null> {
  const { client, key, author, catalog, asOf } = run;
  if (!run.inputs.driftIssue || !["schedule", "workflow_dispatch"].includes(run.runner.eventName)) return null;
  const { otherRef } = run.target;
  if (otherRef !== null) {
    // Its policies would stand in the record as edited, and what prices have flipped on the default branch would be forgotten.
    const warning = `the drift watch is left as it is: its record is of the default branch, and this run is on ${otherRef}`;
    return { status: "skipped-ref", url: null, warning };
  }
  const evaluations = run.judged.flatMap(({ result }) => (result.kind === "evaluated" ? [result.evaluation] : []));
  // A record without a policy would call its return a new one.
  if (evaluations.length < run.judged.length) return null;
  return watchDrift({ client, repository: run.runner.repository, key, author, now: driftState(evaluations, catalog, asOf) });
}
