import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadCatalog } from "../../src/catalog/index.ts";
import type { Trace } from "../../src/decide/decide.ts";
import { outlookOf } from "../../src/decide/outlook.ts";
import { evaluate } from "../../src/evaluate.ts";
import { type Control, parsed, shownValue } from "../../src/page/controls.ts";
import { dayLoads, hourRanges } from "../../src/page/load.ts";
import { whyOf, whyText } from "../../src/page/why.ts";
import { tippingWords } from "../../src/report/tipping.ts";
import { AS_OF, ROOT } from "./browser.ts";

function traceOf(path: string): Trace {
  const text = readFileSync(join(ROOT, path), "utf8");
  const result = evaluate({ path, text, files: {}, base: null, catalog: loadCatalog(), asOf: AS_OF, engineVersion: "0" });
  if (result.kind === "invalid") throw new Error(JSON.stringify(result.diagnostics));
  return result.trace;
}

describe("words of the page", () => {
  it("say when a tipping point is reached", () => {
    const point = { flipsTo: "api" as const, text: "as it came" };
    expect(tippingWords({ ...point, parameter: "requests_per_month", from: 60e6, to: 7_827_600.5 })).toBe(
      "requests a month fall below 7,830,000 (today 60,000,000)",
    );
    expect(tippingWords({ ...point, parameter: "api_price", from: 1, to: 0.2403 })).toBe("API prices fall to 24% of today's");
    expect(tippingWords({ ...point, parameter: "gpu_price", from: 1, to: 6.245 })).toBe("GPU prices rise to 6.2 times today's");
    expect(tippingWords({ ...point, parameter: "throughput", from: 1, to: 0.192 })).toBe(
      "a server carries less than 19% of what is predicted",
    );
    expect(tippingWords({ ...point, parameter: "hourly_rate_usd", from: 110, to: 1050.9 })).toBe(
      "an engineer hour costs more than $1,051 (today $110)",
    );
    expect(tippingWords({ ...point, parameter: "new", from: 1, to: 2 })).toBe("as it came");
  });

  it("join hours that follow each other", () => {
    expect(hourRanges([])).toBe("");
    expect(hourRanges([20, 21])).toBe("20:00 to 22:00");
    expect(hourRanges([8, 9, 10, 20])).toBe("8:00 to 11:00 and 20:00 to 21:00");
  });

  it("take an explanation apart as they put it together", () => {
    const why = { formula: "2 × $3 = $6\nof Source: nothing", source: "vendor.com (2026-11-01)" };
    expect(whyOf(whyText(why))).toEqual(why);
    expect(whyOf(whyText({ formula: "a sum", source: null }))).toEqual({ formula: "a sum", source: null });
  });
});

describe("a field", () => {
  const control: Control = { key: "k", group: "g", label: "l", unit: "ratio", declared: 0, scale: "linear", min: 0, max: 1, step: 0.01 };

  it("shows a share as percent and reads it back to the same ratio", () => {
    for (let step = 0; step <= 1000; step++) {
      const ratio = step / 1000;
      expect(parsed(control, shownValue(control, ratio))).toBe(ratio);
    }
    expect(shownValue(control, 0.07)).toBe("7");
  });

  it("groups thousands, takes them back, and refuses what is no number", () => {
    const requests: Control = { ...control, unit: "" };
    expect(shownValue(requests, 100000000)).toBe("100,000,000");
    expect(shownValue(requests, 1234.5)).toBe("1,234.5");
    expect(parsed(requests, " 1,000_000 ")).toBe(1_000_000);
    for (const text of ["", "x", "1e999", "1.2.3"]) expect(parsed(requests, text), text).toBe(null);
  });
});

describe("the load of a day", () => {
  it("sends to the API what exceeds the servers, and no more than the decision counts", () => {
    const trace = traceOf("test/golden/split/policy.yml");
    const [day] = dayLoads(trace);
    if (day === undefined) throw new Error("the split policy has a fleet");
    const busy = day.hours.filter(({ overflow }) => overflow > 0);

    expect(busy.length).toBeGreaterThan(0);
    for (const { worstMinute, capacity, overflow, overflowShareRatio } of day.hours) {
      expect(overflow > 0).toBe(worstMinute > capacity);
      // What stays fits: that is what the overflow is for.
      expect(worstMinute * (1 - overflowShareRatio)).toBeLessThanOrEqual(capacity + 1e-9);
    }
    const [workload] = trace.decision.workloads;
    const requests = day.hours.reduce((sum, { own, overflow }) => sum + own + overflow, 0);
    const share = busy.reduce((sum, { overflow }) => sum + overflow, 0) / requests;
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan((workload?.split?.overflowShareRatio ?? 0) * 3);
  });

  it("is that of the outlook where nothing overflows", () => {
    const trace = traceOf("policies/hybrid.yml");
    const days = dayLoads(trace);
    for (const [index, day] of outlookOf(trace, AS_OF).days.entries()) {
      for (const [hour, { mean, worstMinute }] of day.hours.entries()) {
        expect(days[index]?.hours[hour]?.own).toBeCloseTo(mean, 9);
        expect(days[index]?.hours[hour]?.worstMinute).toBeCloseTo(worstMinute, 9);
      }
      expect(days[index]?.hours[0]?.servers).toBe(day.servers);
    }
  });
});
