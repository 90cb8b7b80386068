import type { Fact } from "../../catalog/schema.ts";
import type { Candidate } from "../candidates.ts";
import type { WorkloadNeeds } from "../facts.ts";
import { factOutcome, type Rule, type RuleContext, readYesNo } from "./rule.ts";

type Regime = NonNullable<WorkloadNeeds["compliance"]["regimes"]>[number];

interface RegimeRow {
  readonly fact: string;
  readonly need: string;
  readonly read: (value: Fact["value"]) => "pass" | "conditional" | "fail" | "unknown";
  /** What stays to do on someone else's service, and on your own. */
  readonly apiConditions: readonly string[];
  readonly selfHostConditions: readonly string[];
}

function atLeastFedramp(...levels: readonly string[]) {
  return (value: Fact["value"]) => (value === "unknown" ? "unknown" : levels.includes(String(value)) ? "pass" : "fail");
}

function includesLevel(level: string) {
  return (value: Fact["value"]) => (value === "unknown" ? "unknown" : Array.isArray(value) && value.includes(level) ? "pass" : "fail");
}

/** Regime -> published fact that must hold, and the duties that remain. Not legal advice. */
const REGIMES: Readonly<Record<Exclude<Regime, "eu_ai_act">, RegimeRow>> = {
  hipaa: {
    fact: "hipaaBaa",
    need: "BAA for HIPAA",
    read: readYesNo,
    apiConditions: ["Sign the BAA before the first request with PHI, and use eligible endpoints only"],
    selfHostConditions: ["Accept the AWS BAA in Artifact; encryption, access logs and risk analysis stay with you"],
  },
  pci_dss: {
    fact: "pciDss",
    need: "PCI DSS attestation",
    read: readYesNo,
    apiConditions: ["Keep cardholder data out of prompts, or show that the service is in your PCI scope"],
    selfHostConditions: ["Assess your part of PCI DSS: AWS attests the infrastructure only"],
  },
  gdpr: {
    fact: "gdprDpa",
    need: "data processing agreement (GDPR)",
    read: readYesNo,
    apiConditions: ["Put the data processing agreement in place; assess the transfer if data leaves the EU"],
    selfHostConditions: ["The AWS data processing addendum covers the infrastructure; you stay the controller"],
  },
  soc2: {
    fact: "soc2Type2",
    need: "SOC 2 Type II report",
    read: readYesNo,
    apiConditions: [],
    selfHostConditions: ["AWS's SOC 2 covers the infrastructure; your service needs its own audit"],
  },
  iso27001: {
    fact: "iso27001",
    need: "ISO 27001 certificate",
    read: readYesNo,
    apiConditions: [],
    selfHostConditions: ["AWS's ISO 27001 covers the infrastructure; your service needs its own"],
  },
  iso42001: {
    fact: "iso42001",
    need: "ISO 42001 certificate",
    read: readYesNo,
    apiConditions: [],
    selfHostConditions: ["ISO 42001: you run the model, so the AI management system is yours"],
  },
  fedramp_moderate: {
    fact: "fedramp",
    need: "FedRAMP Moderate authorisation",
    read: atLeastFedramp("moderate", "high", "high_in_govcloud", "moderate_or_high_inherit"),
    apiConditions: [],
    selfHostConditions: ["FedRAMP: the authorisation to operate is yours; AWS covers the infrastructure"],
  },
  fedramp_high: {
    fact: "fedramp",
    need: "FedRAMP High authorisation",
    read: atLeastFedramp("high", "high_in_govcloud"),
    apiConditions: ["FedRAMP High: use the government region of the service"],
    selfHostConditions: ["FedRAMP: the authorisation to operate is yours; AWS covers the infrastructure"],
  },
  il4: {
    fact: "dodIl",
    need: "DoD IL4 authorisation",
    read: includesLevel("IL4"),
    apiConditions: [],
    selfHostConditions: ["IL4: the authorisation to operate is yours"],
  },
  il5: {
    fact: "dodIl",
    need: "DoD IL5 authorisation",
    read: includesLevel("IL5"),
    apiConditions: [],
    selfHostConditions: [
      "IL5: compute isolation (dedicated tenancy or an accepted equivalent) and the authorisation to operate are yours; the stacks rent shared hardware, and dedicated tenancy is not in the total",
    ],
  },
  il6: { fact: "dodIl", need: "DoD IL6 authorisation (classified)", read: includesLevel("IL6"), apiConditions: [], selfHostConditions: [] },
};

/** Sensitive data brings its regime with it, whether or not the policy spells it out. */
const REGIME_OF_DATA: Readonly<Partial<Record<WorkloadNeeds["dataClasses"][number], Exclude<Regime, "eu_ai_act">>>> = {
  phi: "hipaa",
  pci: "pci_dss",
  cui: "fedramp_moderate",
  classified: "il6",
};

function regimeRule(regime: Exclude<Regime, "eu_ai_act">): Rule {
  const row = REGIMES[regime];
  return {
    id: regime.replaceAll("_", "-"),
    title: row.need,
    why: `The policy asks for ${row.need}, or the data implies it.`,
    source: "S4-057 to S4-065, S0-010 to S0-012",
    waivable: true,
    ofRoute: true,
    check(candidate, context) {
      const pointer = regimePointer(regime, context.workload);
      if (pointer === null) return null;
      const elsewhere = outsideFedramp(regime, candidate, context);
      if (elsewhere !== null) return { verdict: "fail", text: elsewhere, pointer, source: AWS_FEDRAMP_SOURCE };
      return factOutcome(candidate.route, row.fact, row.need, pointer, row.read, dutiesOn(row, candidate, context));
    },
  };
}

