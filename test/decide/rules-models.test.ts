import { describe, expect, it } from "vitest";
import type { ApiModel, BenchmarkScore, Fact, Licence, Tuning } from "../../src/catalog/schema.ts";
import type { ApiCandidate, SelfHostCandidate } from "../../src/decide/candidates.ts";
import type { RequirementFacts, WorkloadFacts } from "../../src/decide/facts.ts";
import { precisionAllowed } from "../../src/decide/rules/capability.ts";
import { type Asked, api, check, context, own } from "./rule-support.ts";
import { AS_OF } from "./support.ts";

/**
 * Each rule alone, on facts that stand in the test: what it says, at which key it points, and what it asks besides. Verdicts
 * follow from the titles and the facts beside them; nothing here depends on what the catalog holds today.
 */
describe("a licence", () => {
  const row: Licence = {
    id: "opal-licence",
    name: "Opal",
    commercialUse: "yes",
    conditions: [],
    monthlyActiveUsersCap: null,
    monthlyRevenueCapUsd: null,
    excludedDomiciles: [],
    source: "its text",
    checked: "2026-11-01",
    basis: "vendor",
    certainty: "high",
  };
  const at = (terms: Partial<Licence>, organisation: RequirementFacts["organisation"] = {}) =>
    check("licence", own({ licence: "opal-licence" }), { facts: { organisation }, catalog: { licences: [{ ...row, ...terms }] } });

  it("binds who holds the weights, not who buys by the token", () => {
    expect(check("licence", api(), {})).toBeNull();
    expect(at({})).toEqual({
      verdict: "pass",
      text: "Opal allows it",
      pointer: null,
      source: "its text (2026-11-01)",
      certainty: "high",
      conditions: [],
    });
    expect(check("licence", own({ licence: "another" }), { catalog: { licences: [row] } })).toMatchObject({
      verdict: "unknown",
      text: "the licence of opal is not in the catalog",
    });
  });

  it("may forbid commerce, or leave it open, or add terms", () => {
    expect(at({ commercialUse: "no" })).toMatchObject({ verdict: "fail", text: "Opal forbids commercial use" });
    expect(at({ commercialUse: "unknown" })).toMatchObject({ verdict: "unknown" });
    expect(at({ commercialUse: "conditional", conditions: ["name us", "share alike"] })).toMatchObject({
      verdict: "pass",
      conditions: ["Licence Opal: name us; share alike"],
    });
  });

  it("of low certainty decides in neither direction", () => {
    const unsure = at({ certainty: "low", conditions: ["name us"] });
    expect(unsure).toMatchObject({ verdict: "unknown", text: "Opal allows it, but that rests on a source of low certainty" });
    expect(unsure).not.toHaveProperty("conditions");
    expect(at({ certainty: "low", commercialUse: "no" })).toMatchObject({ verdict: "unknown" });
    expect(at({ certainty: "low", commercialUse: "unknown" })?.text).not.toContain("low certainty");
  });

  it("may exclude a country, or the union that it is in", () => {
    expect(at({ excludedDomiciles: ["EU", "RU"] }, { domicile: "DE" })).toMatchObject({
      verdict: "fail",
      pointer: "organisation.domicile",
    });
    expect(at({ excludedDomiciles: ["EU", "RU"] }, { domicile: "RU" })).toMatchObject({ verdict: "fail" });
    expect(at({ excludedDomiciles: ["RU"] }, { domicile: "DE" })).toMatchObject({ verdict: "pass" });
    expect(at({ excludedDomiciles: ["EU"] }, { domicile: "CH" })).toMatchObject({ verdict: "pass" });
    expect(at({ excludedDomiciles: ["EU", "RU"] })).toMatchObject({
      verdict: "unknown",
      text: expect.stringContaining("EU, RU"),
      pointer: null,
    });
  });

  it("may end at a number of users", () => {
    const capped = { monthlyActiveUsersCap: 700_000_000 };
    expect(at(capped, { monthlyActiveUsers: 700_000_000 })).toMatchObject({ verdict: "pass", conditions: [] });
    expect(at(capped, { monthlyActiveUsers: 700_100_000 })).toMatchObject({
      verdict: "fail",
      text: "700.1 million monthly users are above the cap of Opal (700 million)",
      pointer: "organisation.monthly_active_users",
    });
    // Hardly anyone has that many, so silence counts as fewer, to be confirmed.
    expect(at(capped)).toMatchObject({ verdict: "pass", conditions: [expect.stringContaining("at most 700 million monthly users")] });
    expect(at({ monthlyActiveUsersCap: 100_000_000 })).toMatchObject({ verdict: "pass" });
    expect(at({ monthlyActiveUsersCap: 99_999_999 })).toMatchObject({ verdict: "unknown" });
    expect(at({ monthlyActiveUsersCap: 1_000_000 })).toMatchObject({
      verdict: "unknown",
      text: expect.stringContaining("1 million monthly users"),
    });
  });

  it("may end at a revenue of the month, a twelfth of the year's", () => {
    const capped = { monthlyRevenueCapUsd: 20_000_000 };
    expect(at(capped, { annualRevenueUsd: 240_000_000 })).toMatchObject({ verdict: "pass" });
    expect(at(capped, { annualRevenueUsd: 252_000_000 })).toMatchObject({
      verdict: "fail",
      text: "21 million USD revenue a month is above the cap of Opal (20 million)",
      pointer: "organisation.annual_revenue_usd",
    });
    expect(at(capped)).toMatchObject({ verdict: "unknown", text: expect.stringContaining("20 million USD revenue a month") });
  });
});

