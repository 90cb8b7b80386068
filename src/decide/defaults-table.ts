import {
  API_PEOPLE,
  CONFIDENCE_FROM_RATIO,
  CONTEXT_WINDOW_FACTOR,
  CONTEXT_WINDOW_MINIMUM_TOKENS,
  DEFAULTS,
  FULL_TIME_ABOVE_GPUS,
  FULL_TIME_HOURS_PER_MONTH,
  GROWTH_EXPONENT_RANGE,
  HOURLY_PROFILES,
  HOURS_PER_MONTH,
  PEAK_SOURCE,
  PEAK_TO_AVERAGE,
  PEOPLE_SOURCE,
  PROMPT_LENGTHS,
  SELF_HOST_PEOPLE,
  SPARE_FROM_AVAILABILITY_RATIO,
  STALE_AFTER_DAYS,
  SWITCH_THRESHOLD_RATIO,
  TARGET_UTILISATION_RATIO,
  TIE_RATIO,
  USE_CASE_DEFAULTS,
} from "./defaults.ts";
import { DRAWS, SEED } from "./draws.ts";
import { TRAINING_MFU_RATIO, TUNING_PEOPLE_HOURS, TUNING_PEOPLE_SOURCE } from "./fine-tuning.ts";
import { TUNING_DEFAULTS } from "./tuning-facts.ts";

/** One number or word that a decision relies on when the policy is silent. */
export interface DefaultRow {
  readonly what: string;
  readonly value: string;
  /** Policy key that overrides it; null when nothing does: it is part of the model. */
  readonly key: string | null;
  readonly source: string;
}

/**
 * Every default and every constant of the decision that is a choice, in the order of the policy's keys, as `docs/defaults.md`
 * prints them. The values are read from where the decision reads them, so the page cannot differ from the program.
 */
export function defaultRows(): readonly DefaultRow[] {
  return [
    ...Object.values(DEFAULTS).map(plainRow),
    ...trafficRows(),
    ...peopleRows(),
    ...tuningRows(),
    ...choiceRows(),
    ...uncertaintyRows(),
  ];
}

function plainRow({ key, value, source }: (typeof DEFAULTS)[keyof typeof DEFAULTS]): DefaultRow {
  return { what: key.split(".").at(-1)?.replaceAll("_", " ") ?? key, value: String(value), key, source };
}

function trafficRows(): readonly DefaultRow[] {
  const profiles = Object.entries(HOURLY_PROFILES).map(([name, { weekendRatio, source }]) => ({
    what: `hourly profile ${name}`,
    value: `weekend day ${weekendRatio} of a weekday`,
    key: "workloads[].volume.hourly_profile",
    source,
  }));
  const useCases = Object.entries(USE_CASE_DEFAULTS).map(([name, { profile, cachedInputRatio }]) => ({
    what: `use case ${name}`,
    value: `profile ${profile}, cached input ${cachedInputRatio}`,
    key: "workloads[].volume.hourly_profile, workloads[].tokens.cached_input_ratio",
    source: "profiles by kind of work; cached share from multi-turn chat and coding-agent logs",
  }));
  const peaks = PEAK_TO_AVERAGE.map(({ fromRequestsPerSecond, ratio }) => ({
    what: `worst minute over the busiest hour, from ${fromRequestsPerSecond} requests/s`,
    value: `${ratio} x`,
    key: "workloads[].volume.peak_to_average",
    source: PEAK_SOURCE,
  }));
  return [
    ...useCases,
    ...profiles,
    ...peaks,
    {
      what: "context window",
      value: `${CONTEXT_WINDOW_FACTOR} x the tokens of a request, at least ${CONTEXT_WINDOW_MINIMUM_TOKENS}`,
      key: "workloads[].needs.context_window_tokens",
      source: "ours",
    },
    {
      what: "spread of prompt lengths",
      value: `${PROMPT_LENGTHS.kind}, coefficient of variation ${PROMPT_LENGTHS.coefficientOfVariation}`,
      key: null,
      source: "ours, between Azure 2023 (0.5) and Mooncake (1.4)",
    },
    { what: "hours of a month", value: String(HOURS_PER_MONTH), key: null, source: "8,760 hours of a year over 12" },
  ];
}

