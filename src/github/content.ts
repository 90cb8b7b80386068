import { MAX_MEASUREMENT_BYTES } from "../capacity/measurement.ts";
import type { PolicySource } from "../evaluate.ts";
import { measurementFiles } from "../files.ts";
import type { Diagnostic } from "../policy/diagnostic.ts";
import type { Base } from "./base.ts";
import type { FileSource, FileText } from "./files.ts";
import { isDynamic, matchesAny, normalPattern } from "./glob.ts";

/** One policy of the run: the text at head with its measurement files, and the same at base where there is one. */
export type PolicyInput =
  | {
      readonly kind: "present";
      readonly file: string;
      readonly text: string;
      /** Absent where the policy names none. */
      readonly files?: Readonly<Record<string, string>>;
      readonly base: PolicySource | null;
      /** True for a policy that the branch got after the pull request had left it: only merging brings the two together. */
      readonly onlyMerged?: true;
    }
  | { readonly kind: "unreadable"; readonly file: string; readonly diagnostic: Diagnostic }
  | { readonly kind: "deleted"; readonly file: string };

/** What merging gives, and the base that goes into it. */
export interface Merged {
  readonly head: FileSource;
  readonly base: FileSource;
}

/** The base commit with its files. `merged` is asked only for what is missing; null where the branch has not moved on. */
type BaseFiles = Base & { readonly source: FileSource; merged(): Promise<Merged | null> };

/**
 * Collects the policies that the patterns name, sorted by path.
 *
 * `head` is asked in order: the checkout, where it may be read, then the commit through the API. A renamed policy is
 * compared with its old path; one that the base had and the head has not is `deleted`. One that is spelled out and is nowhere is
 * `unreadable` beside others, so that a name with a typo is no policy without gates; where nothing is found the list is empty.
 */
export async function collectPolicies(options: {
  readonly patterns: readonly string[];
  readonly head: readonly FileSource[];
  readonly base: BaseFiles | null;
}): Promise<readonly PolicyInput[]> {
  const patterns = options.patterns.map(normalPattern);
  const names = await headNames(patterns, options.head);
  const found = (await inGroups(names, (file) => policyAt(file, options))).filter((policy) => policy !== null);
  const present = found.map((policy) => policy.file);
  const absent = names.filter((file) => !present.includes(file));
  const renamed = present.map((file) => options.base?.renamedFrom.get(file));
  const deleted = await deletedPolicies({ patterns, absent, present, renamed, base: options.base });
  const known = [...found, ...deleted];
  const missing = absent.filter((file) => !renamed.includes(file) && !deleted.some((policy) => policy.file === file));
  const late = known.length === 0 || missing.length > 0 ? await latePolicies(known.length === 0 ? patterns : missing, options.base) : [];
  const all = [...known, ...late];
  const nowhere = all.length === 0 ? [] : missing.filter((file) => !late.some((policy) => policy.file === file)).map(nowherePolicy);
  return [...all, ...nowhere].sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** Files read at once: GitHub takes a hundred requests at a time (docs.github.com, secondary rate limits, read 2026-11-29). */
const GROUP = 8;

/** The results of all, in order. Where one fails, the others of its group have ended, and no further group is begun. */
async function inGroups<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += GROUP) {
    const group = items.slice(start, start + GROUP).map(act);
    await Promise.allSettled(group);
    results.push(...(await Promise.all(group)));
  }
  return results;
}

/** A policy as the head has it, with its base; null where it has none. */
async function policyAt(
  file: string,
  { head, base }: { readonly head: readonly FileSource[]; readonly base: BaseFiles | null },
): Promise<PolicyInput | null> {
  const found = await readFirst(head, file);
  if (found.kind === "absent") return null;
  if (found.kind === "unreadable") return { kind: "unreadable", file, diagnostic: found.diagnostic };
  const { text } = found;
  return { kind: "present", file, text, ...(await measurementsOf(file, text, head)), base: await baseText(file, base) };
}

