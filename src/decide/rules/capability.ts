import type { Catalog } from "../../catalog/index.ts";
import type { Precision } from "../../catalog/precision.ts";
import type { BenchmarkScore } from "../../catalog/schema.ts";
import type { Candidate } from "../candidates.ts";
import type { WorkloadNeeds } from "../facts.ts";
import { dated } from "../sources.ts";
import type { Rule, RuleContext, RuleOutcome } from "./rule.ts";

/** Points that a floor asks on top when the weights are squeezed below their native precision. Source: our assumption. */
const PRECISION_MARGIN_POINTS: Readonly<Record<Precision, number>> = { bf16: 0, fp8: 1, int8: 1, int4: 3, mxfp4: 3, nvfp4: 3 };

/** Best proven score of a benchmark by model: one catalog is asked tens of thousands of times and never changes. */
const provenScores = new WeakMap<Catalog["benchmarks"], ReadonlyMap<string, ReadonlyMap<string, BenchmarkScore>>>();

/** First of the highest scores of each benchmark and model, rows of low certainty left out. */
function provenScoresOf(benchmarks: Catalog["benchmarks"]): ReadonlyMap<string, ReadonlyMap<string, BenchmarkScore>> {
  const known = provenScores.get(benchmarks);
  if (known !== undefined) return known;
  const best = new Map<string, Map<string, BenchmarkScore>>();
  for (const row of benchmarks) {
    if (row.certainty === "low") continue;
    const ofModel = best.get(row.model) ?? new Map<string, BenchmarkScore>();
    const before = ofModel.get(row.benchmark);
    if (before === undefined || row.score > before.score) ofModel.set(row.benchmark, row);
    best.set(row.model, ofModel);
  }
  provenScores.set(benchmarks, best);
  return best;
}

/**
 * Best score of a benchmark that is not of low certainty; undefined when there is none. Hosts of open weights share the scores of the weights.
 * Of equal scores the one that the catalog lists first counts.
 */
function provenScore(candidate: Candidate, catalog: Catalog, benchmark: string): BenchmarkScore | undefined {
  const proven = provenScoresOf(catalog.benchmarks);
  const own = proven.get(candidate.model.id)?.get(benchmark);
  if (candidate.kind === "self-host") return own;
  const others = [candidate.model.openModel, candidate.model.sameModelAs].map((id) =>
    id === null ? undefined : proven.get(id)?.get(benchmark),
  );
  return [own, ...others].reduce((best, row) => better(best, row, catalog.benchmarks), undefined);
}

function better(
  best: BenchmarkScore | undefined,
  row: BenchmarkScore | undefined,
  order: Catalog["benchmarks"],
): BenchmarkScore | undefined {
  if (best === undefined || row === undefined) return best ?? row;
  if (row.score !== best.score) return row.score > best.score ? row : best;
  return order.indexOf(row) < order.indexOf(best) ? row : best;
}

export const benchmarkFloor: Rule = {
  id: "capability",
  title: "Good enough",
  why: "Options are compared only when they meet the same published score; a smaller model is always less money.",
  source: "S2-042, S4-016 to S4-023, S0-025",
  waivable: true,
  check(candidate, context) {
    const declared = Object.entries(context.workload.minBenchmarks);
    if (declared.length > 0) {
      const pointer = `${context.workload.pointer}.needs.min_benchmarks`;
      return worst(declared.map(([benchmark, minimum]) => floorOutcome(candidate, context, benchmark, minimum, pointer)));
    }
    const floor = context.workload.presetFloor;
    if (floor === null) return null;
    const any = floor.any.map(([benchmark, minimum]) => floorOutcome(candidate, context, benchmark, minimum, null));
    const all = floor.all.map(([benchmark, minimum]) => floorOutcome(candidate, context, benchmark, minimum, null));
    const best =
      any.length > 1 && any.every(({ verdict }) => verdict === "unknown")
        ? noScore(
            candidate,
            floor.any.map(([name]) => name),
          )
        : bestOf(any);
    return worst([best, ...all]);
  },
};

function floorOutcome(candidate: Candidate, context: RuleContext, benchmark: string, minimum: number, pointer: string | null): RuleOutcome {
  const best = provenScore(candidate, context.catalog, benchmark);
  if (best === undefined) {
    return { verdict: "unknown", text: `${candidate.model.id} has no proven ${benchmark} score (floor ${minimum})`, pointer, source: null };
  }
  const base = { pointer, source: dated(best), certainty: best.certainty };
  const compared = `${benchmark} ${best.score} against the floor ${minimum} (${harnessWords(best.group)})`;
  return best.score >= minimum ? { ...base, verdict: "pass", text: compared } : { ...base, verdict: "fail", text: compared };
}

/** Who measured a score: a model's maker on a harness of its own, or a named harness. */
function harnessWords(group: string): string {
  return group === "vendor" ? "measured by its maker" : `harness ${group}`;
}

const ORDER = { fail: 0, unknown: 1, pass: 2 } as const;

function worst(outcomes: readonly RuleOutcome[]): RuleOutcome | null {
  return outcomes.reduce<RuleOutcome | null>((low, next) => (low === null || ORDER[next.verdict] < ORDER[low.verdict] ? next : low), null);
}

