import { describe, expect, it } from "vitest";
import { MAX_POLICY_BYTES } from "../../src/policy/parse.ts";
import { MINIMAL, problemsOf, valid } from "./support.ts";

function reported(text: string): readonly string[] {
  return problemsOf(text).map(({ line, column, code }) => `${line}:${column} ${code}`);
}

describe("text that is no policy", () => {
  it.each([
    ["an empty file", ""],
    ["white space", " \n\t\n  \n"],
    ["only comments", "# a policy\n# will stand here\n"],
    ["an empty document", "---\n...\n"],
    ["a null", "null\n"],
  ])("is %s and said to be empty", (_, text) => {
    expect(problemsOf(text)).toMatchObject([{ code: "empty-file", line: 1, column: 1, message: "the file holds no policy" }]);
  });

  it("is a list or a sentence, and a map is asked for", () => {
    expect(reported("- a\n- b\n")).toEqual(["1:1 wrong-type"]);
    expect(reported("please decide\n")).toEqual(["1:1 wrong-type"]);
  });

  it("is binary: the first strange character is shown", () => {
    expect(problemsOf("version: 1\nname: \u0007bell")).toMatchObject([{ code: "not-text", line: 2, column: 7 }]);
    expect(problemsOf("\u007FELF\u0002\u0001")).toMatchObject([{ code: "not-text", line: 1, column: 1 }]);
  });

  it("is not UTF-8: the replacement character gives it away", () => {
    const text = new TextDecoder().decode(Uint8Array.from([...new TextEncoder().encode("name: caf"), 0xe9, 0x0a]));
    expect(problemsOf(text)).toMatchObject([{ code: "not-text", line: 1, column: 10 }]);
  });

  it("is UTF-16, which reads as text full of zeros", () => {
    const utf16 = Uint8Array.from([...MINIMAL].flatMap((character) => [character.charCodeAt(0), 0]));
    expect(problemsOf(new TextDecoder().decode(utf16))).toMatchObject([
      { code: "not-text", line: 1, column: 2, fix: "save the file as UTF-8; it looks like UTF-16 or a binary file" },
    ]);
  });

  it("is larger than 256 KiB, counted in bytes of UTF-8", () => {
    const comment = "#".repeat(MAX_POLICY_BYTES - MINIMAL.length);
    expect(valid(`${MINIMAL}${comment}`).warnings).toEqual([]);
    expect(problemsOf(`${MINIMAL}${comment}#`)).toMatchObject([{ code: "too-large", line: 1 }]);
    expect(problemsOf(`# ${"é".repeat(MAX_POLICY_BYTES / 2)}`)).toMatchObject([{ code: "too-large" }]);
    expect(problemsOf("a: 1\n".repeat(1_000_000))).toMatchObject([
      { code: "too-large", message: "the file has 5000000 bytes; allowed: at most 262144" },
    ]);
  });
});

