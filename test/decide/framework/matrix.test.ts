import { describe, expect, it } from "vitest";
import { catalog, evaluated, only, policy, workload } from "../support.ts";
import { conditionsOf, judged, onRoute, onSide, outcomes, passing, verdicts } from "./support.ts";

/** The four profiles of the framework's compliance table against both sides, and its two tables on data protection. */
describe("health records under HIPAA", () => {
  const rows = judged({ data_class: ["phi"], compliance: { regimes: ["hipaa"], zero_retention: true } });

  it("may go to a closed model only where a BAA can be signed, and says to sign it and to verify that nothing is kept", () => {
    const closed = passing(onSide(rows, "closed"));
    expect(closed.length).toBeGreaterThan(10);
    for (const row of closed) {
      expect(conditionsOf([row]).join("\n"), row.option).toMatch(/Sign the BAA before the first request/);
      expect(conditionsOf([row]).join("\n"), row.option).toMatch(/zero data retention/);
    }
    for (const route of ["gemini-api", "cohere-api", "mistral-api", "deepseek-api"])
      expect(passing(onRoute(rows, route)), route).toEqual([]);
  });

  it("may stay on own servers, where encryption, logs and risk analysis are the owner's", () => {
    const open = passing(onSide(rows, "open"));
    expect(open.length).toBeGreaterThan(20);
    for (const row of open) expect(conditionsOf([row]).join("\n")).toContain("encryption, access logs and risk analysis stay with you");
    expect(outcomes(onSide(rows, "open"), "zero-retention")).toEqual(["pass"]);
    expect(outcomes(onSide(rows, "open"), "no-training")).toEqual(["pass"]);
  });
});

describe("payment data and GDPR in the EU", () => {
  const rows = judged(
    { data_class: ["pci"], compliance: { regimes: ["pci_dss", "gdpr"], data_residency: ["eu"] } },
    { region: "eu-central-1" },
  );

  it("may go to a closed model only with an attestation, an agreement and a checked place", () => {
    const closed = passing(onSide(rows, "closed"));
    expect(new Set(closed.map(({ route }) => route))).toEqual(new Set(["bedrock"]));
    const duties = conditionsOf(closed).join("\n");
    expect(duties).toContain("Keep cardholder data out of prompts");
    expect(duties).toContain("Put the data processing agreement in place");
    expect(duties).toContain("keep cross-region inference inside eu");
    expect(outcomes(onRoute(rows, "anthropic-api"), "data-residency")).toEqual(["fail"]);
    expect(outcomes(onRoute(rows, "openai-api"), "pci-dss")).toEqual(["unknown"]);
  });

  it("may stay on own servers in an EU region, with the controller's duties", () => {
    const open = passing(onSide(rows, "open"));
    expect(open.length).toBeGreaterThan(20);
    expect(conditionsOf(open).join("\n")).toContain("you stay the controller");
    const abroad = judged({ compliance: { data_residency: ["eu"] } }, { region: "us-east-1" });
    expect(outcomes(onSide(abroad, "open"), "data-residency")).toEqual(["fail"]);
  });
});

describe("government data at impact level 5", () => {
  it("may go to no closed model that the catalog can price: only government clouds are authorised, and their models are not on sale here", () => {
    const rows = judged({ compliance: { regimes: ["il5"] } }, { region: "us-gov-west-1" });
    expect(catalog.routes.find(({ id }) => id === "azure-openai")?.facts.dodIl?.value).toContain("IL5");
    expect(passing(onSide(rows, "closed"))).toEqual([]);
    expect(outcomes(onRoute(rows, "azure-openai-us"), "il5")).toEqual(["fail"]);
    expect(outcomes(onRoute(rows, "openai-api"), "il5")).toEqual(["fail"]);
    expect(outcomes(onRoute(rows, "bedrock"), "il5"), "low certainty never decides alone").toEqual(["unknown"]);
  });

  it("may stay on own servers in GovCloud, where isolation and authorisation are the owner's, and nowhere else", () => {
    const government = onSide(judged({ compliance: { regimes: ["il5"] } }, { region: "us-gov-west-1" }), "open");
    expect(outcomes(government, "il5")).toEqual(["pass"]);
    expect(conditionsOf(passing(government)).join("\n")).toContain("compute isolation");
    expect(outcomes(onSide(judged({ compliance: { regimes: ["il5"] } }), "open"), "il5")).toEqual(["fail"]);
  });

  it("is not classified data: level 6 fits nothing that the stacks can build, in GovCloud neither", () => {
    for (const region of ["us-east-1", "us-gov-west-1"]) {
      const open = onSide(judged({ data_class: ["classified"] }, { region }), "open");
      expect(outcomes(open, "il6"), region).toEqual(["fail"]);
    }
  });
});

