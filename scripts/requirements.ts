import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/**
 * Holds test/requirements.json: every claim of the decision framework (S0-001 to S4-143) and every error found in it (C1 to C29) has
 * tests that hold it, or a reason why it is out of scope, or says plainly what is missing. Prints the table and the counts.
 *
 * `npm run requirements` exits with 1 when a claim has neither, a named test does not exist, or more than 15 are out of scope.
 */

const ROOT = join(import.meta.dirname, "..");
const FILE = join(ROOT, "test", "requirements.json");
/** Ids of each document, without gaps. */
const COUNTS: Readonly<Record<string, number>> = { S0: 37, S1: 3, S2: 85, S3: 40, S4: 143 };
const CORRECTIONS = 29;
const MOST_OUT_OF_SCOPE = 15;

const Claim = z.strictObject({
  /** What it asks of us, in a few words of our own. */
  what: z.string().min(5).max(140),
  /** `file > title`; the title as it stands in the source, template parts included. */
  tests: z.array(z.string().includes(" > ")).min(1).optional(),
  outOfScope: z.string().min(10).optional(),
  /** What is not there yet. */
  missing: z.string().min(5).optional(),
});
export type Claim = z.infer<typeof Claim>;

/** Every id that must stand in the file: 308 claims and 29 corrections. */
export function expectedIds(): readonly string[] {
  const claims = Object.entries(COUNTS).flatMap(([document, count]) =>
    Array.from({ length: count }, (_, index) => `${document}-${String(index + 1).padStart(3, "0")}`),
  );
  return [...claims, ...Array.from({ length: CORRECTIONS }, (_, index) => `C${index + 1}`)];
}

/** Everything wrong with the file, one sentence each; `read` gives the source of a test file, undefined where there is none. */
export function problemsOf(claims: Readonly<Record<string, Claim>>, read: (file: string) => string | undefined): readonly string[] {
  const expected = expectedIds();
  const unknown = Object.keys(claims).filter((id) => !expected.includes(id));
  const outOfScope = Object.values(claims).filter((claim) => claim.outOfScope !== undefined).length;
  return [
    ...unknown.map((id) => `${id} is no claim`),
    ...expected.flatMap((id) => {
      const claim = claims[id];
      return claim === undefined ? [`${id} is not in the file`] : problemsOfClaim(id, claim, read);
    }),
    ...(outOfScope > MOST_OUT_OF_SCOPE ? [`${outOfScope} claims are out of scope; at most ${MOST_OUT_OF_SCOPE} may be`] : []),
  ];
}

function problemsOfClaim(id: string, claim: Claim, read: (file: string) => string | undefined): readonly string[] {
  const states = [claim.tests, claim.outOfScope, claim.missing].filter((state) => state !== undefined).length;
  const counted = states === 1 ? [] : [`${id} needs exactly one of tests, outOfScope and missing; it has ${states}`];
  return [...counted, ...(claim.tests ?? []).filter((name) => !exists(name, read)).map((name) => `${id}: there is no test "${name}"`)];
}

function exists(name: string, read: (file: string) => string | undefined): boolean {
  const [file, ...title] = name.split(" > ");
  const source = file === undefined ? undefined : read(file);
  return source !== undefined && titlesIn(source).has(title.join(" > "));
}

/** Titles of `it(...)` and `test(...)` as written. */
function titlesIn(source: string): ReadonlySet<string> {
  const titles = source.matchAll(/\b(?:it|test)(?:\.each\([^)]*\))?\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`)/g);
  return new Set([...titles].map((match) => (match[1] ?? "").slice(1, -1).replaceAll(/\\(["'`])/g, "$1")));
}

/** Reads a file of the repository once. */
export function reader(): (file: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  return (file) => {
    if (!known.has(file)) known.set(file, readOrUndefined(file));
    return known.get(file);
  };
}

function readOrUndefined(file: string): string | undefined {
  try {
    return readFileSync(join(ROOT, file), "utf8");
  } catch {
    return undefined;
  }
}

/** The claims of the file; throws where it is not of the form. */
export function loadClaims(): Readonly<Record<string, Claim>> {
  return z.record(z.string(), Claim).parse(JSON.parse(readFileSync(FILE, "utf8")));
}

function rowText(id: string, claim: Claim): string {
  const state = claim.tests !== undefined ? "tested" : claim.outOfScope !== undefined ? "out of scope" : "missing";
  const why = claim.outOfScope ?? claim.missing ?? (claim.tests ?? []).map((name) => name.replace(/^\S*\//, "")).join("; ");
  return `${id.padEnd(7)} ${state.padEnd(13)} ${claim.what}: ${why}`;
}

function main(): void {
  const claims = loadClaims();
  const entries = Object.entries(claims);
  const count = (isIt: (claim: Claim) => boolean) => entries.filter(([id, claim]) => id.startsWith("S") && isIt(claim)).length;
  console.log(entries.map(([id, claim]) => rowText(id, claim)).join("\n"));
  const [tested, out, missing] = [
    count((c) => c.tests !== undefined),
    count((c) => c.outOfScope !== undefined),
    count((c) => c.missing !== undefined),
  ];
  console.log(`\n${tested + out + missing} claims: ${tested} tested, ${out} out of scope, ${missing} missing`);
  const problems = problemsOf(claims, reader());
  for (const problem of problems) console.error(`error: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}

if (process.argv[1]?.endsWith("requirements.ts")) main();
