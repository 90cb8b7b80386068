import fc from "fast-check";

/**
 * Longest time for one property when it judges mutants, in ms: each of them is checked against every mutant that it runs through, and what a
 * first handful of examples does not notice, hundreds more seldom do.
 */
const LONGEST_PROPERTY_MS = 100;

fc.configureGlobal({
  interruptAfterTimeLimit: LONGEST_PROPERTY_MS,
  // fast-check takes a property for failed that had no time for a single example: on a busy machine that says nothing about a mutant.
  reporter: (details) => {
    const hadNoTime = details.interrupted && details.numRuns === 0;
    if (details.failed && !hadNoTime) throw new Error(fc.defaultReportMessage(details));
  },
});
