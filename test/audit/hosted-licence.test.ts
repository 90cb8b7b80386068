import { describe, expect, it } from "vitest";
import { evaluated, only, type PolicyObject, policy, workload } from "../decide/support.ts";

function on(model: string, organisation: PolicyObject = {}) {
  return only(evaluated(policy([workload({ candidates: { api: [model] } })], { organisation })));
}

const LLAMA_4 = "meta.llama4-scout-17b-instruct-v1:0";
const LLAMA_3 = "meta.llama3-3-70b-instruct-v1:0";

describe("open weights that Bedrock serves", () => {
  it("carry their licence: Llama 4 grants nothing to a licensee in the EU, wherever the servers stand", () => {
    const german = on(LLAMA_4, { domicile: "DE" });
    expect(german.path).toBe("none");
    expect(german.rejected).toMatchObject([
      { rule: "licence", verdict: "fail", text: expect.stringContaining("no rights to a licensee in DE") },
    ]);
    expect(on(LLAMA_4, { domicile: "US" }).path).toBe("api");
    expect(on(LLAMA_4).rejected).toMatchObject([{ rule: "licence", verdict: "unknown" }]);
  });

  it("end at 700 million users, and ask for the attribution below, but for no download", () => {
    expect(on(LLAMA_3, { monthly_active_users: 800_000_000 }).rejected).toMatchObject([{ rule: "licence", verdict: "fail" }]);
    const small = on(LLAMA_3, { monthly_active_users: 1000 });
    expect(small.path).toBe("api");
    const terms = small.conditions.find((text) => text.startsWith("Licence "));
    expect(terms).toContain("Built with Llama");
    expect(terms).not.toContain("download");
  });

  it("that their maker serves come under its own contract", () => {
    const maker = on("mistral-medium-2604", { annual_revenue_usd: 1e9 });
    expect(maker.rejected.filter(({ rule }) => rule === "licence")).toEqual([]);
  });
});
