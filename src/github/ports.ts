import type { ArtifactModule } from "./artifact.ts";
import type { SynthModule } from "./infrastructure.ts";

/** Everything that the action does to the world outside GitHub's API, and the clock. */
export interface Ports {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fetch: typeof fetch;
  now(): Date;
  sleep(ms: number): Promise<void>;
  /** A line of the log. */
  info(text: string): void;
  annotate(annotation: Note): void;
  setOutput(name: string, value: string): void;
  /** Adds Markdown to the job summary. */
  appendSummary(markdown: string): Promise<void>;
  /** The bundle that holds cdktf. */
  loadSynth(): Promise<SynthModule>;
  /** The bundle that holds the client of the artifact service. */
  loadArtifact(): Promise<ArtifactModule>;
  /** Marks the step as failed with one error annotation. */
  fail(message: string): void;
}

/** An annotation, with or without a place. */
export interface Note {
  readonly level: "error" | "warning" | "notice";
  readonly message: string;
  readonly title?: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/**
 * One line that the runner cannot take for a command: no line breaks, never starting with `::`, and without `##[` anywhere, which the runner
 * still obeys in the middle of a line (actions/runner, ActionCommand, read 2026-11-29).
 * `plainLine("a\n::error::b")` is `a ::error::b`; `plainLine("::error::b")` is `> ::error::b`; `plainLine("a ##[group]b")` is `a ## [group]b`.
 */
export function plainLine(text: string): string {
  const line = text.replace(/[\r\n]+/g, " ").replaceAll("##[", "## [");
  return /^\s*::/.test(line) ? `> ${line}` : line;
}
