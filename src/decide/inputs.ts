import { nextBenchmark } from "../capacity/next-benchmark.ts";
import { API_PEOPLE, GROWTH_EXPONENT_RANGE, SELF_HOST_PEOPLE } from "./defaults.ts";
import type { Range, RequirementFacts, WorkloadFacts } from "./facts.ts";
import type { SizedFleet } from "./fleet.ts";
import { byText } from "./order.ts";

/**
 * An uncertain input of a decision. Inputs of different `id` err independently; what errs together has one id.
 * - Requests, tokens and growth of a workload: its own. Input and output tokens of one workload move together.
 * - Throughput: one for each model. The capacity model errs alike for all workloads and instance types of a model.
 * - People: one for each side, because the hours of the two sides are estimated from different sources.
 */
export interface UncertainInput {
  readonly id: string;
  readonly kind: "requests" | "tokens" | "growth" | "throughput" | "people";
  /** Workload that it belongs to; null when it is shared. */
  readonly workload: string | null;
  /** Name for people, e.g. `requests a month` or `throughput of qwen3-32b`. */
  readonly label: string;
  readonly unit: string;
  readonly range: Range;
  /** The policy key that declares it, e.g. `volume.requests_per_month`. */
  readonly key: string;
  /** False when the range is one of our defaults. */
  readonly declared: boolean;
  /** What it is the throughput of: a model, the instance that it runs on, and the command that measures it (null where it is measured already). */
  readonly measure: { readonly model: string; readonly instance: string; readonly command: string | null } | null;
}

/** Ids of the inputs, as the draws know them: names and never positions. */
export const inputId = {
  requests: (workload: string) => `requests/${workload}`,
  tokens: (workload: string) => `tokens/${workload}`,
  growth: (workload: string) => `growth/${workload}`,
  throughput: (model: string) => `throughput/${model}`,
  people: (side: "api" | "self-host") => `people/${side}`,
} as const;

/**
 * Growth factor of a month from which requests grow: the declared one to the power of 0.5, 1 and 1.5.
 * Example: 5 % a month gives 1.0247, 1.05 and 1.0759.
 */
export function growthFactors({ growthRatioPerMonth }: WorkloadFacts): Range {
  const factor = 1 + growthRatioPerMonth;
  const { low, high } = GROWTH_EXPONENT_RANGE;
  const [slow, fast] = [factor ** low, factor ** high];
  return { low: Math.min(slow, fast), expected: factor, high: Math.max(slow, fast) };
}

/**
 * Every input that is uncertain for a policy whose paths need these fleets, sorted by id. A model that several paths run on different servers has one
 * input for all, with the band and the benchmark of its first fleet: the chosen path's come first.
 */
export function uncertainInputs(facts: RequirementFacts, fleets: readonly SizedFleet[], usesApi: boolean): readonly UncertainInput[] {
  const models = new Map(fleets.toReversed().map((fleet) => [fleet.model.id, fleet]));
  const inputs = [
    ...facts.workloads.flatMap(inputsOf),
    ...[...models.values()].map(throughputOf),
    ...(fleets.length > 0 ? [peopleOf("self-host", SELF_HOST_PEOPLE[facts.mlOps].monthly)] : []),
    ...(usesApi ? [peopleOf("api", API_PEOPLE.monthly)] : []),
  ];
  return inputs.filter(({ range }) => range.low !== range.high).sort((a, b) => byText(a.id, b.id));
}

function inputsOf(workload: WorkloadFacts): readonly UncertainInput[] {
  const { name, inputTokens, outputTokens } = workload;
  const own = { workload: name, measure: null };
  const tokens = (end: keyof Range) => inputTokens[end] + outputTokens[end];
  const growth = growthFactors(workload);
  return [
    {
      ...own,
      id: inputId.requests(name),
      kind: "requests",
      label: "requests a month",
      unit: "requests/month",
      range: workload.requestsPerMonth,
      key: "volume",
      declared: true,
    },
    {
      ...own,
      id: inputId.tokens(name),
      kind: "tokens",
      label: "tokens a request",
      unit: "tokens/request",
      range: { low: tokens("low"), expected: tokens("expected"), high: tokens("high") },
      key: "tokens",
      declared: true,
    },
    {
      ...own,
      id: inputId.growth(name),
      kind: "growth",
      label: "growth a month",
      unit: "ratio/month",
      range: { low: growth.low - 1, expected: growth.expected - 1, high: growth.high - 1 },
      key: "volume.growth_ratio_per_month",
      declared: false,
    },
  ];
}

/** The band of the configuration as decided, as factors on its predicted rate. */
function throughputOf(fleet: SizedFleet): UncertainInput {
  const { expected, p10, p90 } = fleet.option.capacity.requestsPerSecond;
  return {
    id: inputId.throughput(fleet.model.id),
    kind: "throughput",
    workload: null,
    label: `throughput of ${fleet.model.id}`,
    unit: "x the predicted rate",
    range: { low: p10 / expected, expected: 1, high: p90 / expected },
    key: "measurements",
    declared: false,
    measure: { model: fleet.model.id, instance: fleet.offer.instance.id, command: commandOf(fleet) },
  };
}

/** The benchmark with the requests of the first workload on the fleet. */
function commandOf({ option, tenants: [first] }: SizedFleet): string | null {
  if (first === undefined) throw new Error("defect: a fleet without a workload");
  const { inputTokens, outputTokens, cachedInputRatio } = first.workload;
  return (
    nextBenchmark(option, { inputTokens: inputTokens.expected, outputTokens: outputTokens.expected, cachedInputRatio })?.command ?? null
  );
}

function peopleOf(side: "api" | "self-host", range: Range): UncertainInput {
  return {
    id: inputId.people(side),
    kind: "people",
    workload: null,
    label: side === "api" ? "engineer hours on the API side" : "engineer hours on the servers",
    unit: "hours/month",
    range,
    key: "team.ml_ops",
    declared: false,
    measure: null,
  };
}
