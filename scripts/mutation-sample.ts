import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { globSync } from "tinyglobby";
import { mulberry32 } from "../src/decide/random.ts";

/**
 * Mutation score of a folder from a random sample of its lines, because a whole folder takes hours:
 * `BREAKEVEN_MUTATION=decide npm run mutation:sample -- --seed 7 --mutants 150 --except rules/,reference/`.
 *
 * The files are cut into ranges of ten lines, and ranges are taken at random until they should hold the mutants asked for. A change of
 * more lines than its range (a whole function emptied, say) is not part of the sample: tests notice those more easily than others.
 */
export interface LineRange {
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

/** One mutant as Stryker reports it. */
export interface Mutant {
  readonly status: string;
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly location: { readonly start: { readonly line: number; readonly column: number }; readonly end: { readonly line: number } };
}

/** Lines of a range: few, so that a sample is spread over many places. */
const RANGE_LINES = 10;
/** Mutants in a line of src/, measured over the folders that were mutated whole; only aims the size of the sample. */
const MUTANTS_PER_LINE = 0.6;
/** Two-sided 95 % quantile of the normal distribution. */
const Z95 = 1.96;
const NOTICED = new Set(["Killed", "Timeout"]);
const MISSED = new Set(["Survived", "NoCoverage"]);

/** All ranges of the files (path to number of lines) in the random order of the seed: the first n are a sample of n. */
export function shuffledRanges(files: ReadonlyMap<string, number>, seed: number): readonly LineRange[] {
  const ranges = [...files].flatMap(([file, lines]) =>
    Array.from({ length: Math.ceil(lines / RANGE_LINES) }, (_, index) => ({
      file,
      from: index * RANGE_LINES + 1,
      to: Math.min(lines, (index + 1) * RANGE_LINES),
    })),
  );
  const random = mulberry32(seed);
  return ranges
    .map((range) => ({ range, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ range }) => range);
}

/**
 * Score of a sample and half the width of its 95 % interval. Mutants of one range share their tests, so the error is that of a ratio
 * over ranges, not over mutants: `var = n (1 - n/N) / (n - 1) x sum (noticed - score x mutants)^2 / (sum mutants)^2` (Cochran 1977, 6.3).
 *
 * Example: three of 100 ranges with 2 of 2, 1 of 2 and 2 of 2 noticed: 0.833 and 0.32.
 */
export function scoreOf(counts: readonly { readonly noticed: number; readonly mutants: number }[], allRanges: number) {
  const mutants = counts.reduce((sum, range) => sum + range.mutants, 0);
  const noticed = counts.reduce((sum, range) => sum + range.noticed, 0);
  const score = noticed / mutants;
  const squares = counts.reduce((sum, range) => sum + (range.noticed - score * range.mutants) ** 2, 0);
  const share = counts.length / allRanges;
  const variance = ((counts.length * (1 - share)) / (counts.length - 1)) * (squares / mutants ** 2);
  return { mutants, noticed, score, halfWidth: Z95 * Math.sqrt(variance) };
}

function within({ location }: Mutant, range: LineRange): boolean {
  return location.start.line >= range.from && location.end.line <= range.to;
}

function readMutants(folder: string, file: string): readonly Mutant[] {
  const path = `.ci/cache/mutation/${folder.replaceAll("/", "-")}-report.json`;
  const report: { files: Record<string, { mutants: Mutant[] }> } = JSON.parse(readFileSync(path, "utf8"));
  return report.files[file]?.mutants ?? [];
}

/** Path to number of lines of the files of a folder whose path below it begins with one of `only` (all when it is empty) and with none of `except`. */
function linesOf(folder: string, only: readonly string[], except: readonly string[]): ReadonlyMap<string, number> {
  const root = `src/${folder}/`;
  const isOf = (path: string, names: readonly string[]) => names.some((name) => path.startsWith(root + name));
  const paths = globSync(`${root}**/*.ts`)
    .filter((path) => (only.length === 0 || isOf(path, only)) && !isOf(path, except))
    .sort();
  return new Map(paths.map((path) => [path, readFileSync(path, "utf8").trimEnd().split("\n").length]));
}

function countsOf(folder: string, sample: readonly LineRange[]) {
  return sample.map((range) => {
    const mutants = readMutants(folder, range.file).filter((mutant) => within(mutant, range));
    const noticed = mutants.filter(({ status }) => NOTICED.has(status)).length;
    return { noticed, mutants: noticed + mutants.filter(({ status }) => MISSED.has(status)).length };
  });
}

function main(): void {
  const folder = process.env.BREAKEVEN_MUTATION ?? "capacity";
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: "1" },
      mutants: { type: "string", default: "150" },
      only: { type: "string", default: "" },
      except: { type: "string", default: "" },
    },
  });
  const names = (list: string) => list.split(",").filter(Boolean);
  const files = linesOf(folder, names(values.only), names(values.except));
  const all = shuffledRanges(files, Number(values.seed));
  const sample = all.slice(0, Math.ceil(Number(values.mutants) / (RANGE_LINES * MUTANTS_PER_LINE)));
  const mutate = sample.map(({ file, from, to }) => `${file}:${from}-${to}`).join(",");
  console.log(`seed ${values.seed}: ${sample.length} of ${all.length} ranges of ${files.size} files`);
  // Anew every time: a result from before a test or another file changed is no measurement.
  const run = spawnSync("npx", ["stryker", "run", "--force", "--mutate", mutate], { stdio: "inherit" });
  if (run.status !== 0) throw new Error(`stryker ended with ${run.status}`);
  const { mutants, noticed, score, halfWidth } = scoreOf(countsOf(folder, sample), all.length);
  if (mutants === 0) throw new Error("no mutant in these ranges: ask for more, or take another seed");
  const percent = (ratio: number) => `${(100 * ratio).toFixed(1)} %`;
  const interval = `${percent(score - halfWidth)} to ${percent(Math.min(1, score + halfWidth))}`;
  console.log(`${noticed} of ${mutants} mutants noticed: ${percent(score)}, 95 % interval ${interval}`);
}

if (process.argv[1]?.endsWith("mutation-sample.ts")) main();
