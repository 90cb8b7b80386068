import { relative } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";

/** Laws of whole decisions that take seconds for each mutant; left out but for BREAKEVEN_MUTATION_LAWS=1: the search needs them, the rest of `decide` hardly does. */
const LAWS = ["test/decide/{conflict-laws,floors-laws,laws,preferences-search}.test.ts", "test/audit/{swings,tipping}.test.ts"];

/** The tests that judge the mutants of a folder: each runs thousands of times, so only what is quick and looks at that folder. */
const TESTS: Readonly<Record<string, { readonly include: readonly string[]; readonly exclude?: readonly string[] }>> = {
  capacity: { include: ["test/capacity/**/*.test.ts"] },
  "decide/reference": { include: ["test/decide/reference/**/*.test.ts"] },
  "decide/rules": { include: ["test/decide/rules-*.test.ts"] },
  decide: {
    // Of those that stand elsewhere, the ones that decide whole policies and read what comes out.
    include: [
      "test/decide/**/*.test.ts",
      "test/audit/*.test.ts",
      "test/{gateway,golden}.test.ts",
      "test/report/{chart,framework,json,text-report}.test.ts",
    ],
    exclude: ["**/*.slow.test.ts", "test/decide/settled.test.ts", ...(process.env.BREAKEVEN_MUTATION_LAWS === "1" ? [] : LAWS)],
  },
};

/** How many mutants each test file has noticed so far. */
const noticed = new Map<string, number>();

/**
 * A mutant ends with the first test that notices it. The file that noticed the last one goes first, because mutants that stand beside each other are
 * seen by the same test; then those that notice many in little time.
 */
class LikeliestFirst extends BaseSequencer {
  override async sort(files: Parameters<BaseSequencer["sort"]>[0]) {
    const known = files.map((file) => {
      const key = `${file.project.name}:${relative(this.ctx.config.root, file.moduleId)}`;
      const last = this.ctx.cache.getFileTestResults(key);
      if (last?.failed === true) noticed.set(key, (noticed.get(key) ?? 0) + 1);
      const wait = (last?.duration ?? 0) / (1 + (noticed.get(key) ?? 0));
      return { file, failed: last?.failed === true, wait };
    });
    return known.sort((a, b) => Number(b.failed) - Number(a.failed) || a.wait - b.wait).map(({ file }) => file);
  }
}

const folder = process.env.BREAKEVEN_MUTATION ?? "capacity";
const tests = TESTS[folder];
if (tests === undefined) throw new Error(`BREAKEVEN_MUTATION is ${folder}; known are ${Object.keys(TESTS).join(", ")}`);

export default defineConfig({
  test: {
    include: [...tests.include],
    exclude: [...(tests.exclude ?? [])],
    setupFiles: ["test/mutation.setup.ts"],
    // Stryker itself ends what never ends; on a busy machine a decision of seconds takes a minute.
    testTimeout: 300_000,
    isolate: false,
    sequence: { sequencer: LikeliestFirst },
  },
});
