/**
 * Mutation testing: `npm run mutation` changes the code of one folder in every small way and expects a test to fail each time.
 * BREAKEVEN_MUTATION names the folder below src/ (vitest.mutation.config.ts has its tests); `-- --mutate FILE` narrows it.
 */
const folder = process.env.BREAKEVEN_MUTATION ?? "capacity";
const name = folder.replaceAll("/", "-");

export default {
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  // Which tests a mutant needs is known from what each runs: to ask the imports as well takes seconds for every mutant.
  vitest: { configFile: "vitest.mutation.config.ts", related: false },
  mutate: [`src/${folder}/**/*.ts`],
  coverageAnalysis: "perTest",
  // Text and tables at the top of a file are read once, before any test: each would need a run of everything.
  ignoreStatic: true,
  concurrency: 1,
  // A busy machine is no endless loop: a mutant that only waits for its turn must not count as noticed.
  timeoutMS: 20_000,
  incremental: true,
  incrementalFile: `.ci/cache/mutation/${name}.json`,
  tempDirName: ".ci/cache/stryker",
  ignorePatterns: [".ci", "dist", "docs/*.png", "examples"],
  disableTypeChecks: "{src,test}/**/*.ts",
  reporters: ["clear-text", "progress-append-only", "html", "json"],
  htmlReporter: { fileName: `.ci/cache/mutation/${name}.html` },
  jsonReporter: { fileName: `.ci/cache/mutation/${name}-report.json` },
  clearTextReporter: { logTests: false, reportTests: false, allowColor: false },
};
