import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clears } from "../../src/decide/hurdle.ts";
import { preferenceFlip, softScore, valuedUsd, weightFlip } from "../../src/decide/preferences.ts";
import { SOFT_DIMENSIONS } from "../../src/decide/soft.ts";
import { contractPrice, EVERY_RUN, evaluated, type PolicyObject, policy, workload } from "./support.ts";

const usd = fc.double({ min: 100, max: 1e6, noNaN: true });
const unit = fc.double({ min: 0, max: 1, noNaN: true });
const marks = fc.record({
  privacy: fc.integer({ min: 0, max: 4 }),
  speed: fc.integer({ min: 0, max: 4 }),
  support: fc.integer({ min: 0, max: 4 }),
});
const weights = fc.record({
  privacy: fc.double({ min: 0.1, max: 3, noNaN: true }),
  speed: fc.double({ min: 0.1, max: 3, noNaN: true }),
  support: fc.double({ min: 0.1, max: 3, noNaN: true }),
});

/** Costs near each other: those far apart flip for no budget. */
const ratio = fc.double({ min: 0.85, max: 1.2, noNaN: true });
/** A tie for either or neither, and a tenth of a bill to earn for leaving today's option or for going back to it. */
const hurdles = fc.record({ tieFactor: fc.constantFrom(1, 1.02, 1 / 1.02), gainRatio: fc.constantFrom(0, 0.1, -0.1) });

const LOOKS = 500;

/** Expects the first value, seen from today's, where the other path wins to be the reported one, looked for in small steps both ways; true where there is one. */
function expectNearestFlip(wins: (value: number) => boolean, flip: number | null, today: number, most: number): boolean {
  // Whoever wins today is the chosen one: another pair is not asked.
  if (wins(today)) return false;
  const step = most / LOOKS;
  const looked = Array.from({ length: LOOKS + 1 }, (_, index) => index * step).filter(wins);
  const nearest = Math.min(...looked.map((value) => Math.abs(value - today)));
  if (flip === null) {
    expect(looked).toEqual([]);
    return false;
  }
  expect(wins(flip + (flip < today ? -1 : 1) * 1e-5 * most)).toBe(true);
  // A stretch shorter than a step may stand between two looks.
  expect(Math.abs(flip - today)).toBeLessThan(nearest + 1e-6);
  if (looked.length > 0) expect(Math.abs(flip - today)).toBeGreaterThan(nearest - 2 * step);
  return true;
}

describe("preferences as money", () => {
  it("compare 10,000 dollars at half a perfect fit as 9,000 when a perfect one is worth a fifth", () => {
    expect(softScore({ a: 4, b: 0 }, { a: 1, b: 1 })).toBe(0.5);
    expect(valuedUsd(10_000, 0.5, 0.2)).toBe(9_000);
    expect(preferenceFlip({ monthlyUsd: 10_000, score: 0.75 }, { monthlyUsd: 9_000, score: 0.5 }, 0.5)).toBeCloseTo(1 / 3, 12);
  });

  it("are pure cost at a budget of zero", () => {
    fc.assert(fc.property(usd, unit, (cost, score) => valuedUsd(cost, score, 0) === cost));
  });

  it("flip at the reported budget, at none before it, and nowhere where none is reported", () => {
    let seen = 0;
    fc.assert(
      fc.property(usd, unit, ratio, unit, unit, hurdles, (a, scoreA, factor, scoreB, today, { tieFactor, gainRatio }) => {
        const [chosen, other] = [
          { monthlyUsd: a, score: scoreA },
          { monthlyUsd: a * factor, score: scoreB },
        ];
        const hurdle = { tieFactor, leastGainUsd: a * gainRatio };
        const wins = (budget: number) =>
          clears(hurdle, valuedUsd(chosen.monthlyUsd, scoreA, budget), valuedUsd(other.monthlyUsd, scoreB, budget));
        if (expectNearestFlip(wins, preferenceFlip(chosen, other, today / 2, hurdle), today / 2, 0.5)) seen += 1;
      }),
      { numRuns: 2000, ...EVERY_RUN },
    );
    expect(seen).toBeGreaterThan(40);
  });

  it("flip at the reported weight, at none before it, and nowhere where none is reported", () => {
    let seen = 0;
    const budgets = fc.double({ min: 0.01, max: 0.5, noNaN: true });
    fc.assert(
      fc.property(usd, marks, ratio, marks, weights, budgets, hurdles, (a, marksA, factor, marksB, given, budgetRatio, of) => {
        const [chosen, other] = [
          { monthlyUsd: a, marks: marksA },
          { monthlyUsd: a * factor, marks: marksB },
        ];
        const hurdle = { tieFactor: of.tieFactor, leastGainUsd: a * of.gainRatio };
        const worth = ({ monthlyUsd, marks: own }: typeof chosen, privacy: number) =>
          valuedUsd(monthlyUsd, softScore(own, { ...given, privacy }), budgetRatio);
        const wins = (privacy: number) => clears(hurdle, worth(chosen, privacy), worth(other, privacy));
        const flip = weightFlip("privacy", chosen, other, { budgetRatio, weights: given }, hurdle);
        if (expectNearestFlip(wins, flip, given.privacy, 3)) seen += 1;
      }),
      { numRuns: 2000, ...EVERY_RUN },
    );
    expect(seen).toBeGreaterThan(40);
  });

  it("have five anchors on each of nine dimensions", () => {
    expect(SOFT_DIMENSIONS.map(({ id }) => id)).toHaveLength(9);
    for (const { anchors } of SOFT_DIMENSIONS) expect(anchors).toHaveLength(5);
  });
});

