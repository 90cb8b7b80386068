import { defineConfig } from "vitest/config";

/** Set by .ci/run to get the counts of a run as a file. */
const results = process.env.BREAKEVEN_RESULTS;

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: "forks",
    maxWorkers: 2,
    reporters: results === undefined ? ["default"] : ["default", ["json", { outputFile: results }]],
  },
});
