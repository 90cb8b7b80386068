import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { html, skeleton } from "../report/gfm.ts";
import { runHere } from "./in-process.ts";
import { type FakeGitHub, startGitHub } from "./server.ts";
import { commit, pullNumber } from "./support.ts";

const LONGEST_COMMENT = 65_536;
const LARGEST_SUMMARY_BYTES = 1_000 * 1024;
const [head, base] = [commit("a1"), commit("b2")];
const event = { pull_request: { number: pullNumber, head: { sha: head, repo: { full_name: "acme/support" } }, base: { sha: base } } };

let github: FakeGitHub;
beforeEach(async () => {
  github = await startGitHub();
  github.pulls.set(pullNumber, head);
  github.comparisons.set(`${base}...${head}`, { mergeBase: base });
});
afterEach(async () => {
  await github.close();
  expect(github.violations).toEqual([]);
});

function policy(name: string, workloads: number, output: number): string {
  const entries = Array.from(
    { length: workloads },
    (_, index) => `  - name: workload-${index}
    volume: { requests_per_month: ${100_000 + index * 1000} }
    tokens: { input: 500, output: ${output} }
    candidates: { api: [gpt-4.1-mini, claude-haiku-4-5] }
`,
  );
  return `version: 1\nname: ${name}\nworkloads:\n${entries.join("")}`;
}

function act(files: Readonly<Record<string, string>>, before: Readonly<Record<string, string>>, run = "5") {
  github.commits.set(base, { files: before });
  const env = { GITHUB_RUN_NUMBER: run, GITHUB_RUN_ID: `900${run}` };
  return runHere(github, { eventName: "pull_request", event, sha: commit("d4"), files, inputs: { policy: "llm/*.yml" }, env });
}

/** One comment that GitHub takes, in which every tag that opens is closed. */
function expectValidComment(): void {
  expect(github.comments).toHaveLength(1);
  const body = github.comments[0]?.body ?? "";
  expect(body.length).toBeLessThanOrEqual(LONGEST_COMMENT);
  const tags = skeleton(html(body)).split(" ");
  for (const tag of ["details", "summary", "table", "tr", "td", "ul", "li", "sub"]) {
    expect(tags.filter((name) => name === tag).length, tag).toBe(tags.filter((name) => name === `/${tag}`).length);
  }
}

const slow = process.env.BREAKEVEN_SLOW === "1";
if (!slow) process.stderr.write("\nSKIPPED: 200 workloads through a whole run take a minute; set BREAKEVEN_SLOW=1, as .ci/run does\n\n");

describe("scale", () => {
  test.runIf(slow)(
    "200 workloads in one policy are one valid comment within its limits, on create and on update",
    { timeout: 300_000 },
    async () => {
      const before = { "llm/a.yml": policy("a", 200, 150) };
      const first = await act({ "llm/a.yml": policy("a", 200, 200) }, before);
      expect(first.outputs["comment-status"]).toBe("created");
      expectValidComment();
      expect(Buffer.byteLength(first.summary)).toBeLessThan(LARGEST_SUMMARY_BYTES);
      const second = await act({ "llm/a.yml": policy("a", 200, 210) }, before, "6");
      expect(second.outputs["comment-status"]).toBe("updated");
      expectValidComment();
    },
  );

  test("50 policies in one run are one valid comment within its limits", { timeout: 60_000 }, async () => {
    const files = (more: number) =>
      Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`llm/${index}.yml`, policy(`p${index}`, 2, 200 + (index % 2) * more)]));
    const run = await act(files(20), files(0));
    expect(run.outputs["comment-status"]).toBe("created");
    expectValidComment();
    expect(github.comments[0]?.body).toContain("<summary>25 unchanged policies</summary>");
    expect(Buffer.byteLength(run.summary)).toBeLessThan(LARGEST_SUMMARY_BYTES);
    for (const level of ["error", "warning", "notice"])
      expect(run.notes.filter((note) => note.level === level).length).toBeLessThanOrEqual(10);
  });
});
