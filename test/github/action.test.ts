import { describe, expect, test } from "vitest";
import { gitHubForEach } from "./each.ts";
import { type ActionOptions, findNode24, runAction } from "./runner.ts";
import type { FakeGitHub } from "./server.ts";
import { commit, policyPath as path, smallPolicy as policy, pullNumber } from "./support.ts";

const node24 = findNode24();
if (node24 === null) {
  if (process.env.BREAKEVEN_REQUIRE_NODE24 === "1")
    throw new Error("BREAKEVEN_REQUIRE_NODE24=1, but there is no Node 24; name one in BREAKEVEN_NODE24");
  process.stderr.write(
    "\nSKIPPED: the bundle is not tested under Node 24, which the runner uses; name a binary in BREAKEVEN_NODE24 or put node24 on the path\n\n",
  );
}
/** The runner's own version carries the tests; where another one runs them, the bundle must start there as well. */
const mainNode = node24 ?? process.execPath;

const head = commit("a1");
const base = commit("b2");

let github: FakeGitHub;
gitHubForEach(head, base, (started) => {
  github = started;
});

const pullRequestEvent = {
  action: "synchronize",
  pull_request: { number: pullNumber, head: { sha: head, repo: { full_name: "acme/support" } }, base: { sha: base } },
};

function act(text: string, changes: Partial<ActionOptions> = {}) {
  const files = { [path]: text };
  return runAction({
    node: mainNode,
    apiUrl: github.url,
    eventName: "pull_request",
    event: pullRequestEvent,
    sha: commit("d4"),
    files,
    ...changes,
  });
}

test.runIf(mainNode !== process.execPath)("the bundle gives the same under the Node that runs the tests", async () => {
  const [theirs, ours] = [await act(policy(200_000)), await act(policy(200_000), { node: process.execPath })];
  expect(ours.outputs["decision-file text"]).toBe(theirs.outputs["decision-file text"]);
  expect(ours.outputs).toMatchObject({ "comment-status": "unchanged", path: "api" });
});

