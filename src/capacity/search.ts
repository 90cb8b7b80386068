import type { Gpu, OpenModel } from "../catalog/schema.ts";
import { type Calibration, measuredOf, rescaled } from "./calibrate.ts";
import { VLLM } from "./engine.ts";
import { vllmFlags } from "./flags.ts";
import { canSplitHeads, weightFormat } from "./format.ts";
import { supportsFp8Cache } from "./kv-cache.ts";
import { memoryFit } from "./memory.ts";
import { capacityAt } from "./slo.ts";
import { type Timing, timingOf } from "./timing.ts";
import type { ServingConfiguration, ServingOption, ServingRequest, ServingSearch, UnservableConfiguration } from "./types.ts";

type Outcome =
  | { readonly kind: "served"; readonly option: ServingOption }
  | { readonly kind: "unservable"; readonly why: UnservableConfiguration };

/**
 * Every way to serve `model` on the GPUs asked about: each precision that has a published checkpoint, each GPU, each tensor parallel size that
 * divides the heads. Order: precisions as in the catalog row, GPUs and sizes as asked. A configuration that fails stays in the result with the
 * numbers that failed it.
 *
 * `calibrations` are the policy's own benchmarks: they win over the prediction of their configuration, its rate and its latencies.
 * What does not fit the memory is told before any timing. The same question about the same rows gives the same object: base and head, and what-if
 * policies, mostly ask about workloads that did not change. `npm run bench:search` says what a search over the whole catalog takes.
 */
export function searchServing(request: ServingRequest, calibrations: readonly Calibration[] = []): ServingSearch {
  const { shape, promise } = request;
  const ground = groundOf(request);
  if (calibrations.length > 0) return searched(ground, request, calibrations);
  const key = `${shape.inputTokens}|${shape.outputTokens}|${shape.cachedInputRatio}|${promise.ttftMsP95}|${promise.tpotMsP95}|${besideKey(promise)}`;
  const known = ground.searches.get(key);
  if (known !== undefined) return known;
  const found = searched(ground, request, calibrations);
  keep(ground.searches, key, found, MOST_SEARCHES);
  return found;
}

function besideKey({ beside }: ServingRequest["promise"]): string {
  if (beside === undefined) return "";
  const { shape, ttftMsP95 } = beside;
  return `${shape.inputTokens}|${shape.outputTokens}|${shape.cachedInputRatio}|${ttftMsP95}`;
}

function searched(ground: Ground, request: ServingRequest, calibrations: readonly Calibration[]): ServingSearch {
  const served: ServingOption[] = [];
  const unservable: UnservableConfiguration[] = [];
  for (const { place, smaller } of ground.places) {
    const outcome = assess(place, request, calibrations);
    if (outcome.kind === "served") served.push(outcome.option);
    else unservable.push(outcome.why);
    const better = smaller === undefined ? undefined : withFp8Cache(smaller, outcome, request, calibrations);
    if (better !== undefined) served.push(better);
  }
  return { served, unservable };
}

/** A configuration with what does not depend on the requests; `why` says what rules it out whatever they are. */
type Place =
  | {
      readonly kind: "open";
      readonly configuration: ServingConfiguration;
      readonly memory: ServingOption["memory"];
      readonly timing: Timing;
    }
  | { readonly kind: "closed"; readonly outcome: Outcome };

/** All configurations of one model on the same GPUs at one context length, and what was found on them. */
interface Ground {
  readonly gpus: ServingRequest["gpus"];
  readonly contextWindowTokens: number;
  /** Each configuration with a bf16 KV cache, and with one in fp8 where vLLM supports that. */
  readonly places: readonly { readonly place: Place; readonly smaller: Place | undefined }[];
  readonly searches: Map<string, ServingSearch>;
}

/** Found per model and kept while its catalog row lives: context lengths, and searches of each. About 40 KB a search. */
const grounds = new WeakMap<OpenModel, Ground[]>();
const MOST_GROUNDS = 8;
const MOST_SEARCHES = 16;

function groundOf(request: ServingRequest): Ground {
  const { model, contextWindowTokens } = request;
  const known = grounds.get(model) ?? [];
  const same = known.find((ground) => ground.contextWindowTokens === contextWindowTokens && areSameGpus(ground.gpus, request.gpus));
  if (same !== undefined) return same;
  const ground = { gpus: request.gpus, contextWindowTokens, places: configurations(request).map(bothCaches), searches: new Map() };
  grounds.set(model, [...known.slice(known.length < MOST_GROUNDS ? 0 : 1), ground]);
  return ground;
}

