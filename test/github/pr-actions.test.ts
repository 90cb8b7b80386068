import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

/**
 * What users of pull request actions have asked for, row by row, and the test that shows each. The index is held to the suites: a test
 * that is renamed or removed fails here, so no row can lose its proof unseen. `[file, name of the test]`, from test/.
 */
type Proof = readonly [file: string, name: string];

const features: Readonly<Record<string, readonly Proof[]>> = {
  "sticky comment: one, kept up to date, never overwritten by an older run": [
    ["github/action.test.ts", "a first run comments once, a second one updates that comment, a third one leaves it"],
    ["github/comment.test.ts", "an older run of the same commit does not overwrite a newer one"],
    ["github/races.test.ts", "a run that is overtaken between its last look and its write does not have the last word"],
  ],
  "checks the author before it edits": [
    ["github/comment.test.ts", "an own comment of another key, and one that only quotes the marker, are left alone"],
    ["github/comment.test.ts", "a token of another app learns its name from its first comment and still ends with one comment"],
    ["github/suggest.test.ts", "an outdated one is replaced, a stranger's is left alone"],
    ["github/drift.test.ts", "a stranger's issue with the marker, and a pull request, are never touched"],
  ],
  "fork pull requests and read-only tokens": [
    ["github/action.test.ts", "a read-only token costs the comment and nothing else"],
    ["github/action.test.ts", "a fork's policy is read as data under pull_request_target"],
    ["github/gather.test.ts", "reads the head through the API and leaves the workspace alone"],
  ],
  "job summary with the whole report": [
    ["github/action.test.ts", "outputs, summary and files say the same"],
    ["report/comment.test.ts", "the summary holds what the comment leaves out, within its own limit in bytes"],
  ],
  "outputs for scripts, unknown is empty": [
    ["github/publish.test.ts", "every output that action.yml promises is set"],
    ["github/publish.test.ts", "is unknown, not zero, as soon as one amount is"],
  ],
  "annotations on the lines of the policy": [["github/action.test.ts", "an invalid policy is annotated at its line and fails the step"]],
  SARIF: [["report/corpus.test.ts", "a corpus of hostile strings renders inert in comment, summary, annotations, SARIF and mermaid"]],
  "thresholds that fail the job, in the repository, read from the base": [
    ["github/action.test.ts", "a failing gate fails the step, unless told otherwise"],
    ["github/action.test.ts", "the base's gate holds although the pull request removes it"],
  ],
  "difference against the base, branch against branch, with one catalog": [
    ["github/gather.test.ts", "a file in the workspace is the head, the merge base is the base"],
    ["github/gather.test.ts", "a checkout of the test merge is compared with the base that went into it"],
  ],
  "JSON for machines with a version": [["github/action.test.ts", "outputs, summary and files say the same"]],
  "size limits: sections are dropped whole": [
    ["report/comment.test.ts", "loses whole sections: tables, lists and folded blocks stay closed at every length"],
    ["github/comment.test.ts", "a body that fills the limit is taken on create and on update, marker included"],
  ],
  "retries and rate limits": [
    ["github/client.test.ts", "a retry-after is waited for"],
    ["github/client.test.ts", "a used-up hour is waited for until its reset, when that is near"],
    ["github/comment.test.ts", "a secondary limit is waited out, for a create as well"],
    ["github/action.test.ts", "a weak connection is lived with"],
  ],
  "many policies and globs in one comment": [
    ["github/action.test.ts", "several policies are one comment and one sum"],
    ["github/scale.test.ts", "50 policies in one run are one valid comment within its limits"],
  ],
  "GitHub Enterprise Server": [["github/reading.test.ts", "an Enterprise server's addresses are taken from them"]],
  "merge queue": [["github/events.test.ts", "merge_group is judged against its own base and has no comment"]],
  push: [["github/events.test.ts", "push is compared with what was there before it, a new branch with nothing"]],
  "dry run on the own machine: the same report from the command line": [
    ["report/comment.test.ts", "the command that reproduces the report quotes a path that a shell would split"],
  ],
  "one currency: US dollars, rounded at one place": [
    ["report/money.test.ts", "are whole dollars with separators from 100 up and cents below"],
  ],
  "assumptions instead of silent defaults": [
    ["decide/facts.test.ts", "is read with the documented defaults, each an assumption of its own"],
  ],
  "charts, with the same data as a table": [
    ["report/chart.test.ts", "is in the language of mermaid for any curve, and nothing of the policy is in it"],
    ["report/chart.test.ts", "always has its data as a table, row by row"],
    ["report/chart.test.ts", "is drawn by mermaid itself"],
  ],
  "details behind folds, changed rows open": [
    ["report/comment.test.ts", "changed workloads stand open, largest change first, and unchanged ones are folded"],
    ["report/quiet.test.ts", "with several policies the changed ones stand open and the unchanged ones behind a count"],
  ],
};

