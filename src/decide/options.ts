import type { Calibration } from "../capacity/calibrate.ts";
import { searchServing } from "../capacity/search.ts";
import type { LatencyPromise, ServingOption, ServingRequest, ServingSearch } from "../capacity/types.ts";
import type { Catalog } from "../catalog/index.ts";
import { findGpu } from "../catalog/index.ts";
import type { Precision } from "../catalog/precision.ts";
import { priceRowOn } from "../catalog/pricing.ts";
import type { Policy } from "../policy/policy.ts";
import { type ApiCandidate, type Candidate, candidatesFor, type SelfHostCandidate } from "./candidates.ts";
import type { PolicyNeeds, Range, RequirementFacts, WorkloadFacts, WorkloadNeeds } from "./facts.ts";
import { byText } from "./order.ts";
import type { InstanceOffer } from "./prices.ts";
import { promiseOf, shapeOf, sharedPromise } from "./promise.ts";
import { precisionAllowed } from "./rules/capability.ts";
import { type Judgement, judge } from "./rules/judge.ts";
import type { RuleContext } from "./rules/rule.ts";
import { type ServingSearches, type ServingTable, servingTable } from "./serving-table.ts";
import { growthAt } from "./traffic.ts";
import { isTuned } from "./tuning-facts.ts";
import type { RejectedOption } from "./types.ts";
import { onOwnGpu, whyUnservable } from "./unservable.ts";

/** A model by the token that every hard rule lets through. */
export interface TokenOption {
  readonly kind: "api" | "managed";
  readonly candidate: ApiCandidate;
  readonly judgement: Judgement;
}

/** A model on own instances that every hard rule lets through, with the configurations that serve it. */
export interface SelfHostOption {
  readonly kind: "self-host";
  readonly candidate: SelfHostCandidate;
  readonly judgement: Judgement;
  /** What serves it on servers of its own, and on servers that others share. */
  readonly table: ServingTable;
  readonly tableBeside: (others: readonly WorkloadNeeds[]) => ServingTable;
  /** True where it does not share the servers of workloads with a latency promise (`apart.ts`). */
  readonly isApart: boolean;
}

/** An option that every hard rule lets through. */
export type FeasibleOption = TokenOption | SelfHostOption;

/** Everything about a workload that does not depend on its volume: its options and what was ruled out. */
export interface FoundOptions {
  readonly feasible: readonly FeasibleOption[];
  readonly rejected: readonly RejectedOption[];
  readonly total: number;
  /** Verdicts of every option, feasible or not, for `explain`. */
  readonly judged: readonly { readonly option: string; readonly judgement: Judgement }[];
}

/** A workload with its options. */
export interface WorkloadOptions extends FoundOptions {
  readonly workload: WorkloadFacts;
}

/** What the search for options needs to know. */
export interface OptionContext<Facts extends PolicyNeeds = RequirementFacts> {
  readonly facts: Facts;
  readonly catalog: Catalog;
  readonly asOf: string;
  readonly offers: readonly InstanceOffer[];
  readonly waivers: NonNullable<Policy["waivers"]>;
  /** The policy's own benchmarks; they win over the prediction of their configuration. */
  readonly calibrations: readonly Calibration[];
  readonly ownKeys: ReadonlySet<string>;
  readonly lineOf: (path: string) => number;
}

/** A workload with what `foundOptions` finds for it. */
export function optionsFor(workload: WorkloadFacts, context: OptionContext): WorkloadOptions {
  return { workload, ...foundOptions(workload, context) };
}

/**
 * Judges every candidate of a workload and searches hardware for the open-weight models that the rules let through. Its types keep volumes out of
 * sight, so what was found for one volume holds for every other.
 */
export function foundOptions(workload: WorkloadNeeds, context: OptionContext<PolicyNeeds>): FoundOptions {
  const { facts, catalog, asOf, ownKeys } = context;
  const rules: RuleContext = { facts, workload, catalog, asOf, ownKeys };
  const candidates = candidatesFor(workload, facts.region, catalog);
  const feasible: FeasibleOption[] = [];
  const rejected: RejectedOption[] = [];
  const judged: { option: string; judgement: Judgement }[] = [];
  for (const candidate of candidates) {
    const judgement = judge(candidate, rules, context.waivers, context.lineOf);
    judged.push({ option: candidate.id, judgement });
    const [first] = judgement.against;
    if (first !== undefined) {
      rejected.push({ option: candidate.id, rule: first.rule, verdict: first.verdict, text: first.text, line: first.line });
      continue;
    }
    const option = realise(candidate, judgement, rules, context);
    if ("kind" in option) feasible.push(option);
    else rejected.push(option);
  }
  const priced = feasible.filter((option) => isTuningPriced(option, workload));
  if (priced.length === 0 || priced.length === feasible.length) return { feasible, rejected, total: candidates.length, judged };
  const unpriced = feasible
    .filter((option) => !priced.includes(option))
    .map(({ candidate }) => noTuningPrice(candidate.id, candidate.model.id));
  return { feasible: priced, rejected: [...rejected, ...unpriced], total: candidates.length, judged };
}

