import { describe, expect, it } from "vitest";
import { rowsOf } from "../../src/report/rows.ts";
import { evaluated, policy, workload } from "../decide/support.ts";

const at = (requests: number, candidates: object) =>
  policy([workload({ volume: { requests_per_month: requests, hourly_profile: "flat", peak_to_average: 1.5 }, candidates })], {
    team: { ml_ops: "dedicated" },
  });
/** What serves the only workload, with what served it on the base branch. */
function served(head: object, base: object): string {
  const rows = rowsOf(evaluated(head as ReturnType<typeof at>, base as ReturnType<typeof at>));
  const column = rows.columns.findIndex(({ title }) => title === "Served by");
  const [row] = [...rows.changed, ...rows.unchanged];
  return (row?.[column] ?? [])
    .map((span) => ("text" in span ? span.text : ""))
    .join("")
    .replaceAll("\u00a0", " ");
}

describe("what serves a workload", () => {
  const own = { open: ["qwen3-32b"] };

  it("says which servers they were where the model stays", () => {
    const [few, many] = [served(at(2e6, own), at(2e6, own)), served(at(6e7, own), at(6e7, own))];
    expect(few).toMatch(/^qwen3-32b \S+ on \d+ × \S+$/);
    expect(served(at(6e7, own), at(2e6, own))).toBe(`${many}, was ${few.replace(/^.* on /, "")}`);
  });

  it("says which model it was, and nothing where all stays", () => {
    expect(served(at(2e6, { api: ["gpt-5.4-mini"] }), at(2e6, own))).toMatch(/^gpt-5\.4-mini \(\S+\), was qwen3-32b$/);
    expect(served(at(2e6, own), at(2.001e6, own))).not.toContain("was");
  });
});
