import { join } from "node:path";
import type { CommentOutcome } from "./comment.ts";
import type { Outcome } from "./outcome.ts";
import type { Note, Ports } from "./ports.ts";
import type { Runner } from "./runner.ts";

/** The runner shows ten annotations of each level for a step and drops the rest without a word (actions/toolkit, problem matchers). */
export const annotationsPerLevel = 10;
/**
 * Emits the annotations, at most ten for each level: where there are more, the last one counts them.
 * `reserved` errors are left free for the message that fails the step.
 */
export function publishAnnotations(ports: Pick<Ports, "annotate">, notes: readonly Note[], reserved: number): void {
  for (const level of ["error", "warning", "notice"] as const) {
    const room = annotationsPerLevel - (level === "error" ? reserved : 0);
    const ofLevel = notes.filter((note) => note.level === level);
    const shown = ofLevel.length <= room ? ofLevel : ofLevel.slice(0, room - 1);
    for (const note of shown) ports.annotate(note);
    const more = ofLevel.length - shown.length;
    if (more > 0) ports.annotate({ level, message: `+${more} more; the job summary lists all` });
  }
}

/** Paths of the result files; `decision` is empty when no policy is valid. */
export interface ResultFiles {
  readonly decision: string;
  readonly report: string;
  readonly sarif: string;
  /** Empty unless it was asked for. */
  readonly html: string;
}

/** Folder of the result files: the job's temporary folder, else `breakeven-out` in the workspace. */
export function resultFolder(runner: Pick<Runner, "temp" | "workspace">, key: string): string {
  if (runner.temp !== null) return join(runner.temp, `breakeven-${key}`);
  if (runner.workspace !== null) return join(runner.workspace, "breakeven-out");
  throw new Error("nowhere to write the result files: neither RUNNER_TEMP nor GITHUB_WORKSPACE is set");
}

/** Sets the outputs of the action; what is not known is an empty text. */
export function setOutputs(
  ports: Pick<Ports, "setOutput">,
  results: {
    readonly outcome: Outcome;
    readonly comment: CommentOutcome;
    readonly driftIssueUrl: string | null;
    readonly files: ResultFiles;
    readonly htmlReportUrl: string | null;
  },
): void {
  const { outcome, comment, driftIssueUrl, files, htmlReportUrl } = results;
  const outputs = {
    path: outcome.path,
    "monthly-cost-usd": outcome.monthlyCostUsd,
    "delta-monthly-usd": outcome.deltaMonthlyUsd,
    "path-change": outcome.pathChange,
    "gate-status": outcome.gateStatus,
    "comment-status": comment.status,
    "comment-url": comment.url ?? "",
    "drift-issue-url": driftIssueUrl ?? "",
    "decision-file": files.decision,
    "report-file": files.report,
    "sarif-file": files.sarif,
    "html-report-file": files.html,
    "html-report-url": htmlReportUrl ?? "",
  };
  for (const [name, value] of Object.entries(outputs)) ports.setOutput(name, value);
}
