import { DAYS_PER_MONTH } from "./defaults.ts";
import { grouped, usd } from "./describe.ts";
import type { RequirementFacts, WorkloadFacts } from "./facts.ts";
import type { WorkloadOptions } from "./options.ts";
import { referenceComparison } from "./reference/cost.ts";
import {
  CUSTOMIZATION_RULES,
  DAILY_BAND,
  dailyBand,
  FAST_SCALING,
  flowchart,
  MONTHLY_BAND,
  monthlyBand,
  STAGE_RULES,
  TEAM_RULES,
  type ThumbSide,
} from "./reference/rules-of-thumb.ts";
import { REFERENCE_ROUTES, referenceRoute } from "./reference/tables.ts";
import { readYesNo } from "./rules/rule.ts";
import type { Advisory, Path, WorkloadDecision } from "./types.ts";

/** What one rule of thumb says, before it is compared with the decision. */
interface Vote {
  readonly rule: string;
  readonly says: ThumbSide;
  readonly text: string;
  readonly source: string;
  /** Own servers or somebody else's cloud over a private link: the flowchart accepts both. */
  readonly privateCloudWillDo?: boolean;
}

/**
 * What the framework's rules of thumb say about a decision, beside what was computed. They never decide: each one is a vote with
 * its text, and `agrees` says whether the decision went the same way. A rule that has nothing to say gives no vote.
 *
 * Example: 1,000,000 requests a month on an API give `{ rule: "monthly-volume", says: "self-host", agrees: false, text: "self-host above
 * 500,000 requests a month; computed for this workload: 75,000,000" }`.
 */
export function advisoryOf(
  options: readonly WorkloadOptions[],
  workloads: readonly WorkloadDecision[],
  path: Path,
  facts: RequirementFacts,
): readonly Advisory[] {
  const policyVotes = [...stageVote(facts), ...teamVote(facts)].map((vote) => advisory(vote, null, path, false));
  const own = options.flatMap((entry) => {
    const decided = workloads.find(({ name }) => name === entry.workload.name);
    if (decided === undefined) return [];
    const isPrivate = onPrivateCloud(entry, decided);
    return votesOn(entry, decided).map((vote) => advisory(vote, decided.name, decided.path, isPrivate));
  });
  return [...own, ...policyVotes];
}

function advisory(vote: Vote, workload: string | null, path: string, isPrivate: boolean): Advisory {
  const { rule, says, text, source } = vote;
  const goesThatWay = says === "either" || path === says || path === "hybrid";
  const inCloud = !goesThatWay && vote.privateCloudWillDo === true && isPrivate;
  return { rule, workload, says, agrees: goesThatWay || inCloud, text: inCloud ? `${text}, which this API is reached in` : text, source };
}

/** Somebody else's service that is reached over a private link. */
function onPrivateCloud(entry: WorkloadOptions, decided: WorkloadDecision): boolean {
  const chosen = entry.feasible.find((option) => option.candidate.id === decided.option?.id);
  const link = chosen === undefined || chosen.kind === "self-host" ? undefined : chosen.candidate.route.facts.privateLink;
  return link !== undefined && readYesNo(link.value) === "pass";
}

function votesOn(entry: WorkloadOptions, decided: WorkloadDecision): readonly Vote[] {
  const { workload } = entry;
  return [
    monthlyVote(entry, decided),
    dailyVote(entry, decided),
    flowchartVote(workload, decided),
    ...formulaVote(workload),
    ...routeVote(workload),
    ...privacyVote(workload),
    ...regulationVote(workload),
    ...customizationVote(workload),
    ...featureVote(workload),
    ...scalingVote(workload),
  ];
}

