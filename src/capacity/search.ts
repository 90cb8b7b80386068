import type { Gpu } from "../catalog/schema.ts";
import { type Calibration, measuredOf, rescaled } from "./calibrate.ts";
import { VLLM } from "./engine.ts";
import { vllmFlags } from "./flags.ts";
import { canSplitHeads, weightFormat } from "./format.ts";
import { memoryFit } from "./memory.ts";
import { replicaCapacity } from "./slo.ts";
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
 * What does not fit the memory is told before any timing. `npm run bench:search` says what a search over the whole catalog takes.
 */
export function searchServing(request: ServingRequest, calibrations: readonly Calibration[] = []): ServingSearch {
  const served: ServingOption[] = [];
  const unservable: UnservableConfiguration[] = [];
  for (const configuration of configurations(request)) {
    const outcome = assess(configuration, request, calibrations);
    if (outcome.kind === "served") served.push(outcome.option);
    else unservable.push(outcome.why);
  }
  return { served, unservable };
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

function assess(configuration: ServingConfiguration, request: ServingRequest, calibrations: readonly Calibration[]): Outcome {
  const { gpu, precision } = configuration;
  if (weightFormat(precision, gpu) === null) return unservable(configuration, "unsupported-precision", noKernelText(gpu, precision));
  const memory = memoryFit(configuration);
  if (!memory.fits) return unservable(configuration, "memory", memory.text);
  const measured = measuredOf(configuration, calibrations);
  const result = replicaCapacity(configuration, request.shape, request.promise, VLLM, measured?.latency);
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
