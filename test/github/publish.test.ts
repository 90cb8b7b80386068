import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { loadCatalog } from "../../src/catalog/index.ts";
import type { Delta, Evaluation, GateResult } from "../../src/decide/evaluation-types.ts";
import { evaluate } from "../../src/evaluate.ts";
import { isCommentDue } from "../../src/github/mode.ts";
import { outcomeOf } from "../../src/github/outcome.ts";
import type { Note } from "../../src/github/ports.ts";
import { publishAnnotations, resultFolder, setOutputs } from "../../src/github/publish.ts";
import type { PolicyResult } from "../../src/report/types.ts";

const text = `version: 1
workloads:
  - name: chat
    volume: { requests_per_month: 100000 }
    tokens: { input: 500, output: 200 }
    candidates: { api: [gpt-4.1-mini] }
`;

const judged = evaluate({
  path: "llm.yml",
  text,
  base: { path: "llm.yml", text },
  catalog: loadCatalog(),
  asOf: "2026-11-20",
  engineVersion: "0.0.0",
});
if (judged.kind === "invalid") throw new Error("the policy of this test is invalid");
const same: Evaluation = judged.evaluation;

function evaluated(changes: Partial<Evaluation> = {}, file = "llm.yml"): PolicyResult {
  return { kind: "evaluated", file, evaluation: { ...same, ...changes } };
}

const invalid: PolicyResult = { kind: "invalid", file: "bad.yml", diagnostics: [] };
const deleted: PolicyResult = { kind: "deleted", file: "gone.yml" };
const failedGate: GateResult = { id: "max_monthly_usd", status: "fail", text: "expected 120, allowed 100", line: 9, from: "base" };
const decisionOf = (path: Evaluation["decision"]["path"], expected: number | null): Partial<Evaluation> => ({
  decision: {
    ...same.decision,
    path,
    monthlyCostUsd: expected === null ? null : { expected, p10: expected, p50: expected, p90: expected },
  },
});

/** The delta of the test policy with one workload moved from one option to another. */
function moved(from: string, to: string, deltaUsd: number): Delta {
  const side = (option: string) => ({ path: "api", option, monthlyUsd: 100 });
  return {
    cause: null,
    deltaMonthlyUsd: deltaUsd,
    pathChange: null,
    workloads: [{ name: "chat", kind: "changed", from: side(from), to: side(to), deltaUsd }],
  };
}

describe("when a first comment is due", () => {
  const cost = evaluated({ delta: moved("api/a", "api/a", 20) });
  const option = evaluated({ delta: moved("api/a", "api/b", 20) });
  const path = evaluated({ delta: { ...moved("api/a", "api/a", 0), pathChange: { from: "api", to: "hybrid" } } });

  test.each([
    { name: "nothing changes", result: evaluated(), onChange: false, onDecision: false },
    { name: "the cost changes", result: cost, onChange: true, onDecision: false },
    { name: "the option changes", result: option, onChange: true, onDecision: true },
    { name: "the path changes", result: path, onChange: true, onDecision: true },
    { name: "there is no base", result: evaluated({ delta: null }), onChange: true, onDecision: true },
    { name: "a gate fails", result: evaluated({ gates: [failedGate] }), onChange: true, onDecision: true },
    { name: "the policy is invalid", result: invalid, onChange: true, onDecision: true },
    { name: "the policy is deleted", result: deleted, onChange: true, onDecision: true },
  ])("$name", ({ result, onChange, onDecision }) => {
    expect(isCommentDue("on-change", [evaluated(), result])).toBe(onChange);
    expect(isCommentDue("on-decision-change", [evaluated(), result])).toBe(onDecision);
    expect(isCommentDue("always", [result])).toBe(true);
    expect(isCommentDue("never", [result])).toBe(false);
  });
});

