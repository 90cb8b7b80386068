import type { PolicyWorkload } from "../../policy/policy.ts";

/** Tables of the decision framework, as data. `source` names the claim; nothing here enters a verdict or a price. */

type UseCase = NonNullable<PolicyWorkload["useCase"]>;

/** One way to run models, as the framework's price list of infrastructure has it. Its rates carry no token counts (C10). */
export interface ReferenceInfrastructure {
  readonly id: string;
  readonly gpus: number;
  readonly monthlyUsd: number;
  readonly requestsPerSecond: number;
  readonly source: string;
}

/**
 * Claimed prices and rates of clusters. Error C10: at the framework's own 500 / 200 tokens the first row is 35,000 tokens/s, one to
 * two orders above measured 70B rates, and such a model does not fit one 80 GB GPU in 16 bits. Error C11: the last row pays 2.05 x
 * the GPU hour that another document uses.
 */
export const REFERENCE_INFRASTRUCTURE: readonly ReferenceInfrastructure[] = [
  { id: "1 x A100 80 GB", gpus: 1, monthlyUsd: 2000, requestsPerSecond: 50, source: "S2-031" },
  { id: "4 x A100", gpus: 4, monthlyUsd: 8000, requestsPerSecond: 200, source: "S2-032" },
  { id: "8 x H100", gpus: 8, monthlyUsd: 30_000, requestsPerSecond: 1000, source: "S2-033" },
];

/** USD of a GPU hour that a monthly price implies over 730 hours: 8,000 for four is 2.74. */
export function impliedGpuHourUsd({ gpus, monthlyUsd }: ReferenceInfrastructure): number {
  return monthlyUsd / gpus / 730;
}

/** What the framework says a size of open model is good for; billions of parameters, open end as null. */
export interface ReferenceModelSize {
  readonly fromBillion: number;
  readonly toBillion: number | null;
  readonly fit: "laptop" | "narrow" | "general";
  readonly source: string;
}

/** Model sizes by use: laptop demos, narrow tuned tasks, general work. Overlaps are the framework's. */
export const REFERENCE_MODEL_SIZES: readonly ReferenceModelSize[] = [
  { fromBillion: 1, toBillion: 7, fit: "laptop", source: "S0-025" },
  { fromBillion: 7, toBillion: 14, fit: "narrow", source: "S4-026" },
  { fromBillion: 70, toBillion: null, fit: "general", source: "S4-025" },
];

/** Months that open models are said to lag behind; two documents of the framework give 6-12 and 3-12, the wider one holds (C19). */
export const REFERENCE_LAG_MONTHS = { from: 3, to: 12, source: "S4-025, S4-133" } as const;

/** Effort of the two sides: hours of set-up and hours a week, as ranges. A working week has 40 hours. S4-107, S4-108. */
export const REFERENCE_EFFORT = {
  api: { setUpHours: { from: 1, to: 1 }, hoursPerWeek: { from: 2, to: 2 } },
  "self-host": { setUpHours: { from: 40, to: 160 }, hoursPerWeek: { from: 10, to: 20 } },
} as const;

/** Weeks of a month of 730 hours. */
const WEEKS_PER_MONTH = 730 / 168;

/** Hours of a month from hours a week: 2 a week are 8.7, 10 to 20 are 43 to 87 (C9). */
export function monthlyHours(hoursPerWeek: number): number {
  return hoursPerWeek * WEEKS_PER_MONTH;
}

/** Which side serves a class of request. */
export type RouteSide = "api" | "self-host";

/** Kinds of request and the side that the framework's router sends them to: S2-071 to S2-076. */
export const REFERENCE_ROUTES: Readonly<Record<UseCase, { readonly side: RouteSide; readonly why: string; readonly source: string }>> = {
  simple_qa: { side: "self-host", why: "short answers need no large model", source: "S2-071" },
  complex_reasoning: { side: "api", why: "the best answer counts", source: "S2-072" },
  code_generation: { side: "api", why: "the newest models lead", source: "S2-073" },
  bulk_processing: { side: "self-host", why: "volume pays for servers", source: "S2-074" },
  customer_facing: { side: "api", why: "the provider answers for uptime", source: "S2-075" },
  internal_tools: { side: "self-host", why: "company data stays inside", source: "S2-076" },
};

/** What a router knows about one request. `useCase` undefined is a class that nobody declared. */
export interface RouteQuestion {
  readonly useCase: UseCase | undefined;
  /** Personal or otherwise restricted data in the request. */
  readonly sensitive: boolean;
  /** Side that is down at the moment; null when both serve. */
  readonly down: RouteSide | null;
}

/**
 * Where one request goes: restricted data first, then the class, then what still runs (S4-126 to S4-131). The framework sends
 * unknown classes and customers' requests to the API whatever they hold; here restricted data wins (C21), so such a request is
 * refused when the own servers are down and never falls over to an API.
 *
 * Example: `customer_facing` with personal data goes to the own servers, and with these down it is refused.
 */
export function referenceRoute({ useCase, sensitive, down }: RouteQuestion): RouteSide | "refuse" {
  if (sensitive) return down === "self-host" ? "refuse" : "self-host";
  const wanted = useCase === undefined ? "api" : REFERENCE_ROUTES[useCase].side;
  if (wanted !== down) return wanted;
  return wanted === "api" ? "self-host" : "api";
}
