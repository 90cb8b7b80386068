import fc from "fast-check";

/**
 * Longest time for one property when it judges mutants, in ms: each of them is checked against every mutant that it runs through, and what a
 * first handful of examples does not notice, hundreds more seldom do.
 */
const LONGEST_PROPERTY_MS = 100;

fc.configureGlobal({ interruptAfterTimeLimit: LONGEST_PROPERTY_MS });
