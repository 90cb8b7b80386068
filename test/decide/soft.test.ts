import { describe, expect, it } from "vitest";
import type { FeasibleOption } from "../../src/decide/options.ts";
import { SOFT_DIMENSIONS } from "../../src/decide/soft.ts";
import { solve } from "../../src/decide/solve.ts";
import { AS_OF, catalog, documentOf, policy, workload } from "./support.ts";

/** Marks of every feasible option of a policy by model, in the order of the dimensions. */
function marksFor(ml_ops: string, horizon_months = 12) {
  const document = documentOf(policy([workload({ candidates: undefined })], { team: { ml_ops }, horizon_months }));
  const { facts, options } = solve(document, catalog, AS_OF, []);
  const feasible = options[0]?.feasible ?? [];
  const marks = (option: FeasibleOption) =>
    Object.fromEntries(SOFT_DIMENSIONS.map(({ id, mark }) => [id, mark(option, { facts, catalog })]));
  return new Map(feasible.map((option) => [`${option.candidate.model.id}, ${option.kind}`, marks(option)]));
}

describe("marks of the soft dimensions", () => {
  it("of a maker's API: no training but a month of storage, an hour to set up and 8.7 a month, everything built in", () => {
    expect(marksFor("none").get("claude-opus-4-6, api")).toEqual({
      // 91.3 on GPQA Diamond.
      capability: 4,
      privacy: 1,
      customization: 0,
      setupSpeed: 4,
      operations: 4,
      lockIn: 0,
      features: 4,
      costPredictability: 1,
      support: 2,
    });
  });

  it("of the same maker's model on a cloud: that cloud keeps nothing and has a support plan; web search is not known there", () => {
    const bedrock = marksFor("none").get("us.anthropic.claude-opus-5, api");
    expect(bedrock).toMatchObject({ privacy: 3, features: 3, support: 3 });
  });

  it("of a cloud that keeps requests for a month", () => {
    expect(marksFor("none").get("azure-us.gpt-5.4, api")).toMatchObject({ capability: 4, privacy: 2, features: 3 });
  });

  it("of a provider who trains unless you opt out", () => {
    expect(marksFor("none").get("deepseek-v4-pro, managed")).toMatchObject({ privacy: 0, support: 2 });
  });

  it("of a closed model are higher where several sell it, under whatever names", () => {
    const lockIn = (name: string) => marksFor("none").get(`${name}, api`)?.lockIn;
    const sold = ["claude-opus-5", "us.anthropic.claude-opus-5", "global.anthropic.claude-opus-5", "gpt-5.4", "azure-us.gpt-5.4"];
    expect(sold.map(lockIn)).toEqual([1, 1, 1, 1, 1]);
    expect(["claude-opus-4-6", "claude-sonnet-4-6"].map(lockIn)).toEqual([0, 0]);
  });

  it("of a provider's own fine-tuning lie between prompts alone and weights in your hands", () => {
    // OpenAI tunes gpt-4.1-mini until January.
    const marks = marksFor("none", 1);
    expect(marks.get("gpt-4.1-mini, api")).toMatchObject({ customization: 2, capability: 2 });
    expect(marks.get("gpt-5.4, api")).toMatchObject({ customization: 0, capability: 4 });
  });

  it("of own servers: the data stay, any method, free weights, one bill; the hours are those of the team", () => {
    const own = { privacy: 4, customization: 4, costPredictability: 3, support: 1 };
    const marks = (team: string) => marksFor(team).get("qwen3-235b-a22b, self-host");
    // 320 hours to set up and 87 a month; 160 and 65; 80 and 43.
    expect(marks("none")).toMatchObject({ ...own, capability: 3, lockIn: 4, features: 2, setupSpeed: 0, operations: 0 });
    expect(marks("part_time")).toMatchObject({ ...own, setupSpeed: 1, operations: 1 });
    expect(marks("dedicated")).toMatchObject({ ...own, setupSpeed: 2, operations: 1 });
  });

  it("of weights under conditions are lower than of free ones", () => {
    const marks = marksFor("none");
    expect(marks.get("llama-3.3-70b-instruct, self-host")?.lockIn).toBe(2);
    expect(marks.get("qwen3-235b-a22b, self-host")?.lockIn).toBe(4);
  });
});
