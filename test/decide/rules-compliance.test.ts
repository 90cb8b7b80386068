import { describe, expect, it } from "vitest";
import type { Fact } from "../../src/catalog/schema.ts";
import type { ApiCandidate, SelfHostCandidate } from "../../src/decide/candidates.ts";
import { factsOf, type WorkloadFacts } from "../../src/decide/facts.ts";
import { judge, RULES } from "../../src/decide/rules/judge.ts";
import { readYesNo } from "../../src/decide/rules/rule.ts";
import { type Asked, api, check, context, fact, own, WHERE } from "./rule-support.ts";
import { AS_OF, documentOf, policy, workload } from "./support.ts";

/**
 * Each rule alone, on facts that stand in the test: what it says, at which key it points, and what it asks besides. Verdicts
 * follow from the titles and the facts beside them; nothing here depends on what the catalog holds today.
 */
describe("a published fact", () => {
  const asked: Asked = { workload: { compliance: { zeroRetention: true } } };
  const outcome = (value: Fact | undefined) => check("zero-retention", api(value === undefined ? {} : { zdr: value }), asked);

  it("passes, fails or is unknown, with its source and its key", () => {
    const base = { pointer: `${WHERE}.zero_retention`, source: "the provider's page (2026-11-01)", certainty: "high" };
    expect(outcome(fact("yes"))).toEqual({ ...base, verdict: "pass", text: "Acme: zero data retention", conditions: [] });
    expect(outcome(fact("no"))).toEqual({ ...base, verdict: "fail", text: "Acme: no zero data retention" });
    expect(outcome(fact("no", "high", "30 days"))).toEqual({ ...base, verdict: "fail", text: "Acme: no zero data retention: 30 days" });
    expect(outcome(fact("unknown"))).toEqual({ ...base, verdict: "unknown", text: "Acme: zero data retention is not known" });
    expect(outcome(fact("conditional", "medium", "on request"))).toEqual({
      ...base,
      certainty: "medium",
      verdict: "pass",
      text: "Acme: zero data retention under conditions: on request",
      conditions: ["Acme: zero data retention: on request"],
    });
    expect(outcome(undefined)).toEqual({
      verdict: "unknown",
      text: "Acme: nothing published about zero data retention",
      pointer: `${WHERE}.zero_retention`,
      source: null,
    });
  });

  it("of low certainty proves nothing, neither that it holds nor that it does not", () => {
    for (const value of ["yes", "no", "conditional"])
      expect(outcome(fact(value, "low"))).toMatchObject({
        verdict: "unknown",
        text: `Acme: zero data retention rests on a source of low certainty (${value})`,
      });
  });

  it("is read as people write it: duties that are yours or the cloud's count as kept", () => {
    expect([true, "yes", "inherit", "customer"].map(readYesNo)).toEqual(["pass", "pass", "pass", "pass"]);
    expect([false, "no", "never"].map(readYesNo)).toEqual(["fail", "fail", "fail"]);
    expect(["unknown", 7].map(readYesNo)).toEqual(["unknown", "unknown"]);
    expect(readYesNo("conditional")).toBe("conditional");
  });
});

describe("a rule that the policy does not ask for", () => {
  it("says nothing about either side", () => {
    const silent = context({ workload: { compliance: {}, minBenchmarks: {}, presetFloor: null } });
    const speaking = (candidate: ApiCandidate | SelfHostCandidate) =>
      RULES.filter((rule) => rule.check(candidate, silent) !== null).map(({ id }) => id);
    expect(speaking(api({}, { shutdownOn: null }))).toEqual(["context-window"]);
    expect(speaking(own())).toEqual(["licence", "context-window"]);
  });
});

