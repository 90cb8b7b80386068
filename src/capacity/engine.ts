import calibration from "./calibration.json" with { type: "json" };

/**
 * Constants of one serving engine, fitted to measurements by bench/capacity.ts; efficiencies are shares of the peak in the GPU row.
 * They are physical, not statistical: each one multiplies a count of bytes, operations, layers or requests.
 */
export interface EngineConstants {
  /** Share of peak that matrix products of a prefill reach, by the units that run them. */
  readonly computeEfficiency: { readonly bf16: number; readonly fp8: number; readonly int8: number; readonly fp4: number };
  /** Factor on compute efficiency by GPU architecture (Hopper 1). */
  readonly architectureFactor: {
    readonly turing: number;
    readonly ampere: number;
    readonly ada: number;
    readonly hopper: number;
    readonly blackwell: number;
  };
  /** Factor on compute efficiency when weights are unpacked to bf16 first. */
  readonly weightOnlyFactor: number;
  /** Factor on compute efficiency of routed experts. */
  readonly expertFactor: number;
  /** Factor on compute efficiency in decode steps. */
  readonly decodeFactor: number;
  /** Share of a batch that chooses its experts independently; below 1 because neighbouring tokens choose alike. */
  readonly expertDiversity: number;
  /** Share of memory bandwidth reached when weights are read, dense and experts. */
  readonly weightBandwidth: { readonly dense: number; readonly experts: number };
  /** Share of memory bandwidth reached when the KV cache is read. */
  readonly kvBandwidth: number;
  /** Time of one layer that no byte or operation explains (kernel launches, synchronisation), in ms. */
  readonly layerMs: number;
  /** The same for the routing of one MoE layer, in ms. */
  readonly expertLayerMs: number;
  /** Processor time of one step (scheduler), in ms. */
  readonly stepMs: number;
  /** Processor time of one step for each running request (sampler, detokenizer, API server), in ms. */
  readonly sequenceMs: number;
  /**
   * How much of the processor's work on a step waits for the GPU's: step = sqrt(gpu^2 + cpu^2 + 2 x share x gpu x cpu). 1: one after the other
   * (engines before asynchronous scheduling); 0: side by side, like reading and multiplying.
   */
  readonly serialShare: number;
  /**
   * Whether a step carries prompts beside running requests (chunked prefill), so that both share one reading of the weights. Documented behaviour:
   * on in vLLM V1 (0.8) and TensorRT-LLM (in-flight batching), off by default in vLLM before and in SGLang (`--enable-mixed-chunk`).
   */
  readonly mixesPrompts: boolean;
  /** Latency of one all-reduce over NVLink, in ms; PCIe takes `pcieLatencyFactor` times as long. */
  readonly allReduceMs: number;
  readonly pcieLatencyFactor: number;
  /** Share of link bandwidth reached. */
  readonly linkBandwidth: number;
  /** Serial time of each request (tokenizer, admission), in ms. */
  readonly requestMs: number;
  /** Part of TTFT that neither a queue nor GPU work explains (HTTP, first scheduling), in ms. */
  readonly ttftBaseMs: number;
  /** Share of a group of equal requests that stays together from one wave to the next in a closed loop. */
  readonly lockstep: number;
}

/** Engines with constants of their own: `vllm` is 0.8 and newer, the one that plans are made for. */
export type EngineId = "vllm" | "vllm-0.6" | "vllm-0.5" | "tensorrt-llm" | "sglang" | "nim";

export const ENGINES: Readonly<Record<EngineId, EngineConstants>> = calibration.engines;

/** Constants of vLLM 0.8 and newer. */
export const VLLM: EngineConstants = ENGINES.vllm;

/** First minor releases of vLLM 0.x whose scheduler behaves differently: 0.6 (multi-step), 0.8 (V1 engine). */
const VLLM_V1_MINOR = 8;
const VLLM_MULTISTEP_MINOR = 6;

/**
 * Engine of a measurement by its name and version as people write them; an unknown version counts as current.
 * Examples: ("vLLM", "0.11.0") -> vllm; ("vLLM", "0.7.3") -> vllm-0.6; ("SGLang", "0.5.9") -> sglang; ("NIM/TensorRT-LLM", "") -> nim;
 * ("vLLM", "nm-vllm 0.2.0 (vLLM ~0.4)") -> vllm-0.5; ("vllm-openai:v0.9.1", "") -> vllm. Unknown names give undefined.
 */
export function engineNamed(name: string, version: string): EngineId | undefined {
  const engine = name.trim().toLowerCase();
  if (/\bnim\b/.test(engine)) return "nim";
  if (/tensorrt|\btrt/.test(engine)) return "tensorrt-llm";
  if (engine.includes("sglang")) return "sglang";
  if (engine !== "" && !/vllm|rhaiis|red ?hat ai inference/.test(engine)) return undefined;
  const minor = vllmMinor(version === "" ? engine : version);
  if (minor === null || minor >= VLLM_V1_MINOR) return "vllm";
  return minor >= VLLM_MULTISTEP_MINOR ? "vllm-0.6" : "vllm-0.5";
}

/** Minor number of a 0.x release; null when the text names none. Forks and images of 2024 carry vLLM 0.4 to 0.5; `0.1.dev` is a build of the day. */
function vllmMinor(version: string): number | null {
  if (/nm-vllm|DJL|2024/.test(version)) return VLLM_MULTISTEP_MINOR - 1;
  const match = /(\d+)\.(\d+)(\.dev)?/.exec(version);
  if (match === null || match[1] !== "0" || match[3] !== undefined) return null;
  return Number(match[2]);
}
