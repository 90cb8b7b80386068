import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { longestComment } from "../../src/github/comment.ts";
import { markerLine, splitComment } from "../../src/github/marker.ts";
import { type FakeGitHub, type StoredComment, startGitHub } from "./server.ts";
import { barrier, commentJob, commit, key, pullNumber, runState, testClient, upsertComment } from "./support.ts";

let github: FakeGitHub;

beforeEach(async () => {
  github = await startGitHub();
  github.pulls.set(pullNumber, commit("a1"));
});

afterEach(async () => {
  await github.close();
  expect(github.violations).toEqual([]);
});

function put(changes: Partial<StoredComment> & { body: string }): StoredComment {
  const comment: StoredComment = {
    id: 500 + github.comments.length,
    issue: pullNumber,
    login: "github-actions[bot]",
    type: "Bot",
    ...changes,
  };
  github.comments.push(comment);
  return comment;
}

function ownBody(text: string, run = runState({ runNumber: 4 })): string {
  return `${markerLine(key, run)}\n${text}`;
}

function textOf(comment: StoredComment | undefined): string {
  return splitComment(comment?.body ?? "").text;
}

describe("the usual runs", () => {
  test("a first run creates one comment whose first line is the marker", async () => {
    const outcome = await upsertComment(commentJob(github, "api, 120 dollars"));
    expect(outcome).toEqual({ status: "created", url: expect.stringContaining("issuecomment-1001"), warning: null });
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.body).toMatch(/^<!-- breakeven:0123456789ab [A-Za-z0-9_-]+ -->\napi, 120 dollars/);
  });

  test("nothing is rendered between the last look and the write, in which a newer run could be overwritten", async () => {
    const looks: number[] = [];
    const render = (run: { runId: string | null }) => {
      looks.push(github.callsOf("getPull").length);
      return `of run ${run.runId}`;
    };
    await upsertComment(commentJob(github, "", { render }));
    expect([...looks, github.callsOf("getPull").length]).toEqual([0, 1]);
    looks.length = 0;
    await upsertComment(commentJob(github, "", { render, run: runState({ runId: "9002", runNumber: 6 }) }));
    expect(looks.every((count) => count === 1)).toBe(true);
    expect(github.callsOf("getPull")).toHaveLength(2);
  });

  test("a second run with another text updates the comment", async () => {
    await upsertComment(commentJob(github, "api, 120 dollars"));
    const outcome = await upsertComment(commentJob(github, "hybrid, 90 dollars", { run: runState({ runNumber: 6 }) }));
    expect(outcome.status).toBe("updated");
    expect(github.comments).toHaveLength(1);
    expect(textOf(github.comments[0])).toContain("hybrid, 90 dollars");
  });

  test("a run of a new commit that says the same leaves the comment alone", async () => {
    await upsertComment(commentJob(github, "api, 120 dollars"));
    github.pulls.set(pullNumber, commit("b2"));
    const outcome = await upsertComment(
      commentJob(github, "api, 120 dollars", { run: runState({ head: commit("b2"), runId: "9002", runNumber: 6 }) }),
    );
    expect(outcome.status).toBe("unchanged");
    expect(github.callsOf("updateComment")).toEqual([]);
  });

  test("a comment that somebody has edited is written anew", async () => {
    await upsertComment(commentJob(github, "api, 120 dollars"));
    const [comment] = github.comments;
    if (comment) comment.body = comment.body.replace("120 dollars", "1 dollar");
    const outcome = await upsertComment(commentJob(github, "api, 120 dollars"));
    expect(outcome.status).toBe("updated");
    expect(textOf(comment)).toContain("120 dollars");
  });

  test("a comment with line breaks as a browser sends them counts as unchanged", async () => {
    await upsertComment(commentJob(github, "api, 120 dollars"));
    const [comment] = github.comments;
    if (comment) comment.body = `${comment.body.replaceAll("\n", "\r\n")}\r\n`;
    expect((await upsertComment(commentJob(github, "api, 120 dollars"))).status).toBe("unchanged");
  });

  test("a comment of a version with another state is taken over", async () => {
    const comment = put({ body: `<!-- breakeven:${key} eyJvbGQiOjF9 -->\nold` });
    expect((await upsertComment(commentJob(github, "new"))).status).toBe("updated");
    expect(textOf(comment)).toContain("new");
  });

  test("a mode that asks for no first comment writes none, but keeps an existing one right", async () => {
    expect((await upsertComment(commentJob(github, "same", { mayCreate: false }))).status).toBe("skipped-mode");
    put({ body: ownBody("more expensive") });
    expect((await upsertComment(commentJob(github, "same", { mayCreate: false }))).status).toBe("updated");
  });

  test("the own comment is found on the eleventh page", async () => {
    for (let index = 0; index < 1020; index += 1) put({ login: "octocat", type: "User", body: `remark ${index}` });
    put({ body: ownBody("old"), id: 3000 });
    const outcome = await upsertComment(commentJob(github, "new"));
    expect(outcome.status).toBe("updated");
    expect(github.callsOf("listComments")).toHaveLength(11);
    expect(github.callsOf("createComment")).toEqual([]);
  });

  test("a body that fills the limit is taken on create and on update, marker included", async () => {
    const long = "x".repeat(longestComment * 2);
    expect((await upsertComment(commentJob(github, long))).status).toBe("created");
    expect(github.comments[0]?.body).toHaveLength(longestComment);
    const run = runState({ runNumber: 6 });
    expect((await upsertComment(commentJob(github, `y${long}`, { run }))).status).toBe("updated");
    expect(github.comments[0]?.body).toHaveLength(longestComment);
  });
});

