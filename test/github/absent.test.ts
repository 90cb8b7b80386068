import { beforeEach, describe, expect, test } from "vitest";
import { gitHubForEach } from "./each.ts";
import { runHere } from "./in-process.ts";
import type { FakeGitHub } from "./server.ts";
import { commit, policyPath, pullNumber, smallPolicy } from "./support.ts";

const [head, base, mergeBase, testMerge] = [commit("a1"), commit("b2"), commit("c3"), commit("d4")];
const event = { pull_request: { number: pullNumber, head: { sha: head, repo: { full_name: "acme/support" } }, base: { sha: base } } };
/** No policy of these tests costs as little. */
const gate = "gates: { max_monthly_usd: 1 }\n";

let github: FakeGitHub;
gitHubForEach(head, base, (started) => {
  github = started;
});

function act(files: Readonly<Record<string, string>>, policy = policyPath, eventName = "pull_request") {
  return runHere(github, { eventName, event, sha: eventName === "pull_request" ? testMerge : base, files, inputs: { policy } });
}

const comment = () => github.comments[0]?.body.split("\n").slice(1).join("\n") ?? "";

describe("a policy that is spelled out and is nowhere", () => {
  test("fails beside others, at its own name", async () => {
    const { outputs, failures, notes } = await act({ "a.yml": smallPolicy(1000) }, "a.yml\nb.yml");
    expect(failures).toEqual(["b.yml is not a valid policy"]);
    expect(notes).toContainEqual(expect.objectContaining({ level: "error", file: "b.yml", title: "no-file" }));
    expect(outputs).toMatchObject({ "gate-status": "fail", path: "" });
    expect(comment()).toContain("| b.yml | **invalid** |");
  });

  test("is no failure where the pull request has renamed it to one that is there", async () => {
    const files = [{ filename: "b.yml", status: "renamed", previous_filename: policyPath }];
    github.comparisons.set(`${base}...${head}`, { mergeBase: base, files });
    const { failures, outputs } = await act({ "b.yml": smallPolicy(100_000) }, `${policyPath}\nb.yml`);
    expect(failures).toEqual([]);
    expect(outputs["delta-monthly-usd"]).toBe("0.00");
  });
});

describe("a branch that was left before the policy came", () => {
  beforeEach(() => {
    github.commits.set(head, { files: {} });
    github.commits.set(mergeBase, { files: {} });
    github.commits.set(testMerge, { files: { [policyPath]: smallPolicy(100_000) }, parents: [base, head] });
    github.comparisons.set(`${base}...${head}`, { mergeBase });
  });

  test("is judged as it will be merged, where the branch has renamed what it edits", async () => {
    github.commits.set(head, { files: { "old.yml": smallPolicy(300_000) } });
    github.commits.set(mergeBase, { files: { "old.yml": smallPolicy(100_000) } });
    github.commits.set(testMerge, { files: { [policyPath]: smallPolicy(300_000) }, parents: [base, head] });
    expect(Number((await act({})).outputs["delta-monthly-usd"])).toBeGreaterThan(100);
  });

  test.each([
    ["pull_request", policyPath],
    ["pull_request_target", ".github/*.yml"],
  ])("changes nothing in it: %s without a checkout, %s", async (eventName, policy) => {
    const { failures, outputs } = await act({}, policy, eventName);
    expect(failures).toEqual([]);
    expect(outputs).toMatchObject({ path: "api", "delta-monthly-usd": "0.00", "comment-status": "created" });
    expect(comment()).toContain("Breakeven: no change.");
    // The head has no such file to link to.
    expect(comment()).not.toContain("/blob/");
  });

  test("is still without one where the branch that it goes to has none either", async () => {
    github.commits.set(base, { files: {} });
    github.commits.set(testMerge, { files: {}, parents: [base, head] });
    expect((await act({})).failures).toEqual([expect.stringContaining("no policy file matches")]);
  });
});