/** What the model computes for this workload, after a rule of thumb on volume. `perMonth` is how many of the unit make a month. */
function computedText(entry: WorkloadOptions, decided: WorkloadDecision, perMonth: number): string {
  if (decided.breakEven !== null) return `computed for this workload: ${rounded(decided.breakEven.requestsPerMonth / perMonth)}`;
  const has = (own: boolean) => entry.feasible.some((option) => (option.kind === "self-host") === own);
  if (!has(true) || !has(false)) return "computed: the rules leave one side, at any volume";
  const [crossing] = decided.breakEvens[0]?.crossings ?? [];
  if (crossing !== undefined)
    return `computed for this workload: ${words(crossing.above)} above ${rounded(crossing.requestsPerMonth / perMonth)}`;
  return "computed: none within a hundredfold of this volume";
}

function monthlyVote(entry: WorkloadOptions, decided: WorkloadDecision): Vote {
  const says = monthlyBand(entry.workload.requestsPerMonth.expected);
  const rule = bandText(says, MONTHLY_BAND.low, MONTHLY_BAND.high, "requests a month");
  return { rule: "monthly-volume", says, text: `${rule}; ${computedText(entry, decided, 1)}`, source: MONTHLY_BAND.source };
}

function dailyVote(entry: WorkloadOptions, decided: WorkloadDecision): Vote {
  const says = dailyBand(entry.workload.requestsPerMonth.expected / DAYS_PER_MONTH);
  const rule = bandText(says, DAILY_BAND.moderate, DAILY_BAND.high, "requests a day");
  return { rule: "daily-volume", says, text: `${rule}; ${computedText(entry, decided, DAYS_PER_MONTH)}`, source: DAILY_BAND.source };
}

/** `self-host above 500,000 requests a month`. */
function bandText(says: ThumbSide, low: number, high: number, unit: string): string {
  if (says === "either") return `open between ${grouped(low)} and ${grouped(high)} ${unit}`;
  return says === "api" ? `API below ${grouped(low)} ${unit}` : `self-host above ${grouped(high)} ${unit}`;
}

const STRICT_DATA: readonly WorkloadFacts["dataClasses"][number][] = ["phi", "pci", "cui", "classified"];

/** Data that may not leave, or must leave no trace, or is regulated. */
function isStrict({ compliance, dataClasses }: WorkloadFacts): boolean {
  const { dataMayLeave, airGapped, zeroRetention, privateNetwork } = compliance;
  return dataMayLeave === false || [airGapped, zeroRetention, privateNetwork].includes(true) || hasStrictData(dataClasses);
}

function hasStrictData(classes: WorkloadFacts["dataClasses"]): boolean {
  return classes.some((data) => STRICT_DATA.includes(data));
}

function flowchartVote(workload: WorkloadFacts, decided: WorkloadDecision): Vote {
  const volume = workload.requestsPerMonth.expected;
  const { end } = flowchart(isStrict(workload), volume, cheaperSide(volume, decided));
  const high = grouped(MONTHLY_BAND.high);
  const base = { rule: "flowchart", source: "S2-064 to S2-068" };
  if (end === "self-host or private cloud")
    return { ...base, says: "self-host", text: "strict data privacy: self-host or a private cloud", privateCloudWillDo: true };
  if (end === "api") return { ...base, says: "api", text: `no strict data privacy and at most ${high} requests a month: API` };
  const side = end === "computed: api" ? "api" : "self-host";
  return { ...base, says: side, text: `no strict data privacy, above ${high} requests a month: compute it, which gives ${words(side)}` };
}

function cheaperSide(volume: number, { breakEven, path }: WorkloadDecision): "api" | "self-host" {
  if (breakEven !== null) return volume >= breakEven.requestsPerMonth ? "self-host" : "api";
  return path === "api" ? "api" : "self-host";
}

