import { readFileSync } from "node:fs";

// One plain line that any reader of a log understands: how many tests passed, failed and were skipped.
const results = JSON.parse(readFileSync(process.argv[2], "utf8"));
console.log(`${results.numPassedTests} passed, ${results.numFailedTests} failed, ${results.numPendingTests} skipped`);
if (results.numPassedTests === 0) process.exitCode = 1;
