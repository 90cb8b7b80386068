import { describe, expect, it } from "vitest";
import { written } from "../../src/page/charts/labels.ts";

const volumes = (marks: readonly number[], today: number) =>
  written(
    marks.map((requestsPerMonth) => ({ requestsPerMonth })),
    today,
  ).map(({ requestsPerMonth }) => requestsPerMonth);

describe("volumes written beside the marks of a chart", () => {
  it("are those nearest to today's that do not cover each other", () => {
    expect(volumes([7.8e6, 8.1e6, 8.4e6, 40e6], 60e6)).toEqual([40e6, 8.4e6]);
    expect(volumes([7.8e6, 8.1e6, 8.4e6], 1e6)).toEqual([7.8e6]);
    // Twice as many are 0.301 decades.
    expect(volumes([1e6, 2e6], 5e5)).toEqual([1e6, 2e6]);
    expect(volumes([1e6, 1.99e6], 5e5)).toEqual([1e6]);
    expect(volumes([], 1e6)).toEqual([]);
  });
});
