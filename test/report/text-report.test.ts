import fc from "fast-check";
import stringWidth from "fast-string-width";
import { describe, expect, test } from "vitest";
import type { PolicyDocument } from "../../src/policy/policy.ts";
import { renderExplain } from "../../src/report/explain.ts";
import { columns, line, text } from "../../src/report/spans.ts";
import { tableText } from "../../src/report/terminal.ts";
import { renderDiagnosticsText, renderText } from "../../src/report/text-report.ts";
import { anyEvaluation } from "./arbitrary.ts";
import { apiCase, hybridCase, invalidResult, noneCase, selfHostCase } from "./fixtures.ts";

const plain = { width: 100, color: false };
const ESC = String.fromCharCode(27);

describe("the text report", () => {
  test.each([
    ["api", apiCase],
    ["self-host", selfHostCase],
    ["hybrid", hybridCase],
    ["none", noneCase],
  ] as const)("of the %s policy reads as the golden file", async (name, value) => {
    await expect(renderText(value, plain)).toMatchFileSnapshot(`golden/${name}.txt`);
  });

  test("has no ESC sequence without colour, and the same words with it", () => {
    const coloured = renderText(hybridCase, { width: 100, color: true });
    expect(renderText(hybridCase, plain)).not.toContain(ESC);
    expect(coloured).toContain(`${ESC}[1m`);
    expect(
      coloured
        .split(ESC)
        .join("")
        .replace(/\[(1|2|22|1;31|22;39)m/g, ""),
    ).toBe(renderText(hybridCase, plain));
  });

  test("keeps its prose within the width of the terminal", () => {
    for (const width of [60, 80, 140]) {
      const rows = renderText(hybridCase, { width, color: false }).split("\n");
      for (const row of rows.filter((content) => /^ +- /.test(content))) expect(stringWidth(row)).toBeLessThanOrEqual(width);
    }
  });

  test("fits into a window of any width, and shows a failed gate in red only where there is colour", () => {
    for (const width of [60, 80, 120, 200]) {
      const rows = renderText(hybridCase, { width, color: false, isWindow: true }).split("\n");
      expect(Math.max(...rows.map((row) => stringWidth(row)))).toBeLessThanOrEqual(width);
    }
    const failed = { ...hybridCase, gates: [{ id: "max_monthly_usd", status: "fail", text: "too much", line: 3, from: "head" }] } as const;
    expect(renderText(failed, { width: 80, color: true })).toContain(`${ESC}[1;31mGate failed:`);
    expect(renderText(failed, { width: 80, color: false })).toContain("Gate failed: max_monthly_usd");
  });

  test("closes every style it opens on the same line", () => {
    fc.assert(
      fc.property(anyEvaluation, fc.integer({ min: 20, max: 200 }), (value, width) => {
        for (const row of renderText(value, { width, color: true }).split("\n")) {
          expect(row.split(`${ESC}[22m`).length - 1).toBe(row.split(`${ESC}[1m`).length + row.split(`${ESC}[2m`).length - 2);
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe("a table on a terminal", () => {
  const view = {
    columns: columns("Name", "Cost>", "Words"),
    rows: [
      [line("a"), line("$1"), line("漢字 wide")],
      [line("long-name"), line("$1,234"), line("one two three four five six seven eight nine ten eleven twelve")],
    ],
  };

  test("aligns figures to the right and counts wide characters as two", () => {
    expect(tableText(view, { width: 200, color: false }).split("\n").slice(0, 3)).toEqual([
      "Name         Cost  Words",
      "---------  ------  --------------------------------------------------------------",
      "a              $1  漢字 wide",
    ]);
  });

  test("wraps its widest column of words when the terminal is narrow, never a figure", () => {
    const rows = tableText(view, { width: 44, color: false }).split("\n");
    expect(Math.max(...rows.map((row) => stringWidth(row)))).toBeLessThanOrEqual(44);
    expect(rows.some((row) => row.includes("$1,234"))).toBe(true);
    expect(rows.join(" ").replace(/\s+/g, " ")).toContain("eleven twelve");
  });

  test("becomes blocks in a window that is too narrow for its figures, and takes no more than the window", () => {
    const figures = {
      columns: columns("Path", "Monthly>", "80% band>", "Against chosen>", "Note"),
      rows: [
        [line("API"), line("$143,340"), line("$135,553 to $151,851"), line("+$125,320 (+695%)"), line("gpt-5.4-mini and others")],
        [line("hybrid"), line("$18,020"), line("$13,887 to $28,691"), line("-"), line("")],
      ],
    };
    expect(tableText(figures, { width: 50, color: false, isWindow: true }).split("\n")).toEqual([
      "API",
      "  Monthly         $143,340",
      "  80% band        $135,553 to $151,851",
      "  Against chosen  +$125,320 (+695%)",
      "  Note            gpt-5.4-mini and others",
      "hybrid",
      "  Monthly         $18,020",
      "  80% band        $13,887 to $28,691",
    ]);
    const wide = tableText(figures, { width: 120, color: false, isWindow: true });
    expect(wide).toBe(tableText(figures, { width: 120, color: false }));
  });

  test("breaks a word that is too long after its hyphens and slashes", () => {
    const ids = { columns: columns("Id", "N>"), rows: [[[text("self-host/llama-3.3-70b-instruct/fp8/g6e.12xlarge/tp4")], line("1")]] };
    expect(tableText(ids, { width: 40, color: false })).toContain("self-host/llama-3.3-70b-instruct/");
  });
});

test("problems of a policy are one paragraph each, with file, line and column, and a count", () => {
  if (invalidResult.kind !== "invalid") throw new Error("the fixture is invalid");
  expect(renderDiagnosticsText(invalidResult.diagnostics, { width: 200, color: false })).toBe(
    [
      'services/search/breakeven.yml:14:7 error: unknown key "token"; allowed: name, volume, tokens, latency; did you mean "tokens"?',
      'services/search/breakeven.yml:22:19 error: unknown API model "gpt-4.1-mni"; did you mean "gpt-4.1-mini"?',
      "services/search/breakeven.yml:30:5 warning: price was checked 400 days ago",
      "2 errors, 1 warning",
      "",
    ].join("\n"),
  );
});

describe("the trace", () => {
  const document: PolicyDocument = {
    kind: "policy",
    warnings: [],
    file: ".github/breakeven.yml",
    policy: {
      version: 1,
      workloads: [
        {
          name: "support-chat",
          dataClass: ["pii", "phi"],
          volume: { requestsPerDay: 100_000 },
          tokens: { input: { low: 500, expected: 1000, high: 2000 }, output: 500 },
        },
      ],
    },
    lineOf: (path) => (path === "workloads[0].volume.requests_per_day" ? 24 : path === "workloads[0].tokens.input.expected" ? 27 : 20),
  };

  test("of the api policy reads as the golden file", async () => {
    await expect(renderExplain(apiCase, document)).toMatchFileSnapshot("golden/explain-api.txt");
  });

  test("of the hybrid policy reads as the golden file", async () => {
    await expect(renderExplain(hybridCase)).toMatchFileSnapshot("golden/explain-hybrid.txt");
  });

  test("names every option that was ruled out, every rule and every source", () => {
    const trace = renderExplain(hybridCase);
    for (const workload of hybridCase.decision.workloads) {
      for (const { option, rule } of workload.rejected) expect(trace).toMatch(new RegExp(`^${option} +${rule} `, "m"));
      for (const { text: words } of workload.tippingPoints) expect(trace).toContain(words);
    }
  });

  test("can be restricted to one workload, and says which there are when the name is wrong", () => {
    const one = renderExplain(hybridCase, undefined, "search-answers");
    expect(one).toContain("Workload search-answers");
    expect(one).not.toContain("Workload support-chat");
    expect(renderExplain(hybridCase, undefined, "nope")).toBe(
      'no workload is named "nope"; the policy has: support-chat, ticket-triage, contract-review, search-answers\n',
    );
  });
});
