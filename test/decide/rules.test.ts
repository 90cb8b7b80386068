import { describe, expect, it } from "vitest";
import { evaluated, only, type PolicyObject, policy, workload } from "./support.ts";

/** Ids of rules that took out options of one side, for a workload that may use the whole catalog. */
function ruledOut(change: PolicyObject, side: "token" | "self-host", policyChange: PolicyObject = {}): Readonly<Record<string, number>> {
  const { candidates: _, ...open } = workload(change);
  const decision = only(evaluated(policy([open], policyChange)));
  const counts: Record<string, number> = {};
  for (const { option, rule } of decision.rejected) {
    if (option.startsWith("self-host/") === (side === "self-host")) counts[rule] = (counts[rule] ?? 0) + 1;
  }
  return counts;
}

function feasible(change: PolicyObject, policyChange: PolicyObject = {}) {
  const { candidates: _, ...open } = workload(change);
  return only(evaluated(policy([open], policyChange)));
}

describe("hard rules", () => {
  it("keeps data inside the account: no API survives, and the reason points at the line", () => {
    const decision = feasible({ compliance: { data_may_leave: false } });

    expect(decision.path).toBe("self-host");
    const api = decision.rejected.filter(({ option }) => !option.startsWith("self-host/"));
    expect(api.length).toBeGreaterThan(50);
    expect(api.every(({ rule, line }) => rule !== "data-location" || line !== null)).toBe(true);
    expect(api.some(({ rule }) => rule === "data-location")).toBe(true);
  });

  it("rules out every API behind an air gap, and no waiver helps", () => {
    expect(Object.keys(ruledOut({ compliance: { air_gapped: true } }, "token"))).toEqual(["air-gapped"]);
  });

  it("asks for a BAA when health data is declared, whether or not HIPAA is", () => {
    const decision = feasible({ data_class: ["phi"], candidates: undefined, needs: { min_benchmarks: {} } });
    const deepseek = decision.rejected.find(({ option }) => option.includes("deepseek-api/deepseek-v4-pro"));

    expect(deepseek?.rule).toBe("hipaa");
    expect(deepseek?.verdict).toBe("fail");
  });

  it("never lets an unknown fact or a fact of low certainty pass a hard rule", () => {
    const decision = feasible({ compliance: { regimes: ["pci_dss"] } });
    const openai = decision.rejected.filter(({ option, rule }) => option.includes("/openai-api/") && rule === "pci-dss");

    expect(openai.length).toBeGreaterThan(0);
    expect(openai.every(({ verdict }) => verdict === "unknown")).toBe(true);
  });

  it("reads FedRAMP and DoD levels", () => {
    expect(ruledOut({ compliance: { regimes: ["il5"] } }, "self-host").il5).toBeGreaterThan(0);
    expect(ruledOut({ compliance: { regimes: ["il5"] } }, "self-host", { region: "us-gov-west-1" }).il5).toBeUndefined();
    expect(ruledOut({ compliance: { regimes: ["fedramp_high"] } }, "self-host")["fedramp-high"]).toBeGreaterThan(0);
  });

  it("places data by the region of the policy for own instances, and by published facts for APIs", () => {
    const inEurope = ruledOut({ compliance: { data_residency: ["eu"] } }, "self-host", { region: "eu-central-1" });
    const inAmerica = ruledOut({ compliance: { data_residency: ["eu"] } }, "self-host", { region: "us-east-1" });

    expect(inEurope["data-residency"]).toBeUndefined();
    expect(inAmerica["data-residency"]).toBeGreaterThan(100);
    expect(ruledOut({ compliance: { data_residency: ["eu"] } }, "token")["data-residency"]).toBeGreaterThan(10);
  });

  it("holds licences to domicile, users and revenue", () => {
    const llama4 = (organisation: PolicyObject) =>
      only(evaluated(policy([workload({ candidates: { open: ["llama-4-scout-17b-16e-instruct"] } })], { organisation }))).rejected[0];

    expect(llama4({ domicile: "DE" })).toMatchObject({ rule: "licence", verdict: "fail" });
    expect(llama4({})).toMatchObject({ rule: "licence", verdict: "unknown" });
    expect(llama4({ domicile: "US", monthly_active_users: 900_000_000 })).toMatchObject({ rule: "licence", verdict: "fail" });
    expect(llama4({ domicile: "US" })).toBeUndefined();
  });

  it("asks what APIs cannot give: weights for LoRA of your own, merging, quantising", () => {
    for (const customization of ["full_finetune", "continued_pretraining", "merge", "quantize", "architecture"]) {
      const decision = feasible({ needs: { customization } });
      expect(decision.path, customization).toBe("self-host");
    }
    expect(feasible({ needs: { customization: "tone_format" } }).path).toBe("api");
  });

  it("rejects a model that ends inside the horizon unless the policy names it", () => {
    const named = only(evaluated(policy([workload({ candidates: { api: ["gpt-4.1-mini"] } })])));
    const silent = feasible({});

    expect(named.conditions.join()).toContain("2027-01-14");
    expect(silent.rejected.find(({ option }) => option.endsWith("/gpt-4.1-mini"))).toMatchObject({ rule: "lifecycle", verdict: "fail" });
  });

  it("moves an option at the floor when the floor moves by a tenth of a point", () => {
    const at = (minimum: number) => {
      const decision = only(
        evaluated(policy([workload({ candidates: { api: ["gpt-4.1"] }, needs: { min_benchmarks: { mmlu: minimum } } })])),
      );
      return decision.path;
    };

    expect(at(90.2)).toBe("api");
    expect(at(90.3)).toBe("none");
  });

  it("says what does not fit with the bytes on both sides", () => {
    const small = policy([workload({ candidates: { open: ["deepseek-r1"] } })], { region: "eu-west-1" });
    const [rejected] = only(evaluated(small)).rejected;

    expect(rejected?.rule).toBe("feasibility");
    expect(rejected?.text).toMatch(/GiB/);
  });

  it("lets a waiver through with its owner and end, until it expires", () => {
    const waiver = (expires: string) => ({ waivers: [{ rule: "soc2", owner: "ciso@example.com", reason: "report due in May", expires }] });
    const asked = workload({ compliance: { regimes: ["soc2"] }, candidates: { api: ["deepseek-v4-pro"] } });

    const waived = only(evaluated(policy([asked], waiver("2027-01-31"))));
    expect(waived.path).toBe("api");
    expect(waived.conditions.join()).toContain("Waiver of soc2 ends on 2027-01-31");
    expect(only(evaluated(policy([asked], waiver("2026-11-20")))).path).toBe("none");
  });

  it("gives every rejected option a reason", () => {
    for (const { rejected } of evaluated(
      policy([workload({ candidates: undefined, compliance: { regimes: ["hipaa", "gdpr"], zero_retention: true } })]),
    ).decision.workloads) {
      for (const row of rejected) {
        expect(row.text.length).toBeGreaterThan(10);
        expect(row.text).not.toMatch(/undefined|NaN|\[object/);
      }
    }
  });
});
