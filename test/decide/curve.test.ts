import { describe, expect, it } from "vitest";
import { costCurves } from "../../src/decide/curve.ts";
import { decide } from "../../src/decide/decide.ts";
import { AS_OF, catalog, documentOf, policy, workload } from "./support.ts";

const at = (requests: number, name = "requests") =>
  workload({ name, volume: { requests_per_month: requests, hourly_profile: "flat", peak_to_average: 1.5 } });

function curvesOf(most: number, ...workloads: readonly object[]) {
  const trace = decide(documentOf(policy(workloads as never, { team: { ml_ops: "dedicated" } })), catalog, AS_OF, []);
  return { trace, curves: costCurves(trace, most) };
}

describe("the short curve of a report", () => {
  it("goes in even powers from a third of the lesser to three times the greater of today and break-even", () => {
    const { trace, curves } = curvesOf(3, at(1_000_000));
    const flip = trace.decision.workloads[0]?.breakEven?.requestsPerMonth ?? 0;
    const [curve] = curves;
    const requests = curve?.points.map(({ requestsPerMonth }) => requestsPerMonth) ?? [];

    expect(flip).toBeGreaterThan(1_000_000);
    expect(curve).toMatchObject({ workload: "requests", alone: true });
    // Nine steps from 1/3 to 3 x flip; a step within 12 % of a mark gives way to it.
    const [low, high] = [1_000_000 / 3, 3 * flip];
    const steps = Array.from({ length: 9 }, (_, step) => low * (high / low) ** (step / 8));
    const isNear = (a: number, b: number) => Math.max(a / b, b / a) <= 1.12;
    const expected = [...steps.filter((step) => !isNear(step, 1_000_000) && !isNear(step, flip)), 1_000_000, flip].sort((a, b) => a - b);
    expect(requests).toEqual(expected.map((value) => expect.closeTo(value, 3)));
    expect(curve?.points.filter(({ mark }) => mark !== null).map(({ mark }) => mark)).toEqual(["today", "break-even"]);
  });

  it("passes through the decision's own cost, and crosses at the break-even", () => {
    const { trace, curves } = curvesOf(3, at(1_000_000));
    const [today, flip] = curves[0]?.points.filter(({ mark }) => mark !== null) ?? [];
    expect(today?.apiUsd).toBeCloseTo(trace.decision.monthlyCostUsd?.expected ?? 0, 6);
    expect(today?.selfHostUsd).toBeGreaterThan(today?.apiUsd ?? 0);
    expect(flip?.selfHostUsd).toBeLessThanOrEqual(flip?.apiUsd ?? 0);
    expect(flip?.selfHostUsd).toBeGreaterThan((flip?.apiUsd ?? 0) * 0.99);
  });

  it("is drawn for the most expensive workloads, and only as many as are asked for", () => {
    const { curves } = curvesOf(1, at(1_000_000, "small"), at(2_000_000, "large"));
    expect(curves.map(({ workload: name, alone }) => [name, alone])).toEqual([["large", false]]);
    expect(costCurves({ ...curvesOf(1, at(1_000_000)).trace, flips: null }, 3)).toEqual([]);
  });
});
