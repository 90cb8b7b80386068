import { describe, expect, it } from "vitest";
import { catalog, evaluated, only, policy, workload } from "../support.ts";
import { judged, onSide, outcomes, passing, verdicts } from "./support.ts";

const rowsFor = (customization: string, more: object = {}) => judged({ needs: { customization }, ...more });

describe("what only open weights allow", () => {
  for (const customization of ["full_finetune", "continued_pretraining", "merge", "quantize", "tokenizer", "architecture"]) {
    it(`rules out every service for ${customization}, and says whose weights they are`, () => {
      const rows = rowsFor(customization);
      expect(outcomes([...onSide(rows, "closed"), ...onSide(rows, "managed")], "customization")).toEqual(["fail"]);
      expect(outcomes(onSide(rows, "open"), "customization")).toEqual(["pass"]);
      const [reason] = [...verdicts(onSide(rows, "closed"), "customization").values()];
      expect(reason?.text).toMatch(new RegExp(`^${customization} needs the weights; .+ does not hand them out$`));
      expect(reason?.line).not.toBeNull();
    });
  }

  it("gives self-host as the verdict for each of them", () => {
    for (const customization of ["full_finetune", "merge", "architecture"]) {
      const change = { needs: { customization }, candidates: { api: ["gpt-5.4-mini"], open: ["qwen3-32b"] } };
      expect(only(evaluated(policy([workload(change)]))).path, customization).toBe("self-host");
    }
  });
});

describe("what some providers do for you", () => {
  it("is supervised tuning of a few models, named one by one", () => {
    const offered = catalog.apiModels.filter((row) => row.customization?.includes("sft")).map(({ id }) => id);
    expect(offered).toEqual(
      expect.arrayContaining(["gpt-4.1-mini", "gpt-4.1-nano", "gpt-4o-mini", "gemini-2.5-pro", "command-r-plus-08-2024"]),
    );
    const closed = onSide(rowsFor("sft", { candidates: { api: ["gpt-4.1-mini", "gpt-4o-mini", "gpt-5.4-mini"] } }), "closed");
    const passed = closed.filter(({ judgement }) => judgement.reasons.some((r) => r.rule === "customization" && r.verdict === "pass"));
    expect(passed.map(({ model }) => model)).toEqual(["gpt-4.1-mini", "gpt-4o-mini"]);
  });

  it("is distillation by indirect means, where a provider says so", () => {
    expect(catalog.apiModels.find(({ id }) => id === "claude-3-5-haiku-20241022")?.customization).toEqual(["distill"]);
  });

  it("is not proven where no source says that it is offered", () => {
    expect(outcomes(onSide(rowsFor("sft", { candidates: { api: ["gpt-5.4-mini"] } }), "closed"), "customization")).toEqual(["unknown"]);
  });

  it("is no LoRA adapter of your own: that takes weights", () => {
    const passed = passing(rowsFor("lora"));
    expect(passed.length).toBeGreaterThan(20);
    expect(passed.every(({ side }) => side === "open")).toBe(true);
  });
});

describe("what a prompt does", () => {
  it("keeps every side in the race: tone and format alone never ask for own servers", () => {
    for (const customization of ["none", "prompt", "tone_format"]) {
      const rows = rowsFor(customization);
      expect(outcomes(rows, "customization"), customization).toEqual([]);
      const decision = only(evaluated(policy([workload({ needs: { customization } })])));
      expect(decision.path, customization).toBe("api");
    }
  });

  it("is a vote for the API in the advisory and no rule", () => {
    const { advisory } = evaluated(policy([workload({ needs: { customization: "tone_format" } })])).decision;
    expect(advisory.find(({ rule }) => rule === "customization")).toMatchObject({
      says: "api",
      text: "tone_format: a good prompt does it",
    });
  });
});

describe("time and people", () => {
  it("rule own servers out when they must serve within days, and an API never", () => {
    const rows = judged({}, { ready_in_weeks: 0.5, team: { ml_ops: "dedicated" } });
    expect(outcomes(onSide(rows, "open"), "deadline")).toEqual(["fail"]);
    expect(outcomes(onSide(rows, "closed"), "deadline")).toEqual([]);
    expect([...verdicts(rows, "deadline").values()][0]).toMatchObject({
      text: "set-up takes one engineer 2 weeks (team.ml_ops dedicated) against 0.5 until it must be ready",
    });
  });

  it("depend on the team: 2, 4 or 8 weeks, and nothing where own servers run already", () => {
    const at = (ml_ops: string, weeks: number) =>
      outcomes(onSide(judged({}, { ready_in_weeks: weeks, team: { ml_ops } }), "open"), "deadline")[0];
    expect([at("dedicated", 2), at("dedicated", 1.9)]).toEqual(["pass", "fail"]);
    expect([at("part_time", 4), at("part_time", 3.9)]).toEqual(["pass", "fail"]);
    expect([at("none", 8), at("none", 7.9)]).toEqual(["pass", "fail"]);
    const running = judged({ current: { path: "self-host", model: "qwen3-32b" } }, { ready_in_weeks: 0.1 });
    expect(outcomes(running, "deadline")).toEqual([]);
  });
});