describe("the outcome", () => {
  test("sums what is known, to the cent", () => {
    const results = [evaluated(decisionOf("api", 100)), evaluated(decisionOf("api", 250.5))];
    expect(outcomeOf(results, "gates")).toMatchObject({ path: "api", monthlyCostUsd: "350.50", deltaMonthlyUsd: "0.00", failures: [] });
  });

  test("is unknown, not zero, as soon as one amount is", () => {
    const results = [evaluated(decisionOf("api", 100)), evaluated({ ...decisionOf("none", null), delta: null })];
    expect(outcomeOf(results, "gates")).toMatchObject({ path: "none", monthlyCostUsd: "", deltaMonthlyUsd: "" });
    expect(outcomeOf([evaluated(decisionOf("api", 100)), deleted], "gates")).toMatchObject({
      monthlyCostUsd: "100.00",
      deltaMonthlyUsd: "",
    });
  });

  test("is hybrid where the paths of the policies differ", () => {
    expect(outcomeOf([evaluated(decisionOf("api", 1)), evaluated(decisionOf("self-host", 1))], "gates").path).toBe("hybrid");
  });

  test("names the policies of path changes only where there are several", () => {
    const change = { delta: { ...moved("a", "b", 1), pathChange: { from: "api", to: "self-host" } as const } };
    const named = { ...change, policy: { ...same.policy, name: "batch" } };
    expect(outcomeOf([evaluated(change)], "gates").pathChange).toBe("api->self-host");
    expect(outcomeOf([evaluated(), evaluated(named)], "gates").pathChange).toBe("batch=api->self-host");
  });

  test.each([
    { failOn: "gates", failures: ["bad.yml is not a valid policy", "llm.yml: gate max_monthly_usd: expected 120, allowed 100"] },
    { failOn: "invalid", failures: ["bad.yml is not a valid policy"] },
    { failOn: "never", failures: [] },
  ] as const)("fail-on $failOn", ({ failOn, failures }) => {
    const outcome = outcomeOf([invalid, evaluated({ gates: [failedGate] })], failOn);
    expect(outcome.failures).toEqual(failures);
    expect(outcome).toMatchObject({ gateStatus: "fail", path: "", monthlyCostUsd: "" });
  });

  test("a waived gate passes, no gate is none, an invalid policy never passes", () => {
    const status = (...results: PolicyResult[]) => outcomeOf(results, "never").gateStatus;
    expect(status(evaluated({ gates: [{ ...failedGate, status: "waived" }] }))).toBe("pass");
    expect(status(evaluated())).toBe("none");
    expect(status(invalid)).toBe("fail");
    expect(status(deleted)).toBe("none");
  });
});

describe("annotations", () => {
  function emit(notes: readonly Note[], reserved: number): readonly Note[] {
    const emitted: Note[] = [];
    publishAnnotations({ annotate: (note) => emitted.push(note) }, notes, reserved);
    return emitted;
  }
  const notes = (level: Note["level"], count: number) =>
    Array.from({ length: count }, (_, index) => ({ level, message: `${level} ${index}` }));

  test("ten of a level are shown as they are", () => {
    const ten = [...notes("error", 10), ...notes("notice", 10)];
    expect(emit(ten, 0)).toEqual(ten);
  });

  test("beyond ten, the tenth counts the rest", () => {
    const emitted = emit(notes("warning", 25), 0);
    expect(emitted).toHaveLength(10);
    expect(emitted.at(-1)).toEqual({ level: "warning", message: "+16 more; the job summary lists all" });
  });

  test("room is left for the message that fails the step", () => {
    expect(emit(notes("error", 10), 1)).toHaveLength(9);
    expect(emit(notes("error", 10), 1).at(-1)?.message).toBe("+2 more; the job summary lists all");
  });
});

describe("results", () => {
  test("every output that action.yml promises is set", async () => {
    const promised = Object.keys(parse(await readFile("action.yml", "utf8")).outputs);
    const names: string[] = [];
    setOutputs(
      { setOutput: (name) => names.push(name) },
      {
        outcome: outcomeOf([evaluated()], "gates"),
        comment: { status: "created", url: null, warning: null },
        driftIssueUrl: null,
        files: { decision: "", report: "", sarif: "", html: "" },
        htmlReportUrl: null,
      },
    );
    expect(names).toEqual(promised);
  });

  test("files go to the job's own temporary folder, apart for each set of policies", () => {
    expect(resultFolder({ temp: "/t", workspace: "/w" }, "k")).toBe("/t/breakeven-k");
    expect(resultFolder({ temp: null, workspace: "/w" }, "k")).toBe("/w/breakeven-out");
    expect(() => resultFolder({ temp: null, workspace: null }, "k")).toThrow("nowhere to write");
  });
});
