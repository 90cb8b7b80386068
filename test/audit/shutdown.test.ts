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
  // Five per cent less than gpt-4.1-mini, which ends on 14 January: the ten per cent that a migration must earn kept it.
  const contract = contractPrice("gpt-5.4-mini", 0.38, 1.52);
  const moved = only(choosing(["gpt-4.1-mini", "gpt-5.4-mini"], "gpt-4.1-mini", contract));
  expect(moved.option?.model).toBe("gpt-5.4-mini");
  expect(moved.reasons.find(({ rule }) => rule === "switch")?.text).toMatch(
    /^leaving gpt-4.1-mini saves \$\d+ a month, and it has to be left anyway: it is shut down on 2027-01-14/,
  );
  // What serves today and goes on is kept, and one that ends is not left for nothing.
  expect(
    only(choosing(["gpt-5.4-mini", "claude-haiku-4-5"], "claude-haiku-4-5", contractPrice("gpt-5.4-mini", 0.95, 4.75))).option?.model,
  ).toBe("claude-haiku-4-5");
  expect(only(choosing(["gpt-4.1-mini", "gpt-5.4-mini"], "gpt-4.1-mini", contractPrice("gpt-5.4-mini", 0.42, 1.7))).option?.model).toBe(
    "gpt-4.1-mini",
  );
});

it("says what the plan costs at the price of the model that follows", () => {
  const said = choosing(["gpt-5-mini"], "gpt-5-mini");
  const bill = (model: string) => sumOf(only(choosing([model], null)), "input-tokens", "cached-input-tokens", "output-tokens");
  // From January on, ten of twelve months: in December it ends on the eleventh.
  const usd = (said.decision.monthlyCostUsd?.expected ?? 0) + (10 / 12) * (bill("gpt-6.1-terra") - bill("gpt-5-mini"));
  const text = said.findings.find(({ id }) => id === "shutdown-in-horizon")?.text;
  expect(text).toContain("gpt-5-mini is shut down on 2026-12-11, inside the horizon; successor gpt-6.1-terra");
  expect(text).toContain(`; at that of gpt-6.1-terra the policy costs $${Math.round(usd).toLocaleString("en-US")} a month`);
});
