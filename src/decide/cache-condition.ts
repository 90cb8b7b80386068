import type { SizedFleet } from "./fleet.ts";
import { hasOwnWeights } from "./tuning-facts.ts";

/**
 * What a plan with an fp8 KV cache has to show before go-live, for the workloads that its fleets serve. vLLM runs it with scales of 1 unless the
 * checkpoint carries calibrated ones, which costs most models little and some a lot.
 * Source: docs.vllm.ai features/quantization/quantized_kvcache, read 2026-11-21.
 */
export function cacheConditions(workload: string, fleets: readonly SizedFleet[]): readonly string[] {
  const usesFp8 = fleets.some(
    ({ option, tenants }) => option.configuration.kvPrecision === "fp8" && tenants.some((tenant) => tenant.workload.name === workload),
  );
  return usesFp8 ? [CONDITION] : [];
}

const CONDITION =
  "the KV cache in fp8 keeps the answers good enough on your own evaluation (vLLM scales it by 1 unless the checkpoint is calibrated)";

/**
 * Weights that were made for a workload come as they were trained: served in less, they are quantised after each training, by you. The published
 * checkpoint that a fleet is sized by is not what it serves.
 * Example: a full fine-tune of gemma-4-26b-a4b-it (bf16) on an L4 in nvfp4.
 */
export function ownWeightsConditions(workload: string, fleets: readonly SizedFleet[]): readonly string[] {
  return fleets.flatMap(({ model, option: { configuration }, tenants }) => {
    const own = tenants.some((tenant) => tenant.workload.name === workload && hasOwnWeights(tenant.workload));
    const { precision } = configuration;
    if (!own || precision === model.nativePrecision) return [];
    return [
      `your own weights of ${model.id} are quantised to ${precision} after each training, and still answer well enough on your own evaluation`,
    ];
  });
}
