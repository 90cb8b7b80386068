import { describe, expect, it } from "vitest";
import { readNumber } from "../../src/policy/hints.ts";
import { nearestWord } from "../../src/policy/words.ts";
import { EXAMPLE, MINIMAL, problemsOf, valid } from "./support.ts";

/** The one problem of the minimal policy in which `from` is replaced by `to`. */
function changed(from: string, to: string) {
  const text = MINIMAL.replace(from, to);
  if (text === MINIMAL) throw new Error(`${from} is not in the minimal policy`);
  const problems = problemsOf(text);
  expect(problems, text).toHaveLength(1);
  return problems[0];
}

describe("numbers", () => {
  it.each([
    ["'100_000'", "write 100000"],
    ["100_000", "write 100000"],
    ["'1e6'", "write 1000000"],
    ["'100,000'", "write 100000"],
    ["'$20 000'", "write 20000"],
    ["2M", "write 2000000"],
    ["many", undefined],
    ["1.000.000", undefined],
    ["'12,34,56'", undefined],
  ])("written as %s are told how to be written", (written, fix) => {
    const problem = changed("requests_per_month: 100000", `requests_per_month: ${written}`);
    expect(problem).toMatchObject({ code: "wrong-type", line: 4 });
    expect(problem?.fix).toBe(fix);
  });

  it("are read from text only where the meaning is plain", () => {
    expect(["40%", "0,4", "1.5k", "-3", "1,234,567.5", "7%"].map(readNumber)).toEqual([0.4, 0.4, 1500, -3, 1_234_567.5, 0.07]);
    expect(["", "1,23,456", "1-2", "0x10", "5 apples", "1e999", "--1", "1m"].map(readNumber)).toEqual(Array(8).fill(undefined));
  });

  it("with a comma inside braces are recognised", () => {
    const [problem] = problemsOf(MINIMAL.replace("input: 1000", "input: 1,000"));
    expect(problem).toMatchObject({ code: "unknown-key", fix: "write numbers without commas; inside braces a comma begins a new key" });
  });

  it("says that what is read from a cache and what is written to it are at most all input", () => {
    expect(changed("output: 300", "output: 300, cached_input_ratio: 0.7, cache_write_ratio: 0.4")).toMatchObject({
      code: "out-of-range",
      message: "cached_input_ratio 0.7 and cache_write_ratio 0.4 are more than all input; allowed: together at most 1",
      fix: "write at most 0.3",
    });
  });

  it("above 1 for a share are shown as per cent", () => {
    expect(changed("output: 300", "output: 300, cached_input_ratio: 40")).toMatchObject({
      code: "out-of-range",
      message: "cached_input_ratio is 40; allowed: a number from 0 to 1",
      fix: "write 0.4 for 40 %",
    });
  });

  it("must be finite, and name their bounds", () => {
    expect(changed("100000", ".inf")?.message).toBe(
      "requests_per_month is .inf; allowed: a number above 0 and at most 1000000000000000, or a map with low, expected, high",
    );
    expect(changed("100000", ".nan")?.message).toBe(
      "requests_per_month is .nan; allowed: a number above 0, or a map with low, expected, high",
    );
    expect(changed("version: 1", "version: 1\nhorizon_months: 1.5")?.message).toBe(
      "horizon_months is 1.5; allowed: a whole number from 1 to 60",
    );
  });
});

describe("words", () => {
  it.each([
    ["yes", "write true"],
    ["No", "write false"],
    ["on", "write true"],
    ["'false'", "write false"],
    ["maybe", undefined],
  ])("such as %s are no booleans in YAML 1.2", (written, fix) => {
    const problem = changed("version: 1", `version: 1\ncompliance: { zero_retention: ${written} }`);
    expect(problem).toMatchObject({ code: "wrong-type", line: 2, column: 31 });
    expect(problem?.fix).toBe(fix);
  });

  it("get the nearest one that is allowed", () => {
    expect(changed("version: 1", "version: 1\nstage: Prod")).toMatchObject({
      code: "unknown-value",
      message: 'stage is "Prod"; allowed: one of prototype, production, research',
      fix: "write production",
    });
    expect(changed("100000", "100000, hourly_profile: busines_hours")).toMatchObject({
      code: "unknown-value",
      fix: "write business_hours",
    });
  });

  it("that should be a list are put into brackets", () => {
    expect(changed("version: 1", "version: 1\ncompliance: { regimes: 'hipaa, gdpr' }")?.fix).toBe("write [hipaa, gdpr]");
    expect(changed("chat", "chat\n    data_class: pii")?.fix).toBe("write [pii]");
  });

  it("that are numbers need quotes, and an empty value needs a decision", () => {
    expect(changed("chat", "2026")).toMatchObject({ code: "wrong-type", fix: 'write "2026" in quotes' });
    expect(changed("version: 1", "version: 1\nteam:")).toMatchObject({
      code: "wrong-type",
      line: 2,
      column: 1,
      message: "team is empty; allowed: a map with ml_ops, hourly_rate_usd",
      fix: "write a value, or remove the key",
    });
  });

  it("are guessed only when they are near", () => {
    expect(nearestWord("nmae", ["version", "name"])).toBe("name");
    expect(nearestWord("requestsPerMonth", ["requests_per_day", "requests_per_month"])).toBe("requests_per_month");
    expect(nearestWord("max-monthly-usd", ["max_monthly_usd", "max_increase_ratio"])).toBe("max_monthly_usd");
    expect(nearestWord("banana", ["version", "name"])).toBeUndefined();
    expect(nearestWord("x".repeat(65), ["x"])).toBeUndefined();
  });
});

