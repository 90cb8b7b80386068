import type { WorkloadOptions } from "../decide/options.ts";
import type { Reason } from "../decide/types.ts";
import { clean } from "./text.ts";
import { plural, sourceText } from "./words.ts";

const MAX_TEXT = 400;

/**
 * Every option of the chosen workloads under every rule that applied to it, with the policy line and the source of each
 * verdict: the part of `explain` that answers "why not that one?".
 */
export function renderTrace(options: readonly WorkloadOptions[], workload?: string): string {
  const chosen = options.filter((entry) => workload === undefined || entry.workload.name === workload);
  return chosen.map(workloadTrace).join("\n");
}

function workloadTrace({ workload, judged, rejected }: WorkloadOptions): string {
  const out = new Map(rejected.map((row) => [row.option, row]));
  const title = `Every option of ${clean(workload.name, 64)}: ${plural(judged.length, "option")}, ${judged.length - rejected.length} feasible`;
  const blocks = judged.map(({ option, judgement }) => {
    const row = out.get(option);
    const verdict = row === undefined ? "feasible" : `ruled out by ${row.rule}${row.verdict === "unknown" ? " (not proven)" : ""}`;
    // Hardware is searched after the rules, so its misses are not among their verdicts.
    const late =
      row !== undefined && !judgement.reasons.some(({ rule }) => rule === row.rule)
        ? [`    fail ${row.rule}: ${clean(row.text, MAX_TEXT)}`]
        : [];
    return [`  ${option}: ${verdict}`, ...judgement.reasons.map(reasonText), ...late].join("\n");
  });
  return `${[title, ...blocks].join("\n")}\n`;
}

function reasonText({ rule, verdict, text, line, source }: Reason): string {
  const word = verdict === "unknown" ? "not proven" : verdict;
  const at = line === null ? "" : ` (line ${line})`;
  return `    ${word} ${rule}: ${clean(text, MAX_TEXT)}${at}${source === null ? "" : ` [${sourceText(source)}]`}`;
}
