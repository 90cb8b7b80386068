import { regionalPrice } from "../../catalog/index.ts";
import type { Region } from "../../catalog/schema.ts";
import { answersTo, type Candidate } from "../candidates.ts";
import { dated } from "../sources.ts";
import { factOutcome, type Rule, type RuleContext, type RuleOutcome, readYesNo } from "./rule.ts";

function complianceKey(context: RuleContext, key: string): string {
  return `${context.workload.pointer}.compliance.${key}`;
}

export const dataLocation: Rule = {
  id: "data-location",
  title: "Data stays in your account",
  why: "A policy that forbids request data to leave your own cloud account rules out every service that someone else runs.",
  source: "S0-008, S0-012, S0-030, S2-058",
  waivable: true,
  check(candidate, context) {
    const { dataMayLeave } = context.workload.compliance;
    if (dataMayLeave !== false) return null;
    const pointer = complianceKey(context, "data_may_leave");
    if (candidate.kind === "self-host") {
      return { verdict: "pass", text: "requests stay in your own account", pointer, source: null };
    }
    return {
      verdict: "fail",
      text: `request data may not leave your account, and ${candidate.route.label} is run by someone else`,
      pointer,
      source: null,
    };
  },
};

export const airGapped: Rule = {
  id: "air-gapped",
  title: "No path to the internet",
  why: "An air gap rules out every API. In a commercial region our stacks give an isolated network, which is less than a physical gap.",
  source: "S2-062, S4-056",
  waivable: false,
  ofRoute: true,
  check(candidate, context) {
    if (context.workload.compliance.airGapped !== true) return null;
    const pointer = complianceKey(context, "air_gapped");
    if (candidate.kind !== "self-host") {
      return { verdict: "fail", text: `an air gap leaves no path to ${candidate.route.label}`, pointer, source: null };
    }
    return {
      verdict: "pass",
      text: "own instances without internet gateway or NAT",
      pointer,
      source: null,
      conditions: ["Air gap: an AWS region gives an isolated network, not a physical gap; confirm that your accreditor accepts it"],
    };
  },
};

export const privateNetwork: Rule = {
  id: "private-network",
  title: "Off the public internet",
  why: "Requests must reach the model over a private endpoint.",
  source: "S4-049",
  waivable: true,
  ofRoute: true,
  check(candidate, context) {
    if (context.workload.compliance.privateNetwork !== true) return null;
    return factOutcome(candidate.route, "privateLink", "private endpoint", complianceKey(context, "private_network"), readYesNo);
  },
};

/** Routes that run in the region of the policy; the others choose their own place. */
const REGIONAL_ROUTES = new Set(["bedrock", "aws-self-host", "aws-govcloud-self-host", "aws-eu-sovereign"]);
/** Places as routes publish them, in the words of `data_residency`. */
const PLACES: Readonly<Record<string, readonly string[]>> = { eu_eea_ch: ["eu", "ch"] };

export const dataResidency: Rule = {
  id: "data-residency",
  title: "Data stays in the right places",
  why: "Requests may be processed and stored only in the places that the policy lists.",
  source: "S4-049, S4-054, S4-059",
  waivable: true,
  check(candidate, context) {
    const allowed = context.workload.compliance.dataResidency;
    if (allowed === undefined) return null;
    const pointer = complianceKey(context, "data_residency");
    if (REGIONAL_ROUTES.has(candidate.route.id))
      return outsideByProfile(candidate, allowed, pointer) ?? regional(candidate, allowed, pointer, context);
    const nowhere = unkept(candidate, pointer);
    if (nowhere !== null) return nowhere;
    if (allowed.includes("eu") && candidate.route.facts.euResidency !== undefined) {
      const eu = factOutcome(candidate.route, "euResidency", "processing in the EU", pointer, readYesNo);
      if (eu.verdict === "pass" || allowed.length === 1) return eu;
    }
    return factOutcome(candidate.route, "regions", `processing in ${allowed.join(" or ")}`, pointer, (value) => {
      if (!Array.isArray(value)) return "unknown";
      const offered = value.flatMap((place) => PLACES[place] ?? [place]);
      return offered.some((place) => allowed.some((zone) => zone === place)) ? "conditional" : "fail";
    });
  },
};

/** A model whose requests no setting of its route keeps in one place; null where one may. */
function unkept({ kind, model, route }: Candidate, pointer: string): RuleOutcome | null {
  if (kind === "self-host" || model.residency?.surchargeRatio !== null) return null;
  return { verdict: "fail", text: `${route.label}: ${model.id} cannot be kept in one place`, pointer, source: dated(model.residency) };
}

/**
 * Places in which a cross-region inference profile of Bedrock may process a request, by the first part of its id; none stands for any region of
 * AWS. Nothing keeps such a profile in fewer places. Source: docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html.
 */
const PROFILE_PLACES: Readonly<Record<string, readonly string[]>> = {
  global: [],
  us: ["us"],
  eu: ["eu"],
  apac: ["jp", "kr", "sg", "in", "au"],
  jp: ["jp"],
  au: ["au"],
  "us-gov": ["us"],
};

