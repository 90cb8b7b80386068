import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Set by .ci/run to get the counts of a run as a file. */
const results = process.env.BREAKEVEN_RESULTS;

/**
 * Whole files that `npm test` leaves to the long leg of `.ci/run`, because each takes long or needs a browser, a proxy or the cdktf command line: a
 * person who changes something waits for the rest.
 */
const LONG = [
  "test/page/page.test.ts",
  "test/page/explain.test.ts",
  "test/stacks/hcl.test.ts",
  "test/stacks/ways.test.ts",
  "test/stacks/compared.test.ts",
  "test/stacks/identity.test.ts",
  "test/refresh/main.test.ts",
  "test/report/corpus.test.ts",
  "test/github/proxy.test.ts",
  "test/killed.test.ts",
];
/** What takes longest goes first, so that no worker waits for another one's last file; how long a file took when it was left out says nothing. */
const LONGEST = [
  "stacks/lives.slow.test.ts",
  "fuzz/fuzz.test.ts",
  "stacks/journey.slow.test.ts",
  "stacks/matrix.slow.test.ts",
  "stacks/terraform.slow.test.ts",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => [...LONGEST, ""].findIndex((name) => moduleId.endsWith(name));
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

const isLong = process.env.BREAKEVEN_SLOW === "1";
if (!isLong) process.stderr.write(`\nLEFT TO THE LONG LEG (BREAKEVEN_SLOW=1 runs them): ${LONG.join(", ")}\n\n`);

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: isLong ? [] : LONG,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: "forks",
    maxWorkers: 2,
    // Files share their worker's modules, so the catalog and the schema are read twice and not a hundred and fifty times: a third of the whole run.
    isolate: false,
    sequence: isLong ? { sequencer: LongestFirst } : {},
    reporters: results === undefined ? ["default"] : ["default", ["json", { outputFile: results }]],
  },
});
