import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { defaultRows } from "../../src/decide/defaults-table.ts";

it("the page of defaults says, row by row, what the program uses", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/defaults.md"), "utf8");
  const table = page.split("\n## ")[0]?.split("\n") ?? [];
  const rows = table.filter((line) => line.startsWith("| ")).map((line) => line.slice(2, -2).split(" | "));

  expect(rows.slice(2)).toEqual(
    defaultRows().map(({ what, value, key, source }) => [what, value, key === null ? "-" : `\`${key}\``, source]),
  );
});

it("the defaults have the figures that the framework and the sources give", () => {
  const value = (what: string) => defaultRows().find((row) => row.what === what)?.value;

  expect(value("use case code_generation")).toBe("profile business_hours, cached input 0.8");
  expect(value("hourly profile business_hours")).toBe("weekend day 0.33 of a weekday");
  expect(value("worst minute over the busiest hour, from 5 requests/s")).toBe("1.5 x");
  expect(value("hours on own servers, team none")).toBe("320 h to set up, then 87 h a month (65 to 173)");
  expect(value("hours on own servers in months above 8 GPUs")).toBe("at least 173 h a month");
  expect(value("share of the draws for confidence high, medium")).toBe("0.9, 0.7");
  expect(value("draws of the uncertain inputs")).toMatch(/^2000, seed \d+$/);
});
