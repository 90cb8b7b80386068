import type { SizedFleet } from "./fleet.ts";

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