describe("what is not on disk", () => {
  const sparse = { ".git/HEAD": `${testMerge}\n`, ".git/info/sparse-checkout": "/*\n!/*/\n/apps/\n!/apps/*/\n/apps/a/\n" };

  test("of a sparse checkout is judged all the same", async () => {
    const before = { "apps/a/llm.yml": smallPolicy(1000), "apps/b/llm.yml": smallPolicy(1000, gate) };
    github.commits.set(base, { files: before });
    github.commits.set(testMerge, { files: { ...before, "apps/b/llm.yml": smallPolicy(100_000) }, parents: [base, head] });
    const { failures } = await act({ ...sparse, "apps/a/llm.yml": smallPolicy(1000) }, "apps/*/llm.yml");
    expect(failures).toEqual([expect.stringContaining("apps/b/llm.yml: gate max_monthly_usd")]);
  });

  test("of a test merge is read from the test merge: what the base changed meanwhile is not this pull request's", async () => {
    const newer = commit("e5");
    github.commits.set(head, { files: { [policyPath]: smallPolicy(100_000) } });
    github.commits.set(newer, { files: { [policyPath]: smallPolicy(500_000) } });
    github.commits.set(testMerge, { files: { [policyPath]: smallPolicy(500_000) }, parents: [newer, head] });
    github.comparisons.set(`${newer}...${head}`, { mergeBase: base });
    expect((await act(sparse)).outputs["delta-monthly-usd"]).toBe("0.00");
  });

  test("of git itself, in a container without it, does not hide the test merge", async () => {
    github.commits.set(head, { files: { [policyPath]: smallPolicy(100_000) } });
    github.commits.set(base, { files: { [policyPath]: smallPolicy(500_000) } });
    github.commits.set(mergeBase, { files: { [policyPath]: smallPolicy(100_000) } });
    github.commits.set(testMerge, { files: { [policyPath]: smallPolicy(500_000) }, parents: [base, head] });
    github.comparisons.set(`${base}...${head}`, { mergeBase });
    expect((await act({ [policyPath]: smallPolicy(500_000) })).outputs["delta-monthly-usd"]).toBe("0.00");
    // A file that a step before has made is no test merge.
    expect((await act({ [policyPath]: smallPolicy(900_000) })).outputs["delta-monthly-usd"]).not.toBe("0.00");
  });

  test("of a test merge is gone where the base deleted it meanwhile", async () => {
    github.commits.set(head, { files: { [policyPath]: smallPolicy(100_000) } });
    github.commits.set(mergeBase, { files: {} });
    github.commits.set(testMerge, { files: {}, parents: [mergeBase, head] });
    github.comparisons.set(`${mergeBase}...${head}`, { mergeBase: base });
    expect((await act({ ".git/HEAD": `${testMerge}\n` })).failures).toEqual([expect.stringContaining(`at ${testMerge}`)]);
  });
});

describe("a policy that the pull request deletes is reported", () => {
  test("although a checkout of another commit has it", async () => {
    github.commits.set(head, { files: {} });
    github.comparisons.set(`${base}...${head}`, { mergeBase: base, files: [{ filename: policyPath, status: "removed" }] });
    await act({ ".git/HEAD": `${commit("e5")}\n`, [policyPath]: smallPolicy(100_000) });
    expect(comment()).toContain("policy deleted");
  });

  test("although the change is so large that GitHub cannot say what is in it", async () => {
    const message = "Server Error: Sorry, this diff is taking too long to generate.";
    github.fail({ operation: "compare", kind: "status", status: 500, message, times: 4 });
    github.commits.set(mergeBase, { files: { "apps/a/llm.yml": smallPolicy(1000), "apps/b/llm.yml": smallPolicy(1000, gate) } });
    github.comparisons.set(`${base}...${head}`, { mergeBase });
    const { failures, notes, outputs } = await act({ "apps/a/llm.yml": smallPolicy(1000) }, "apps/*/llm.yml");
    expect(failures).toEqual([]);
    expect(notes).toContainEqual(expect.objectContaining({ level: "warning", message: expect.stringContaining("too long to generate") }));
    expect(comment()).toContain("| apps/b/llm.yml | **deleted** |");
    expect(outputs["gate-status"]).toBe("none");
  });

  test("although more files change than GitHub lists", async () => {
    github.commits.set(base, { files: { "apps/a/llm.yml": smallPolicy(1000), "apps/b/llm.yml": smallPolicy(1000, gate) } });
    const files = Array.from({ length: 300 }, (_, index) => ({ filename: `a${index}.txt`, status: "added" }));
    github.comparisons.set(`${base}...${head}`, { mergeBase: base, files });
    const { notes } = await act({ "apps/a/llm.yml": smallPolicy(1000) }, "apps/*/llm.yml");
    expect(notes).toContainEqual({ level: "warning", message: "apps/b/llm.yml is deleted; its gates hold no longer" });
    expect(comment()).toContain("| apps/b/llm.yml | **deleted** |");
  });
});

describe("a base commit that the token cannot see", () => {
  beforeEach(() => {
    github.comparisons.clear();
    github.commits.clear();
  });

  test("fails a pull request: without it no gate of the base would be checked", async () => {
    await expect(act({ [policyPath]: smallPolicy(1000) })).rejects.toThrow(`the token cannot see the base commit ${base} of acme/support`);
  });

  test("is a warning on a push, whose commit before a forced one may be gone", async () => {
    const push = { before: base, after: head };
    const files = { [policyPath]: smallPolicy(1000) };
    const { failures, notes } = await runHere(github, { eventName: "push", event: push, sha: head, files });
    expect(failures).toEqual([]);
    expect(notes).toContainEqual(expect.objectContaining({ level: "warning", message: expect.stringContaining("cannot compare") }));
  });
});
