import type { Evaluation } from "../decide/evaluation-types.ts";
import { change, usd, volume } from "../report/money.ts";
import { pathWords, servedBy, shortName } from "../report/words.ts";
import { type Child, h, rawTable } from "./dom.ts";

/** A number that the two scenarios set differently, with both values as a field shows them. */
export interface MovedInput {
  readonly label: string;
  readonly values: readonly [string, string];
}

/** Two scenarios side by side, first what was moved, then what came of it; `names` stand above them. */
export function compareSection(names: readonly [string, string], moved: readonly MovedInput[], a: Evaluation, b: Evaluation): HTMLElement {
  const [before, after] = [a.decision.monthlyCostUsd, b.decision.monthlyCostUsd];
  const amounts = [before, after].map((band) => (band === null ? "-" : usd(band.expected)));
  const rows: (readonly Child[])[] = [
    ...moved.map(({ label, values }): readonly Child[] => [label, ...values, "moved"]),
    ["Path", pathWords[a.decision.path], pathWords[b.decision.path], a.decision.path === b.decision.path ? "same" : "changes"],
    ["Monthly cost", ...amounts, before === null || after === null ? "-" : change(after.expected - before.expected, before.expected)],
    ["80% band", ...[before, after].map((band) => (band === null ? "-" : `${usd(band.p10)} to ${usd(band.p90)}`)), ""],
    ["Confidence", a.decision.confidence, b.decision.confidence, ""],
    ...b.decision.workloads.flatMap((workload): (readonly Child[])[] => {
      const was = a.decision.workloads.find(({ name }) => name === workload.name);
      const [from, to] = [was?.monthlyCostUsd?.expected ?? null, workload.monthlyCostUsd?.expected ?? null];
      const name = shortName(workload.name);
      const same = was?.option?.id === workload.option?.id;
      const limit = (entry: typeof was) => (entry?.breakEven == null ? "-" : volume(entry.breakEven.requestsPerMonth));
      return [
        [`${name}, served by`, servedBy(was?.option ?? null), servedBy(workload.option), same ? "same" : "changes"],
        [`${name}, monthly`, usd(from), usd(to), from === null || to === null ? "-" : change(to - from, from)],
        [`${name}, break-even`, limit(was), limit(workload), ""],
      ];
    }),
  ];
  const head = ["Figure", ...names, "Difference"].map((title) => ({ title, right: false }));
  return h(
    "section",
    { id: "compare", "aria-labelledby": "compare-title" },
    h("h2", { id: "compare-title" }, "Two scenarios side by side"),
    rawTable(
      `${names[0]} and ${names[1].toLowerCase()}`,
      head,
      rows.map((row) => row.map((cell) => [cell])),
    ),
  );
}