describe("a decision with preferences", () => {
  const base = policy([workload({ candidates: { api: ["claude-haiku-4-5"], open: ["qwen3-32b"] } })], {
    team: { ml_ops: "dedicated", hourly_rate_usd: 60 },
  });
  const decided = (preferences: PolicyObject | null) => evaluated(preferences === null ? base : { ...base, preferences }).decision;

  it("moves no money without the key, and none at a budget of zero", () => {
    const silent = decided(null);
    const zero = decided({ budget_ratio: 0 });
    expect(silent.preferences).toMatchObject({ declared: false, budgetRatio: 0 });
    expect(zero.path).toBe(silent.path);
    expect(zero.probabilityCheapest).toBe(silent.probabilityCheapest);
    for (const { monthlyUsd, valuedUsd: valued } of silent.preferences?.entries ?? []) expect(valued).toBe(monthlyUsd);
  });

  it("mark own servers higher for predictable cost and freedom from lock-in, and an API for support, whatever else is offered", () => {
    const entries = decided({}).preferences?.entries ?? [];
    const marks = (path: string) => entries.find((entry) => entry.path === path)?.marks;
    const [api, own] = [marks("api"), marks("self-host")];
    expect(own?.costPredictability).toBeGreaterThan(api?.costPredictability ?? 4);
    expect(own?.lockIn).toBe(4);
    expect(api?.lockIn).toBeLessThan(4);
    expect(api?.support).toBeGreaterThan(own?.support ?? 4);
  });

  it("pays for predictable cost and against lock-in what the policy says that they are worth", () => {
    for (const dimension of ["cost_predictability", "lock_in"]) {
      const weights = {
        [dimension]: 3,
        capability: 0,
        privacy: 0,
        customization: 0,
        setup_speed: 0,
        operations: 0,
        features: 0,
        support: 0,
      };
      const { entries = [] } =
        decided({ budget_ratio: 0.5, weights: { ...weights, ...(dimension === "lock_in" ? { cost_predictability: 0 } : { lock_in: 0 }) } })
          .preferences ?? {};
      const paid = (path: string) => {
        const entry = entries.find((candidate) => candidate.path === path);
        return entry === undefined ? Number.NaN : entry.valuedUsd / entry.monthlyUsd;
      };
      expect(paid("self-host")).toBeLessThan(paid("api"));
    }
  });

  it("assumes a fifth and equal weights where the key is there without them", () => {
    const { preferences, assumptions } = decided({});
    expect(preferences).toMatchObject({ declared: true, budgetRatio: 0.2 });
    expect(new Set(Object.values(preferences?.weights ?? {}))).toEqual(new Set([1]));
    expect(assumptions.map(({ key }) => key)).toContain("preferences.budget_ratio");
  });

  it("takes the path whose advantages are paid for, and the cost it prints stays the cost", () => {
    const price = (factor: number) => contractPrice("claude-haiku-4-5", 1 * factor, 5 * factor);
    const privacyFirst = {
      budget_ratio: 0.5,
      weights: {
        capability: 0,
        privacy: 3,
        customization: 3,
        setup_speed: 0,
        operations: 0,
        lock_in: 3,
        features: 0,
        cost_predictability: 0,
        support: 0,
      },
    };
    const at = (factor: number, preferences: PolicyObject | null) =>
      evaluated({ ...base, ...price(factor), ...(preferences === null ? {} : { preferences }) }).decision;
    const cost = (path: string) => at(1, null).paths.find((row) => row.path === path)?.monthlyCostUsd?.expected ?? Number.NaN;
    // A price at which the API costs about four fifths of the servers.
    const factor = (cost("self-host") * 0.8) / cost("api");
    expect(at(factor, null).path).toBe("api");
    const swayed = at(factor, privacyFirst);
    expect(swayed.path).toBe("self-host");
    expect(swayed.monthlyCostUsd?.expected).toBeCloseTo(cost("self-host"), 6);
    // The draws count what the policy pays for as well: by cost alone few of them would favour own servers.
    expect(swayed.probabilityCheapest).toBeGreaterThan(0.5);
    expect(swayed.probabilityCheapest).toBeGreaterThan(1 - (at(factor, null).probabilityCheapest ?? 0));
  });
});