function areSameGpus(a: ServingRequest["gpus"], b: ServingRequest["gpus"]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  return a.every((row, index) => {
    const other = b[index];
    return (
      row.gpu === other?.gpu &&
      row.tensorParallelSizes.length === other.tensorParallelSizes.length &&
      row.tensorParallelSizes.every((size, at) => size === other.tensorParallelSizes[at])
    );
  });
}

/** Adds to a bounded memory; the oldest entry gives way. */
function keep<Value>(known: Map<string, Value>, key: string, value: Value, most: number): void {
  const [oldest] = known.keys();
  if (known.size >= most && oldest !== undefined) known.delete(oldest);
  known.set(key, value);
}

function configurations({ model, gpus, contextWindowTokens }: ServingRequest): ServingConfiguration[] {
  const precisions = [...new Set(model.checkpoints.map((checkpoint) => checkpoint.precision))];
  const found: ServingConfiguration[] = [];
  for (const precision of precisions) {
    for (const { gpu, tensorParallelSizes } of gpus) {
      for (const tensorParallel of tensorParallelSizes) {
        if (!canSplitHeads(model, tensorParallel)) continue;
        found.push({ model, gpu, precision, kvPrecision: "bf16", tensorParallel, maxModelLen: contextWindowTokens });
      }
    }
  }
  return found;
}

function bothCaches(configuration: ServingConfiguration): Ground["places"][number] {
  const place = placeOf(configuration);
  const smaller = supportsFp8Cache(configuration.model, configuration.gpu) ? placeOf({ ...configuration, kvPrecision: "fp8" }) : undefined;
  return { place, smaller: smaller?.kind === "open" ? smaller : undefined };
}

/**
 * The same configuration with its KV cache in fp8, where the cache is what stops the one in bf16 and it serves more; a fleet takes it where that
 * saves money. A measured configuration is not set aside for a prediction.
 */
function withFp8Cache(
  smaller: Place,
  plain: Outcome,
  request: ServingRequest,
  calibrations: readonly Calibration[],
): ServingOption | undefined {
  if (!isCacheBound(plain)) return undefined;
  const outcome = assess(smaller, request, calibrations);
  if (outcome.kind === "unservable" || plain.kind === "unservable") return outcome.kind === "served" ? outcome.option : undefined;
  const [before, after] = [plain.option.capacity, outcome.option.capacity];
  if (before.measured !== null && after.measured === null) return undefined;
  return after.requestsPerSecond.expected > before.requestsPerSecond.expected ? outcome.option : undefined;
}

function isCacheBound(outcome: Outcome): boolean {
  return outcome.kind === "served" ? outcome.option.capacity.limitedBy === "kv-cache" : outcome.why.reason === "memory";
}

function placeOf(configuration: ServingConfiguration): Place {
  const { gpu, precision } = configuration;
  if (weightFormat(precision, gpu) === null)
    return { kind: "closed", outcome: unservable(configuration, "unsupported-precision", noKernelText(gpu, precision)) };
  const memory = memoryFit(configuration);
  if (!memory.fits) return { kind: "closed", outcome: unservable(configuration, "memory", memory.text) };
  return { kind: "open", configuration, memory, timing: timingOf(configuration, VLLM) };
}

function assess(place: Place, { shape, promise }: ServingRequest, calibrations: readonly Calibration[]): Outcome {
  if (place.kind === "closed") return place.outcome;
  const { configuration, memory, timing } = place;
  const measured = measuredOf(configuration, calibrations);
  const result = capacityAt(timing, shape, promise, measured?.latency);
  if (result.kind === "misses-promise") return unservable(configuration, "latency", result.text);
  const capacity = measured === undefined ? result.capacity : rescaled(result.capacity, measured);
  return { kind: "served", option: { configuration, memory, capacity, flags: vllmFlags(configuration, capacity) } };
}

function noKernelText(gpu: Gpu, precision: string): string {
  return `vLLM has no ${precision} kernel for ${gpu.name} (${gpu.architecture}); bf16, int8 and int4 run there`;
}

function unservable(configuration: ServingConfiguration, reason: UnservableConfiguration["reason"], text: string): Outcome {
  const { gpu, precision, tensorParallel } = configuration;
  return { kind: "unservable", why: { gpu: gpu.id, precision, tensorParallel, reason, text } };
}