async function latePolicies(patterns: readonly string[], base: BaseFiles | null): Promise<readonly PolicyInput[]> {
  const merged = base === null ? null : await base.merged();
  return merged === null ? [] : mergedPolicies(await headNames(patterns, [merged.head]), merged);
}

/** Policies that merging brings along although neither the head nor its merge base has them. */
async function mergedPolicies(names: readonly string[], merged: Merged): Promise<readonly PolicyInput[]> {
  const policies: PolicyInput[] = [];
  for (const file of names) {
    const found = await merged.head.read(file);
    if (found.kind !== "text") continue;
    const base = await sourceAt(file, merged.base);
    const measured = await measurementsOf(file, found.text, [merged.head]);
    policies.push({ kind: "present", file, text: found.text, ...measured, base, onlyMerged: true });
  }
  return policies;
}

function nowherePolicy(file: string): PolicyInput {
  const fix = 'correct the input "policy", or write the file with "breakeven init"';
  const message = "the policy file does not exist";
  return { kind: "unreadable", file, diagnostic: { severity: "error", code: "no-file", file, line: 1, column: 1, path: "", message, fix } };
}

/** Names to look for: every path that is spelled out, and what the globs find in the first source that has any. */
export async function headNames(patterns: readonly string[], sources: readonly FileSource[]): Promise<readonly string[]> {
  const globs = patterns.filter(isDynamic);
  const listed = await listFirst(sources, globs);
  return [...new Set([...patterns.filter((pattern) => !isDynamic(pattern)), ...listed])];
}

async function listFirst(sources: readonly FileSource[], globs: readonly string[]): Promise<readonly string[]> {
  if (globs.length === 0) return [];
  for (const source of sources) {
    const names = await source.list(globs);
    if (names.length > 0) return names;
  }
  return [];
}

async function readFirst(sources: readonly FileSource[], file: string, maxBytes?: number): Promise<FileText> {
  for (const source of sources) {
    const text = await source.read(file, maxBytes);
    if (text.kind !== "absent") return text;
  }
  return { kind: "absent" };
}

/** Measurement files from the same commit as the policy; nothing where it names none. */
async function measurementsOf(
  path: string,
  text: string,
  sources: readonly FileSource[],
): Promise<{ readonly files?: Readonly<Record<string, string>> }> {
  const files = await measurementFiles({ path, text }, ".", async (file) => {
    const found = await readFirst(sources, file, MAX_MEASUREMENT_BYTES);
    return found.kind === "text" ? found.text : null;
  });
  return Object.keys(files).length === 0 ? {} : { files };
}

async function baseText(file: string, base: BaseFiles | null): Promise<PolicySource | null> {
  if (base === null) return null;
  return sourceAt(base.renamedFrom.get(file) ?? file, base.source);
}

async function sourceAt(path: string, source: FileSource): Promise<PolicySource | null> {
  const text = await source.read(path);
  if (text.kind === "absent") return null;
  // An empty text is an invalid base, which the evaluation reports: a pull request can then still repair the file.
  if (text.kind === "unreadable") return { path, text: "" };
  return { path, text: text.text, ...(await measurementsOf(path, text.text, [source])) };
}

async function deletedPolicies(options: {
  readonly patterns: readonly string[];
  readonly absent: readonly string[];
  readonly present: readonly string[];
  /** Old paths of those present. */
  readonly renamed: readonly (string | undefined)[];
  readonly base: BaseFiles | null;
}): Promise<readonly PolicyInput[]> {
  const { patterns, absent, present, renamed, base } = options;
  if (base === null) return [];
  const gone = base.gone.filter((file) => matchesAny(patterns, file));
  const unlisted = base.complete ? [] : await listFirst([base.source], patterns.filter(isDynamic));
  const candidates = [...new Set([...absent, ...gone, ...unlisted])].filter((file) => !present.includes(file) && !renamed.includes(file));
  const deleted: PolicyInput[] = [];
  for (const file of candidates) {
    if ((await base.source.read(file)).kind !== "absent") deleted.push({ kind: "deleted", file });
  }
  return deleted;
}