describe("what runs today", () => {
  const weights = { privacy: 3, customization: 3, lock_in: 3 };
  const none = { capability: 0, setup_speed: 0, operations: 0, features: 0, cost_predictability: 0 };
  const decided = (budget: number) => {
    const today = workload({
      volume: { requests_per_month: 2_000_000, hourly_profile: "flat", peak_to_average: 1.5 },
      tokens: { input: 1500, output: 400, cached_input_ratio: 0 },
      candidates: { api: ["gpt-5.4-mini"], open: ["gpt-oss-120b"] },
      current: { path: "api", model: "gpt-5.4-mini" },
    });
    const preferences = { budget_ratio: budget, weights: { ...none, ...weights } };
    return evaluated(policy([today], { team: { ml_ops: "dedicated" }, preferences })).decision;
  };
  const reasonsOf = (budget: number) => decided(budget).workloads[0]?.reasons.map(({ rule, text }) => `${rule}: ${text}`) ?? [];

  it("is left for what preferences are worth, although that costs more", () => {
    expect(decided(0.4).path).toBe("self-host");
    expect(reasonsOf(0.4)).toContainEqual(
      expect.stringMatching(/^switch: leaving gpt-5.4-mini is worth \$[\d,]+ a month by the preferences, more than the 10 %/),
    );
  });

  it("is left from the reported budget on, which counts what a migration must earn", () => {
    for (const [from, path] of [
      [0.25, "self-host"],
      [0.4, "api"],
    ] as const) {
      const flip = decided(from).preferences?.flip ?? { path: "none", budgetRatio: Number.NaN };
      expect(flip.path).toBe(path);
      expect(decided(flip.budgetRatio + Math.sign(flip.budgetRatio - from) * 0.002).path).toBe(path);
      expect(decided(flip.budgetRatio - Math.sign(flip.budgetRatio - from) * 0.002).path).not.toBe(path);
    }
  });

  it("is said to be left for its worth, in the confidence as well", () => {
    expect(decided(0.4).confidenceText).toMatch(/^worth its price most in \d+% of 2,000 draws/);
    expect(decided(0).confidenceText).toMatch(/^least expensive in/);
  });

  it("stays where they are worth too little, and says what", () => {
    expect(decided(0.25).path).toBe("api");
    expect(reasonsOf(0.25)).toContainEqual(
      expect.stringMatching(/^switch-threshold: gpt-5.4-mini stays: leaving it would be worth \$[\d,]+ a month by the preferences, under/),
    );
  });
});
