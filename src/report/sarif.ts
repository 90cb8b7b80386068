import type { GateResult } from "../decide/evaluation-types.ts";
import { diagnosticRemark } from "./annotations.ts";
import { inert, urlPath } from "./text.ts";
import type { Annotation, PolicyResult } from "./types.ts";

interface Finding {
  readonly rule: string;
  readonly level: "error" | "warning" | "note";
  readonly text: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What each gate watches, for the rule list of the log. */
const gateTitles: Readonly<Record<GateResult["id"], string>> = {
  max_monthly_usd: "The expected monthly cost stays below its limit",
  max_increase_ratio: "The monthly cost does not rise by more than its limit",
  forbid_paths: "The decision is not a forbidden path",
};

/**
 * The findings of a run as a SARIF 2.1.0 log for code scanning: problems of invalid policies, failed gates, findings.
 * Rule ids are `policy/<code>`, `gate/<id>` and `finding/<id>`. Nothing to report is a log without results.
 */
export function renderSarif(results: readonly PolicyResult[]): string {
  const findings = results.flatMap(findingsOf);
  const rules = [...new Set(findings.map((finding) => finding.rule))].sort();
  const version = results.find((result) => result.kind === "evaluated")?.evaluation.engineVersion;
  const driver = {
    name: "Breakeven",
    ...(version === undefined ? {} : { semanticVersion: version }),
    rules: rules.map((id) => ({ id, shortDescription: { text: describe(id) } })),
  };
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{ tool: { driver }, columnKind: "utf16CodeUnits", results: findings.map((finding) => resultOf(finding, rules)) }],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function findingsOf(result: PolicyResult): readonly Finding[] {
  if (result.kind === "deleted") return [];
  if (result.kind === "invalid")
    return result.diagnostics.map((diagnostic) => fromRemark(`policy/${diagnostic.code}`, diagnosticRemark(diagnostic)));
  const { gates, findings, diagnostics } = result.evaluation;
  const at = (line: number | null) => ({ file: result.file, line: line ?? 1, column: 1 });
  return [
    ...gates
      .filter((gate) => gate.status === "fail")
      .map((gate) => ({
        rule: `gate/${gate.id}`,
        level: "error" as const,
        text: gate.text,
        ...at(gate.from === "head" ? gate.line : null),
      })),
    ...findings.map((finding) => ({
      rule: `finding/${finding.id}`,
      level: sarifLevel(finding.level),
      text: finding.text,
      ...at(finding.line),
    })),
    ...diagnostics.map((diagnostic) => fromRemark(`policy/${diagnostic.code}`, diagnosticRemark(diagnostic))),
  ];
}

function fromRemark(rule: string, { level, message, file, line, column }: Annotation): Finding {
  return { rule, level: sarifLevel(level), text: message, file, line, column };
}

function sarifLevel(level: Annotation["level"]): Finding["level"] {
  return level === "notice" ? "note" : level;
}

function resultOf(finding: Finding, rules: readonly string[]): object {
  return {
    ruleId: finding.rule,
    ruleIndex: rules.indexOf(finding.rule),
    level: finding.level,
    message: { text: inert(finding.text, 1000) || finding.rule },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: urlPath(finding.file), uriBaseId: "%SRCROOT%" },
          region: { startLine: Math.max(1, finding.line), startColumn: Math.max(1, finding.column) },
        },
      },
    ],
  };
}

function describe(rule: string): string {
  const gate = Object.entries(gateTitles).find(([id]) => rule === `gate/${id}`);
  if (gate !== undefined) return gate[1];
  const [kind, id = ""] = rule.split("/");
  return `${kind === "policy" ? "Problem in a policy" : "Finding"}: ${id.replaceAll("-", " ")}`;
}
