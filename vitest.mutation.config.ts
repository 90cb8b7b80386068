import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";

/** Whole decisions that are worked through many times, and whole policies: a second each and more. */
const LONG = [
  "test/decide/{advisory,break-even,cause,conflict,laws,portfolio,rules,settled,split,standing,sure}.test.ts",
  "test/decide/framework/{choose,cost,matrix,customization}.test.ts",
];

/** The tests that judge the mutants of a folder: each runs thousands of times, so only what is quick and looks at that folder. */
const TESTS: Readonly<Record<string, { readonly include: readonly string[]; readonly exclude?: readonly string[] }>> = {
  capacity: { include: ["test/capacity/**/*.test.ts"] },
  "decide/reference": { include: ["test/decide/reference/**/*.test.ts"] },
  "decide/rules": { include: ["test/decide/rules-*.test.ts"] },
  decide: { include: ["test/decide/**/*.test.ts"], exclude: ["**/*.slow.test.ts", ...LONG] },
  // What the quick tests miss may be seen by these: for a handful of mutants, named by --mutate.
  "decide/long": { include: LONG },
};

/** A mutant ends with the first test that notices it, so files of milliseconds go before those of seconds. */
class ShortestFirst extends BaseSequencer {
  override async sort(files: Parameters<BaseSequencer["sort"]>[0]) {
    return (await super.sort(files)).reverse();
  }
}

const folder = process.env.BREAKEVEN_MUTATION ?? "capacity";
const tests = TESTS[folder];
if (tests === undefined) throw new Error(`BREAKEVEN_MUTATION is ${folder}; known are ${Object.keys(TESTS).join(", ")}`);

export default defineConfig({
  test: {
    include: [...tests.include],
    exclude: [...(tests.exclude ?? [])],
    testTimeout: 60_000,
    isolate: false,
    sequence: { sequencer: ShortestFirst },
  },
});