describe("openness", () => {
  const levels = ["weights", "weights_code", "weights_code_data"] as const;
  const at = (wanted: (typeof levels)[number], offered: (typeof levels)[number], certainty: Fact["certainty"] = "high") =>
    check("openness", own({ openness: offered, certainty }), { workload: { openness: wanted } })?.verdict;

  it("of a level includes the ones before it, and no API hands out anything", () => {
    expect(levels.map((wanted) => levels.map((offered) => at(wanted, offered)))).toEqual([
      ["pass", "pass", "pass"],
      ["fail", "pass", "pass"],
      ["fail", "fail", "pass"],
    ]);
    expect(check("openness", api(), { workload: { openness: "weights" } })).toMatchObject({
      verdict: "fail",
      text: "Acme does not hand out the weights",
      pointer: "workloads[0].needs.openness",
    });
  });

  it("beyond the weights is not proven by a row of low certainty", () => {
    expect(at("weights", "weights", "low")).toBe("pass");
    expect(at("weights_code", "weights_code_data", "low")).toBe("unknown");
  });
});

describe("the end of a model", () => {
  // A horizon of 12 months from 2026-11-21 ends on 2027-11-21 at the latest.
  const at = (shutdownOn: string | null, change: Partial<WorkloadFacts> = {}) =>
    check("lifecycle", api({}, { shutdownOn, successor: "acme-2", lifecycleSource: "its page" }), {
      workload: { candidates: null, current: null, ...change },
      facts: { horizonMonths: 12 },
    });

  it("ends a choice: today, or inside the horizon unless the policy names the model", () => {
    expect(at(null)).toBeNull();
    expect(at(AS_OF)).toMatchObject({ verdict: "fail", text: `shut down on ${AS_OF}; successor acme-2`, source: "its page" });
    expect(at("2026-11-22")).toMatchObject({ verdict: "fail", text: "is shut down on 2026-11-22, inside the horizon; successor acme-2" });
    expect(at("2028-01-01")).toMatchObject({ verdict: "pass", text: "sold until 2028-01-01, beyond the horizon" });
    expect(at("2028-01-01")).not.toHaveProperty("conditions");
    for (const named of [{ candidates: { api: ["acme-1"] } }, { current: { path: "api", model: "acme-1" } as const }])
      expect(at("2027-03-01", named)).toMatchObject({
        verdict: "pass",
        conditions: ["acme-1 is shut down on 2027-03-01: plan the move; successor acme-2"],
      });
    expect(at("2027-03-01", { candidates: { api: ["acme-9"] } })).toMatchObject({ verdict: "fail" });
    expect(check("lifecycle", own(), {})).toBeNull();
    const last = api({}, { shutdownOn: "2026-01-01", successor: null, lifecycleSource: "its page" });
    expect(check("lifecycle", last, {})?.text).toBe("shut down on 2026-01-01");
  });
});