const checks: Readonly<Record<string, readonly Proof[]>> = {
  "two concurrent first runs converge to one comment": [
    ["github/races.test.ts", "pairs of simultaneous first runs of one commit end with exactly one comment, the newest"],
    ["github/action.test.ts", "two first runs at the same time end with one comment"],
  ],
  "an older run never overwrites a newer one": [
    ["github/races.test.ts", "runs that a newer commit overtakes in flight end with exactly one comment, the newest"],
    ["github/comment.test.ts", "a run of an outdated commit writes nothing, with and without a comment"],
  ],
  "an identical body is no write": [["github/comment.test.ts", "a run of a new commit that says the same leaves the comment alone"]],
  "403 on the comment: the job depends on the gates alone and the summary has it all": [
    ["github/action.test.ts", "a read-only token costs the comment and nothing else"],
    ["github/comment.test.ts", "a read-only token on an update is the same"],
  ],
  "200 workloads: the comment within 65,536 units on create and update, the summary within 1,000 KiB": [
    ["report/comment.test.ts", "of 200 workloads stays within GitHub's limit and says what it left out and where that is"],
    ["github/scale.test.ts", "200 workloads in one policy are one valid comment within its limits, on create and on update"],
  ],
  "no unbalanced fence or fold": [
    ["report/comment.test.ts", "loses whole sections: tables, lists and folded blocks stay closed at every length"],
  ],
  "ten annotations of a level, then a count": [["github/publish.test.ts", "beyond ten, the tenth counts the rest"]],
  "pull_request opened, synchronize, reopened": [["github/events.test.ts", "%s has a comment with the change against the base"]],
  "pull_request with an edited base": [
    ["github/events.test.ts", "edited to another base branch is compared with that base, in the same comment"],
  ],
  "merge_group with its own base and no comment": [
    ["github/events.test.ts", "merge_group is judged against its own base and has no comment"],
  ],
  "push, workflow_dispatch, schedule": [
    ["github/events.test.ts", "push is compared with what was there before it, a new branch with nothing"],
    ["github/events.test.ts", "%s decides the checked out policy, and its gates count"],
  ],
  "a missing base file": [
    ["github/events.test.ts", "with a new policy says that there is nothing to compare with, never a change of zero"],
  ],
  "a renamed policy": [["github/events.test.ts", "with a renamed policy is compared with the old path"]],
  "a deleted policy": [["github/events.test.ts", "that deletes one of two policies reports both in one comment"]],
  "an Enterprise server by its address, REST only": [
    ["github/reading.test.ts", "an Enterprise server's addresses are taken from them"],
    ["github/pr-actions.test.ts", "the action speaks REST alone"],
  ],
  "pagination beyond 100 comments": [["github/comment.test.ts", "the own comment is found on the eleventh page"]],
  "retry on 5xx and on a secondary limit with its own waiting time": [
    ["github/client.test.ts", "after HTTP %i, with growing waits"],
    ["github/comment.test.ts", "a secondary limit is waited out, for a create as well"],
  ],
  "a corpus of hostile strings is inert in comment, summary, annotations, SARIF and mermaid": [
    ["report/corpus.test.ts", "a corpus of hostile strings renders inert in comment, summary, annotations, SARIF and mermaid"],
    ["report/corpus.test.ts", "it has 500 strings or more, and the chart is a chart"],
    ["report/corpus.test.ts", "and beyond it, any mixture"],
  ],
};

const root = join(import.meta.dirname, "..");
const texts = new Map<string, string>();

function suite(file: string): string {
  const path = join(root, file);
  const text = texts.get(file) ?? (existsSync(path) ? readFileSync(path, "utf8") : "");
  texts.set(file, text);
  return text;
}

function expectProofs(proofs: readonly Proof[]): void {
  expect(proofs.length).toBeGreaterThan(0);
  // A name stands in its suite inside quotes that no other code has; one that begins after a count stands after it.
  for (const [file, name] of proofs)
    expect(suite(file).includes(`${name}"`) || suite(file).includes(`${name}\``), `${file}: ${name}`).toBe(true);
}

describe("every feature that the field is compared by has its proof", () => {
  test.each(Object.entries(features))("%s", (_, proofs) => expectProofs(proofs));
});

describe("every acceptance check has its proof", () => {
  test.each(Object.entries(checks))("%s", (_, proofs) => expectProofs(proofs));
});

const action = parse(readFileSync(join(root, "..", "action.yml"), "utf8"));
const recipes = readFileSync(join(root, "..", "docs", "recipes.md"), "utf8");

test("the runtime is Node 24 and one committed bundle, with nothing to download", () => {
  expect(action.runs).toEqual({ using: "node24", main: "dist/index.js" });
});

test("no account, no key: the only secret is the job's own token, and it has a default", () => {
  const names = Object.keys(action.inputs);
  expect(names.filter((name) => /key|secret|password|account/.test(name))).toEqual([]);
  expect(action.inputs["github-token"].default).toBe("$\u007b{ github.token }}");
});

test("inputs and outputs are kebab-case, each with a description", () => {
  for (const [name, { description }] of Object.entries<{ description: string }>({ ...action.inputs, ...action.outputs })) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(description.length).toBeGreaterThan(20);
  }
});

test("the main job asks for contents: read and pull-requests: write and for nothing else", () => {
  const first = /```yaml\n([\s\S]*?)```/.exec(recipes)?.[1] ?? "";
  const { jobs, permissions } = parse(first);
  expect(permissions).toEqual({});
  expect(jobs.decide.permissions).toEqual({ contents: "read", "pull-requests": "write" });
});

test("the action speaks REST alone", () => {
  const sources = ["client", "comment", "base", "files", "author", "review", "watch"].map((name) => suite(`../src/github/${name}.ts`));
  for (const text of sources) expect(text.length).toBeGreaterThan(500);
  expect(sources.join("\n")).not.toMatch(/graphql/i);
});
