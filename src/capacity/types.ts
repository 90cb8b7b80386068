import type { Precision } from "../catalog/precision.ts";
import type { Gpu, OpenModel } from "../catalog/schema.ts";

/**
 * Vocabulary of the capacity model. Times in milliseconds, memory in GiB (2^30 bytes), rates per second.
 * Everything here is about one replica: one vLLM server on `tensorParallel` GPUs of one node.
 */

/** How one replica serves a model. Example: Llama 3.3 70B, fp8, on 2 x H100. */
export interface ServingConfiguration {
  readonly model: OpenModel;
  readonly gpu: Gpu;
  readonly precision: Precision;
  readonly kvPrecision: "bf16" | "fp8";
  readonly tensorParallel: number;
  /** Longest request (input + output tokens) that the server accepts: `--max-model-len`. */
  readonly maxModelLen: number;
}

/** Mean size of one request. `cachedInputRatio` of the input tokens are found in the prefix cache. */
export interface RequestShape {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputRatio: number;
}

/** p95 latency limits in ms; null where nothing is promised. */
export interface LatencyPromise {
  readonly ttftMsP95: number | null;
  readonly tpotMsP95: number | null;
  /** Requests of others on the same server that were promised a TTFT: these may not make them wait longer than that leaves. */
  readonly beside?: { readonly shape: RequestShape; readonly ttftMsP95: number };
}

/** Where the bytes of one GPU go. `kvCacheGiB` is what is left for the KV cache. */
export type MemoryFit =
  | {
      readonly fits: true;
      readonly usableGiB: number;
      readonly weightsGiB: number;
      readonly reserveGiB: number;
      readonly kvCacheGiB: number;
      /** Tokens of KV cache over the whole replica. */
      readonly kvCacheTokens: number;
    }
  | { readonly fits: false; readonly neededGiB: number; readonly usableGiB: number; readonly text: string };

export type Load =
  | { readonly kind: "closed"; readonly concurrency: number }
  | { readonly kind: "open"; readonly requestsPerSecond: number }
  | { readonly kind: "burst"; readonly requests: number };

export type Bottleneck = "compute" | "memory-bandwidth" | "kv-cache" | "interconnect" | "engine-overhead" | "load";

/** A figure with its 80 % band. */
export interface Banded {
  readonly expected: number;
  readonly p10: number;
  readonly p90: number;
}

/** How well the class of a prediction is covered by measurements: A dense on well measured cards, C far from any data. */
export type ConfidenceClass = "A" | "B" | "C";

/** What one replica does under a load. */
export interface Prediction {
  readonly outputTokensPerSecond: Banded;
  readonly totalTokensPerSecond: Banded;
  readonly requestsPerSecond: Banded;
  readonly ttftMs: Banded;
  readonly tpotMs: Banded;
  /** Requests running at once. */
  readonly concurrency: number;
  readonly limitedBy: Bottleneck;
  readonly confidence: ConfidenceClass;
}

/** The highest request rate at which one replica keeps its latency promise. */
export interface ReplicaCapacity {
  readonly requestsPerSecond: Banded;
  readonly concurrency: number;
  readonly ttftMsP95: number;
  readonly tpotMsP95: number;
  readonly limitedBy: Bottleneck;
  readonly confidence: ConfidenceClass;
  /** How the policy's own benchmarks changed the rate, e.g. `rescaled x0.82 by bench/h100.json`; null for a prediction. */
  readonly measured: string | null;
}

/** A configuration that fits and keeps the promise, with what it can do and the vLLM flags that realise it. */
export interface ServingOption {
  readonly configuration: ServingConfiguration;
  readonly memory: MemoryFit & { readonly fits: true };
  readonly capacity: ReplicaCapacity;
  /** `vllm serve` flags in order, e.g. `[["--tensor-parallel-size", "2"], ["--max-model-len", "8192"]]`. */
  readonly flags: readonly (readonly [flag: string, value: string])[];
}

/** A configuration that cannot serve the workload, and why, with the numbers compared. */
export interface UnservableConfiguration {
  readonly gpu: string;
  readonly precision: Precision;
  readonly tensorParallel: number;
  readonly reason: "memory" | "latency" | "unsupported-precision";
  readonly text: string;
}

export interface ServingSearch {
  readonly served: readonly ServingOption[];
  readonly unservable: readonly UnservableConfiguration[];
}

/** Question to the search: every precision x GPU x tensor parallel size of `model` that serves `shape` within `promise`. */
export interface ServingRequest {
  readonly model: OpenModel;
  readonly gpus: readonly { readonly gpu: Gpu; readonly tensorParallelSizes: readonly number[] }[];
  readonly shape: RequestShape;
  readonly promise: LatencyPromise;
  readonly contextWindowTokens: number;
}