describe("where data may go", () => {
  it("out of the account it may not go to an API", () => {
    const asked: Asked = { workload: { compliance: { dataMayLeave: false } } };
    expect(check("data-location", own(), asked)).toMatchObject({ verdict: "pass", pointer: `${WHERE}.data_may_leave` });
    expect(check("data-location", api(), asked)).toMatchObject({
      verdict: "fail",
      text: expect.stringContaining("Acme is run by someone else"),
    });
    expect(check("data-location", api(), { workload: { compliance: { dataMayLeave: true } } })).toBeNull();
  });

  it("across an air gap nothing goes to an API, and own servers need an accreditor's yes", () => {
    const asked: Asked = { workload: { compliance: { airGapped: true } } };
    expect(check("air-gapped", api(), asked)).toMatchObject({ verdict: "fail", pointer: `${WHERE}.air_gapped` });
    expect(check("air-gapped", own(), asked)).toMatchObject({ verdict: "pass", conditions: [expect.stringContaining("accreditor")] });
  });

  it("off the public internet it needs a private endpoint", () => {
    const asked: Asked = { workload: { compliance: { privateNetwork: true } } };
    expect(check("private-network", api({ privateLink: fact("no") }), asked)).toMatchObject({
      verdict: "fail",
      pointer: `${WHERE}.private_network`,
    });
    expect(check("private-network", api({ privateLink: fact(true) }), asked)).toMatchObject({ verdict: "pass" });
  });

  it("onto premises it goes only where the policy lists machines", () => {
    const asked: Asked = { workload: { compliance: { onPremises: true } } };
    expect(check("on-premises", own(), asked)).toMatchObject({
      verdict: "fail",
      text: expect.stringContaining("own instances run in AWS us-east-1"),
    });
    expect(check("on-premises", api(), asked)).toMatchObject({ verdict: "fail", text: expect.stringContaining("Acme runs elsewhere") });
    const listed = factsOf(
      documentOf(
        policy([workload()], {
          purchase: {
            owned: [{ gpu: "h100", count: 8, purchase_usd: 250_000, bought: "2026-01-01", power_kw: 10, electricity_usd_per_kwh: 0.2 }],
          },
        }),
      ),
    );
    const withMachines: Asked = { ...asked, facts: { purchase: listed.purchase } };
    expect(check("on-premises", own(), withMachines)).toMatchObject({ verdict: "pass", pointer: `${WHERE}.on_premises` });
    expect(check("on-premises", api(), withMachines)).toMatchObject({ verdict: "fail" });
  });
});

describe("the place of processing", () => {
  const asked = (...dataResidency: readonly ("us" | "eu" | "ch" | "uk")[]): Asked => ({
    workload: { compliance: { dataResidency: [...dataResidency] as NonNullable<WorkloadFacts["compliance"]["dataResidency"]> } },
  });

  it("of own servers is the region's", () => {
    expect(check("data-residency", own(), asked("us"))).toMatchObject({
      verdict: "pass",
      text: "region us-east-1 lies in us",
      conditions: [],
    });
    expect(check("data-residency", own(), asked("eu"))).toMatchObject({
      verdict: "fail",
      text: "region us-east-1 lies in us; allowed: eu",
      pointer: `${WHERE}.data_residency`,
    });
    expect(check("data-residency", own(), { ...asked("us"), catalog: { regions: [] } })).toMatchObject({ verdict: "unknown" });
  });

  it("of a host in the region of the policy is that region's, if inference stays inside", () => {
    const bedrock = api();
    const regional = { ...bedrock, route: { ...bedrock.route, id: "bedrock" } };
    expect(check("data-residency", regional, asked("us"))).toMatchObject({
      verdict: "pass",
      conditions: ["Acme: keep cross-region inference inside us"],
    });
  });

  it("of a cross-region profile is where the profile may send a request, whatever the region of the policy", () => {
    const profile = (id: string) => {
      const bedrock = api({}, { id });
      return { ...bedrock, route: { ...bedrock.route, id: "bedrock" } };
    };
    const inFrankfurt = (...places: readonly ("us" | "eu")[]): Asked => ({ ...asked(...places), facts: { region: "eu-central-1" } });
    expect(check("data-residency", profile("us.maker.m-1"), inFrankfurt("eu"))).toMatchObject({
      verdict: "fail",
      text: "the profile us.maker.m-1 processes requests in us; allowed: eu",
      pointer: `${WHERE}.data_residency`,
    });
    expect(check("data-residency", profile("global.maker.m-1"), inFrankfurt("eu"))).toMatchObject({
      verdict: "fail",
      text: "the profile global.maker.m-1 processes requests in any region; allowed: eu",
    });
    expect(check("data-residency", profile("global.maker.m-1"), asked("us"))).toMatchObject({ verdict: "fail" });
    expect(check("data-residency", profile("us.maker.m-1"), asked("us"))).toMatchObject({ verdict: "pass" });
    expect(check("callable-region", profile("us.maker.m-1"), inFrankfurt("us", "eu"))).toMatchObject({
      verdict: "fail",
      pointer: "region",
      text: "the profile us.maker.m-1 is called from us; eu-central-1 lies in eu",
    });
    expect(check("data-residency", profile("maker.m-1"), inFrankfurt("eu"))).toMatchObject({ verdict: "pass" });
    expect(check("callable-region", profile("maker.m-1"), inFrankfurt("eu"))).toBeNull();
  });

  it("of an API is what it publishes", () => {
    expect(check("data-residency", api({ regions: fact(["us", "eu"]) }), asked("eu"))).toMatchObject({ verdict: "pass" });
    expect(check("data-residency", api({ regions: fact(["us", "eu"]) }), asked("eu"))?.conditions).toHaveLength(1);
    expect(check("data-residency", api({ regions: fact(["us"]) }), asked("eu", "ch"))).toMatchObject({
      verdict: "fail",
      text: "Acme: no processing in eu or ch",
    });
    expect(check("data-residency", api({ regions: fact(["eu_eea_ch"]) }), asked("ch"))).toMatchObject({ verdict: "pass" });
    expect(check("data-residency", api({ regions: fact("global") }), asked("eu"))).toMatchObject({ verdict: "unknown" });
  });

  it("in the EU alone is what it says about the EU; with another place allowed that place may do", () => {
    const refused = { euResidency: fact("no"), regions: fact(["us"]) };
    expect(check("data-residency", api(refused), asked("eu"))).toMatchObject({ verdict: "fail", text: "Acme: no processing in the EU" });
    expect(check("data-residency", api(refused), asked("eu", "us"))).toMatchObject({
      verdict: "pass",
      text: expect.stringContaining("eu or us"),
    });
    const promised = { euResidency: fact("yes"), regions: fact(["us"]) };
    expect(check("data-residency", api(promised), asked("eu", "ch"))).toMatchObject({
      verdict: "pass",
      text: "Acme: processing in the EU",
    });
    expect(check("data-residency", api(promised), asked("us"))).toMatchObject({
      verdict: "pass",
      text: expect.stringContaining("processing in us"),
    });
  });
});