describe("a deadline", () => {
  // A team without GPU people needs 320 hours, 8 weeks of one engineer.
  const at = (readyInWeeks: number | null, change: Asked = {}) =>
    check("deadline", own(), { ...change, facts: { readyInWeeks, mlOps: "none" } });

  it("leaves own servers out when setting them up takes longer, unless they run already", () => {
    expect(at(8)).toMatchObject({ verdict: "pass", pointer: "ready_in_weeks" });
    expect(at(7)).toMatchObject({ verdict: "fail", text: expect.stringContaining("8 weeks (team.ml_ops none) against 7") });
    expect(at(null)).toBeNull();
    expect(at(1, { workload: { current: { path: "self-host", model: "opal" } } })).toBeNull();
    expect(at(1, { workload: { current: { path: "api", model: "acme-1" } } })).toMatchObject({ verdict: "fail" });
    expect(check("deadline", api(), { facts: { readyInWeeks: 1 } })).toBeNull();
  });
});

describe("changing a model", () => {
  const at = (customization: WorkloadFacts["customization"], offered: ApiModel["customization"]) =>
    check("customization", api({}, { customization: offered }), { workload: { customization } });

  it("by words is free; by training is what the provider offers; beyond that needs the weights", () => {
    for (const words of ["none", "prompt", "tone_format"] as const) expect(at(words, null)).toBeNull();
    for (const method of ["sft", "lora", "distill"] as const) {
      expect(at(method, [method])).toMatchObject({
        verdict: "pass",
        text: `Acme offers ${method}`,
        pointer: "workloads[0].needs.customization",
      });
      expect(at(method, [])).toMatchObject({ verdict: "fail", text: `Acme does not offer ${method} for acme-1` });
      expect(at(method, null)).toMatchObject({ verdict: "unknown" });
    }
    for (const weights of ["full_finetune", "continued_pretraining", "merge", "quantize", "architecture"] as const) {
      expect(at(weights, ["sft", "lora", "distill"])).toMatchObject({
        verdict: "fail",
        text: expect.stringContaining("does not hand them out"),
      });
      expect(check("customization", own(), { workload: { customization: weights } })).toMatchObject({
        verdict: "pass",
        text: `own weights allow ${weights}`,
      });
    }
  });
});

