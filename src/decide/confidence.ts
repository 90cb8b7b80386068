import { type Catalog, findOpenModel, staleness } from "../catalog/index.ts";
import { bandsOf } from "./bands.ts";
import { type Contest, type Measured, probabilityCheapest, sharesOf, tornadoOf } from "./contest.ts";
import { CONFIDENCE_FROM_RATIO, DEFAULTS, LOAD_BEARING_FACTORS, STALE_AFTER_DAYS } from "./defaults.ts";
import { grouped, usd } from "./describe.ts";
import type { RequirementFacts } from "./facts.ts";
import { nextMeasurementOf } from "./next-measurement.ts";
import type { Decision, WorkloadDecision } from "./types.ts";
import { usedPrices } from "./used-prices.ts";
import type { ConfidenceStep } from "./why-types.ts";

/** How sure a decision is, and what would make it surer. */
export type Sureness = Pick<
  Decision,
  "confidence" | "confidenceText" | "probabilityCheapest" | "confidenceSteps" | "nextMeasurement" | "tornado"
>;

/** What a confidence step may rest on. */
export interface SurenessContext {
  readonly facts: RequirementFacts;
  readonly catalog: Catalog;
  readonly asOf: string;
}

const LEVELS = ["high", "medium", "low"] as const;

/**
 * The confidence word by rule. The share of draws in which the chosen path is the least expensive gives high from 0.9,
 * medium from 0.7, low below. One step down for each kind of weak ground: a fact of low certainty, a price that
 * nobody checked for 180 days, a default that decides, a condition that a regulated need still has to meet.
 * With one path left there is nothing to be sure of: forced.
 *
 * Example: 0.93 of the draws and an unsigned BAA give medium, with the step named.
 */
export function surenessOf(contest: Contest, workloads: readonly WorkloadDecision[], context: SurenessContext): Sureness {
  const tornado = tornadoOf(contest);
  const swings = tornado.map(({ swing }) => swing);
  const shares = sharesOf(contest);
  const share = probabilityCheapest(contest);
  if (share === null) {
    return {
      confidence: "forced",
      confidenceText: "the rules leave one path",
      probabilityCheapest: null,
      confidenceSteps: [],
      nextMeasurement: null,
      tornado: swings,
    };
  }
  const steps = stepsOf(tornado, workloads, context);
  const drawn = share >= CONFIDENCE_FROM_RATIO.high ? 0 : share >= CONFIDENCE_FROM_RATIO.medium ? 1 : 2;
  const confidence = LEVELS[Math.min(drawn + steps.length, LEVELS.length - 1)] ?? "low";
  const lowered = steps.length === 0 ? "" : `; lowered by ${steps.map(({ text }) => text).join(" and by ")}`;
  return {
    confidence,
    confidenceText: `${shareText(share, contest)}${oftenerText(shares)}${overlapText(contest)}${lowered}`,
    probabilityCheapest: share,
    confidenceSteps: steps,
    nextMeasurement: nextMeasurementOf(tornado, share),
    tornado: swings,
  };
}

function shareText(share: number, { sampler }: Contest): string {
  const draws = `${grouped(sampler.draws.count)} draws`;
  const best = (sampler.context.facts.preferences?.budgetRatio ?? 0) > 0 ? "worth its price most" : "least expensive";
  if (share === 1) return `${best} in all of ${draws}`;
  const percent = Math.round(share * 100);
  if (percent === 100) return `${best} in more than 99% of ${draws}`;
  return percent === 0 ? `${best} in under 1% of ${draws}` : `${best} in ${percent}% of ${draws}`;
}

/**
 * The path that is the least expensive in more draws than the chosen one, where there is one: servers come in whole instances, so what costs least with
 * every input as expected can lose to another path on either side of it.
 */
function oftenerText([chosen, ...others]: ReturnType<typeof sharesOf>): string {
  const [best] = [...others].sort((a, b) => b.share - a.share);
  if (chosen === undefined || best === undefined || best.share <= chosen.share) return "";
  return `, the ${best.path} path in ${Math.round(best.share * 100)}%`;
}