describe("a regime", () => {
  const regime = (...regimes: readonly string[]): Asked => ({
    workload: { compliance: { regimes: regimes as NonNullable<WorkloadFacts["compliance"]["regimes"]> } },
  });

  it.each([
    ["hipaa", "hipaaBaa", "Sign the BAA", "Accept the AWS BAA"],
    ["pci_dss", "pciDss", "Keep cardholder data out", "Assess your part"],
    ["gdpr", "gdprDpa", "data processing agreement", "you stay the controller"],
    ["soc2", "soc2Type2", null, "needs its own audit"],
    ["iso27001", "iso27001", null, "your service needs its own"],
    ["iso42001", "iso42001", null, "management system is yours"],
  ])("%s asks for its own fact and leaves its own duties on either side", (name, key, onApi, onOwn) => {
    const rule = name.replaceAll("_", "-");
    const conditions = (text: string | null) => (text === null ? [] : [expect.stringContaining(text)]);
    expect(check(rule, api({ [key]: fact("yes") }), regime(name))).toMatchObject({
      verdict: "pass",
      pointer: `${WHERE}.regimes`,
      conditions: conditions(onApi),
    });
    expect(check(rule, own({}, { [key]: fact("inherit") }), regime(name))).toMatchObject({
      verdict: "pass",
      conditions: conditions(onOwn),
    });
    expect(check(rule, api({ [key]: fact("no") }), regime(name))).toMatchObject({ verdict: "fail" });
    expect(check(rule, api(), regime(name))).toMatchObject({ verdict: "unknown" });
  });

  it.each([
    ["fedramp_moderate", ["moderate", "high", "high_in_govcloud", "moderate_or_high_inherit"], ["low", "no"]],
    ["fedramp_high", ["high", "high_in_govcloud"], ["moderate", "moderate_or_high_inherit", "no"]],
  ])("%s is met by its level and above", (name, enough, less) => {
    const at = (value: string) => check(name.replaceAll("_", "-"), api({ fedramp: fact(value) }), regime(name))?.verdict;
    expect(enough.map(at)).toEqual(enough.map(() => "pass"));
    expect(less.map(at)).toEqual(less.map(() => "fail"));
    expect(at("unknown")).toBe("unknown");
  });

  it.each([
    ["fedramp_high", "us-east-1", "fail"],
    ["fedramp_high", "eu-central-1", "fail"],
    ["fedramp_high", "us-gov-west-1", "pass"],
    ["fedramp_moderate", "us-east-1", "pass"],
    ["fedramp_moderate", "us-gov-west-1", "pass"],
    ["fedramp_moderate", "eu-central-1", "fail"],
  ])("%s on AWS holds in its own regions alone: %s is a %s", (name, region, verdict) => {
    const asked = { ...regime(name), facts: { region } };
    const bedrock = api({ fedramp: fact("high_in_govcloud") });
    const route = { ...bedrock.route, id: "bedrock" };
    expect(check(name.replaceAll("_", "-"), { ...bedrock, route }, asked)?.verdict).toBe(verdict);
    expect(check(name.replaceAll("_", "-"), own({}, { fedramp: fact("high") }), asked)?.verdict).toBe(verdict);
    // A service that is not of AWS runs where it runs, whatever the region of the policy.
    expect(check(name.replaceAll("_", "-"), api({ fedramp: fact("high") }), asked)?.verdict).toBe("pass");
  });

  it("on your own premises is yours to prove: nothing of AWS covers your building", () => {
    const { workload: asks } = regime("iso27001");
    const inside = { workload: { ...asks, compliance: { ...asks?.compliance, onPremises: true } } };
    expect(check("iso27001", own({}, { iso27001: fact("inherit") }), inside)?.conditions).toEqual([
      "ISO 27001 certificate: judged by the facts of AWS; prove it for your own building",
    ]);
  });

  it.each(["il4", "il5", "il6"])("%s is met where the level itself is listed", (name) => {
    const at = (value: Fact["value"]) => check(name, api({ dodIl: fact(value) }), regime(name))?.verdict;
    expect(at(["IL2", name.toUpperCase()])).toBe("pass");
    expect(at(["IL2"])).toBe("fail");
    expect(at("no")).toBe("fail");
    expect(at("unknown")).toBe("unknown");
  });

  it("comes with the data that it protects, and with no other", () => {
    const implied = { phi: "hipaa", pci: "pci-dss", cui: "fedramp-moderate", classified: "il6" } as const;
    for (const [data, rule] of Object.entries(implied)) {
      const asked: Asked = { workload: { dataClasses: [data as keyof typeof implied] } };
      const speaking = RULES.filter(({ id }) =>
        ["hipaa", "pci-dss", "fedramp-moderate", "fedramp-high", "il4", "il5", "il6", "gdpr"].includes(id),
      )
        .map((one) => ({ id: one.id, outcome: one.check(api(), context(asked)) }))
        .filter(({ outcome }) => outcome !== null);
      expect(
        speaking.map(({ id }) => id),
        data,
      ).toEqual([rule]);
      expect(speaking[0]?.outcome?.pointer).toBe("workloads[0].data_class");
    }
  });

  it("of the EU for AI favours no side and leaves duties on both", () => {
    for (const candidate of [api(), own()])
      expect(check("eu-ai-act", candidate, regime("eu_ai_act"))).toMatchObject({
        verdict: "pass",
        pointer: `${WHERE}.regimes`,
        conditions: [expect.stringContaining("Annex III")],
      });
    expect(check("eu-ai-act", api(), regime("gdpr"))).toBeNull();
  });
});