describe("the bundle", () => {
  test("a first run comments once, a second one updates that comment, a third one leaves it", async () => {
    const first = await act(policy(200_000));
    expect(first).toMatchObject({ code: 0, outputs: { "comment-status": "created", "gate-status": "none", path: "api" } });
    expect(first.outputs["comment-url"]).toContain("#issuecomment-1001");
    expect(github.comments[0]?.body).toMatch(/^<!-- breakeven:[0-9a-f]{12} [\w-]+ -->\n/);
    expect((await act(policy(300_000), { env: { GITHUB_RUN_NUMBER: "6", GITHUB_RUN_ID: "9002" } })).outputs).toMatchObject({
      "comment-status": "updated",
    });
    expect((await act(policy(300_000), { env: { GITHUB_RUN_NUMBER: "7", GITHUB_RUN_ID: "9003" } })).outputs).toMatchObject({
      "comment-status": "unchanged",
    });
    expect(github.comments).toHaveLength(1);
    expect(github.callsOf("updateComment")).toHaveLength(1);
  });

  test("outputs, summary and files say the same", async () => {
    const { outputs, summary } = await act(policy(200_000));
    const decision = JSON.parse(outputs["decision-file text"] ?? "");
    expect(decision).toMatchObject({ schemaVersion: 1, asOf: "2026-11-20", path: "api", policy: { name: "support", path } });
    expect(outputs["monthly-cost-usd"]).toBe(decision.monthlyCostUsd.expected.toFixed(2));
    expect(outputs["delta-monthly-usd"]).toBe(decision.deltaMonthlyUsd.toFixed(2));
    expect(decision.deltaMonthlyUsd).toBeGreaterThan(0);
    expect(outputs["path-change"]).toBe("");
    expect(summary.trim()).toBe(outputs["report-file text"]?.trim());
    expect(JSON.parse(outputs["sarif-file text"] ?? "")).toMatchObject({ version: "2.1.0" });
  });

  test("a failing gate fails the step, unless told otherwise", async () => {
    const gated = policy(200_000, "gates: { max_monthly_usd: 1 }\n");
    const failing = await act(gated);
    expect(failing).toMatchObject({ code: 1, outputs: { "gate-status": "fail", "comment-status": "created" } });
    expect(failing.annotations("error").at(-1)).toContain(`${path}: gate max_monthly_usd`);
    for (const failOn of ["invalid", "never"]) {
      expect(await act(gated, { inputs: { "fail-on": failOn } })).toMatchObject({ code: 0, outputs: { "gate-status": "fail" } });
    }
  });

  test("the base's gate holds although the pull request removes it", async () => {
    github.commits.set(base, { files: { [path]: policy(100_000, "gates: { max_monthly_usd: 1 }\n") } });
    expect(await act(policy(200_000))).toMatchObject({ code: 1, outputs: { "gate-status": "fail" } });
  });

  test("an invalid policy is annotated at its line and fails the step", async () => {
    const invalid = await act(policy(200_000).replace("tokens:", "token:"));
    expect(invalid).toMatchObject({ code: 1, outputs: { "gate-status": "fail", path: "", "monthly-cost-usd": "", "decision-file": "" } });
    expect(invalid.annotations("error")).toContainEqual(
      expect.stringMatching(/^::error title=unknown-key,file=\.github\/breakeven\.yml,line=6,col=5::/),
    );
    expect(github.comments).toHaveLength(1);
    expect(await act("version: [", { inputs: { "fail-on": "never" } })).toMatchObject({ code: 0, outputs: { "gate-status": "fail" } });
  });

  test("a read-only token costs the comment and nothing else", async () => {
    github.mayWrite = false;
    const run = await act(policy(200_000));
    expect(run).toMatchObject({ code: 0, outputs: { "comment-status": "skipped-read-only", "comment-url": "", path: "api" } });
    expect(run.annotations("warning")[0]).toContain('"pull-requests: write"');
    expect(run.summary).toContain(run.outputs["report-file text"]);
    expect(run.summary).toContain('"pull-requests: write"');
  });

  test("a merge group is judged against its own base and has no comment", async () => {
    const event = { merge_group: { head_sha: head, base_sha: base } };
    const run = await act(policy(200_000), { eventName: "merge_group", event, sha: head });
    expect(run).toMatchObject({ code: 0, outputs: { "comment-status": "skipped-event" } });
    expect(Number(run.outputs["delta-monthly-usd"])).toBeGreaterThan(0);
    expect(github.callsOf("listComments")).toEqual([]);
  });

  test("a fork's policy is read as data under pull_request_target", async () => {
    github.commits.set(head, { files: { [path]: policy(200_000) } });
    const run = await act("", { eventName: "pull_request_target", sha: base, files: {} });
    expect(run).toMatchObject({ code: 0, outputs: { "comment-status": "created", path: "api" } });
  });

  test("comment-mode on-change stays silent when nothing changes", async () => {
    const run = await act(policy(100_000), { inputs: { "comment-mode": "on-change" } });
    expect(run).toMatchObject({ code: 0, outputs: { "comment-status": "skipped-mode", "delta-monthly-usd": "0.00" } });
    expect(github.comments).toEqual([]);
  });

  test("several policies are one comment and one sum", async () => {
    const files = { "llm/a.yml": policy(100_000), "llm/b.yml": policy(100_000).replace("support", "batch") };
    const run = await act("", { files, inputs: { policy: "llm/*.yml" } });
    expect(run).toMatchObject({ code: 0, outputs: { "delta-monthly-usd": "" } });
    const decisions = JSON.parse(run.outputs["decision-file text"] ?? "");
    expect(decisions).toHaveLength(2);
    const sum = decisions[0].monthlyCostUsd.expected + decisions[1].monthlyCostUsd.expected;
    expect(run.outputs["monthly-cost-usd"]).toBe(sum.toFixed(2));
    expect(github.comments).toHaveLength(1);
  });

  test("a deleted policy is reported and warned of", async () => {
    const run = await act("", { files: {} });
    expect(run).toMatchObject({ code: 0, outputs: { "gate-status": "none", path: "", "comment-status": "created" } });
    expect(run.annotations("warning")).toEqual([expect.stringContaining(`${path} is deleted; its gates hold no longer`)]);
  });

  test("the page is written when it is asked for, with the policy of the head inside", async () => {
    const run = await act(policy(100_000), { inputs: { "html-report": "true" } });
    expect(run.annotations("warning").join("\n")).not.toContain("html-report");
    expect(run.outputs["html-report-file"]).toMatch(/report\.html$/);
    expect((await act(policy(100_000))).outputs["html-report-file"]).toBe("");
  });

  test("wrong inputs, a missing policy and a breakdown fail the step and set nothing that could pass", async () => {
    const wrong = await act(policy(100_000), { inputs: { "comment-mode": "loud" } });
    expect(wrong).toMatchObject({ code: 1, outputs: {} });
    expect(wrong.annotations("error")).toEqual([
      '::error::input "comment-mode": saw "loud"; allowed: always, on-change, on-decision-change, never',
    ]);
    const missing = await act("", { files: {}, inputs: { policy: "none.yml" } });
    expect(missing.annotations("error")).toEqual([expect.stringContaining("no policy file matches none.yml")]);
    github.fail({ operation: "getContent", kind: "status", status: 403, message: "Resource not accessible by integration" });
    const broken = await act(policy(100_000));
    expect([missing.code, broken.code]).toEqual([1, 1]);
    expect(broken.outputs["gate-status"]).toBeUndefined();
    expect(broken.annotations("error")).toEqual([expect.stringContaining('give the job the permission "contents: read"')]);
  });

  test("a file name cannot turn the log around or write a command into it", async () => {
    const file = "llm/\u202egnp.exe\n::error::pwned/a.yml";
    github.commits.set(base, { files: { [file]: policy(100_000) } });
    github.commits.set(head, { files: {} });
    github.comparisons.set(`${base}...${head}`, { mergeBase: base, files: [{ filename: file, status: "removed" }] });
    const run = await act("", { files: {}, inputs: { policy: "llm/**" } });
    expect(run.annotations("warning")).toEqual(["::warning::llm/gnp.exe ::error::pwned/a.yml is deleted; its gates hold no longer"]);
    expect(run.annotations("error")).toEqual([]);
  });

  test("a breakdown of the comment fails the step, with the report in the summary", async () => {
    github.fail({ operation: "listComments", kind: "status", status: 200, message: "no list of comments" });
    const run = await act(policy(200_000));
    expect(run).toMatchObject({ code: 1, outputs: {} });
    expect(run.annotations("error")).toEqual([expect.stringContaining("breakeven broke down")]);
    expect(run.summary).toContain("### Breakeven: API");
    expect(github.violations.splice(0)).toEqual([expect.stringContaining("listComments 200")]);
  });

  test("a weak connection is lived with", async () => {
    github.fail({ operation: "getContent", kind: "cut", effect: true });
    github.fail({ operation: "createComment", kind: "status", status: 429, headers: { "retry-after": "1" } });
    github.fail({ operation: "listComments", kind: "slow", ms: 300 });
    expect(await act(policy(200_000))).toMatchObject({ code: 0, outputs: { "comment-status": "created" } });
    expect(github.comments).toHaveLength(1);
  });

  test("two first runs at the same time end with one comment", async () => {
    let waiting = 0;
    let go: () => void = () => {};
    const both = new Promise<void>((resolve) => {
      go = resolve;
    });
    github.before("createComment", () => {
      waiting += 1;
      if (waiting === 2) go();
      return both;
    });
    const runs = await Promise.all([act(policy(200_000)), act(policy(200_000), { env: { GITHUB_RUN_NUMBER: "6" } })]);
    expect(runs.map((run) => run.code)).toEqual([0, 0]);
    expect(github.comments).toHaveLength(1);
  });

  test("a run that was overtaken leaves the comment alone", async () => {
    await act(policy(300_000), { env: { GITHUB_RUN_NUMBER: "9" } });
    expect((await act(policy(200_000), { env: { GITHUB_RUN_NUMBER: "8" } })).outputs["comment-status"]).toBe("skipped-stale");
    github.pulls.set(pullNumber, commit("f6"));
    expect((await act(policy(200_000), { env: { GITHUB_RUN_NUMBER: "10" } })).outputs["comment-status"]).toBe("skipped-stale");
    expect(github.callsOf("updateComment")).toEqual([]);
  });
});
