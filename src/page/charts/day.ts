import * as Plot from "@observablehq/plot";
import { percent, quantity } from "../../report/money.ts";
import type { DayLoad, HourLoad } from "../load.ts";
import { whyText } from "../why.ts";
import { BASE, type Chart, MARK, NARROW_PX } from "./frame.ts";

/** A fleet through a weekday: what its servers and an API serve in each hour, the worst minute, and what the servers can carry. */
export function dayChart(day: DayLoad, fleet: string, basis: string): Chart {
  const rates = day.requestsPerSecond.map(({ workload, rate }) => `${quantity(rate)} requests/s of ${workload}`).join(", ");
  const [own, api] = ["own servers", "API overflow"];
  const bars = day.hours.flatMap((hour) => {
    const why = whyText({ formula: hourWords(hour, day.overflows, rates), source: basis });
    const bar = { hour: hour.hour, why };
    return [
      { ...bar, by: own, from: 0, to: hour.own },
      ...(hour.overflow > 0 ? [{ ...bar, by: api, from: hour.own, to: hour.own + hour.overflow }] : []),
    ];
  });
  // A step has to end at midnight, not begin there.
  const last = day.hours.at(-1);
  const edges = [...day.hours, ...(last === undefined ? [] : [{ ...last, hour: last.hour + 1 }])];
  const used = day.hours.some(({ overflow }) => overflow > 0);
  const domain = used ? [own, api] : [own];
  const range = used ? ["var(--own)", "var(--api)"] : ["var(--own)"];
  return (width) =>
    Plot.plot({
      ...BASE,
      width,
      height: 260,
      marginLeft: 44,
      marginTop: 28,
      marginBottom: 46,
      ariaLabel: `Load of ${fleet} through a weekday against its servers`,
      color: { domain: [...domain, "worst minute"], range: [...range, "var(--ink)"], legend: true },
      x: { label: "hour of a weekday", domain: [0, 24], ticks: width < NARROW_PX ? 6 : 12 },
      y: { label: "servers busy", zero: true, grid: true, ticks: 4 },
      marks: [
        Plot.rectY(bars, {
          x1: "hour",
          x2: (bar: { hour: number }) => bar.hour + 1,
          y1: "from",
          y2: "to",
          fill: "by",
          fillOpacity: 0.75,
          inset: 0.5,
          ariaLabel: "why",
          className: MARK,
        }),
        Plot.lineY(edges, { x: "hour", y: "worstMinute", stroke: "var(--ink)", strokeWidth: 1.5, curve: "step-after" }),
        Plot.lineY(edges, { x: "hour", y: "servers", stroke: "var(--ink)", strokeDasharray: "5 3", curve: "step-after" }),
        Plot.lineY(edges, { x: "hour", y: "capacity", stroke: "var(--soft)", strokeDasharray: "2 3", curve: "step-after" }),
      ],
    });
}

function hourWords(load: HourLoad, overflows: boolean, rates: string): string {
  const { hour, own, overflow, worstMinute, overflowShareRatio, servers, capacity } = load;
  return [
    `${hour}:00 to ${hour + 1}:00: ${quantity(own + overflow)} servers busy on average, ${quantity(worstMinute)} in the worst minute`,
    `${quantity(servers)} servers run, sized to carry ${quantity(capacity)}`,
    ...(overflows
      ? [overflowShareRatio > 0 ? `the API takes at most ${percent(overflowShareRatio)} of its requests` : "nothing overflows to the API"]
      : []),
    `load = requests/s of the hour ÷ what one server carries (${rates}); worst minute = load × the declared peak factor`,
  ].join("\n");
}
