import { GPU_MEMORY_UTILIZATION } from "./constants.ts";
import { maxNumSeqs } from "./memory.ts";
import { batchP95 } from "./operate.ts";
import type { ReplicaCapacity, ServingConfiguration } from "./types.ts";

/**
 * `vllm serve` flags that realise a configuration, in a stable order; all exist in vLLM 0.11.0 and 0.27 (`VLLM_VERSION`).
 *
 * What vLLM reads from the checkpoint stays unsaid: `--quantization` is only needed where a bf16 checkpoint is quantized on load, prefix caching
 * and chunked prefill are on by default. `--max-num-seqs` is the p95 batch of the capacity: beyond it requests wait (TTFT) and do not slow
 * down those already running (TPOT). Example: `--tensor-parallel-size 2 --max-model-len 32000 --max-num-seqs 105 --gpu-memory-utilization 0.9`.
 */
export function vllmFlags(
  configuration: ServingConfiguration,
  capacity: Pick<ReplicaCapacity, "concurrency">,
): readonly (readonly [flag: string, value: string])[] {
  const { precision, kvPrecision, gpu, tensorParallel, maxModelLen } = configuration;
  const running = Math.min(maxNumSeqs(configuration), Math.ceil(batchP95(capacity.concurrency)));
  const flags: [string, string][] = [
    ["--tensor-parallel-size", String(tensorParallel)],
    ["--max-model-len", String(maxModelLen)],
    ["--max-num-seqs", String(running)],
    ["--gpu-memory-utilization", String(GPU_MEMORY_UTILIZATION)],
  ];
  if (kvPrecision === "fp8") flags.push(["--kv-cache-dtype", "fp8"]);
  if (gpu.architecture === "turing" && precision === "bf16") flags.push(["--dtype", "half"]);
  return flags;
}
