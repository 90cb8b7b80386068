import type { WorkloadDecision } from "../../decide/types.ts";
import type { ConflictStep, Need, Relaxation } from "../../decide/why-types.ts";
import { quantity, usd } from "../../report/money.ts";
import { plural, servedBy, shortName } from "../../report/words.ts";
import { figure, h, left, rawTable, right, section } from "../dom.ts";
import { basisOf, type Shown } from "./shown.ts";

/** Why nothing fits, as the shortest chain of needs that cannot hold together, and the least expensive ways out. */
export function conflictSection({ evaluation }: Shown): HTMLElement | null {
  const stuck = evaluation.decision.workloads.filter(({ option }) => option === null);
  if (stuck.length === 0) return null;
  const several = evaluation.decision.workloads.length > 1;
  return section(
    "conflict",
    "Why nothing fits, and the ways out",
    ...stuck.flatMap((workload) => [
      several ? h("h3", {}, shortName(workload.name)) : null,
      chainOf(workload),
      waysOut(workload, basisOf(evaluation)),
    ]),
  );
}

function chainOf({ conflict, considered, rejected }: WorkloadDecision): HTMLElement {
  if (considered.feasible > 0) {
    const text = `${plural(considered.feasible, "option")} would serve it; the policy fails as a whole, because another workload has none.`;
    return h("p", { class: "lead" }, text);
  }
  if (conflict === null) {
    const text = `None of ${considered.total} options is left, and no single need that the policy could drop opens one. The first that fails: ${rejected[0]?.text ?? "there is no candidate"}.`;
    return h("p", { class: "lead" }, text);
  }
  const { steps } = conflict;
  const lead =
    steps.length === 1
      ? "One need alone leaves no option:"
      : `These ${steps.length} needs cannot hold together; without any one of them some option fits:`;
  return h(
    "div",
    {},
    h("p", { class: "lead" }, lead),
    h("ol", { class: "chain" }, ...steps.map(stepItem), h("li", { class: "end" }, h("strong", {}, "So no option is left."))),
  );
}

function stepItem({ pointer, says, line, out, example, waivable }: ConflictStep): HTMLElement {
  return h(
    "li",
    {},
    h("code", {}, shortKey(pointer)),
    ` ${says}`,
    line === null ? " (a default)" : h("span", { class: "line" }, ` line ${line}`),
    h("div", {}, `→ ${out}`),
    h("div", { class: "note" }, `e.g. ${example}`),
    waivable ? null : h("div", { class: "note" }, "No waiver is accepted here: only another fact can change it."),
  );
}

/** `workloads[0].compliance.regimes[hipaa]` is `compliance.regimes[hipaa]`. */
function shortKey(pointer: string): string {
  return pointer.replace(/^workloads\[\d+\]\./, "");
}

function waysOut({ relaxations, requestsPerMonth, considered }: WorkloadDecision, basis: string): HTMLElement | null {
  if (considered.feasible > 0) return null;
  if (relaxations.length === 0) {
    return h(
      "p",
      { class: "lead" },
      h("strong", {}, "No way out here: "),
      "dropping any of these needs still leaves no option that we can price. It takes another provider or region, or another requirement.",
    );
  }
  const rows = relaxations.map((way) => [
    [needsWords(way)],
    [servedBy(way.option)],
    [
      figure(usd(way.monthlyUsd), {
        formula: `${servedBy(way.option)} for ${quantity(requestsPerMonth)} requests a month, this workload alone, people included`,
        source: basis,
      }),
    ],
  ]);
  return h(
    "div",
    {},
    h("p", { class: "lead" }, "The least expensive ways out:"),
    rawTable("Ways out", [left("Give up"), left("Then served by"), right("Monthly")], rows),
  );
}

/** What a way out gives up: `compliance.data_may_leave (line 6)`. */
export function needsWords({ needs, rule }: Relaxation): string {
  if (needs.length === 0) return rule ?? "a missing fact";
  return needs.map(({ pointer, line }: Need) => `${shortKey(pointer)}${line === null ? "" : ` (line ${line})`}`).join(" and ");
}
