import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { minimalConflict, smallestDrops } from "../../src/decide/conflict.ts";
import { evaluated, only, policy, workload } from "./support.ts";

/** Conflicts as sets of needs: a policy fits when it holds none of them whole. */
const clashing =
  (conflicts: readonly (readonly string[])[]) =>
  (kept: readonly string[]): boolean =>
    !conflicts.some((conflict) => conflict.every((need) => kept.includes(need)));

const NEEDS = ["a", "b", "c", "d", "e", "f"];
const conflictSets = fc.array(fc.subarray(NEEDS, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 });

describe("a minimal conflict", () => {
  it("leaves no option, and leaves one without any single need of it", () => {
    fc.assert(
      fc.property(conflictSets, (conflicts) => {
        const fits = clashing(conflicts);
        const found = minimalConflict(NEEDS, fits);
        if (found === null) throw new Error("the needs clash, so there is a conflict");
        expect(fits(found)).toBe(false);
        for (const need of found) expect(fits(found.filter((other) => other !== need))).toBe(true);
      }),
    );
  });

  it("is none where something fits, and none where nothing ever fits", () => {
    expect(minimalConflict(NEEDS, () => true)).toBeNull();
    expect(minimalConflict(NEEDS, () => false)).toBeNull();
  });
});

describe("the smallest relaxations", () => {
  it("are exactly the smallest sets that a brute force finds", () => {
    fc.assert(
      fc.property(conflictSets, (conflicts) => {
        const fits = clashing(conflicts);
        const all = Array.from({ length: 2 ** NEEDS.length }, (_, code) => NEEDS.filter((_need, bit) => code & (1 << bit)));
        const enough = all.filter((dropped) => fits(NEEDS.filter((need) => !dropped.includes(need))));
        const size = Math.min(...enough.map(({ length }) => length));
        const words = (sets: readonly (readonly string[])[]) => sets.map((set) => set.toSorted().join("")).toSorted();
        const found = smallestDrops(NEEDS, fits);

        expect(words(found)).toEqual(size > 3 ? [] : words(enough.filter(({ length }) => length === size)));
      }),
    );
  });
});

describe("a policy that nothing fits", () => {
  it("says so as a chain with the lines of the policy, and names the least expensive ways out", () => {
    const decided = only(
      evaluated(policy([workload({ compliance: { air_gapped: true }, candidates: { api: ["gpt-5.4-mini", "claude-haiku-4-5"] } })])),
    );

    expect(decided.conflict?.text).toMatch(
      /^because compliance\.air_gapped is true \(line \d+\), every API is out \(\d+\); and because candidates names gpt-5\.4-mini, claude-haiku-4-5 only \(line \d+\), every option left is out \(\d+\); so no path fits$/,
    );
    expect(decided.relaxations.map(({ needs }) => needs.map(({ pointer }) => pointer))).toEqual([
      ["workloads[0].compliance.air_gapped"],
      ["workloads[0].candidates"],
    ]);
    expect(decided.relaxations[0]).toMatchObject({ option: { model: "gpt-5.4-mini" }, needs: [{ waivable: false }] });
    expect(decided.relaxations[0]?.text).toMatch(/which no waiver can lift: gpt-5\.4-mini at \$[\d,]+ a month$/);
    expect(decided.reasons[0]?.text).toBe(decided.conflict?.text);
    expect(decided.conflict?.steps[1]?.example).toMatch(/^\S+ is not among the candidates$/);
  });

  it("finds a deadline and openness that clash", () => {
    const decided = only(
      evaluated(policy([workload({ needs: { openness: "weights" } })], { ready_in_weeks: 1, team: { ml_ops: "none" } })),
    );
    expect(decided.conflict?.steps.map(({ pointer }) => pointer).toSorted()).toEqual(["ready_in_weeks", "workloads[0].needs.openness"]);
    expect(decided.relaxations.map(({ option }) => option.kind).toSorted()).toEqual(["api", "self-host"]);
  });

  it("keeps its promise: the policy without the needs costs what the relaxation says", () => {
    const asked = { compliance: { air_gapped: true }, candidates: { api: ["gpt-5.4-mini"] } };
    const [relaxation] = only(evaluated(policy([workload(asked)]))).relaxations;
    const freed = only(evaluated(policy([workload({ ...asked, compliance: {} })])));

    expect(relaxation?.monthlyUsd).toBeCloseTo(freed.monthlyCostUsd?.expected ?? 0, 6);
  });
});

describe("an option that one rule alone keeps out", () => {
  it("is named with what it would save, and its price is that of the policy without the need", () => {
    const asked = workload({ compliance: { data_may_leave: false } });
    const decided = only(evaluated(policy([asked])));
    const freed = only(evaluated(policy([workload()])));
    const [near] = decided.relaxations;

    expect(decided.path).toBe("self-host");
    expect(near).toMatchObject({ rule: "data-location", option: { model: "gpt-5.4-mini" } });
    expect(near?.monthlyUsd).toBeCloseTo(freed.monthlyCostUsd?.expected ?? 0, 6);
    expect(near?.savingUsd).toBeCloseTo((decided.monthlyCostUsd?.expected ?? 0) - (freed.monthlyCostUsd?.expected ?? 0), 6);
  });

  it("is not named where it would cost more", () => {
    expect(only(evaluated(policy([workload()]))).relaxations).toEqual([]);
  });
});
