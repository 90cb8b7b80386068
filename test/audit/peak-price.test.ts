import { expect, it } from "vitest";
import { contractPrice, evaluated, only, policy, sumOf, workload } from "../decide/support.ts";

const chat = workload({ candidates: { api: ["deepseek-flash"] } });
const told = (value: object) => evaluated(value as Parameters<typeof evaluated>[0]).findings.filter(({ id }) => id === "peak-price");

it("says how far a price that doubles in some hours can be from its mean over the week", () => {
  const evaluation = evaluated(policy([chat]));
  const tokens = sumOf(only(evaluation), "input-tokens", "output-tokens");
  // 0.15 and 0.60 USD, twice as much in 35 of 168 hours.
  const off = 500 * 0.15 + 200 * 0.6;
  expect(tokens).toBeCloseTo(off * (1 + 35 / 168), 6);
  const [finding] = told(policy([chat]));
  expect(finding?.text).toContain(`between $${off} with none and $${off * 2} with all`);
});

it("says nothing of a contract, which has one price", () => {
  expect(told(policy([chat], contractPrice("deepseek-flash", 0.2, 0.7)))).toEqual([]);
});
