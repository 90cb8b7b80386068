import { bedrockId } from "./decide/bedrock-id.ts";
import { USE_CASE_DEFAULTS } from "./decide/defaults.ts";
import type { PlannedPolicy } from "./decide/evaluation-types.ts";
import { profileOf } from "./decide/facts.ts";
import { busiestHourRate, growthAt, largestGrowth, peakToAverageAt, weekOf } from "./decide/traffic.ts";
import type { CostLine, OptionSummary, PlannedWorkload } from "./decide/types.ts";
import { GATEWAY, type GatewayShape, gatewayServices, gatewayShape, type RouteShape } from "./gateway.ts";
import type { Policy } from "./policy/policy.ts";
import type { StackConfig } from "./stack-config.ts";

/** The gateway of one stack: what it must know about each workload. */
export interface GatewayConfig {
  /** Tasks of each service. Limits hold for each task alone, so they are divided by it. */
  readonly tasks: number;
  readonly routes: readonly GatewayRoute[];
}

/** One workload behind the gateway; its name is the model that callers ask for. */
export interface GatewayRoute {
  readonly workload: string;
  /** Runs on tasks without a way to the internet, and has no fallback. */
  readonly restricted: boolean;
  /** The policy declares no personal data, so what looks like it does not leave: refused, or kept on own servers where those serve it. */
  readonly guarded: boolean;
  readonly target: GatewayTarget;
  /** Asked in this order when the target fails. */
  readonly fallbacks: readonly GatewayTarget[];
  /** Own servers refuse at once what exceeds them, and the first fallback takes it; otherwise requests wait there. */
  readonly spills: boolean;
  /** Over all tasks: a guard against callers that run wild, not a shape of the traffic. */
  readonly requestsPerMinute: number;
}

/** Where requests of a route go. Prices are what the policy's decision was made with. */
export type GatewayTarget =
  | { readonly kind: "fleet"; readonly fleet: string; readonly model: string }
  | {
      readonly kind: "provider";
      readonly provider: string;
      /** Catalog id of the way to the provider, e.g. `openai-api`. */
      readonly route: string;
      readonly model: string;
      readonly inputUsdPerMTok: number | null;
      readonly outputUsdPerMTok: number | null;
      /** US dollars of tokens a day that the gateway lets out, over all tasks; null where a price is not known. */
      readonly dailyBudgetUsd: number | null;
    };

/** How far above the planned mean minute a workload may go; business hours and bursts together stay under 10. Ours. */
const MINUTE_OVER_MEAN = 10;
/** How far above its planned worst minute, where the policy declares hours or bursts that are sharper than that. Ours. */
const MINUTE_OVER_WORST = 2;
/** The least limit, so that a person who tries it out is not refused. Ours. */
const LEAST_REQUESTS_PER_MINUTE = 60;
/** How far above the planned mean day the tokens of a workload may cost: a busy weekday is 1.4 of the mean day. Ours. */
const DAY_OVER_MEAN = 3;
const LEAST_DAILY_USD = 1;
/**
 * Hours a day for which the API of a split may serve everything: own servers that fail are replaced, and two starts with image and weights
 * fit into two hours. Ours.
 */
const OUTAGE_HOURS_PER_DAY = 2;
const HOURS_PER_DAY = 24;
const DAYS_PER_MONTH = 365 / 12;
const MINUTES_PER_MONTH = 43_800;

/** Classes that say: this workload carries data about people. */
const PERSONAL_CLASSES = ["pii", "phi", "pci"];

/**
 * The gateway of a decision, or null where there is none (`gatewayShape`).
 *
 * Example: a hybrid policy with restricted `chat` on own servers and `search` at OpenAI, 100 000 requests and 40 dollars of tokens a
 * month: `search` gets 60 requests a minute and max(1, 40 / 30.4 x 3) = 3.95 dollars a day, `chat` no fallback.
 */
export function gatewayConfig(evaluation: PlannedPolicy, policy: Policy, routes: StackConfig["routes"]): GatewayConfig | null {
  const shape = gatewayShape(policy.deploy?.gateway ?? null, routeShapes(routes));
  if (shape === null) return null;
  return {
    tasks: GATEWAY.tasks[policy.stage ?? "production"],
    routes: evaluation.decision.workloads.flatMap((workload) => {
      const route = routes.find((entry) => entry.workload === workload.name);
      return route === undefined ? [] : [gatewayRoute(workload, route, evaluation, policy)];
    }),
  };
}