function peopleRows(): readonly DefaultRow[] {
  const hours = ({ setUp, monthly }: typeof API_PEOPLE) =>
    `${setUp} h to set up, then ${monthly.expected} h a month (${monthly.low} to ${monthly.high})`;
  return [
    ...Object.entries(SELF_HOST_PEOPLE).map(([team, people]) => ({
      what: `hours on own servers, team ${team}`,
      value: hours(people),
      key: "team.ml_ops",
      source: PEOPLE_SOURCE,
    })),
    { what: "hours on the API side", value: hours(API_PEOPLE), key: null, source: PEOPLE_SOURCE },
    {
      what: `hours on own servers in months above ${FULL_TIME_ABOVE_GPUS} GPUs`,
      value: `at least ${FULL_TIME_HOURS_PER_MONTH} h a month`,
      key: null,
      source: "published teams, 0.5 to 2 full-time engineers for a cluster",
    },
  ];
}

function tuningRows(): readonly DefaultRow[] {
  const declared = Object.values(TUNING_DEFAULTS).map(({ key, value, source }) => ({
    what: `fine-tuning: ${key.split(".").at(-1)?.replaceAll("_", " ") ?? key}`,
    value: String(value),
    key: `workloads[].${key}`,
    source,
  }));
  return [
    ...declared,
    {
      what: "share of a GPU's bf16 peak that training reaches",
      value: String(TRAINING_MFU_RATIO),
      key: null,
      source: "Llama 3 (2024) 0.38 to 0.43, PaLM (2022) 0.46 on large clusters; 0.3 is ours",
    },
    {
      what: "hours of people for one training run",
      value: `${TUNING_PEOPLE_HOURS.api} h on an API, ${TUNING_PEOPLE_HOURS.selfHost} h on own servers`,
      key: null,
      source: TUNING_PEOPLE_SOURCE,
    },
  ];
}

function choiceRows(): readonly DefaultRow[] {
  return [
    {
      what: "share of a replica's rate that the busiest minute may use",
      value: String(TARGET_UTILISATION_RATIO),
      key: null,
      source: "framework's self-hosting formula, applied to throughput",
    },
    {
      what: "availability from which one instance is spare",
      value: String(SPARE_FROM_AVAILABILITY_RATIO),
      key: "workloads[].needs.availability_ratio",
      source: "ours",
    },
    {
      what: "saving that a switch must earn",
      value: String(SWITCH_THRESHOLD_RATIO),
      key: null,
      source: "ours; a migration costs weeks, and is due anyway where a model ends inside the horizon",
    },
    {
      what: "costs that count as a tie, which goes to the API",
      value: String(TIE_RATIO),
      key: null,
      source: "ours, from the framework's strict less-than",
    },
    { what: "weight of each soft dimension", value: "1", key: "preferences.weights", source: "ours" },
  ];
}

function uncertaintyRows(): readonly DefaultRow[] {
  return [
    { what: "draws of the uncertain inputs", value: `${DRAWS}, seed ${SEED}`, key: null, source: "Latin hypercube, McKay and others 1979" },
    {
      what: "range of a declared growth (P10 to P90)",
      value: `${GROWTH_EXPONENT_RANGE.low} to ${GROWTH_EXPONENT_RANGE.high} of its logarithm`,
      key: null,
      source: "ours",
    },
    {
      what: "share of the draws for confidence high, medium",
      value: `${CONFIDENCE_FROM_RATIO.high}, ${CONFIDENCE_FROM_RATIO.medium}`,
      key: null,
      source: "ours",
    },
    { what: "age of a price that lowers the confidence", value: `${STALE_AFTER_DAYS} days`, key: null, source: "ours, half a year" },
  ];
}
