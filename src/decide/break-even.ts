import { answersTo } from "./candidates.ts";
import { crossingsOf } from "./crossings.ts";
import { HOURS_PER_MONTH } from "./defaults.ts";
import { grouped } from "./describe.ts";
import type { WorkloadFacts } from "./facts.ts";
import type { Flips } from "./flips.ts";
import type { FeasibleOption } from "./options.ts";
import { byText } from "./order.ts";
import { Pricer } from "./portfolio.ts";
import { scenario } from "./scenario.ts";
import { hostsOf, tokensOf } from "./split.ts";
import { growthAt, monthDate, monthsUntil } from "./traffic.ts";
import type { TippingPoint } from "./types.ts";
import type { BreakEvenVariant, LeaveWhen, WorkloadGrowth } from "./why-types.ts";

/** A volume so small that a fleet is as small as it gets. */
const NEXT_TO_NOTHING = 1e-9;
const HOURS_PER_WEEK = 168;
const WEEKS_PER_MONTH = HOURS_PER_MONTH / HOURS_PER_WEEK;

/** What a workload's break-evens are asked of. */
interface Question {
  readonly flips: Flips;
  readonly index: number;
  readonly asOf: string;
}

/**
 * Break-evens of one workload against the API that would really be used (the chosen one, else the current, else the least
 * expensive), and against the least and the most expensive that the rules let through, each with every crossing. The other side is the
 * best self-hosted option at each volume. Empty when the rules leave one side.
 */
export function breakEvensOf(question: Question): readonly BreakEvenVariant[] {
  const { flips, index, asOf } = question;
  const workload = workloadOf(question);
  if (flips.rival(index, "self-host") === undefined) return [];
  const rivalry = flips.along(index, "requests_per_month");
  const own = (factor: number) => rivalry.rival("self-host", factor)?.monthlyUsd ?? Number.POSITIVE_INFINITY;
  return apisOf(question).map(({ role, option }): BreakEvenVariant => {
    const api = (factor: number) => flips.priceOf(index, option, "requests_per_month", factor) ?? Number.POSITIVE_INFINITY;
    const { crossings, complete } = crossingsOf(own, api);
    const today = own(1) < api(1) ? "self-host" : "api";
    const shrinks = workload.growthRatioPerMonth < 0;
    const next = shrinks ? crossings.findLast(({ factor }) => factor < 1) : crossings.find(({ factor }) => factor > 1);
    const months = next === undefined ? null : monthsUntil(1, next.factor, workload.growthRatioPerMonth);
    return {
      role,
      versus: option.candidate.id,
      today,
      crossings: crossings.map(({ factor, above }) => ({ requestsPerMonth: workload.requestsPerMonth.expected * factor, above })),
      complete,
      reachedOn: months === null ? null : monthDate(asOf, months).slice(0, 7),
    };
  });
}

interface RoleOption {
  readonly role: BreakEvenVariant["role"];
  readonly option: FeasibleOption;
}

/** The API really used first; the others only where they are other options. */
function apisOf(question: Question): readonly RoleOption[] {
  const { flips, index } = question;
  const priced = (flips.base.context.workloads[index]?.feasible ?? [])
    .filter(({ kind }) => kind === "api" || kind === "managed")
    .map((option) => ({ option, usd: flips.priceOf(index, option, "requests_per_month", 1) ?? Number.POSITIVE_INFINITY }))
    .filter((row) => Number.isFinite(row.usd))
    .sort((a, b) => a.usd - b.usd || byText(a.option.candidate.id, b.option.candidate.id));
  const [cheapest, dearest] = [priced[0]?.option, priced.at(-1)?.option];
  const used = usedApi(question) ?? cheapest;
  if (used === undefined || cheapest === undefined || dearest === undefined) return [];
  return [
    { role: "used", option: used },
    ...(cheapest === used ? [] : [{ role: "cheapest" as const, option: cheapest }]),
    ...(dearest === used || dearest === cheapest ? [] : [{ role: "dearest" as const, option: dearest }]),
  ];
}

