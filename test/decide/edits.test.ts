import { describe, expect, it } from "vitest";
import { editsBetween, takenBack } from "../../src/decide/edits.ts";
import { lessDiscount } from "../../src/decide/sources.ts";
import { documentOf, evaluated, type PolicyObject, policy, workload } from "./support.ts";

const bought = workload({ candidates: { api: ["gpt-5.4-mini"] } });

/** Key, old and new value of each edit from the plain policy, or from `base`. */
function edits(head: PolicyObject, base: PolicyObject = policy([bought])) {
  return editsBetween(documentOf(base), documentOf(head)).map(({ key, from, to }) => [key, from, to]);
}

describe("what two policies say differently", () => {
  it("is each number and each word of a list, by its key in the file", () => {
    const compliance = (regimes: readonly string[]) => policy([bought], { compliance: { regimes } });
    expect(edits(compliance(["gdpr", "soc2"]), compliance(["hipaa", "gdpr"]))).toEqual([
      ["compliance.regimes[hipaa]", true, false],
      ["compliance.regimes[soc2]", false, true],
    ]);
    expect(edits(compliance(["gdpr", "hipaa"]), compliance(["hipaa", "gdpr"])), "in another order").toEqual([]);
    // A list that comes or goes is one edit.
    expect(edits(compliance(["gdpr", "hipaa"]))).toEqual([["compliance.regimes", undefined, ["gdpr", "hipaa"]]]);
    expect(edits(policy([{ ...bought, latency: { ttft_ms_p95: 800, tpot_ms_p95: 50 } }]))).toEqual([
      ["requests: latency.ttft_ms_p95", undefined, 800],
      ["requests: latency.tpot_ms_p95", undefined, 50],
    ]);
  });

  it("is one value where requests go from a day to a month, or become a range", () => {
    const volume = (value: object) => policy([{ ...bought, volume: { hourly_profile: "flat", peak_to_average: 1.5, ...value } }]);
    const [edit, ...others] = edits(volume({ requests_per_day: 50_000 }));
    expect(others).toEqual([]);
    expect(edit).toEqual(["requests: volume.requests_per_day", "1000000 (requests_per_month)", 50_000]);
    const range = { low: 1, expected: 2, high: 3 };
    expect(edits(volume({ requests_per_month: range }))).toEqual([["requests: volume.requests_per_month", 1_000_000, range]]);
  });

  it("is a whole where half of a value would mean another thing", () => {
    expect(edits(policy([workload({ candidates: { api: ["gpt-5.4-mini"], open: ["qwen3-32b"] } })]))).toEqual([
      ["requests: candidates", { api: ["gpt-5.4-mini"] }, { api: ["gpt-5.4-mini"], open: ["qwen3-32b"] }],
    ]);
    const vpc = { id: "vpc-1", private_subnet_ids: ["subnet-1", "subnet-2"] };
    expect(edits(policy([bought], { deploy: { vpc } })).map(([key]) => key)).toEqual(["deploy.vpc"]);
  });

  it("is a workload by its name, wherever it stands", () => {
    const [one, two] = [
      { ...bought, name: "one" },
      { ...bought, name: "two" },
    ];
    expect(edits(policy([two, one]), policy([one, two]))).toEqual([]);
    expect(edits(policy([two]), policy([one])).map(([key]) => key)).toEqual(["workloads[two]", "workloads[one]"]);
  });

  it("is what is built only as far as the bill depends on it", () => {
    const names = { environment: "live", github_repository: "acme/support", alarm_email: "oncall@example.com" };
    expect(edits(policy([bought], { name: "other", gates: { max_monthly_usd: 5 }, deploy: names }))).toEqual([]);
    const billed = { domain: "llm.example.com", warm_instances: 2, gateway: "litellm" };
    expect(edits(policy([bought], { deploy: { ...names, ...billed } }))).toEqual([
      ["deploy.domain", undefined, "llm.example.com"],
      ["deploy.warm_instances", undefined, 2],
      ["deploy.gateway", undefined, "litellm"],
    ]);
  });

  it("stands at its line in the head, or at that of the nearest key that is left", () => {
    const [base, head] = [documentOf(policy([bought])), documentOf(policy([{ ...bought, data_class: ["pii"] }]))];
    expect(editsBetween(base, head).map(({ line }) => line)).toEqual([head.lineOf("workloads[0].data_class")]);
    expect(editsBetween(head, base).map(({ line }) => line)).toEqual([base.lineOf("workloads[0].data_class")]);
  });
});

