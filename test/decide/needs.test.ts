import { describe, expect, it } from "vitest";
import { factsOf } from "../../src/decide/facts.ts";
import { nameBook } from "../../src/decide/names.ts";
import { factsWithout, needsOf, without } from "../../src/decide/needs.ts";
import { preferenceView } from "../../src/decide/preferences.ts";
import { RULES } from "../../src/decide/rules/judge.ts";
import { SOFT_DIMENSIONS } from "../../src/decide/soft.ts";
import { AS_OF, catalog, documentOf, type PolicyObject, policy, workload } from "./support.ts";

function needs(change: PolicyObject, rest: PolicyObject = {}) {
  const document = documentOf(policy([workload({ candidates: undefined, ...change })], rest));
  const facts = factsOf(document);
  const [one] = facts.workloads;
  if (one === undefined) throw new Error("the policy has one workload");
  const found = needsOf(one, { facts, ownKeys: new Set(), lineOf: (path) => document.lineOf(path) });
  return { facts, one, found, lineOf: document.lineOf, says: found.map(({ pointer, says }) => `${pointer} ${says}`) };
}

describe("what a workload could be asked to give up", () => {
  const NO_FLOOR = { min_benchmarks: {} };

  it("is each thing that it asks, with its words and its line", () => {
    const asked = needs(
      {
        data_class: ["phi"],
        latency: { ttft_ms_p95: 800, tpot_ms_p95: 50 },
        needs: {
          min_benchmarks: { mmlu: 80 },
          features: ["vision"],
          context_window_tokens: 32_000,
          openness: "weights",
          customization: "merge",
        },
      },
      {
        compliance: { regimes: ["hipaa", "gdpr"], zero_retention: true, data_residency: ["us", "eu"], data_may_leave: false },
        ready_in_weeks: 2,
      },
    );
    expect(asked.says).toEqual([
      "workloads[0].data_class[phi] names phi",
      "compliance.regimes[hipaa] names hipaa",
      "compliance.regimes[gdpr] names gdpr",
      "compliance.data_residency allows us, eu only",
      "compliance.data_may_leave is false",
      "compliance.zero_retention is true",
      "workloads[0].needs.customization is merge",
      "workloads[0].needs.openness is weights",
      "workloads[0].needs.features[vision] names vision",
      "workloads[0].needs.context_window_tokens is 32000",
      "workloads[0].needs.min_benchmarks.mmlu is 80",
      "workloads[0].latency.ttft_ms_p95 is 800",
      "workloads[0].latency.tpot_ms_p95 is 50",
      "ready_in_weeks is 2",
    ]);
    for (const { pointer, line } of asked.found) expect(line, pointer).toBeGreaterThan(1);
  });

  it("is nothing where it asks nothing, and the floor that nobody declared", () => {
    expect(needs({ needs: NO_FLOOR }).says).toEqual([]);
    const asksNothing = { compliance: { data_may_leave: true, air_gapped: false, audit_log: "none" } };
    expect(needs({ needs: { ...NO_FLOOR, customization: "prompt" } }, asksNothing).says).toEqual([]);
    expect(needs({ use_case: "simple_qa" }).says).toEqual([
      "workloads[0].needs.min_benchmarks is not declared, so the default floor of simple_qa applies",
    ]);
    expect(needs({}).found[0]?.line).toBeNull();
  });

  it("is asked no longer once it is dropped, and the rest still is", () => {
    const { found, one, facts } = needs(
      { data_class: ["phi"], latency: { ttft_ms_p95: 800, tpot_ms_p95: 50 }, needs: { ...NO_FLOOR, features: ["vision", "tool_use"] } },
      { compliance: { regimes: ["hipaa", "gdpr"] }, ready_in_weeks: 2 },
    );
    const left = (pointer: string) =>
      without(
        one,
        found.filter((need) => need.pointer.endsWith(pointer)),
      );
    expect(left("tpot_ms_p95")).toEqual({ ...one, tpotMsP95: null });
    expect(left("ttft_ms_p95")).toEqual({ ...one, ttftMsP95: null });
    expect(left("[phi]")).toEqual({ ...one, dataClasses: [] });
    expect(left("[vision]")).toEqual({ ...one, features: ["tool_use"] });
    expect(left("[hipaa]").compliance.regimes).toEqual(["gdpr"]);
    expect(left("ready_in_weeks")).toEqual(one);
    expect(factsWithout(facts, found)).toEqual({ ...facts, readyInWeeks: null });
  });

  it("is what its training asks, where it is trained", () => {
    const tuning = { training_tokens: 1e6, examples: 500, data_may_leave: false };
    const asked = needs({ needs: { ...NO_FLOOR, customization: "lora", fine_tuning: tuning } });
    expect(asked.says).toEqual([
      "workloads[0].needs.customization is lora",
      "workloads[0].needs.fine_tuning.examples is 500",
      "workloads[0].needs.fine_tuning.data_may_leave is false",
    ]);
    const [, examples, leave] = asked.found;
    if (examples === undefined || leave === undefined) throw new Error("training asks two things");
    expect(examples.drop(asked.one).fineTuning).toEqual({ ...asked.one.fineTuning, examples: null });
    expect(leave.drop(asked.one).fineTuning).toEqual({ ...asked.one.fineTuning, dataMayLeave: true });
    expect(needs({ needs: { ...NO_FLOOR, customization: "lora", fine_tuning: { training_tokens: 1e6 } } }).says).toHaveLength(1);
  });

  it("names three candidates and counts the others", () => {
    const names = (api: readonly string[]) => needs({ candidates: { api } }).says[0];
    expect(names(["gpt-5.4-mini", "gpt-6-luna"])).toBe("workloads[0].candidates names gpt-5.4-mini, gpt-6-luna only");
    expect(names(["gpt-5.4-mini", "gpt-6-luna", "gpt-6-sol", "claude-haiku-4-5"])).toBe(
      "workloads[0].candidates names gpt-5.4-mini, gpt-6-luna, gpt-6-sol and 1 more only",
    );
  });
});