describe("training on requests", () => {
  const asked: Asked = { workload: { compliance: { noTraining: true } } };
  const at = (value: Fact["value"]) => check("no-training", api({ trainsByDefault: fact(value) }), asked)?.verdict;

  it("is no where it says so, and a condition where one can opt out or pay", () => {
    expect([false, "opt_out", "free_tier_only"].map(at)).toEqual(["pass", "pass", "pass"]);
    expect(check("no-training", api({ trainsByDefault: fact(false) }), asked)?.conditions).toEqual([]);
    expect(check("no-training", api({ trainsByDefault: fact("opt_out") }), asked)?.conditions).toHaveLength(1);
    expect(check("no-training", api({ trainsByDefault: fact("free_tier_only") }), asked)?.conditions).toHaveLength(1);
    expect([true, "unknown"].map(at)).toEqual(["fail", "unknown"]);
  });

  it("is asked for by the policy, or by personal and health data", () => {
    const pointer = (change: Partial<WorkloadFacts>) => check("no-training", api(), { workload: change })?.pointer ?? null;
    expect(pointer({ compliance: { noTraining: true }, dataClasses: ["pii"] })).toBe(`${WHERE}.no_training`);
    expect(pointer({ compliance: {}, dataClasses: ["pii"] })).toBe("workloads[0].data_class");
    expect(pointer({ compliance: {}, dataClasses: ["pci", "phi"] })).toBe("workloads[0].data_class");
    expect(pointer({ compliance: {}, dataClasses: ["pci"] })).toBeNull();
    expect(pointer({ compliance: { noTraining: false }, dataClasses: [] })).toBeNull();
  });
});

