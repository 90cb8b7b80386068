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
  /** Serial time of each request (tokenizer, HTTP, admission), in ms. */
  readonly requestMs: number;
  /** Share of memory bandwidth reached when weights are read, dense and experts. */
  readonly weightBandwidth: { readonly dense: number; readonly experts: number };
  /** Share of memory bandwidth reached when the KV cache is read. */
  readonly kvBandwidth: number;
  /** Fixed time of one step, in ms. */
  readonly stepMs: number;
  /** Time of one layer that no byte or operation explains (kernel launches, synchronisation), in ms. */
  readonly layerMs: number;
  /** The same for the routing of one MoE layer, in ms. */
  readonly expertLayerMs: number;
  /** Scheduler, sampler and API server time for each running request and step, in ms. */
  readonly sequenceMs: number;
  /**
   * How far the processor's work on a step hides behind the GPU's: step = (gpu^p + cpu^p)^(1/p). 1: one after the other (engines before
   * asynchronous scheduling); large: the longer of both.
   */
  readonly overlapExponent: number;
  /** Latency of one all-reduce over NVLink, in ms; PCIe takes `pcieLatencyFactor` times as long. */
  readonly allReduceMs: number;
  readonly pcieLatencyFactor: number;
  /** Share of link bandwidth reached. */
  readonly linkBandwidth: number;
  /** Part of TTFT that no queue and no GPU work explains (HTTP, tokenizer, first scheduling), in ms. */
  readonly ttftBaseMs: number;
  /** Share of a group of equal requests that stays together from one wave to the next in a closed loop. */
  readonly lockstep: number;
}

/** The engine that plans are made for: vLLM 0.8 and newer. */
export const VLLM: EngineConstants = calibration.engines.vllm;
