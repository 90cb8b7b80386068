import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { targetOf } from "../../src/github/event.ts";
import { workspaceSource } from "../../src/github/files.ts";
import { matchesAny, patternProblem } from "../../src/github/glob.ts";
import { readInputs } from "../../src/github/inputs.ts";
import { commentKey, hasMarker, isNewer, markerLine, splitComment } from "../../src/github/marker.ts";
import { plainLine } from "../../src/github/ports.ts";
import { readRunner } from "../../src/github/runner.ts";
import { commit, key, runState } from "./support.ts";

describe("inputs", () => {
  const token = { "INPUT_GITHUB-TOKEN": "ghs_x" };

  test("have the documented defaults", () => {
    expect(readInputs({ ...token, INPUT_POLICY: "", "INPUT_COMMENT-MODE": "" })).toEqual({
      kind: "inputs",
      inputs: {
        policies: [".github/breakeven.yml"],
        token: "ghs_x",
        commentMode: "always",
        commentMinDeltaUsd: 0,
        failOn: "gates",
        htmlReport: "false",
        suggestions: false,
        driftIssue: false,
        asOf: null,
        commentAuthor: null,
      },
    });
  });

  test("are the ones of action.yml, with the same defaults", async () => {
    const declared: Record<string, { default?: string }> = parse(await readFile("action.yml", "utf8")).inputs;
    const unset = Object.fromEntries(Object.keys(declared).map((name) => [`INPUT_${name.toUpperCase()}`, ""]));
    const asDeclared = Object.fromEntries(
      Object.entries(declared).map(([name, input]) => [`INPUT_${name.toUpperCase()}`, input.default ?? ""]),
    );
    expect(readInputs({ ...asDeclared, ...token })).toEqual(readInputs({ ...unset, ...token }));
    expect(Object.keys(declared).sort()).toEqual([
      "as-of",
      "comment-author",
      "comment-min-delta-usd",
      "comment-mode",
      "drift-issue",
      "fail-on",
      "github-token",
      "html-report",
      "policy",
      "suggestions",
    ]);
  });

  test("take several policies on lines of their own", () => {
    const read = readInputs({ ...token, INPUT_POLICY: "  llm/*.yml \n\n apps/**/breakeven.yml\n" });
    expect(read).toMatchObject({ inputs: { policies: ["llm/*.yml", "apps/**/breakeven.yml"] } });
  });

  test("take the token from GITHUB_TOKEN when the bundle is run by hand", () => {
    expect(readInputs({ GITHUB_TOKEN: "t" })).toMatchObject({ inputs: { token: "t" } });
  });

  test("name every problem at once, the value seen and what is allowed", () => {
    const read = readInputs({
      "INPUT_COMMENT-MODE": "sometimes",
      "INPUT_FAIL-ON": "gate",
      "INPUT_AS-OF": "20.11.2026",
      "INPUT_HTML-REPORT": "yes",
      INPUT_POLICY: "../other/policy.yml",
    });
    expect(read).toEqual({
      kind: "rejected",
      problems: [
        'input "policy": "../other/policy.yml" leaves the repository; give a path from its root',
        'input "github-token": is empty; leave it out to use the job\'s own token, or write secrets.NAME || github.token: pull requests from forks and from Dependabot get no secrets',
        'input "comment-mode": saw "sometimes"; allowed: always, on-change, on-decision-change, never',
        'input "fail-on": saw "gate"; allowed: gates, invalid, never',
        'input "html-report": saw "yes"; allowed: false, true, upload',
        'input "as-of": saw "20.11.2026"; write a date as YYYY-MM-DD, e.g. 2026-11-20',
      ],
    });
  });

  test("never repeat a token", () => {
    expect(JSON.stringify(readInputs({ ...token, "INPUT_AS-OF": "x" }))).not.toContain("ghs_x");
  });
});

