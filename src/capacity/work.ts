import { routedExpertParameters } from "../catalog/experts.ts";
import type { Precision } from "../catalog/precision.ts";
import type { OpenModel } from "../catalog/schema.ts";
import { BF16_BYTES, MXFP4_PADDING, NATIVE_INT4_BYTES, PER_BILLION, WEIGHT_BYTES } from "./constants.ts";

/**
 * Parameters of a model by the role that they play in time and memory. Sum: `dense + experts + embedding + head`
 * (a tied head is stored once and counted in `embedding`, but still multiplied: `head` says how many weights each output token reads).
 */
export interface ParameterSplit {
  /** Attention, shared experts, dense MLP, norms: touched by every token. */
  readonly dense: number;
  /** Routed experts of all layers. */
  readonly experts: number;
  /** Share of the routed experts that one token uses: active / experts; 0 without experts. */
  readonly expertShare: number;
  /** Input embedding: stored, looked up, never multiplied. */
  readonly embedding: number;
  /** Output head: multiplied once for each output token. */
  readonly head: number;
  readonly tied: boolean;
}

/**
 * Splits the total by the shape of the model. A row whose experts alone exceed its total is a defect of the catalog and throws: what would be
 * left for the rest is no figure to size servers with (the check `active-matches-shape` keeps such a row out).
 *
 * Example: gpt-oss-120b: 36 layers x 128 experts x 3 x 2880 x 2880 = 114.7 B of 116.8 B in experts, 4/128 of them active.
 */
export function splitParameters(model: OpenModel): ParameterSplit {
  const known = splits.get(model);
  if (known !== undefined) return known;
  const split = countParameters(model);
  splits.set(model, split);
  return split;
}

/** A search asks about one model hundreds of times; its row never changes. */
const splits = new WeakMap<OpenModel, ParameterSplit>();

function countParameters(model: OpenModel): ParameterSplit {
  const { vocabSize, hiddenSize, tiedEmbeddings, moe } = model.architecture;
  const experts = routedExpertParameters(model.architecture);
  const total = model.parameters.totalB * PER_BILLION;
  const matrix = vocabSize * hiddenSize;
  const body = total - (tiedEmbeddings ? matrix : 2 * matrix);
  const base = { embedding: matrix, head: matrix, tied: tiedEmbeddings };
  if (moe === null) {
    const active = model.parameters.activeB * PER_BILLION;
    return { ...base, dense: active < total ? Math.max(active, 0) : body, experts: 0, expertShare: 0 };
  }
  if (experts > body) throw new Error(`the experts of ${model.id} hold ${experts} parameters, all of it ${body} without embeddings`);
  return { ...base, dense: body - experts, experts, expertShare: moe.activeExperts / moe.experts };
}

/**
 * Bytes of all weights in GPU memory at `precision`, embedding and head in bf16 (checkpoints leave them unquantized); mxfp4, and int4 where it is
 * the native precision, cover the experts of an MoE model alone, as published for gpt-oss and for Kimi K2.
 *
 * Example: Llama 3.1 70B fp8: 68.45 B x 1 + 2 x 1.05 B x 2 = 72.65 GB (67.7 GiB), as vLLM reports for the published fp8 checkpoint.
 */
export function weightBytes(model: OpenModel, precision: Precision): number {
  const bytes = roleBytes(model, precision);
  const split = splitParameters(model);
  const total = model.parameters.totalB * PER_BILLION;
  const matrices = split.tied ? split.embedding : split.embedding + split.head;
  const body = total - matrices - split.experts;
  return body * bytes.dense + split.experts * bytes.experts + matrices * BF16_BYTES;
}

/**
 * Bytes that mxfp4 kernels add to the experts of a checkpoint, because they pad their sizes: 3072 x 2944 / 2880^2 - 1 = 9 % for gpt-oss (5.5 GB of
 * gpt-oss-120b), 0 where the sizes are multiples already and in other precisions.
 */
export function paddingBytes(model: OpenModel, precision: Precision): number {
  const { hiddenSize, moe } = model.architecture;
  if (precision !== "mxfp4" || moe === null) return 0;
  const up = (size: number, multiple: number) => (Math.ceil(size / multiple) * multiple) / size;
  const padded = up(hiddenSize, MXFP4_PADDING.hidden) * up(moe.expertIntermediate, MXFP4_PADDING.expert);
  return splitParameters(model).experts * WEIGHT_BYTES.mxfp4 * (padded - 1);
}

/**
 * Bytes per weight of the dense part and of the experts at `precision`; those of the published checkpoint where it keeps attention or shared experts in
 * a wider format.
 *
 * Examples: Kimi K2 Thinking in its native int4: 1,014.7 B x 0.5625 + 11.7 B x 2 = 594 GB, the size of its published files. Gemma 4 31B in nvfp4
 * leaves its attention in bf16: 29.3 B x 0.98 + 1.4 B x 2 = 31.5 GB, not 19.3.
 */
export function roleBytes(model: OpenModel, precision: Precision): { readonly dense: number; readonly experts: number } {
  const trainedInt4 = precision === "int4" && model.nativePrecision === "int4";
  const expertsOnly = (precision === "mxfp4" || trainedInt4) && model.architecture.moe !== null;
  const experts = trainedInt4 ? NATIVE_INT4_BYTES : WEIGHT_BYTES[precision];
  const published = model.checkpoints.find((checkpoint) => checkpoint.precision === precision)?.denseBytes;
  return { dense: published ?? (expertsOnly ? BF16_BYTES : experts), experts };
}