/** What stays to do; on your own premises nothing of AWS covers anything, although its facts are what was read. */
function dutiesOn(row: RegimeRow, candidate: Candidate, { workload }: RuleContext): readonly string[] {
  if (candidate.kind !== "self-host") return row.apiConditions;
  if (workload.compliance.onPremises === true) return [`${row.need}: judged by the facts of AWS; prove it for your own building`];
  return row.selfHostConditions;
}

/** Routes of AWS, whose authorisations hold region by region. */
const AWS_ROUTES = new Set(["bedrock", "aws-self-host", "aws-govcloud-self-host", "aws-eu-sovereign"]);
const AWS_FEDRAMP_SOURCE = "aws.amazon.com/compliance/services-in-scope/FedRAMP: Moderate in US East and West, High in GovCloud";

/**
 * AWS is authorised for FedRAMP Moderate in its US regions and for High in GovCloud: a route that holds the level somewhere does not hold it in the
 * policy's region. Null where it may.
 * Example: `fedramp_high` in us-east-1 and `fedramp_moderate` in eu-central-1 rule out Bedrock and own instances alike.
 */
function outsideFedramp(regime: Regime, { route }: Candidate, { facts: { region }, catalog }: RuleContext): string | null {
  if (!AWS_ROUTES.has(route.id)) return null;
  const home = catalog.regions.find(({ id }) => id === region);
  const isGov = home?.partition === "aws-us-gov";
  if (regime === "fedramp_high" && !isGov) return `${route.label}: FedRAMP High holds in GovCloud alone, and ${region} is none of it`;
  if (regime === "fedramp_moderate" && !isGov && home?.residency !== "us")
    return `${route.label}: FedRAMP Moderate holds in the US regions alone, and ${region} is none of them`;
  return null;
}

function regimePointer(regime: Exclude<Regime, "eu_ai_act">, workload: WorkloadNeeds): string | null {
  if (workload.compliance.regimes?.includes(regime)) return `${workload.pointer}.compliance.regimes`;
  const implied = workload.dataClasses.some((data) => REGIME_OF_DATA[data] === regime);
  return implied ? `${workload.pointer}.data_class` : null;
}

export const euAiAct: Rule = {
  id: "eu-ai-act",
  title: "EU AI Act",
  why: "The Act puts duties on deployers and on providers of general-purpose models; it does not require open weights.",
  source: "S4-124, C26",
  waivable: true,
  ofRoute: true,
  check(_candidate, context) {
    if (!context.workload.compliance.regimes?.includes("eu_ai_act")) return null;
    return {
      verdict: "pass",
      text: "the Act does not favour either path; deployer duties apply to both",
      pointer: `${context.workload.pointer}.compliance.regimes`,
      source: "Regulation (EU) 2024/1689, Art. 26 and 53",
      conditions: ["EU AI Act: check whether the use is high-risk (Annex III) and keep the deployer's records"],
    };
  },
};

export const zeroRetention: Rule = {
  id: "zero-retention",
  title: "Nothing is kept",
  why: "The provider must keep no copy of requests, not even for abuse monitoring.",
  source: "S4-046, S4-051",
  waivable: true,
  ofRoute: true,
  check(candidate, context) {
    if (context.workload.compliance.zeroRetention !== true) return null;
    return factOutcome(candidate.route, "zdr", "zero data retention", `${context.workload.pointer}.compliance.zero_retention`, readYesNo);
  },
};

const NO_TRAINING_DATA: readonly WorkloadNeeds["dataClasses"][number][] = ["pii", "phi"];

export const noTraining: Rule = {
  id: "no-training",
  title: "No training on your data",
  why: "The provider must not train on requests; personal and health data imply it.",
  source: "S4-047, S4-052",
  waivable: true,
  ofRoute: true,
  check(candidate, context) {
    const pointer = noTrainingPointer(context);
    if (pointer === null) return null;
    return factOutcome(candidate.route, "trainsByDefault", "commitment not to train on your data", pointer, (value) => {
      if (value === false) return "pass";
      if (value === "opt_out" || value === "free_tier_only") return "conditional";
      return value === "unknown" ? "unknown" : "fail";
    });
  },
};

function noTrainingPointer(context: RuleContext): string | null {
  const { compliance, dataClasses, pointer } = context.workload;
  if (compliance.noTraining === true) return `${pointer}.compliance.no_training`;
  return dataClasses.some((data) => NO_TRAINING_DATA.includes(data)) ? `${pointer}.data_class` : null;
}

/** Each level includes the ones before it. */
const AUDIT_RANK: Readonly<Record<string, number>> = { none: 0, dashboard: 1, api: 2, siem: 3 };

export const auditLog: Rule = {
  id: "audit-log",
  title: "Audit log",
  why: "The route must export its audit log at least at the level that the policy asks for.",
  source: "S4-050, S4-055",
  waivable: true,
  ofRoute: true,
  check(candidate: Candidate, context) {
    const wanted = context.workload.compliance.auditLog ?? "none";
    if (wanted === "none") return null;
    return factOutcome(
      candidate.route,
      "auditLogs",
      `audit log by ${wanted}`,
      `${context.workload.pointer}.compliance.audit_log`,
      (value) => {
        const offered = AUDIT_RANK[String(value)];
        if (offered === undefined) return "unknown";
        return offered >= (AUDIT_RANK[wanted] ?? 0) ? "pass" : "fail";
      },
    );
  },
};

export const regimeRules: readonly Rule[] = [
  regimeRule("hipaa"),
  regimeRule("pci_dss"),
  regimeRule("gdpr"),
  euAiAct,
  regimeRule("soc2"),
  regimeRule("iso27001"),
  regimeRule("iso42001"),
  regimeRule("fedramp_moderate"),
  regimeRule("fedramp_high"),
  regimeRule("il4"),
  regimeRule("il5"),
  regimeRule("il6"),
];
