import type { Evaluation } from "../decide/evaluation-types.ts";
import type { Diagnostic } from "../policy/diagnostic.ts";
import { clean } from "./text.ts";
import type { Annotation, PolicyResult } from "./types.ts";
import { pathWord, pathWords } from "./words.ts";

const levels = ["error", "warning", "notice"] as const;

/**
 * Remarks on the lines of the policy files: problems of an invalid policy, failed gates, workloads that nothing serves,
 * findings, and workloads whose path the pull request changes. Errors first. All of them: who publishes them keeps to
 * what a step may show.
 */
export function annotationsOf(results: readonly PolicyResult[]): readonly Annotation[] {
  const all = results.flatMap(remarksOn);
  return levels.flatMap((level) => all.filter((annotation) => annotation.level === level));
}

function remarksOn(result: PolicyResult): readonly Annotation[] {
  if (result.kind === "deleted") return [];
  if (result.kind === "invalid") return result.diagnostics.map(diagnosticRemark);
  const { evaluation, file } = result;
  return [...gateRemarks(evaluation, file), ...findingRemarks(evaluation, file), ...workloadRemarks(evaluation, file)];
}

/** An annotation of a problem in a policy. */
export function diagnosticRemark(diagnostic: Diagnostic): Annotation {
  const fix = diagnostic.fix === undefined ? "" : `; ${diagnostic.fix}`;
  return remark(diagnostic.severity, diagnostic.file, diagnostic.line, diagnostic.code, `${diagnostic.message}${fix}`, diagnostic.column);
}

function gateRemarks({ gates }: Evaluation, file: string): readonly Annotation[] {
  return gates
    .filter((gate) => gate.status !== "pass")
    .map((gate) => {
      const failed = gate.status === "fail";
      // The line of a gate of the base branch may be another one at head.
      const line = gate.from === "head" ? gate.line : null;
      const place = gate.from === "base" && gate.line !== null ? ` (line ${gate.line} on the base branch)` : "";
      return remark(failed ? "error" : "notice", file, line, `gate ${failed ? "failed" : "waived"}: ${gate.id}`, `${gate.text}${place}`);
    });
}

function findingRemarks({ findings, diagnostics }: Evaluation, file: string): readonly Annotation[] {
  return [
    ...findings.map((finding) => remark(finding.level, file, finding.line, finding.id, finding.text)),
    ...diagnostics.map(diagnosticRemark),
  ];
}

function workloadRemarks({ decision, delta }: Evaluation, file: string): readonly Annotation[] {
  const before = new Map(delta?.workloads.map((workload) => [workload.name, workload.from?.path]));
  return decision.workloads.flatMap((workload) => {
    const from = before.get(workload.name);
    if (workload.path === "none") {
      const because = workload.reasons[0]?.text ?? "every option is ruled out";
      return [remark("warning", file, workload.line, "no option", `no option satisfies every rule for ${workload.name}: ${because}`)];
    }
    if (from === undefined || from === workload.path) return [];
    return [
      remark("notice", file, workload.line, "path changes", `${workload.name} moves from ${pathWord(from)} to ${pathWords[workload.path]}`),
    ];
  });
}

function remark(level: Annotation["level"], file: string, line: number | null, title: string, message: string, column = 1): Annotation {
  return {
    level,
    file,
    line: Math.max(1, line ?? 1),
    column: Math.max(1, column),
    title: clean(title, 120),
    message: clean(message, 1000),
  };
}