/** The places of a candidate's profile; undefined where it is called without one. */
function profilePlaces(candidate: Candidate): readonly string[] | undefined {
  if (candidate.kind === "self-host" || candidate.route.id !== "bedrock") return undefined;
  return PROFILE_PLACES[candidate.model.id.split(".")[0] ?? ""];
}

/**
 * A profile is called from the places that it serves, in commercial regions alone: GovCloud has names of its own, which begin with `us-gov.`, and the
 * sovereign cloud is a partition apart. Source: docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html.
 * Example: `us.anthropic.claude-sonnet-5` fails in ap-southeast-2 and in us-gov-west-1, with and without `data_residency`.
 */
export const callableRegion: Rule = {
  id: "callable-region",
  title: "Callable from your region",
  why: "A cross-region profile of Bedrock answers only in the regions that it serves; GovCloud and the sovereign cloud have other names.",
  source: "docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html",
  waivable: false,
  check(candidate, { facts: { region }, workload, catalog }) {
    const places = profilePlaces(candidate);
    const home = catalog.regions.find(({ id }) => id === region);
    const base = { pointer: "region", source: null } as const;
    const inGov = home?.partition === "aws-us-gov" && candidate.model.id.startsWith("us-gov.");
    const unlisted = places === undefined || inGov ? unlistedIn(candidate, home, workload) : null;
    if (unlisted !== null) return { ...base, verdict: "unknown", text: unlisted };
    if (places === undefined) return null;
    const profile = `the profile ${candidate.model.id}`;
    if (home === undefined) return { ...base, verdict: "unknown", text: `the place of region ${region} is not known` };
    if (home.partition !== "aws" && !inGov)
      return { ...base, verdict: "fail", text: `${profile} is one of commercial regions; ${region} is not` };
    if (places.length > 0 && !places.includes(home.residency))
      return { ...base, verdict: "fail", text: `${profile} is called from ${places.join(", ")}; ${region} lies in ${home.residency}` };
    return { ...base, verdict: "pass", text: `${profile} is called from ${region}` };
  },
};

/** Regimes whose proof in GovCloud names single models. */
const AUTHORISED: readonly string[] = ["fedramp_moderate", "fedramp_high", "il4", "il5", "il6"];

/**
 * What nothing says of a model of Bedrock in a partition; null where all is known. Its list is much shorter in GovCloud, where a price of that region
 * proves that it is sold and not that an authorisation covers it, and nobody published that of the sovereign cloud. In GovCloud a policy that names
 * the model knows it.
 */
function unlistedIn({ kind, model, route }: Candidate, home: Region | undefined, workload: RuleContext["workload"]): string | null {
  if (kind === "self-host" || route.id !== "bedrock" || home === undefined || home.partition === "aws") return null;
  const offer = `whether Bedrock offers ${model.id} in ${home.id} is not known`;
  if (home.partition === "aws-eusc") return offer;
  const { candidates, current, compliance } = workload;
  const names = [...(candidates?.api ?? []), ...(current?.path === "api" ? [current.model] : [])];
  if (names.some((name) => answersTo(model, name))) return null;
  if (!model.prices.some((row) => regionalPrice(row, home) !== undefined)) return offer;
  const asked = compliance.regimes?.find((regime) => AUTHORISED.includes(regime));
  return asked === undefined ? null : `whether ${asked} of Bedrock covers ${model.id} in ${home.id} is not known`;
}

/**
 * Why a model that is called through a cross-region profile does not stay in the allowed places; null where it does, and where there is no profile.
 * Example: `us.anthropic.claude-sonnet-5` fails `data_residency: [eu]` in every region, `global.anthropic.claude-sonnet-5` fails any.
 */
function outsideByProfile(candidate: Candidate, allowed: readonly string[], pointer: string): RuleOutcome | null {
  const places = profilePlaces(candidate);
  if (places === undefined) return null;
  const base = { verdict: "fail", pointer, source: null } as const;
  const limit = `allowed: ${allowed.join(", ")}`;
  if (places.length === 0) return { ...base, text: `the profile ${candidate.model.id} processes requests in any region; ${limit}` };
  if (!places.every((place) => allowed.includes(place)))
    return { ...base, text: `the profile ${candidate.model.id} processes requests in ${places.join(", ")}; ${limit}` };
  return null;
}

function regional(candidate: Candidate, allowed: readonly string[], pointer: string, context: RuleContext): RuleOutcome {
  const { region } = context.facts;
  const place = context.catalog.regions.find((row) => row.id === region)?.residency;
  if (place === undefined) return { verdict: "unknown", text: `the place of region ${region} is not known`, pointer, source: null };
  if (!allowed.includes(place)) {
    return { verdict: "fail", text: `region ${region} lies in ${place}; allowed: ${allowed.join(", ")}`, pointer, source: null };
  }
  const conditions = candidate.kind === "self-host" ? [] : [`${candidate.route.label}: keep cross-region inference inside ${place}`];
  return { verdict: "pass", text: `region ${region} lies in ${place}`, pointer, source: null, conditions };
}
