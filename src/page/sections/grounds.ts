import { plural, sourceText } from "../../report/words.ts";
import { type Child, folded, h, listOf, section, tableOf } from "../dom.ts";
import type { Shown } from "./shown.ts";

/** The deciding reasons, with their policy lines. */
export function whySection({ view, evaluation }: Shown): HTMLElement | null {
  const list = listOf(view.reasons);
  if (list === null || evaluation.decision.path === "none") return null;
  const advice = view.advisory.table.rows.length === 0 ? null : folded(view.advisory.title, tableOf(view.advisory.table, "Rules of thumb"));
  return section("why", "Why", list, advice);
}

/** What must be done for the choice to hold. */
export function conditionsSection({ view }: Shown): HTMLElement | null {
  const list = listOf(view.conditions);
  return list === null ? null : section("conditions", "Conditions to meet", list);
}

/** What was assumed and where the figures come from; `more` stands below. */
export function sourcesSection({ view, evaluation }: Shown, ...more: readonly Child[]): HTMLElement {
  const sources = [...new Set(evaluation.decision.workloads.flatMap(({ costLines }) => costLines.map(({ source }) => source)))].sort();
  const { provenance } = view;
  return section(
    "sources",
    "Sources",
    view.assumptions.table.rows.length === 0 ? null : folded(view.assumptions.title, tableOf(view.assumptions.table, "Assumptions")),
    sources.length === 0
      ? null
      : folded(
          plural(sources.length, "source of prices", "sources of prices"),
          h("ul", {}, ...sources.map((source) => h("li", {}, sourceText(source)))),
        ),
    ...more,
    h(
      "p",
      { class: "note" },
      `Breakeven ${provenance.engineVersion}, catalog ${provenance.catalogVersion}, prices as of ${provenance.asOf}`,
      provenance.oldestPrice === null ? "" : `, ${provenance.oldestPrice}`,
      `, input ${provenance.inputHash}.`,
    ),
  );
}
