import { createHash } from "node:crypto";
import { z } from "zod";

/** The run that wrote a comment; it orders runs, and it lets a later run tell whether anything but the run changed. */
export const RunState = z.strictObject({
  head: z.string(),
  runId: z.string().nullable(),
  runNumber: z.number(),
  runAttempt: z.number(),
});
export type RunState = z.infer<typeof RunState>;

const keyLength = 12;

/**
 * Key of a comment: one workflow file and one set of policies have one comment on a pull request.
 *
 * Example: `commentKey("acme/support/.github/workflows/llm.yml", [".github/breakeven.yml"])` is 12 hex digits of a SHA-256.
 */
export function commentKey(workflow: string, policies: readonly string[]): string {
  return createHash("sha256")
    .update([workflow, ...policies].join("\n"))
    .digest("hex")
    .slice(0, keyLength);
}

/**
 * First line of a comment: hidden in rendered Markdown, and base64url so that no value can close it.
 *
 * Example: `<!-- breakeven:2f1c0a9b7d3e eyJoZWFkIjoi… -->`.
 */
export function markerLine(key: string, run: RunState): string {
  return `<!-- breakeven:${key} ${Buffer.from(JSON.stringify(RunState.parse(run))).toString("base64url")} -->`;
}

/** True when a comment body starts with the marker of this key. Whoever wrote it must be checked as well. */
export function hasMarker(key: string, body: string): boolean {
  return body.startsWith(`<!-- breakeven:${key} `);
}

/** Takes a comment apart; `run` is null when the state is not in the form of this version. */
export function splitComment(body: string): { readonly run: RunState | null; readonly text: string } {
  const [first = "", ...rest] = body.replaceAll("\r\n", "\n").split("\n");
  const encoded = first.match(/^<!-- breakeven:\S+ ([A-Za-z0-9_-]+) -->$/)?.[1];
  return { run: encoded === undefined ? null : decode(encoded), text: rest.join("\n") };
}

function decode(encoded: string): RunState | null {
  try {
    const parsed = RunState.safeParse(JSON.parse(Buffer.from(encoded, "base64url").toString("utf8")));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** True when `a` was started after `b`. Only runs of one workflow file compare, which the key sees to. */
export function isNewer(a: RunState, b: RunState): boolean {
  return a.runNumber !== b.runNumber ? a.runNumber > b.runNumber : a.runAttempt > b.runAttempt;
}
