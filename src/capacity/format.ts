import type { Precision } from "../catalog/precision.ts";
import type { Gpu, OpenModel } from "../catalog/schema.ts";
import { WEIGHT_BYTES } from "./constants.ts";

/** How a GPU multiplies weights of a precision: on units of that precision, or unpacked to bf16 first (memory saved, no faster mathematics). */
export interface WeightFormat {
  readonly precision: Precision;
  readonly bytesPerWeight: number;
  readonly path: "native" | "weight-only";
  /** Dense peak of the units used, in TFLOP/s. */
  readonly peakTflops: number;
  /** Which efficiency constant applies to the multiplication. */
  readonly units: "bf16" | "fp8" | "int8" | "fp4";
}

/**
 * Format of `precision` on `gpu`, or null when vLLM has no kernel for it there.
 *
 * fp8 and nvfp4 need units of that kind, else Marlin unpacks them to bf16 (Ampere and later). int4 always unpacks. mxfp4 runs on fp4 units of
 * Blackwell, else unpacks. Turing runs bf16 (as fp16), int8 and int4 only. Example: fp8 on A100 -> weight-only at 312 TFLOP/s; on H100 ->
 * native at 1979 TFLOP/s.
 * Source: vLLM quantization support table, docs.vllm.ai features/quantization (0.11), read 2026-11-20.
 */
export function weightFormat(precision: Precision, gpu: Gpu): WeightFormat | null {
  const native = nativePeak(precision, gpu);
  const bytesPerWeight = WEIGHT_BYTES[precision];
  if (native !== null) return { precision, bytesPerWeight, path: "native", ...native };
  if (gpu.architecture === "turing" && precision !== "int4" && precision !== "int8") return null;
  return { precision, bytesPerWeight, path: "weight-only", peakTflops: gpu.bf16Tflops, units: "bf16" };
}

function nativePeak(precision: Precision, gpu: Gpu): Pick<WeightFormat, "peakTflops" | "units"> | null {
  if (precision === "bf16") return { peakTflops: gpu.bf16Tflops, units: "bf16" };
  if (precision === "fp8" && gpu.fp8Tflops !== null) return { peakTflops: gpu.fp8Tflops, units: "fp8" };
  if (precision === "int8" && gpu.int8Tops !== null) return { peakTflops: gpu.int8Tops, units: "int8" };
  if ((precision === "nvfp4" || precision === "mxfp4") && gpu.fp4Tflops !== null) return { peakTflops: gpu.fp4Tflops, units: "fp4" };
  return null;
}

/**
 * Whether heads can be split over `tensorParallel` GPUs: it must divide the attention heads, and the KV heads or be a multiple of them
 * (then they are replicated). Example: 64 heads, 8 KV heads: 1, 2, 4, 8, 16; 28 heads, 4 KV heads: 1, 2, 4 (not 8).
 */
export function canSplitHeads(model: OpenModel, tensorParallel: number): boolean {
  const { attentionHeads, kvHeads, mla } = model.architecture;
  if (attentionHeads % tensorParallel !== 0) return false;
  return mla !== null || kvHeads % tensorParallel === 0 || tensorParallel % kvHeads === 0;
}
