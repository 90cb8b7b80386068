import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CostCurve } from "../../src/decide/curve.ts";
import { plainLine } from "../../src/github/ports.ts";
import { annotationsOf } from "../../src/report/annotations.ts";
import { renderComment } from "../../src/report/comment.ts";
import type { InfrastructureChange } from "../../src/report/infrastructure.ts";
import { renderSarif } from "../../src/report/sarif.ts";
import { renderSummary } from "../../src/report/summary.ts";
import type { PolicyResult } from "../../src/report/types.ts";
import { shortened } from "../shortened.ts";
import { corpus } from "./corpus.ts";
import { context, invalidResult } from "./fixtures.ts";
import { html, inertProblems, skeleton } from "./gfm.ts";
import { hostileStrings } from "./hostile.ts";
import { chartsIn, parseChart } from "./mermaid.ts";
import { smallEvaluation } from "./small.ts";

const ours = /^https:\/\/github\.com\/acme\/support\/(blob\/4f0c2b7d9a61e35f8804c1d2e7b6a5948372610f\/|actions\/runs\/)/;
const unlimited = { ...context, maxLength: Number.POSITIVE_INFINITY };

const points: CostCurve["points"] = [
  { requestsPerMonth: 1e5, apiUsd: 100, selfHostUsd: 900, mark: "today" },
  { requestsPerMonth: 1e6, apiUsd: 950, selfHostUsd: 950, mark: "break-even" },
];

/** One policy with the hostile text wherever a policy, a catalog or a synthesized stack can bring it in. */
function attacked(hostile: string): readonly PolicyResult[] {
  const infrastructure: InfrastructureChange = {
    kind: "compared",
    fresh: false,
    unchanged: 0,
    changes: [{ kind: "changed", address: `aws_lb.${hostile}`, attributes: [hostile] }],
  };
  const curves: readonly CostCurve[] = [{ workload: hostile, alone: false, isSplit: false, points }];
  const evaluation = smallEvaluation(hostile);
  const diagnostics = invalidResult.kind === "invalid" ? invalidResult.diagnostics.slice(0, 1) : [];
  return [
    { kind: "evaluated", file: "llm.yml", evaluation, extras: { curves, infrastructure } },
    {
      kind: "invalid",
      file: "llm.yml",
      diagnostics: diagnostics.map((entry) => ({ ...entry, code: hostile, message: hostile, fix: hostile })),
    },
  ];
}

const harmless = renderComment(attacked("word"), unlimited);
const tags = skeleton(html(harmless));
const charts = chartsIn(harmless);

function expectInert(hostile: string): void {
  const results = attacked(hostile);
  const comment = renderComment(results, unlimited);
  const rendered = html(comment);
  expect(skeleton(rendered)).toBe(tags);
  expect(inertProblems(rendered, ours)).toEqual([]);
  expect(chartsIn(comment)).toEqual(charts);
  // The summary is the same text under another limit.
  expect(renderSummary(results, context)).toBe(comment);
  for (const { title, message, file } of annotationsOf(results)) {
    expect(`${title}${message}${file}`).not.toMatch(/[\r\n\u2028\u2029]/);
    expect(plainLine(message)).not.toMatch(/^\s*::|##\[/);
  }
  const log: { readonly runs: readonly { readonly results: readonly { readonly message: { readonly text: string } }[] }[] } = JSON.parse(
    renderSarif(results),
  );
  const messages = log.runs.flatMap((run) => run.results.map(({ message }) => message.text));
  expect(messages.length).toBeGreaterThan(0);
  for (const message of messages) expect(message).not.toMatch(/\]\(|@\w|:\/\//);
}

describe("a corpus of hostile strings renders inert in comment, summary, annotations, SARIF and mermaid", () => {
  test("it has 500 strings or more, and the chart is a chart", () => {
    expect(corpus.length).toBeGreaterThanOrEqual(500);
    expect(new Set(corpus).size).toBe(corpus.length);
    expect(charts).toHaveLength(1);
    expect(() => parseChart(charts[0] ?? "")).not.toThrow();
  });

  const slices = 10;
  const each = slices * Math.round(corpus.length / shortened(corpus.length, 100, "hostile strings"));
  test.each(Array.from({ length: slices }, (_, index) => index))("every tenth string from %i on", (start) => {
    for (let at = start; at < corpus.length; at += each) {
      const hostile = corpus[at] ?? "";
      try {
        expectInert(hostile);
      } catch (error) {
        throw new Error(`${JSON.stringify(hostile)}: ${String(error)}`, { cause: error });
      }
    }
  });

  test("and beyond it, any mixture", () => {
    const piece = fc.oneof(
      fc.constantFrom(...hostileStrings.filter((text) => text.length < 60)),
      fc.string({ unit: "binary", maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), (parts) => expectInert(parts.join(""))),
      { numRuns: 100 },
    );
  });
});
