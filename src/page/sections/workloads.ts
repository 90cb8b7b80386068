import type { WorkloadDecision } from "../../decide/types.ts";
import { percent, quantity, usd, volume } from "../../report/money.ts";
import { pathWords, plural, reachedWords, servedBy, shortName, sideBeyond } from "../../report/words.ts";
import { figure, h, left, rawTable, right, section } from "../dom.ts";
import { basisOf, type Shown } from "./shown.ts";

/** A path as a word on its own colour. */
export function chip(path: WorkloadDecision["path"]): HTMLElement {
  return h("span", { class: `chip ${path}` }, pathWords[path]);
}

/** What serves each workload, the largest bill first; the cards above name a few of them only. */
export function workloadsSection({ evaluation }: Shown): HTMLElement | null {
  const { workloads, monthlyCostUsd } = evaluation.decision;
  if (workloads.length < 2 || monthlyCostUsd === null) return null;
  const basis = basisOf(evaluation);
  const total = monthlyCostUsd.expected;
  const ranked = [...workloads].sort((a, b) => (b.monthlyCostUsd?.expected ?? 0) - (a.monthlyCostUsd?.expected ?? 0));
  const rows = ranked.map((workload) => [
    [shortName(workload.name)],
    [chip(workload.path)],
    [servedBy(workload.option, workload.split)],
    [costOf(workload, basis)],
    [total > 0 && workload.monthlyCostUsd !== null ? percent(workload.monthlyCostUsd.expected / total) : "-"],
    [quantity(workload.requestsPerMonth)],
    [breakEvenOf(workload, basis)],
  ]);
  const head = [
    left("Workload"),
    left("Path"),
    left("Served by"),
    right("Monthly"),
    right("Share"),
    right("Requests a month"),
    right("Break-even"),
  ];
  return section(
    "workloads",
    `The ${workloads.length} workloads`,
    rawTable(`${plural(workloads.length, "workload")}, by cost`, head, rows),
  );
}

function costOf({ monthlyCostUsd, costLines }: WorkloadDecision, basis: string): HTMLElement | string {
  if (monthlyCostUsd === null) return "-";
  const shared = costLines.filter(({ share }) => share !== undefined).length;
  const part = shared === 0 ? "" : `; ${shared} of them shared with other workloads, this workload's part`;
  return figure(usd(monthlyCostUsd.expected), {
    formula: `sum of ${plural(costLines.length, "cost line")}${part}\n80% band ${usd(monthlyCostUsd.p10)} to ${usd(monthlyCostUsd.p90)}`,
    source: basis,
  });
}

function breakEvenOf({ breakEven, requestsPerMonth }: WorkloadDecision, basis: string): HTMLElement | string {
  if (breakEven === null) return "-";
  const other = pathWords[sideBeyond(breakEven, requestsPerMonth)];
  const where = breakEven.requestsPerMonth > requestsPerMonth ? "above" : "below";
  return figure(volume(breakEven.requestsPerMonth), {
    formula: `${where} this many requests a month ${other} costs less; against ${breakEven.versus}\nreached: ${reachedWords(breakEven, requestsPerMonth)}`,
    source: basis,
  });
}