/** The outcome that helps most: a pass, else a fail (it has a number), else unknown. */
function bestOf(outcomes: readonly RuleOutcome[]): RuleOutcome {
  const found = outcomes.find((o) => o.verdict === "pass") ?? outcomes.find((o) => o.verdict === "fail") ?? outcomes[0];
  if (found === undefined) throw new Error("a capability floor needs at least one benchmark");
  return found;
}

/** Any one benchmark would have done, so naming the first alone would send a reader after a score that is not the only way. */
function noScore(candidate: Candidate, benchmarks: readonly string[]): RuleOutcome {
  const text = `${candidate.model.id} has no proven score on any of ${benchmarks.join(", ")}`;
  return { verdict: "unknown", text, pointer: null, source: null };
}

/**
 * Precisions at which a self-hosted candidate still meets its floors with the margin that quantisation asks.
 * Example: mmlu 86.0 against 85 allows bf16 and fp8 (1 point) but not int4 (3 points).
 */
export function precisionAllowed(candidate: Candidate, context: RuleContext, precision: Precision): boolean {
  if (candidate.kind !== "self-host" || precision === candidate.model.nativePrecision) return true;
  const margin = PRECISION_MARGIN_POINTS[precision];
  const { minBenchmarks, presetFloor } = context.workload;
  const meets = ([benchmark, minimum]: readonly [string, number]) =>
    (provenScore(candidate, context.catalog, benchmark)?.score ?? Number.NEGATIVE_INFINITY) >= minimum + margin;
  if (presetFloor === null) return Object.entries(minBenchmarks).every(meets);
  return presetFloor.any.some(meets) && presetFloor.all.every(meets);
}

export const contextWindow: Rule = {
  id: "context-window",
  title: "The longest request fits",
  why: "A request longer than the context window fails, and an answer longer than the model gives is cut.",
  source: "S4-016 to S4-023",
  waivable: true,
  check(candidate, { workload }) {
    const pointer = workload.contextWindowDeclared ? `${workload.pointer}.needs.context_window_tokens` : null;
    const wanted = workload.contextWindowDeclared
      ? workload.contextWindowTokens
      : Math.ceil(workload.largestRequestTokens - ROUNDING_TOKENS);
    const cut = cutAnswers(candidate, workload);
    if (cut !== null) return cut;
    const offered = candidate.model.contextWindowTokens;
    if (offered === null)
      return { verdict: "unknown", text: `the context window of ${candidate.model.id} is not known`, pointer, source: null };
    const text = `context window of ${offered} tokens against ${wanted} needed`;
    return { verdict: offered >= wanted ? "pass" : "fail", text, pointer, source: null };
  },
};

/** Growth leaves noise of floating point, which is no token. */
const ROUNDING_TOKENS = 1e-6;

/** A model that ends its answers before a mean one of the workload is over, in the month in which they are longest; null where none is cut. */
function cutAnswers(candidate: Candidate, workload: WorkloadNeeds): RuleOutcome | null {
  const most = candidate.kind === "self-host" ? null : candidate.model.maxOutputTokens;
  const { inputTokens, outputTokens, largestRequestTokens, pointer } = workload;
  const answer = Math.ceil((largestRequestTokens * outputTokens.high) / (inputTokens.high + outputTokens.high) - ROUNDING_TOKENS);
  if (most === null || answer <= most) return null;
  const text = `${candidate.model.id} ends an answer after ${most} tokens, and the mean one has ${answer}`;
  return { verdict: "fail", text, pointer: `${pointer}.tokens.output`, source: null };
}

type Feature = WorkloadNeeds["features"][number];
const FEATURE_KEYS = { tool_use: "toolUse", json_schema: "jsonSchema", vision: "vision", web_search: "webSearch" } as const;

export const features: Rule = {
  id: "features",
  title: "Has the features",
  why: "Tool use, structured output, vision and web search differ by model and host.",
  source: "S4-027, S4-118",
  waivable: true,
  check(candidate, { workload }) {
    if (workload.features.length === 0) return null;
    return worst(workload.features.map((feature) => featureOutcome(candidate, feature, workload)));
  },
};

function featureOutcome(candidate: Candidate, feature: Feature, workload: WorkloadNeeds): RuleOutcome {
  const pointer = `${workload.pointer}.needs.features`;
  const source = null;
  if (candidate.kind === "self-host" && feature === "json_schema") {
    return { verdict: "pass", text: "vLLM enforces a JSON schema for every model (structured outputs)", pointer, source };
  }
  if (candidate.kind === "self-host" && feature === "web_search") {
    return { verdict: "fail", text: "own servers have no hosted web search", pointer, source };
  }
  const offered = candidate.model.features[FEATURE_KEYS[feature]];
  if (offered === null)
    return { verdict: "unknown", text: `whether ${candidate.model.id} offers ${feature} is not known`, pointer, source };
  return offered
    ? { verdict: "pass", text: `${candidate.model.id} offers ${feature}`, pointer, source }
    : { verdict: "fail", text: `${candidate.model.id} does not offer ${feature}`, pointer, source };
}