/** Routes as the gateway's size depends on them. */
export function routeShapes(routes: StackConfig["routes"]): readonly RouteShape[] {
  return routes.map(({ path, restricted, overflow }) => ({ own: path === "self-host", restricted, split: overflow !== undefined }));
}

/** The size of a configured gateway. */
export function shapeOf(gateway: GatewayConfig | null): GatewayShape | null {
  if (gateway === null) return null;
  const restricted = gateway.routes.some((route) => route.restricted);
  return { open: gateway.routes.some((route) => !route.restricted), restricted, workloads: gateway.routes.length };
}

/** Tasks of a gateway over all its services. */
export function gatewayTasks(gateway: GatewayConfig | null): number {
  return gateway === null ? 0 : gatewayServices(shapeOf(gateway)) * gateway.tasks;
}

function gatewayRoute(
  workload: PlannedWorkload,
  route: StackConfig["routes"][number],
  evaluation: PlannedPolicy,
  policy: Policy,
): GatewayRoute {
  const declared = policy.workloads.find(({ name }) => name === workload.name);
  const growth = largestGrowth(declared?.volume.growthRatioPerMonth ?? 0, evaluation.horizonMonths);
  const over = declared === undefined ? MINUTE_OVER_MEAN : minuteOverMean(declared, workload.requestsPerMonth);
  const perMinute = (workload.requestsPerMonth * growth * over) / MINUTES_PER_MONTH;
  const monthOverMean = largestMonthOverMean(declared, evaluation.horizonMonths);
  const target = targetOf(workload, route, evaluation, monthOverMean);
  const overflow = route.restricted ? [] : overflowOf(workload, monthOverMean);
  const fallbacks = route.restricted ? [] : [...overflow, ...fallbacksOf(workload, route, monthOverMean)];
  const leaves = target.kind === "provider" || fallbacks.length > 0;
  const personal = (declared?.dataClass ?? []).some((data) => PERSONAL_CLASSES.includes(data));
  return {
    workload: workload.name,
    restricted: route.restricted && target.kind === "fleet",
    guarded: leaves && !personal,
    target: called(target, evaluation.region),
    fallbacks: fallbacks.map((fallback) => called(fallback, evaluation.region)),
    spills: overflow.length > 0,
    requestsPerMinute: Math.max(LEAST_REQUESTS_PER_MINUTE, Math.ceil(perMinute)),
  };
}

function called(target: GatewayTarget, region: string): GatewayTarget {
  return target.kind === "provider" && target.route === "bedrock" ? { ...target, model: bedrockId(target.model, region) } : target;
}

/**
 * Limit of a minute over the mean minute of its month.
 * Example: all requests in one hour of each day, at a declared `peak_to_average` of 2, have a worst minute of 48 mean ones and a limit of 96.
 */
function minuteOverMean({ useCase, volume }: Policy["workloads"][number], requestsPerMonth: number): number {
  const preset = useCase === undefined ? undefined : USE_CASE_DEFAULTS[useCase];
  const week = weekOf(profileOf(volume.hourlyProfile, preset?.profile, (name) => name));
  const burst = volume.peakToAverage ?? peakToAverageAt(busiestHourRate(requestsPerMonth, week));
  return Math.max(MINUTE_OVER_MEAN, Math.max(...week) * burst * MINUTE_OVER_WORST);
}

/**
 * Tokens of the largest month over those of the mean month of the horizon, in which lines are billed: a budget of mean days would stop a workload that
 * grows as planned. Example: requests that grow by 10 % a month over 24 months end at 2.43 of their mean.
 */
function largestMonthOverMean(declared: Policy["workloads"][number] | undefined, horizonMonths: number): number {
  const longer = 1 + (declared?.tokens.growthRatioPerMonth ?? 0);
  const ratio = (1 + (declared?.volume.growthRatioPerMonth ?? 0)) * longer - 1;
  const months = Array.from({ length: horizonMonths }, (_, month) => growthAt(ratio, month));
  return Math.max(...months) / (months.reduce((sum, factor) => sum + factor, 0) / horizonMonths);
}