describe("training data", () => {
  const tuning = { trainingTokens: 1e6, examples: 500, epochs: 3, runsPerYear: 2, adapterRank: 16, dataMayLeave: null };
  const upload = (mayLeave: boolean | null, requests: boolean | undefined) =>
    check("training-data", api(), {
      workload: { fineTuning: { ...tuning, dataMayLeave: mayLeave }, compliance: requests === undefined ? {} : { dataMayLeave: requests } },
    })?.verdict;

  it("may be uploaded where it says so itself, else where requests may go", () => {
    expect([upload(true, false), upload(null, true), upload(null, undefined)]).toEqual(["pass", "pass", "pass"]);
    expect([upload(false, true), upload(null, false)]).toEqual(["fail", "fail"]);
    expect(check("training-data", api(), { workload: { fineTuning: tuning } })).toMatchObject({
      pointer: "workloads[0].needs.fine_tuning.data_may_leave",
      conditions: [expect.stringContaining("uploaded to Acme")],
    });
    expect(check("training-data", own(), { workload: { fineTuning: { ...tuning, dataMayLeave: false } } })).toMatchObject({
      verdict: "pass",
    });
    expect(check("training-data", api(), { workload: { fineTuning: null } })).toBeNull();
  });

  it("has as many examples as the provider takes", () => {
    const provenance = { source: "its page", checked: "2026-11-01", basis: "vendor", certainty: "high" } as const;
    const bounds: Tuning = {
      ...provenance,
      atLeast: { ...provenance, examples: 10 },
      atMost: { ...provenance, certainty: "low", examples: 1000 },
      trainingUsdPerMTok: null,
      surcharge: null,
    };
    const at = (examples: number | null, takes: Tuning | undefined = bounds) =>
      check("training-examples", api({}, takes === undefined ? {} : { tuning: takes }), {
        workload: { fineTuning: { ...tuning, examples } },
      });
    expect(at(10)).toMatchObject({
      verdict: "pass",
      text: "acme-1 takes at least 10 and at most 1000 examples, the policy has 10",
      source: "its page (2026-11-01)",
    });
    expect(at(1000)).toMatchObject({ verdict: "pass" });
    expect(at(9)).toMatchObject({ verdict: "fail", text: "acme-1 takes at least 10 examples, the policy has 9", certainty: "high" });
    // The upper bound is of low certainty and proves nothing.
    expect(at(1001)).toMatchObject({ verdict: "unknown", text: "acme-1 takes at most 1000 examples, the policy has 1001" });
    expect(at(5, { ...bounds, atLeast: null })).toMatchObject({
      verdict: "pass",
      text: "acme-1 takes at most 1000 examples, the policy has 5",
    });
    expect(at(5000, { ...bounds, atMost: null })).toMatchObject({
      verdict: "pass",
      text: "acme-1 takes at least 10 examples, the policy has 5000",
    });
    expect(at(null)).toBeNull();
    const { tuning: _, ...untold } = api().model;
    expect(check("training-examples", { ...api(), model: untold }, { workload: { fineTuning: tuning } })).toMatchObject({
      verdict: "unknown",
    });
    expect(check("training-examples", own(), { workload: { fineTuning: { ...tuning, examples: 5 } } })).toMatchObject({ verdict: "pass" });
    expect(check("training-examples", api(), { workload: { fineTuning: null } })).toBeNull();
  });
});

describe("features", () => {
  const features = { toolUse: true, jsonSchema: false, vision: null, webSearch: true };
  const at = (candidate: ApiCandidate | SelfHostCandidate, ...asked: WorkloadFacts["features"]) =>
    check("features", candidate, { workload: { features: asked } });

  it("are those of the model; the one that is worst decides", () => {
    const acme = api({}, { features });
    expect(at(acme)).toBeNull();
    expect(at(acme, "tool_use")).toMatchObject({ verdict: "pass", text: "acme-1 offers tool_use", pointer: "workloads[0].needs.features" });
    expect(at(acme, "web_search")).toMatchObject({ verdict: "pass" });
    expect(at(acme, "tool_use", "vision")).toMatchObject({ verdict: "unknown", text: "whether acme-1 offers vision is not known" });
    expect(at(acme, "tool_use", "vision", "json_schema")).toMatchObject({ verdict: "fail", text: "acme-1 does not offer json_schema" });
    expect(at(acme, "json_schema", "vision")).toMatchObject({ verdict: "fail" });
  });

  it("of own servers are vLLM's: any JSON schema, no web search", () => {
    const opal = own({ features });
    expect(at(opal, "json_schema")).toMatchObject({ verdict: "pass" });
    expect(at(opal, "web_search")).toMatchObject({ verdict: "fail" });
    expect(at(opal, "tool_use")).toMatchObject({ verdict: "pass" });
  });
});