function usedApi(question: Question): FeasibleOption | undefined {
  const { flips, index } = question;
  const { current } = workloadOf(question);
  const isApi = ({ kind }: FeasibleOption) => kind === "api" || kind === "managed";
  const taken = flips.chosen.assignment[index];
  const chosen = taken === undefined ? undefined : tokensOf(taken);
  const today =
    current?.path === "api"
      ? flips.base.context.workloads[index]?.feasible.find((option) => isApi(option) && answersTo(option.candidate.model, current.model))
      : undefined;
  if (chosen !== undefined && chosen !== null) return chosen;
  const rival = flips.rival(index, "api")?.option;
  return today ?? (rival === undefined ? undefined : (tokensOf(rival) ?? undefined));
}

/**
 * What the smallest fleet of the self-hosted model costs with its people, in USD a month: under that API spend self-hosting
 * cannot pay, whatever the volume. The model is the chosen one, or the one that would be chosen. Null when there is none.
 */
export function smallestUnitOf({ flips, index, asOf }: Question): { readonly usd: number; readonly model: string } | null {
  const name = workloadOf({ flips, index, asOf }).name;
  const rival = flips.rival(index, "self-host")?.option;
  const own = rival === undefined ? null : hostsOf(rival);
  if (own === null) return null;
  const pricer = new Pricer({ ...flips.base.context, what: scenario({ volumeOf: { [name]: NEXT_TO_NOTHING } }) });
  const cost = pricer.alone(index, own);
  return cost === undefined ? null : { usd: cost, model: own.candidate.model.id };
}

/**
 * When to leave self-hosting again: the volume, the hours of operation and the API price at which the API that would be used costs the
 * same. Hours move the costs on a straight line; the price does so for servers alone, while a split leaves more to an API that costs less, so its
 * price is looked for. Hours are worked for all servers together, so they say something only where the last ones would go. Empty for a workload on
 * an API, and where the API costs less already.
 *
 * Example: 10,000 USD a month for the API, 8,000 for the servers with 43 hours at 100 USD: 20 hours a month more eat the 2,000, so
 * "when operating it takes more than 14.5 hours a week".
 */
export function leaveWhenOf(question: Question, breakEvens: readonly BreakEvenVariant[], plannedHours: number): readonly LeaveWhen[] {
  const { flips, index } = question;
  const workload = workloadOf(question);
  const api = usedApi(question);
  const chosen = flips.chosen.assignment[index];
  if (chosen === undefined || hostsOf(chosen) === null || api === undefined) return [];
  const gap = (factor: number) =>
    (flips.priceOf(index, api, "api_price", factor) ?? Number.NaN) -
    (flips.along(index, "api_price").rival("self-host", factor)?.monthlyUsd ?? 0);
  const [today, free] = [gap(1), gap(0)];
  if (!(today > 0)) return [];
  const below = breakEvens[0]?.crossings.filter(
    (point) => point.above === "self-host" && point.requestsPerMonth < workload.requestsPerMonth.expected,
  );
  const volume = below?.at(-1)?.requestsPerMonth;
  const hours = (plannedHours + today / flips.base.context.facts.hourlyRateUsd) / WEEKS_PER_MONTH;
  const price = free < 0 ? zeroOf(gap, free, today) : null;
  const model = api.candidate.model.id;
  const byCost = (flips.base.context.facts.preferences?.budgetRatio ?? 0) > 0 ? ", by cost alone" : "";
  return [
    ...(volume === undefined
      ? []
      : [
          entry(
            "requests_per_month",
            workload.requestsPerMonth.expected,
            volume,
            `requests${firstMonth(workload)} fall below ${rounded(volume)} a month${byCost}`,
          ),
        ]),
    ...(hasOtherServers(flips, index)
      ? []
      : [
          entry(
            "operations_hours_per_week",
            plannedHours / WEEKS_PER_MONTH,
            hours,
            `operating it takes more than ${rounded(hours)} hours a week (planned: ${rounded(plannedHours / WEEKS_PER_MONTH)})${byCost}`,
          ),
        ]),
    ...(price === null
      ? []
      : [entry("api_price", 1, price, `the price of ${model} falls below ${rounded(price * 100)} % of today's${byCost}`)]),
  ];
}