/**
 * The API of a split. Its budget is that of the planned overflow, and beside it of the whole workload for as long as an outage of own
 * servers lasts. Nothing is counted where the cost of the whole is not known.
 *
 * Example: an overflow of 30 dollars a month that is a tenth of the workload: 30 / 30.4 x 3 = 2.96 dollars a day, and 300 / 30.4 x 3 x 2 / 24
 * = 2.47 for an outage: 5.43.
 */
function overflowOf(workload: PlannedWorkload, monthOverMean: number): readonly GatewayTarget[] {
  const { split, costLines } = workload;
  if (split?.overflow.provider === undefined) return [];
  const planned = monthlyTokensUsd(costLines);
  const whole = wholeMonthUsd(workload, planned);
  const outage = whole === null ? null : (whole * OUTAGE_HOURS_PER_DAY) / HOURS_PER_DAY;
  const budget = planned === null || outage === null ? null : perDay((planned + outage) * monthOverMean);
  return [providerTarget(split.overflow, split.overflow.provider, costLines, budget)];
}

/** What the workload would cost a month if the API of its split served all of it; that API alone is a runner-up where nothing overflows by plan. */
function wholeMonthUsd({ split, runnersUp }: PlannedWorkload, plannedUsd: number | null): number | null {
  if (split === null || plannedUsd === null) return null;
  if (split.overflowShareRatio > 0) return plannedUsd / split.overflowShareRatio;
  return runnersUp.find(({ option }) => option.id === split.overflow.id)?.monthlyCostUsd.expected ?? null;
}

/** The runner-up that the route names, at its own monthly cost; its prices are not at hand here, so the gateway counts it by LiteLLM's own. */
function fallbacksOf(
  { runnersUp }: PlannedWorkload,
  { fallback }: StackConfig["routes"][number],
  monthOverMean: number,
): readonly GatewayTarget[] {
  const found = runnersUp.find(({ option }) => option.id === fallback);
  if (found?.option.provider === undefined) return [];
  const { provider, route, model } = found.option;
  const dailyBudgetUsd = perDay(found.monthlyCostUsd.expected * monthOverMean);
  return [{ kind: "provider", provider, route, model, inputUsdPerMTok: null, outputUsdPerMTok: null, dailyBudgetUsd }];
}

function targetOf(
  workload: PlannedWorkload,
  route: StackConfig["routes"][number],
  { decision }: PlannedPolicy,
  monthOverMean: number,
): GatewayTarget {
  const { option, costLines } = workload;
  const fleet = decision.fleets.find(({ id }) => id === route.target);
  if (fleet !== undefined) return { kind: "fleet", fleet: fleet.id, model: fleet.model };
  if (option?.provider === undefined) throw new Error(`defect: ${workload.name} has neither a fleet nor a provider`);
  const monthlyUsd = monthlyTokensUsd(costLines);
  return providerTarget(option, option.provider, costLines, monthlyUsd === null ? null : perDay(monthlyUsd * monthOverMean));
}

function providerTarget(
  { route, model }: OptionSummary,
  provider: string,
  lines: readonly CostLine[],
  dailyBudgetUsd: number | null,
): GatewayTarget {
  const price = (id: string) => lines.find((line) => line.id === id || line.id === `overflow-${id}`)?.unitPriceUsd ?? null;
  const prices = { inputUsdPerMTok: price("input-tokens"), outputUsdPerMTok: price("output-tokens") };
  return { kind: "provider", provider, route, model, ...prices, dailyBudgetUsd };
}

/** What the lines bill for tokens. Null where a price is not known: nothing can be counted then. */
function monthlyTokensUsd(lines: readonly CostLine[]): number | null {
  const tokens = lines.filter((line) => line.unit === "million tokens");
  if (tokens.length === 0 || tokens.some((line) => line.monthlyUsd === null)) return null;
  return tokens.reduce((sum, line) => sum + (line.monthlyUsd ?? 0), 0);
}

function perDay(monthlyUsd: number): number {
  return Math.max(LEAST_DAILY_USD, Math.ceil((monthlyUsd / DAYS_PER_MONTH) * DAY_OVER_MEAN * 100) / 100);
}