describe("YAML that harms", () => {
  const laughs = ["a: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha]"];
  for (const [from, to] of ["ab", "bc", "cd", "de", "ef", "fg", "gh", "hi"].map((pair) => [...pair])) {
    laughs.push(`${to}: &${to} [${Array(9).fill(`*${from}`).join(", ")}]`);
  }

  it("multiplies aliases: refused where they pass the limit, and never expanded", () => {
    expect(reported(laughs.join("\n"))).toEqual(["5:12 alias-bomb"]);
  });

  it("hides a bomb in merge keys", () => {
    const keys = Array.from({ length: 300 }, (_, index) => `k${index}: 1`).join(", ");
    expect(problemsOf(`a: &a { ${keys} }\nb:\n${"  - <<: *a\n".repeat(100)}`).map(({ code }) => code)).toContain("alias-bomb");
  });

  it("refers an alias to itself or to nothing", () => {
    expect(reported("version: &v [*v]\n")).toContain("1:14 yaml-syntax");
    expect(reported("version: *nowhere\n")).toContain("1:10 yaml-syntax");
  });

  it.each(["[", "{a: ", "- ", "a:\n", "? "])("nests %j ten thousand levels deep", (opening) => {
    const text =
      opening === "a:\n" ? Array.from({ length: 700 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n") : opening.repeat(10_000);
    expect(problemsOf(text)).toMatchObject([{ code: "too-deep" }]);
  });

  it("brings keys that JavaScript objects would act on", () => {
    const text = `${MINIMAL}__proto__: { stage: prototype }\nconstructor: 1\n`;
    expect(reported(text)).toEqual(["6:1 unknown-key", "7:1 unknown-key"]);
    const benchmarks = MINIMAL.replace("tokens:", "needs: { min_benchmarks: { __proto__: 80, mmlu: 70 } }\n    tokens:");
    expect(reported(benchmarks)).toEqual(["5:32 unknown-key"]);
  });

  it.each([
    ["unknown keys", Array.from({ length: 10_000 }, (_, index) => `key${index}: 1`).join("\n")],
    ["one key", "key: 1\n".repeat(20_000)],
    ["empty workloads", `version: 1\nworkloads: [${"{}, ".repeat(20_000)}]`],
    ["unknown models", `workloads: [{ candidates: { api: [${Array.from({ length: 10_000 }, (_, index) => `m${index}`).join(", ")}] } }]`],
    ["brackets", "]".repeat(20_000)],
    ["waivers", `workloads: [${"{ name: a }, ".repeat(5_000)}]\nwaivers: [${"{ workload: b }, ".repeat(5_000)}]`],
  ])("repeats %s by the thousand and still gets an answer of at most 101 problems", (_, text) => {
    const problems = problemsOf(text);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThanOrEqual(101);
  });
});

describe("YAML that is not right", () => {
  it.each([
    ["a tab as indentation", "version: 1\nteam:\n\tml_ops: none\n", "3:1 yaml-syntax", "indent with spaces"],
    ["a colon in plain text", "version: 1\nname: a: b\n", "2:7 yaml-syntax", /quotes/],
    ["a quote that stays open", 'version: 1\nname: "acme\nregion: us-east-1\n', "2:7 yaml-syntax", "close it on the same line"],
    ["a bracket that stays open", "compliance:\n  regimes: [hipaa,\nversion: 1\n", "3:1 yaml-syntax", /close every bracket/],
    ["a tag", "version: !int 1\n", "1:10 yaml-syntax", "remove the tag"],
    ["a second document", `${MINIMAL}---\nversion: 1\n`, "6:1 yaml-syntax", /file of its own/],
    ["a map as a key", `${MINIMAL}? { a: 1 }\n: b\n`, "6:3 yaml-syntax", undefined],
    ["a merge key without a map", `${MINIMAL}<<: 5\n`, "6:1 yaml-syntax", undefined],
  ])("%s is shown where it stands", (_, text, place, fix) => {
    const found = problemsOf(text).find((problem) => `${problem.line}:${problem.column} ${problem.code}` === place);
    expect(found, JSON.stringify(problemsOf(text))).toBeDefined();
    if (fix !== undefined) expect(found?.fix).toMatch(fix);
  });

  it("shows a key that stands twice at its second place", () => {
    expect(problemsOf(`${MINIMAL}version: 1\n`)).toMatchObject([
      { code: "duplicate-key", line: 6, column: 1, message: 'the key "version" stands twice here' },
    ]);
    expect(reported(MINIMAL.replace("input: 1000,", "input: 1000, input: 2000,"))).toEqual(["5:28 duplicate-key"]);
  });

  it("shows text on one line, cut after 60 characters, with control characters spelt out", () => {
    const text = MINIMAL.replace("chat", `"one\\ntwo\\u202e${"x".repeat(80)}"`);
    const [problem] = problemsOf(text);
    expect(problem?.message).toContain(String.raw`name is "one\u{a}two\u{202e}xxx`);
    expect(problem?.message).toContain(`${"x".repeat(52)}…"`);
    expect(problem?.message).not.toContain("x".repeat(53));
  });
});