describe("a start-up with a prototype", () => {
  it("may use closed models on standard terms, without a single condition", () => {
    const rows = judged({}, { stage: "prototype" });
    const plain = passing(onSide(rows, "closed")).filter(({ judgement }) => judgement.conditions.length === 0);
    expect(plain.length).toBeGreaterThan(15);
    expect(only(evaluated(policy([workload({})], { stage: "prototype" }))).path).toBe("api");
  });

  it("may host open weights too: nothing rules them out, people's hours weigh by who is on the team", () => {
    const hours = (ml_ops: string) => {
      const { decision } = evaluated(policy([workload({ candidates: { open: ["qwen3-32b"] } })], { stage: "prototype", team: { ml_ops } }));
      return decision.workloads[0]?.costLines.find(({ id }) => id === "people-self-host")?.quantity ?? 0;
    };
    expect(passing(onSide(judged({}, { stage: "prototype" }), "open")).length).toBeGreaterThan(20);
    expect(hours("none")).toBeGreaterThan(hours("dedicated"));
  });
});

describe("what providers promise about data", () => {
  it("is 30 days of retention by default, and nothing only on request: the condition says so", () => {
    const rows = judged({ compliance: { zero_retention: true } });
    const days = (route: string) => catalog.routes.find(({ id }) => id === route)?.facts.retentionDefaultDays?.value;
    expect([days("openai-api"), days("anthropic-api"), days("aws-self-host")]).toEqual([30, 30, 0]);
    expect(outcomes(onRoute(rows, "openai-api"), "zero-retention")).toEqual(["pass"]);
    expect(conditionsOf(onRoute(rows, "openai-api")).join("\n")).toMatch(/zero data retention/);
    expect(outcomes(onRoute(rows, "deepseek-api"), "zero-retention")).toEqual(["fail"]);
  });

  it("is no training for some and an opt-out for others, which becomes a condition", () => {
    const rows = judged({ compliance: { no_training: true } });
    expect(conditionsOf(onRoute(rows, "openai-api")).filter((text) => text.includes("train"))).toEqual([]);
    for (const route of ["cohere-api", "mistral-api", "gemini-api"])
      expect(conditionsOf(onRoute(rows, route)).join("\n"), route).toMatch(/not to train/);
    expect(passing(onRoute(rows, "deepseek-api"))).toEqual([]);
  });

  it("is an audit log by dashboard, API or export, and the asked level is held", () => {
    const at = (audit_log: string) => judged({ compliance: { audit_log } });
    expect(outcomes(onRoute(at("dashboard"), "xai-api"), "audit-log")).toEqual(["pass"]);
    expect(outcomes(onRoute(at("api"), "xai-api"), "audit-log")).toEqual(["fail"]);
    expect(outcomes(onRoute(at("api"), "openai-api"), "audit-log")).toEqual(["pass"]);
    expect(outcomes(onRoute(at("siem"), "openai-api"), "audit-log")).toEqual(["fail"]);
    expect(outcomes(onRoute(at("siem"), "bedrock"), "audit-log")).toEqual(["pass"]);
    expect(outcomes(onRoute(at("siem"), "aws-self-host"), "audit-log")).toEqual(["pass"]);
  });

  it("is a place for the data or not: no EU processing on Anthropic's own API, some under conditions elsewhere", () => {
    const rows = judged({ compliance: { data_residency: ["eu"] } }, { region: "eu-west-1" });
    expect(outcomes(onRoute(rows, "anthropic-api"), "data-residency")).toEqual(["fail"]);
    expect(outcomes(onRoute(rows, "openai-api"), "data-residency")).toEqual(["pass"]);
    expect(outcomes(onRoute(rows, "aws-self-host"), "data-residency")).toEqual(["pass"]);
  });

  it("is a private endpoint on the managed clouds, not on the providers' own APIs", () => {
    const rows = judged({ compliance: { private_network: true } });
    expect(outcomes(onRoute(rows, "bedrock"), "private-network")).toEqual(["pass"]);
    expect(outcomes(onRoute(rows, "azure-openai-us"), "private-network")).toEqual(["pass"]);
    for (const route of ["openai-api", "anthropic-api", "deepseek-api"]) expect(passing(onRoute(rows, route)), route).toEqual([]);
  });

  it("is a SOC 2 report from most, looked up one by one: who has none falls", () => {
    const rows = judged({ compliance: { regimes: ["soc2"] } });
    expect(outcomes(onRoute(rows, "openai-api"), "soc2")).toEqual(["pass"]);
    expect(outcomes(onRoute(rows, "cohere-api"), "soc2")).toEqual(["pass"]);
    expect(passing(onRoute(rows, "deepseek-api"))).toEqual([]);
    expect(passing(onRoute(rows, "gemini-api"))).toEqual([]);
  });
});