describe("patterns", () => {
  const paths = ["a.yml", "b.yaml", ".github/a.yml", "x/a.yml", "x/y/a.yml", "x/y/b.yaml", "x/.hidden/a.yml", "a+b.yml", "x.y/a.yml"];
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "breakeven-glob-"));
    for (const path of paths) {
      await mkdir(join(folder, path, ".."), { recursive: true });
      await writeFile(join(folder, path), "");
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("mean the same on a list of names as on a checkout", async () => {
    const segment = fc.constantFrom(
      "*",
      "**",
      "?.yml",
      "a.yml",
      "*.yml",
      "*.{yml,yaml}",
      "x",
      "y",
      ".github",
      "{a,b}.*",
      "x?y",
      "a+b.yml",
      "**.yml",
      "a**",
      "{a}.yml",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { minLength: 1, maxLength: 4 }), async (segments) => {
        const pattern = segments.join("/");
        const onDisk = await workspaceSource(folder).list([pattern]);
        expect(paths.filter((path) => matchesAny([pattern], path)).sort()).toEqual([...onDisk].sort());
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    ["/etc/passwd", "absolute"],
    ["C:/policy.yml", "absolute"],
    ["a/../../b.yml", "leaves the repository"],
    ["llm[0-9]*.yml", "uses more than"],
    ["!*.yml", "uses more than"],
    ["a\\b.yml", "backslash"],
  ])("%s is refused", (pattern, reason) => {
    expect(patternProblem(pattern)).toContain(reason);
  });

  test("a plain path may have any name that git allows", () => {
    expect(patternProblem("llm (eu)/policy[1]+.yml")).toBeUndefined();
    expect(matchesAny(["./llm/policy.yml"], "llm/policy.yml")).toBe(true);
  });
});

describe("events", () => {
  const runner = { sha: commit("c3"), repository: { owner: "acme", repo: "support" } };
  const pull = (headRepo: unknown) => ({
    pull_request: { number: 7, head: { sha: commit("a1"), repo: headRepo }, base: { sha: commit("b2") } },
  });

  test.each(["pull_request", "pull_request_target"])("%s gives head, base and number", (eventName) => {
    expect(targetOf({ ...runner, eventName }, pull({ full_name: "acme/support" }))).toEqual({
      kind: "target",
      target: {
        headSha: commit("a1"),
        baseSha: commit("b2"),
        pullNumber: 7,
        fromFork: false,
        otherRef: null,
        mayReadWorkspace: eventName === "pull_request",
      },
    });
  });

  test("a fork is told from the repository, also when it was deleted", () => {
    const fromFork = (repo: unknown) => targetOf({ ...runner, eventName: "pull_request" }, pull(repo));
    expect(fromFork({ full_name: "mallory/support" })).toMatchObject({ target: { fromFork: true } });
    expect(fromFork(null)).toMatchObject({ target: { fromFork: true } });
  });

  test("a merge group has its own base and no comment", () => {
    const payload = { merge_group: { head_sha: commit("a1"), base_sha: commit("b2") } };
    const read = targetOf({ ...runner, eventName: "merge_group" }, payload);
    expect(read).toMatchObject({ target: { headSha: commit("a1"), baseSha: commit("b2"), pullNumber: null } });
  });

  test("a push is compared with what was there before; a new branch with nothing", () => {
    const push = (before: string, after: string) => targetOf({ ...runner, eventName: "push" }, { before, after });
    expect(push(commit("b2"), commit("a1"))).toMatchObject({ target: { headSha: commit("a1"), baseSha: commit("b2") } });
    expect(push(commit("0"), commit("a1"))).toMatchObject({ target: { baseSha: null } });
    expect(push(commit("b2"), commit("0"))).toMatchObject({ kind: "refused" });
  });

  test.each(["workflow_dispatch", "schedule"])("%s judges the commit of the run alone", (eventName) => {
    expect(targetOf({ ...runner, eventName }, {})).toMatchObject({ target: { headSha: commit("c3"), baseSha: null, pullNumber: null } });
  });

  test("another event is refused in one line that names the supported ones", () => {
    expect(targetOf({ ...runner, eventName: "issue_comment" }, {})).toEqual({
      kind: "refused",
      message:
        'event "issue_comment" has no commit to judge; run on one of: pull_request, pull_request_target without a checkout, merge_group, push, workflow_dispatch, schedule',
    });
  });

  test("a malformed event is a defect", () => {
    expect(() => targetOf({ ...runner, eventName: "pull_request" }, { pull_request: {} })).toThrow("not in GitHub's form");
  });
});

