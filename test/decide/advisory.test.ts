import { describe, expect, it } from "vitest";
import type { Advisory } from "../../src/decide/types.ts";
import { evaluated, type PolicyObject, policy, workload } from "./support.ts";

/** Votes of a policy of one workload, by rule. */
function votes(change: PolicyObject, policyChange: PolicyObject = {}): Readonly<Record<string, Advisory>> {
  const { advisory } = evaluated(policy([workload(change)], policyChange)).decision;
  return Object.fromEntries(advisory.map((vote) => [vote.rule, vote]));
}

const volume = (requests: number) => ({ volume: { requests_per_month: requests, hourly_profile: "flat", peak_to_average: 1.5 } });

describe("rules of thumb beside the decision", () => {
  it("show the volume rule with the computed break-even where they disagree, and do not decide", () => {
    const vote = votes(volume(1_000_000))["monthly-volume"];

    expect(vote).toMatchObject({ says: "self-host", agrees: false, workload: "requests", source: "S2-052, S2-057" });
    expect(vote?.text).toMatch(/^self-host above 500,000 requests a month; computed for this workload: \d/);
  });

  it("move with the volume while the verdict stays", () => {
    const rule = (requests: number) => votes(volume(requests))["monthly-volume"];
    expect([99_999, 100_000, 500_000, 500_001].map((requests) => rule(requests)?.says)).toEqual(["api", "either", "either", "self-host"]);
    expect([99_999, 500_001].map((requests) => rule(requests)?.agrees)).toEqual([true, false]);
    expect(rule(300_000)?.text).toContain("open between 100,000 and 500,000 requests a month");
  });

  it("read the daily rule in days of 30.42 to the month", () => {
    const daily = (requests: number) =>
      votes({ volume: { requests_per_day: requests, hourly_profile: "flat", peak_to_average: 1.5 } })["daily-volume"];
    expect([49_999, 50_001, 199_999, 200_001].map((requests) => daily(requests)?.says)).toEqual(["api", "either", "either", "self-host"]);
  });

  it("walk the flowchart to each of its ends", () => {
    const end = (change: PolicyObject) => votes(change).flowchart;
    expect(end({ ...volume(1000), compliance: { data_may_leave: false } })).toMatchObject({ says: "self-host", agrees: true });
    expect(end(volume(500_000))).toMatchObject({ says: "api" });
    expect(end(volume(500_001))?.text).toContain("which gives the API");
    expect(end(volume(500_000_000))?.text).toContain("which gives own servers");
  });

  it("take a private cloud for an answer to strict privacy", () => {
    const { decision } = evaluated(policy([workload({ ...volume(1000), candidates: undefined, compliance: { private_network: true } })]));
    expect(decision.path).toBe("api");
    // Beside a verdict of API, "self-host: agrees" says nothing without the reason.
    expect(decision.advisory.find(({ rule }) => rule === "flowchart")).toMatchObject({
      says: "self-host",
      agrees: true,
      text: "strict data privacy: self-host or a private cloud, which this API is reached in",
    });
  });

  it("take no service without a private link for one, even beside one that has it", () => {
    const api = ["gpt-5.4-mini", "us.anthropic.claude-haiku-4-5-20251001-v1:0"];
    const agrees = (...names: readonly string[]) =>
      votes({ compliance: { zero_retention: true }, candidates: { api: names } }).flowchart?.agrees;
    const [openai = "", bedrock = ""] = api;
    expect([agrees(openai), agrees(bedrock), agrees(...api)]).toEqual([false, true, false]);
    // Own servers are what it says, link or not.
    expect(votes({ compliance: { zero_retention: true }, candidates: { open: ["qwen3-32b"] } }).flowchart?.agrees).toBe(true);
  });

  it("keep regulated data on own servers, in words, and say nothing of other data", () => {
    const rule = (data: string) => votes({ data_class: [data], compliance: { data_may_leave: false } }).privacy;
    for (const data of ["phi", "pci", "cui"])
      expect(rule(data)).toMatchObject({ text: "health, payment and government data stay on own servers", source: "S2-058, S4-120" });
    expect([rule("pii"), rule("none"), votes({}).privacy]).toEqual([undefined, undefined, undefined]);
  });

  it("print the fixed-cost formula with its own break-even", () => {
    expect(votes(volume(1_000_000)).formula?.text).toBe(
      "gpt-4o-mini for $195 against servers for a flat $9,500 a month; break-even at 48,700,000 requests a month",
    );
  });

  it("hear stage and team, and say when the team was assumed", () => {
    expect(votes({}, { stage: "prototype" }).stage).toMatchObject({ says: "api", agrees: true, workload: null });
    expect(votes({}, { stage: "research" }).stage).toMatchObject({ says: "self-host", agrees: false });
    expect(votes({}).stage).toBeUndefined();
    expect(votes({}).team?.text).toMatch(/\(assumed\)$/);
    expect(votes({}, { team: { ml_ops: "none" } }).team?.text).not.toMatch(/assumed/);
    expect(votes({}, { team: { ml_ops: "part_time" } }).team).toMatchObject({ says: "either", agrees: true });
    expect(votes({}, { team: { ml_ops: "dedicated" } }).team).toMatchObject({ says: "self-host", agrees: false });
  });

  it("hear the kind of work, and put personal data before it", () => {
    expect(votes({ use_case: "customer_facing" })["kind-of-work"]).toMatchObject({ says: "api", source: "S2-075" });
    expect(votes({ use_case: "customer_facing", data_class: ["pii"] })["kind-of-work"]).toMatchObject({ says: "self-host" });
    expect(votes({ data_class: ["pii"] })["kind-of-work"]).toMatchObject({ says: "self-host" });
    expect(votes({})["kind-of-work"]).toBeUndefined();
  });

  it("hear regulated data, residency, customization, features and fast growth", () => {
    expect(votes({ data_class: ["phi"], compliance: { data_may_leave: false } }).privacy).toMatchObject({
      says: "self-host",
      agrees: true,
    });
    expect(votes({ compliance: { regimes: ["eu_ai_act"] } }).regulation?.text).toContain("asks for no open weights");
    expect(votes({ needs: { customization: "tone_format" } }).customization?.says).toBe("api");
    expect(votes({ needs: { customization: "merge" } }).customization).toMatchObject({ says: "self-host", agrees: true });
    expect(votes({ needs: { features: ["tool_use"] } }).features?.says).toBe("api");
    expect(votes({ volume: { requests_per_month: 1000, peak_to_average: 20 } }).scaling?.says).toBe("api");
  });

  it("tell each rule in its words, with where it stands and whether the decision agrees", () => {
    const told = (change: PolicyObject, policyChange: PolicyObject = {}) =>
      evaluated(policy([workload(change)], policyChange)).decision.advisory.map(({ rule, says, agrees, text, source }) => [
        rule,
        says,
        agrees,
        text,
        source,
      ]);
    const needs = { features: ["tool_use", "json_schema"], customization: "merge" };
    const busy = { requests_per_month: 1_000_000, hourly_profile: "flat", peak_to_average: 20 };
    const one = "computed: the rules leave one side, at any volume";
    expect(told({ use_case: "customer_facing", volume: busy, needs, compliance: { regimes: ["eu_ai_act"] } })).toEqual([
      ["monthly-volume", "self-host", true, `self-host above 500,000 requests a month; ${one}`, "S2-052, S2-057"],
      ["daily-volume", "api", false, `API below 50,000 requests a day; ${one}`, "S4-114, S4-044"],
      [
        "flowchart",
        "self-host",
        true,
        "no strict data privacy, above 500,000 requests a month: compute it, which gives own servers",
        "S2-064 to S2-068",
      ],
      [
        "formula",
        "api",
        false,
        "gpt-4o-mini for $195 against servers for a flat $9,500 a month; break-even at 48,700,000 requests a month",
        "S2-035, C5",
      ],
      ["kind-of-work", "api", false, "customer_facing: the provider answers for uptime", "S2-075"],
      [
        "regulation",
        "self-host",
        true,
        "rules on where data lies favour own servers; the EU AI Act itself asks for no open weights",
        "S4-124, C26",
      ],
      ["customization", "self-host", true, "merge: needs weights of your own", "S0-036, S2-059, S4-121"],
      ["features", "api", false, "tool_use: ready to use on an API", "S4-118, S4-027"],
      ["scaling", "api", false, "demand that grows or peaks fast is the provider's to absorb", "S2-056"],
      ["team", "api", false, "nobody runs GPU servers, so buy by the token (assumed)", "S2-054, S4-116"],
    ]);
    const small = { volume: volume(90_000).volume, needs: { customization: "prompt" }, compliance: { data_residency: ["us"] } };
    const rest = told(small, { stage: "prototype", team: { ml_ops: "part_time" } }).filter(([rule]) => rule !== "formula");
    const computed = /^(API below 100,000 requests a month|API below 50,000 requests a day); computed for this workload: [\d,]+$/;
    expect(rest).toEqual([
      ["monthly-volume", "api", true, expect.stringMatching(computed), "S2-052, S2-057"],
      ["daily-volume", "api", true, expect.stringMatching(computed), "S4-114, S4-044"],
      ["flowchart", "api", true, "no strict data privacy and at most 500,000 requests a month: API", "S2-064 to S2-068"],
      ["regulation", "self-host", false, expect.stringMatching(/^rules on where data lies/), "S4-124, C26"],
      ["customization", "api", true, "prompt: a good prompt does it", "S0-036, S2-059, S4-121"],
      ["stage", "api", true, "a prototype starts on an API", "S2-051, S4-063, S4-113"],
      ["team", "either", true, "a team that is willing to learn may host", "S4-122, S4-064"],
    ]);
    expect(told({ needs: { features: ["json_schema"] } }).map(([rule]) => rule)).not.toContain("features");
  });

  it("call demand fast from a fifth a month or five times the mean on", () => {
    const fast = (growth: number, peak: number) =>
      votes({ volume: { requests_per_month: 1000, growth_ratio_per_month: growth, peak_to_average: peak } }).scaling !== undefined;
    expect([fast(0.2, 2), fast(0.19, 4.9), fast(0, 5)]).toEqual([true, false, true]);
  });

  it("say that rules leave one side where there is no break-even", () => {
    expect(votes({ ...volume(1000), compliance: { data_may_leave: false } })["monthly-volume"]?.text).toContain("the rules leave one side");
  });

  it("stay silent where nothing fits", () => {
    expect(evaluated(policy([workload({ compliance: { regimes: ["il6"] } })])).decision.advisory).toEqual([]);
  });
});