describe("other people's comments", () => {
  test.each([
    { login: "mallory", type: "User" },
    { login: "mallory-app[bot]", type: "Bot" },
    { login: "github-actions[bot]", type: "User" },
  ] as const)("a marker by $login ($type) is never edited", async (author) => {
    const spoof = put({ ...author, body: ownBody("gates pass", runState({ runNumber: 999_999 })) });
    const before = spoof.body;
    expect((await upsertComment(commentJob(github, "gate fails"))).status).toBe("created");
    expect(spoof.body).toBe(before);
  });

  test("an own comment of another key, and one that only quotes the marker, are left alone", async () => {
    const other = put({ body: `${markerLine("ba9876543210", runState())}\nother policies` });
    const quote = put({ body: `> ${ownBody("quoted")}` });
    const before = [other.body, quote.body];
    expect((await upsertComment(commentJob(github, "mine"))).status).toBe("created");
    expect([other.body, quote.body]).toEqual(before);
  });

  test("a token of another app learns its name from its first comment and still ends with one comment", async () => {
    github.identity = { login: "acme-bot[bot]", type: "Bot", maySayWho: false };
    const first = await upsertComment(commentJob(github, "one"));
    expect(first.warning).toBe('the token comments as "acme-bot[bot]"; set comment-author: "acme-bot[bot]"');
    const second = await upsertComment(commentJob(github, "two", { run: runState({ runNumber: 6 }) }));
    expect(second.status).toBe("updated");
    expect(github.comments.map(textOf)).toEqual([expect.stringContaining("two")]);
  });
});

describe("runs that overlap", () => {
  test("the login of an app is known in any case of its letters", async () => {
    github.identity = { login: "acme-bot[bot]", type: "Bot", maySayWho: false };
    const author = { login: "Acme-Bot[bot]", certain: true };
    expect(await upsertComment(commentJob(github, "api", { author }))).toMatchObject({ status: "created", warning: null });
    const second = commentJob(github, "hybrid", { author, run: runState({ runNumber: 6, runId: "9002" }) });
    expect((await upsertComment(second)).status).toBe("updated");
    expect(github.callsOf("createComment")).toHaveLength(1);
  });

  test("two simultaneous first runs converge to one comment with the newer run's text", async () => {
    const together = barrier(2);
    github.before("createComment", together);
    const outcomes = await Promise.all([
      upsertComment(commentJob(github, "older", { run: runState({ runNumber: 5 }) })),
      upsertComment(commentJob(github, "newer", { run: runState({ runNumber: 6 }) })),
    ]);
    expect(github.callsOf("createComment")).toHaveLength(2);
    expect(github.comments.map(textOf)).toEqual([expect.stringContaining("newer")]);
    expect(outcomes.map((outcome) => outcome.status)).not.toContain("failed");
  });

  test("five simultaneous first runs of one commit leave one comment", async () => {
    github.before("createComment", barrier(5));
    const numbers = [5, 6, 7, 8, 9];
    await Promise.all(numbers.map((runNumber) => upsertComment(commentJob(github, "same", { run: runState({ runNumber }) }))));
    expect(github.callsOf("createComment")).toHaveLength(5);
    expect(github.comments.map(textOf)).toEqual([expect.stringContaining("same")]);
  });

  test("a run of an outdated commit writes nothing, with and without a comment", async () => {
    github.pulls.set(pullNumber, commit("b2"));
    expect((await upsertComment(commentJob(github, "outdated"))).status).toBe("skipped-stale");
    put({ body: ownBody("of an older run") });
    expect((await upsertComment(commentJob(github, "outdated"))).status).toBe("skipped-stale");
    expect(github.comments.map(textOf)).toEqual(["of an older run"]);
  });

  test("an older run of the same commit does not overwrite a newer one", async () => {
    put({ body: ownBody("newer", runState({ runNumber: 6 })) });
    expect((await upsertComment(commentJob(github, "older"))).status).toBe("skipped-stale");
    expect(textOf(github.comments[0])).toBe("newer");
  });

  test("a second attempt of the same run overwrites the first, and never the other way round", async () => {
    put({ body: ownBody("first attempt", runState()) });
    expect((await upsertComment(commentJob(github, "second", { run: runState({ runAttempt: 2 }) }))).status).toBe("updated");
    expect((await upsertComment(commentJob(github, "first again"))).status).toBe("skipped-stale");
  });

  test("without the right to read the pull request the run numbers decide", async () => {
    github.fail({ operation: "getPull", kind: "status", status: 403, message: "Resource not accessible by integration" });
    put({ body: ownBody("of an older run") });
    expect((await upsertComment(commentJob(github, "newer"))).status).toBe("updated");
  });

  test("duplicates left by a run that died are removed and the oldest stays", async () => {
    put({ body: ownBody("one"), id: 700 });
    put({ body: ownBody("two"), id: 701 });
    expect((await upsertComment(commentJob(github, "three"))).status).toBe("updated");
    expect(github.comments.map((comment) => [comment.id, textOf(comment).slice(0, 5)])).toEqual([[700, "three"]]);
  });
});