describe("the runner's variables", () => {
  const env = { GITHUB_REPOSITORY: "acme/support", GITHUB_EVENT_NAME: "push", GITHUB_EVENT_PATH: "/e.json", GITHUB_SHA: commit("a1") };

  test("an Enterprise server's addresses are taken from them", () => {
    const runner = readRunner({ ...env, GITHUB_API_URL: "https://ghe.example/api/v3/", GITHUB_SERVER_URL: "https://ghe.example" });
    expect(runner).toMatchObject({ apiUrl: "https://ghe.example/api/v3", serverUrl: "https://ghe.example" });
  });

  test("the workflow is known by its file, not by its name", () => {
    const ref = "acme/support/.github/workflows/llm.yml@refs/pull/7/merge";
    expect(readRunner({ ...env, GITHUB_WORKFLOW: "LLM", GITHUB_WORKFLOW_REF: ref }).workflow).toBe(
      "acme/support/.github/workflows/llm.yml",
    );
  });

  test("without a runner it says so", () => {
    expect(() => readRunner({})).toThrow("not started by a GitHub Actions runner: GITHUB_REPOSITORY");
  });
});

describe("the marker", () => {
  test("gives back the state that was put in, whatever the state is", () => {
    fc.assert(
      fc.property(fc.string(), fc.option(fc.string()), fc.nat(), fc.nat(), fc.string(), (head, runId, runNumber, runAttempt, text) => {
        const run = { head, runId, runNumber, runAttempt };
        const line = markerLine(key, run);
        expect(line).toMatch(/^<!-- breakeven:0123456789ab [\w-]+ -->$/);
        expect(line.indexOf("-->")).toBe(line.length - 3);
        const split = splitComment(`${line}\n${text}`);
        expect(split.run).toEqual(run);
        expect(split.text).toBe(text.replaceAll("\r\n", "\n"));
      }),
    );
  });

  test("a state that is not ours is no state", () => {
    expect(splitComment(`<!-- breakeven:${key} bm90IGpzb24 -->\ntext`).run).toBeNull();
    expect(splitComment(`<!-- breakeven:${key} e30 -->\ntext`).run).toBeNull();
    expect(splitComment("").run).toBeNull();
  });

  test("keys differ by workflow file and by policies", () => {
    const keys = [
      commentKey("w1", ["a.yml"]),
      commentKey("w2", ["a.yml"]),
      commentKey("w1", ["b.yml"]),
      commentKey("w1", ["a.yml", "b.yml"]),
    ];
    expect(new Set(keys).size).toBe(4);
    expect(hasMarker(keys[0] ?? "", `${markerLine(keys[1] ?? "", runState())}\n`)).toBe(false);
  });

  test("runs are in order of number, then of attempt", () => {
    const ordered = [
      [1, 1],
      [1, 2],
      [2, 1],
    ].map(([runNumber = 0, runAttempt = 0]) => runState({ runNumber, runAttempt }));
    for (const [i, a] of ordered.entries()) for (const [j, b] of ordered.entries()) expect(isNewer(a, b)).toBe(i > j);
  });
});

test("a line of the log is never a command", () => {
  expect(plainLine("a\n::error::b")).toBe("a ::error::b");
  expect(plainLine("  ::set-output name=x::y")).toBe(">   ::set-output name=x::y");
  expect(plainLine("a ##[set-output name=x]y")).toBe("a ## [set-output name=x]y");
});
