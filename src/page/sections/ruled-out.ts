import { RULES } from "../../decide/rules/judge.ts";
import type { RejectedOption } from "../../decide/types.ts";
import { plural, shortName } from "../../report/words.ts";
import { type RuleCount, ruledOutChart } from "../charts/bars.ts";
import { folded, h, left, listOf, rawTable, section } from "../dom.ts";
import { whyText } from "../why.ts";
import type { Place, Shown } from "./shown.ts";

type Rejected = RejectedOption & { readonly workload: string };

/** Which requirement took out which options. */
export function ruledOutSection({ evaluation, view }: Shown, place: Place): HTMLElement | null {
  const { workloads } = evaluation.decision;
  const rejected = workloads.flatMap(({ name, rejected: list }) => list.map((option): Rejected => ({ ...option, workload: name })));
  if (rejected.length === 0) return null;
  const keyOf = ({ rule, verdict }: RejectedOption) => `${rule}|${verdict}`;
  const counts: readonly RuleCount[] = [...new Set(rejected.map(keyOf))]
    .map((key) => countOf(rejected.filter((option) => keyOf(option) === key)))
    .sort((a, b) => b.count - a.count);
  const rows = rejected.map(({ workload, option, rule, verdict, text, line }) => [
    [shortName(workload)],
    [h("code", {}, option)],
    [rule],
    [verdictWord(verdict)],
    [line === null ? text : `${text} (line ${line})`],
  ]);
  return section(
    "ruled-out",
    "What the requirements ruled out",
    h("p", { class: "lead" }, `${view.ruledOut.title}. The first requirement that an option fails counts.`),
    place(ruledOutChart(counts)),
    folded("By requirement", listOf(view.ruledOut.items)),
    folded(
      `Each of them: ${plural(rejected.length, "option")}`,
      rawTable("Options ruled out", [left("Workload"), left("Option"), left("Requirement"), left("Verdict"), left("Because")], rows),
    ),
  );
}

/** The title of a rule; its id where it has none. */
export function ruleTitle(id: string): string {
  return RULES.find((rule) => rule.id === id)?.title ?? id;
}

function verdictWord(verdict: RejectedOption["verdict"]): string {
  return verdict === "unknown" ? "not proven" : "fails";
}

/** Options that a bar's explanation names. */
const NAMED = 3;

function countOf(list: readonly Rejected[]): RuleCount {
  const [first] = list;
  const rule = RULES.find(({ id }) => id === first?.rule);
  const title = rule?.title ?? first?.rule ?? "";
  const verdict = verdictWord(first?.verdict ?? "fail");
  const names = [...new Set(list.map(({ option }) => option))];
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
  const lines = [...new Set(list.flatMap(({ line }) => line ?? []))];
  const formula = [
    `${title} (${first?.rule}): ${plural(list.length, "option")}, ${verdict}`,
    rule?.why ?? "",
    `e.g. ${first?.text ?? ""}`,
    `${names.slice(0, NAMED).join(", ")}${more}`,
  ].filter((text) => text !== "");
  const asked = lines.length === 0 ? "a default" : `the policy, line ${lines.join(", ")}`;
  return { title, verdict, count: list.length, why: whyText({ formula: formula.join("\n"), source: asked }) };
}
