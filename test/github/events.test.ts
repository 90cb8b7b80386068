import { describe, expect, test } from "vitest";
import { gitHubForEach } from "./each.ts";
import { type ActionOptions, findNode24, runAction } from "./runner.ts";
import type { FakeGitHub } from "./server.ts";
import { commit, policyPath as path, smallPolicy as policy, pullNumber } from "./support.ts";

/** Every event through the built action, in a process of its own, as the runner starts it. */
const node = findNode24() ?? process.execPath;
const [head, base, merge] = [commit("a1"), commit("b2"), commit("d4")];

let github: FakeGitHub;
gitHubForEach(head, base, (started) => {
  github = started;
});

function act(changes: Partial<ActionOptions> & Pick<ActionOptions, "eventName" | "event">) {
  return runAction({ node, apiUrl: github.url, sha: head, files: { [path]: policy(200_000) }, ...changes });
}

function pullRequest(action: string, changes: object = {}) {
  const pull_request = { number: pullNumber, head: { sha: head, repo: { full_name: "acme/support" } }, base: { sha: base } };
  return { eventName: "pull_request", event: { action, pull_request, ...changes }, sha: merge };
}

describe("pull_request", () => {
  test.each(["opened", "synchronize", "reopened"])("%s has a comment with the change against the base", async (action) => {
    const run = await act(pullRequest(action));
    expect(run).toMatchObject({ code: 0, outputs: { "comment-status": "created", path: "api" } });
    expect(Number(run.outputs["delta-monthly-usd"])).toBeGreaterThan(0);
  });

  test("edited to another base branch is compared with that base, in the same comment", async () => {
    const first = await act(pullRequest("opened"));
    const other = commit("c3");
    github.commits.set(other, { files: { [path]: policy(200_000) } });
    github.comparisons.set(`${other}...${head}`, { mergeBase: other });
    const { event } = pullRequest("edited", { changes: { base: { ref: { from: "main" }, sha: { from: base } } } });
    const edited = { ...event, pull_request: { ...event.pull_request, base: { sha: other } } };
    const second = await act({
      eventName: "pull_request",
      event: edited,
      sha: merge,
      env: { GITHUB_RUN_NUMBER: "6", GITHUB_RUN_ID: "9002" },
    });
    expect(Number(first.outputs["delta-monthly-usd"])).toBeGreaterThan(0);
    expect(second.outputs).toMatchObject({ "comment-status": "updated", "delta-monthly-usd": "0.00" });
    expect(github.comments.map(({ body }) => body.split("\n")[1])).toEqual([
      expect.stringMatching(/^\*\*Breakeven: no change\.\*\* API, \$\d/),
    ]);
  });

  test("with a new policy says that there is nothing to compare with, never a change of zero", async () => {
    github.commits.set(base, { files: {} });
    const run = await act(pullRequest("opened"));
    expect(run.outputs).toMatchObject({ "comment-status": "created", "delta-monthly-usd": "" });
    expect(github.comments[0]?.body).toContain("No comparison: new policy or no base given.");
    expect(github.comments[0]?.body).not.toMatch(/[+−]\$0|no change/);
  });

  test("with a renamed policy is compared with the old path", async () => {
    github.commits.set(base, { files: { "old/llm.yml": policy(100_000) } });
    github.comparisons.set(`${base}...${head}`, {
      mergeBase: base,
      files: [{ filename: path, status: "renamed", previous_filename: "old/llm.yml" }],
    });
    const run = await act(pullRequest("opened"));
    expect(Number(run.outputs["delta-monthly-usd"])).toBeGreaterThan(0);
    expect(run.annotations("warning").join()).not.toContain("deleted");
  });

  test("that deletes one of two policies reports both in one comment", async () => {
    const files = { "llm/a.yml": policy(100_000), "llm/b.yml": policy(100_000) };
    github.commits.set(base, { files });
    github.comparisons.set(`${base}...${head}`, { mergeBase: base, files: [{ filename: "llm/b.yml", status: "removed" }] });
    const run = await act({ ...pullRequest("opened"), files: { "llm/a.yml": files["llm/a.yml"] }, inputs: { policy: "llm/*.yml" } });
    expect(run.annotations("warning")).toContainEqual(expect.stringContaining("llm/b.yml is deleted; its gates hold no longer"));
    expect(github.comments[0]?.body).toContain("policy deleted");
    expect(github.comments).toHaveLength(1);
  });

  test("previews the infrastructure from the bundle that holds cdktf", async () => {
    github.commits.set(base, { files: {} });
    const run = await act(pullRequest("opened"));
    expect(github.comments[0]?.body).toMatch(/<summary>Infrastructure: \d+ resources to create<\/summary>/);
    expect(run.stdout).not.toContain("cdktf");
  });
});

test("merge_group is judged against its own base and has no comment", async () => {
  const run = await act({ eventName: "merge_group", event: { merge_group: { head_sha: head, base_sha: base } } });
  expect(run).toMatchObject({ code: 0, outputs: { "comment-status": "skipped-event", path: "api" } });
  expect(Number(run.outputs["delta-monthly-usd"])).toBeGreaterThan(0);
});

test("push is compared with what was there before it, a new branch with nothing", async () => {
  const run = await act({ eventName: "push", event: { before: base, after: head } });
  expect(Number(run.outputs["delta-monthly-usd"])).toBeGreaterThan(0);
  const fresh = await act({ eventName: "push", event: { before: "0".repeat(40), after: head } });
  expect(fresh).toMatchObject({ code: 0, outputs: { "delta-monthly-usd": "", "comment-status": "skipped-event" } });
  const gone = await act({ eventName: "push", event: { before: base, after: "0".repeat(40) } });
  expect(gone).toMatchObject({ code: 1, outputs: {} });
  expect(gone.annotations("error")).toEqual([expect.stringContaining("the push deleted a branch")]);
});

test.each(["workflow_dispatch", "schedule"])("%s decides the checked out policy, and its gates count", async (eventName) => {
  const files = { [path]: policy(200_000, "gates: { max_monthly_usd: 1 }\n") };
  const run = await act({ eventName, event: {}, files });
  expect(run).toMatchObject({ code: 1, outputs: { "gate-status": "fail", "comment-status": "skipped-event", "delta-monthly-usd": "" } });
  expect(run.summary).toContain("1 gate failed");
  expect(github.calls).toEqual([]);
});

test("any other event is refused with those that work", async () => {
  const run = await act({ eventName: "issues", event: {} });
  expect(run).toMatchObject({ code: 1, outputs: {} });
  expect(run.annotations("error")).toEqual([expect.stringContaining('event "issues" has no commit to judge; run on one of: pull_request')]);
});

test("the smallest change that counts turns a smaller one into one quiet line", async () => {
  const run = await act({ ...pullRequest("opened"), inputs: { "comment-min-delta-usd": "5000" } });
  expect(run.outputs["comment-status"]).toBe("created");
  expect(github.comments[0]?.body.trimEnd().split("\n")).toHaveLength(2);
  expect(run.summary).toContain("Cost build-up");
  const wrong = await act({ ...pullRequest("opened"), inputs: { "comment-min-delta-usd": "-5" } });
  expect(wrong.annotations("error")).toEqual([
    expect.stringContaining('input "comment-min-delta-usd": saw "-5"; write US dollars a month'),
  ]);
});
