import type { EngineConstants, EngineId } from "../../src/capacity/engine.ts";

/**
 * What is fitted: one set of constants for vLLM 0.8 and newer, and for each other engine a few factors on it. Everything lives in logarithms, so
 * that a factor of two up or down weighs the same. `prior` is where a constant stays without data, `stiffness` how hard it is to move.
 */
interface Parameter {
  readonly path: readonly [string] | readonly [string, string];
  readonly prior: number;
  readonly stiffness: number;
  readonly range: readonly [low: number, high: number];
}

/** Largest share of a peak that a kernel can reach: copy kernels stop at 0.97 of memory bandwidth (STREAM on H100, NVIDIA 2023). */
const SHARE = [0.05, 0.97] as const;
const FACTOR = [0.05, 3] as const;
const MS = [1e-4, 100] as const;

/** Priors: published roofline fits (BLIS 2026: 32 us per layer, 126 us per step; AIConfigurator: 10 us per peer copy) and vendor peaks. */
const PARAMETERS: readonly Parameter[] = [
  { path: ["computeEfficiency", "bf16"], prior: 0.49, stiffness: 0.15, range: SHARE },
  { path: ["computeEfficiency", "fp8"], prior: 0.44, stiffness: 0.15, range: SHARE },
  { path: ["computeEfficiency", "int8"], prior: 0.44, stiffness: 0.15, range: SHARE },
  { path: ["computeEfficiency", "fp4"], prior: 0.28, stiffness: 0.15, range: SHARE },
  { path: ["architectureFactor", "turing"], prior: 0.75, stiffness: 0.5, range: FACTOR },
  { path: ["architectureFactor", "ampere"], prior: 1.16, stiffness: 0.5, range: FACTOR },
  { path: ["architectureFactor", "ada"], prior: 0.75, stiffness: 0.5, range: FACTOR },
  { path: ["architectureFactor", "blackwell"], prior: 0.71, stiffness: 0.5, range: FACTOR },
  { path: ["weightOnlyFactor"], prior: 0.73, stiffness: 0.25, range: FACTOR },
  { path: ["expertFactor"], prior: 0.43, stiffness: 0.15, range: FACTOR },
  { path: ["decodeFactor"], prior: 0.81, stiffness: 0.25, range: FACTOR },
  { path: ["expertDiversity"], prior: 0.8, stiffness: 0.25, range: [0.05, 1] },
  { path: ["weightBandwidth", "dense"], prior: 0.92, stiffness: 2, range: SHARE },
  { path: ["weightBandwidth", "experts"], prior: 0.84, stiffness: 1, range: SHARE },
  { path: ["kvBandwidth"], prior: 0.95, stiffness: 1, range: SHARE },
  { path: ["layerMs"], prior: 0.032, stiffness: 0.25, range: MS },
  { path: ["expertLayerMs"], prior: 0.065, stiffness: 0.15, range: MS },
  { path: ["stepMs"], prior: 1.16, stiffness: 0.15, range: MS },
  { path: ["sequenceMs"], prior: 0.031, stiffness: 0.15, range: MS },
  { path: ["serialShare"], prior: 0.12, stiffness: 0.15, range: [0.01, 1] },
  { path: ["allReduceMs"], prior: 0.01, stiffness: 0.25, range: MS },
  { path: ["pcieLatencyFactor"], prior: 4, stiffness: 0.5, range: [1, 20] },
  { path: ["linkBandwidth"], prior: 0.36, stiffness: 0.25, range: SHARE },
  { path: ["requestMs"], prior: 0.3, stiffness: 0.15, range: MS },
  { path: ["ttftBaseMs"], prior: 19.5, stiffness: 0.15, range: MS },
  { path: ["lockstep"], prior: 0.5, stiffness: 0.25, range: [0.01, 1] },
];

/** Factors of another engine on the constants of vLLM. Old vLLM schedules before it computes, so its prior share is 1. */
interface EngineFactor {
  readonly name: string;
  readonly scales: (path: readonly string[]) => boolean;
}

const ENGINE_FACTORS: readonly EngineFactor[] = [
  { name: "compute", scales: ([head]) => head === "computeEfficiency" },
  { name: "experts", scales: ([head]) => head === "expertFactor" },
  { name: "launch", scales: ([head]) => head === "layerMs" || head === "stepMs" },
  { name: "routing", scales: ([head]) => head === "expertLayerMs" },
  { name: "sequence", scales: ([head]) => head === "sequenceMs" },
  { name: "link", scales: ([head]) => head === "linkBandwidth" },
  { name: "ttft", scales: ([head]) => head === "ttftBaseMs" },
  { name: "serial", scales: ([head]) => head === "serialShare" },
];

const ENGINE_STIFFNESS = 1;

/** ln(1 / 0.12): nothing overlaps. */
const ALL_SERIAL = 2.12;

/** Engines in the order of the parameter vector; the first has no factors. */
export const ENGINE_ORDER: readonly EngineId[] = ["vllm", "vllm-0.6", "vllm-0.5", "tensorrt-llm", "sglang", "nim"];

/** Stated, not fitted: see `EngineConstants.mixesPrompts`. */
const MIXES_PROMPTS: readonly EngineId[] = ["vllm", "tensorrt-llm", "nim"];

const others = ENGINE_ORDER.slice(1);

export const PRIOR: readonly number[] = [
  ...PARAMETERS.map(({ prior }) => Math.log(prior)),
  ...others.flatMap((engine) => ENGINE_FACTORS.map(({ name }) => (name === "serial" && engine.startsWith("vllm-") ? ALL_SERIAL : 0))),
];

export const STIFFNESS: readonly number[] = [
  ...PARAMETERS.map(({ stiffness }) => stiffness),
  ...others.flatMap(() => ENGINE_FACTORS.map(() => ENGINE_STIFFNESS)),
];

/** Engine that alone depends on parameter `index`, or null when all do. */
export function engineOfParameter(index: number): EngineId | null {
  if (index < PARAMETERS.length) return null;
  return others[Math.floor((index - PARAMETERS.length) / ENGINE_FACTORS.length)] ?? null;
}

/** Constants of every engine at a point of the parameter space. */
export function constantsAt(x: readonly number[]): Record<EngineId, EngineConstants> {
  const entries = ENGINE_ORDER.map((engine, position) => [engine, engineConstants(x, position)] as const);
  return Object.fromEntries(entries) as Record<EngineId, EngineConstants>;
}

function engineConstants(x: readonly number[], position: number): EngineConstants {
  const first = PARAMETERS.length + (position - 1) * ENGINE_FACTORS.length;
  const tree: Record<string, number | boolean | Record<string, number>> = {
    mixesPrompts: MIXES_PROMPTS.includes(ENGINE_ORDER[position] ?? "vllm"),
    architectureFactor: { hopper: 1 },
  };
  PARAMETERS.forEach(({ path, range }, index) => {
    const shift = position === 0 ? 0 : ENGINE_FACTORS.reduce((sum, { scales }, k) => sum + (scales(path) ? (x[first + k] ?? 0) : 0), 0);
    const value = Math.min(range[1], Math.max(range[0], Math.exp((x[index] ?? 0) + shift)));
    const [head, tail] = path;
    if (tail === undefined) tree[head] = value;
    else tree[head] = { ...(tree[head] as Record<string, number> | undefined), [tail]: value };
  });
  return tree as unknown as EngineConstants;
}
