import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { editsOf } from "../../src/github/edits.ts";
import { addedLines } from "../../src/github/review.ts";
import { runHere } from "./in-process.ts";
import { type FakeGitHub, startGitHub } from "./server.ts";
import { barrier, commit, pullNumber } from "./support.ts";

const path = ".github/breakeven.yml";
const [head, base] = [commit("a1"), commit("b2")];
const text = `version: 1
region: us-east-1
workloads:
  - name: chat
    use_case: customer_facing
    volume: { requests_per_month: 1000000 }
    tokens: { input: 2000, output: 400, cached_input_ratio: 0 }
    candidates: { api: [gpt-4.1] }
gates: { max_monthly_usd: LIMIT }
`;

/** A patch in which the lines of a text that hold one of the words are new. */
function patchOf(whole: string, ...words: readonly string[]): string {
  const rows = whole.split("\n").map((row) => `${words.some((word) => row.includes(word)) ? "+" : " "}${row}`);
  return `@@ -1,${rows.length} +1,${rows.length} @@\n${rows.join("\n")}`;
}

describe("edits of a policy", () => {
  const everywhere = () => true;
  const none = { regions: [], models: new Map() };

  test("touch one line and keep everything else", () => {
    for (const ladder of editsOf(text, everywhere, {
      regions: ["eu-west-1"],
      models: new Map([["chat", [{ list: "api" as const, model: "gpt-4.1-mini" }]]]),
    })) {
      for (const edit of ladder) {
        const [before, after] = [text.split("\n"), edit.text.split("\n")];
        expect(after.toSpliced(edit.line - 1, edit.lines.length)).toEqual(before.toSpliced(edit.line - 1, 1));
        expect(after.slice(edit.line - 1, edit.line - 1 + edit.lines.length)).toEqual(edit.lines);
      }
    }
  });

  test("come smallest first, and only on lines that may be edited", () => {
    const kinds = (mayEdit: (line: number) => boolean) =>
      editsOf(text, mayEdit, { ...none, regions: ["eu-west-1"] }).map((ladder) => ladder[0]?.kind);
    expect(kinds(everywhere)).toEqual(["region", "caching", "output"]);
    expect(kinds((line) => line === 7)).toEqual(["caching", "output"]);
    expect(kinds(() => false)).toEqual([]);
    const output = editsOf(text, (line) => line === 7, none)
      .at(-1)
      ?.map(({ lines }) => lines[0]);
    expect(output?.[0]).toBe("    tokens: { input: 2000, output: 360, cached_input_ratio: 0 }");
  });

  test("add a key beside the others, in a map on one line and in one on several", () => {
    const absent = text.replace(", cached_input_ratio: 0", "");
    expect(editsOf(absent, everywhere, none)[0]?.[0]?.lines).toEqual(["    tokens: { input: 2000, output: 400, cached_input_ratio: 0.2 }"]);
    const block = absent.replace("tokens: { input: 2000, output: 400 }", "tokens:\n      input: 2000\n      output: 400 # measured");
    expect(editsOf(block, everywhere, none)[0]?.[0]?.lines).toEqual(["      output: 400 # measured", "      cached_input_ratio: 0.2"]);
  });

  test("offer batches only where nobody waits, and never a lower volume, price or gate", () => {
    const bulk = text.replace("customer_facing", "bulk_processing");
    expect(editsOf(bulk, everywhere, none).map((ladder) => ladder[0]?.kind)).toContain("batch");
    expect(
      editsOf(bulk.replace("tokens:", "latency: { ttft_ms_p95: 500 }\n    tokens:"), everywhere, none).map((ladder) => ladder[0]?.kind),
    ).not.toContain("batch");
    for (const edit of editsOf(bulk, everywhere, none).flat())
      expect(edit.text).toMatch(/requests_per_month: 1000000 \}[\s\S]*max_monthly_usd: LIMIT/);
  });

  test("are none in text that is not a policy", () => {
    for (const other of ["", "- a", "version: [", "workloads: 3", "workloads: [{ name: a, tokens: 3 }]"])
      expect(editsOf(other, everywhere, none)).toEqual([]);
  });
});

test("the added lines of a patch have the numbers of the new file", () => {
  const patch = "@@ -1,3 +1,3 @@ top\n a: 1\n-b: 2\n+b: 3\n c: 4\n@@ -10,1 +10,2 @@\n x\n+y\n\\ No newline at end of file";
  expect([...addedLines(patch)]).toEqual([
    [2, "b: 3"],
    [11, "y"],
  ]);
});

