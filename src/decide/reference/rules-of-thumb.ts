import type { PolicyWorkload } from "../../policy/policy.ts";

/** The framework's rules of thumb as pure functions. They never decide; the report shows them beside the computed verdict. */

/** What a rule of thumb asks for; `either` where the framework leaves the choice open or asks for a calculation. */
export type ThumbSide = "api" | "self-host" | "either";

/** Requests a month: below the first the API, above the second own servers, between them undefined (C6). S2-052, S2-057, S2-063. */
export const MONTHLY_BAND = { low: 100_000, high: 500_000, source: "S2-052, S2-057" } as const;

/**
 * Requests a day: moderate up to 50,000-100,000, high from 100,000-200,000. The same framework's monthly band is 6 to 30 times
 * lower (C6). S4-044, S4-114.
 */
export const DAILY_BAND = { moderate: 50_000, high: 200_000, source: "S4-114, S4-044" } as const;

/** Strict bounds on both ends: 99,999 says API, 100,000 and 500,000 leave it open, 500,001 says self-host. */
export function monthlyBand(requestsPerMonth: number): ThumbSide {
  if (requestsPerMonth < MONTHLY_BAND.low) return "api";
  return requestsPerMonth > MONTHLY_BAND.high ? "self-host" : "either";
}

/** Below the lowest bound of the moderate range the API, above the highest of the high range own servers; the fuzzy middle is open. */
export function dailyBand(requestsPerDay: number): ThumbSide {
  if (requestsPerDay < DAILY_BAND.moderate) return "api";
  return requestsPerDay > DAILY_BAND.high ? "self-host" : "either";
}

/** Where the flowchart ends and which of its three questions were asked on the way. */
export interface FlowchartEnd {
  readonly asked: readonly ("F1" | "F2" | "F3")[];
  readonly end: "self-host or private cloud" | "api" | "computed: api" | "computed: self-host";
}

/**
 * F1 strict privacy? F2 more than 500,000 requests a month? F3 compute the break-even (S2-064 to S2-068). `cheaper` is the side
 * that the computation finds. The chart asks nothing about team, capability, customization or offline use (S2-069).
 *
 * Example: no strict privacy and 500,000 requests end at the API by F1, F2; 500,001 go on to F3.
 */
export function flowchart(strictPrivacy: boolean, requestsPerMonth: number, cheaper: "api" | "self-host"): FlowchartEnd {
  if (strictPrivacy) return { asked: ["F1"], end: "self-host or private cloud" };
  if (requestsPerMonth <= MONTHLY_BAND.high) return { asked: ["F1", "F2"], end: "api" };
  return { asked: ["F1", "F2", "F3"], end: cheaper === "api" ? "computed: api" : "computed: self-host" };
}

type Stage = "prototype" | "production" | "research";
type Team = "none" | "part_time" | "dedicated";

/** Prototypes start on an API; research that changes models holds weights; production has no rule of its own (C22). */
export const STAGE_RULES: Readonly<Record<Stage, { readonly says: ThumbSide; readonly text: string; readonly source: string }>> = {
  prototype: { says: "api", text: "a prototype starts on an API", source: "S2-051, S4-063, S4-113" },
  research: { says: "self-host", text: "research works on weights of its own", source: "S0-031, S3-036" },
  production: { says: "either", text: "in production other rules decide", source: "S3-036" },
};

/** Own servers want people who run GPUs; somebody part of the time leaves it open. */
export const TEAM_RULES: Readonly<Record<Team, { readonly says: ThumbSide; readonly text: string; readonly source: string }>> = {
  none: { says: "api", text: "nobody runs GPU servers, so buy by the token", source: "S2-054, S4-116" },
  part_time: { says: "either", text: "a team that is willing to learn may host", source: "S4-122, S4-064" },
  dedicated: { says: "self-host", text: "a team that runs GPU servers can host", source: "S2-060, S4-122" },
};

type Customization = NonNullable<NonNullable<PolicyWorkload["needs"]>["customization"]>;

/** How much of a model must change, and where that is usually done; null where there is nothing to vote on. */
export const CUSTOMIZATION_RULES: Readonly<Record<Customization, ThumbSide | null>> = {
  none: null,
  prompt: "api",
  tone_format: "api",
  sft: "either",
  distill: "either",
  lora: "self-host",
  full_finetune: "self-host",
  continued_pretraining: "self-host",
  merge: "self-host",
  quantize: "self-host",
  tokenizer: "self-host",
  architecture: "self-host",
};

/** Growth a month and peak over mean from which demand counts as scaling fast. Source: ours; the framework names no figure. S2-056. */
export const FAST_SCALING = { growthRatioPerMonth: 0.2, peakToAverage: 5 } as const;
