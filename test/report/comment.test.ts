import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderComment } from "../../src/report/comment.ts";
import { renderSummary } from "../../src/report/summary.ts";
import type { PolicyResult } from "../../src/report/types.ts";
import { anyEvaluation } from "./arbitrary.ts";
import {
  apiCase,
  context,
  deletedResult,
  evaluated,
  evaluation,
  hybridCase,
  invalidResult,
  manyCase,
  noneCase,
  selfHostCase,
} from "./fixtures.ts";

describe("a comment reads as the golden file", () => {
  const cases: readonly (readonly [string, readonly PolicyResult[]])[] = [
    ["api", [evaluated(apiCase)]],
    ["self-host-unchanged", [evaluated(selfHostCase)]],
    ["hybrid-gate-failed", [evaluated(hybridCase)]],
    ["none", [evaluated(noneCase)]],
    ["many-workloads", [evaluated(manyCase)]],
    ["invalid", [invalidResult]],
    ["deleted", [deletedResult]],
    ["several", [evaluated(hybridCase), evaluated(selfHostCase), invalidResult, deletedResult]],
    ["no-policy", []],
  ];

  test.each(cases)("%s", async (name, results) => {
    await expect(renderComment(results, context)).toMatchFileSnapshot(`golden/${name}.md`);
  });
});

describe("the verdict", () => {
  const first = (results: readonly PolicyResult[]) => renderComment(results, context).split("\n")[0];

  test("is the first line and holds path, cost, change and gates", () => {
    expect(first([evaluated(hybridCase)])).toBe("### Breakeven: hybrid, $24,164 a month, +$4,000 (+19.8%), 1 gate failed");
    expect(first([evaluated(noneCase)])).toBe("### Breakeven: no option satisfies every rule, 1 gate failed");
  });

  test("of several policies adds up what is known and never what is not", () => {
    expect(first([evaluated(hybridCase), evaluated(selfHostCase)])).toBe(
      "### Breakeven: 2 policies, $42,474 a month, +$4,000 (+10.4%), 1 gate failed",
    );
    expect(first([evaluated(hybridCase), evaluated(noneCase)])).toBe("### Breakeven: 2 policies, 2 gates failed");
    expect(first([evaluated(hybridCase), invalidResult])).toBe("### Breakeven: 2 policies, 1 invalid, 1 gate failed");
  });
});

test("a policy line is linked at the head commit, and is plain text without one", () => {
  expect(renderComment([evaluated(apiCase)], context)).toContain(
    "[line\u00a024](https://github.com/acme/support/blob/4f0c2b7d9a61e35f8804c1d2e7b6a5948372610f/.github/breakeven.yml#L24)",
  );
  const offline = renderComment([evaluated(apiCase)], { ...context, headSha: null, runUrl: null });
  expect(offline).toContain("(line\u00a024)");
  expect(offline).not.toContain("](");
});

test("the line of a gate of the base branch is never linked at the head commit", () => {
  expect(renderComment([evaluated(hybridCase)], context)).toContain("limit of $22,000 (line 44 on the base branch)");
});

test("changed workloads stand open, largest change first, and unchanged ones are folded", () => {
  const comment = renderComment([evaluated(hybridCase)], context);
  const order = ["| ticket-triage |", "| contract-review |", "| old-summaries |", "2 unchanged workloads", "| support-chat |"];
  const places = order.map((text) => comment.indexOf(text));
  expect(places.every((place) => place >= 0)).toBe(true);
  expect(places).toEqual([...places].sort((a, b) => a - b));
});

describe("a comment that would be too long", () => {
  const many = [evaluated(manyCase)];

  test("of 200 workloads stays within GitHub's limit and says what it left out and where that is", () => {
    const comment = renderComment(many, context);
    expect(comment.length).toBeLessThanOrEqual(65_536);
    expect(comment).toMatch(
      /Left out to stay within the size limit: \d+ cost build-ups?,.* the full report is in \[the summary of the run\]/,
    );
  });

  test("of several policies of 200 workloads keeps every verdict", () => {
    const names = ["a.yml", "b.yml", "c.yml"];
    const results = names.map((path) => evaluated({ ...manyCase, policy: { ...manyCase.policy, path, name: path } }));
    const comment = renderComment(results, { ...context, maxLength: 20_000 });
    expect(comment.length).toBeLessThanOrEqual(20_000);
    for (const name of names) expect(comment).toContain(`#### ${name}: API, $733,000 a month`);
  });

  test("loses whole sections: tables, lists and folded blocks stay closed at every length", () => {
    const steps = Array.from({ length: 40 }, (_, index) => 60 + index * 230);
    for (const maxLength of steps) {
      const comment = renderComment([evaluated(hybridCase)], { ...context, maxLength });
      expect(comment.length).toBeLessThanOrEqual(maxLength);
      expect(comment.split("<details").length).toBe(comment.split("</details>").length);
      expect((comment.match(/^```/gm) ?? []).length % 2).toBe(0);
    }
  });

  test("keeps the verdict longest", () => {
    expect(renderComment(many, { ...context, maxLength: 60 })).toBe("Breakeven: API, $733,000 a month, +$33,000 (+4.7%)");
    expect(renderComment(many, { ...context, maxLength: 5 })).toBe("Break");
  });

  test("never exceeds its limit, whatever was decided", () => {
    fc.assert(
      fc.property(
        fc.array(anyEvaluation, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 0, max: 12_000 }),
        (evaluations, maxLength) => {
          expect(renderComment(evaluations.map(evaluated), { ...context, maxLength }).length).toBeLessThanOrEqual(maxLength);
        },
      ),
      { numRuns: 60 },
    );
  });
});

test("the summary holds what the comment leaves out, within its own limit in bytes", () => {
  const summary = renderSummary([evaluated(manyCase)], context);
  expect(summary).not.toContain("Left out");
  expect(summary).toContain("**workload-199**");
  expect(new TextEncoder().encode(summary).length).toBeLessThan(1_000 * 1024);
  const huge = Array.from({ length: 8 }, (_, index) => evaluated({ ...manyCase, policy: { ...manyCase.policy, path: `${index}.yml` } }));
  expect(new TextEncoder().encode(renderSummary(huge, context)).length).toBeLessThan(1_000 * 1024);
});

test("the command that reproduces the report quotes a path that a shell would split", () => {
  const odd = evaluation({ policy: { ...apiCase.policy, path: "a b; rm -rf $HOME.yml" } });
  expect(renderComment([evaluated(odd)], context)).toContain("`node dist/cli.js evaluate 'a b; rm -rf $HOME.yml' --as-of 2026-11-20`");
});

test("the same results give the same bytes", () => {
  fc.assert(
    fc.property(
      anyEvaluation,
      (value) => renderComment([evaluated(value)], context) === renderComment([evaluated(structuredClone(value))], context),
    ),
    { numRuns: 20 },
  );
});
