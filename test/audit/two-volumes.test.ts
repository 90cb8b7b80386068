import { expect, it } from "vitest";
import { breakEvenLines } from "../../src/report/why.ts";
import { evaluated, only, policy, workload } from "../decide/support.ts";

const saidOf = (requests: number, change = {}) => {
  const decided = only(
    evaluated(policy([workload({ volume: { requests_per_month: requests, hourly_profile: "flat", peak_to_average: 1.5 }, ...change })])),
  );
  const lines = breakEvenLines([decided]).map((spans) => spans.map((span) => ("text" in span ? span.text : "")).join(""));
  return { decided, said: lines.find((text) => text.startsWith("at a break-even")) };
};

it("a page that names two volumes for a change of sides says why they differ", () => {
  const { decided, said } = saidOf(3_000_000);
  const point = decided.tippingPoints.find(({ parameter }) => parameter === "requests_per_month");
  // Above the break-even own servers cost less, but until they cost 2 % less the tie goes to the API.
  expect(point?.to ?? 0).toBeGreaterThan((decided.breakEven?.requestsPerMonth ?? Number.POSITIVE_INFINITY) * 1.01);
  expect(said).toMatch(
    /^at a break-even both sides cost the same; the decision changes above [\d,]+ requests a month, because there a tie goes to the API/,
  );
  // Without a break-even there are no two.
  expect(saidOf(3_000_000, { candidates: { api: ["gpt-5.4-mini"] } }).said).toBeUndefined();
});