/** Says with figures that the band of the next path overlaps; silent when it does not. */
function overlapText({ entries, sampler }: Contest): string {
  const [chosen, ...others] = entries.map(({ path, priced }) => ({ path, band: bandsOf(sampler, priced).total }));
  const [next] = others.sort((a, b) => a.band.expected - b.band.expected);
  if (chosen === undefined || next === undefined) return "";
  if (chosen.band.p90 < next.band.p10 || next.band.p90 < chosen.band.p10) return "";
  const words = ({ p10, p90 }: { readonly p10: number; readonly p90: number }) => `${usd(p10)} to ${usd(p90)}`;
  return `; its band ${words(chosen.band)} overlaps ${words(next.band)} of the ${next.path} path`;
}

function stepsOf(
  tornado: readonly Measured[],
  workloads: readonly WorkloadDecision[],
  context: SurenessContext,
): readonly ConfidenceStep[] {
  const grounds = [
    lowCertainty(workloads, context.catalog),
    stalePrices(workloads, context),
    decidingDefaults(tornado, workloads, context.facts),
    openConditions(workloads, context.facts),
  ];
  return grounds.flatMap((names) => (names === null ? [] : [{ text: names }]));
}

/** Rules that rest on a fact of low certainty, and shapes of models that servers are sized by and that nobody read at their source. */
function lowCertainty(workloads: readonly WorkloadDecision[], catalog: Catalog): string | null {
  const rules = workloads.flatMap(({ reasons }) => reasons.filter(({ certainty }) => certainty === "low").map(({ rule }) => rule));
  const shapes = workloads.flatMap(({ option }) =>
    option?.kind === "self-host" && findOpenModel(catalog, option.model)?.certainty === "low" ? [`shape of ${option.model}`] : [],
  );
  const names = [...rules, ...shapes];
  return names.length === 0 ? null : `a fact of low certainty (${list(names)})`;
}

function stalePrices(workloads: readonly WorkloadDecision[], { facts, catalog, asOf }: SurenessContext): string | null {
  const old = usedPrices(workloads, facts, catalog, asOf).filter(({ checked }) => staleness(checked, asOf) > STALE_AFTER_DAYS);
  return old.length === 0 ? null : `a price last checked more than ${STALE_AFTER_DAYS} days ago (${list(old.map(({ id }) => id))})`;
}

/** A default decides when another value within its own range flips the path. */
function decidingDefaults(tornado: readonly Measured[], workloads: readonly WorkloadDecision[], facts: RequirementFacts): string | null {
  const ranges = tornado
    .filter(({ input, swing }) => !input.declared && input.kind !== "throughput" && swing.flipsTo !== null)
    .map(({ input }) => (input.workload === null ? input.label : `${input.label} of ${input.workload}`));
  const assumed = facts.assumptions.some(({ key }) => key === DEFAULTS.hourlyRateUsd.key);
  const flips = workloads.some(({ tippingPoints }) =>
    tippingPoints.some(({ parameter, from, to }) => {
      const factor = to / from;
      return parameter === "hourly_rate_usd" && factor >= LOAD_BEARING_FACTORS.low && factor <= LOAD_BEARING_FACTORS.high;
    }),
  );
  const names = [...ranges, ...(assumed && flips ? [DEFAULTS.hourlyRateUsd.key] : [])];
  return names.length === 0 ? null : `a default that decides (${list(names)})`;
}

function openConditions(workloads: readonly WorkloadDecision[], facts: RequirementFacts): string | null {
  const open = workloads.filter(({ name, conditions }) => {
    const compliance = facts.workloads.find((workload) => workload.name === name)?.compliance;
    return conditions.length > 0 && (compliance?.regimes ?? []).length > 0;
  });
  return open.length === 0 ? null : `an open condition of a regulated need (${list(open.map(({ name }) => name))})`;
}

/** Names that a step lists before it only counts. */
const LISTED = 3;

function list(names: readonly string[]): string {
  const distinct = [...new Set(names)].sort();
  const more = distinct.length - LISTED;
  return more > 0 ? `${distinct.slice(0, LISTED).join(", ")} and ${more} more` : distinct.join(", ");
}
