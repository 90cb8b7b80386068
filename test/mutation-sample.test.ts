import { describe, expect, it } from "vitest";
import { scoreOf, shuffledRanges } from "../scripts/mutation-sample.ts";

describe("a sample of mutants", () => {
  const files = new Map([
    ["src/decide/a.ts", 25],
    ["src/decide/b.ts", 10],
  ]);

  it("covers every line once, in an order that belongs to the seed", () => {
    const ranges = shuffledRanges(files, 7);

    expect([...ranges].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.from - b.from))).toEqual([
      { file: "src/decide/a.ts", from: 1, to: 10 },
      { file: "src/decide/a.ts", from: 11, to: 20 },
      { file: "src/decide/a.ts", from: 21, to: 25 },
      { file: "src/decide/b.ts", from: 1, to: 10 },
    ]);
    expect(shuffledRanges(files, 7)).toEqual(ranges);
    expect([1, 2, 3, 4, 5].map((seed) => shuffledRanges(files, seed))).not.toEqual(Array(5).fill(ranges));
  });

  it("has the score of its mutants and the error of a ratio over its ranges", () => {
    const counts = [
      { noticed: 2, mutants: 2 },
      { noticed: 1, mutants: 2 },
      { noticed: 2, mutants: 2 },
    ];

    // 5 of 6 noticed. Each range of 2 expects 5/3: squares (1/3)^2 + (2/3)^2 + (1/3)^2 = 2/3. Error: sqrt(3 x 0.97 / 2 x (2/3) / 36) = 0.16415.
    expect(scoreOf(counts, 100).score).toBeCloseTo(5 / 6, 12);
    expect(scoreOf(counts, 100).halfWidth).toBeCloseTo(1.96 * 0.16415, 4);
    // All ranges measured: nothing is left to be unsure of.
    expect(scoreOf(counts, 3).halfWidth).toBe(0);
  });
});
