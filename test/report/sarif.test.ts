import { describe, expect, test } from "vitest";
import { annotationsOf } from "../../src/report/annotations.ts";
import { renderSarif } from "../../src/report/sarif.ts";
import type { PolicyResult } from "../../src/report/types.ts";
import { apiCase, deletedResult, evaluated, evaluation, hybridCase, invalidResult, noneCase } from "./fixtures.ts";

interface Log {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: {
      readonly driver: {
        readonly name: string;
        readonly rules: readonly { readonly id: string; readonly shortDescription: { readonly text: string } }[];
      };
    };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly message: { readonly text: string };
      readonly locations: readonly {
        readonly physicalLocation: {
          readonly artifactLocation: { readonly uri: string };
          readonly region: { readonly startLine: number; readonly startColumn: number };
        };
      }[];
    }[];
  }[];
}

function sarif(results: readonly PolicyResult[]): Log {
  return JSON.parse(renderSarif(results));
}

describe("the SARIF log", () => {
  test("is version 2.1.0, and every result names a rule of the log, a level and a place", () => {
    const log = sarif([evaluated(hybridCase), evaluated(noneCase), invalidResult, deletedResult]);
    expect(log.version).toBe("2.1.0");
    const [run] = log.runs;
    expect(run?.results.length).toBe(8);
    for (const result of run?.results ?? []) {
      expect(run?.tool.driver.rules[result.ruleIndex]?.id).toBe(result.ruleId);
      expect(["error", "warning", "note"]).toContain(result.level);
      expect(result.message.text).not.toBe("");
      expect(result.locations[0]?.physicalLocation.region.startLine).toBeGreaterThanOrEqual(1);
    }
    for (const rule of run?.tool.driver.rules ?? []) expect(rule.shortDescription.text).not.toBe("");
  });

  test("points at the line of a problem and at the whole file for a gate of the base branch", () => {
    const places = sarif([evaluated(hybridCase), invalidResult]).runs[0]?.results.map(({ ruleId, level, locations }) => {
      const place = locations[0]?.physicalLocation;
      return `${level} ${ruleId} ${place?.artifactLocation.uri}:${place?.region.startLine}:${place?.region.startColumn}`;
    });
    expect(places).toEqual([
      "error gate/max_monthly_usd .github/breakeven.yml:1:1",
      "warning finding/loosened-gate .github/breakeven.yml:44:1",
      "warning finding/shutdown-inside-horizon .github/breakeven.yml:24:1",
      "note finding/stale-price .github/breakeven.yml:1:1",
      "error policy/unknown-key services/search/breakeven.yml:14:7",
      "error policy/unknown-model services/search/breakeven.yml:22:19",
      "warning policy/old-price services/search/breakeven.yml:30:5",
    ]);
  });

  test("without findings has a run without results", () => {
    expect(sarif([evaluated(apiCase)]).runs[0]?.results).toEqual([]);
    expect(sarif([]).runs).toHaveLength(1);
  });
});

describe("annotations", () => {
  test("stand on the lines that need a change, errors first", () => {
    const lines = annotationsOf([evaluated(hybridCase), evaluated(noneCase), invalidResult, deletedResult]).map(
      ({ level, file, line, title }) => `${level} ${file}:${line} ${title}`,
    );
    expect(lines).toEqual([
      "error .github/breakeven.yml:1 gate failed: max_monthly_usd",
      "error .github/breakeven.yml:46 gate failed: forbid_paths",
      "error services/search/breakeven.yml:14 unknown-key",
      "error services/search/breakeven.yml:22 unknown-model",
      "warning .github/breakeven.yml:44 loosened-gate",
      "warning .github/breakeven.yml:24 shutdown-inside-horizon",
      "warning .github/breakeven.yml:20 no option",
      "warning services/search/breakeven.yml:30 old-price",
      "notice .github/breakeven.yml:1 gate waived: max_increase_ratio",
      "notice .github/breakeven.yml:1 stale-price",
      "notice .github/breakeven.yml:18 path changes",
    ]);
  });

  test("are all there: the limit of a step belongs to who publishes them", () => {
    const findings = Array.from({ length: 25 }, (_, index) => ({
      id: `f${index}`,
      level: "warning" as const,
      text: "look",
      line: index + 1,
    }));
    const shown = annotationsOf([evaluated(evaluation({ findings }))]);
    expect(shown.map(({ title }) => title)).toEqual(findings.map(({ id }) => id));
  });

  test("of an evaluation without trouble are none", () => {
    expect(annotationsOf([evaluated(apiCase)])).toEqual([]);
  });
});