describe("suggestions", () => {
  let github: FakeGitHub;
  const policy = (limit: number) => text.replace("LIMIT", `${limit}`);
  const event = { pull_request: { number: pullNumber, head: { sha: head, repo: { full_name: "acme/support" } }, base: { sha: base } } };

  beforeEach(async () => {
    github = await startGitHub();
    github.pulls.set(pullNumber, head);
    github.comparisons.set(`${base}...${head}`, { mergeBase: base });
  });
  afterEach(async () => {
    await github.close();
    expect(github.violations).toEqual([]);
  });

  function act(
    limit: number,
    changed: readonly string[],
    inputs: Readonly<Record<string, string>> = { suggestions: "true" },
    sleep = async () => {},
  ) {
    github.commits.set(base, { files: { [path]: policy(limit).replace("output: 400", "output: 300") } });
    github.pullFiles.set(pullNumber, [{ filename: path, patch: patchOf(policy(limit), ...changed) }]);
    return runHere(github, { eventName: "pull_request", event, sha: commit("d4"), files: { [path]: policy(limit) }, inputs, sleep });
  }

  test("an edit of a changed line that passes the gate is suggested, with what it saves", async () => {
    const failing = await act(6000, ["tokens:"]);
    expect(failing.outputs["gate-status"]).toBe("fail");
    expect(github.reviewComments).toHaveLength(1);
    const [comment] = github.reviewComments;
    expect(comment).toMatchObject({ path, line: 7 });
    expect(comment?.body).toMatch(
      /\*\*Passes the gate\*\* `max_monthly_usd`: cache 80% of the input tokens of chat: \$[\d,]+ a month, −\$[\d,]+ \(−[\d.]+%\)/,
    );
    expect(comment?.body).toContain("```suggestion\n    tokens: { input: 2000, output: 400, cached_input_ratio: 0.8 }\n```");
    const suggested = comment?.body.match(/```suggestion\n([\s\S]*?)\n```/)?.[1] ?? "";
    const taken = policy(6000).replace(/^ {4}tokens:.*$/m, suggested);
    const after = await runHere(github, { eventName: "pull_request", event, sha: commit("d4"), files: { [path]: taken } });
    expect(after.outputs["gate-status"]).toBe("pass");
  });

  test("are posted while the comment settles", { timeout: 30_000 }, async () => {
    const sleep = () => vi.waitUntil(() => github.reviewComments.length === 1, { timeout: 25_000 }).then(() => {});
    expect((await act(6000, ["tokens:"], { suggestions: "true" }, sleep)).outputs["comment-status"]).toBe("created");
  });

  test("another model is suggested only where it meets every rule", async () => {
    await act(6000, ["candidates:"]);
    expect(github.reviewComments).toHaveLength(1);
    const model = github.reviewComments[0]?.body.match(/api: \[gpt-4\.1, ([\w.:-]+)\]/)?.[1];
    expect(model).toBeDefined();
    expect(github.reviewComments[0]?.body).toContain(`It holds if ${model} is good enough for it; it meets every rule of the policy.`);
  });

  test("nothing is suggested on lines that the pull request leaves alone, for a gate that no edit passes, or without the input", async () => {
    await act(6000, ["version:"]);
    await act(1, ["tokens:", "candidates:", "region:"]);
    await act(6000, ["tokens:"], {});
    expect(github.reviewComments).toEqual([]);
  });

  test("a second run posts nothing, one that passes takes back what no longer holds", async () => {
    await act(6000, ["tokens:"]);
    await act(6000, ["tokens:"]);
    expect(github.callsOf("createReviewComment")).toHaveLength(1);
    await act(9000, ["tokens:"]);
    expect(github.reviewComments).toEqual([]);
  });

  test("an outdated one is replaced, a stranger's is left alone", async () => {
    await act(6000, ["tokens:"]);
    const [own] = github.reviewComments;
    if (own === undefined) throw new Error("there is a suggestion");
    github.reviewComments.push({ ...own, id: 5, login: "mallory", type: "User" });
    own.line = null;
    await act(6000, ["tokens:"]);
    expect(github.reviewComments.map(({ login, line }) => `${login} ${line}`).sort()).toEqual(["github-actions[bot] 7", "mallory 7"]);
  });

  test("two runs at once end with one of each", async () => {
    github.before("createReviewComment", barrier(2));
    await Promise.all([act(6000, ["tokens:"]), act(6000, ["tokens:"])]);
    expect(github.callsOf("createReviewComment")).toHaveLength(2);
    expect(github.reviewComments).toHaveLength(1);
  });

  test("a read-only token costs the suggestion and nothing else", async () => {
    github.mayWrite = false;
    const run = await act(6000, ["tokens:"]);
    expect(run.notes.map(({ message }) => message)).toContainEqual(
      expect.stringContaining("suggestions on pull request 7 are not up to date (HTTP 403"),
    );
    expect(run.outputs["gate-status"]).toBe("fail");
  });

  test("a line that GitHub does not take is a warning that does not speak of permissions", async () => {
    github.fail({ operation: "createReviewComment", kind: "status", status: 422, message: "Validation Failed" });
    const { notes } = await act(6000, ["tokens:"]);
    const [warning] = notes.filter(({ message }) => message.startsWith("suggestions on pull request 7"));
    expect(warning?.message).toContain("HTTP 422");
    expect(warning?.message).not.toContain("permission");
  });

  test("a run of an outdated commit suggests nothing", async () => {
    github.pulls.set(pullNumber, commit("f6"));
    await act(6000, ["tokens:"]);
    expect(github.reviewComments).toEqual([]);
  });
});