/** The framework's own break-even formula on this workload's tokens; nothing to say where the request costs nothing. */
function formulaVote({ requestsPerMonth, inputTokens, outputTokens }: WorkloadFacts): readonly Vote[] {
  const tokens = { inputTokens: inputTokens.expected, outputTokens: outputTokens.expected };
  const { apiMonthlyUsd, selfHostMonthlyUsd, says, breakEvenRequestsPerMonth } = referenceComparison(requestsPerMonth.expected, tokens);
  // A request of almost no token costs so little that the formula divides by nothing.
  if (breakEvenRequestsPerMonth === null || !Number.isFinite(breakEvenRequestsPerMonth)) return [];
  const sums = `gpt-4o-mini for ${usd(apiMonthlyUsd)} against servers for a flat ${usd(selfHostMonthlyUsd)} a month`;
  const text = `${sums}; break-even at ${rounded(breakEvenRequestsPerMonth)} requests a month`;
  return [{ rule: "formula", says, text, source: "S2-035, C5" }];
}

function routeVote({ useCase, dataClasses }: WorkloadFacts): readonly Vote[] {
  const sensitive = dataClasses.some((data) => data !== "none");
  if (useCase === undefined && !sensitive) return [];
  const side = referenceRoute({ useCase, sensitive, down: null });
  if (side === "refuse") return [];
  if (sensitive || useCase === undefined)
    return [
      { rule: "kind-of-work", says: side, text: "requests with personal or restricted data go to own servers", source: "C21, S4-128" },
    ];
  const { why, source } = REFERENCE_ROUTES[useCase];
  return [{ rule: "kind-of-work", says: side, text: `${useCase}: ${why}`, source }];
}

function privacyVote({ dataClasses }: WorkloadFacts): readonly Vote[] {
  if (!hasStrictData(dataClasses)) return [];
  return [
    { rule: "privacy", says: "self-host", text: "health, payment and government data stay on own servers", source: "S2-058, S4-120" },
  ];
}

function regulationVote({ compliance }: WorkloadFacts): readonly Vote[] {
  const asks = compliance.regimes?.includes("eu_ai_act") === true || compliance.dataResidency !== undefined;
  if (!asks) return [];
  const text = "rules on where data lies favour own servers; the EU AI Act itself asks for no open weights";
  return [{ rule: "regulation", says: "self-host", text, source: "S4-124, C26" }];
}

function customizationVote({ customization }: WorkloadFacts): readonly Vote[] {
  const says = CUSTOMIZATION_RULES[customization];
  if (says === null) return [];
  const text = {
    api: `${customization}: a good prompt does it`,
    either: `${customization}: some providers offer it`,
    "self-host": `${customization}: needs weights of your own`,
  };
  return [{ rule: "customization", says, text: text[says], source: "S0-036, S2-059, S4-121" }];
}

function featureVote({ features }: WorkloadFacts): readonly Vote[] {
  const ready = features.filter((feature) => feature !== "json_schema");
  if (ready.length === 0) return [];
  return [{ rule: "features", says: "api", text: `${ready.join(", ")}: ready to use on an API`, source: "S4-118, S4-027" }];
}

function scalingVote({ growthRatioPerMonth, peakToAverage }: WorkloadFacts): readonly Vote[] {
  const fast = growthRatioPerMonth >= FAST_SCALING.growthRatioPerMonth || peakToAverage >= FAST_SCALING.peakToAverage;
  return fast
    ? [{ rule: "scaling", says: "api", text: "demand that grows or peaks fast is the provider's to absorb", source: "S2-056" }]
    : [];
}

function stageVote({ stage }: RequirementFacts): readonly Vote[] {
  const { says, text, source } = STAGE_RULES[stage];
  return stage === "production" ? [] : [{ rule: "stage", says, text, source }];
}

function teamVote({ mlOps, assumptions }: RequirementFacts): readonly Vote[] {
  const { says, text, source } = TEAM_RULES[mlOps];
  const assumed = assumptions.some(({ key }) => key === "team.ml_ops") ? " (assumed)" : "";
  return [{ rule: "team", says, text: `${text}${assumed}`, source }];
}

function words(side: "api" | "self-host"): string {
  return side === "api" ? "the API" : "own servers";
}

/** Three significant digits: 48,717,949 reads 48,700,000. */
function rounded(value: number): string {
  return grouped(Number(value.toPrecision(3)));
}