describe("own servers", () => {
  it("keep, train on and log nothing that their owner does not want, but leave every audit to the owner", () => {
    const rows = onSide(
      judged({ compliance: { zero_retention: true, no_training: true, audit_log: "siem", regimes: ["soc2", "iso27001", "iso42001"] } }),
      "open",
    );
    for (const rule of ["zero-retention", "no-training", "audit-log", "soc2", "iso27001", "iso42001"])
      expect(outcomes(rows, rule), rule).toEqual(["pass"]);
    expect(conditionsOf(rows).join("\n")).toMatch(/your service needs its own audit/);
  });

  it("stay when data may not leave, when third parties are forbidden and behind an air gap, each with its line", () => {
    for (const compliance of [{ data_may_leave: false }, { air_gapped: true }]) {
      const rows = judged({ compliance });
      expect(passing(rows).every(({ side }) => side === "open")).toBe(true);
      expect(passing(rows).length).toBeGreaterThan(20);
      for (const row of rows.filter(({ side }) => side !== "open")) expect(row.judgement.against[0]?.line, row.option).not.toBeNull();
    }
  });

  it("are no answer where it must run on one's own premises: nothing is, and each option says why", () => {
    const decision = only(evaluated(policy([workload({ compliance: { on_premises: true } })])));
    expect(decision.path).toBe("none");
    expect(decision.rejected.every(({ rule, line }) => rule === "on-premises" && line !== null)).toBe(true);
    expect(decision.rejected.find(({ option }) => option.startsWith("self-host/"))?.text).toContain(
      "decided only where purchase.owned lists them, and never built here",
    );
  });

  it("behind an air gap carry the warning that a cloud region is an isolated network, not a gap", () => {
    expect(conditionsOf(passing(judged({ compliance: { air_gapped: true } }))).join("\n")).toContain("not a physical gap");
  });

  it("satisfy no regime for free: each one leaves a duty", () => {
    for (const regime of ["hipaa", "pci_dss", "gdpr", "soc2", "iso27001", "fedramp_moderate"])
      expect(conditionsOf(passing(onSide(judged({ compliance: { regimes: [regime] } }), "open"))).length, regime).toBeGreaterThan(0);
  });

  it("are not asked for by the EU AI Act, which both sides pass with the same duty", () => {
    const rows = judged({ compliance: { regimes: ["eu_ai_act"] } });
    expect(outcomes(rows, "eu-ai-act")).toEqual(["pass"]);
    expect([...verdicts(rows, "eu-ai-act").values()][0]?.text).toBe("the Act does not favour either path; deployer duties apply to both");
  });
});
