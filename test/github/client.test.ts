import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { apiErrorOf } from "../../src/github/client.ts";
import { type FakeGitHub, startGitHub } from "./server.ts";
import { commit, pullNumber, testClient } from "./support.ts";

let github: FakeGitHub;

beforeEach(async () => {
  github = await startGitHub();
  github.pulls.set(pullNumber, commit("a1"));
});

afterEach(async () => {
  await github.close();
  expect(github.violations).toEqual([]);
});

/** Head of the pull request as the API gives it: a read that any test can make. */
async function read(client: ReturnType<typeof testClient>["client"]): Promise<string> {
  const { data } = await client.request("GET /repos/{owner}/{repo}/pulls/{pull_number}", { ...github.repository, pull_number: pullNumber });
  return data.head.sha;
}

async function readError(client: ReturnType<typeof testClient>["client"]) {
  return apiErrorOf(await read(client).catch((error: unknown) => error));
}

describe("reads are tried again", () => {
  test.each([500, 502, 503, 504])("after HTTP %i, with growing waits", async (status) => {
    github.fail({ operation: "getPull", kind: "status", status, times: 2 });
    const { client, waits, notes } = testClient(github);
    expect(await read(client)).toBe(commit("a1"));
    expect(waits).toEqual([1000, 2000]);
    expect(notes[0]).toBe(`GitHub API: HTTP ${status}; trying again in 1 s (1 of 3)`);
  });

  test("after a body that breaks off in the middle", async () => {
    github.fail({ operation: "getPull", kind: "cut", effect: false });
    const { client, waits } = testClient(github);
    expect(await read(client)).toBe(commit("a1"));
    expect(waits).toEqual([1000]);
  });

  test("after an answer that takes too long", async () => {
    github.fail({ operation: "getPull", kind: "slow", ms: 5_000 });
    const { client, waits } = testClient(github, { responseMs: 300 });
    expect(await read(client)).toBe(commit("a1"));
    expect(waits).toEqual([1000]);
  });

  test("four times at most", async () => {
    github.fail({ operation: "getPull", kind: "status", status: 502, times: 99 });
    const { client, waits } = testClient(github);
    expect(await readError(client)).toMatchObject({ status: 502, method: "GET" });
    expect(github.callsOf("getPull")).toHaveLength(4);
    expect(waits).toEqual([1000, 2000, 4000]);
  });
});

describe("limits", () => {
  const limited = { operation: "getPull", kind: "status", message: "You have exceeded a secondary rate limit" } as const;

  test("a retry-after is waited for", async () => {
    github.fail({ ...limited, status: 429, headers: { "retry-after": "12" } });
    const { client, waits } = testClient(github);
    await read(client);
    expect(waits).toEqual([12_000]);
  });

  test("a used-up hour is waited for until its reset, when that is near", async () => {
    const now = new Date("2026-11-20T12:00:00Z");
    const reset = String(now.getTime() / 1000 + 20);
    github.fail({ ...limited, status: 403, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset } });
    const { client, waits } = testClient(github, { now });
    await read(client);
    expect(waits).toEqual([20_000]);
  });

  test("a secondary limit that names no time is waited for a minute", async () => {
    github.fail({ ...limited, status: 403 });
    const { client, waits } = testClient(github);
    await read(client);
    expect(waits).toEqual([60_000]);
  });

  test("a wait beyond the bounds is not begun", async () => {
    github.fail({ ...limited, status: 429, headers: { "retry-after": "3600" }, times: 99 });
    const { client, waits } = testClient(github);
    expect(await readError(client)).toMatchObject({ status: 429, limited: true });
    expect(waits).toEqual([]);
  });

  test("a missing permission is not waited for", async () => {
    github.fail({ ...limited, status: 403, message: "Resource not accessible by integration" });
    const { client, waits } = testClient(github);
    expect(await readError(client)).toMatchObject({ status: 403, limited: false });
    expect(waits).toEqual([]);
  });
});

test("an error that is not an answer of the API stays a defect", () => {
  expect(apiErrorOf(new TypeError("x is undefined"))).toBeNull();
  expect(apiErrorOf("text")).toBeNull();
});

test("a server that is not there is an error with its cause", async () => {
  const { client } = testClient({ ...github, url: "http://127.0.0.1:1/api/v3" });
  const problem = await readError(client);
  expect(problem?.seen).toMatch(/^no answer: fetch failed/);
  expect(problem?.seen).not.toContain("HTTP 500");
});
