import { renderReport } from "./comment.ts";
import { utf8Length } from "./fit.ts";
import type { PolicyResult, ReportContext } from "./types.ts";

/**
 * GitHub refuses a job summary above 1,024 KiB for each step (docs.github.com, workflow commands, read 2026-11-20);
 * the rest is room for what else the step writes.
 */
const MAX_SUMMARY_BYTES = 1_000 * 1024;

/** The full report for the page of the run. The limit is the summary's own; `context.maxLength` is the comment's. */
export function renderSummary(results: readonly PolicyResult[], context: ReportContext): string {
  return renderReport(results, context, { max: MAX_SUMMARY_BYTES, measure: utf8Length });
}
