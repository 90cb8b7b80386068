import { expect, it } from "vitest";
import { contractPrice, evaluated, only, type PolicyObject, policy, sumOf, workload } from "../decide/support.ts";

const VOLUME = { requests_per_month: 3_000_000, hourly_profile: "flat", peak_to_average: 1.5 };
const choosing = (candidates: readonly string[], current: string | null, change: PolicyObject = {}) =>
  evaluated(
    policy(
      [
        workload({
          volume: VOLUME,
          candidates: { api: candidates },
          ...(current === null ? {} : { current: { path: "api", model: current } }),
        }),
      ],
      change,
    ),
  );

it("a model that ends inside the horizon is left for any saving: its migration is due anyway", () => {
  // Five per cent less than gpt-5.1, which ends on 1 April: the ten per cent that a migration must earn kept it.
  const contract = contractPrice("gpt-5.4-mini", 1.19, 9.5);
  const moved = only(choosing(["gpt-5.1", "gpt-5.4-mini"], "gpt-5.1", contract));
  expect(moved.option?.model).toBe("gpt-5.4-mini");
  expect(moved.reasons.find(({ rule }) => rule === "switch")?.text).toMatch(
    /^leaving gpt-5.1 saves \$\d+ a month, and it has to be left anyway: it is shut down on 2027-04-01/,
  );
  // What serves today and goes on is kept, and one that ends is not left for nothing.
  expect(
    only(choosing(["gpt-5.4-mini", "claude-haiku-4-5"], "claude-haiku-4-5", contractPrice("gpt-5.4-mini", 0.95, 4.75))).option?.model,
  ).toBe("claude-haiku-4-5");
  expect(only(choosing(["gpt-5.1", "gpt-5.4-mini"], "gpt-5.1", contractPrice("gpt-5.4-mini", 1.3, 10.5))).option?.model).toBe("gpt-5.1");
});

it("months after the end are billed at the price of the model that follows", () => {
  const said = choosing(["gpt-5-mini"], "gpt-5-mini");
  const bill = (model: string) => sumOf(only(choosing([model], null)), "input-tokens", "cached-input-tokens", "output-tokens");
  // gpt-5-mini costs 0.25 / 2.00 and gpt-6.1-terra 1.00 / 5.00: 3 million requests of 500 and 200 tokens, ten of twelve months from January on; in December it
  // ends on the eleventh.
  const months = { own: 3 * (500 * 0.25 + 200 * 2), next: 3 * (500 * 1 + 200 * 5) };
  expect(bill("gpt-6.1-terra")).toBeCloseTo(months.next, 6);
  expect(bill("gpt-5-mini")).toBeCloseTo((2 * months.own + 10 * months.next) / 12, 6);
  expect(said.findings.find(({ id }) => id === "shutdown-in-horizon")?.text).toBe(
    "requests: gpt-5-mini is shut down on 2026-12-11, inside the horizon; successor gpt-6.1-terra; later months are priced as that",
  );
  expect(only(said).costLines.find(({ id }) => id === "input-tokens")?.source).toContain("as gpt-6.1-terra from 2026-12-11 on");
});

it("a model that ends does not win over one that goes on and costs less than what follows it", () => {
  expect(only(choosing(["gpt-5-mini", "gpt-5.4-mini"], "gpt-5-mini")).option?.model).toBe("gpt-5.4-mini");
});

it("a price of the policy's own holds beyond the end, and one of the successor is what later months cost", () => {
  const usd = (id: string, change: PolicyObject) => sumOf(only(choosing([id], null, change)), "input-tokens", "output-tokens");
  expect(usd("gpt-5-mini", contractPrice("gpt-5-mini", 0.2, 1))).toBeCloseTo(3 * (500 * 0.2 + 200), 6);
  const later = 3 * (500 * 2 + 200 * 3);
  expect(usd("gpt-5-mini", contractPrice("gpt-6.1-terra", 2, 3))).toBeCloseTo((2 * 3 * (500 * 0.25 + 200 * 2) + 10 * later) / 12, 6);
});

it("a successor that costs less is no saving before somebody has shown that it does as well", () => {
  // gpt-4.1-mini at 0.40 / 1.60; gpt-6-luna costs 0.10 / 0.50.
  expect(sumOf(only(choosing(["gpt-4.1-mini"], null)), "input-tokens", "output-tokens")).toBeCloseTo(3 * (500 * 0.4 + 200 * 1.6), 6);
});