describe("a key", () => {
  it("that stands in the wrong map is told its home", () => {
    expect(changed("chat", "chat\n    requests_per_day: 5")).toMatchObject({
      code: "unknown-key",
      line: 4,
      column: 5,
      fix: "move it to workloads[].volume",
    });
    expect(changed("version: 1", "version: 1\nttft_ms_p95: 5")?.fix).toBe("move it to workloads[].latency");
  });

  it("that nobody knows is to be removed, with the allowed ones listed", () => {
    const problem = changed("version: 1", "version: 1\nteam: { pizza: 2 }");
    expect(problem).toMatchObject({
      code: "unknown-key",
      line: 2,
      column: 9,
      message: 'unknown key "pizza"; allowed: ml_ops, hourly_rate_usd',
      fix: "remove it",
    });
  });
});

describe("a value of one of two kinds", () => {
  it("is judged as what its author meant", () => {
    expect(changed("100000", "-5")).toMatchObject({ code: "out-of-range", path: "workloads[0].volume.requests_per_month" });
    expect(changed("100000", "{ low: 1, expected: 2, high: three }")).toMatchObject({
      code: "wrong-type",
      message: 'high is "three"; allowed: a number above 0',
      path: "workloads[0].volume.requests_per_month.high",
    });
    expect(changed("100000", "{ low: 1, expected: 2 }")).toMatchObject({
      code: "missing-key",
      message: "requests_per_month has no high; needed: a number above 0",
    });
    expect(changed("100000", "[1, 2]")).toMatchObject({ code: "wrong-type" });
    expect(changed("100000", "100000, hourly_profile: { weights: [1, 2], weekend_ratio: 1 }")).toMatchObject({
      code: "out-of-range",
      message: "weights is a list of 2; allowed: a list of 24, each a number of 0 or more",
    });
    expect(changed("100000", "100000, hourly_profile: [1, 2]")?.fix).toBe("write { weights: [24 numbers], weekend_ratio: 1 }");
  });
});

describe("names", () => {
  it.each([
    ["region: us-east-1\n", "region: us-esat-1\n", "unknown-region", "us-esat-1"],
    ["api: [gpt-4.1-mini,", "api: [gpt-4.1-mni,", "unknown-model", "gpt-4.1-mni"],
    ["open: [llama", "open: [lama", "unknown-model", "lama-3.3-70b-instruct"],
    ["path: api, model: gpt-4.1-mini", "path: self-host, model: gpt-4.1-mini", "unknown-model", "gpt-4.1-mini }\n"],
    ["{ mmlu: 80 }", "{ mmmu: 80 }", "unknown-benchmark", "mmmu"],
    ["id: gpt-4.1-mini", "id: gpt-41", "unknown-model", "gpt-41"],
    ["id: p5.48xlarge", "id: p5.49xlarge", "unknown-instance", "p5.49xlarge"],
    ["p5.48xlarge, region: us-east-1", "p5.48xlarge, region: mars-1", "unknown-region", "mars-1"],
    ["api: [gpt-4.1-mini,", "api: [gpt-3.5-turbo,", "retired", "gpt-3.5-turbo"],
  ])("are asked of the catalog: %j as %j", (from, to, code, mark) => {
    const text = EXAMPLE.replace(from, to);
    const errors = problemsOf(text).filter(({ severity }) => severity === "error");
    const before = text.slice(0, text.indexOf(mark)).split("\n");
    expect(errors).toMatchObject([{ code, line: before.length, column: (before.at(-1) ?? "").length + 1 }]);
    expect(errors[0]?.fix).toBeDefined();
  });

  it("are asked even where the schema is not met", () => {
    const codes = problemsOf("region: mars\nworkloads:\n  - candidates: { api: [gpt-9], open: 5 }\n").map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(["unknown-region", "unknown-model", "wrong-type", "missing-key"]));
  });
});

describe("warnings", () => {
  it("leave the policy valid", () => {
    const { warnings } = valid(MINIMAL.replace("100000", "100000, peak_to_average: 30").replace("300", "200000"));
    expect(warnings.map(({ severity, code, path }) => [severity, code, path])).toEqual([
      ["warning", "unusual", "workloads[0].volume.peak_to_average"],
      ["warning", "unusual", "workloads[0].tokens.output"],
    ]);
  });
});
