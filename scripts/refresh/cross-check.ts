import { loadCatalog } from "../../src/catalog/index.ts";
import { unknownToOracle } from "./known-wrong.ts";
import { crossCheck, ORACLE } from "./oracle.ts";

/** Prints how our prices compare with the oracle's: `npm run catalog:cross-check [-- YYYY-MM-DD]`. Exit code 1 when one differs. */
function main(day: string): void {
  const verdicts = crossCheck(loadCatalog(), day);
  const agreeing = verdicts.flatMap((verdict) => (verdict.kind === "agrees" ? [verdict] : []));
  const requests = agreeing.reduce((sum, { probes }) => sum + probes, 0);
  console.log(`${ORACLE} on ${day}: ${agreeing.length} of ${verdicts.length} models agree, over ${requests} requests`);
  for (const verdict of verdicts) {
    if (verdict.kind === "differs") console.log(`differs: ${verdict.id}: ${verdict.text}`);
    if (verdict.kind === "not-listed")
      console.log(
        `not compared: ${verdict.id}: ${unknownToOracle.find(({ id }) => id.test(verdict.id))?.why ?? "the library does not list it"}`,
      );
  }
  if (verdicts.some(({ kind }) => kind === "differs")) process.exitCode = 1;
}

main(process.argv[2] ?? new Date().toISOString().slice(0, "YYYY-MM-DD".length));