describe("the audit log", () => {
  it.each([
    ["dashboard", ["fail", "pass", "pass", "pass"]],
    ["api", ["fail", "fail", "pass", "pass"]],
    ["siem", ["fail", "fail", "fail", "pass"]],
  ] as const)("by %s is offered by that level and above", (wanted, verdicts) => {
    const asked: Asked = { workload: { compliance: { auditLog: wanted } } };
    const at = (offered: string) => check("audit-log", api({ auditLogs: fact(offered) }), asked);
    expect(["none", "dashboard", "api", "siem"].map((level) => at(level)?.verdict)).toEqual(verdicts);
    expect(at("something else")?.verdict).toBe("unknown");
    expect(at("siem")).toMatchObject({ text: `Acme: audit log by ${wanted}`, pointer: `${WHERE}.audit_log` });
  });

  it("is not asked for by none", () => {
    expect(check("audit-log", api(), { workload: { compliance: { auditLog: "none" } } })).toBeNull();
  });
});

describe("a judgement", () => {
  const soc2: Asked = { workload: { compliance: { regimes: ["soc2"], airGapped: true } } };
  const waiver = { rule: "soc2", owner: "ciso@acme.example", reason: "report due", expires: AS_OF };
  const lineOf = (path: string) => (path === `${WHERE}.regimes` ? 7 : path === "compliance.regimes" ? 3 : 9);
  const verdicts = (waivers: Parameters<typeof judge>[2], asked: Asked = soc2) => {
    const { reasons, conditions, against } = judge(api({ soc2Type2: fact("no") }), context(asked), waivers, lineOf);
    const of = (rule: string) => reasons.find((reason) => reason.rule === rule);
    return { soc2: of("soc2"), gap: of("air-gapped"), conditions, against: against.map(({ rule }) => rule) };
  };

  it("is waived until the day that the waiver names, for its workload, where a waiver may", () => {
    const waived = verdicts([waiver]);
    expect(waived.soc2).toMatchObject({
      verdict: "waived",
      text: `Acme: no SOC 2 Type II report; waived by ciso@acme.example until ${AS_OF}: report due`,
    });
    expect(waived.conditions).toContain(`Waiver of soc2 ends on ${AS_OF} (ciso@acme.example)`);
    expect(waived.against).not.toContain("soc2");
    expect(verdicts([{ ...waiver, workload: "requests" }]).soc2?.verdict).toBe("waived");
    expect(verdicts([{ ...waiver, workload: "other" }]).soc2?.verdict).toBe("fail");
    expect(verdicts([{ ...waiver, expires: "2026-11-20" }]).soc2?.verdict).toBe("fail");
    expect(verdicts([{ ...waiver, rule: "hipaa" }]).soc2?.verdict).toBe("fail");
    expect(verdicts([{ ...waiver, rule: "air-gapped" }]).gap?.verdict).toBe("fail");
    expect(verdicts([]).against).toEqual(["air-gapped", "soc2"]);
  });

  it("holds every verdict with its line, source and certainty; what is not proven stands against the option, a pass needs no waiver", () => {
    const asked: Asked = {
      workload: {
        pointer: "workloads[10]",
        compliance: { regimes: ["soc2"] },
        minBenchmarks: {},
        presetFloor: null,
        contextWindowDeclared: false,
      },
    };
    const candidate = api({ soc2Type2: fact("yes", "medium") }, { contextWindowTokens: null, shutdownOn: null });
    const unproven = {
      rule: "context-window",
      verdict: "unknown",
      text: "the context window of acme-1 is not known",
      line: null,
      source: null,
    };

    expect(judge(candidate, context(asked), [waiver], lineOf)).toEqual({
      reasons: [
        {
          rule: "soc2",
          verdict: "pass",
          text: "Acme: SOC 2 Type II report",
          line: 3,
          source: "the provider's page (2026-11-01)",
          certainty: "medium",
        },
        unproven,
      ],
      conditions: [],
      against: [unproven],
    });
  });

  it("points at the workload's own key, else at the policy's, from which it inherits", () => {
    expect(verdicts([]).soc2?.line).toBe(3);
    expect(verdicts([], { ...soc2, ownKeys: [`${WHERE}.regimes`] }).soc2?.line).toBe(7);
    expect(verdicts([], { workload: { dataClasses: ["phi"], compliance: {} } }).soc2).toBeUndefined();
  });

  it("keeps the conditions of what passed, and none of what failed", () => {
    const gdpr: Asked = { workload: { compliance: { regimes: ["gdpr"] } } };
    const conditions = (value: string) => judge(api({ gdprDpa: fact(value) }), context(gdpr), [], lineOf).conditions.join();
    expect(conditions("yes")).toContain("data processing agreement in place");
    expect(conditions("no")).not.toContain("agreement");
  });
});
