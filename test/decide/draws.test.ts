import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { latinHypercube, oneAtATime, quantileOf, shareErrorRatio, valueAt, Z90 } from "../../src/decide/draws.ts";
import { fnv1a, mulberry32, normalQuantile } from "../../src/decide/random.ts";

describe("random numbers", () => {
  it("hashes names as FNV-1a does in its published vectors", () => {
    expect([fnv1a(""), fnv1a("a"), fnv1a("foobar")]).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
  });

  it("gives the same uniform numbers for the same seed, evenly spread", () => {
    const [one, two] = [mulberry32(7), mulberry32(7)];
    const numbers = Array.from({ length: 10_000 }, () => one());
    expect(numbers.slice(0, 100)).toEqual(Array.from({ length: 100 }, () => two()));
    const tenths = Array.from({ length: 10 }, (_, tenth) => numbers.filter((value) => Math.floor(value * 10) === tenth).length);
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });

  it("knows the quantiles of the normal distribution from a table", () => {
    const table = [
      [0.5, 0],
      [0.9, 1.2815516],
      [0.975, 1.959964],
      [0.999, 3.0902323],
      [1e-9, -5.997807],
      [1e-12, -7.0344838],
    ] as const;
    for (const [p, z] of table) expect(normalQuantile(p)).toBeCloseTo(z, 5);
  });
});

describe("a range of which low, expected and high are declared", () => {
  const range = { low: 8_000, expected: 12_000, high: 25_000 };

  it("has its ends at P10 and P90 and its middle at P50", () => {
    expect([-Z90, 0, Z90].map((score) => valueAt(range, score))).toEqual([8_000, 12_000, 25_000]);
    expect(valueAt(range, Z90 / 2)).toBeCloseTo(Math.sqrt(12_000 * 25_000), 6);
  });

  it("rises with the score and never goes below zero, also when low is zero", () => {
    const end = fc.double({ min: 0, max: 1e9, noNaN: true });
    const score = fc.double({ min: -4, max: 4, noNaN: true });
    fc.assert(
      fc.property(end, end, end, score, score, (a, b, c, s, t) => {
        const [low = 0, expected = 0, high = 0] = [a, b, c].sort((x, y) => x - y);
        const [less, more] = [Math.min(s, t), Math.max(s, t)].map((at) => valueAt({ low, expected, high }, at));
        expect(less).toBeGreaterThanOrEqual(0);
        expect(more).toBeGreaterThanOrEqual((less ?? 0) * (1 - 1e-12));
      }),
    );
  });
});

describe("Latin hypercube draws", () => {
  const draws = latinHypercube(1_000, 5);

  it("take every stratum of every input once, so that quantiles of one input are exact", () => {
    const sorted = draws.scores("requests/chat").slice().sort();
    expect([...sorted]).toEqual([...draws.scores("tokens/chat").slice().sort()]);
    expect(quantileOf(sorted, 0.9)).toBeCloseTo(Z90, 2);
    expect(new Set(sorted).size).toBe(1_000);
  });

  it("are the same for the same name and seed, and another order for another name or seed", () => {
    expect(latinHypercube(1_000, 5).scores("a")).toEqual(draws.scores("a"));
    expect(latinHypercube(1_000, 6).scores("a")).not.toEqual(draws.scores("a"));
    expect(draws.scores("b")).not.toEqual(draws.scores("a"));
  });

  it("are uncorrelated between inputs, to what a thousand draws can show", () => {
    const names = ["requests/chat", "requests/code", "tokens/chat", "throughput/qwen3-32b", "people/self-host"];
    for (const one of names) {
      for (const two of names.filter((name) => name > one)) {
        const product = draws.scores(one).reduce((sum, score, index) => sum + score * (draws.scores(two)[index] ?? 0), 0);
        // Four standard errors of a correlation of zero.
        expect(Math.abs(product / 1_000)).toBeLessThan(4 / Math.sqrt(1_000));
      }
    }
  });

  it("move one input alone for a tornado", () => {
    const moved = oneAtATime("people/api", [-1, 2]);
    expect([...moved.scores("people/api")]).toEqual([-1, 2]);
    expect([...moved.scores("people/self-host")]).toEqual([0, 0]);
  });

  it("state the error of a share: 0.9 of 2,000 draws is known to 0.0067", () => {
    expect(shareErrorRatio(0.9, 2_000)).toBeCloseTo(0.0067, 4);
    expect(quantileOf(Float64Array.of(1, 2, 3, 4, 5), 0.9)).toBeCloseTo(4.6, 12);
  });
});