describe("the name of a rule in a waiver", () => {
  const { explain } = nameBook(catalog, AS_OF);
  const waivable = RULES.filter((rule) => rule.waivable).map(({ id }) => id);

  it("is one that may be waived, or explained with the nearest one", () => {
    for (const id of waivable) expect(explain("rule", id)).toBeUndefined();
    expect(explain("rule", "hippa")).toEqual({
      problem: `unknown rule "hippa"; allowed: ${waivable.join(", ")}`,
      fix: 'did you mean "hipaa"?',
    });
    const [fixed] = RULES.filter((rule) => !rule.waivable);
    expect(explain("rule", fixed?.id ?? "")).toEqual({ problem: `the rule "${fixed?.id}" cannot be waived`, fix: "remove the waiver" });
  });

  it("is no name of a GPU", () => {
    expect(explain("gpu", "h100")).toBeUndefined();
    expect(explain("gpu", "H1000")).toMatchObject({
      problem: expect.stringMatching(/^unknown GPU "H1000"; allowed: a100-40gb, /),
      fix: 'did you mean "h100"?',
    });
  });
});

describe("soft advantages", () => {
  it("of features count the four that are known to be there", () => {
    const features = SOFT_DIMENSIONS.find(({ id }) => id === "features");
    const facts = factsOf(documentOf(policy([workload()])));
    const mark = (toolUse: boolean | null, jsonSchema: boolean | null, vision: boolean | null, webSearch: boolean | null) =>
      features?.mark({ candidate: { model: { features: { toolUse, jsonSchema, vision, webSearch } } } } as never, { facts, catalog });
    expect([
      mark(false, null, null, false),
      mark(true, null, null, false),
      mark(true, true, null, false),
      mark(true, true, true, false),
      mark(true, true, true, true),
    ]).toEqual([0, 1, 2, 3, 4]);
  });

  it("have no flip where there is nothing to compare", () => {
    const facts = factsOf(documentOf(policy([workload()])));
    expect(preferenceView([], facts, catalog)).toMatchObject({ declared: false, budgetRatio: 0, entries: [], flip: null, weightFlips: [] });
  });
});

describe("the floor of a use case, once the declared ones are dropped", () => {
  const undeclared = (min_benchmarks: PolicyObject, change: PolicyObject = {}) => {
    const { one, found } = needs({ needs: { min_benchmarks }, ...change });
    return without(
      one,
      found.filter(({ pointer }) => pointer.includes("min_benchmarks")),
    );
  };
  const simple = needs({}).one.presetFloor;

  it("comes back where every declared one asked as much", () => {
    expect(simple?.any).toContainEqual(["mmlu", 70]);
    expect(undeclared({ mmlu: 80 })).toMatchObject({ minBenchmarks: {}, presetFloor: simple });
    expect(undeclared({ mmlu: 70, mmlu_pro: 45 })).toMatchObject({ minBenchmarks: {}, presetFloor: simple });
  });

  it("stays away where one of them asked less, or of what it does not name", () => {
    expect(undeclared({ mmlu: 60 })).toMatchObject({ minBenchmarks: {}, presetFloor: null });
    expect(undeclared({ mmlu: 80, mmlu_pro: 40 })).toMatchObject({ minBenchmarks: {}, presetFloor: null });
    expect(undeclared({ bfcl_v4: 90 })).toMatchObject({ minBenchmarks: {}, presetFloor: null });
  });

  it("stays away where the policy names its models, and while another one is declared", () => {
    expect(undeclared({ mmlu: 80 }, { candidates: { api: ["gpt-5.4-mini"] } })).toMatchObject({ minBenchmarks: {}, presetFloor: null });
    const { one, found } = needs({ needs: { min_benchmarks: { mmlu: 80, mmlu_pro: 50 } } });
    const dropped = found.filter(({ pointer }) => pointer.endsWith(".mmlu"));
    expect(without(one, dropped)).toMatchObject({ minBenchmarks: { mmlu_pro: 50 }, presetFloor: null });
  });
});
