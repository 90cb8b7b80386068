import { describe, expect, it } from "vitest";
import { formatDiagnostic } from "../../src/policy/diagnostic.ts";
import { parsePolicy } from "../../src/policy/parse.ts";
import { EXAMPLE, MINIMAL, names, problemsOf, valid } from "./support.ts";

describe("a valid policy", () => {
  it("is read with camelCase keys and nothing filled in", () => {
    expect(valid(MINIMAL).policy).toEqual({
      version: 1,
      workloads: [{ name: "chat", volume: { requestsPerMonth: 100_000 }, tokens: { input: 1000, output: 300 } }],
    });
  });

  it("may use every key of the documented example, and gets one warning about its certificate", () => {
    const { policy, warnings } = valid(EXAMPLE);
    expect(policy.workloads[0]?.latency).toEqual({ ttftMsP95: 800, tpotMsP95: 50 });
    expect(policy.prices?.api?.[0]).toMatchObject({ inputUsdPerMtok: 0.4, cachedInputUsdPerMtok: 0.1, effectiveFrom: "2026-01-01" });
    expect(policy.deploy?.vpc).toEqual({ id: "vpc-123", privateSubnetIds: ["subnet-1", "subnet-2"] });
    expect(warnings.map(({ code, severity, path }) => [code, severity, path])).toEqual([["unusual", "warning", "deploy.domain"]]);
  });

  it("keeps names of benchmarks as they are written", () => {
    const { policy } = valid(EXAMPLE.replace("{ mmlu: 80 }", "{ mmlu_pro: 70, gpqa_diamond: 50 }"));
    expect(policy.workloads[0]?.needs?.minBenchmarks).toEqual({ mmlu_pro: 70, gpqa_diamond: 50 });
  });

  it("takes ranges and 24 hourly weights", () => {
    const weights = `{ weights: [${Array.from({ length: 24 }, (_, hour) => hour).join(", ")}], weekend_ratio: 0.5 }`;
    const text = MINIMAL.replace(
      "requests_per_month: 100000",
      `requests_per_day: { low: 1, expected: 2, high: 2 }, hourly_profile: ${weights}`,
    );
    const { volume } = valid(text).policy.workloads[0] ?? {};
    expect(volume?.requestsPerDay).toEqual({ low: 1, expected: 2, high: 2 });
    expect(volume?.hourlyProfile).toMatchObject({ weekendRatio: 0.5 });
  });

  it("is the same with Windows line ends, with a byte order mark, and as JSON", () => {
    const { policy } = valid(EXAMPLE);
    expect(valid(EXAMPLE.replaceAll("\n", "\r\n")).policy).toEqual(policy);
    expect(valid(`\uFEFF${EXAMPLE}`).policy).toEqual(policy);
    const { policy: small } = valid(MINIMAL);
    expect(
      valid('{"version":1,"workloads":[{"name":"chat","volume":{"requests_per_month":1e5},"tokens":{"input":1000,"output":300}}]}').policy,
    ).toEqual(small);
  });

  it("may share text by anchors and merge keys, where written keys win", () => {
    const text = `version: 1
workloads:
  - &first
    name: chat
    volume: &volume { requests_per_month: 100000, peak_to_average: 2 }
    tokens: { input: 1000, output: 300 }
  - <<: *first
    name: mail
    volume: { <<: *volume, peak_to_average: 3 }
  - <<: [{ name: form }, *first]
`;
    const { workloads } = valid(text).policy;
    expect(workloads.map(({ name }) => name)).toEqual(["chat", "mail", "form"]);
    expect(workloads[1]).toEqual({
      name: "mail",
      volume: { requestsPerMonth: 100_000, peakToAverage: 3 },
      tokens: { input: 1000, output: 300 },
    });
  });

  it("answers with the line of a key, or of its nearest written ancestor", () => {
    const { lineOf } = valid(EXAMPLE);
    const lines = EXAMPLE.split("\n");
    const lineWith = (start: string) => lines.findIndex((line) => line.trimStart().startsWith(start)) + 1;
    expect(lineOf("region")).toBe(lineWith("region:"));
    expect(lineOf("workloads[0]")).toBe(lineWith("- name: support-chat"));
    expect(lineOf("workloads[0].tokens.input")).toBe(lineWith("tokens:"));
    expect(lineOf("workloads[0].needs.min_benchmarks.mmlu")).toBe(lineWith("min_benchmarks:"));
    expect(lineOf("workloads[0].compliance.air_gapped")).toBe(lineWith("compliance: {}"));
    expect(lineOf("workloads[7].name")).toBe(lineWith("workloads:"));
    expect(lineOf("no.such[3].key")).toBe(lineWith("version:"));
    expect(lineOf("")).toBe(lineWith("version:"));
  });
});

