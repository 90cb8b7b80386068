import fc from "fast-check";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { describe, expect, test } from "vitest";
import type { Evaluation } from "../../src/decide/evaluation-types.ts";
import { annotationsOf } from "../../src/report/annotations.ts";
import { renderComment } from "../../src/report/comment.ts";
import { renderExplain } from "../../src/report/explain.ts";
import { renderSarif } from "../../src/report/sarif.ts";
import { renderSummary } from "../../src/report/summary.ts";
import { renderText } from "../../src/report/text-report.ts";
import type { PolicyResult } from "../../src/report/types.ts";
import { apiCase, context, evaluated, hybridCase, invalidResult, noneCase } from "./fixtures.ts";
import { hostileStrings } from "./hostile.ts";

/** Keys whose strings are fixed words of the types; every other string of an evaluation is somebody's text. */
const fixedWords = new Set([
  "file",
  "kind",
  "verdict",
  "status",
  "level",
  "severity",
  "confidence",
  "limitedBy",
  "precision",
  "flipsTo",
  "from",
  "to",
  "certainty",
  "sha256",
]);
const paths = new Set(["api", "self-host", "hybrid", "none"]);

/** The same result with every free text replaced; equal texts stay equal, so that the report keeps its shape. */
function rewritten(result: PolicyResult, replace: (text: string) => string): PolicyResult {
  const text = JSON.stringify(result, (key, value: unknown) => {
    if (typeof value !== "string" || value === "" || fixedWords.has(key) || paths.has(value) || value.startsWith("max_")) return value;
    return replace(value);
  });
  const parsed: PolicyResult = JSON.parse(text);
  return parsed;
}

function html(markdown: string): string {
  return micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true });
}

/** Names of the tags in order: what the reader's browser builds from the text. */
function skeleton(rendered: string): string {
  return [...rendered.matchAll(/<(\/?[a-z][a-z0-9]*)[^>]*>|<!/gi)].map(([tag, name]) => name ?? tag).join(" ");
}

/** What GitHub searches for mentions and references: text outside code and links. */
function prose(rendered: string): string {
  return rendered
    .replace(/<(code|pre|a)\b[^>]*>[\s\S]*?<\/\1>/g, "\n")
    .replace(/<[^>]*>/g, "\n")
    .replaceAll("&#39;", "'");
}

const unlimited = { ...context, maxLength: Number.POSITIVE_INFINITY };

function rendered(result: PolicyResult, replace: (text: string) => string): string {
  return html(renderComment([rewritten(result, replace)], unlimited));
}

/** A result with the tags of its comment when no text in it is hostile. */
interface Target {
  readonly result: PolicyResult;
  readonly tags: string;
}

function target(result: PolicyResult): Target {
  return { result, tags: skeleton(rendered(result, (text) => `x${text}x`)) };
}

const results: readonly PolicyResult[] = [evaluated(hybridCase), evaluated(noneCase), invalidResult];
const targets = results.map(target);
const smallTargets = [evaluated(apiCase), invalidResult].map(target);
const ours = /^https:\/\/github\.com\/acme\/support\/(blob\/4f0c2b7d9a61e35f8804c1d2e7b6a5948372610f\/|actions\/runs\/)/;

function expectInert(hostile: string, against: readonly Target[]): void {
  for (const { result, tags } of against) {
    const attacked = rendered(result, (text) => `${hostile}${text}${hostile}`);
    expect(skeleton(attacked)).toBe(tags);
    for (const [, address = ""] of attacked.matchAll(/href="([^"]*)"/g)) expect(new URL(address).href).toMatch(ours);
    expect(prose(attacked)).not.toMatch(/@[\w-]|#\d|GH-\d|:\/\/|www\.|[0-9a-f]{7}|\$(?!\d)/i);
  }
}

/** The corpus in chunks, for renderings in which one string cannot hide another. */
const chunks = Array.from({ length: Math.ceil(hostileStrings.length / 12) }, (_, index) =>
  hostileStrings
    .slice(index * 12, index * 12 + 12)
    .map((text) => text.slice(0, 60))
    .join(" "),
);

describe("hostile text in a policy", () => {
  test("is a corpus of a hundred or more", () => {
    expect(new Set(hostileStrings).size).toBeGreaterThanOrEqual(100);
  });

  // One by one and in more places, the strings stand in corpus.test.ts; here they stand in every text of a long report.
  test.each(chunks.map((text, index) => [index, text] as const))("renders inert in a long report, part %i", (_, text) => {
    expectInert(text, targets);
  });

  test("renders inert in any mixture", () => {
    const piece = fc.oneof(
      fc.constantFrom(...hostileStrings.filter((text) => text.length < 60)),
      fc.string({ unit: "binary", maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), (parts) => expectInert(parts.join(""), smallTargets)),
      { numRuns: 60 },
    );
  });

  test("cannot colour a terminal, hide in it or break its lines", () => {
    for (const hostile of chunks) {
      const attacked = rewritten(evaluated(hybridCase), (text) => `${hostile}${text}`);
      if (attacked.kind !== "evaluated") throw new Error("rewriting keeps the kind");
      for (const text of [renderText(attacked.evaluation, { width: 100, color: false }), renderExplain(attacked.evaluation)]) {
        expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
      }
    }
  });

  test("stays one line in annotations and forms no link in SARIF", () => {
    for (const hostile of chunks) {
      const attacked = results.map((result) => rewritten(result, (text) => `${hostile}${text}`));
      for (const { title, message } of annotationsOf(attacked)) expect(`${title}${message}`).not.toMatch(/[\r\n]/);
      const log: { readonly runs: readonly { readonly results: readonly { readonly message: { readonly text: string } }[] }[] } =
        JSON.parse(renderSarif(attacked));
      for (const found of log.runs[0]?.results ?? []) expect(found.message.text).not.toMatch(/\]\(|@\w|:\/\//);
    }
  });
});

test("a file name leads nowhere but to the file", () => {
  const attacked: Evaluation = { ...apiCase, policy: { ...apiCase.policy, path: "../../../login?x=" } };
  const comment = renderComment([{ kind: "evaluated", file: "../../../login?x=", evaluation: attacked }], context);
  expect(comment).not.toContain("](https://github.com/acme/support/blob");
  const odd = renderComment([{ kind: "evaluated", file: "a)b (c)[d]#e?.yml", evaluation: apiCase }], context);
  expect(html(odd)).toContain(
    'href="https://github.com/acme/support/blob/4f0c2b7d9a61e35f8804c1d2e7b6a5948372610f/a)b%20(c)%5Bd%5D%23e%3F.yml#L24"',
  );
});

test("the summary is as inert as the comment", () => {
  const attacked = results.map((result) => rewritten(result, (text) => `<img src=x>@a|${text}`));
  expect(skeleton(html(renderSummary(attacked, context)))).not.toContain("img");
});
