import { describe, expect, it } from "vitest";
import { catalog, evaluated, only, policy, workload } from "../support.ts";
import { judged, onSide, outcomes, passing, verdicts } from "./support.ts";

/** Published scores that the framework's comparison lists, by model: MMLU, HumanEval, GSM8K, IFEval and the context window. */
const TABLE = {
  "gpt-4.1": [88, 84.1, 94.3, 87.5, 1_000_000],
  "claude-sonnet-4-20250514": [87.5, 78.2, 92.1, 91, 200_000],
  "gemini-2.5-pro": [86.8, 80.5, 93, 88.2, 1_000_000],
  "llama-3.1-405b-instruct": [85.2, 76.8, 90.5, 83, 128_000],
  "deepseek-v3": [84.5, 75.3, 89.8, 82.5, 128_000],
  "mistral-large-2-123b-instruct-2407": [83, 72.1, 88.2, 81, 128_000],
  "llama-3.1-70b-instruct": [82, 72.5, 87.2, 84, 128_000],
  "qwen2.5-72b-instruct": [81.5, 74, 86.8, 80.5, 128_000],
} as const;
const COLUMNS = ["mmlu", "humaneval", "gsm8k", "ifeval"] as const;
const GROUP = "framework-2026-04";
const scores = (model: string) => catalog.benchmarks.filter((row) => row.model === model && row.group === GROUP);
const isOpen = (model: string) => catalog.openModels.some((row) => row.id === model);

describe("the framework's comparison of models", () => {
  for (const [model, row] of Object.entries(TABLE)) {
    it(`is kept for ${model} as a group of its own that never decides, because other sources say otherwise (C27)`, () => {
      expect(COLUMNS.map((benchmark) => scores(model).find((entry) => entry.benchmark === benchmark)?.score)).toEqual(row.slice(0, 4));
      expect(scores(model).every(({ certainty }) => certainty === "low")).toBe(true);
      const window =
        catalog.openModels.find(({ id }) => id === model)?.contextWindowTokens ??
        catalog.apiModels.find(({ id }) => id === model)?.contextWindowTokens;
      expect((window ?? 0) >= row[4] || model === "mistral-large-2-123b-instruct-2407" || model === "qwen2.5-72b-instruct").toBe(true);
    });
  }

  it("has closed models ahead of open ones by 2.8 points of MMLU, 7.0 of IFEval and 7.3 of HumanEval (C29)", () => {
    const best = (benchmark: string, open: boolean) =>
      Math.max(
        ...catalog.benchmarks
          .filter((row) => row.group === GROUP && row.benchmark === benchmark && isOpen(row.model) === open)
          .map(({ score }) => score),
      );
    const gap = (benchmark: string) => Number((best(benchmark, false) - best(benchmark, true)).toFixed(1));
    expect([gap("mmlu"), gap("ifeval"), gap("humaneval")]).toEqual([2.8, 7, 7.3]);
  });
});

describe("a floor", () => {
  it("takes a model in at its published score and out a tenth above it, on either side", () => {
    for (const [model, side] of [
      ["gpt-4.1", "api"],
      ["llama-3.3-70b-instruct", "open"],
    ] as const) {
      const best = Math.max(
        ...catalog.benchmarks
          .filter((row) => row.model === model && row.benchmark === "mmlu" && row.certainty !== "low")
          .map(({ score }) => score),
      );
      const at = (minimum: number) =>
        outcomes(judged({ candidates: { [side]: [model] }, needs: { min_benchmarks: { mmlu: minimum } } }), "capability");
      expect(at(best), model).toEqual(["pass"]);
      expect(at(best + 0.1), model).toEqual(["fail"]);
    }
  });

  it("is the same for both sides, and the report shows the score that met it", () => {
    const decision = only(
      evaluated(
        policy([workload({ candidates: { api: ["gpt-4.1"], open: ["llama-3.3-70b-instruct"] }, needs: { min_benchmarks: { mmlu: 80 } } })]),
      ),
    );
    expect(decision.considered).toEqual({ total: 2, feasible: 2 });
    expect(decision.reasons.find(({ rule }) => rule === "capability")?.text).toMatch(/^mmlu [\d.]+ against the floor 80 \(harness /);
  });

  it("of hard work drops small models that simple work keeps", () => {
    const small = (use_case: string) => new Set(passing(onSide(judged({ use_case }), "open")).map(({ model }) => model));
    expect(small("simple_qa").has("llama-3.1-8b-instruct")).toBe(true);
    expect(small("complex_reasoning").has("llama-3.1-8b-instruct")).toBe(false);
    expect(small("complex_reasoning").size).toBeGreaterThan(0);
    const reason = verdicts(judged({ use_case: "complex_reasoning" }), "capability").get("self-host/llama-3.1-8b-instruct");
    expect(reason?.text).toMatch(/against the floor/);
  });

  it("does not apply to models that the policy names: a small one for a narrow task is its owner's choice", () => {
    expect(passing(judged({ use_case: "complex_reasoning", candidates: { open: ["llama-3.1-8b-instruct"] } }))).toHaveLength(1);
  });

  it("of hard work keeps out the small models that the framework sends it to (C24)", () => {
    for (const model of ["gpt-4.1-mini", "gpt-4o-mini"]) {
      const hard = judged({ use_case: "complex_reasoning" }).filter((row) => row.model === model);
      expect(passing(hard), model).toEqual([]);
    }
  });
});

describe("what a model can do besides answering", () => {
  it("is a need of its own: tool use, vision and web search filter both sides", () => {
    const rows = judged({ needs: { features: ["web_search"] } });
    expect(outcomes(onSide(rows, "open"), "features")).toEqual(["fail"]);
    const tools = judged({ needs: { features: ["tool_use"] } });
    expect(verdicts(tools, "features").get("self-host/llama-3.3-70b-instruct")?.verdict).toBe("pass");
    expect(verdicts(tools, "features").get("self-host/tinyllama-1.1b-chat-v1.0")?.verdict).toBe("fail");
    const vision = judged({ needs: { features: ["vision"] } });
    expect(outcomes(onSide(vision, "open"), "features")).toContain("fail");
    expect(outcomes(onSide(vision, "closed"), "features")).toContain("pass");
  });

  it("is a context window: 200,000 tokens drop the models of 128,000", () => {
    const rows = judged({ needs: { context_window_tokens: 200_000 } });
    const verdictOf = (model: string) =>
      outcomes(
        rows.filter((row) => row.model === model),
        "context-window",
      )[0];
    for (const model of ["llama-3.1-405b-instruct", "llama-3.1-70b-instruct", "deepseek-v3", "qwen2.5-72b-instruct"])
      expect(verdictOf(model), model).toBe("fail");
    for (const model of ["gpt-4.1", "gemini-2.5-pro"]) expect(verdictOf(model), model).toBe("pass");
  });
});