describe("the longest request", () => {
  it("fits the declared window, or the longest mean at the end of the horizon", () => {
    const declared = (offered: number | null) =>
      check("context-window", api({}, { contextWindowTokens: offered }), {
        workload: { contextWindowDeclared: true, contextWindowTokens: 32_000 },
      });
    expect(declared(32_000)).toMatchObject({ verdict: "pass", pointer: "workloads[0].needs.context_window_tokens" });
    expect(declared(31_999)).toMatchObject({ verdict: "fail", text: "context window of 31999 tokens against 32000 needed" });
    expect(declared(null)).toMatchObject({ verdict: "unknown" });
    // 3,000 tokens at most that grow by 10 % a month are 3,000 x 1.1^2 = 3,630 in the third, which facts.test.ts works out.
    const grown = (offered: number) =>
      check("context-window", own({ contextWindowTokens: offered }), {
        workload: {
          contextWindowDeclared: false,
          largestRequestTokens: 3630,
          inputTokens: { low: 1, expected: 1000, high: 2000 },
          outputTokens: { low: 1, expected: 500, high: 1000 },
        },
      });
    expect(grown(3630)).toMatchObject({ verdict: "pass", pointer: null });
    expect(grown(3629)).toMatchObject({ verdict: "fail" });
  });
});

