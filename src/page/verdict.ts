import type { Band, Decision, Evaluation, Path } from "../decide/types.ts";
import { change, usd } from "../report/money.ts";
import { pathWords, plural } from "../report/words.ts";
import { figure, h, listOf } from "./dom.ts";
import type { Live } from "./live.ts";
import { type Shown, servingLines } from "./sections.ts";

const HEADLINES: Readonly<Record<Path, string>> = {
  api: "Use an API",
  "self-host": "Run open-weight models on your own GPUs",
  hybrid: "Use both: an API and your own GPUs",
  none: "Nothing satisfies every requirement",
};

/** The answer to read first: what is recommended, what it costs, what would change it. */
export function verdictBlock({ evaluation, view }: Pick<Shown, "evaluation" | "view">): HTMLElement {
  const { decision } = evaluation;
  const monthly = decision.monthlyCostUsd;
  const tipping = listOf(view.tippingPoints) ?? h("p", {}, nothingFlips(decision));
  const gates = [...view.gates, ...view.findings];
  return h(
    "section",
    { id: "verdict", "aria-labelledby": "verdict-title" },
    h("p", { class: "policy" }, `${view.name}, ${view.file}, prices as of ${evaluation.asOf}`),
    h("h1", { id: "verdict-title", "data-path": decision.path }, HEADLINES[decision.path]),
    h(
      "div",
      { class: "cards" },
      h(
        "div",
        { class: "card" },
        h("h2", {}, "Recommended"),
        h("ul", {}, ...servingLines(evaluation).map((text) => h("li", {}, text))),
        h("p", { class: "note" }, view.confidence),
      ),
      h(
        "div",
        { class: "card" },
        h("h2", {}, "Costs"),
        monthly === null ? h("p", {}, "no cost: nothing is chosen") : costCard(monthly, evaluation),
        ...nextPath(decision),
      ),
      h(
        "div",
        { class: "card" },
        h("h2", {}, "Would change it"),
        decision.path === "none" ? (listOf(view.reasons) ?? h("p", {}, "")) : tipping,
      ),
    ),
    gates.length === 0 ? null : h("div", { class: "gates" }, listOf(gates)),
  );
}

/** `API, $1,441 a month`: the answer while a slider moves. */
export function liveWords({ path, monthlyUsd }: Live): string {
  return monthlyUsd === null ? HEADLINES.none : `${pathWords[path]}, ${usd(monthlyUsd)} a month`;
}

/** Writes a live answer into the block that stands there, until the whole is worked out. */
export function showLive(block: HTMLElement, { path, monthlyUsd }: Live): void {
  const title = block.querySelector("h1");
  title?.replaceChildren(HEADLINES[path]);
  title?.setAttribute("data-path", path);
  const amount = block.querySelector("#amount");
  if (monthlyUsd === null || amount === null) return;
  amount.setAttribute("data-usd", monthlyUsd.toFixed(2));
  amount.querySelector(".figure")?.replaceChildren(usd(monthlyUsd));
}

function nothingFlips({ confidence }: Decision): string {
  if (confidence === "forced")
    return "Only a requirement: no price or volume can, because the rules leave one path. What they ruled out is below.";
  return "No single change of volume, price, throughput or hourly rate within a factor of ten.";
}

function costCard(monthly: Band, evaluation: Evaluation): HTMLElement {
  const { decision, horizonMonths, base, delta } = evaluation;
  const lines = decision.workloads.flatMap(({ costLines }) => costLines);
  const amount = figure(usd(monthly.expected), {
    formula: `sum of ${plural(lines.length, "cost line")} of ${plural(decision.workloads.length, "workload")}, average of ${plural(horizonMonths, "month")}`,
    source: `catalog ${evaluation.catalog.version}, prices as of ${evaluation.asOf}`,
  });
  const band = figure(`${usd(monthly.p10)} to ${usd(monthly.p90)}`, {
    formula: "P10 to P90: declared ranges, error of the capacity model, people's hours",
    source: "declared in the policy, measured by the benchmark of the capacity model",
  });
  const before = base?.decision.monthlyCostUsd?.expected ?? null;
  const { firstMonthUsd, lastMonthUsd } = decision;
  return h(
    "div",
    {},
    h("p", { class: "amount", id: "amount", "data-usd": monthly.expected.toFixed(2) }, amount, " a month"),
    h("p", {}, "80% band ", band),
    firstMonthUsd === null || lastMonthUsd === null ? null : h("p", {}, `first month ${usd(firstMonthUsd)}, last ${usd(lastMonthUsd)}`),
    delta === null ? null : h("p", {}, `against the base branch: ${change(delta.deltaMonthlyUsd, before)}`),
  );
}

function nextPath({ path: chosen, paths, monthlyCostUsd }: Decision): readonly HTMLElement[] {
  const rivals = paths.flatMap(({ path, monthlyCostUsd: band }) =>
    path === chosen || band === null ? [] : [{ path, usd: band.expected }],
  );
  const [next] = rivals.sort((a, b) => a.usd - b.usd);
  if (next === undefined || monthlyCostUsd === null) return [];
  const more = change(next.usd - monthlyCostUsd.expected, monthlyCostUsd.expected);
  return [h("p", { class: "note" }, `${pathWords[next.path]} instead: ${usd(next.usd)}, ${more}`)];
}
