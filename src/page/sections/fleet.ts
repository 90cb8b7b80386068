import type { Fleet, WorkloadDecision } from "../../decide/types.ts";
import type { FleetView } from "../../report/build-up.ts";
import { percent, quantity } from "../../report/money.ts";
import { servedBy, shortName } from "../../report/words.ts";
import { dayChart } from "../charts/day.ts";
import { figure, folded, h, left, rawTable, right, section, tableOf } from "../dom.ts";
import { type DayLoad, dayLoads, hourRanges } from "../load.ts";
import { basisOf, type Place, type Shown } from "./shown.ts";

/** The servers: how many, how full through the day, what overflows to an API, and the command that starts one. */
export function fleetSection(shown: Shown, place: Place): HTMLElement | null {
  const { evaluation, view, trace } = shown;
  const { fleets, workloads } = evaluation.decision;
  if (fleets.length === 0) return null;
  const days = dayLoads(trace);
  const parts = view.fleets.flatMap((fleetView, index) => {
    const [fleet, day] = [fleets[index], days[index]];
    return fleet === undefined || day === undefined ? [] : [fleetFigure(fleetView, fleet, day, workloads, basisOf(evaluation), place)];
  });
  return section("fleet", "The servers through the day", ...parts);
}

function fleetFigure(
  view: FleetView,
  fleet: Fleet,
  day: DayLoad,
  workloads: readonly WorkloadDecision[],
  basis: string,
  place: Place,
): HTMLElement {
  const title = `${view.size}, ${shortName(fleet.model)}`;
  const { confidence, measured } = fleet.capacity;
  const throughput = measured === undefined ? `throughput predicted, class ${confidence}` : `throughput ${measured}`;
  const tenants = workloads.filter(({ name }) => fleet.workloads.includes(name));
  return h(
    "figure",
    {},
    h("figcaption", {}, title),
    loadLead(fleet, basis),
    splitTable(tenants, day, basis),
    place(dayChart(day, title, `declared volume and hourly profile, ${throughput}, ${basis}`)),
    h(
      "p",
      { class: "note" },
      "Bars: mean of each hour. Solid line: its worst minute. Dashed: the servers that run; dotted: the load that they are sized to carry, 70% of what they can.",
    ),
    folded("The plan", tableOf(view.table, view.size), h("pre", {}, view.command.join("\n"))),
    folded("Load by hour", hoursTable(day)),
  );
}

function loadLead({ utilisationRatio: { mean, peak } }: Fleet, basis: string): HTMLElement {
  const why = (what: string) => ({
    formula: `servers kept busy in ${what} of the first month ÷ servers that run${what === "the mean hour" ? "" : "; sized so that 70% is not passed"}`,
    source: basis,
  });
  return h(
    "p",
    { class: "lead" },
    "In use: ",
    figure(percent(mean), why("the mean hour")),
    " of capacity in the mean hour, ",
    figure(percent(peak), why("the busiest minute")),
    " in the busiest minute.",
  );
}

/** Who serves what of the workloads that are split. Empty where none of them is. */
function splitTable(tenants: readonly WorkloadDecision[], day: DayLoad, basis: string): HTMLElement | null {
  const split = tenants.flatMap((workload) => (workload.split === null ? [] : [{ workload, split: workload.split }]));
  if (split.length === 0) return null;
  const hours = day.hours.filter(({ overflow }) => overflow > 0);
  const busiest = [...day.hours].sort((a, b) => b.overflowShareRatio - a.overflowShareRatio)[0];
  const when = hours.map(({ hour }) => hour);
  const words =
    when.length === 0
      ? "On a weekday of the first month nothing overflows; the API stands in while a server is replaced, and takes what growth adds."
      : `On a weekday the API takes the overflow of ${hourRanges(when)}, at most ${percent(busiest?.overflowShareRatio ?? 0)} of an hour's requests.`;
  const rows = split.map(({ workload, split: { baseShareRatio, overflowShareRatio, overflow } }) => [
    [shortName(workload.name)],
    [
      figure(percent(baseShareRatio), {
        formula: "1 − share of the overflow, over the whole horizon",
        source: basis,
      }),
    ],
    [
      figure(percent(overflowShareRatio), {
        formula:
          "sum over the hours of a week of requests × (worst minute − what the servers are sized for) ÷ worst minute, over the whole horizon\nan upper bound: each hour is counted as if all came at the rate of its worst minute",
        source: basis,
      }),
    ],
    [servedBy(overflow)],
  ]);
  return h(
    "div",
    { class: "split" },
    h("p", { class: "lead" }, words),
    rawTable(
      "Who serves how much",
      [left("Workload"), right("Own servers"), right("API overflow, at most"), left("Overflow goes to")],
      rows,
    ),
  );
}

function hoursTable(day: DayLoad): HTMLElement {
  const overflow = day.overflows ? [right("To the API"), right("Share")] : [];
  const rows = day.hours.map((hour) => [
    [`${hour.hour}:00`],
    [quantity(hour.own)],
    ...(day.overflows ? [[quantity(hour.overflow)], [percent(hour.overflowShareRatio)]] : []),
    [quantity(hour.worstMinute)],
    [quantity(hour.servers)],
  ]);
  const head = [right("Hour"), right("On own servers"), ...overflow, right("Worst minute"), right("Servers that run")];
  return rawTable("Servers busy by hour of a weekday", head, rows);
}