describe("an invalid policy", () => {
  it("gets every problem at once, sorted by position", () => {
    const text = `version: 2
nmae: acme
region: us-esat-1
horizon_months: 99
stage: prod
compliance:
  regimes: hipaa
  air_gapped: yes
workloads:
  - name: a b
    volume: { requests_per_day: 5, requests_per_month: 150 }
    tokens: { input: { low: 9, expected: 4, high: 6 } }
    candidates: { api: [gpt-4.1-mni] }
  - name: a b
    volume: { requests_per_month: "100_000" }
    tokens: { input: 10, output: -5 }
`;
    const lines = problemsOf(text).map(({ line, column, code }) => `${line}:${column} ${code}`);
    expect(lines).toEqual([
      "1:10 unknown-value",
      "2:1 unknown-key",
      "3:9 unknown-region",
      "4:17 out-of-range",
      "5:8 unknown-value",
      "7:12 wrong-type",
      "8:15 wrong-type",
      "10:11 wrong-format",
      "11:36 exactly-one",
      "12:5 missing-key",
      "12:15 wrong-order",
      "13:25 unknown-model",
      "14:11 duplicate-name",
      "14:11 wrong-format",
      "15:35 wrong-type",
      "16:34 out-of-range",
    ]);
  });

  it("is reported in lines that an editor can jump to", () => {
    const text = problemsOf(MINIMAL.replace("tokens:", "token:")).map(formatDiagnostic).join("\n");
    expect(text).toBe(
      `.github/breakeven.yml:3:5 error missing-key: workloads[0] has no tokens; needed: a map with input, output, cached_input_ratio, cache_write_ratio, batch_ratio, growth_ratio_per_month
  fix: add tokens
.github/breakeven.yml:5:5 error unknown-key: unknown key "token"; allowed: name, use_case, data_class, volume, tokens, latency, needs, compliance, current, candidates
  fix: write tokens`,
    );
  });

  it("lists a hundred problems and counts the rest", () => {
    const problems = problemsOf(`${MINIMAL}${Array.from({ length: 130 }, (_, index) => `key${index}: 1\n`).join("")}`);
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)).toMatchObject({ code: "more-problems", message: "and 30 more", line: 106 });
  });

  it("names a problem once where an alias repeats it", () => {
    const text = `${MINIMAL.replace("chat\n", "chat\n    compliance: &needs { air_gaped: true }\n")}compliance: *needs\n`;
    expect(problemsOf(text).map(({ code }) => code)).toEqual(["unknown-key"]);
  });

  it("keeps what is certain beside a syntax error, and nothing behind it", () => {
    const problems = problemsOf("version: 1\nstage: prod\nname: a: b\nregion: us-esat-1\n");
    expect(problems.map(({ line, code }) => `${line} ${code}`)).toEqual(["2 unknown-value", "3 yaml-syntax"]);
  });

  it("repeats the name of the file and never reads it", () => {
    const result = parsePolicy("", "policies/other.yml", names);
    expect(result).toMatchObject({ kind: "invalid", diagnostics: [{ file: "policies/other.yml", code: "empty-file" }] });
  });
});
