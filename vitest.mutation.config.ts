import { defineConfig } from "vitest/config";

/** The tests that judge the mutants of a folder: each runs thousands of times, so only what is quick and looks at that folder. */
const TESTS: Readonly<Record<string, readonly string[]>> = {
  capacity: ["test/capacity/**/*.test.ts"],
  "decide/reference": ["test/decide/reference/**/*.test.ts"],
  "decide/rules": ["test/decide/rules-*.test.ts"],
  decide: ["test/decide/**/*.test.ts"],
};
/** Properties over whole decisions, and whole policies of the framework: a second each and more. What only they notice counts as missed. */
const TOO_LONG = [
  "**/*.slow.test.ts",
  "test/decide/{laws,portfolio,break-even}.test.ts",
  "test/decide/framework/{choose,cost,matrix,customization}.test.ts",
];

const folder = process.env.BREAKEVEN_MUTATION ?? "capacity";
const include = TESTS[folder];
if (include === undefined) throw new Error(`BREAKEVEN_MUTATION is ${folder}; known are ${Object.keys(TESTS).join(", ")}`);

export default defineConfig({
  test: { include: [...include], exclude: TOO_LONG, testTimeout: 60_000, isolate: false },
});