describe("capability", () => {
  function score(model: string, benchmark: string, points: number, certainty: Fact["certainty"] = "high"): BenchmarkScore {
    return { model, benchmark, score: points, group: "harness", source: "its paper", checked: "2026-11-01", certainty };
  }
  const scores = [
    score("acme-1", "mmlu", 80),
    score("acme-1", "mmlu", 82),
    score("acme-1", "mmlu", 99, "low"),
    score("acme-1", "gpqa_diamond", 40),
    score("opal", "mmlu", 86),
  ];
  const at = (candidate: ApiCandidate | SelfHostCandidate, change: Partial<WorkloadFacts>, rows: readonly BenchmarkScore[] = scores) =>
    check("capability", candidate, { workload: { presetFloor: null, ...change }, catalog: { benchmarks: [...rows] } });

  it("is the best proven score against the floor, and every declared floor must hold", () => {
    expect(at(api(), { minBenchmarks: { mmlu: 82 } })).toEqual({
      verdict: "pass",
      text: "mmlu 82 against the floor 82 (harness harness)",
      pointer: "workloads[0].needs.min_benchmarks",
      source: "its paper (2026-11-01)",
      certainty: "high",
    });
    expect(at(api(), { minBenchmarks: { mmlu: 82.1 } })).toMatchObject({ verdict: "fail" });
    expect(at(api(), { minBenchmarks: { mmlu: 80, gpqa_diamond: 41 } })).toMatchObject({
      verdict: "fail",
      text: expect.stringContaining("gpqa_diamond"),
    });
    expect(at(api(), { minBenchmarks: { mmlu: 80, swe: 1 } })).toMatchObject({
      verdict: "unknown",
      text: "acme-1 has no proven swe score (floor 1)",
    });
    expect(at(api(), { minBenchmarks: {} })).toBeNull();
  });

  it("that any one benchmark would prove names them all when none does, and says when a maker measured itself", () => {
    const presetFloor = {
      any: [
        ["swe", 1],
        ["livecode", 2],
      ],
      all: [],
    } as const;
    expect(at(api(), { minBenchmarks: {}, presetFloor })).toMatchObject({
      verdict: "unknown",
      text: "acme-1 has no proven score on any of swe, livecode",
    });
    const own = [{ ...score("acme-1", "swe", 60), group: "vendor" }];
    expect(at(api(), { minBenchmarks: {}, presetFloor }, own)).toMatchObject({
      verdict: "pass",
      text: "swe 60 against the floor 1 (measured by its maker)",
    });
  });

  it("of open weights is shared by who hosts them, not the other way round", () => {
    expect(at(api({}, { openModel: "opal" }), { minBenchmarks: { mmlu: 86 } })).toMatchObject({ verdict: "pass" });
    expect(at(api({}, { sameModelAs: "opal" }), { minBenchmarks: { mmlu: 86 } })).toMatchObject({ verdict: "pass" });
    expect(at(own(), { minBenchmarks: { mmlu: 86 } })).toMatchObject({ verdict: "pass" });
    expect(at(own(), { minBenchmarks: { gpqa_diamond: 1 } })).toMatchObject({ verdict: "unknown" });
    // Its own score is better than that of the weights, and of equal ones the first of the catalog counts.
    expect(at(api({}, { openModel: "opal" }), { minBenchmarks: { mmlu: 87 } }, [...scores, score("acme-1", "mmlu", 88)])).toMatchObject({
      verdict: "pass",
    });
    const first = { ...score("opal", "mmlu", 90), source: "first" };
    expect(at(api({}, { openModel: "opal" }), { minBenchmarks: { mmlu: 1 } }, [first, score("acme-1", "mmlu", 90)])?.source).toContain(
      "first",
    );
    expect(at(api({}, { openModel: "opal" }), { minBenchmarks: { mmlu: 1 } }, [score("acme-1", "mmlu", 90), first])?.source).toContain(
      "its paper",
    );
  });

  it("of a preset is met by any one of some benchmarks and by all of the others", () => {
    const floor = (any: Readonly<Record<string, number>>, all: Readonly<Record<string, number>> = {}) =>
      at(api(), { minBenchmarks: {}, presetFloor: { any: Object.entries(any), all: Object.entries(all) } });
    expect(floor({ swe: 1, mmlu: 81 })).toMatchObject({ verdict: "pass", pointer: null });
    expect(floor({ swe: 1, mmlu: 83 })).toMatchObject({ verdict: "fail" });
    expect(floor({ swe: 1 })).toMatchObject({ verdict: "unknown" });
    expect(floor({ mmlu: 81 }, { gpqa_diamond: 41 })).toMatchObject({ verdict: "fail" });
    expect(floor({ mmlu: 81 }, { gpqa_diamond: 40 })).toMatchObject({ verdict: "pass" });
  });

  it("of squeezed weights needs a margin: a point at 8 bits, three at 4", () => {
    const opal = own({ nativePrecision: "bf16" });
    const allowed = (change: Partial<WorkloadFacts>, model = opal) =>
      (["bf16", "fp8", "int8", "int4", "nvfp4"] as const).filter((precision) =>
        precisionAllowed(
          model,
          context({ workload: { presetFloor: null, minBenchmarks: {}, ...change }, catalog: { benchmarks: scores } }),
          precision,
        ),
      );
    expect(allowed({ minBenchmarks: { mmlu: 85 } })).toEqual(["bf16", "fp8", "int8"]);
    expect(allowed({ minBenchmarks: { mmlu: 83 } })).toEqual(["bf16", "fp8", "int8", "int4", "nvfp4"]);
    expect(allowed({ minBenchmarks: { mmlu: 85.5 } })).toEqual(["bf16"]);
    expect(allowed({ minBenchmarks: { mmlu: 80, swe: 1 } })).toEqual(["bf16"]);
    expect(
      allowed({
        presetFloor: {
          any: [
            ["swe", 1],
            ["mmlu", 85],
          ],
          all: [],
        },
      }),
    ).toEqual(["bf16", "fp8", "int8"]);
    expect(allowed({ presetFloor: { any: [["mmlu", 85]], all: [["mmlu", 86]] } })).toEqual(["bf16"]);
    expect(allowed({ minBenchmarks: { mmlu: 86 } }, own({ nativePrecision: "int4" })), "the precision that it was made in").toEqual([
      "bf16",
      "int4",
    ]);
    expect(precisionAllowed(api(), context({ workload: { minBenchmarks: { mmlu: 99 } } }), "int4")).toBe(true);
  });
});
