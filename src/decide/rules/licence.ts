import type { Catalog } from "../../catalog/index.ts";
import type { Licence, OpenModel } from "../../catalog/schema.ts";
import type { Candidate } from "../candidates.ts";
import type { RequirementFacts } from "../facts.ts";
import { dated } from "../sources.ts";
import type { Rule, RuleOutcome } from "./rule.ts";

/** Members of the European Union, ISO 3166; some licences exclude licensees domiciled there. */
const EU_MEMBERS = new Set("AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split(" "));
const MONTHS_PER_YEAR = 12;
/**
 * A user cap at or above this is taken as not reached when the policy is silent, and said as a condition:
 * a handful of companies in the world are above it. Source: ours.
 */
const CAP_ASSUMED_FREE_USERS = 100_000_000;

export const licence: Rule = {
  id: "licence",
  title: "The licence allows it",
  why: "Open weights come with terms: commercial use, caps on users or revenue, excluded countries. They bind users of Amazon Bedrock too.",
  source: "S2-007, S3-030, S4-004 to S4-009, C16",
  waivable: true,
  check(candidate, context) {
    const weights = weightsOf(candidate, context.catalog);
    if (weights === undefined) return null;
    const row = context.catalog.licences.find((entry) => entry.id === weights.licence);
    if (row === undefined)
      return { verdict: "unknown", text: `the licence of ${weights.id} is not in the catalog`, pointer: null, source: null };
    const outcome = certain(row, licenceOutcome(row, context.facts.organisation));
    return candidate.kind === "self-host" ? outcome : hosted(outcome);
  },
};

/**
 * The weights whose terms bind you: those that you run, and those that Amazon Bedrock runs for you, whose users agree to the maker's terms. What a
 * maker serves itself comes under its contract for the service instead.
 */
function weightsOf(candidate: Candidate, { openModels }: Catalog): OpenModel | undefined {
  if (candidate.kind === "self-host") return candidate.model;
  return candidate.route.id === "bedrock" ? openModels.find(({ id }) => id === candidate.model.openModel) : undefined;
}

const BEDROCK_TERMS = "aws.amazon.com/legal/bedrock/third-party-models (2026-11-29): users of a model agree to the terms of its maker";

function hosted(outcome: RuleOutcome): RuleOutcome {
  const source = [outcome.source, BEDROCK_TERMS].filter((each) => each !== null).join("; ");
  const conditions = outcome.conditions?.map((text) => text.replace(DOWNLOAD_TERMS, ""));
  return { ...outcome, source, ...(conditions === undefined ? {} : { conditions }) };
}

/** Terms that ask something of whoever downloads or runs the weights. */
const DOWNLOAD_TERMS = /; (gated download|needs harmony format)[^;]*/g;

/** A licence of low certainty never decides alone, in neither direction. */
function certain(row: Licence, outcome: RuleOutcome): RuleOutcome {
  if (row.certainty !== "low" || outcome.verdict === "unknown") return outcome;
  const { conditions: _, ...rest } = outcome;
  return { ...rest, verdict: "unknown", text: `${outcome.text}, but that rests on a source of low certainty` };
}

function licenceOutcome(row: Licence, organisation: RequirementFacts["organisation"]): RuleOutcome {
  const base = { source: dated(row), certainty: row.certainty };
  if (row.commercialUse === "no") return { ...base, verdict: "fail", text: `${row.name} forbids commercial use`, pointer: null };
  if (row.commercialUse === "unknown")
    return { ...base, verdict: "unknown", text: `whether ${row.name} allows commercial use is not known`, pointer: null };
  const gate = domicileGate(row, organisation) ?? usersGate(row, organisation) ?? revenueGate(row, organisation);
  if (gate !== null) return { ...base, ...gate };
  const terms = row.conditions.length === 0 ? [] : [`Licence ${row.name}: ${row.conditions.join("; ")}`];
  return {
    ...base,
    verdict: "pass",
    text: `${row.name} allows it`,
    pointer: null,
    conditions: [...terms, ...assumedCap(row, organisation)],
  };
}

type Gate = Pick<RuleOutcome, "verdict" | "text" | "pointer">;

function domicileGate(row: Licence, organisation: RequirementFacts["organisation"]): Gate | null {
  if (row.excludedDomiciles.length === 0) return null;
  const pointer = "organisation.domicile";
  const { domicile } = organisation;
  const excluded = row.excludedDomiciles.join(", ");
  if (domicile === undefined) {
    return {
      verdict: "unknown",
      text: `${row.name} gives no rights to licensees in ${excluded}; declare organisation.domicile`,
      pointer: null,
    };
  }
  const hit = row.excludedDomiciles.some((place) => place === domicile || (place === "EU" && EU_MEMBERS.has(domicile)));
  return hit ? { verdict: "fail", text: `${row.name} gives no rights to a licensee in ${domicile}`, pointer } : null;
}

function usersGate(row: Licence, organisation: RequirementFacts["organisation"]): Gate | null {
  const cap = row.monthlyActiveUsersCap;
  if (cap === null) return null;
  const users = organisation.monthlyActiveUsers;
  if (users === undefined && cap >= CAP_ASSUMED_FREE_USERS) return null;
  if (users === undefined) {
    return {
      verdict: "unknown",
      text: `${row.name} ends at ${millions(cap)} monthly users; declare organisation.monthly_active_users`,
      pointer: null,
    };
  }
  if (users <= cap) return null;
  return {
    verdict: "fail",
    text: `${millions(users)} monthly users are above the cap of ${row.name} (${millions(cap)})`,
    pointer: "organisation.monthly_active_users",
  };
}

function revenueGate(row: Licence, organisation: RequirementFacts["organisation"]): Gate | null {
  const cap = row.monthlyRevenueCapUsd;
  if (cap === null) return null;
  const revenue = organisation.annualRevenueUsd;
  if (revenue === undefined) {
    return {
      verdict: "unknown",
      text: `${row.name} ends at ${millions(cap)} USD revenue a month; declare organisation.annual_revenue_usd`,
      pointer: null,
    };
  }
  const monthly = revenue / MONTHS_PER_YEAR;
  if (monthly <= cap) return null;
  return {
    verdict: "fail",
    text: `${millions(monthly)} USD revenue a month is above the cap of ${row.name} (${millions(cap)})`,
    pointer: "organisation.annual_revenue_usd",
  };
}

function assumedCap(row: Licence, organisation: RequirementFacts["organisation"]): readonly string[] {
  const cap = row.monthlyActiveUsersCap;
  if (cap === null || organisation.monthlyActiveUsers !== undefined) return [];
  return [`Licence ${row.name}: confirm that you have at most ${millions(cap)} monthly users (organisation.monthly_active_users)`];
}

function millions(value: number): string {
  return `${Math.round(value / 1e5) / 10} million`;
}
