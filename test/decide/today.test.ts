import { describe, expect, it } from "vitest";
import { evaluated, only, type PolicyObject, policy, workload } from "./support.ts";

const switched = (value: PolicyObject) => only(evaluated(value)).reasons.filter(({ rule }) => rule === "switch");

describe("what serves a workload today", () => {
  const today = { current: { path: "api", model: "claude-haiku-4-5" }, candidates: undefined };

  it("is named with the rule that it breaks, when it may not go on", () => {
    const inTheEu = policy([workload(today)], { region: "eu-central-1", compliance: { data_residency: ["eu"] } });
    expect(switched(inTheEu)).toEqual([
      expect.objectContaining({
        text: expect.stringMatching(/^claude-haiku-4-5, which serves it today, is ruled out by data-residency: /),
      }),
    ]);
  });

  it("is named with what leaving it saves, when it may", () => {
    expect(switched(policy([workload(today)]))).toEqual([
      expect.objectContaining({ text: expect.stringMatching(/^leaving claude-haiku-4-5 saves \$[\d,]+ a month, more than the 10 %/) }),
    ]);
  });
});