describe("an edit taken back", () => {
  it("brings a word back and takes one away, and leaves the other edits", () => {
    const at = (regimes: readonly string[], residency: readonly string[]) =>
      documentOf(policy([bought], { compliance: { regimes, data_residency: residency } }));
    const [base, head] = [at(["hipaa", "gdpr"], ["us"]), at(["gdpr", "soc2"], ["us", "eu"])];
    const [hipaa, soc2, eu] = editsBetween(base, head);
    if (hipaa === undefined || soc2 === undefined || eu === undefined) throw new Error("there are three edits");

    expect(takenBack(head, [hipaa]).policy.compliance).toEqual({ regimes: ["gdpr", "soc2", "hipaa"], dataResidency: ["us", "eu"] });
    expect(takenBack(head, [soc2, eu]).policy.compliance).toEqual({ regimes: ["gdpr"], dataResidency: ["us"] });
  });

  it("takes the map with it that it alone had filled", () => {
    const head = documentOf(policy([{ ...bought, needs: { min_benchmarks: { mmlu: 80 } } }]));
    const back = takenBack(head, editsBetween(documentOf(policy([bought])), head));
    expect(back.policy.workloads[0]).not.toHaveProperty("needs");
  });
});

describe("the cause of a cost", () => {
  const causeOf = (head: PolicyObject, base: PolicyObject = policy([bought])) => evaluated(head, base).delta?.cause;

  it("may be what is built around the servers and keys", () => {
    const head = evaluated(policy([bought], { deploy: { gateway: "litellm", environment: "live" } }), policy([bought]));
    expect(head.delta?.cause).toMatchObject({
      kind: "cost",
      otherEdits: 0,
      text: expect.stringMatching(/^deploy\.gateway was set to litellm \(line \d+\)$/),
    });
    expect(head.delta?.cause?.edits[0]?.effectUsd).toBeCloseTo(head.delta?.deltaMonthlyUsd ?? 0, 6);
  });

  it("is said in words, the largest effect first", () => {
    const tokens = (input: number, cached: number) => ({ ...bought, tokens: { input, output: 200, cached_input_ratio: cached } });
    const from = policy([tokens(1000, 0.5)], { team: { hourly_rate_usd: 100 } });
    const cause = causeOf(policy([tokens(500, 0)]), from);

    // 500 million input tokens at 0.75 dollars: 375 less. Half of 500 million at 0.75 instead of 0.075: 168.75 more. A few hours at 5 dollars less.
    expect(cause?.edits.map(({ text }) => text)).toEqual([
      "requests: tokens.input fell from 1,000 to 500",
      "requests: tokens.cached_input_ratio fell from 0.5 to 0",
      "team.hourly_rate_usd was removed (it was 100)",
    ]);
    expect(cause?.edits[0]?.effectUsd).toBeCloseTo(-375, 6);
    expect(cause?.edits[1]?.effectUsd).toBeCloseTo(168.75, 6);
    // Together they did 1000 x 0.4125 - 375 = -37.50 where alone they would have done -206.25: half of the tokens left no cache to lose.
    expect(cause?.togetherUsd).toBeCloseTo(168.75, 6);
  });

  it("is none below one per cent of the cost and none below a dollar", () => {
    const at = (input: number) => policy([{ ...bought, tokens: { input, output: 2000, cached_input_ratio: 0 } }]);
    // 9,000 dollars of output, 375 of input: 100 more tokens are 75 dollars, under 1 %; 200 are 150, above it.
    expect(causeOf(at(600), at(500))).toBeNull();
    expect(causeOf(at(700), at(500))?.edits).toHaveLength(1);
  });
});

it("a discount is said in whole per cent where it is one", () => {
  expect(lessDiscount("list", 0.57)).toBe("list; less the declared discount of 57 %");
  expect(lessDiscount("list", 0.125)).toBe("list; less the declared discount of 12.5 %");
  expect(lessDiscount("list", 0)).toBe("list");
});