/** Whether another workload keeps own servers, so that somebody operates them whatever this one does. */
function hasOtherServers({ chosen }: Flips, index: number): boolean {
  return [...chosen.assignment].some((choice, other) => other !== index && choice !== undefined && hostsOf(choice) !== null);
}

/** Looks at the gap of a price: to a thousandth. */
const PRICE_TOLERANCE = 1e-3;
const MOST_LOOKS = 30;

/**
 * The factor from 0 to 1 at which a gap that is `atZero` (below 0) there and `atOne` (above 0) here is nothing. The least of several plans is a
 * concave function of the price and the API's bill a line, so their gap is convex and has one zero between. Found by false position, Illinois
 * method: in one step where the gap is a straight line.
 */
function zeroOf(gap: (factor: number) => number, atZero: number, atOne: number): number {
  let [low, below, high, above] = [0, atZero, 1, atOne];
  let last = 0;
  for (let look = 0; look < MOST_LOOKS && high - low > PRICE_TOLERANCE; look++) {
    const factor = low - (below * (high - low)) / (above - below);
    const found = gap(factor);
    if (Math.abs(found) <= PRICE_TOLERANCE) return factor;
    if (found < 0) {
      [low, below] = [factor, found];
      if (last < 0) above /= 2;
    } else {
      [high, above] = [factor, found];
      if (last > 0) below /= 2;
    }
    last = found;
  }
  return low - (below * (high - low)) / (above - below);
}

/** A volume at which sides change is that of the first month, from which it grows as declared. */
function firstMonth({ growthRatioPerMonth }: WorkloadFacts): string {
  return growthRatioPerMonth === 0 ? "" : " of the first month";
}

function entry(parameter: LeaveWhen["parameter"], from: number, to: number, text: string): LeaveWhen {
  return { parameter, from, to, text };
}

/** Requests and tokens of a request in the first and the last month; null without growth. */
export function growthOf(workload: WorkloadFacts, horizonMonths: number): WorkloadGrowth | null {
  const { growthRatioPerMonth, tokenGrowthRatioPerMonth } = workload;
  if (growthRatioPerMonth === 0 && tokenGrowthRatioPerMonth === 0) return null;
  const tokens = workload.inputTokens.expected + workload.outputTokens.expected;
  const at = (month: number) => ({
    requestsPerMonth: workload.requestsPerMonth.expected * growthAt(growthRatioPerMonth, month),
    tokensPerRequest: tokens * growthAt(tokenGrowthRatioPerMonth, month),
  });
  return { first: at(0), last: at(horizonMonths - 1) };
}

/** Adds the month in which declared growth reaches a volume that flips the path. */
export function withGrowthDate(point: TippingPoint, { growthRatioPerMonth }: WorkloadFacts, asOf: string): TippingPoint {
  if (point.parameter !== "requests_per_month" || (point.to <= point.from && growthRatioPerMonth >= 0)) return point;
  const months = monthsUntil(point.from, point.to, growthRatioPerMonth);
  if (months === null) return point;
  const reachedOn = monthDate(asOf, months).slice(0, 7);
  return { ...point, reachedOn, text: `${point.text}, reached in ${reachedOn} at the declared growth` };
}

function workloadOf({ flips, index }: Question): WorkloadFacts {
  const found = flips.base.context.workloads[index];
  if (found === undefined) throw new Error(`defect: no workload ${index}`);
  return found.workload;
}

/** Three significant digits with thousands separators. */
function rounded(value: number): string {
  return grouped(Number(value.toPrecision(3)));
}
