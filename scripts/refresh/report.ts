import { type Line, type LineKind, lineKinds } from "./change.ts";
import type { Flip } from "./flips.ts";

const TITLES: Readonly<Record<LineKind, string>> = {
  refused: "Refused: above 50 % and said by one source alone, or against a check",
  changed: "Changed",
  filled: "Filled: so far unknown",
  differs: "Differs, and the catalog stays",
  held: "Held: the source is known to be wrong",
  "unknown-id": "Unknown ids",
  note: "Notes",
  confirmed: "Confirmed unchanged",
};
/** Kinds that are counted and not listed. */
const COUNTED: ReadonlySet<LineKind> = new Set(["confirmed"]);

/** What became of a run, for people. */
export interface Outcome {
  readonly asOf: string;
  readonly lines: readonly Line[];
  readonly failures: readonly { readonly source: string; readonly message: string }[];
  readonly flips: readonly Flip[];
  readonly written: readonly string[];
  readonly dryRun: boolean;
}

/**
 * The reviewable diff: failures, then each kind of line sorted by row, then the decisions that flip. The same text goes
 * to the terminal and into the pull request.
 */
export function reportText(outcome: Outcome): string {
  const sections = lineKinds.map((kind) => section(kind, outcome.lines));
  const failed = outcome.failures.map(({ source, message }) => `- ${source}: ${message}`);
  const flips = outcome.flips.map(({ policy, text }) => `- ${policy}: ${text}`);
  const unwritten = outcome.dryRun ? "nothing was written: dry run" : "nothing to write";
  return [
    `# Catalog refresh of ${outcome.asOf}`,
    ...(failed.length === 0
      ? []
      : [`## Sources that could not be read (${failed.length}): none of their rows changed\n\n${failed.join("\n")}`]),
    ...sections.filter((text) => text !== ""),
    `## Example decisions\n\n${flips.length === 0 ? "No example decision flips." : flips.join("\n")}`,
    outcome.written.length === 0 ? unwritten : `written: ${outcome.written.join(", ")}`,
    "",
  ].join("\n\n");
}

function section(kind: LineKind, all: readonly Line[]): string {
  const lines = all.filter((line) => line.kind === kind);
  if (lines.length === 0) return "";
  const title = `## ${TITLES[kind]} (${lines.length})`;
  if (COUNTED.has(kind)) return `${title}\n\n${counts(lines)}`;
  if (kind === "unknown-id") return `${title}\n\n${unknownIds(lines)}`;
  const sorted = [...lines].sort((a, b) => (a.id === b.id ? (a.source < b.source ? -1 : 1) : a.id < b.id ? -1 : 1));
  return `${title}\n\n${sorted.map(({ id, source, text }) => `- ${id} (${source}): ${text}`).join("\n")}`;
}

function counts(lines: readonly Line[]): string {
  const sources = [...new Set(lines.map(({ source }) => source))];
  return sources.map((source) => `- ${source}: ${lines.filter((line) => line.source === source).length}`).join("\n");
}

/** They are many and mostly old: one line for each place that lists them. */
function unknownIds(lines: readonly Line[]): string {
  const places = [...new Set(lines.map(({ source, text }) => `${source}, ${text}`))];
  return places
    .map((place) => {
      const ids = lines.filter(({ source, text }) => `${source}, ${text}` === place).map(({ id }) => id);
      return `- ${place}: ${ids.sort().join(", ")}`;
    })
    .join("\n");
}
