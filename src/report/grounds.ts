import type { Evaluation, GateResult } from "../decide/evaluation-types.ts";
import type { Reason, TippingPoint, WorkloadDecision } from "../decide/types.ts";
import { atLine, code, type Line, line, type Span, strong } from "./spans.ts";
import { tippingWords } from "./tipping.ts";
import { conflictLine } from "./why.ts";
import { allWorkloads, enumerate, pathWords, shortName } from "./words.ts";

/** How many reasons and tipping points a reader takes in at a glance. */
const SHOWN = 3;

interface Statement<T> {
  readonly content: T;
  readonly workloads: readonly string[];
}

/** The deciding reasons, at most three: the first of each workload before the second of any, each with its policy line. */
export function reasonLines(evaluation: Evaluation): readonly Line[] {
  const { workloads } = evaluation.decision;
  const depth = Math.max(0, ...workloads.map((workload) => workload.reasons.length));
  const ranked = Array.from({ length: depth }, (_, rank) =>
    workloads.flatMap((workload) => workload.reasons.slice(rank, rank + 1).map((reason) => ({ content: reason, workload: workload.name }))),
  ).flat();
  return merged(ranked, (reason) => reason.text)
    .slice(0, SHOWN)
    .map(({ content, workloads: names }) => {
      const conflict = workloads.find((workload) => workload.conflict?.text === content.text)?.conflict ?? null;
      const said = conflict === null ? [...verdictWord(content), ...line(content.text), ...atLine(content.line)] : conflictLine(conflict);
      return [...owners(names, workloads.length), ...said];
    });
}

/** The nearest tipping points, at most three, nearest meaning the smallest factor. */
export function tippingLines(workloads: readonly WorkloadDecision[]): readonly Line[] {
  const nearest = workloads
    .flatMap((workload) => workload.tippingPoints.map((point) => ({ content: point, workload: workload.name })))
    .sort((a, b) => distance(a.content) - distance(b.content));
  return merged(nearest, (point) => point.text)
    .slice(0, SHOWN)
    .map(({ content, workloads: names }) => [
      ...owners(names, workloads.length),
      ...line(`${tippingWords(content)} → ${pathWords[content.flipsTo]}`),
    ]);
}

/** Everything that must be done for the choices to hold; one line for each condition, however many workloads share it. */
export function conditionLines(workloads: readonly WorkloadDecision[]): readonly Line[] {
  const all = workloads.flatMap((workload) => workload.conditions.map((condition) => ({ content: condition, workload: workload.name })));
  return merged(all, (condition) => condition).map(({ content, workloads: names }) => [
    ...owners(names, workloads.length),
    ...line(content),
  ]);
}

/** Failed gates, then waived ones; a gate that passes needs no line of its own. */
export function gateLines(gates: readonly GateResult[]): readonly Line[] {
  return [...withStatus(gates, "fail"), ...withStatus(gates, "waived")].map(gateLine);
}

/** Findings, warnings first, then warnings about the policy's own text. */
export function findingLines(evaluation: Evaluation): readonly Line[] {
  const findings = [...evaluation.findings].sort((a, b) => Number(a.level === "notice") - Number(b.level === "notice"));
  return [
    ...findings.map((finding) =>
      line(strong(finding.level === "warning" ? "Warning:" : "Note:"), " ", finding.text, ...atLine(finding.line)),
    ),
    ...evaluation.diagnostics.map((diagnostic) =>
      line(
        strong("Warning:"),
        " ",
        diagnostic.message,
        diagnostic.fix === undefined ? "" : `; ${diagnostic.fix}`,
        ...atLine(diagnostic.line),
      ),
    ),
  ];
}

/** How far a parameter has to move, as the logarithm of the factor: x2 and x0.5 are equally far. */
export function distance(point: TippingPoint): number {
  return point.from > 0 && point.to > 0 ? Math.abs(Math.log(point.to / point.from)) : Number.POSITIVE_INFINITY;
}

function gateLine(gate: GateResult): Line {
  const badge = gate.status === "fail" ? "Gate failed:" : "Gate waived:";
  // A gate is read from the base branch, whose lines are not those of the head commit.
  const place = gate.from === "head" ? atLine(gate.line) : gate.line === null ? [] : line(` (line ${gate.line} on the base branch)`);
  return line(strong(badge), " ", code(gate.id), ": ", gate.text, ...place);
}

function withStatus(gates: readonly GateResult[], status: GateResult["status"]): readonly GateResult[] {
  return gates.filter((gate) => gate.status === status);
}

/** `support-chat: ` where the policy has several workloads and not all of them share the statement. */
function owners(names: readonly string[], total: number): readonly Span[] {
  if (total === 1) return [];
  const words = names.length === total ? allWorkloads(total) : enumerate(names.map(shortName));
  return [strong(`${words}:`), ...line(" ")];
}

function verdictWord(reason: Reason): readonly Span[] {
  if (reason.verdict === "unknown") return line("not proven: ");
  return reason.verdict === "waived" ? line("waived: ") : [];
}

function merged<T>(
  items: readonly { readonly content: T; readonly workload: string }[],
  key: (content: T) => string,
): readonly Statement<T>[] {
  const found = new Map<string, { content: T; workloads: string[] }>();
  for (const { content, workload } of items) {
    const same = found.get(key(content));
    if (same === undefined) found.set(key(content), { content, workloads: [workload] });
    else if (!same.workloads.includes(workload)) same.workloads.push(workload);
  }
  return [...found.values()];
}