describe("when GitHub refuses or breaks down", () => {
  test("a read-only token is no failure, and the warning names the permission", async () => {
    github.mayWrite = false;
    const outcome = await upsertComment(commentJob(github, "text"));
    expect(outcome.status).toBe("skipped-read-only");
    expect(outcome.warning).toContain('"pull-requests: write"');
    expect(outcome.warning).toContain("Resource not accessible by integration");
    expect(github.callsOf("createComment")).toHaveLength(1);
  });

  test("a read-only token on an update is the same", async () => {
    put({ body: ownBody("old") });
    github.mayWrite = false;
    expect((await upsertComment(commentJob(github, "text"))).status).toBe("skipped-read-only");
  });

  test("a pull request that the token cannot see counts as read-only", async () => {
    github.fail({ operation: "listComments", kind: "status", status: 404, message: "Not Found" });
    expect((await upsertComment(commentJob(github, "text"))).status).toBe("skipped-read-only");
  });

  test.each([
    { status: 401, message: "Bad credentials" },
    { status: 403, message: "Unable to create comment because issue is locked." },
    { status: 409, message: "Conflict" },
    { status: 410, message: "Issues are disabled for this repo" },
    { status: 422, message: "Validation Failed" },
  ])("HTTP $status on create is a failed comment that says why", async ({ status, message }) => {
    github.fail({ operation: "createComment", kind: "status", status, message });
    const outcome = await upsertComment(commentJob(github, "text"));
    expect(outcome.status).toBe("failed");
    expect(outcome.warning).toContain(`HTTP ${status}`);
    expect(outcome.warning).toContain(message);
  });

  test("a 409 while listing never leads to a second comment", async () => {
    put({ body: ownBody("old") });
    github.fail({ operation: "listComments", kind: "status", status: 409, message: "Conflict" });
    expect((await upsertComment(commentJob(github, "text"))).status).toBe("failed");
    expect(github.comments).toHaveLength(1);
  });

  test("a create whose answer is lost is not repeated blindly", async () => {
    github.fail({ operation: "createComment", kind: "cut", effect: true });
    expect((await upsertComment(commentJob(github, "text"))).status).toBe("unchanged");
    expect(github.callsOf("createComment")).toHaveLength(1);
    expect(github.comments).toHaveLength(1);
  });

  test("a create that did not take effect is tried again", async () => {
    github.fail({ operation: "createComment", kind: "cut", effect: false });
    github.fail({ operation: "createComment", kind: "status", status: 502 });
    expect((await upsertComment(commentJob(github, "text"))).status).toBe("created");
    expect(github.comments).toHaveLength(1);
  });

  test("a create that fails for good gives up after three rounds", async () => {
    github.fail({ operation: "createComment", kind: "status", status: 500, times: 99 });
    expect((await upsertComment(commentJob(github, "text"))).status).toBe("failed");
    expect(github.callsOf("createComment")).toHaveLength(3);
  });

  test("a comment that is deleted between reading and writing is created anew", async () => {
    put({ body: ownBody("old") });
    github.before("updateComment", () => {
      github.comments.length = 0;
    });
    expect((await upsertComment(commentJob(github, "text"))).status).toBe("created");
    expect(github.comments).toHaveLength(1);
  });

  test("a secondary limit is waited out, for a create as well", async () => {
    github.fail({
      operation: "createComment",
      kind: "status",
      status: 403,
      message: "You have exceeded a secondary rate limit",
      headers: { "retry-after": "7" },
    });
    const { client, waits } = testClient(github);
    expect((await upsertComment(commentJob(github, "text", { client }))).status).toBe("created");
    expect(waits).toEqual([7_000]);
  });

  test("a limit that lasts longer than the bounds is a failed comment, not a missing permission", async () => {
    github.fail({
      operation: "createComment",
      kind: "status",
      status: 403,
      message: "You have exceeded a secondary rate limit",
      headers: { "retry-after": "3600" },
    });
    expect((await upsertComment(commentJob(github, "text"))).status).toBe("failed");
  });

  test("a defect in the report is not taken for a refusal", async () => {
    const job = commentJob(github, "text", {
      render: () => {
        throw new TypeError("no such workload");
      },
    });
    await expect(upsertComment(job)).rejects.toThrow("no such workload");
  });
});