/** Whether all that tuning costs on an option is known. What is not known would count as nothing beside options that say their price. */
function isTuningPriced(option: FeasibleOption, workload: WorkloadNeeds): boolean {
  if (option.kind === "self-host" || !isTuned(workload)) return true;
  const { tuning } = option.candidate.model;
  return tuning !== undefined && tuning.trainingUsdPerMTok !== null && tuning.surcharge !== null;
}

function noTuningPrice(option: string, model: string): RejectedOption {
  const text = `what tuning ${model} costs is not known, and other options say their price`;
  return { option, rule: "price", verdict: "unknown", text, line: null };
}

/** An option with its hardware or its price; rejected when there is neither. */
export function realise(
  candidate: Candidate,
  judgement: Judgement,
  rules: RuleContext,
  context: OptionContext<PolicyNeeds>,
): FeasibleOption | RejectedOption {
  if (candidate.kind !== "self-host") {
    if (priceRowOn(candidate.model, context.asOf) === undefined) {
      return {
        option: candidate.id,
        rule: "price",
        verdict: "unknown",
        text: `no price of ${candidate.model.id} is known on ${context.asOf}`,
        line: null,
      };
    }
    return { kind: candidate.kind, candidate, judgement };
  }
  const isAllowed = remembered((precision: Precision) => precisionAllowed(candidate, rules, precision));
  const { workload } = rules;
  const tableOf = (found: ServingSearches) =>
    servingTable(
      candidate.model,
      found,
      tokenRatios(workload),
      (option) => precisionsOf(option).every(isAllowed) && onOwnGpu(option, workload, context),
    );
  const found = searches(candidate, workload, context, promiseOf(workload));
  const table = tableOf(found);
  if (table.options.size > 0) {
    const tables = new Map<string, ServingTable>();
    const tableBeside = (others: readonly WorkloadNeeds[]) => {
      const promise = sharedPromise(workload, others);
      if (promise === null) return table;
      const key = JSON.stringify(promise);
      const known = tables.get(key) ?? tableOf(searches(candidate, workload, context, promise));
      tables.set(key, known);
      return known;
    };
    return { kind: "self-host", candidate, judgement, table, tableBeside, isApart: false };
  }
  return {
    option: candidate.id,
    rule: "feasibility",
    verdict: "fail",
    text: whyUnservable(candidate, found, workload, context),
    line: null,
  };
}

/** Precisions that cost accuracy: that of the weights, and fp8 where the KV cache is in fp8 (vLLM's documentation asks for calibrated scales). */
function precisionsOf({ configuration: { precision, kvPrecision } }: ServingOption) {
  return kvPrecision === "fp8" ? ([precision, "fp8"] as const) : ([precision] as const);
}

/** A function that is asked the same few things hundreds of times. */
function remembered<Key, Value>(find: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    const value = known.get(key) ?? find(key);
    known.set(key, value);
    return value;
  };
}

/** Searches at the first and the last month's tokens, and at both ends of the declared ranges where there are any. */
function searches(
  candidate: SelfHostCandidate,
  workload: WorkloadNeeds,
  context: OptionContext<PolicyNeeds>,
  promise: LatencyPromise,
): ServingSearches {
  const gpus = gpusOnOffer(context);
  const at = (end: keyof Range, growth: number): ServingSearch => {
    const request = {
      model: candidate.model,
      gpus,
      shape: shapeOf(workload, end, growth),
      promise,
      contextWindowTokens: Math.min(workload.contextWindowTokens, candidate.model.contextWindowTokens),
    };
    return searchServing(request, context.calibrations);
  };
  const first = at("expected", 1);
  const { low, high } = tokenRatios(workload);
  return {
    first,
    last:
      workload.tokenGrowthRatioPerMonth === 0
        ? first
        : at("expected", growthAt(workload.tokenGrowthRatioPerMonth, context.facts.horizonMonths - 1)),
    low: low === 1 ? first : at("low", 1),
    high: high === 1 ? first : at("high", 1),
  };
}

/** Tokens of a request at the ends of the declared ranges against the expected ones; 1 for plain numbers. */
function tokenRatios({ inputTokens, outputTokens }: WorkloadNeeds) {
  const expected = inputTokens.expected + outputTokens.expected;
  return { low: (inputTokens.low + outputTokens.low) / expected, high: (inputTokens.high + outputTokens.high) / expected };
}

const offered = new WeakMap<OptionContext["offers"], ServingRequest["gpus"]>();

/** GPUs that some priced instance carries, with the tensor parallel sizes that fit on one instance. */
function gpusOnOffer(context: OptionContext<PolicyNeeds>): ServingRequest["gpus"] {
  const known = offered.get(context.offers);
  if (known !== undefined) return known;
  const largest = new Map<string, number>();
  for (const { instance } of context.offers) largest.set(instance.gpu, Math.max(largest.get(instance.gpu) ?? 0, instance.gpuCount));
  const gpus = [...largest]
    .sort(([a], [b]) => byText(a, b))
    .map(([id, count]) => {
      const gpu = findGpu(context.catalog, id);
      if (gpu === undefined) throw new Error(`catalog defect: an instance names the unknown GPU ${id}`);
      return { gpu, tensorParallelSizes: [1, 2, 4, 8].filter((size) => size <= count) };
    });
  offered.set(context.offers, gpus);
  return gpus;
}
