import { expect, it } from "vitest";
import { rowsOf } from "../../src/report/rows.ts";
import { evaluated, only, policy, workload } from "../decide/support.ts";

it("a model that two routes sell for the same money is not compared with itself by how well it answers", () => {
  const evaluation = evaluated(policy([workload({ candidates: { api: ["gemini-2.5-flash-lite"] } })]));
  const { option, runnersUp, reasons } = only(evaluation);
  const other = runnersUp[0]?.option;
  expect([option?.model, other?.model]).toEqual(["gemini-2.5-flash-lite", "gemini-2.5-flash-lite"]);
  expect(other?.route).not.toBe(option?.route);
  expect(reasons.find(({ rule }) => rule === "even")?.text).toBe(
    `gemini-2.5-flash-lite costs as much on ${other?.route}, to the dollar: it is the same model, so contract and place of processing tell the two apart`,
  );
  const { columns, changed } = rowsOf(evaluation);
  const cell = changed[0]?.[columns.findIndex(({ title }) => title === "Runner-up")] ?? [];
  expect(cell.map((span) => ("text" in span ? span.text : "")).join("")).toMatch(
    new RegExp(`^gemini-2.5-flash-lite on ${other?.route}, \\$`),
  );
});
